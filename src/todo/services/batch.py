"""Many changes in one unit of work, in the order in which they were given."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from msgspec import UnsetType
from sqlalchemy import select
from sqlalchemy.orm import Session

from todo.errors import DomainError, Fault, InvalidInput
from todo.models import Task, TaskList
from todo.services import lists, roles, scopes, task_update, tasks, trash
from todo.services.actor import Actor
from todo.services.preconditions import IfMatch
from todo.shapes import batch as shapes

# Where the fields that a service complains of stand in the operation.
_BODIES: Mapping[type[shapes.Operation], str] = {
    shapes.CreateList: "/list",
    shapes.CreateTask: "/task",
    shapes.UpdateList: "/changes",
    shapes.UpdateTask: "/changes",
}


def apply_all(
    session: Session, actor: Actor, operations: Sequence[shapes.AnyOperation], *, repeatable: bool
) -> shapes.BatchReply:
    """Apply all operations or none. `repeatable` says that the request carries an Idempotency-Key.

    Raises what the first one that cannot be applied raises, with its place among them.
    """
    scopes.hold(session, _concerned(session, actor, operations))
    results = []
    for number, operation in enumerate(operations):
        try:
            results.append(apply_one(session, actor, operation, repeatable=repeatable))
        except DomainError as error:
            raise _placed(error, f"/operations/{number}") from error
    return shapes.BatchReply(results=tuple(results))


def apply_one(
    session: Session, actor: Actor, operation: shapes.AnyOperation, *, repeatable: bool
) -> shapes.OperationResult:
    """Apply one operation. Raises what its service raises; a fault's place is within the operation."""
    try:
        return _APPLY[type(operation)](session, actor, operation, repeatable)
    except InvalidInput as error:
        inside = _BODIES.get(type(operation), "")
        raise InvalidInput(*(Fault(fault.detail, inside + fault.where) for fault in error.faults)) from error


def _placed(error: DomainError, where: str) -> DomainError:
    if isinstance(error, InvalidInput):
        return InvalidInput(*(Fault(fault.detail, where + fault.where) for fault in error.faults))
    error.faults = (Fault(error.detail, where),)
    return error


def _concerned(session: Session, actor: Actor, operations: Sequence[shapes.AnyOperation]) -> set[UUID]:
    """The scopes that the operations will lock, of those that the actor sees; read before any lock."""
    list_ids: set[UUID] = set()
    task_ids: set[UUID] = set()
    for operation in operations:
        if isinstance(operation, shapes.UpdateList | shapes.DeleteList):
            list_ids.add(operation.id)
        elif isinstance(operation, shapes.CreateTask):
            list_ids.add(operation.list_id)
        elif isinstance(operation, shapes.UpdateTask | shapes.DeleteTask | shapes.RestoreTask):
            task_ids.add(operation.id)
        if isinstance(operation, shapes.UpdateTask) and not isinstance(operation.changes.list_id, UnsetType):
            list_ids.add(operation.changes.list_id)
    held = roles.access(actor)
    found = set(_selected(session, select(held.c.list_id), held.c.list_id, list_ids))
    of_tasks = select(Task.list_id).join(held, held.c.list_id == Task.list_id)
    found |= set(_selected(session, of_tasks, Task.id, task_ids))
    if any(isinstance(operation, shapes.CreateList) for operation in operations):
        found.add(actor.account_id)
    if any(isinstance(operation, shapes.DeleteList | shapes.RestoreTask) for operation in operations):
        found |= set(_selected(session, select(TaskList.owner_id), TaskList.id, found))
    return found


def _selected(session: Session, statement: Any, column: Any, ids: set[UUID]) -> list[UUID]:
    found: list[UUID] = []
    for some in scopes.portions(sorted(ids)):
        found += session.scalars(statement.where(column.in_(some)))
    return found


def _if_match(item_id: UUID, version: int | None) -> IfMatch:
    return None if version is None else frozenset({f"{item_id}-{version}"})


def _create_list(session: Session, actor: Actor, operation: shapes.CreateList, _: bool) -> shapes.OperationResult:
    made = lists.create(session, actor, operation.list)
    return shapes.OperationResult(status=201, id=made.id, version=made.version)


def _update_list(session: Session, actor: Actor, operation: shapes.UpdateList, _: bool) -> shapes.OperationResult:
    if_match = _if_match(operation.id, operation.version)
    changed = lists.update_one(session, actor, operation.id, operation.changes, if_match)
    return shapes.OperationResult(status=200, id=changed.id, version=changed.version)


def _delete_list(session: Session, actor: Actor, operation: shapes.DeleteList, _: bool) -> shapes.OperationResult:
    lists.delete(session, actor, operation.id, _if_match(operation.id, operation.version))
    return shapes.OperationResult(status=204, id=operation.id)


def _create_task(session: Session, actor: Actor, operation: shapes.CreateTask, _: bool) -> shapes.OperationResult:
    made = tasks.create(session, actor, operation.list_id, operation.task)
    return shapes.OperationResult(status=201, id=made.id, version=made.version)


def _update_task(
    session: Session, actor: Actor, operation: shapes.UpdateTask, repeatable: bool
) -> shapes.OperationResult:
    if_match = _if_match(operation.id, operation.version)
    changed = task_update.change(session, actor, operation.id, operation.changes, if_match, repeatable=repeatable)
    return shapes.OperationResult(status=200, id=changed.id, version=changed.version)


def _delete_task(session: Session, actor: Actor, operation: shapes.DeleteTask, _: bool) -> shapes.OperationResult:
    trash.discard(session, actor, operation.id, _if_match(operation.id, operation.version))
    return shapes.OperationResult(status=204, id=operation.id)


def _restore_task(session: Session, actor: Actor, operation: shapes.RestoreTask, _: bool) -> shapes.OperationResult:
    restored = trash.restore(session, actor, operation.id)
    return shapes.OperationResult(status=200, id=restored.id, version=restored.version)


_APPLY: Mapping[type[shapes.Operation], Callable[..., shapes.OperationResult]] = {
    shapes.CreateList: _create_list,
    shapes.UpdateList: _update_list,
    shapes.DeleteList: _delete_list,
    shapes.CreateTask: _create_task,
    shapes.UpdateTask: _update_task,
    shapes.DeleteTask: _delete_task,
    shapes.RestoreTask: _restore_task,
}
