"""The other direction of each kind of change that the feed holds."""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from todo.errors import CannotUndo, Fault, Gone, InvalidInput, NotFound, UndoBlocked, VersionMismatch
from todo.models import Change, ChangedItem, Member, Task, TaskList
from todo.services import accounts, imported, labels, lists, roles, scopes, subtasks, task_update, trash
from todo.services.actor import Actor
from todo.services.task_shape import contents, shape
from todo.shapes import account as account_shapes
from todo.shapes import task as task_shapes
from todo.shapes import task_list as list_shapes

Inverse = Callable[[Session, Actor, Change, Sequence[Change]], None]
Fields = Mapping[str, Sequence[Any]]

_GONE = "It, or a part of it, was deleted for good."
# What of a task's fields follows from the others.
_DERIVED = frozenset({"completed_at"})
_OF_ACCOUNT = frozenset({"name", "time_zone", "language", "digest"})


def _task_made(session: Session, actor: Actor, row: Change, _rows: Sequence[Change]) -> None:
    """A task that was made goes to the trash, unless something was made of it since."""
    task = _live_task(session, actor, row)
    made = _fields(row)
    if not made:
        raise Gone(_GONE)
    now = _contents(task)
    # Where it stands may have been made another number by what was put beside it.
    touched = [name for name, value in now.items() if name != "order" and not _is_as_made(made.get(name), value)]
    _require_unchanged(task.id, touched)
    _discard_alone(session, actor, task, {task.id})


def _task_changed(session: Session, actor: Actor, row: Change, _rows: Sequence[Change]) -> None:
    """The fields of a task become what they were."""
    task, fields = _live_task(session, actor, row), _fields(row)
    if not fields:
        raise Gone(_GONE)
    _put_back(session, actor, task, fields)


def _task_moved(session: Session, actor: Actor, row: Change, rows: Sequence[Change]) -> None:
    """A task goes back to its list, to its place there, with what was changed on the way."""
    left = next((other for other in rows if other.kind == "task.moved_out" and other.item_id == row.item_id), None)
    came = _fields(row)
    if left is None or not came:
        raise Gone(_GONE)
    task = _live_task(session, actor, row)
    fields = {name: (before, came[name][1]) for name, (before, _) in _fields(left).items()}
    _put_back(session, actor, task, fields, list_id=left.scope_id)
    for task_id, (before, _) in _item_fields(session, left, "assignee_id").items():
        below = session.get(Task, task_id)
        is_member = session.get(Member, (UUID(before), left.scope_id)) is not None
        if below is not None and not below.trashed and below.assignee_id is None and is_member:
            patch = task_shapes.TaskPatch(assignee_id=UUID(before))
            task_update.change(session, actor, task_id, patch, None, repeatable=True)


def _task_trashed(session: Session, actor: Actor, row: Change, _rows: Sequence[Change]) -> None:
    """A task comes back with what was deleted together with it."""
    task = session.get(Task, row.item_id, populate_existing=True)
    if task is None or (task.deleted_at is not None and task.deleted_at <= actor.now - trash.KEPT):
        raise Gone(_GONE)
    _require_place(task, row)
    if not task.trashed and _is_of_this_unit(session, task):
        return  # with the task that it is below
    if not task.trashed or task.deletion_id != row.operation_id:
        raise UndoBlocked(Fault("The task was restored since.", f"/tasks/{task.id}"))
    trash.restore(session, actor, task.id)


def _tasks_trashed(session: Session, actor: Actor, row: Change, rows: Sequence[Change]) -> None:
    """All tasks that were deleted at once come back, but for those that came back before."""
    if any(each.kind == "list.trashed" and each.scope_id == row.scope_id for each in rows):
        return  # with their list
    roles.require(roles.get_role(session, actor, row.scope_id), "editor")
    if row.at <= actor.now - trash.KEPT:
        raise Gone(_GONE)
    if not trash.restore_deleted(session, actor, row.scope_id, row.operation_id):
        raise UndoBlocked(Fault("The tasks were restored since.", f"/lists/{row.scope_id}"))


def _task_restored(session: Session, actor: Actor, row: Change, _rows: Sequence[Change]) -> None:
    """A task goes back to the trash, with what came back together with it."""
    task = _live_task(session, actor, row)
    _discard_alone(session, actor, task, {task.id, *_items(session, row)})


def _tasks_restored(session: Session, actor: Actor, row: Change, _rows: Sequence[Change]) -> None:
    """The tasks go back to the trash."""
    roles.require(roles.get_role(session, actor, row.scope_id), "editor")
    if not trash.discard_again(session, actor, row.scope_id, row.revision):
        raise UndoBlocked(Fault("The tasks were deleted since.", f"/lists/{row.scope_id}"))


