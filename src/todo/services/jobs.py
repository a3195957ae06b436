"""Work for later: written in the transaction that wants it, done by whoever claims it, tried again, given up visibly.

A message of a queue is only a hint that names a job. What is true stands in the row: a job is claimed by a conditional
update, so that a message that comes twice, or two workers with one message, do it once.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import and_, insert, or_, select, update
from sqlalchemy.orm import Session

from todo.models import Job, uuid7

# A worker that says nothing for so long has lost its job; longer than any worker may run.
LEASE = timedelta(minutes=2)
MOST_ATTEMPTS = 5
# The queue is told again of a job that nobody has claimed for so long.
ANNOUNCED_AGAIN = timedelta(minutes=15)
_LONGEST_ERROR = 500
_NOT_KEPT = "secret"
_NO_SYNC = {"synchronize_session": False}


@dataclass(frozen=True, slots=True)
class NewJob:
    """A job to be written. `payload` is what JSON can hold; `account_id` is with whom it ends.

    What `payload` holds as `secret` is forgotten when the job ends, however it does. `id` is given where the job has
    to be known before it is written.
    """

    kind: str
    payload: Mapping[str, Any]
    account_id: UUID | None = None
    id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Claimed:
    """A job that is this worker's until its lease ends. `attempt` counts from 1."""

    id: UUID
    kind: str
    payload: Mapping[str, Any]
    account_id: UUID | None
    attempt: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class NotYet:
    """A job that is somebody else's, or to be tried later: look again in `seconds`."""

    seconds: float


@dataclass(frozen=True, slots=True)
class GivenUp:
    """A job that is not tried any more, and why."""

    id: UUID
    kind: str
    attempts: int
    at: datetime | None
    error: str


def enqueue(session: Session, now: datetime, jobs: Sequence[NewJob]) -> tuple[UUID, ...]:
    """Write jobs that may be done from `now` on. Returns their ids, for the queue to be told after the commit."""
    ids = tuple(job.id or uuid7(now) for job in jobs)
    if jobs:
        rows = [
            {
                "id": job_id,
                "kind": job.kind,
                "state": "waiting",
                "account_id": job.account_id,
                "payload": _to_text(job.payload),
                "attempts": 0,
                "run_at": now,
                "announced_at": now,
                "error": None,
                "created_at": now,
                "finished_at": None,
            }
            for job_id, job in zip(ids, jobs, strict=True)
        ]
        session.execute(insert(Job), rows)
    return ids


def claim(session: Session, job_id: UUID, now: datetime) -> Claimed | NotYet | None:
    """Take a job that waits, or whose worker was lost. None where it is done, failed or gone."""
    claimed = session.execute(
        update(Job)
        .where(Job.id == job_id, _claimable(now))
        .values(state="running", attempts=Job.attempts + 1, run_at=now + LEASE)
        .returning(Job.kind, Job.payload, Job.account_id, Job.attempts, Job.created_at),
        execution_options=_NO_SYNC,
    ).one_or_none()
    if claimed is not None:
        return Claimed(
            job_id,
            claimed.kind,
            json.loads(claimed.payload),
            claimed.account_id,
            claimed.attempts,
            claimed.created_at,
        )
    waiting = session.scalar(select(Job.run_at).where(Job.id == job_id, Job.state.in_(("waiting", "running"))))
    return None if waiting is None else NotYet(max(1.0, (waiting - now).total_seconds()))


def finish(session: Session, job: Claimed, now: datetime) -> None:
    """Note that a job is done, unless its lease ended and it is somebody else's by now."""
    _end(session, job, state="done", error=None, finished_at=now, **_without_secret(job))


def fail(session: Session, job: Claimed, now: datetime, reason: str, *, for_good: bool) -> float | None:
    """Note that a try failed. Seconds until the next one, or None where the job is given up."""
    if for_good or job.attempt >= MOST_ATTEMPTS:
        ended = {"finished_at": now, **_without_secret(job)}
        _end(session, job, state="failed", error=reason[:_LONGEST_ERROR], **ended)
        return None
    pause = pause_after(job.attempt)
    _end(session, job, state="waiting", error=reason[:_LONGEST_ERROR], run_at=now + timedelta(seconds=pause))
    return pause


