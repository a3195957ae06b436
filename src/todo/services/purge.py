"""What was in the trash for 30 days goes for good, a bounded number of rows in each unit.

A unit takes the scopes that it finds free, in one statement that waits for nobody, and looks again once it has them:
every other writer of a task or list locks its scope first. So a task is restored whole or purged whole. What a task
left in the feed is blanked before, over as many units as that takes: a restored task does not need it.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import and_, delete, exists, func, insert, literal, select, tuple_, update
from sqlalchemy.orm import Session, aliased

from todo.models import (
    Change,
    ChangedItem,
    Feed,
    Invitation,
    Link,
    Member,
    Reminder,
    Scope,
    Task,
    TaskLabel,
    TaskList,
    Tombstone,
)
from todo.services import trash
from todo.services.removal import MOST_ROWS, once, remove_some, written

# Who asks to restore something may have a clock that is behind.
KEPT = trash.KEPT + timedelta(hours=1)
# How many are looked at in one unit: their ids stand in a statement, which has to stay below 16 KB.
_MOST_TASKS = 300
_MOST_LISTS = 100
# A list's own rows and its tombstone.
_ROWS_OF_A_LIST = 3
_NOTHING = "{}"
# What goes before it, and how it is found: what points to another of these comes first.
_OF_A_LIST: tuple[tuple[Any, Any], ...] = (
    (ChangedItem, ChangedItem.scope_id),
    (Change, Change.scope_id),
    (Tombstone, Tombstone.scope_id),
    (Feed, Feed.list_id),
    (Link, Link.list_id),
    (Invitation, Invitation.list_id),
    (Member, Member.list_id),
)


def purge_tasks(session: Session, now: datetime) -> int:
    """Remove old tasks from the trash, those without subtasks first. Each leaves a tombstone.

    Returns how many rows were removed or blanked; 0 when there is nothing left that nobody else holds.
    """
    found = session.execute(
        _old_tasks(now)
        .join(Scope, Scope.id == Task.list_id)
        .limit(_MOST_TASKS)
        .with_for_update(of=Scope, skip_locked=True, key_share=True)
    ).all()
    if not found:
        return 0
    # Until here they may have been restored, or moved with the task that they are below.
    held = {row.list_id for row in found}
    again = session.execute(_old_tasks(now).where(Task.id.in_([row.id for row in found]))).all()
    ids = [row.id for row in again if row.list_id in held]
    if not ids:
        return 0
    done = _blank(session, ids)
    done += remove_some(session, ChangedItem, ChangedItem.item_id.in_(ids), most=MOST_ROWS - done)
    return done + _remove_tasks(session, now, _that_fit(session, ids, MOST_ROWS - done))


def purge_lists(session: Session, now: datetime) -> int:
    """Remove old lists from the trash once their tasks are gone. Each leaves a tombstone in its owner's scope.

    Returns how many rows were removed; 0 when there is nothing left that nobody else holds.
    """
    own, account = aliased(Scope), aliased(Scope)
    found = session.execute(
        _old_lists(now)
        .join(own, own.id == TaskList.id)
        .join(account, account.id == TaskList.owner_id)
        .limit(_MOST_LISTS)
        .with_for_update(of=(own, account), skip_locked=True, key_share=True)
    ).all()
    if not found:
        return 0
    ids = list(session.scalars(_old_lists(now).where(TaskList.id.in_([row.id for row in found]))))
    done = 0
    for model, column in _OF_A_LIST:
        done += remove_some(session, model, column.in_(ids), most=MOST_ROWS - done)
    return done + _remove_lists(session, now, _bare(session, ids)[: (MOST_ROWS - done) // _ROWS_OF_A_LIST])


def find_oldest(session: Session) -> datetime | None:
    """When the oldest thing in the trash came there."""
    ages = (
        session.scalar(select(Task.deleted_at).where(Task.trashed.is_(True)).order_by(Task.deleted_at).limit(1)),
        session.scalar(
            select(TaskList.deleted_at)
            .where(TaskList.deleted_at.is_not(None))
            .order_by(TaskList.deleted_at, TaskList.id)
            .limit(1)
        ),
    )
    return min((age for age in ages if age is not None), default=None)


def _old_tasks(now: datetime) -> Any:
    child = aliased(Task)
    return (
        select(Task.id, Task.list_id)
        .where(Task.trashed.is_(True), Task.deleted_at <= now - KEPT, ~exists().where(child.parent_id == Task.id))
        .order_by(Task.deleted_at, Task.id)
    )


def _old_lists(now: datetime) -> Any:
    return (
        select(TaskList.id)
        .where(TaskList.deleted_at <= now - KEPT, ~exists().where(Task.list_id == TaskList.id))
        .order_by(TaskList.deleted_at, TaskList.id)
    )


def _blank(session: Session, ids: Sequence[UUID]) -> int:
    """Take the content out of the feed's rows about the tasks, as many as one unit may write."""
    key = (Change.scope_id, Change.revision)
    full = select(*key).where(Change.item_id.in_(ids), Change.fields != _NOTHING).limit(MOST_ROWS)
    return written(session, update(Change).where(tuple_(*key).in_(once(full))).values(fields=_NOTHING))