def _labels_changed(session: Session, actor: Actor, row: Change, _rows: Sequence[Change]) -> None:
    """Each task gets the labels back that it had."""
    roles.require(roles.get_role(session, actor, row.scope_id), "editor")
    fields = _item_fields(session, row, "labels")
    carriers = [
        task
        for some in scopes.portions(list(fields))
        for task in session.scalars(
            select(Task).where(Task.id.in_(some), Task.list_id == row.scope_id),
            execution_options={"populate_existing": True},
        )
    ]
    blocked = [task for task in carriers if json.loads(task.labels) != fields[task.id][1]]
    if blocked:
        raise UndoBlocked(*(_fault(task.id, "labels") for task in blocked[:50]))
    before, after = _fields(row)["labels"]
    scope = scopes.lock(session, row.scope_id)[row.scope_id]
    wanted = {task.id: fields[task.id][0] for task in carriers}
    labels.set_names(session, actor, scope, "label.restored", {"labels": (after, before)}, carriers, wanted)


def _tasks_imported(session: Session, actor: Actor, row: Change, rows: Sequence[Change]) -> None:
    """All that an import made in a list goes to the trash, unless something was made of it since."""
    own = [each for each in rows if each.kind == row.kind and each.scope_id == row.scope_id]
    if row is not max(own, key=lambda each: each.revision):
        return  # with the last of them
    roles.require(roles.get_role(session, actor, row.scope_id), "editor")
    blocked = imported.changed_since(session, row.scope_id, row.operation_id)
    if blocked:
        raise UndoBlocked(*(Fault("The task was changed again.", f"/tasks/{task_id}") for task_id in blocked))
    trash.discard_all(session, actor, row.scope_id, imported.items(row.scope_id, row.operation_id))


def _list_made(session: Session, actor: Actor, row: Change, _rows: Sequence[Change]) -> None:
    """A list that was made goes to the trash, unless something was made of it since."""
    made = lists.get(session, actor, row.scope_id)
    fields = _fields(row)
    touched = [name for name, (_, after) in fields.items() if getattr(made, name) != after]
    if touched:
        raise UndoBlocked(*(_list_fault(row.scope_id, name) for name in touched))
    _delete_list(session, actor, row, set())


def _list_changed(session: Session, actor: Actor, row: Change, _rows: Sequence[Change]) -> None:
    """The fields of a list become what they were."""
    now, fields = lists.get(session, actor, row.scope_id), _fields(row)
    touched = [name for name, (_, after) in fields.items() if getattr(now, name) != after]
    if touched:
        raise UndoBlocked(*(_list_fault(row.scope_id, name) for name in touched))
    patch = msgspec.convert({name: before for name, (before, _) in fields.items()}, list_shapes.ListPatch)
    lists.update_one(session, actor, row.scope_id, patch, None)


def _list_trashed(session: Session, actor: Actor, row: Change, _rows: Sequence[Change]) -> None:
    """A list comes back with the tasks that were deleted together with it."""
    held = roles.access(actor)
    role = session.scalar(select(held.c.role).where(held.c.list_id == row.scope_id))
    found = session.get(TaskList, row.scope_id, populate_existing=True)
    if found is None or role is None:
        raise Gone(_GONE)
    roles.require(role, "owner")
    if found.deletion_id != row.operation_id:
        raise UndoBlocked(Fault("The list was restored since.", f"/lists/{row.scope_id}"))
    try:
        trash.restore_list(session, actor, row.scope_id, row.operation_id)
    except NotFound as error:
        raise Gone(_GONE) from error


def _list_restored(session: Session, actor: Actor, row: Change, _rows: Sequence[Change]) -> None:
    """A list goes back to the trash, unless tasks were added since."""
    _delete_list(session, actor, row, set(_items(session, row)))


def _account_changed(session: Session, actor: Actor, row: Change, _rows: Sequence[Change]) -> None:
    """What one said of oneself becomes what it was; an address or a password is not taken back like that."""
    fields, now = _fields(row), accounts.get_me(session, actor)
    if not _OF_ACCOUNT.issuperset(fields):
        raise CannotUndo("An address or a password is not undone: change it again, with the current password.")
    touched = [name for name, (_, after) in fields.items() if getattr(now, name) != after]
    if touched:
        raise UndoBlocked(*(Fault(f"Your {name} was changed again.", f"/me/{name}") for name in touched))
    patch = msgspec.convert({name: before for name, (before, _) in fields.items()}, account_shapes.AccountPatch)
    accounts.update_me(session, actor, patch, None, None, None)


# -- what they share ---------------------------------------------------------------------------------------------------


def _live_task(session: Session, actor: Actor, row: Change) -> Task:
    """The task that a change is about, where it was left by it. Raises Gone, UndoBlocked, Forbidden."""
    task = session.get(Task, row.item_id, populate_existing=True)
    if task is None:
        raise Gone(_GONE)
    _require_place(task, row)
    if task.trashed:
        raise UndoBlocked(Fault("The task is in the trash.", f"/tasks/{task.id}"))
    roles.require(roles.get_role(session, actor, row.scope_id), "editor")
    return task


