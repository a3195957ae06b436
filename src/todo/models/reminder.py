"""When somebody is to be told of a task."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from todo.models.base import Base


class Reminder(Base):
    """One reminder that is still to come, at the moment that was worked out for it. It is deleted when it is claimed.

    What the task says of its reminders is in `Task.reminders`; these rows are found by time. `account_id` is who set
    it, and who is told unless the task is assigned to somebody.
    """

    __tablename__ = "reminders"
    __table_args__ = (Index("ix_reminders_next", "remind_at", "task_id"),)

    task_id: Mapped[UUID] = mapped_column(ForeignKey("tasks.id"), primary_key=True)
    remind_at: Mapped[datetime] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), index=True)
