"""Sending to the sockets of API Gateway: many at once, what failed again, and no message longer than it takes."""

import logging
import time
from collections.abc import Callable, Iterable, Sequence
from uuid import UUID

import msgspec

from todo.realtime.conversation import encode
from todo.services.live import MOST_BYTES
from todo.shapes.live import Hello, Presence, Present, Told
from tornado_lambda import Connections, ConnectionTrouble, SendingReport, send_to_all

_log = logging.getLogger(__name__)

# Requests to API Gateway at a time: each takes some 20 ms, and an account's rate is counted by the second.
AT_ONCE = 32
# Seconds before what failed is sent again. Who is only busy is waited for meanwhile.
_PAUSES = (0.0, 0.4)


def post(
    sockets: Connections,
    messages: Sequence[tuple[str, str]],
    within: float,
    sleep: Callable[[float], None] = time.sleep,
) -> SendingReport:
    """Send (connection, text) pairs within so many seconds, to each connection in their order.

    What fails in a way that may pass is sent again, so a client may get a message twice. `sent` is then too high.
    """
    give_up = time.monotonic() + within
    report = send_to_all(sockets, messages, at_once=AT_ONCE, within=within)
    for pause in _PAUSES:
        left = give_up - time.monotonic() - pause
        again = {connection for connection, error in report.failed.items() if may_pass(error)}
        if not again or left <= 0:
            break
        sleep(pause)
        repeated = [message for message in messages if message[0] in again]
        second = send_to_all(sockets, repeated, at_once=AT_ONCE, within=left)
        lasting = {connection: error for connection, error in report.failed.items() if connection not in again}
        report = SendingReport(report.sent + second.sent, report.gone | second.gone, lasting | second.failed)
    return report


def may_pass(error: Exception) -> bool:
    """Whether it may help to send it again."""
    return isinstance(error, ConnectionTrouble) and error.may_pass


def end(sockets: Connections, connection_id: str) -> None:
    """Close a socket, if it is open. One that cannot be closed now is closed when it speaks next."""
    try:
        sockets.close(connection_id)
    except ConnectionTrouble as error:
        _log.info("a socket was not closed: %s", error)


def text_of(message: Told) -> str:
    """A message as it is sent."""
    return encode(message).decode()


def fitting_hello(hello: Hello) -> tuple[Told, ...]:
    """The answer to `subscribe`; where those who are there make it too long, they follow in messages of their own."""
    if len(encode(hello)) <= MOST_BYTES:
        return (hello,)
    lists = tuple(msgspec.structs.replace(each, present=()) for each in hello.lists)
    there = (fitting_presence(each.id, each.present) for each in hello.lists if each.present)
    return (msgspec.structs.replace(hello, lists=lists), *there)


def fitting_presence(list_id: UUID, present: Iterable[Present]) -> Presence:
    """Who looks at a list; as many of them as fit into a message."""
    people = tuple(present)
    while len(encode(message := Presence(list_id=list_id, present=people))) > MOST_BYTES:
        people = people[: len(people) // 2]
    return message
