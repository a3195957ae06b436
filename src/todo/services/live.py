"""What somebody who listens is told: read from the feed when it is sent, and only to those who may see it then."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec
from msgspec import UnsetType
from sqlalchemy import select
from sqlalchemy.orm import Session

from todo.models import Account, Change, ChangedItem, Link, Member, Scope, Task, TaskList, Token, Tombstone
from todo.services import activity, roles, scopes
from todo.services.actor import Actor, Authority
from todo.services.task_shape import shape
from todo.shapes import live as shapes

# What is sent again to somebody who was away, of all lists together; beyond it, sync is the better way.
MOST_RESENT = 500
# API Gateway takes 128 KB, and a socket of the server should take no more at once either.
MOST_BYTES = 100_000


@dataclass(frozen=True, slots=True)
class Audience:
    """Who may be told of a list now: accounts, and links that have not expired. Nobody where it is in the trash."""

    accounts: frozenset[UUID]
    links: frozenset[UUID]


def join(
    session: Session, actor: Actor, wanted: Sequence[shapes.Wanted]
) -> tuple[tuple[shapes.Joined, ...], tuple[shapes.Refused, ...], tuple[shapes.Change, ...]]:
    """Where each list that the actor wants to hear of stands; those refused; and what came after each one's `since`.

    Writes nothing. The changes of one list are in order; `present` is empty, for whoever knows who is there.
    """
    held = roles.access(actor)
    seen = {
        row.id: row
        for some in scopes.portions([each.id for each in wanted])
        for row in session.execute(
            select(Scope.id, Scope.revision, held.c.role)
            .join(held, held.c.list_id == Scope.id)
            .join(TaskList, TaskList.id == Scope.id)
            .where(Scope.id.in_(some), TaskList.deleted_at.is_(None))
        )
    }
    joined: list[shapes.Joined] = []
    refused: list[shapes.Refused] = []
    missed: list[shapes.Change] = []
    for each in wanted:
        row = seen.get(each.id)
        if row is None:
            refused.append(shapes.Refused(id=each.id, code="not_found", detail=roles.NO_SUCH_LIST))
            continue
        since = row.revision if isinstance(each.since, UnsetType) else each.since
        if since > row.revision:
            detail = (
                f"The list is at revision {row.revision}: nobody was told of {since}. Start over with POST /v1/sync."
            )
            refused.append(shapes.Refused(id=each.id, code="position_unknown", detail=detail))
            continue
        is_far = row.revision - since > MOST_RESENT - len(missed)
        joined.append(shapes.Joined(id=row.id, revision=row.revision, role=row.role, sync=is_far, present=()))
        if since < row.revision and not is_far:
            missed.extend(changes(session, each.id, since, row.revision))
    return tuple(joined), tuple(refused), tuple(missed)


def changes(session: Session, list_id: UUID, after: int, until: int | None = None) -> tuple[shapes.Change, ...]:
    """What happened in a list after the revision `after` (up to `until`), in order. Asks nobody for a role."""
    found = activity.between(session, list_id, after, until)
    ids = {each.task_id for each in found if each.task_id is not None}
    now = {task.id: shape(task) for task in _tasks(session, list_id, ids)}
    with_others = _with_others(session, list_id, after, until)
    return tuple(
        _fitting(
            shapes.Change(
                list_id=list_id,
                revision=each.revision,
                operation_id=each.operation_id,
                at=each.at,
                actor_id=each.actor_id,
                actor_name=each.actor_name,
                kind=each.kind,
                task_id=each.task_id,
                changes=each.changes,
                task=now.get(each.task_id) if each.task_id is not None else None,
                complete=not each.many and each.revision not in with_others,
            )
        )
        for each in found
    )


def audience(session: Session, list_id: UUID, now: datetime) -> Audience:
    """Who may be told of a list at this moment."""
    if session.scalar(select(TaskList.id).where(TaskList.id == list_id, TaskList.deleted_at.is_(None))) is None:
        return Audience(frozenset(), frozenset())
    links = select(Link.id).where(Link.list_id == list_id, Link.expires_at.is_(None) | (Link.expires_at > now))
    return Audience(
        frozenset(session.scalars(select(Member.account_id).where(Member.list_id == list_id))),
        frozenset(session.scalars(links)),
    )


def still_good(session: Session, authorities: Collection[Authority], now: datetime) -> frozenset[Authority]:
    """Those of the authorities whose token or link was neither revoked nor has expired."""
    good: set[Authority] = set()
    tokens = [each.token_id for each in authorities if each.token_id is not None]
    links = [each.link_id for each in authorities if each.link_id is not None]
    for some in scopes.portions(tokens):
        alive = select(Token.id).where(Token.id.in_(some), Token.expires_at.is_(None) | (Token.expires_at > now))
        good.update(Authority(token_id=token_id) for token_id in session.scalars(alive))
    for some in scopes.portions(links):
        alive = select(Link.id).where(Link.id.in_(some), Link.expires_at.is_(None) | (Link.expires_at > now))
        good.update(Authority(link_id=link_id) for link_id in session.scalars(alive))
    return frozenset(good)


def revisions(session: Session, ids: Collection[UUID]) -> dict[UUID, int]:
    """Where scopes stand, those that there are."""
    found: dict[UUID, int] = {}
    for some in scopes.portions(list(ids)):
        rows = session.execute(select(Scope.id, Scope.revision).where(Scope.id.in_(some)))
        found.update({row.id: row.revision for row in rows})
    return found


def names(session: Session, ids: Collection[UUID]) -> dict[UUID, str]:
    """What people and links are called."""
    found: dict[UUID, str] = {}
    for model in (Account, Link):
        for some in scopes.portions(list(ids)):
            rows = session.execute(select(model.id, model.name).where(model.id.in_(some)))
            found.update({row.id: row.name for row in rows})
    return found


def _with_others(session: Session, list_id: UUID, after: int, until: int | None) -> set[int]:
    """The revisions at which more than the one task that the change is about was changed: those below it."""
    found: set[int] = set()
    for other in (ChangedItem, Tombstone):
        statement = (
            select(Change.revision)
            .join(other, (other.scope_id == Change.scope_id) & (other.revision == Change.revision))
            .where(Change.scope_id == list_id, Change.revision > after, other.item_id != Change.item_id)
            .distinct()
        )
        if until is not None:
            statement = statement.where(Change.revision <= until)
        found.update(session.scalars(statement))
    return found


def _tasks(session: Session, list_id: UUID, ids: Collection[UUID]) -> Iterable[Task]:
    for some in scopes.portions(list(ids)):
        yield from session.scalars(
            select(Task).where(Task.id.in_(some), Task.list_id == list_id, Task.trashed.is_(False))
        )


def _fitting(change: shapes.Change) -> shapes.Change:
    """The change, without its contents where they would make the message too large."""
    if len(msgspec.json.encode(change)) <= MOST_BYTES:
        return change
    return msgspec.structs.replace(change, changes={}, task=None, complete=False)
