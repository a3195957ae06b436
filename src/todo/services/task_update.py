"""Changing a task: its fields, its place, its list; completing it, and what recurring ones do then."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec
from msgspec import UnsetType
from sqlalchemy import func, insert, literal, select, update
from sqlalchemy.orm import Session

from todo.database import StaleRead
from todo.errors import NotFound, PreconditionRequired, VersionMismatch
from todo.models import Member, Scope, Task, TaskLabel, Tombstone
from todo.services import dues, ordering, reminders, roles, scopes, subtasks, task_labels, tasks
from todo.services.actor import Actor
from todo.services.preconditions import IfMatch, require_match
from todo.services.task_shape import contents, difference, shape
from todo.shapes import task as shapes


def change(
    session: Session,
    actor: Actor,
    task_id: UUID,
    patch: shapes.TaskPatch,
    if_match: IfMatch,
    *,
    repeatable: bool,
) -> shapes.Task:
    """Apply `patch`. `repeatable` says that the request carries an Idempotency-Key.

    Raises NotFound, Forbidden, InvalidInput, VersionMismatch, and PreconditionRequired when a recurring task would be
    completed by a request that might be an accidental repetition.
    """
    source_id = tasks.list_of(session, actor, task_id)
    target_id = source_id if isinstance(patch.list_id, UnsetType) else patch.list_id
    locked = scopes.lock(session, *{source_id, target_id})
    if target_id not in locked:
        raise NotFound(roles.NO_SUCH_LIST)
    task, role = tasks.get_with_role(session, actor, task_id)
    if task.list_id != source_id:
        raise StaleRead("the task was moved to another list just now")
    roles.require(role, "editor")
    before = shape(task)
    require_match(if_match, before)
    _check_completion(task, before, patch, explicit=if_match is not None or repeatable)
    occurrence = _completes_occurrence(task, patch)
    source, target = locked[source_id], locked[target_id]
    unassigned: dict[UUID, scopes.Fields] = {}
    if source is not target:
        roles.require(roles.get_role(session, actor, target_id), "editor")
    # It may number all tasks of the list anew, which is a row of the feed by itself.
    order = tasks.place(session, actor, target, patch.order, patch.after)
    before = msgspec.structs.replace(before, order=float(task.order))
    if source is not target:
        unassigned = _move(session, actor, task, source, target)
    if order is not None:
        task.order = order
    _set_fields(session, actor, task, patch)
    if source is target and not difference(before, shape(task)):
        scopes.give_back(session, target)
        return shape(task)
    task.version += 1
    task.updated_at = actor.now
    task.changed_revision = target.revision
    session.flush()
    after = shape(task)
    if (before.due, before.reminders) != (after.due, after.reminders):
        reminders.store(session, actor, task)
    fields = difference(before, after)
    if source is not target or "labels" in fields:
        task_labels.index(session, task_id, target.id, task_labels.distinct(after.labels))
    if source is target:
        scopes.record(session, actor, target, _kind(before, after, occurrence=occurrence), task_id, fields)
    else:
        _record_move(session, actor, source, target, after, fields, unassigned)
    return after


def _record_move(
    session: Session,
    actor: Actor,
    source: Scope,
    target: Scope,
    after: shapes.Task,
    fields: scopes.Fields,
    unassigned: Mapping[UUID, scopes.Fields],
) -> None:
    """Two rows of the feed, neither of which says what only the members of the other list may know."""
    scopes.record(
        session, actor, source, "task.moved_out", after.id, {key: (old, None) for key, (old, _) in fields.items()}
    )
    # To those who see the new list alone, the task is as good as made.
    whole = {key: (None, value) for key, value in contents(after).items()}
    scopes.record(session, actor, target, "task.moved_in", after.id, whole)
    ordering.note_changed_items(session, target)
    ordering.note_fields(session, source, unassigned)


def _kind(before: shapes.Task, after: shapes.Task, *, occurrence: bool) -> str:
    if occurrence or (after.completed and not before.completed):
        return "task.completed"
    return "task.reopened" if before.completed and not after.completed else "task.updated"


def _check_completion(task: Task, seen: shapes.Task, patch: shapes.TaskPatch, *, explicit: bool) -> None:
    if not _completes_occurrence(task, patch):
        return
    if isinstance(patch.due, UnsetType):
        if not explicit:
            raise PreconditionRequired(
                "Completing a recurring task moves its due on. Send If-Match, an Idempotency-Key, or the `due` you saw."
            )
    elif patch.due is None or not dues.same(dues.stored(patch.due, task.due_zone or "UTC"), dues.of_task(task)):
        raise VersionMismatch(seen)


def _completes_occurrence(task: Task, patch: shapes.TaskPatch) -> bool:
    return patch.completed is True and not task.completed and task.recurrence is not None


def _set_fields(session: Session, actor: Actor, task: Task, patch: shapes.TaskPatch) -> None:
    columns = _text(task, patch) | _due(actor, task, patch)
    if not isinstance(patch.labels, UnsetType):
        columns["labels"] = task_labels.to_text(list(task_labels.distinct(patch.labels).values()))
    if not isinstance(patch.parent_id, UnsetType):
        if patch.parent_id is not None:
            subtasks.require_parent(session, task.list_id, task.id, patch.parent_id)
        columns["parent_id"] = patch.parent_id
    if not isinstance(patch.assignee_id, UnsetType):
        if patch.assignee_id is not None:
            tasks.require_assignee(session, task.list_id, patch.assignee_id)
        columns["assignee_id"] = patch.assignee_id
    if not isinstance(patch.completed, UnsetType) and patch.completed != task.completed:
        columns |= _completion(actor, task, completed=patch.completed)
    for name, value in columns.items():
        if getattr(task, name) != value:
            setattr(task, name, value)
    if not isinstance(patch.reminders, UnsetType):
        _set_reminders(actor, task, patch.reminders)


def _set_reminders(actor: Actor, task: Task, told: shapes.Reminders) -> None:
    columns = reminders.columns(actor, reminders.checked(told, actor.time_zone, dues.of_task(task)))
    # Whoever sends a task back as it was read takes nobody's reminders over.
    if columns["reminders"] != task.reminders:
        task.reminders, task.reminders_for = columns["reminders"], columns["reminders_for"]


def _text(task: Task, patch: shapes.TaskPatch) -> dict[str, Any]:
    title = task.title if isinstance(patch.title, UnsetType) else patch.title.strip()
    notes = task.notes if isinstance(patch.notes, UnsetType) else patch.notes
    priority = task.priority if isinstance(patch.priority, UnsetType) else patch.priority
    return tasks.text_columns(title, notes) | {"priority": priority}


def _due(actor: Actor, task: Task, patch: shapes.TaskPatch) -> dict[str, Any]:
    # What completes an occurrence says in `due` what it saw, not what is to be.
    if isinstance(patch.due, UnsetType) or _completes_occurrence(task, patch):
        return {}
    due = dues.stored(patch.due, actor.time_zone)
    return {} if dues.same(due, dues.of_task(task)) else due.columns()


def _completion(actor: Actor, task: Task, *, completed: bool) -> dict[str, Any]:
    if not completed:
        return {"completed": False, "completed_at": None}
    following = dues.following(dues.of_task(task))
    if following is not None:
        return following.columns()
    return {"completed": True, "completed_at": actor.now}


def _move(session: Session, actor: Actor, task: Task, source: Scope, target: Scope) -> dict[UUID, scopes.Fields]:
    """Take a task and everything below it to another list. What they were in the old one stays there as
    a tombstone. Returns what that changed of those below."""
    tree = subtasks.below(Task.id == task.id)
    # What is in the trash moves, too, and is not counted.
    live = session.scalar(select(func.count()).where(Task.id.in_(tree), Task.trashed.is_(False))) or 0
    session.execute(
        insert(Tombstone).from_select(
            ["scope_id", "revision", "item_id", "kind", "deleted_at"],
            select(
                literal(source.id, Tombstone.scope_id.type),
                literal(source.revision),
                Task.id,
                literal("task"),
                literal(actor.now, Tombstone.deleted_at.type),
            ).where(Task.id.in_(tree)),
        )
    )
    for model in (Task, TaskLabel):
        identity = Task.id if model is Task else TaskLabel.task_id
        session.execute(
            update(model).where(identity.in_(tree)).values(list_id=target.id),
            execution_options={"synchronize_session": False},
        )
    session.execute(
        update(Task)
        .where(Task.id.in_(tree), Task.id != task.id)
        .values(changed_revision=target.revision, version=Task.version + 1, updated_at=actor.now),
        execution_options={"synchronize_session": False},
    )
    unassigned = _unassign_strangers(session, task, tree, target)
    source.item_count -= live
    target.item_count += live
    target.tail += 1
    tasks.require_room(target)
    task.list_id, task.parent_id, task.order = target.id, None, target.tail
    return unassigned


def _unassign_strangers(session: Session, task: Task, tree: Any, target: Scope) -> dict[UUID, scopes.Fields]:
    """Take the tasks that were moved off those who are no members of the new list. Returns what that changed of the
    tasks below `task`."""
    members = select(Member.account_id).where(Member.list_id == target.id)
    strange = (Task.id.in_(tree), Task.id != task.id, Task.assignee_id.not_in(members))
    taken = {row.id: row.assignee_id for row in session.execute(select(Task.id, Task.assignee_id).where(*strange))}
    if taken:
        session.execute(
            update(Task).where(*strange).values(assignee_id=None), execution_options={"synchronize_session": False}
        )
    if task.assignee_id is not None and session.get(Member, (task.assignee_id, target.id)) is None:
        task.assignee_id = None
    return {task_id: {"assignee_id": (account_id, None)} for task_id, account_id in taken.items()}
