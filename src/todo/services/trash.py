"""The trash: what was deleted can be brought back for 30 days."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session, aliased

from todo.database import StaleRead
from todo.errors import LimitReached, NotFound
from todo.models import ChangedItem, Scope, Task, TaskList
from todo.services import ordering, roles, scopes, subtasks, tasks
from todo.services.actor import Actor
from todo.services.paging import Page, beyond, cursor_id, decode_cursor, encode_cursor, fingerprint, page_of
from todo.services.preconditions import IfMatch, require_match
from todo.services.removal import written
from todo.services.task_shape import shape, trashed_shape
from todo.shapes import task as shapes
from todo.shapes.index import Limits

KEPT = timedelta(days=Limits().trash_days)


def contents(session: Session, actor: Actor, query: shapes.TrashFilter) -> Page[shapes.TrashedTask]:
    """A page of the trash of every list the actor sees, deleted lists included, latest first. Raises BadCursor."""
    selection = fingerprint(query, "trash")
    held = roles.access(actor)
    statement = (
        select(Task)
        .join(held, held.c.list_id == Task.list_id)
        .where(Task.trashed.is_(True), Task.deleted_at > actor.now - KEPT)
        .order_by(Task.deleted_at.desc(), Task.id.desc())
        .limit(query.limit + 1)
    )
    if query.list is not None:
        statement = statement.where(Task.list_id == query.list)
    if query.cursor is not None:
        at, item_id = decode_cursor(query.cursor, selection, datetime)
        statement = statement.where(beyond(Task.deleted_at, at, Task.id, cursor_id(item_id), descending=True))
    return page_of(
        session.scalars(statement).all(),
        query.limit,
        trashed_shape,
        lambda task: encode_cursor(selection, task.deleted_at, task.id),
    )


def discard(session: Session, actor: Actor, task_id: UUID, if_match: IfMatch) -> None:
    """Move a task, and everything below it, to the trash. Raises NotFound, Forbidden, VersionMismatch."""
    list_id = tasks.list_of(session, actor, task_id)
    scope = scopes.lock(session, list_id)[list_id]
    task, role = tasks.get_with_role(session, actor, task_id)
    if task.list_id != list_id:
        raise StaleRead("the task was moved to another list just now")
    roles.require(role, "editor")
    require_match(if_match, shape(task))
    discarded = _discard(session, actor, scope, Task.id == task_id)
    scopes.record(session, actor, scope, "task.trashed", task_id, {})
    if discarded > 1:
        ordering.note_changed_items(session, scope)


def empty_list(session: Session, actor: Actor, list_id: UUID, query: shapes.EmptyList) -> shapes.TasksTrashed:
    """Move all tasks of a list, or those that are (not) completed, to the trash, with everything below them.

    Raises NotFound, Forbidden.
    """
    scope = roles.lock(session, actor, list_id, "editor")
    conditions = [Task.list_id == list_id, Task.trashed.is_(False)]
    if query.completed is not None:
        conditions.append(Task.completed.is_(query.completed))
    discarded = _discard(session, actor, scope, *conditions)
    if discarded:
        scopes.record(session, actor, scope, "tasks.trashed", None, {})
        ordering.note_changed_items(session, scope)
    else:
        scopes.give_back(session, scope)
    return shapes.TasksTrashed(tasks=discarded)


def restore(session: Session, actor: Actor, task_id: UUID) -> shapes.Task:
    """Bring a task back with what was deleted together with it below it; and its list, when that was deleted, too.

    A task whose parent is gone comes back on the top level. Raises NotFound, Forbidden, LimitReached.
    """
    list_id = tasks.list_of(session, actor, task_id, trashed=True)
    row = session.get_one(TaskList, list_id)
    was_deleted, owner_id = row.deleted_at is not None, row.owner_id
    locked = scopes.lock(session, list_id, *([owner_id] if was_deleted else []))
    task, role = tasks.get_with_role(session, actor, task_id, trashed=True)
    session.refresh(row)
    if task.list_id != list_id or (was_deleted, owner_id) != (row.deleted_at is not None, row.owner_id):
        raise StaleRead("the task was moved, or its list deleted, restored or passed on, just now")
    if task.deleted_at is None or task.deleted_at <= actor.now - KEPT:
        raise NotFound(tasks.NO_SUCH_TASK)
    roles.require(role, "owner" if was_deleted else "editor")
    if was_deleted:
        _restore_list(session, actor, row, locked[list_id], locked[owner_id])
        scopes.advance(session, locked[list_id])
    _restore_tree(session, actor, task, locked[list_id])
    return shape(task)


def restore_list(session: Session, actor: Actor, list_id: UUID, deletion_id: UUID) -> None:
    """Bring a list back with the tasks that one operation deleted. Its scope and its owner's are held by the unit.

    Raises NotFound, LimitReached.
    """
    row = session.get(TaskList, list_id, populate_existing=True)
    if row is None or row.deleted_at is None or row.deleted_at <= actor.now - KEPT:
        raise NotFound(roles.NO_SUCH_LIST)
    locked = scopes.lock(session, list_id, row.owner_id)
    _restore_list(session, actor, row, locked[list_id], locked[row.owner_id])
    if _restore_deleted(session, actor, locked[list_id], Task.deletion_id == deletion_id):
        ordering.note_changed_items(session, locked[list_id])


def restore_deleted(session: Session, actor: Actor, list_id: UUID, deletion_id: UUID) -> int:
    """Bring the tasks back that one operation took from a list, whose scope is held by the unit. Returns how many."""
    scope = scopes.lock(session, list_id)[list_id]
    restored = _restore_deleted(session, actor, scope, Task.deletion_id == deletion_id)
    if not restored:
        return 0
    scopes.record(session, actor, scope, "tasks.restored", None, {})
    ordering.note_changed_items(session, scope)
    _lift_orphans(session, actor, scope)
    return restored


def discard_again(session: Session, actor: Actor, list_id: UUID, revision: int) -> int:
    """Move those tasks to the trash again that a bulk operation at a revision of the list touched. Returns how many."""
    scope = scopes.lock(session, list_id)[list_id]
    items = select(ChangedItem.item_id).where(ChangedItem.scope_id == list_id, ChangedItem.revision == revision)
    discarded = _discard(session, actor, scope, Task.list_id == list_id, Task.trashed.is_(False), Task.id.in_(items))
    if discarded:
        scopes.record(session, actor, scope, "tasks.trashed", None, {})
        ordering.note_changed_items(session, scope)
    return discarded


def discard_all(session: Session, actor: Actor, list_id: UUID, ids: Any) -> int:
    """Move tasks of a list to the trash, those that `ids` (a statement) names, without what is below. Returns how many.

    Leaves the list as it is where none of them is in it.
    """
    scope = scopes.lock(session, list_id)[list_id]
    discarded = written(
        session,
        update(Task)
        .where(Task.list_id == list_id, Task.trashed.is_(False), Task.id.in_(ids))
        .values(
            trashed=True,
            deleted_at=actor.now,
            deletion_id=actor.operation_id,
            changed_revision=scope.revision,
            version=Task.version + 1,
        ),
    )
    if not discarded:
        scopes.give_back(session, scope)
        return 0
    scope.item_count -= discarded
    session.flush()
    scopes.record(session, actor, scope, "tasks.trashed", None, {})
    ordering.note_changed_items(session, scope)
    return discarded


def _discard(session: Session, actor: Actor, scope: Scope, *roots: object) -> int:
    tree = subtasks.below(*roots, through=lambda child: child.trashed.is_(False))  # type: ignore[arg-type]  # conditions
    gone = session.execute(
        update(Task)
        .where(Task.id.in_(tree))
        .values(
            trashed=True,
            deleted_at=actor.now,
            deletion_id=actor.operation_id,
            changed_revision=scope.revision,
            version=Task.version + 1,
        )
        .returning(Task.id),
        execution_options={"synchronize_session": False},
    ).all()
    scope.item_count -= len(gone)
    return len(gone)


def _restore_list(session: Session, actor: Actor, row: TaskList, scope: Scope, account: Scope) -> None:
    row.deleted_at = row.deletion_id = None
    row.version += 1
    row.changed_revision = scope.revision
    row.updated_at = actor.now
    account.item_count += 1
    if account.item_count > Limits().lists_per_account:
        raise LimitReached(f"An account has at most {Limits().lists_per_account} lists.")
    session.flush()
    scopes.record(session, actor, scope, "list.restored", row.id, {})
    scopes.record(session, actor, account, "list.restored", row.id, {})


def _restore_deleted(session: Session, actor: Actor, scope: Scope, condition: Any) -> int:
    """Take tasks of a locked list out of the trash, as part of the scope's present revision. Returns how many."""
    restored = session.execute(
        update(Task)
        .where(Task.list_id == scope.id, Task.trashed.is_(True), condition)
        .values(
            trashed=False,
            deleted_at=None,
            deletion_id=None,
            changed_revision=scope.revision,
            version=Task.version + 1,
            updated_at=actor.now,
        )
        .returning(Task.id),
        execution_options={"synchronize_session": False},
    ).all()
    scope.item_count += len(restored)
    tasks.require_room(scope)
    return len(restored)


