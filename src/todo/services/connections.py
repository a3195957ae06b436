"""The sockets that API Gateway holds, as rows: who speaks on each, what it listens to, and up to where it was told.

Events about a socket come twice, late, in another order, or never: each function here may be called again, and for a
socket of which nothing is known it does nothing.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from msgspec import UnsetType
from sqlalchemy import ColumnElement, delete, exists, insert, or_, select, true, update
from sqlalchemy.orm import Session

from todo.database import insert_missing
from todo.errors import Unauthenticated
from todo.models import Connection, Link, Member, Scope, Subscription, TaskList
from todo.services import live, scopes, tickets
from todo.services.actor import Actor, Authority, actor_with
from todo.shapes.live import Present, Wanted

K = TypeVar("K", UUID, str)

# API Gateway ends a connection after two hours. What is said to it until then comes a little later at most.
GOOD_FOR = timedelta(hours=2, minutes=10)
# Until its handshake is answered, for which there are 29 seconds, a connection looks like one that is gone.
_HANDSHAKE = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Receiver:
    """A socket that listens to a scope, and whose. Everything up to the revision `since` was sent to it."""

    connection_id: str
    actor_id: UUID
    authority: Authority
    since: int


# -- one socket -------------------------------------------------------------------------------------------------------


def connect(session: Session, connection_id: str, secret: str, now: datetime) -> None:
    """Let a socket in by a ticket, which is used up. From now on it is told of its own account.

    Raises Unauthenticated.
    """
    try:
        authority = tickets.redeem(session, secret, now)
    except Unauthenticated:
        if session.get(Connection, connection_id) is not None:
            return  # by the same ticket: the event came twice
        raise
    actor = actor_with(session, authority, now)
    opened = Connection(
        id=connection_id,
        actor_id=actor.id,
        token_id=actor.authority.token_id,
        link_id=actor.authority.link_id,
        connected_at=now,
        expires_at=now + GOOD_FOR,
    )
    if insert_missing(session, opened) and actor.linked_list is None:
        _raise_live_until(session, [actor.id], opened.expires_at)
        _put(session, opened.id, live.revisions(session, [actor.id]))


def find_authority(session: Session, connection_id: str, now: datetime) -> Authority | None:
    """What whoever speaks on a socket has proved; None where there is no such socket any more."""
    found = session.get(Connection, connection_id)
    if found is None or found.expires_at <= now:
        return None
    return Authority(found.token_id, found.link_id)


def lists_of(session: Session, connection_id: str) -> frozenset[UUID]:
    """The lists that a socket listens to."""
    statement = (
        select(Subscription.scope_id)
        .join(Connection, Connection.id == Subscription.connection_id)
        .where(Subscription.connection_id == connection_id, Subscription.scope_id != Connection.actor_id)
    )
    return frozenset(session.scalars(statement))


def subscribe(
    session: Session, actor: Actor, connection_id: str, wanted: Sequence[Wanted], positions: Mapping[UUID, int]
) -> frozenset[UUID] | None:
    """Let a socket listen to lists that the actor may see, from given revisions on, or where it is and says no `since`.

    Returns the lists where this is news for others, None where the socket is gone. What others commit meanwhile may go
    unsaid: look at the lists again once this is committed.
    """
    opened = _locked(session, [connection_id]).get(connection_id)
    if opened is None:
        return None
    ids = sorted(each.id for each in wanted)
    others = _listening(session, ids, actor.now, but=connection_id)
    was_quiet = _quiet_of(session, connection_id, ids)
    _raise_live_until(session, ids, opened.expires_at)
    stay = {each.id for each in wanted if each.id in was_quiet and isinstance(each.since, UnsetType)}
    quiet = {each.id for each in wanted if each.quiet}
    _put(session, connection_id, {each.id: positions[each.id] for each in wanted if each.id not in stay}, quiet)
    turned = {each.id for each in wanted if was_quiet.get(each.id, True) is not each.quiet}
    _turn(session, connection_id, turned & stay)
    elsewhere = {list_id for list_id, actor_id, is_quiet in others if actor_id == actor.id and not is_quiet}
    return frozenset(turned & {list_id for list_id, _, _ in others} - elsewhere)


def unsubscribe(session: Session, connection_id: str, ids: Collection[UUID], now: datetime) -> frozenset[UUID]:
    """Let a socket listen to these lists no more. Returns those where this is news for others."""
    opened = _locked(session, [connection_id])
    wanted = set(ids) - {each.actor_id for each in opened.values()}
    return _forget(session, opened, Subscription.scope_id.in_(sorted(wanted)), now)


# -- those who listen -------------------------------------------------------------------------------------------------


def receivers(session: Session, scope_id: UUID, now: datetime) -> tuple[Receiver, ...]:
    """The sockets that listen to a scope, whoever may still see it or not."""
    statement = (
        select(Connection, Subscription.since)
        .join(Subscription, Subscription.connection_id == Connection.id)
        .where(Subscription.scope_id == scope_id, Connection.expires_at > now)
        .order_by(Connection.id)
    )
    return tuple(
        Receiver(opened.id, opened.actor_id, Authority(opened.token_id, opened.link_id), since)
        for opened, since in session.execute(statement)
    )


def of_account(session: Session, account_id: UUID, now: datetime) -> tuple[str, ...]:
    """The sockets of an account whose token is still good."""
    statement = select(Connection).where(Connection.actor_id == account_id, Connection.expires_at > now)
    opened = {each.id: Authority(each.token_id, each.link_id) for each in session.scalars(statement)}
    good = live.still_good(session, set(opened.values()), now)
    return tuple(sorted(each for each, authority in opened.items() if authority in good))


def present(session: Session, ids: Collection[UUID], now: datetime) -> dict[UUID, tuple[Present, ...]]:
    """Who looks at each of the lists, by name; only those who may see it."""
    there: dict[UUID, set[UUID]] = {list_id: set() for list_id in ids}
    for list_id, actor_id, is_quiet in _listening(session, ids, now):
        if not is_quiet:
            there[list_id].add(actor_id)
    names = live.names(session, {actor_id for actors in there.values() for actor_id in actors})
    return {
        list_id: tuple(
            sorted(
                (Present(id=actor_id, name=names[actor_id]) for actor_id in actors if actor_id in names),
                key=lambda each: (each.name, each.id),
            )
        )
        for list_id, actors in there.items()
    }


def advance(session: Session, scope_id: UUID, told: Collection[str], revision: int) -> None:
    """Note that these sockets were told of everything up to a revision. Passes over those that somebody else notes."""
    for some in scopes.portions(sorted(told)):
        behind = (
            Subscription.scope_id == scope_id,
            Subscription.connection_id.in_(some),
            Subscription.since < revision,
        )
        unlocked = select(Subscription.connection_id).where(*behind).with_for_update(skip_locked=True)
        free = list(session.scalars(unlocked))
        if free:
            mine = (Subscription.scope_id == scope_id, Subscription.connection_id.in_(free))
            _execute(session, update(Subscription).where(*mine).values(since=revision))


def stop(session: Session, scope_id: UUID, ids: Collection[str], now: datetime) -> frozenset[UUID]:
    """Let these sockets hear of a scope no more. Returns the scope where this is news for others."""
    left: set[UUID] = set()
    for some in scopes.portions(sorted(ids)):
        left |= _forget(session, _locked(session, some), Subscription.scope_id == scope_id, now)
    return frozenset(left)


def close(session: Session, ids: Collection[str], now: datetime) -> frozenset[UUID]:
    """Forget sockets. Returns the lists where this is news for others."""
    left: set[UUID] = set()
    for some in scopes.portions(sorted(ids)):
        left |= _close(session, _locked(session, some), now)
    return frozenset(left)


def close_gone(session: Session, ids: Collection[str], now: datetime) -> frozenset[UUID]:
    """Forget sockets of which API Gateway says that there are none, but for those whose handshake may not be over."""
    left: set[UUID] = set()
    for some in scopes.portions(sorted(ids)):
        old = {each.id: each for each in _locked(session, some).values() if each.connected_at <= now - _HANDSHAKE}
        left |= _close(session, old, now)
    return frozenset(left)


# -- rows -------------------------------------------------------------------------------------------------------------


def _locked(session: Session, ids: Sequence[str]) -> dict[str, Connection]:
    """Those of the sockets that are known, each locked: what is said on one is done one after the other."""
    statement = select(Connection).where(Connection.id.in_(ids)).order_by(Connection.id).with_for_update()
    return {opened.id: opened for opened in session.scalars(statement)}


def _quiet_of(session: Session, connection_id: str, ids: Collection[UUID]) -> dict[UUID, bool]:
    """Those of the lists that a socket listens to: whether it does so quietly."""
    mine = (Subscription.connection_id == connection_id, Subscription.scope_id.in_(ids))
    rows = session.execute(select(Subscription.scope_id, Subscription.quiet).where(*mine))
    return {row.scope_id: bool(row.quiet) for row in rows}


def _turn(session: Session, connection_id: str, ids: Collection[UUID]) -> None:
    """Let a socket listen to these lists quietly where it did not, and the other way round; its place stays."""
    if ids:
        mine = (Subscription.connection_id == connection_id, Subscription.scope_id.in_(sorted(ids)))
        _execute(session, update(Subscription).where(*mine).values(quiet=Subscription.quiet.is_not(true())))


def _put(
    session: Session, connection_id: str, positions: Mapping[UUID, int], quiet: Collection[UUID] = frozenset()
) -> None:
    if not positions:
        return
    mine = (Subscription.connection_id == connection_id, Subscription.scope_id.in_(list(positions)))
    _execute(session, delete(Subscription).where(*mine))
    rows = [
        {"connection_id": connection_id, "scope_id": each, "since": since, "quiet": each in quiet}
        for each, since in positions.items()
    ]
    session.execute(insert(Subscription), rows)


def _close(session: Session, opened: Mapping[str, Connection], now: datetime) -> frozenset[UUID]:
    if not opened:
        return frozenset()
    left = _forget(session, opened, None, now)
    _execute(session, delete(Connection).where(Connection.id.in_(list(opened))))
    return left


def _forget(
    session: Session, opened: Mapping[str, Connection], which: ColumnElement[bool] | None, now: datetime
) -> frozenset[UUID]:
    """Delete subscriptions of locked sockets, all or some. Returns the lists where this is news for others."""
    if not opened:
        return frozenset()
    mine = [Subscription.connection_id.in_(list(opened)), *([] if which is None else [which])]
    deleted = session.execute(
        delete(Subscription)
        .where(*mine)
        .returning(Subscription.connection_id, Subscription.scope_id, Subscription.quiet),
        execution_options={"synchronize_session": False},
    )
    gone = {(row.scope_id, opened[row.connection_id].actor_id) for row in deleted if not row.quiet}
    others = _listening(session, {scope_id for scope_id, actor_id in gone if scope_id != actor_id}, now)
    there = {(scope_id, actor_id) for scope_id, actor_id, is_quiet in others if not is_quiet}
    return frozenset({scope_id for scope_id, _ in gone - there} & {scope_id for scope_id, _, _ in others})


def _listening(session: Session, ids: Collection[UUID], now: datetime, but: str = "") -> set[tuple[UUID, UUID, bool]]:
    """Which of the lists which actors listen to, and whether quietly, those who may see them now; one socket apart."""
    member = exists().where(Member.list_id == Subscription.scope_id, Member.account_id == Connection.actor_id)
    unexpired = or_(Link.expires_at.is_(None), Link.expires_at > now)
    link = exists().where(Link.list_id == Subscription.scope_id, Link.id == Connection.actor_id, unexpired)
    found: set[tuple[UUID, UUID, bool]] = set()
    for some in scopes.portions(sorted(ids)):
        statement = (
            select(Subscription.scope_id, Connection.actor_id, Subscription.quiet)
            .join(Connection, Connection.id == Subscription.connection_id)
            .join(TaskList, TaskList.id == Subscription.scope_id)
            .where(Subscription.scope_id.in_(some), Connection.id != but, Connection.expires_at > now)
            .where(TaskList.deleted_at.is_(None), or_(member, link))
            .distinct()
        )
        found.update((row.scope_id, row.actor_id, bool(row.quiet)) for row in session.execute(statement))
    return found


def _raise_live_until(session: Session, ids: Collection[UUID], until: datetime) -> None:
    """Let whoever writes to these scopes know that somebody listens. In id order, as every write locks them."""
    for some in scopes.portions(sorted(ids)):
        lower = or_(Scope.live_until.is_(None), Scope.live_until < until)
        free = select(Scope.id).where(Scope.id.in_(some), lower).order_by(Scope.id).with_for_update()
        raised = list(session.scalars(free))
        if raised:
            _execute(session, update(Scope).where(Scope.id.in_(raised)).values(live_until=until))


def _execute(session: Session, statement: Any) -> None:
    session.execute(statement, execution_options={"synchronize_session": False})
