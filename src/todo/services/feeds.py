"""Feeds: calendars at a secret address, as whoever made them sees their lists.

The address is all that a calendar program can keep, so it stands for the right to read; docs/decisions/0028 has why.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from msgspec import UnsetType
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from todo.errors import Fault, InvalidInput, LimitReached, NotFound
from todo.models import Account, Feed, Member, Scope, Task, TaskList, uuid7
from todo.services import lists, roles
from todo.services.actor import Actor, Authority, digest_of
from todo.services.paging import beyond
from todo.services.task_shape import shape
from todo.services.time_zones import get_zone
from todo.services.tokens import new_secret
from todo.shapes import feeds as shapes
from todo.shapes.index import Limits
from todo.shapes.task import Task as TaskShape

PREFIX = "todofeed"
_MOST_SECRET = 200
_AT_ONCE = 200
_NEVER = "~"  # as tasks without a due are sorted
_UNKNOWN = "There is no such feed. It may have been revoked: its owner can make another."


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A feed that somebody asked for. `state` is another one whenever anything in it may be."""

    actor: Actor
    name: str
    shows: str
    list_id: UUID | None
    today: date
    state: str


def create(session: Session, actor: Actor, new: shapes.NewFeed) -> shapes.NewFeedReply:
    """Make a feed. Raises InvalidInput, NotFound for a list that the actor does not see, LimitReached."""
    account_id = actor.account_id
    list_id = None if isinstance(new.list_id, UnsetType) else new.list_id
    if (new.shows == "list") != (list_id is not None):
        raise InvalidInput(Fault("Expected with `shows: list`, and only then", "/list_id"))
    title = None if list_id is None else lists.get(session, actor, list_id).title
    # One after the other: two at once would both find room for one.
    session.execute(select(Account.id).where(Account.id == account_id).with_for_update())
    held = session.scalar(select(func.count()).select_from(Feed).where(Feed.account_id == account_id)) or 0
    if held >= Limits().feeds_per_account:
        raise LimitReached(f"An account has at most {Limits().feeds_per_account} feeds. Revoke one first.")
    secret = new_secret(PREFIX)
    feed = Feed(
        id=uuid7(actor.now),
        account_id=account_id,
        digest=digest_of(secret),
        name=(new.name.strip() or title or "To-do")[:120],
        shows=new.shows,
        list_id=list_id,
        created_at=actor.now,
    )
    session.add(feed)
    session.flush()
    return shapes.NewFeedReply(**_fields(feed) | {"url": f"/v1/feeds/{secret}.ics"})


def list_all(session: Session, actor: Actor) -> tuple[shapes.Feed, ...]:
    """The account's feeds, latest first. There are at most a hundred, so there is one page."""
    rows = session.scalars(
        select(Feed).where(Feed.account_id == actor.account_id).order_by(Feed.created_at.desc(), Feed.id.desc())
    )
    return tuple(shapes.Feed(**_fields(row)) for row in rows)


def revoke(session: Session, actor: Actor, feed_id: UUID) -> None:
    """Revoke a feed of the account; its address leads nowhere with the commit. Raises NotFound."""
    gone = session.execute(
        delete(Feed).where(Feed.id == feed_id, Feed.account_id == actor.account_id).returning(Feed.id)
    ).one_or_none()
    if gone is None:
        raise NotFound("You have no such feed.")


def find(session: Session, secret: str, now: Any) -> Found:
    """The feed at a secret address, looked up by the digest of the secret. Raises NotFound. Reads no task."""
    if len(secret) > _MOST_SECRET:
        raise NotFound(_UNKNOWN)
    row = session.execute(
        select(Feed, Account.time_zone, Account.language)
        .join(Account, Account.id == Feed.account_id)
        .where(Feed.digest == digest_of(secret))
    ).one_or_none()
    if row is None:
        raise NotFound(_UNKNOWN)
    feed: Feed = row[0]
    actor = Actor(
        id=feed.account_id,
        authority=Authority(),
        access="read",
        time_zone=row.time_zone,
        now=now,
        operation_id=uuid7(now),
        language=row.language,
    )
    today = now.astimezone(get_zone(row.time_zone, "/time_zone")).date()
    return Found(
        actor=actor,
        name=feed.name,
        shows=feed.shows,
        list_id=feed.list_id,
        today=today,
        state=_state(session, feed, actor, today),
    )


def tasks(read: Callable[..., Any], found: Found, *, as_tasks: bool) -> Iterator[TaskShape]:
    """What a feed holds, read a page at a time: what is to be done, by its due, at most so many as are published.

    `read` runs one unit of work. As tasks, a list is shown whole: what has no due, and what is done, too.
    """
    most = Limits().feed_entries
    whole = as_tasks and found.shows == "list"
    for completed in (False, True) if whole else (False,):
        last: tuple[str, UUID] | None = None
        while most > 0:
            page = read(_page, found, min(_AT_ONCE, most), last, completed=completed, undated=whole)
            for due_sort, task in page:
                yield task
                last = (due_sort, task.id)
            most -= len(page)
            if len(page) < _AT_ONCE:
                break


def _page(
    session: Session,
    found: Found,
    limit: int,
    last: tuple[str, UUID] | None,
    *,
    completed: bool,
    undated: bool,
) -> tuple[tuple[str, TaskShape], ...]:
    held = roles.access(found.actor)
    statement = (
        select(Task)
        .join(held, held.c.list_id == Task.list_id)
        .where(Task.trashed.is_(False), Task.completed.is_(completed))
        .order_by(Task.due_sort, Task.id)
        .limit(limit)
    )
    if found.list_id is not None:
        statement = statement.where(Task.list_id == found.list_id)
    if found.shows == "today":
        statement = statement.where(Task.due_sort < (found.today + timedelta(days=1)).isoformat())
    elif not undated:
        statement = statement.where(Task.due_sort < _NEVER)
    if last is not None:
        statement = statement.where(beyond(Task.due_sort, last[0], Task.id, last[1], descending=False))
    return tuple((task.due_sort, shape(task)) for task in session.scalars(statement))


def _state(session: Session, feed: Feed, actor: Actor, today: date) -> str:
    """A digest of all that a feed is made of: every change of a list raises its scope's revision."""
    statement = (
        select(Scope.id, Scope.revision)
        .join(Member, Member.list_id == Scope.id)
        .join(TaskList, TaskList.id == Scope.id)
        .where(Member.account_id == feed.account_id, TaskList.deleted_at.is_(None))
        .order_by(Scope.id)
    )
    if feed.list_id is not None:
        statement = statement.where(Scope.id == feed.list_id)
    digest = hashlib.sha256()
    day = today.isoformat() if feed.shows == "today" else ""
    for part in (feed.id, feed.name, actor.time_zone, actor.language, day):
        digest.update(f"{part}\0".encode())
    for row in session.execute(statement):
        digest.update(f"{row.id} {row.revision}\0".encode())
    return digest.hexdigest()[:32]


def _fields(feed: Feed) -> dict[str, Any]:
    return {
        "id": feed.id,
        "url": f"/v1/feeds/{feed.id}",
        "name": feed.name,
        "shows": feed.shows,
        "list_id": feed.list_id,
        "created_at": feed.created_at,
    }
