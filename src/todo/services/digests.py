"""Digests: a mail each morning of what is due."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from todo.models import Account
from todo.services import jobs
from todo.services.jobs import NewJob
from todo.services.time_zones import get_zone, instant

_HOUR = time(7)
# A morning's digest is of no use in the evening.
_LATEST = timedelta(hours=10)


@dataclass(frozen=True, slots=True)
class Claimed:
    """Whose digest was due: how many, since when the one that waited longest, and the jobs that were made of them."""

    count: int
    oldest: datetime | None
    job_ids: tuple[UUID, ...]


def next_digest(now: datetime, zone: ZoneInfo) -> datetime:
    """The next 7:00 on the clocks of `zone` that is later than `now`, in UTC."""
    day = now.astimezone(zone).date()
    while (at := instant(datetime.combine(day, _HOUR), zone)) <= now:
        day += timedelta(days=1)
    return at


def claim(session: Session, now: datetime, limit: int) -> Claimed:
    """Move up to `limit` people whose digest is due on to their next morning, and write the jobs of their letters.

    One unit: a person is moved on and has a job, or neither; of two claims at once only one moves a person on. Who
    could not be served for ten hours waits for the next morning instead.
    """
    due = session.execute(
        select(Account.id, Account.digest_at, Account.time_zone)
        .where(Account.digest_at <= now)
        .order_by(Account.digest_at, Account.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    letters: list[NewJob] = []
    for name, people in groupby(sorted(due, key=lambda row: row.time_zone), key=lambda row: row.time_zone):
        zone = get_zone(name, "/time_zone")
        for account_id, since in _move_on(session, now, zone, {row.id: row.digest_at for row in people}):
            if now - since <= _LATEST:
                letters.append(_letter(account_id, since.astimezone(zone).date()))
    oldest = min((row.digest_at for row in due), default=None)
    return Claimed(len(due), oldest, jobs.enqueue(session, now, letters))


def find_next(session: Session) -> datetime | None:
    """When the next digest is due; None where nobody wants one."""
    return session.scalar(
        select(Account.digest_at).where(Account.digest_at.is_not(None)).order_by(Account.digest_at).limit(1)
    )


def _move_on(
    session: Session, now: datetime, zone: ZoneInfo, since: dict[UUID, datetime]
) -> list[tuple[UUID, datetime]]:
    moved = session.execute(
        update(Account)
        .where(Account.id.in_(since), Account.digest_at <= now)
        .values(digest_at=next_digest(now, zone))
        .returning(Account.id, Account.mail_stopped_at),
        execution_options={"synchronize_session": False},
    )
    return [(row.id, since[row.id]) for row in moved if row.mail_stopped_at is None]


def _letter(account_id: UUID, day: date) -> NewJob:
    return NewJob("email", {"letter": "digest", "day": day.isoformat()}, account_id)
