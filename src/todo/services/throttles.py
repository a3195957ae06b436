"""Slowing down guesses: each attempt is counted before it is judged, so that many at once gain nothing."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from todo.database import StaleRead, insert_missing
from todo.models import Throttle

_LONGEST_SECONDS = 900
_FORGOTTEN_AFTER = timedelta(hours=1)
_LONGEST_WINDOW = timedelta(days=1)
# A row says nothing any more once its attempts are forgotten, nobody waits for it, and its window has ended.
KEPT = max(_FORGOTTEN_AFTER, _LONGEST_WINDOW) + timedelta(seconds=_LONGEST_SECONDS)
_LONG_AGO = datetime.fromisoformat("2000-01-01T00:00:00+00:00")


@dataclass(frozen=True, slots=True)
class Counted:
    """What is counted: `kind` and `subject` name it; `free` attempts cost nothing, then each doubles the wait, or
    there are none (`spend`)."""

    kind: str
    subject: str
    free: int

    @property
    def key(self) -> bytes:
        """What is stored of it."""
        return hashlib.sha256(f"{self.kind}\0{self.subject}".encode()).digest()


def attempt(session: Session, now: datetime, *counters: Counted) -> int:
    """Count one attempt on each counter. Returns how many seconds to wait, 0 to go ahead.

    An attempt that has to wait is not counted: waiting it out is what helps.
    """
    rows = {counter.key: _locked(session, counter, now) for counter in sorted(counters, key=lambda c: c.key)}
    wait = max((row.blocked_until - now).total_seconds() for row in rows.values())
    if wait > 0:
        return int(wait) + 1
    for counter in counters:
        row = rows[counter.key]
        row.attempts = 1 if now - row.updated_at > _FORGOTTEN_AFTER else row.attempts + 1
        row.updated_at = now
        if row.attempts > counter.free:
            seconds = min(_LONGEST_SECONDS, 2 ** min(16, row.attempts - counter.free))
            row.blocked_until = now + timedelta(seconds=seconds)
    return 0


def spend(session: Session, now: datetime, mine: Counted, window: timedelta) -> int:
    """Use one of the `free` times that something may be done in a window of at most a day, from the first of them on.

    Returns how many seconds to wait for the next window, 0 to go ahead. To be counted in the unit that does it.
    """
    row = _locked(session, mine, now)
    if row.blocked_until <= now:
        row.attempts, row.blocked_until = 0, now + min(window, _LONGEST_WINDOW)
    if row.attempts >= mine.free:
        return int((row.blocked_until - now).total_seconds()) + 1
    row.attempts += 1
    row.updated_at = now
    session.flush()
    return 0


def succeeded(session: Session, mine: Counted, shared: Counted) -> None:
    """Forget the attempts on `mine`, and take the one that succeeded off `shared`."""
    session.execute(delete(Throttle).where(Throttle.key == mine.key))
    session.execute(
        update(Throttle)
        .where(Throttle.key == shared.key, Throttle.attempts > 0)
        .values(attempts=Throttle.attempts - 1, blocked_until=_LONG_AGO),
        execution_options={"synchronize_session": False},
    )


def forget(session: Session, *counters: Counted) -> None:
    """Forget the attempts on these."""
    session.execute(delete(Throttle).where(Throttle.key.in_([counter.key for counter in counters])))


def _locked(session: Session, counter: Counted, now: datetime) -> Throttle:
    insert_missing(session, Throttle(key=counter.key, attempts=0, blocked_until=_LONG_AGO, updated_at=now))
    row = session.scalars(select(Throttle).where(Throttle.key == counter.key).with_for_update()).one_or_none()
    if row is None:
        raise StaleRead("the counter was there, and was removed just now: it was old, or somebody succeeded")
    return row
