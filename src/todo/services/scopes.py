"""The order of things: every write locks its scopes first, raises their revision, and records what it did."""

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import case, insert, select, update
from sqlalchemy.orm import Session

from todo.database import execute_later
from todo.models import Change, Scope
from todo.services.actor import Actor

Fields = Mapping[str, tuple[Any, Any]]


def lock(session: Session, *ids: UUID, items: int = 0, tail: float | None = None) -> dict[UUID, Scope]:
    """Lock the scopes `ids` in id order, raising the revision of each, and return those that exist.

    `items` is added to each one's item count. The tail becomes `tail` if that is higher; where no `tail` is given,
    it grows by `items`. To be called before any other write, and once, in a unit: two units that lock the same scopes
    in two orders would wait for each other.
    """
    grown = Scope.tail + max(0, items) if tail is None else case((Scope.tail < tail, tail), else_=Scope.tail)
    statement = update(Scope).values(revision=Scope.revision + 1, item_count=Scope.item_count + items, tail=grown)
    if len(ids) > 1 and session.get_bind().dialect.name == "postgresql":
        # UPDATE alone locks in whatever order it finds the rows.
        ordered = select(Scope.id).where(Scope.id.in_(ids)).order_by(Scope.id).with_for_update().cte("ordered")
        statement = statement.where(Scope.id == ordered.c.id)
    else:
        statement = statement.where(Scope.id.in_(ids))
    found = session.scalars(
        statement.returning(Scope),
        execution_options={"synchronize_session": False, "populate_existing": True},
    )
    return {scope.id: scope for scope in found}


def record(session: Session, actor: Actor, scope: Scope, kind: str, item_id: UUID | None, fields: Fields) -> None:
    """Write one row of the feed for a locked scope. `fields` maps a field to its values before and after."""
    execute_later(
        session,
        insert(Change).values(
            scope_id=scope.id,
            revision=scope.revision,
            operation_id=actor.operation_id,
            actor_id=actor.account_id,
            at=actor.now,
            kind=kind,
            item_id=item_id,
            fields=json.dumps(fields, default=str, separators=(",", ":"), ensure_ascii=False),
        ),
    )
