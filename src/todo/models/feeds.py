"""Secret addresses of calendars."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from todo.models.base import Base


class Feed(Base):
    """A calendar for whoever has its address: one list, what is due today, or all that is due, as its maker sees it.

    Only the SHA-256 of the secret in the address is stored.
    """

    __tablename__ = "feeds"
    __table_args__ = (
        CheckConstraint("shows IN ('list', 'today', 'due')", name="shows"),
        CheckConstraint("(shows = 'list') = (list_id IS NOT NULL)", name="list"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), index=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    shows: Mapped[str] = mapped_column(String(5))
    list_id: Mapped[UUID | None] = mapped_column(ForeignKey("lists.id"), index=True)
    created_at: Mapped[datetime]