def _require_place(task: Task, row: Change) -> None:
    if task.list_id != row.scope_id:
        # Not a word of where: it may be a list that the actor does not see.
        raise UndoBlocked(Fault("The task was moved to another list since.", f"/tasks/{task.id}"))


def _is_of_this_unit(session: Session, task: Task) -> bool:
    changed = scopes.changed_in(session)
    return any((each.scope_id, each.revision) == (task.list_id, task.changed_revision) for each in changed)


def _contents(task: Task) -> dict[str, Any]:
    """What a task says, as the feed has it: arrays are lists."""
    found: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(contents(shape(task))))
    return found


def _put_back(session: Session, actor: Actor, task: Task, fields: Fields, list_id: UUID | None = None) -> None:
    now = _contents(task)
    _require_unchanged(task.id, [name for name, (_, after) in fields.items() if now[name] != after])
    wanted = {name: before for name, (before, _) in fields.items() if name not in _DERIVED}
    if list_id is not None:
        wanted["list_id"] = str(list_id)
    patch = msgspec.convert(wanted, task_shapes.TaskPatch)
    try:
        task_update.change(session, actor, task.id, patch, None, repeatable=True)
    except InvalidInput as error:
        faults = (Fault(f"{fault.detail}.", f"/tasks/{task.id}{fault.where}") for fault in error.faults)
        raise UndoBlocked(*faults) from error
    except VersionMismatch as error:
        # Complete and recurring at once, it would be completed by this for a second time.
        raise UndoBlocked(_fault(task.id, "due")) from error


def _is_as_made(made: Sequence[Any] | None, value: Any) -> bool:
    """Whether a field holds what it held when the task was made; the feed leaves out what was empty."""
    return value in (None, "", [], False) if made is None else bool(value == made[1])


def _require_unchanged(task_id: UUID, touched: Sequence[str]) -> None:
    if touched:
        raise UndoBlocked(*(_fault(task_id, name) for name in touched))


def _fault(task_id: UUID, name: str) -> Fault:
    return Fault(f"The task's {name} was changed again.", f"/tasks/{task_id}/{name}")


def _list_fault(list_id: UUID, name: str) -> Fault:
    return Fault(f"The list's {name} was changed again.", f"/lists/{list_id}/{name}")


def _discard_alone(session: Session, actor: Actor, task: Task, known: Collection[UUID]) -> None:
    """Move a task to the trash, unless others than those known are below it by now."""
    below = session.scalars(subtasks.below(Task.id == task.id, through=lambda child: child.trashed.is_(False)))
    if not set(below) <= set(known):
        raise UndoBlocked(Fault("Tasks were put below it since.", f"/tasks/{task.id}"))
    trash.discard(session, actor, task.id, None)


def _delete_list(session: Session, actor: Actor, row: Change, known: Collection[UUID]) -> None:
    there = session.scalars(select(Task.id).where(Task.list_id == row.scope_id, Task.trashed.is_(False)))
    if not set(there) <= set(known):
        raise UndoBlocked(Fault("Tasks were added to it since.", f"/lists/{row.scope_id}"))
    lists.delete(session, actor, row.scope_id, None)


def _fields(row: Change) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = json.loads(row.fields)
    return found


def _items(session: Session, row: Change) -> Sequence[UUID]:
    """The tasks that a bulk operation touched."""
    return session.scalars(
        select(ChangedItem.item_id).where(ChangedItem.scope_id == row.scope_id, ChangedItem.revision == row.revision)
    ).all()


def _item_fields(session: Session, row: Change, name: str) -> dict[UUID, list[Any]]:
    """What a bulk operation changed of a field, by task."""
    found = session.execute(
        select(ChangedItem.item_id, ChangedItem.fields).where(
            ChangedItem.scope_id == row.scope_id,
            ChangedItem.revision == row.revision,
            ChangedItem.fields.is_not(None),
        )
    )
    return {each.item_id: json.loads(each.fields)[name] for each in found if name in json.loads(each.fields)}


# None: it goes with another row of the same operation.
INVERSES: Mapping[str, Inverse | None] = {
    "task.created": _task_made,
    "task.updated": _task_changed,
    "task.completed": _task_changed,
    "task.reopened": _task_changed,
    "task.moved_in": _task_moved,
    "task.moved_out": None,
    "task.trashed": _task_trashed,
    "task.restored": _task_restored,
    "tasks.trashed": _tasks_trashed,
    "tasks.restored": _tasks_restored,
    "tasks.imported": _tasks_imported,
    "tasks.renumbered": None,
    "tasks.lifted": None,
    "label.renamed": _labels_changed,
    "label.removed": _labels_changed,
    "label.restored": _labels_changed,
    "list.created": _list_made,
    "list.updated": _list_changed,
    "list.trashed": _list_trashed,
    "list.restored": _list_restored,
    "account.updated": _account_changed,
}
