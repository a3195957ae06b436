"""Imports: a file that becomes lists and tasks, and what of it did not go in as it was."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from todo.models.base import Base


class Import(Base):
    """One import. Whoever goes on with it compares `state`, `phase` and `records_done`, and raises them with what was
    done up to there, in one transaction.

    `records_done` counts what the file yields, within a phase: `check` (nothing is written), `tasks`, `parents` (of
    tasks that come before their parents in the file; `late_parents` is how many). `rows` is how many rows there are,
    NULL until the end of the file was seen. `options`, `preview` and `lists` are JSON; the last says how many tasks
    were made in each of the first lists that its tasks are in, NULL where none is known. `list_id` has no foreign
    key: the list may be gone. `job_id` is the job that does it.
    """

    __tablename__ = "imports"
    __table_args__ = (
        CheckConstraint(
            "state IN ('uploading', 'waiting', 'checking', 'checked', 'running', 'done', 'failed', 'cancelled')",
            name="state",
        ),
        CheckConstraint("phase IN ('check', 'tasks', 'parents')", name="phase"),
        Index("ix_imports_account", "account_id", "created_at", "id"),
        Index("ix_imports_operation", "operation_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    list_id: Mapped[UUID | None]
    format: Mapped[str | None] = mapped_column(String(32))
    name: Mapped[str] = mapped_column(String(255))
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    options: Mapped[str]
    state: Mapped[str] = mapped_column(String(9))
    phase: Mapped[str] = mapped_column(String(7))
    operation_id: Mapped[UUID]
    job_id: Mapped[UUID | None]
    rows: Mapped[int | None] = mapped_column(BigInteger)
    rows_done: Mapped[int] = mapped_column(BigInteger)
    records_done: Mapped[int] = mapped_column(BigInteger)
    created_tasks: Mapped[int] = mapped_column(BigInteger)
    unchanged_tasks: Mapped[int] = mapped_column(BigInteger)
    late_parents: Mapped[int] = mapped_column(BigInteger)
    problem_count: Mapped[int] = mapped_column(BigInteger)
    error_count: Mapped[int] = mapped_column(BigInteger)
    error: Mapped[str | None] = mapped_column(String(500))
    preview: Mapped[str | None]
    lists: Mapped[str | None]
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    updated_at: Mapped[datetime] = mapped_column(index=True)
    finished_at: Mapped[datetime | None] = mapped_column(index=True)


class ImportProblem(Base):
    """What of a file did not go in as it was; the first thousand of an import, in the order in which they were found.

    `level` is `error` where the row was left out. No foreign key to the task, which may be gone, or not there yet.
    """

    __tablename__ = "import_problems"
    __table_args__ = (CheckConstraint("level IN ('error', 'loss')", name="level"),)

    import_id: Mapped[UUID] = mapped_column(ForeignKey("imports.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    row: Mapped[int] = mapped_column("file_row", BigInteger)
    column: Mapped[str | None] = mapped_column("file_column", String(200))
    detail: Mapped[str] = mapped_column(String(500))
    level: Mapped[str] = mapped_column(String(5))
    item: Mapped[str | None] = mapped_column(String(500))
    task_id: Mapped[UUID | None]