def _that_fit(session: Session, ids: Sequence[UUID], most: int) -> list[UUID]:
    """The first of the tasks which, with all that has to go in the same moment, are at most so many rows."""
    attached: Counter[UUID] = Counter()
    for column in (TaskLabel.task_id, Reminder.task_id):
        counts = session.execute(select(column, func.count()).where(column.in_(ids)).group_by(column))
        attached.update({row[0]: row[1] for row in counts})
    fitting = []
    for task_id in ids:
        most -= 2 + attached[task_id]  # itself and its tombstone
        if most < 0:
            break
        fitting.append(task_id)
    return fitting


def _remove_tasks(session: Session, now: datetime, ids: Sequence[UUID]) -> int:
    if not ids:
        return 0
    labels = written(session, delete(TaskLabel).where(TaskLabel.task_id.in_(ids)))
    reminders = written(session, delete(Reminder).where(Reminder.task_id.in_(ids)))
    # At the revision that brought it to the trash: who has seen that knows it is gone from the list.
    there = and_(
        Tombstone.scope_id == Task.list_id, Tombstone.revision == Task.changed_revision, Tombstone.item_id == Task.id
    )
    _bury(
        session,
        select(
            Task.list_id,
            Task.changed_revision,
            Task.id,
            literal("task"),
            literal(now, Tombstone.deleted_at.type),
        ).where(Task.id.in_(ids), ~exists().where(there)),
    )
    return labels + reminders + written(session, delete(Task).where(Task.id.in_(ids)))


def _bare(session: Session, ids: Sequence[UUID]) -> Sequence[UUID]:
    """The lists of which nothing else is left; the feed's rows may be held by who blanks them for a task that moved."""
    none_left = [~exists().where(column == TaskList.id) for _, column in _OF_A_LIST]
    return session.scalars(select(TaskList.id).where(TaskList.id.in_(ids), *none_left)).all()


def _remove_lists(session: Session, now: datetime, ids: Sequence[UUID]) -> int:
    if not ids:
        return 0
    _bury(
        session,
        select(
            TaskList.owner_id,
            func.max(Change.revision),
            TaskList.id,
            literal("list"),
            literal(now, Tombstone.deleted_at.type),
        )
        .join(
            Change,
            and_(Change.scope_id == TaskList.owner_id, Change.item_id == TaskList.id, Change.kind == "list.trashed"),
        )
        .where(TaskList.id.in_(ids))
        .group_by(TaskList.owner_id, TaskList.id),
    )
    scopes = written(session, delete(Scope).where(Scope.id.in_(ids)))
    return scopes + written(session, delete(TaskList).where(TaskList.id.in_(ids)))


def _bury(session: Session, graves: Any) -> None:
    columns = ["scope_id", "revision", "item_id", "kind", "deleted_at"]
    session.execute(insert(Tombstone).from_select(columns, graves))
