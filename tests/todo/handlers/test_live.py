"""Tickets, the handshake, and what a client may send wrong without disturbing anybody else."""

import contextlib
import json
import logging
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from clients import Door, LambdaDoor, Person, ServerDoor
from clocks import MovableClock
from sockets import Socket, listening, open_socket, ticket_of
from sqlalchemy import URL, make_url
from websockets.exceptions import ConnectionClosed, InvalidStatus

UPGRADE = {
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}


@pytest.fixture(scope="module")
def module_server(database_url: str, session_clock: MovableClock) -> Iterator[ServerDoor]:
    """A server that people know by an address of its own, over each database in turn."""
    settings = {"public_url": "https://todo.example.com"}
    with ServerDoor(make_url(database_url), session_clock, settings=settings) as door:
        yield door


@pytest.fixture
def server(module_server: ServerDoor, clock: MovableClock) -> ServerDoor:  # noqa: ARG001 - the clock is put right
    """The same, with the clock at the machine's time."""
    return module_server


@pytest.fixture
def cat(server: ServerDoor) -> Person:
    """Somebody with an account there."""
    return server.sign_up(f"cat-{uuid.uuid4()}@example.org", name="Cat")


# -- tickets ----------------------------------------------------------------------------------------------------------


def test_a_ticket_says_where_to_connect_and_until_when(ann: Person) -> None:
    reply = ann.ask("POST", "/v1/live/tickets")
    assert reply.status == 201
    assert reply.json.keys() == {"ticket", "url", "expires_at"}
    scheme = "ws" if isinstance(ann.door, ServerDoor) else "wss"
    assert reply.json["url"] == f"{scheme}://todo.example.org/v1/live?ticket={reply.json['ticket']}"
    assert "x-operation-id" not in reply.headers


def test_a_token_that_may_only_read_gets_a_ticket_and_none_gets_none(ann: Person) -> None:
    made = ann.ask("POST", "/v1/tokens", {"name": "reader", "access": "read"}).json
    assert ann.door.ask("POST", "/v1/live/tickets", token=made["secret"]).status == 201
    assert ann.door.ask("POST", "/v1/live/tickets").status == 401
    assert ann.door.ask("POST", "/v1/live/tickets", token="todo_unknown").status == 401


@pytest.mark.parametrize(
    ("settings", "host", "address"),
    [
        ({"live_url": "wss://live.example.org/live"}, "todo.example.org", "wss://live.example.org/live?ticket="),
        ({"public_url": "https://todo.example.org"}, "todo.example.org", "wss://todo.example.org/v1/live?ticket="),
        ({"public_url": "https://todo.example.org"}, "10.0.0.1:8080", "ws://10.0.0.1:8080/v1/live?ticket="),
    ],
)
def test_the_address_is_that_of_the_setting_or_the_one_that_was_asked(
    sqlite_url: str, clock: MovableClock, settings: dict[str, Any], host: str, address: str
) -> None:
    with ServerDoor(make_url(sqlite_url), clock, settings=settings) as door:
        person = door.sign_up(f"{uuid.uuid4()}@example.org")
        headers = [("Host", host), ("Authorization", f"Bearer {person.token}")]
        assert door.send("POST", "/v1/live/tickets", headers, b"").json["url"].startswith(address)


# -- the handshake ----------------------------------------------------------------------------------------------------


def handshake(door: Door, ticket: str, **headers: str) -> tuple[int, Any, dict[str, str]]:
    """Status, problem and headers of a handshake that is refused."""
    sent = {**UPGRADE, **{name.replace("_", "-"): value for name, value in headers.items()}}
    reply = door.ask("GET", f"/v1/live?ticket={ticket}", headers={k: v for k, v in sent.items() if v})
    assert reply.headers["content-type"].startswith("application/problem+json")
    return reply.status, reply.json, dict(reply.headers)


def test_a_ticket_opens_one_socket_within_a_minute(cat: Person, server: ServerDoor, clock: MovableClock) -> None:
    ticket = ticket_of(cat)
    with open_socket(server, ticket) as socket:
        assert socket.nothing_but()
    for bad in (ticket, "", "todoticket_unknown", "x" * 1000, "%C3%A9"):
        status, problem, headers = handshake(server, bad)
        assert (status, problem["code"]) == (401, "unauthenticated")
        assert headers["www-authenticate"]
    late = ticket_of(cat)
    clock.forward(seconds=61)
    assert handshake(server, late)[0] == 401


