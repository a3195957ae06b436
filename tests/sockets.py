"""A client of the live protocol, for tests: what it is told comes in order, and what it waits for comes within time."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from clients import Person, ServerDoor
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

TIMEOUT = 10.0


class Socket:
    """One socket. `told` keeps what was not asked for yet."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self._told: list[dict[str, Any]] = []

    def say(self, kind: str, **fields: Any) -> None:
        """Send a message."""
        self.connection.send(json.dumps({"type": kind, **fields}))

    def next(self, *kinds: str) -> dict[str, Any]:
        """The next message of these kinds; those of other kinds stay for later."""
        for number, message in enumerate(self._told):
            if message["type"] in kinds:
                return self._told.pop(number)
        while True:
            message = json.loads(self.connection.recv(timeout=TIMEOUT))
            if message["type"] in kinds:
                return dict(message)
            self._told.append(message)

    def nothing_but(self, *kinds: str) -> bool:
        """Whether nothing of other kinds comes before the answer to a ping."""
        self.say("ping")
        self.next("pong")
        return all(message["type"] in kinds for message in self.kept())

    def kept(self) -> list[dict[str, Any]]:
        """What came while something else was waited for. It is given once."""
        kept, self._told = self._told, []
        return kept

    def subscribe(self, *lists: dict[str, Any], **how: int) -> dict[str, Any]:
        """Listen to lists; the answer. With `since` to one list, from there; with `quiet`, unseen."""
        self.say("subscribe", lists=[{"id": each["id"], **how} for each in lists])
        return self.next("hello", "error")

    def changes(self, count: int) -> list[dict[str, Any]]:
        """The next so many changes."""
        return [self.next("change") for _ in range(count)]

    def closed(self) -> tuple[int, str]:
        """Code and reason of the close that comes."""
        with pytest.raises(ConnectionClosed) as end:
            self._keep_all()
        assert end.value.rcvd is not None, "no close frame came"
        return end.value.rcvd.code, end.value.rcvd.reason

    def _keep_all(self) -> None:
        while True:
            self._told.append(json.loads(self.connection.recv(timeout=TIMEOUT)))


def ticket_of(person: Person) -> str:
    """The secret of a new ticket."""
    reply = person.ask("POST", "/v1/live/tickets")
    assert reply.status == 201, reply.body
    return str(reply.json["ticket"])


@contextmanager
def open_socket(door: ServerDoor, ticket: str, **options: Any) -> Iterator[Socket]:
    """A socket with a ticket, by the server's own address."""
    address = f"ws://127.0.0.1:{door.port}/v1/live?ticket={ticket}"
    with connect(address, open_timeout=TIMEOUT, close_timeout=TIMEOUT, proxy=None, **options) as connection:
        yield Socket(connection)


@contextmanager
def listening(person: Person, *lists: dict[str, Any], **options: Any) -> Iterator[Socket]:
    """A socket of somebody who listens to lists."""
    assert isinstance(person.door, ServerDoor)
    with open_socket(person.door, ticket_of(person), **options) as socket:
        if lists:
            assert socket.subscribe(*lists)["type"] == "hello"
        yield socket
