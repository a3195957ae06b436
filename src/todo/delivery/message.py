"""stub"""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Message:
    id: UUID
    to: str
    subject: str
    text: str
    html: str
    language: str