def _lift_orphans(session: Session, actor: Actor, scope: Scope) -> None:
    """Bring those to the top level whose parent did not come back with them, in a revision of its own."""
    parent = aliased(Task)
    orphans = session.scalars(
        select(Task)
        .join(parent, parent.id == Task.parent_id)
        .where(Task.list_id == scope.id, Task.changed_revision == scope.revision, parent.trashed.is_(True))
        .execution_options(populate_existing=True)
    ).all()
    if not orphans:
        return
    scopes.advance(session, scope)
    fields: dict[UUID, scopes.Fields] = {task.id: {"parent_id": (task.parent_id, None)} for task in orphans}
    for task in orphans:
        task.parent_id, task.changed_revision = None, scope.revision
        task.version += 1
    session.flush()
    scopes.record(session, actor, scope, "tasks.lifted", None, {})
    ordering.note_fields(session, scope, fields)


def _restore_tree(session: Session, actor: Actor, task: Task, scope: Scope) -> None:
    deletion_id = task.deletion_id
    tree = subtasks.below(
        Task.id == task.id, through=lambda child: child.trashed.is_(True) & (child.deletion_id == deletion_id)
    )
    restored = _restore_deleted(session, actor, scope, Task.id.in_(tree))
    session.refresh(task)
    fields: dict[str, tuple[Any, Any]] = {}
    if task.parent_id is not None and session.get_one(Task, task.parent_id).trashed:
        fields["parent_id"] = (task.parent_id, None)
        task.parent_id = None
        session.flush()
    scopes.record(session, actor, scope, "task.restored", task.id, fields)
    if restored > 1:
        ordering.note_changed_items(session, scope)
