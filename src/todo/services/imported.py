"""What an import made, as undo asks for it: in sets, for it may be a hundred thousand tasks."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, aliased

from todo.errors import Fault, UndoBlocked
from todo.models import Change, ChangedItem, Import, Task
from todo.services import import_states

_KIND = "tasks.imported"
_MOST_NAMED = 50


def items(list_id: UUID, operation_id: UUID) -> Any:
    """A statement of the ids of the tasks that an operation imported into a list."""
    return (
        select(ChangedItem.item_id)
        .join(Change, and_(Change.scope_id == ChangedItem.scope_id, Change.revision == ChangedItem.revision))
        .where(Change.scope_id == list_id, Change.operation_id == operation_id, Change.kind == _KIND)
    )


def changed_since(session: Session, list_id: UUID, operation_id: UUID) -> Sequence[UUID]:
    """Some of these tasks that others have changed, moved, or put tasks below. What is in the trash is no matter."""
    made = items(list_id, operation_id)
    other = and_(Change.operation_id != operation_id, Change.kind != "tasks.renumbered")
    by_itself = select(Change.item_id).where(
        Change.scope_id == list_id, other, Change.item_id == Task.id, Change.item_id.is_not(None)
    )
    in_bulk = (
        select(ChangedItem.item_id)
        .join(Change, and_(Change.scope_id == ChangedItem.scope_id, Change.revision == ChangedItem.revision))
        .where(ChangedItem.item_id == Task.id, other)
    )
    own = select(Change.revision).where(Change.scope_id == list_id, Change.operation_id == operation_id)
    touched = and_(Task.changed_revision.not_in(own), or_(by_itself.exists(), in_bulk.exists()))
    found = session.scalars(
        select(Task.id)
        .where(Task.id.in_(made), Task.trashed.is_(False), or_(Task.list_id != list_id, touched))
        .limit(_MOST_NAMED)
    ).all()
    parent = aliased(Task)
    below = (
        select(parent.id)
        .join(Task, Task.parent_id == parent.id)
        .where(parent.id.in_(made), Task.trashed.is_(False), Task.id.not_in(made), parent.list_id == list_id)
        .limit(_MOST_NAMED)
    )
    return found or session.scalars(below).all()


def require_ended(session: Session, operation_id: UUID) -> None:
    """Raise UndoBlocked for an import that goes on. To be asked once its scopes are held."""
    running = select(Import.id).where(Import.operation_id == operation_id, Import.state.not_in(import_states.ENDED))
    if (import_id := session.scalar(running)) is not None:
        raise UndoBlocked(Fault("The import still goes on: cancel it first.", f"/imports/{import_id}"))
