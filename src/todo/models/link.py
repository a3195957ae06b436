"""Secret links: one list for whoever holds the secret."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from todo.models.base import Base


class Link(Base):
    """A bearer token for exactly one list. Only the SHA-256 of its secret is stored."""

    __tablename__ = "links"
    __table_args__ = (CheckConstraint("role IN ('editor', 'viewer')", name="role"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    list_id: Mapped[UUID] = mapped_column(ForeignKey("lists.id"), index=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    role: Mapped[str] = mapped_column(String(6))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None] = mapped_column(index=True)
