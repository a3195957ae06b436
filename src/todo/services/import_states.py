"""The states of an import, and the steps from one to the next: each is taken once, whoever tries it again."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from todo.models import Import, uuid7
from todo.services import import_problems, jobs
from todo.services.import_problems import Found
from todo.services.import_work import Work
from todo.services.jobs import NewJob

KIND = "import"
ENDED = ("done", "failed", "cancelled")
_LONGEST_ERROR = 500
_NO_SYNC = {"synchronize_session": False}


class Overtaken(Exception):
    """Somebody else went on with the import, or it was cancelled: nothing of the unit is stored."""


def find_size(session: Session, import_id: UUID) -> int | None:
    """How long the file will be of an import that waits for it; None where none does."""
    return session.scalar(select(Import.size).where(Import.id == import_id, Import.state == "uploading"))


def is_gone(session: Session, import_id: UUID) -> bool:
    """Whether there is no such import, or no more: what is sent for it is nobody's."""
    return session.scalar(select(Import.id).where(Import.id == import_id)) is None


def arrived(session: Session, import_id: UUID, now: datetime) -> UUID | None:
    """The file is here: write the job. Returns it, None where it was written before. Repeating it is harmless."""
    row = session.scalar(select(Import).where(Import.id == import_id, Import.state == "uploading").with_for_update())
    return None if row is None else wait(session, now, row)


def wait(session: Session, now: datetime, row: Import) -> UUID:
    """Let a file that is here be read from its beginning, by a job. Returns the job."""
    job = NewJob(kind=KIND, payload={"import_id": str(row.id)}, account_id=row.account_id, id=uuid7(now))
    (job_id,) = jobs.enqueue(session, now, [job])
    row.state, row.phase, row.job_id, row.updated_at = "waiting", "check", job_id, now
    row.rows, row.preview = None, None
    row.rows_done = row.records_done = row.problem_count = row.error_count = 0
    session.flush()
    return job_id


def begin(session: Session, work: Work, now: datetime, format_name: str, sha256: bytes) -> None:
    """What the file is, is known: it is checked next. Raises Overtaken."""
    values = {"state": "checking", "format": format_name, "sha256": sha256, "updated_at": now}
    _advance(session, work, values)


def go_on(session: Session, work: Work, values: Mapping[str, Any], found: Found) -> None:
    """Note what was done of an import, with the problems that were found, in the transaction that did it.

    Raises Overtaken.
    """
    errors = sum(problem.level == "error" for problem, _ in found)
    counted = {"problem_count": work.problem_count + len(found), "error_count": work.error_count + errors}
    _advance(session, work, {**values, **counted})
    import_problems.keep(session, work, found)


def fail(session: Session, import_id: UUID, now: datetime, error: str) -> None:
    """End an import that cannot go on, unless it has ended."""
    session.execute(
        update(Import)
        .where(Import.id == import_id, Import.state.not_in(ENDED))
        .values(state="failed", error=error[:_LONGEST_ERROR], finished_at=now, updated_at=now),
        execution_options=_NO_SYNC,
    )


def raised(name: str, by: int) -> Any:
    """A counter of an import, raised."""
    return getattr(Import, name) + by


def ended(now: datetime) -> dict[str, Any]:
    """The columns of an import that is done."""
    return {"state": "done", "finished_at": now}


def _advance(session: Session, work: Work, values: Mapping[str, Any]) -> None:
    advanced = session.execute(
        update(Import)
        .where(
            Import.id == work.id,
            Import.state == work.state,
            Import.phase == work.phase,
            Import.records_done == work.records_done,
        )
        .values(**values)
        .returning(Import.id),
        execution_options=_NO_SYNC,
    ).one_or_none()
    if advanced is None:
        raise Overtaken
