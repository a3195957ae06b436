"""The order of things: every write locks its scopes first, raises their revision, and records what it did."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import case, insert, select, update
from sqlalchemy.orm import Session

from todo.database import execute_later
from todo.models import Change, Scope
from todo.services.actor import Actor

Fields = Mapping[str, tuple[Any, Any]]

T = TypeVar("T")

# How many ids one statement names: with more, RDS Proxy would take it for too long.
IDS_A_STATEMENT = 400
_CHANGED = "todo_changed_scopes"
_FIRST_STEP = "todo_first_step"


@dataclass(frozen=True, slots=True)
class Changed:
    """A row that a unit wrote to the feed. Until `live_until` somebody may be listening to the scope."""

    scope_id: UUID
    revision: int
    live_until: datetime | None


def portions(ids: Sequence[T]) -> Iterator[Sequence[T]]:
    """Ids, in as many portions as statements that may name so many."""
    return (ids[start : start + IDS_A_STATEMENT] for start in range(0, len(ids), IDS_A_STATEMENT))


def hold(session: Session, ids: Collection[UUID]) -> None:
    """Lock the scopes `ids` in id order and leave them as they are, for a unit that locks some of them several times.

    To be called before any other write; `lock` then waits for nobody.
    """
    for some in portions(sorted(set(ids))):
        session.execute(select(Scope.id).where(Scope.id.in_(some)).order_by(Scope.id).with_for_update())


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


def advance(session: Session, scope: Scope) -> None:
    """Give a locked scope its next revision, for a second row of the feed in the same unit."""
    scope.revision += 1
    session.flush()


def give_back(session: Session, *locked: Scope) -> None:
    """Take back the revisions of locked scopes in which nothing happened after all: the feed has a row for each."""
    for scope in locked:
        scope.revision -= 1
    session.flush()


def record(session: Session, actor: Actor, scope: Scope, kind: str, item_id: UUID | None, fields: Fields) -> None:
    """Write one row of the feed for a locked scope. `fields` maps a field to its values before and after."""
    written = session.info.setdefault(_CHANGED, [])
    execute_later(
        session,
        insert(Change).values(
            scope_id=scope.id,
            revision=scope.revision,
            operation_id=actor.operation_id,
            actor_id=actor.id,
            at=actor.now,
            kind=kind,
            item_id=item_id,
            fields=to_text(fields),
            step=session.info.get(_FIRST_STEP, 0) + len(written),
            undoes=actor.undoes,
        ),
    )
    written.append(Changed(scope.id, scope.revision, scope.live_until))


def number_from(session: Session, first: int) -> None:
    """Let the unit's rows of the feed have these steps of their operation, which has had others in earlier units."""
    session.info[_FIRST_STEP] = first


def bid_farewell(session: Session, scopes_gone: Iterable[Scope]) -> None:
    """Let those who listen to these scopes look once more: they are deleted by this unit, their feed with them."""
    changed = [Changed(scope.id, scope.revision + 1, scope.live_until) for scope in scopes_gone]
    session.info.setdefault(_CHANGED, []).extend(changed)


def changed_in(session: Session) -> tuple[Changed, ...]:
    """What the unit of this session wrote to the feed so far."""
    return tuple(session.info.get(_CHANGED, ()))


def operation_in(session: Session, actor: Actor) -> UUID | None:
    """The operation, where the unit of this session wrote to the feed."""
    return actor.operation_id if changed_in(session) else None


def to_text(fields: Fields) -> str:
    """Fields as the feed keeps them."""
    return json.dumps(fields, default=str, separators=(",", ":"), ensure_ascii=False)
