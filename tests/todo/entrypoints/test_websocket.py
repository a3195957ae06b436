"""The WebSocket API's function: who is let in, what they are answered, and what is left of them when they go."""

import json
import uuid
from typing import Any

import pytest
from clients import FakeContext
from live_stack import PAGE, LiveStack, Socket, event_of
from sqlalchemy import select

from todo.models import Connection, Scope, Subscription
from todo.realtime.conversation import MOST_MESSAGE_BYTES
from todo.services.connections import GOOD_FOR


def known(live: LiveStack, *sockets: Socket) -> list[bool]:
    """Which of the sockets have a row."""
    ids = [socket.id for socket in sockets]
    there = live.database.read(lambda session: set(session.scalars(select(Connection.id))))
    return [each in there for each in ids]


def listening(live: LiveStack, socket: Socket) -> set[str]:
    rows = select(Subscription.scope_id).where(Subscription.connection_id == socket.id)
    return live.database.read(lambda session: {str(each) for each in session.scalars(rows)})


# -- the handshake ----------------------------------------------------------------------------------------------------


def test_a_ticket_opens_one_socket(live: LiveStack) -> None:
    ticket = live.ticket(live.sign_up("Ann").token)
    first, second = live.gateway.connect(), live.gateway.connect()
    assert live.handshake(ticket, first) == 200
    assert live.handshake(ticket, second) == 401
    assert known(live, Socket(live, first), Socket(live, second)) == [True, False]


def test_a_handshake_that_is_told_twice_is_let_in_twice(live: LiveStack) -> None:
    ticket, connection_id = live.ticket(live.sign_up("Ann").token), live.gateway.connect()
    assert [live.handshake(ticket, connection_id) for _ in range(2)] == [200, 200]


@pytest.mark.parametrize("ticket", [None, "", "todoticket_unknown", "x" * 5_000])
def test_without_a_good_ticket_it_is_401(live: LiveStack, ticket: str | None) -> None:
    assert live.handshake(ticket, live.gateway.connect()) == 401


def test_a_ticket_is_good_for_a_minute(live: LiveStack) -> None:
    ticket = live.ticket(live.sign_up("Ann").token)
    live.clock.forward(seconds=61)
    assert live.handshake(ticket, live.gateway.connect()) == 401


def test_a_ticket_of_a_token_that_was_revoked_is_good_for_nothing(live: LiveStack) -> None:
    ann = live.sign_up("Ann")
    ticket = live.ticket(ann.token)
    assert ann.ask("DELETE", "/v1/sessions/current").status == 204
    assert live.handshake(ticket, live.gateway.connect()) == 401


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        (None, 200),
        (PAGE, 200),
        ("https://abcdef1234.execute-api.eu-central-1.amazonaws.com", 200),
        ("https://evil.example.org", 403),
        ("http://todo.example.org", 403),
        ("null", 403),
    ],
)
def test_only_our_own_pages_connect_and_a_page_that_does_not_uses_no_ticket_up(
    live: LiveStack, origin: str | None, status: int
) -> None:
    ticket = live.ticket(live.sign_up("Ann").token)
    assert live.handshake(ticket, live.gateway.connect(), origin) == status
    assert live.handshake(ticket, live.gateway.connect()) == (401 if status == 200 else 200)


@pytest.mark.parametrize("event", [None, [], {}, {"requestContext": {"eventType": "HUNTER2"}}])
def test_what_is_no_event_of_the_api_is_400(live: LiveStack, event: Any, caplog: pytest.LogCaptureFixture) -> None:
    assert live.invoke(event) == 400
    assert "HUNTER2" not in caplog.text


# -- what is said -----------------------------------------------------------------------------------------------------


def test_hello_says_where_each_list_stands_and_who_is_there(live: LiveStack) -> None:
    ann, bob = live.sign_up("Ann"), live.sign_up("Bob")
    home = ann.make_list()
    live.let_in(home, bob, "viewer")
    anns, bobs = live.connect(ann), live.connect(bob)
    anns.subscribes(home)
    hello = bobs.subscribes(home)
    revision = live.database.read(lambda session: session.get_one(Scope, uuid.UUID(home["id"])).revision)
    present = [{"id": ann.id, "name": "Ann"}, {"id": bob.id, "name": "Bob"}]
    assert hello["lists"] == [
        {"id": home["id"], "revision": revision, "role": "viewer", "sync": False, "present": present}
    ]
    assert hello["refused"] == []
    assert hello["account_revision"] >= 1


