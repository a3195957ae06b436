"""Lists of tasks."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from todo.models.base import Base


class TaskList(Base):
    """A list. Deleting it keeps it in the trash; `creation_digest` tells a repeated creation from a clash."""

    __tablename__ = "lists"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), index=True)
    title: Mapped[str] = mapped_column(String(500))
    notes: Mapped[str]
    order: Mapped[float] = mapped_column("position")
    version: Mapped[int]
    changed_revision: Mapped[int] = mapped_column(BigInteger)
    creation_digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None] = mapped_column(index=True)
    deletion_id: Mapped[UUID | None]