def test_a_ticket_of_a_token_that_was_revoked_opens_nothing(cat: Person, server: ServerDoor) -> None:
    made = cat.ask("POST", "/v1/tokens", {"name": "other"}).json
    ticket = server.ask("POST", "/v1/live/tickets", token=made["secret"]).json["ticket"]
    assert cat.ask("DELETE", made["url"]).status == 204
    assert handshake(server, ticket)[0] == 401


def test_pages_of_another_site_are_refused_and_use_no_ticket_up(cat: Person, server: ServerDoor) -> None:
    ticket = ticket_of(cat)
    for origin in ("https://elsewhere.example", "null", "http://todo.example.org.evil.example", "http://[", "x"):
        status, problem, _ = handshake(server, ticket, Origin=origin)
        assert (status, problem["code"]) == (403, "forbidden")
    with open_socket(server, ticket, origin="https://todo.example.com") as socket:
        assert socket.nothing_but()
    with open_socket(server, ticket_of(cat), origin=f"http://127.0.0.1:{server.port}") as socket:
        assert socket.nothing_but()
    with pytest.raises(InvalidStatus) as refused, open_socket(server, ticket_of(cat), origin="https://x.example"):
        pass
    assert refused.value.response.status_code == 403


def test_without_an_upgrade_it_says_what_to_do_and_uses_no_ticket_up(cat: Person, server: ServerDoor) -> None:
    ticket = ticket_of(cat)
    for headers in (
        {"Upgrade": ""},
        {"Upgrade": "h2c"},
        {"Connection": "close"},
        {"Sec_WebSocket_Version": "8"},
    ):
        status, problem, sent = handshake(server, ticket, **headers)
        assert (status, problem["code"]) == (426, "upgrade_required")
        assert "POST /v1/live/tickets" in problem["detail"]
        assert (sent["upgrade"], sent["sec-websocket-version"]) == ("websocket", "13")
    assert handshake(server, ticket, Sec_WebSocket_Key="")[0] == 400
    assert handshake(server, "&colour=red")[0] == 422
    with open_socket(server, ticket):
        pass


def test_other_methods_are_told_like_everywhere(server: ServerDoor, ann: Person) -> None:
    for door in (server, ann.door):
        assert door.ask("POST", "/v1/live", token="x").status == 405
        assert door.ask("OPTIONS", "/v1/live").headers["allow"] == "GET, HEAD, OPTIONS"
        assert door.ask("HEAD", "/v1/live").status == 426


def test_a_function_holds_no_socket_and_says_who_does(sqlite_url: str, clock: MovableClock) -> None:
    address = "wss://live.example.org/live"
    for settings, words in (({}, "POST /v1/sync"), ({"live_url": address}, address)):
        with LambdaDoor(_url(sqlite_url), clock, settings=settings) as door:
            status, problem, _ = handshake(door, "x")
            assert (status, problem["code"]) == (426, "upgrade_required")
            assert words in problem["detail"]


def _url(url: str) -> URL:
    return make_url(url)


