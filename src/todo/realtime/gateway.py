"""What API Gateway tells of its sockets: one opens, says something, closes. Who listens to what is in the database.

Each event is an invocation of its own, in any of many environments: nothing is kept here in between. What a client is
told is what the server's own sockets are told (`hub.py`), but for the codes of closing, which API Gateway chooses.
"""

import logging
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec
from msgspec import UnsetType
from sqlalchemy.orm import Session

from todo.clock import Clock
from todo.database import Database, seconds_left
from todo.errors import DomainError, Unauthenticated
from todo.realtime import news
from todo.realtime.conversation import NotUnderstood, require_room, understand
from todo.realtime.posting import end, fitting_hello, post, text_of
from todo.services import connections, live
from todo.services.actor import Actor, actor_with
from todo.shapes.live import Hello, LiveError, Ping, Pong, Refused, Said, Subscribe, Told, Unsubscribe, Wanted
from tornado_lambda import Connections, WebSocketEvent

_log = logging.getLogger(__name__)

_SENDING_SECONDS = 10.0
_INTERNAL = LiveError(code="internal_error", detail="Something went wrong here. It has been logged.")


@dataclass(frozen=True, slots=True)
class _Entry:
    """What came of `subscribe` once it was stored: the lists to look at again, those refused, those that are news."""

    welcome: tuple[Wanted, ...]
    refused: tuple[Refused, ...]
    news: frozenset[UUID]


class Gateway:
    """The sockets of one stage of a WebSocket API.

    `tell_presence` hears of lists that other people than before look at; `origins` are the pages, besides the API's
    own, whose scripts may connect.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        sockets: Connections,
        tell_presence: Callable[[Collection[UUID]], None],
        origins: Collection[str] = (),
    ) -> None:
        self._database = database
        self._clock = clock
        self._sockets = sockets
        self._tell_presence = tell_presence
        self._origins = frozenset(each.lower() for each in origins)

    def connect(self, event: WebSocketEvent) -> int:
        """The status of the handshake: 200, 401 without a good ticket, 403 for a page of somebody else's."""
        origin = event.headers.get("Origin")
        if origin is not None and origin.lower() not in self._origins | {f"https://{event.domain}".lower()}:
            return 403
        ticket = event.query.get("ticket", "")
        try:
            self._database.write(connections.connect, event.connection_id, ticket, self._clock())
        except Unauthenticated:
            return 401
        return 200

    def message(self, event: WebSocketEvent) -> None:
        """Do what the client says, and answer it. Raises what is a fault of ours."""
        connection_id = event.connection_id
        try:
            self._hear(connection_id, understand(event.body))
        except NotUnderstood as error:
            self._answer(connection_id, error.answer)
            if error.closing is not None:
                self._end(connection_id)
        except Unauthenticated:
            self._end(connection_id)
        except DomainError as error:
            self._answer(connection_id, LiveError(code=error.code, detail=error.detail))
        except Exception:
            self._answer(connection_id, _INTERNAL)
            raise

    def disconnect(self, event: WebSocketEvent) -> None:
        """Forget a socket."""
        self._forget([event.connection_id])

    # -- what clients say -------------------------------------------------------------------------------------------

    def _hear(self, connection_id: str, said: Said) -> None:
        now = self._clock()
        match said:
            case Subscribe():
                entry = self._database.write(_let_in, connection_id, said, now)
                # What was committed while they were let in went unsaid: look again, now that everybody sees them.
                self._answer(connection_id, *self._database.read(_greeting, connection_id, entry, now))
                self._tell_presence(entry.news)
            case Unsubscribe():
                self._tell_presence(self._database.write(connections.unsubscribe, connection_id, said.lists, now))
            case Ping():
                self._answer(connection_id, self._database.read(_pong, connection_id, now))

    def _answer(self, connection_id: str, *answers: Told) -> None:
        messages = [(connection_id, text_of(answer)) for answer in answers]
        report = post(self._sockets, messages, min(_SENDING_SECONDS, seconds_left()))
        for error in report.failed.values():
            _log.warning("an answer was not sent: %s", error)
        if report.gone:
            self._tell_presence(self._database.write(connections.close_gone, report.gone, self._clock()))

    def _end(self, connection_id: str) -> None:
        end(self._sockets, connection_id)
        self._forget([connection_id])

    def _forget(self, ids: Sequence[str]) -> None:
        self._tell_presence(self._database.write(connections.close, ids, self._clock()))


def _actor_on(session: Session, connection_id: str, now: datetime) -> Actor:
    """Who speaks on a socket. Raises Unauthenticated, also where the socket is not known any more."""
    authority = connections.find_authority(session, connection_id, now)
    if authority is None:
        raise Unauthenticated("Nothing is known of this socket. Open another one.")
    return actor_with(session, authority, now)


def _let_in(session: Session, connection_id: str, said: Subscribe, now: datetime) -> _Entry:
    actor = _actor_on(session, connection_id, now)
    require_room(connections.lists_of(session, connection_id), said)
    joined, _, _ = live.join(session, actor, [Wanted(id=each.id) for each in said.lists])
    positions = {each.id: each.revision for each in joined}
    welcome = tuple(each for each in said.lists if _since(each) <= positions.get(each.id, -1))
    others = [each for each in said.lists if each not in welcome]
    _, refused, _ = live.join(session, actor, others)
    came = connections.subscribe(session, actor, connection_id, welcome, positions)
    if came is None:
        raise Unauthenticated("This socket has just been closed.")
    return _Entry(welcome, refused, came)


def _greeting(session: Session, connection_id: str, entry: _Entry, now: datetime) -> tuple[Told, ...]:
    actor = _actor_on(session, connection_id, now)
    found = news.enter(session, actor.authority, entry.welcome, now)
    present = connections.present(session, [each.id for each in found.joined], now)
    hello = Hello(
        lists=tuple(msgspec.structs.replace(each, present=present[each.id]) for each in found.joined),
        refused=(*entry.refused, *found.refused),
        account_revision=found.account_revision,
    )
    return (*fitting_hello(hello), *found.missed)


def _pong(session: Session, connection_id: str, now: datetime) -> Pong:
    actor = _actor_on(session, connection_id, now)
    lists = sorted(connections.lists_of(session, connection_id))
    own = [] if actor.linked_list is not None else [actor.id]
    found = live.revisions(session, [*lists, *own])
    return Pong(
        revisions={str(each): found[each] for each in lists if each in found},
        account_revision=found.get(actor.id) if own else None,
    )


def _since(wanted: Wanted) -> int:
    return 0 if isinstance(wanted.since, UnsetType) else wanted.since
