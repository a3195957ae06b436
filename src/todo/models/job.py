"""Work that is done later: what the queue's messages name, and what the server's own worker looks for."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from todo.models.base import Base


class Job(Base):
    """A piece of work, kept for a while after its end.

    `run_at` is when it may be tried (again) while it is `waiting`, and until when it is somebody's while it is
    `running`: whoever does it and says nothing until then has lost it. `announced_at` is when the queue was told last.
    `payload` is JSON; `error` says why the last try failed. No foreign key: an account's jobs go with it, and a job
    may be the last trace of one.
    """

    __tablename__ = "jobs"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'running', 'done', 'failed')", name="state"),
        Index("ix_jobs_next", "state", "run_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(7))
    account_id: Mapped[UUID | None] = mapped_column(index=True)
    payload: Mapped[str]
    attempts: Mapped[int]
    run_at: Mapped[datetime]
    announced_at: Mapped[datetime]
    error: Mapped[str | None] = mapped_column(String(500))
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
