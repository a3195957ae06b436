"""A mail, before it is written down."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Message:
    """One mail to one person. `id` is that of the job it comes of: the same id is the same mail."""

    id: UUID
    to: str
    subject: str
    text: str
    html: str
    language: str