def go_on(session: Session, job: Claimed, now: datetime, *, at: datetime | None = None) -> None:
    """Put a job back that did a part of its work: it may go on now, or from `at`, behind those that wait by then.

    Since it came further, its earlier attempts do not count any more.
    """
    _end(session, job, state="waiting", error=None, attempts=0, run_at=at or now, announced_at=now)


def others_wait(session: Session, job_id: UUID, now: datetime) -> bool:
    """Whether there is another job that can be done now."""
    return session.scalar(select(Job.id).where(_claimable(now), Job.id != job_id).limit(1)) is not None


def pause_after(attempt: int) -> float:
    """Seconds between a failed attempt (from 1) and the next: 30 s, 2 minutes, 8, 32."""
    return 30.0 * float(4 ** (attempt - 1))


def due(session: Session, now: datetime, limit: int) -> tuple[UUID, ...]:
    """Jobs that can be claimed, those that wait longest first."""
    return tuple(session.scalars(select(Job.id).where(_claimable(now)).order_by(Job.run_at, Job.id).limit(limit)))


def announce_again(session: Session, now: datetime, limit: int) -> tuple[UUID, ...]:
    """Jobs that can be claimed and that the queue does not seem to know: it was down, or a process ended too soon."""
    stranded = (
        select(Job.id)
        .where(_claimable(now), Job.announced_at <= now - ANNOUNCED_AGAIN)
        .order_by(Job.run_at, Job.id)
        .limit(limit)
    )
    told = session.scalars(
        update(Job)
        .where(Job.id.in_(stranded), Job.announced_at <= now - ANNOUNCED_AGAIN)
        .values(announced_at=now)
        .returning(Job.id),
        execution_options=_NO_SYNC,
    )
    return tuple(told)


def find_next(session: Session) -> datetime | None:
    """When the queue is to be told again of the next job that is not done; None where there is none."""
    at = session.scalar(
        select(Job.announced_at).where(Job.state.in_(("waiting", "running"))).order_by(Job.announced_at).limit(1)
    )
    return None if at is None else at + ANNOUNCED_AGAIN


def given_up(session: Session, limit: int) -> tuple[GivenUp, ...]:
    """Jobs that were given up, the latest first."""
    rows = session.scalars(
        select(Job).where(Job.state == "failed").order_by(Job.run_at.desc(), Job.id.desc()).limit(limit)
    )
    return tuple(GivenUp(row.id, row.kind, row.attempts, row.finished_at, row.error or "") for row in rows)


def revive(session: Session, now: datetime, limit: int) -> int:
    """Let jobs that were given up be tried anew, from the first attempt on. Returns how many."""
    chosen = select(Job.id).where(Job.state == "failed").order_by(Job.run_at, Job.id).limit(limit)
    revived = session.scalars(
        update(Job)
        .where(Job.id.in_(chosen), Job.state == "failed")
        # As if the queue had been told long ago: the next tick tells it.
        .values(state="waiting", attempts=0, run_at=now, announced_at=now - ANNOUNCED_AGAIN, finished_at=None)
        .returning(Job.id),
        execution_options=_NO_SYNC,
    ).all()
    return len(revived)


def _claimable(now: datetime) -> Any:
    # Spelled out, so that the index on (state, run_at) is used for each.
    return or_(and_(Job.state == "waiting", Job.run_at <= now), and_(Job.state == "running", Job.run_at <= now))


def _without_secret(job: Claimed) -> dict[str, str]:
    """The columns of a job that ended, where it held a secret."""
    if _NOT_KEPT not in job.payload:
        return {}
    return {"payload": _to_text({key: value for key, value in job.payload.items() if key != _NOT_KEPT})}


def _to_text(payload: Mapping[str, Any]) -> str:
    return json.dumps(payload, separators=(",", ":"), ensure_ascii=False)


def _end(session: Session, job: Claimed, **values: Any) -> None:
    session.execute(
        update(Job).where(Job.id == job.id, Job.state == "running", Job.attempts == job.attempt).values(**values),
        execution_options=_NO_SYNC,
    )