def test_who_resumes_is_told_what_was_missed_in_order(live: LiveStack) -> None:
    ann = live.sign_up("Ann")
    home = ann.make_list()
    socket = live.connect(ann)
    since = socket.subscribes(home)["lists"][0]["revision"]
    socket.goes()
    tasks = [ann.add(home, title) for title in ("Rent", "Milk", "Tea")]
    again = live.connect(ann)
    again.says({"type": "subscribe", "lists": [{"id": home["id"], "since": since}]})
    hello, *changes = again.heard()
    assert hello["lists"][0]["revision"] == since + 3
    assert [change["revision"] for change in changes] == [since + 1, since + 2, since + 3]
    assert [change["task"]["title"] for change in changes] == ["Rent", "Milk", "Tea"]
    assert [change["task_id"] for change in changes] == [task["id"] for task in tasks]


def test_a_position_that_nobody_reached_is_refused_and_so_is_a_list_of_others(live: LiveStack) -> None:
    ann, bob = live.sign_up("Ann"), live.sign_up("Bob")
    home, secret = ann.make_list(), bob.make_list("Secret")
    socket = live.connect(ann)
    wanted = [{"id": home["id"], "since": 1_000}, {"id": secret["id"]}, {"id": ann.id}]
    socket.says({"type": "subscribe", "lists": wanted})
    (hello,) = socket.heard()
    assert hello["lists"] == []
    codes = {refused["id"]: refused["code"] for refused in hello["refused"]}
    assert codes == {home["id"]: "position_unknown", secret["id"]: "not_found", ann.id: "not_found"}
    assert listening(live, socket) == {ann.id}


def test_a_ping_is_answered_with_where_things_stand(live: LiveStack) -> None:
    ann = live.sign_up("Ann")
    home, work = ann.make_list(), ann.make_list("Work")
    socket = live.connect(ann)
    socket.subscribes(home, work)
    ann.add(home)
    socket.says({"type": "ping"})
    (pong,) = socket.heard()
    assert pong["type"] == "pong"
    assert pong["revisions"] == {home["id"]: 2, work["id"]: 1}
    assert pong["account_revision"] is not None


def test_the_holder_of_a_link_listens_to_its_list_alone(live: LiveStack) -> None:
    ann = live.sign_up("Ann")
    home, work = ann.make_list(), ann.make_list("Work")
    socket = live.connect(live.link(home))
    hello = socket.subscribes(home, work)
    assert [each["id"] for each in hello["lists"]] == [home["id"]]
    assert [each["name"] for each in hello["lists"][0]["present"]] == ["The flat"]
    assert [each["id"] for each in hello["refused"]] == [work["id"]]
    assert hello["account_revision"] is None
    assert listening(live, socket) == {home["id"]}


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("{", "malformed_message"),
        ("", "malformed_message"),
        ("[]", "invalid_message"),
        ('{"type": "shout"}', "invalid_message"),
        ('{"type": "subscribe"}', "invalid_message"),
        ('{"type": "subscribe", "lists": [{"id": "hunter2"}]}', "invalid_message"),
        ('{"type": "ping", "more": 1}', "invalid_message"),
    ],
)
def test_what_is_not_understood_is_said_and_the_socket_stays(live: LiveStack, said: str, code: str) -> None:
    socket = live.connect(live.sign_up("Ann"))
    socket.says(said)
    (error,) = socket.heard()
    assert (error["type"], error["code"]) == ("error", code)
    assert socket.is_open
    socket.says({"type": "ping"})
    assert socket.heard()[0]["type"] == "pong"


def test_too_many_lists_are_refused_whole(live: LiveStack) -> None:
    ann = live.sign_up("Ann")
    home = ann.make_list()
    socket = live.connect(ann)
    socket.subscribes(home)
    socket.says({"type": "subscribe", "lists": [{"id": str(uuid.uuid4())} for _ in range(200)]})
    assert [message["code"] for message in socket.heard()] == ["too_many_lists"]
    assert listening(live, socket) == {ann.id, home["id"]}


def test_a_message_that_is_too_long_ends_the_socket(live: LiveStack) -> None:
    socket = live.connect(live.sign_up("Ann"))
    socket.says(json.dumps({"type": "ping", "more": "x" * MOST_MESSAGE_BYTES}))
    assert [message["code"] for message in socket.heard()] == ["message_too_large"]
    assert (socket.is_open, known(live, socket)) == (False, [False])


def test_a_binary_message_ends_the_socket(live: LiveStack) -> None:
    socket = live.connect(live.sign_up("Ann"))
    assert live.invoke(event_of("binary_message", socket.id)) == 200
    assert [message["code"] for message in socket.heard()] == ["malformed_message"]
    assert (socket.is_open, known(live, socket)) == (False, [False])


def test_who_speaks_with_a_token_that_was_revoked_is_sent_away(live: LiveStack) -> None:
    ann = live.sign_up("Ann")
    socket = live.connect(ann)
    assert ann.ask("DELETE", "/v1/sessions/current").status == 204
    socket.says({"type": "ping"})
    assert (socket.heard(), socket.is_open, known(live, socket)) == ([], False, [False])


