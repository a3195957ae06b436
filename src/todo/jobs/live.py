"""Telling the sockets of API Gateway what changed and who is there: read when it is sent, to those who may see it then.

Each socket's subscription holds up to where it was told, and moves on once the messages were taken: a message of the
queue that comes twice tells nothing twice, and what failed goes with the next one. Two workers at the same time may
send the same: clients drop what they know.
"""

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from todo.database import seconds_left
from todo.jobs.backend import Backend
from todo.jobs.report import is_time_left
from todo.realtime.posting import end, fitting_presence, may_pass, post, text_of
from todo.services import connections, live
from todo.services.connections import Receiver
from todo.shapes.live import AccountChanged, Lost
from tornado_lambda import Connections, SendingReport

_log = logging.getLogger(__name__)

# Changes of a list that are sent before it is noted that they were.
_AT_ONCE = 50
_MOST_SENDING_SECONDS = 8.0
_RESERVE_SECONDS = 3.0


@dataclass(slots=True)
class Telling:
    """What came of it.

    - `sent`: how many messages API Gateway took.
    - `late`, `refused`, `gone`: sockets that were not told but may be later; never, as long as API Gateway refuses; or
      that there are no more.
    - `left`: lists that other people than before look at.
    - `stopped_early`: there was no time for all.
    """

    sent: int = 0
    late: set[str] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)
    left: set[UUID] = field(default_factory=set)
    stopped_early: bool = False


@dataclass(frozen=True, slots=True)
class _News:
    """Messages of a scope by revision, in order; who may have them, who may not any more, who proves nothing more."""

    messages: tuple[tuple[int, str], ...]
    stay: tuple[Receiver, ...]
    lost: tuple[Receiver, ...]
    revoked: tuple[Receiver, ...]
    more: bool = False


def tell_changes(backend: Backend, sockets: Connections, changes: Collection[tuple[UUID, int]]) -> Telling:
    """Tell whoever listens to these scopes what is new in them."""
    telling = Telling()
    for scope_id, _revision in changes:
        _tell_scope(backend, sockets, scope_id, telling)
    _tell_presence(backend, sockets, telling)
    return telling


def tell_presence(backend: Backend, sockets: Connections, scopes: Collection[UUID]) -> Telling:
    """Tell whoever listens to these lists who looks at them."""
    telling = Telling(left=set(scopes))
    _tell_presence(backend, sockets, telling)
    return telling


def give_up(backend: Backend, sockets: Connections, ids: Collection[str]) -> None:
    """End sockets that take nothing: whoever is behind comes again, and says from where."""
    for connection_id in ids:
        end(sockets, connection_id)
    telling = Telling(left=set(backend.database.write(connections.close, ids, backend.clock())))
    _tell_presence(backend, sockets, telling)


def _tell_scope(backend: Backend, sockets: Connections, scope_id: UUID, telling: Telling) -> None:
    more = True
    while more:
        if not is_time_left():
            telling.stopped_early = True
            return
        but = telling.late | telling.refused | telling.gone
        found = backend.database.read(_news_of, scope_id, but, backend.clock())
        _send_away(backend, sockets, scope_id, found, telling)
        behind = [each for each in found.stay if any(revision > each.since for revision, _ in found.messages)]
        if behind:
            report = _post(
                sockets,
                [
                    (receiver.connection_id, text)
                    for receiver in behind
                    for revision, text in found.messages
                    if revision > receiver.since
                ],
            )
            _settle(backend, report, telling)
            told = {each.connection_id for each in behind} - report.gone - report.failed.keys()
            backend.database.write(connections.advance, scope_id, told, found.messages[-1][0])
        more = found.more


def _news_of(session: Session, scope_id: UUID, but: Collection[str], now: datetime) -> _News:
    """What is new in a scope for those who listen to it. Who may hear of it is read last."""
    listening = [each for each in connections.receivers(session, scope_id, now) if each.connection_id not in but]
    if not listening:
        return _News((), (), (), ())
    messages: tuple[tuple[int, str], ...]
    if all(each.actor_id == scope_id for each in listening):
        revision = live.revisions(session, [scope_id]).get(scope_id, 0)
        messages, allowed = ((revision, text_of(AccountChanged(revision=revision))),), {scope_id}
    else:
        after = min(each.since for each in listening)
        found = live.changes(session, scope_id, after, after + _AT_ONCE)
        messages = tuple((change.revision, text_of(change)) for change in found)
        allowed = _allowed(session, scope_id, now)
    good = live.still_good(session, {each.authority for each in listening}, now)
    return _News(
        messages,
        stay=tuple(each for each in listening if each.authority in good and each.actor_id in allowed),
        lost=tuple(each for each in listening if each.authority in good and each.actor_id not in allowed),
        revoked=tuple(each for each in listening if each.authority not in good),
        more=len(messages) == _AT_ONCE,
    )


def _allowed(session: Session, list_id: UUID, now: datetime) -> set[UUID]:
    audience = live.audience(session, list_id, now)
    return {*audience.accounts, *audience.links}


def _send_away(backend: Backend, sockets: Connections, scope_id: UUID, found: _News, telling: Telling) -> None:
    """Tell those who may not see a list any more, and end the sockets of those whose token or link is good no more."""
    if found.revoked:
        ids = [each.connection_id for each in found.revoked]
        for connection_id in ids:
            end(sockets, connection_id)
        telling.left |= backend.database.write(connections.close, ids, backend.clock())
    if found.lost:
        text = text_of(Lost(list_id=scope_id))
        report = _post(sockets, [(each.connection_id, text) for each in found.lost])
        _settle(backend, report, telling)
        told = {each.connection_id for each in found.lost} - report.gone - report.failed.keys()
        telling.left |= backend.database.write(connections.stop, scope_id, told, backend.clock())


def _tell_presence(backend: Backend, sockets: Connections, telling: Telling) -> None:
    """Each receiver that turns out to be gone is one less who is there, so this comes to an end."""
    while telling.left:
        scopes, telling.left = telling.left, set()
        if not is_time_left():
            backend.queue.tell_presence(scopes)
            return
        messages = backend.database.read(_presence_in, sorted(scopes), backend.clock())
        _settle(backend, _post(sockets, messages), telling)


def _presence_in(session: Session, ids: Sequence[UUID], now: datetime) -> list[tuple[str, str]]:
    messages: list[tuple[str, str]] = []
    for list_id, present in connections.present(session, ids, now).items():
        listening = connections.receivers(session, list_id, now)
        if not listening:
            continue
        text = text_of(fitting_presence(list_id, present))
        good = live.still_good(session, {each.authority for each in listening}, now)
        allowed = _allowed(session, list_id, now)
        messages += [
            (each.connection_id, text) for each in listening if each.authority in good and each.actor_id in allowed
        ]
    return messages


def _post(sockets: Connections, messages: Sequence[tuple[str, str]]) -> SendingReport:
    within = min(_MOST_SENDING_SECONDS, max(0.5, seconds_left() - _RESERVE_SECONDS))
    return post(sockets, messages, within)


def _settle(backend: Backend, report: SendingReport, telling: Telling) -> None:
    """Forget who is gone, and nobody else; note who was not reached."""
    telling.sent += report.sent
    telling.gone |= report.gone
    if report.gone:
        telling.left |= backend.database.write(connections.close_gone, report.gone, backend.clock())
    for connection_id, error in report.failed.items():
        if may_pass(error):
            telling.late.add(connection_id)
        else:
            telling.refused.add(connection_id)
            _log.error("a message was refused: %s", error)
