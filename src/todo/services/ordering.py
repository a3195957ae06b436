"""Where a task stands in its list: a number between its neighbours', and all of them anew where none fits."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import func, insert, literal, select, update
from sqlalchemy.orm import Session

from todo.errors import Fault, InvalidInput
from todo.models import ChangedItem, Scope, Task
from todo.services import scopes
from todo.services.actor import Actor

# Half of a gap this small is still far above what a float can tell apart at the highest order, 1e15 is not used up
# by halving: lists are renumbered long before two neighbours meet.
_SMALLEST_GAP = 1e-6


def place_after(session: Session, actor: Actor, scope: Scope, anchor_id: UUID) -> float:
    """An order right behind the task `anchor_id` of the locked list. Renumbers the list first where there is no room.

    Raises InvalidInput when the list has no such task.
    """
    order = _between(session, scope, anchor_id)
    if order is None:
        _renumber(session, actor, scope)
        order = _between(session, scope, anchor_id)
    if order is None:
        raise AssertionError("a renumbered list has room everywhere")
    return order


def raise_tail(scope: Scope, order: float) -> None:
    """Let what comes later go behind `order`."""
    scope.tail = max(scope.tail, order)


def _between(session: Session, scope: Scope, anchor_id: UUID) -> float | None:
    here = (Task.list_id == scope.id, Task.trashed.is_(False))
    start = session.scalar(select(Task.order).where(Task.id == anchor_id, *here))
    if start is None:
        raise InvalidInput(Fault("There is no such task in the list", "/after"))
    follower = session.scalar(
        select(func.min(Task.order)).where(
            *here, (Task.order > start) | ((Task.order == start) & (Task.id > anchor_id))
        )
    )
    if follower is None:
        return float(start + 1)
    return None if follower - start < _SMALLEST_GAP else float((start + follower) / 2)


def _renumber(session: Session, actor: Actor, scope: Scope) -> None:
    """Give the tasks of a locked list the orders 1, 2, 3 …, as a row of the feed by itself: at the scope's present
    revision, in which nothing may have been changed yet. What comes next has another one."""
    session.flush()
    ranked = (
        select(Task.id, func.row_number().over(order_by=(Task.order, Task.id)).label("rank"))
        .where(Task.list_id == scope.id, Task.trashed.is_(False))
        .subquery()
    )
    session.execute(
        update(Task)
        .where(Task.id == ranked.c.id, Task.order != ranked.c.rank)
        .values(order=ranked.c.rank, version=Task.version + 1, changed_revision=scope.revision, updated_at=actor.now),
        execution_options={"synchronize_session": False},
    )
    scopes.record(session, actor, scope, "tasks.renumbered", None, {})
    note_changed_items(session, scope)
    scopes.advance(session, scope)
    session.expire_all()


def note_changed_items(session: Session, scope: Scope) -> None:
    """Remember which tasks the bulk operation at the scope's present revision touched."""
    session.execute(
        insert(ChangedItem).from_select(
            ["scope_id", "revision", "item_id"],
            select(Task.list_id, literal(scope.revision), Task.id).where(
                Task.list_id == scope.id, Task.changed_revision == scope.revision
            ),
        )
    )


def note_fields(session: Session, scope: Scope, fields: Mapping[UUID, scopes.Fields]) -> None:
    """Remember what the bulk operation at the scope's present revision changed of each task."""
    rows = [
        {"scope_id": scope.id, "revision": scope.revision, "item_id": task_id, "fields": scopes.to_text(changed)}
        for task_id, changed in fields.items()
    ]
    if rows:
        session.execute(insert(ChangedItem), rows)
