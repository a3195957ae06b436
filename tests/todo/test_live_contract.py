"""One protocol at both doors: sockets of the server and of API Gateway are told the same in the same conversation."""

import json
import re
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from clients import Person, ServerDoor
from live_stack import LiveStack
from live_stack import Socket as GatewaySocket
from sockets import Socket, listening
from sqlalchemy import make_url

from todo.models import Member

_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_MOMENT = re.compile(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


class Talk(Protocol):
    """A socket, whatever holds it: what is told once a message was said, or something was done."""

    def after(self, message: Any, count: int) -> list[Any]:
        """Say something, as text or JSON; so many answers."""

    def told(self, count: int) -> list[Any]:
        """The next so many messages, once whoever tells has had its turn."""


class InServer:
    """A socket that the server holds."""

    def __init__(self, socket: Socket) -> None:
        self._socket = socket

    def after(self, message: Any, count: int) -> list[Any]:
        self._socket.connection.send(message if isinstance(message, str) else json.dumps(message))
        return self.told(count)

    def told(self, count: int) -> list[Any]:
        return [json.loads(self._socket.connection.recv(timeout=10)) for _ in range(count)]


class InGateway:
    """A socket that API Gateway holds."""

    def __init__(self, stack: LiveStack, socket: GatewaySocket) -> None:
        self._stack, self._socket = stack, socket

    def after(self, message: Any, count: int) -> list[Any]:
        self._socket.says(message)
        heard = self._socket.heard()
        assert len(heard) == count
        return heard

    def told(self, count: int) -> list[Any]:
        self._stack.work()
        heard = self._socket.heard()
        assert len(heard) == count
        return heard


def normalised(told: list[Any], names: dict[str, str]) -> list[Any]:
    """Ids as `id1`, `id2` ... in the order in which they appear, and no moments."""
    text = _MOMENT.sub("moment", json.dumps(told))
    found: list[Any] = json.loads(_ID.sub(lambda match: names.setdefault(match[0], f"id{len(names) + 1}"), text))
    return found


def conversation(ann: Person, bob: Person, let_in: Callable[[Any], None], talk: Talk) -> Iterator[list[Any]]:
    """What a client is told from `hello` to `lost`, and how it is corrected."""
    home = ann.make_list()
    let_in(home)
    rent = ann.add(home, "Rent", notes="on time", labels=["money"])
    wanted = [{"id": home["id"], "since": 1}]
    yield talk.after({"type": "subscribe", "lists": [*wanted, {"id": str(uuid.uuid4())}]}, 2)
    yield talk.after({"type": "subscribe", "lists": [{"id": home["id"], "since": 999}]}, 1)
    ann.ask("PATCH", rent["url"], {"title": "Rents", "priority": 2, "due": {"date": "2026-12-01"}})
    yield talk.told(1)
    ann.ask("PATCH", rent["url"], {"completed": True})
    yield talk.told(1)
    ann.ask("DELETE", rent["url"])
    yield talk.told(1)
    ann.ask("PATCH", home["url"], {"title": "House"})
    yield talk.told(1)
    yield talk.after({"type": "ping"}, 1)
    yield talk.after({"type": "subscribe", "lists": [{"id": home["id"], "quiet": True}]}, 1)
    yield talk.after({"type": "subscribe", "lists": [{"id": home["id"], "since": 5, "quiet": False}]}, 2)
    yield talk.after({"type": "subscribe", "lists": [{"id": home["id"], "quiet": None}]}, 1)
    for wrong in ("{", "[]", '{"type": 5}', '{"type": "subscribe", "lists": [{"id": "x", "since": -1}]}'):
        yield talk.after(wrong, 1)
    yield talk.after({"type": "subscribe", "lists": [{"id": str(uuid.uuid4())} for _ in range(201)]}, 1)
    bob.ask("PATCH", "/v1/me", {"name": "Robert"})
    yield talk.told(1)
    ann.ask("DELETE", home["url"])
    yield sorted(talk.told(1), key=str)


def told_by(ann: Person, bob: Person, add: Callable[[Member], None], talk: Talk) -> list[list[Any]]:
    def let_in(task_list: Any) -> None:
        key = {"account_id": uuid.UUID(bob.id), "list_id": uuid.UUID(task_list["id"])}
        add(Member(**key, role="viewer", changed_revision=1))

    names: dict[str, str] = {}
    return [normalised(told, names) for told in conversation(ann, bob, let_in, talk)]


@contextmanager
def server(url: str, live: LiveStack) -> Iterator[tuple[ServerDoor, Person, Person]]:
    with ServerDoor(make_url(url), live.clock) as door:
        ann, bob = (door.sign_up(f"{name}-{uuid.uuid4()}@example.org", name=name) for name in ("Ann", "Bob"))
        yield door, ann, bob


def test_a_client_is_told_the_same_at_both_doors(live: LiveStack, database_url: str) -> None:
    with server(database_url, live) as (door, ann, bob), listening(bob) as socket:
        in_server = told_by(
            ann, bob, lambda member: door.database.write(lambda session: session.add(member)), InServer(socket)
        )
    ann, bob = live.sign_up("Ann"), live.sign_up("Bob")
    talk = InGateway(live, live.connect(bob))
    in_gateway = told_by(ann, bob, lambda member: live.database.write(lambda session: session.add(member)), talk)
    assert len(in_gateway) == len(in_server)
    for one, other in zip(in_gateway, in_server, strict=True):
        assert one == other
    kinds = {message["type"] for messages in in_gateway for message in messages}
    assert kinds == {"hello", "change", "pong", "error", "account", "lost"}