@pytest.mark.parametrize("message", [{"type": "ping"}, {"type": "subscribe", "lists": [{"id": str(uuid.uuid4())}]}])
def test_a_socket_of_which_nothing_is_known_is_ended_so_that_it_comes_again(live: LiveStack, message: Any) -> None:
    socket = Socket(live, live.gateway.connect())
    socket.says(message)
    assert (socket.heard(), socket.is_open) == ([], False)


def test_a_socket_is_known_for_as_long_as_api_gateway_holds_it(live: LiveStack) -> None:
    socket = live.connect(live.sign_up("Ann"))
    live.clock.forward(hours=2)
    socket.says({"type": "ping"})
    assert [message["type"] for message in socket.heard()] == ["pong"]
    live.clock.forward(minutes=11)
    socket.says({"type": "ping"})
    assert not socket.is_open


def test_an_answer_is_sent_again_where_api_gateway_is_busy_or_fails(live: LiveStack) -> None:
    socket = live.connect(live.sign_up("Ann"))
    live.gateway.throttle(socket.id, 2)
    live.gateway.fail(socket.id, 500)
    live.gateway.fail(socket.id, 0)
    socket.says({"type": "ping"})
    assert [message["type"] for message in socket.heard()] == ["pong"]


# -- what is left -----------------------------------------------------------------------------------------------------


def test_whoever_writes_is_told_until_when_somebody_listens(live: LiveStack) -> None:
    ann = live.sign_up("Ann")
    home = ann.make_list()

    def live_until(scope_id: str) -> Any:
        return live.database.read(lambda session: session.get_one(Scope, uuid.UUID(scope_id)).live_until)

    revision = ann.get(home["url"])["version"]
    assert live_until(home["id"]) is None
    first = live.connect(ann)
    assert live_until(ann.id) is not None
    first.subscribes(home)
    at = live_until(home["id"])
    assert abs((at - live.clock() - GOOD_FOR).total_seconds()) < 60
    live.clock.forward(hours=1)
    live.connect(ann).subscribes(home)
    later = live_until(home["id"])
    assert 3_500 < (later - at).total_seconds() < 3_700
    first.subscribes(home)
    assert live_until(home["id"]) == later
    assert ann.get(home["url"])["version"] == revision


def test_who_goes_leaves_nothing_and_going_twice_is_harmless(live: LiveStack) -> None:
    ann = live.sign_up("Ann")
    home = ann.make_list()
    first, second = live.connect(ann), live.connect(ann)
    first.subscribes(home)
    second.subscribes(home)
    first.goes()
    first.goes()
    assert known(live, first, second) == [False, True]
    assert (listening(live, first), listening(live, second)) == (set(), {ann.id, home["id"]})


def test_who_listens_no_more_is_not_there_any_more(live: LiveStack) -> None:
    ann = live.sign_up("Ann")
    home, work = ann.make_list(), ann.make_list("Work")
    socket = live.connect(ann)
    socket.subscribes(home, work)
    socket.says({"type": "unsubscribe", "lists": [home["id"], ann.id, str(uuid.uuid4())]})
    assert socket.heard() == []
    assert listening(live, socket) == {ann.id, work["id"]}


def test_subscribing_again_changes_nothing_for_others(live: LiveStack) -> None:
    ann = live.sign_up("Ann")
    home = ann.make_list()
    socket = live.connect(ann)
    socket.subscribes(home)
    live.bodies.clear()
    socket.subscribes(home)
    live.connect(ann).subscribes(home)
    assert live.bodies == []


def test_where_nobody_else_is_nobody_is_told_who_comes_and_goes(live: LiveStack) -> None:
    ann = live.sign_up("Ann")
    home = ann.make_list()
    socket = live.connect(ann)
    socket.subscribes(home)
    socket.goes()
    assert live.bodies == []


def test_nothing_that_a_client_said_is_logged(live: LiveStack, caplog: pytest.LogCaptureFixture) -> None:
    ann = live.sign_up("Ann")
    ticket, connection_id = live.ticket(ann.token), live.gateway.connect()
    with caplog.at_level("DEBUG", "todo"):
        assert live.handshake(ticket, connection_id) == 200
        Socket(live, connection_id).says('{"type": "hunter2"}')
        live.invoke(event_of("disconnect", connection_id))
    assert "hunter2" not in caplog.text
    assert ticket not in caplog.text
    assert [record.status for record in caplog.records if record.message == "event"] == [200] * 3  # type: ignore[attr-defined]  # of the log's extra


def test_a_fault_of_ours_is_answered_and_counted(live: LiveStack, monkeypatch: pytest.MonkeyPatch) -> None:
    socket = live.connect(live.sign_up("Ann"))

    def broken(*_arguments: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("todo.realtime.gateway._pong", broken)
    with pytest.raises(ZeroDivisionError):
        live._handler(event_of("message", socket.id, body='{"type": "ping"}'), FakeContext())
    assert [message["code"] for message in socket.heard()] == ["internal_error"]