def test_no_ticket_is_logged(cat: Person, server: ServerDoor, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    ticket, secret = ticket_of(cat), "todoticket_" + "s" * 43
    with open_socket(server, ticket) as socket:
        socket.say("subscribe", lists=[{"id": "private words"}])
        socket.next("error")
    handshake(server, secret)
    handshake(server, secret, Origin="https://elsewhere.example")
    fields = [json.dumps(record.__dict__, default=str) for record in caplog.records if record.name.startswith("todo")]
    assert any('"/v1/live"' in line for line in fields)
    assert not any(word in line for line in fields for word in (ticket, secret, "private words"))


# -- what is said wrong -----------------------------------------------------------------------------------------------


@contextmanager
def undisturbed(person: Person) -> Iterator[Socket]:
    """Somebody else's socket, and a new one that goes wrong: the first hears what happens afterwards, and only that."""
    home = person.make_list()
    with listening(person, home) as other, listening(person) as wrong:
        yield wrong
        person.add(home, "Afterwards")
        assert other.next("change")["task"]["title"] == "Afterwards"
        assert other.nothing_but("account")


@pytest.mark.parametrize(
    ("message", "code", "pointers"),
    [
        ("{", "malformed_message", []),
        ("", "malformed_message", []),
        ("[" * 20_000, "malformed_message", []),
        ("5", "invalid_message", [""]),
        ('{"type": "shout"}', "invalid_message", ["/type"]),
        ('{"type": "subscribe"}', "invalid_message", ["/lists"]),
        ('{"type": "subscribe", "lists": [{"id": "x"}], "a": 1}', "invalid_message", ["/a", "/lists/0/id"]),
        ('{"type": "unsubscribe", "lists": []}', "invalid_message", ["/lists"]),
    ],
)
def test_a_message_that_is_not_understood_is_answered_and_the_socket_stays(
    cat: Person, message: str, code: str, pointers: list[str]
) -> None:
    with undisturbed(cat) as socket:
        socket.connection.send(message)
        error = socket.next("error")
        assert error["code"] == code
        assert sorted(fault["pointer"] for fault in error["errors"]) == pointers
        assert socket.nothing_but()


def test_a_binary_message_is_answered_and_closed_with_1003(cat: Person) -> None:
    with undisturbed(cat) as socket:
        socket.connection.send(b'{"type": "ping"}')
        assert socket.next("error")["code"] == "malformed_message"
        assert socket.closed()[0] == 1003


@pytest.mark.parametrize("size", [33_000, 900_000])
def test_a_message_over_32_kib_is_closed_with_1009(cat: Person, size: int) -> None:
    with undisturbed(cat) as socket:
        socket.connection.send('{"type": "ping", "x": "' + "x" * size + '"}')
        assert socket.closed()[0] == 1009


def test_a_message_in_many_fragments_is_one_message(cat: Person) -> None:
    with undisturbed(cat) as socket:
        socket.connection.send(iter('{"type": "ping"}'))
        assert socket.next("pong")
        socket.connection.send(part for part in ["x" * 10_000] * 4)
        assert socket.closed()[0] == 1009


def test_too_many_messages_at_once_are_closed_with_1008(cat: Person) -> None:
    with undisturbed(cat) as socket:
        # Tokens come back at ten a second meanwhile.
        with contextlib.suppress(ConnectionClosed):
            for _ in range(500):
                socket.connection.send("{")
        assert socket.closed() == (1008, "too_many_messages")
        *taken, last = socket.kept()
        assert len(taken) >= 50
        assert {each["code"] for each in taken} == {"malformed_message"}
        assert last["code"] == "too_many_messages"


def test_the_201st_list_is_refused_and_nothing_is_subscribed_by_the_message(cat: Person) -> None:
    with undisturbed(cat) as socket:
        ids = [str(uuid.uuid4()) for _ in range(201)]
        assert socket.subscribe(*({"id": each} for each in ids))["code"] == "too_many_lists"
        home, more = cat.make_list(), [cat.make_list(f"List {number}") for number in range(3)]
        assert len(socket.subscribe(home)["lists"]) == 1
        asked = [*more, *({"id": each} for each in ids[:197])]
        assert socket.subscribe(*asked)["type"] == "error"
        socket.say("ping")
        assert set(socket.next("pong")["revisions"]) == {home["id"]}
        # Those that do not exist take no place.
        assert len(socket.subscribe(*asked[:199])["lists"]) == 3
        assert len(socket.subscribe(*({"id": each} for each in ids[:196]))["refused"]) == 196


def test_a_client_that_vanishes_in_the_middle_of_a_frame_disturbs_nobody(cat: Person) -> None:
    with undisturbed(cat) as socket:
        socket.connection.socket.sendall(b"\x81\xfe\x10\x00\0\0\0\0{")
        socket.connection.socket.close()


def test_text_that_is_not_utf_8_ends_the_socket_alone(cat: Person) -> None:
    with undisturbed(cat) as socket:
        socket.connection.socket.sendall(b"\x81\x82\0\0\0\0\xff\xfe")
        with pytest.raises(Exception, match="no close frame"):
            socket.connection.recv(timeout=10)
