"""Tasks and what they are found by."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from todo.models.base import Base, sort_key


class Task(Base):
    """A task. Due is a date (`due_date`) or a moment (`due_at` and `due_zone`), never both. `due_wall` is the time of
    day that a recurring moment was meant to have, where the clocks of its zone skip it.

    `due_sort`, `title_key` and `search` hold what sorting and searching compare: never NULL, compared byte by byte,
    so that both databases agree. `labels` is a JSON array of names; `TaskLabel` indexes it. `reminders` is a JSON array
    of what clients see; `Reminder` holds those to come, and `reminders_for` is who set them.
    """

    __tablename__ = "tasks"
    __table_args__ = (
        CheckConstraint("priority BETWEEN 0 AND 4", name="priority"),
        CheckConstraint("due_date IS NULL OR due_at IS NULL", name="one_due"),
        CheckConstraint("(due_at IS NULL) = (due_zone IS NULL)", name="due_zone"),
        Index("ix_tasks_order", "list_id", "trashed", "position", "id"),
        Index("ix_tasks_due", "list_id", "trashed", "due_sort", "id"),
        Index("ix_tasks_changed", "list_id", "changed_revision"),
        Index("ix_tasks_trash", "list_id", "trashed", "deleted_at"),
        Index("ix_tasks_purge", "trashed", "deleted_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    list_id: Mapped[UUID] = mapped_column(ForeignKey("lists.id"))
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("tasks.id"), index=True)
    title: Mapped[str] = mapped_column(String(500))
    title_key: Mapped[str] = mapped_column(sort_key(1500))
    notes: Mapped[str]
    search: Mapped[str] = mapped_column(sort_key())
    completed: Mapped[bool]
    completed_at: Mapped[datetime | None]
    priority: Mapped[int]
    due_date: Mapped[date | None]
    due_at: Mapped[datetime | None]
    due_zone: Mapped[str | None] = mapped_column(String(64))
    due_wall: Mapped[str | None] = mapped_column(String(19))
    due_sort: Mapped[str] = mapped_column(sort_key(32))
    recurrence: Mapped[str | None] = mapped_column(String(500))
    labels: Mapped[str]
    reminders: Mapped[str]
    reminders_for: Mapped[UUID | None]
    assignee_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id"), index=True)
    order: Mapped[float] = mapped_column("position")
    version: Mapped[int]
    changed_revision: Mapped[int] = mapped_column(BigInteger)
    created_by: Mapped[UUID]
    creation_digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    trashed: Mapped[bool]
    deleted_at: Mapped[datetime | None]
    deletion_id: Mapped[UUID | None]


class TaskLabel(Base):
    """One label of one task: `label_key` is the casefolded name."""

    __tablename__ = "task_labels"
    __table_args__ = (Index("ix_task_labels_key", "list_id", "label_key", "task_id"),)

    task_id: Mapped[UUID] = mapped_column(ForeignKey("tasks.id"), primary_key=True)
    label_key: Mapped[str] = mapped_column(sort_key(180), primary_key=True)
    list_id: Mapped[UUID] = mapped_column(ForeignKey("lists.id"))
    name: Mapped[str] = mapped_column(String(60))
