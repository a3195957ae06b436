"""Exports that a worker writes to a file, because a reply would be too large."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from todo.models.base import Base


class Export(Base):
    """An export, and how far it is. The row goes when it expires, and leaves a job that deletes the files.

    It is for an account, or for the holder of a link. It is written in slices, each by a job of its own (`job_id` is
    the one at work) and into a file of its own, which is whole by itself: `files` counts those that are there, and
    `position` is the list that the last one ended with, as a cursor. `losses` is JSON, the first of `loss_count`.
    No foreign keys: an account or link that goes takes the row along.
    """

    __tablename__ = "exports"
    __table_args__ = (CheckConstraint("(account_id IS NULL) <> (link_id IS NULL)", name="actor"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID | None] = mapped_column(index=True)
    link_id: Mapped[UUID | None] = mapped_column(index=True)
    list_id: Mapped[UUID | None]
    format: Mapped[str] = mapped_column(String(16))
    name: Mapped[str] = mapped_column(String(255))
    suffix: Mapped[str] = mapped_column(String(16))
    job_id: Mapped[UUID]
    files: Mapped[int]
    position: Mapped[str | None]
    lists: Mapped[int]
    tasks: Mapped[int]
    loss_count: Mapped[int]
    losses: Mapped[str]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    expires_at: Mapped[datetime] = mapped_column(index=True)
