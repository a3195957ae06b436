"""What is old goes away: step by step, each in units that write at most 1,000 rows.

A unit returns how many rows it removed, and 0 when there is nothing left to do, or nothing that nobody else holds. It
waits for nobody, so two of them at once share the work, and one that is interrupted has done what it committed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from todo.models import (
    Connection,
    IdempotencyRecord,
    Import,
    ImportProblem,
    Invitation,
    Invite,
    Job,
    Link,
    PasswordReset,
    Subscription,
    Throttle,
    Ticket,
    Token,
    Tombstone,
)
from todo.services import idempotency, purge, throttles
from todo.services.removal import remove_some

Step = Callable[[Session, datetime], int]


@dataclass(frozen=True, slots=True)
class Expiry:
    """The rows of one table that are kept for some time after `since`. It is a step itself."""

    model: Any
    since: Any
    kept: timedelta
    only: tuple[ColumnElement[bool], ...] = ()

    def __call__(self, session: Session, now: datetime) -> int:
        """Remove some of those whose time is up."""
        return remove_some(session, self.model, self.since <= now - self.kept, *self.only)

    def oldest(self, session: Session) -> datetime | None:
        """What `since` is in the oldest row."""
        statement = select(self.since).where(self.since.is_not(None), *self.only).order_by(self.since).limit(1)
        found: datetime | None = session.scalar(statement)
        return found


_CONNECTIONS_KEPT = timedelta(hours=1)


def remove_subscriptions(session: Session, now: datetime) -> int:
    """Remove what connections listened to whose time is up; they themselves go after it."""
    over = select(Connection.id).where(Connection.expires_at <= now - _CONNECTIONS_KEPT)
    return remove_some(session, Subscription, Subscription.connection_id.in_(over))


_IMPORTS_KEPT = timedelta(days=30)
_UNFINISHED_KEPT = timedelta(days=7)
_UNFINISHED = Import.state.in_(("uploading", "checked"))


def remove_import_problems(session: Session, now: datetime) -> int:
    """Remove the problems of imports whose time is up; they themselves go after it."""
    old = (Import.finished_at <= now - _IMPORTS_KEPT) | (_UNFINISHED & (Import.updated_at <= now - _UNFINISHED_KEPT))
    return remove_some(session, ImportProblem, ImportProblem.import_id.in_(select(Import.id).where(old)))


_WITHOUT_PROBLEMS = ~exists().where(ImportProblem.import_id == Import.id)

# Where a client, or another process, may still ask for what is just old enough by its own clock, there is some grace.
_EXPIRIES: tuple[tuple[str, Expiry], ...] = (
    ("tokens", Expiry(Token, Token.expires_at, timedelta(days=1))),
    (
        "idempotency records",
        Expiry(IdempotencyRecord, IdempotencyRecord.created_at, idempotency.KEPT + timedelta(hours=1)),
    ),
    ("throttles", Expiry(Throttle, Throttle.updated_at, throttles.KEPT)),
    ("expired invites", Expiry(Invite, Invite.expires_at, timedelta(days=30))),
    ("used invites", Expiry(Invite, Invite.used_at, timedelta(days=30))),
    ("invitations", Expiry(Invitation, Invitation.expires_at, timedelta(days=30))),
    ("links", Expiry(Link, Link.expires_at, timedelta(days=30))),
    ("password resets", Expiry(PasswordReset, PasswordReset.expires_at, timedelta(hours=1))),
    ("tickets", Expiry(Ticket, Ticket.expires_at, timedelta(hours=1))),
    (
        "connections",
        Expiry(
            Connection,
            Connection.expires_at,
            _CONNECTIONS_KEPT,
            (~exists().where(Subscription.connection_id == Connection.id),),
        ),
    ),
    ("imports", Expiry(Import, Import.finished_at, _IMPORTS_KEPT, (_WITHOUT_PROBLEMS,))),
    # Their files are gone by then.
    ("unfinished imports", Expiry(Import, Import.updated_at, _UNFINISHED_KEPT, (_UNFINISHED, _WITHOUT_PROBLEMS))),
    ("tombstones", Expiry(Tombstone, Tombstone.deleted_at, timedelta(days=90))),
    # `run_at` is when its worker's last lease ended, within minutes of the job's own end, and is in an index.
    ("done jobs", Expiry(Job, Job.run_at, timedelta(days=30), (Job.state == "done",))),
    ("failed jobs", Expiry(Job, Job.run_at, timedelta(days=30), (Job.state == "failed",))),
)

STEPS: tuple[tuple[str, Step], ...] = (
    ("tasks", purge.purge_tasks),
    ("lists", purge.purge_lists),
    ("subscriptions", remove_subscriptions),
    ("import problems", remove_import_problems),
    *_EXPIRIES,
)


def behind(session: Session, now: datetime) -> float:
    """For how many seconds the oldest thing that should be gone has been overdue; 0 where nothing is."""
    ages = [(purge.find_oldest(session), purge.KEPT)]
    ages += [(expiry.oldest(session), expiry.kept) for _, expiry in _EXPIRIES]
    overdue = [(now - since - kept).total_seconds() for since, kept in ages if since is not None]
    return max(0.0, *overdue) if overdue else 0.0
