"""What those who listen through API Gateway are told, when, and who is not."""

import json
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from clients import Person
from gateway_server import GatewayServer
from live_stack import LiveStack, Socket, live_stack
from loopback import answering
from resets import new_reset, set_password
from sqlalchemy import make_url, select, update

from todo.database import deadline_in
from todo.jobs import worker
from todo.jobs.messages import TellChanges, TellPresence, parse_message
from todo.jobs.queue import MessageQueue
from todo.models import Connection, Scope, Subscription, Token
from todo.services.live import MOST_BYTES
from todo.services.scopes import Changed

HANDSHAKE_IS_OVER = 31  # seconds


def rows(live: LiveStack, *sockets: Socket) -> list[bool]:
    """Which of the sockets have a row."""
    there = live.database.read(lambda session: set(session.scalars(select(Connection.id))))
    return [each.id in there for each in sockets]


def listen(live: LiveStack, person: Person | str, *lists: Any) -> Socket:
    """A socket that listens to these lists, and has heard of everything so far."""
    socket = live.connect(person)
    socket.subscribes(*lists)
    live.work()
    socket.heard()
    return socket


def told(messages: list[dict[str, Any]]) -> list[str]:
    return [message["type"] for message in messages]


@pytest.fixture
def ann(live: LiveStack) -> Person:
    return live.sign_up("Ann")


@pytest.fixture
def bob(live: LiveStack) -> Person:
    return live.sign_up("Bob")


@pytest.fixture
def home(live: LiveStack, ann: Person, bob: Person) -> dict[str, Any]:
    """A list of Ann's, where Bob is an editor."""
    made = ann.make_list()
    live.let_in(made, bob)
    return made


# -- the queue --------------------------------------------------------------------------------------------------------


def test_where_nobody_listens_nothing_is_sent(live: LiveStack, ann: Person, home: dict[str, Any]) -> None:
    ann.add(home)
    assert live.bodies == []
    socket = listen(live, ann, home)
    ann.add(home)
    assert [json.loads(body)["kind"] for body in live.bodies] == ["live"]
    live.bodies.clear()
    socket.goes()
    live.clock.forward(hours=2, minutes=11)
    ann.add(home)
    assert [body for body in live.bodies if "live" in body] == []


def test_a_change_is_one_message_of_the_scopes_that_somebody_listens_to(
    live: LiveStack, ann: Person, home: dict[str, Any]
) -> None:
    work = ann.make_list("Work")
    listen(live, ann, home)
    operations = [
        {"do": "create_task", "list_id": each["id"], "task": {"title": "Rent"}} for each in (home, work, home)
    ]
    assert ann.ask("POST", "/v1/batch", {"operations": operations}).status == 200
    assert [json.loads(body) for body in live.bodies] == [{"kind": "live", "changes": [[home["id"], 3]]}]


def test_a_batch_fits_into_one_message(live: LiveStack) -> None:
    later = live.clock().replace(year=live.clock().year + 1)
    sent: list[str] = []
    queue = MessageQueue(sent.extend, live.clock)
    queue.tell_changes([Changed(uuid.uuid4(), 2**62, later) for _ in range(500)])
    assert len(sent) == 1
    queue.tell_changes([Changed(uuid.uuid4(), 2**62, later) for _ in range(10_000)])
    queue.tell_presence([uuid.uuid4() for _ in range(10_000)])
    assert max(len(body) for body in sent) < 256 * 1024
    assert len(sent) == 11
    queue.tell_changes([Changed(uuid.uuid4(), 5, None), Changed(uuid.uuid4(), 5, live.clock())])
    queue.tell_presence([])
    assert len(sent) == 11


def test_the_last_revision_of_a_scope_counts(live: LiveStack) -> None:
    later = live.clock().replace(year=live.clock().year + 1)
    sent: list[str] = []
    scope = uuid.uuid4()
    MessageQueue(sent.extend, live.clock).tell_changes([Changed(scope, number, later) for number in (4, 5, 6)])
    assert [parse_message(body) for body in sent] == [TellChanges(((scope, 6),))]


# -- changes ----------------------------------------------------------------------------------------------------------


def test_everybody_on_a_list_is_told_in_order_and_the_sender_waits_for_nobody(
    live: LiveStack, ann: Person, bob: Person, home: dict[str, Any]
) -> None:
    anns, bobs = listen(live, ann, home), listen(live, bob, home)
    anns.heard()
    with live.gateway.slow(bobs.id):  # nobody is asked before the worker is
        task = ann.add(home, "Rent")
        assert ann.ask("PATCH", task["url"], {"title": "Rents"}).status == 200
    assert anns.heard() == []
    live.work()
    for socket in (anns, bobs):
        changes = socket.heard()
        assert told(changes) == ["change", "change"]
        assert [change["kind"] for change in changes] == ["task.created", "task.updated"]
        assert changes[1]["revision"] == changes[0]["revision"] + 1
        assert changes[1]["changes"] == {"title": {"before": "Rent", "after": "Rents"}}
        assert changes[1]["task"]["title"] == "Rents"


def test_a_message_that_comes_twice_tells_nothing_twice(live: LiveStack, ann: Person, home: dict[str, Any]) -> None:
    socket = listen(live, ann, home)
    ann.add(home)
    bodies = list(live.bodies)
    live.work()
    assert len(socket.revisions()) == 1
    live.work(bodies * 3)
    assert socket.heard() == []


def test_messages_in_another_order_are_told_in_the_right_one(
    live: LiveStack, ann: Person, home: dict[str, Any]
) -> None:
    socket = listen(live, ann, home)
    for title in ("Rent", "Milk", "Tea"):
        ann.add(home, title)
    live.work(live.bodies[::-1])
    revisions = socket.revisions()
    assert revisions == list(range(revisions[0], revisions[0] + 3))


def test_a_message_that_was_lost_is_made_up_for_by_the_next(live: LiveStack, ann: Person, home: dict[str, Any]) -> None:
    socket = listen(live, ann, home)
    ann.add(home, "Rent")
    live.bodies.clear()
    ann.add(home, "Milk")
    live.work()
    assert [message["task"]["title"] for message in socket.heard()] == ["Rent", "Milk"]


def test_two_workers_at_once_leave_no_gap(live: LiveStack, ann: Person, bob: Person, home: dict[str, Any]) -> None:
    sockets = [listen(live, person, home) for person in (ann, bob) * 3]
    for each in sockets:
        each.heard()
    for number in range(12):
        ann.add(home, str(number))
    messages = [parse_message(body) for body in live.bodies]
    live.bodies.clear()
    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(lambda message: worker.receive(live.backend, message), messages))
    assert {outcome.state for outcome in outcomes} == {"told"}
    for socket in sockets:
        position, heard = 0, socket.revisions()
        for revision in heard:
            assert not position or revision <= position + 1
            position = max(position, revision)
        assert len(set(heard)) == 12


def test_what_is_committed_while_somebody_is_let_in_is_not_lost(
    live: LiveStack, gateway: GatewayServer, database_url: str, ann: Person, home: dict[str, Any]
) -> None:
    with live_stack(gateway, make_url(database_url), live.clock) as other, ThreadPoolExecutor(1) as pool:
        writer = Person(other.door, ann.email, ann.id, ann.token)
        for _ in range(5):
            socket = live.connect(ann)
            writing = pool.submit(lambda: [writer.add(home) for _ in range(4)])
            first = socket.subscribes(home)["lists"][0]["revision"]
            writing.result()
            live.work(other.bodies)
            last = live.database.read(lambda session: session.get_one(Scope, uuid.UUID(home["id"])).revision)
            assert set(range(first + 1, last + 1)) <= set(socket.revisions())
            other.bodies.clear()
            socket.goes()


def test_more_than_one_round_is_told_whole(live: LiveStack, ann: Person, home: dict[str, Any]) -> None:
    socket = listen(live, ann, home)
    for number in range(60):
        ann.add(home, str(number))
    live.work()
    revisions = socket.revisions()
    assert revisions == list(range(revisions[0], revisions[0] + 60))


def test_an_account_hears_that_something_of_its_own_changed(live: LiveStack, ann: Person, bob: Person) -> None:
    anns, bobs = live.connect(ann), live.connect(bob)
    ann.make_list()
    live.work()
    assert told(anns.heard()) == ["account"]
    assert bobs.heard() == []


def test_a_change_that_is_too_large_comes_without_its_contents(
    live: LiveStack, ann: Person, home: dict[str, Any]
) -> None:
    socket = listen(live, ann, home)
    task = ann.add(home, "Novel")
    assert ann.ask("PATCH", task["url"], {"notes": "\N{CRAB}" * 16_000}).status == 200
    live.work()
    created, changed = socket.heard()
    assert (created["complete"], changed["complete"]) == (True, False)
    assert (changed["task"], changed["changes"], changed["task_id"]) == (None, {}, task["id"])
    assert len(live.gateway.texts(socket.id)[-1].encode()) <= MOST_BYTES


# -- who is not told --------------------------------------------------------------------------------------------------


def test_who_may_not_see_a_list_any_more_hears_that_and_nothing_else(
    live: LiveStack, ann: Person, bob: Person, home: dict[str, Any]
) -> None:
    anns, bobs = listen(live, ann, home), listen(live, bob, home)
    anns.heard()
    live.keep_out(home, bob)
    ann.add(home, "Secret")
    live.work()
    assert bobs.heard() == [{"type": "lost", "list_id": home["id"]}]
    heard = anns.heard()
    assert told(heard) == ["change", "presence"]
    assert heard[1]["present"] == [{"id": ann.id, "name": "Ann"}]
    ann.add(home, "More")
    live.work()
    assert (bobs.heard(), rows(live, bobs)) == ([], [True])


def test_a_list_in_the_trash_is_lost_to_everybody(live: LiveStack, ann: Person, home: dict[str, Any]) -> None:
    socket = listen(live, ann, home)
    assert ann.ask("DELETE", home["url"]).status == 204
    live.work()
    assert sorted(told(socket.heard())) == ["account", "lost"]


def test_a_socket_of_a_token_that_was_revoked_is_ended_and_told_nothing(
    live: LiveStack, ann: Person, bob: Person, home: dict[str, Any]
) -> None:
    anns, bobs = listen(live, ann, home), listen(live, bob, home)
    anns.heard()
    assert bob.ask("DELETE", "/v1/sessions/current").status == 204
    ann.add(home)
    live.work()
    assert (bobs.heard(), bobs.is_open) == ([], False)
    assert told(anns.heard()) == ["change", "presence"]
    assert rows(live, anns, bobs) == [True, False]


def test_a_forgotten_password_that_is_set_ends_the_sockets_of_log_ins(
    live: LiveStack, ann: Person, bob: Person, home: dict[str, Any]
) -> None:
    program = bob.ask("POST", "/v1/tokens", {"name": "program"}).json["secret"]
    goes, stays, other = listen(live, bob, home), listen(live, program, home), listen(live, ann, home)
    for each in (goes, stays):
        each.heard()
    assert set_password(live.door, new_reset(live.door, bob.email)).status == 204
    live.work()
    assert (goes.heard(), goes.is_open) == ([], False)
    assert "account" in told(stays.heard())
    assert stays.is_open
    assert other.is_open


def test_a_token_that_expires_ends_its_socket(live: LiveStack, ann: Person, bob: Person, home: dict[str, Any]) -> None:
    bobs = listen(live, bob, home)

    def expire(session: Any) -> None:
        for token in session.scalars(select(Token).where(Token.account_id == uuid.UUID(bob.id))):
            token.expires_at = live.clock()

    live.database.write(expire)
    ann.add(home)
    live.work()
    assert (bobs.heard(), bobs.is_open) == ([], False)


# -- trouble ----------------------------------------------------------------------------------------------------------


def test_who_is_gone_is_forgotten_and_nobody_else(
    live: LiveStack, ann: Person, bob: Person, home: dict[str, Any]
) -> None:
    anns, bobs = listen(live, ann, home), listen(live, bob, home)
    anns.heard()
    live.clock.forward(seconds=HANDSHAKE_IS_OVER)
    live.gateway.lose(bobs.id)
    ann.add(home)
    live.work()
    assert rows(live, anns, bobs) == [True, False]
    assert told(anns.heard()) == ["change", "presence"]
    ann.add(home)
    live.work()
    assert told(anns.heard()) == ["change"]


def test_a_socket_whose_handshake_is_not_answered_yet_is_not_forgotten(live: LiveStack, ann: Person) -> None:
    socket = live.connect(ann)
    live.gateway.lose(socket.id)  # so it looks until the handshake is answered
    ann.make_list()
    live.work()
    assert rows(live, socket) == [True]


def test_what_api_gateway_does_not_take_at_once_is_sent_again(
    live: LiveStack, ann: Person, bob: Person, home: dict[str, Any]
) -> None:
    anns, bobs = listen(live, ann, home), listen(live, bob, home)
    anns.heard()
    live.gateway.throttle(bobs.id, 2)
    live.gateway.fail(anns.id, 500)
    ann.add(home)
    assert [outcome.state for outcome in live.work()] == ["told"]
    assert (told(anns.heard()), told(bobs.heard())) == (["change"], ["change"])


def test_who_cannot_be_reached_now_is_tried_later_and_the_others_are_told(
    live: LiveStack, ann: Person, bob: Person, home: dict[str, Any]
) -> None:
    anns, bobs = listen(live, ann, home), listen(live, bob, home)
    anns.heard()
    live.gateway.fail(bobs.id, 500, times=3)
    ann.add(home)
    bodies = list(live.bodies)
    (outcome,) = live.work()
    assert (outcome.state, outcome.seconds) == ("not_yet", 10)
    assert (told(anns.heard()), bobs.heard()) == (["change"], [])
    live.work(bodies, times=2)
    assert (anns.heard(), told(bobs.heard())) == ([], ["change"])


def test_who_takes_nothing_for_long_is_sent_away_to_come_again(
    live: LiveStack, ann: Person, bob: Person, home: dict[str, Any]
) -> None:
    anns, bobs = listen(live, ann, home), listen(live, bob, home)
    anns.heard()
    ann.add(home)
    bodies = list(live.bodies)
    states = []
    for times in (1, 2, 3):
        live.gateway.fail(bobs.id, 500, times=3)
        states += [outcome.state for outcome in live.work(bodies, times=times)]
    assert states == ["not_yet", "not_yet", "told"]
    assert (bobs.is_open, rows(live, anns, bobs)) == (False, [True, False])
    assert told(anns.heard()) == ["change", "presence"]


def test_a_right_that_is_missing_is_given_up_and_logged(
    live: LiveStack, ann: Person, home: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    socket = listen(live, ann, home)
    live.gateway.fail(socket.id, 403)
    ann.add(home)
    assert [outcome.state for outcome in live.work()] == ["given_up"]
    assert "403" in caplog.text
    assert rows(live, socket) == [True]


def test_what_there_is_no_time_for_stays_in_the_queue(live: LiveStack, ann: Person, home: dict[str, Any]) -> None:
    socket = listen(live, ann, home)
    ann.add(home)
    (body,) = live.bodies
    with deadline_in(2):
        assert worker.receive(live.backend, parse_message(body)).state == "not_yet"
    live.work()
    assert told(socket.heard()) == ["change"]


def test_a_scope_that_is_gone_is_lost(live: LiveStack, ann: Person, home: dict[str, Any]) -> None:
    socket = listen(live, ann, home)
    gone = uuid.uuid4()
    live.database.write(
        lambda session: session.add(Subscription(connection_id=socket.id, scope_id=gone, since=3)),
    )
    live.work([json.dumps({"kind": "live", "changes": [[str(gone), 4]]})])
    assert socket.heard() == [{"type": "lost", "list_id": str(gone)}]


# -- presence ---------------------------------------------------------------------------------------------------------


def test_others_are_told_who_comes_and_who_goes(
    live: LiveStack, ann: Person, bob: Person, home: dict[str, Any]
) -> None:
    anns = listen(live, ann, home)
    first, second = live.connect(bob), live.connect(bob)
    first.subscribes(home)
    live.work()
    both = [{"id": ann.id, "name": "Ann"}, {"id": bob.id, "name": "Bob"}]
    assert anns.heard() == [{"type": "presence", "list_id": home["id"], "present": both}]
    second.subscribes(home)
    first.goes()
    live.work()
    assert anns.heard() == []
    second.says({"type": "unsubscribe", "lists": [home["id"]]})
    assert [parse_message(body) for body in live.bodies] == [TellPresence((uuid.UUID(home["id"]),))]
    live.work()
    assert anns.heard() == [{"type": "presence", "list_id": home["id"], "present": both[:1]}]


def names(message: dict[str, Any]) -> list[str]:
    """Who is present, as it is told."""
    return [each["name"] for each in message["present"]]


def test_who_listens_quietly_hears_everything_and_is_not_shown(
    live: LiveStack, ann: Person, bob: Person, home: dict[str, Any]
) -> None:
    quiet, guest = live.connect(ann), live.connect(live.link(home))
    assert names(quiet.subscribes(home, quiet=True)["lists"][0]) == []
    assert names(guest.subscribes(home, quiet=True)["lists"][0]) == []
    assert live.bodies == []
    looks = live.connect(bob)
    assert names(looks.subscribes(home)["lists"][0]) == ["Bob"]
    live.work()
    assert [names(each) for each in (*quiet.heard(), *guest.heard())] == [["Bob"], ["Bob"]]
    assert names(guest.subscribes(home)["lists"][0]) == ["Bob", "The flat"]
    live.work()
    assert [names(each) for each in quiet.heard()] == [["Bob", "The flat"]]
    ann.add(home)
    live.work()
    assert told(quiet.heard()) == ["change"]
    for socket, left in ((looks, ["The flat"]), (guest, [])):
        socket.goes()
        live.work()
        assert [names(each) for each in quiet.heard()] == [left]
    quiet.goes()
    assert live.bodies == []


def test_who_turns_from_one_list_to_another_is_shown_there_and_here_no_more(
    live: LiveStack, ann: Person, bob: Person, home: dict[str, Any]
) -> None:
    work = ann.make_list("Work")
    live.let_in(work, bob)
    watches, turns = live.connect(ann), live.connect(bob)
    watches.subscribes(home, work, quiet=True)
    for here, there in ((home, work), (work, home)):
        turns.says({"type": "subscribe", "lists": [{"id": here["id"]}, {"id": there["id"], "quiet": True}]})
        (hello,) = [each for each in turns.heard() if each["type"] == "hello"]
        assert {each["id"]: names(each) for each in hello["lists"]} == {here["id"]: ["Bob"], there["id"]: []}
        live.work()
        latest = {each["list_id"]: names(each) for each in watches.heard() if each["type"] == "presence"}
        assert {here["id"]: ["Bob"]}.items() <= latest.items()
        assert latest.get(there["id"], []) == []
    # Who is there with two sockets is there until the last of them looks away.
    other = live.connect(bob)
    other.subscribes(work)
    turns.heard()
    turns.subscribes(work, quiet=True)
    assert live.bodies == []
    assert names(other.subscribes(work, quiet=True)["lists"][0]) == []
    live.work()
    assert [names(each) for each in watches.heard()] == [[]]


def test_who_turns_keeps_its_place(live: LiveStack, ann: Person, bob: Person, home: dict[str, Any]) -> None:
    anns, bobs = listen(live, ann, home), listen(live, bob, home)
    anns.heard()
    ann.add(home, "Rent")
    bobs.subscribes(home, quiet=True)
    ann.add(home, "Milk")
    bobs.subscribes(home)
    live.work()
    for socket in (anns, bobs):
        changes = [each for each in socket.heard() if each["type"] == "change"]
        assert [each["task"]["title"] for each in changes] == ["Rent", "Milk"]


def test_a_subscription_of_the_version_before_is_not_quiet(live: LiveStack, ann: Person, home: dict[str, Any]) -> None:
    socket = listen(live, ann, home)
    live.database.write(lambda session: session.execute(update(Subscription).values(quiet=None)))
    assert names(live.connect(ann).subscribes(home, quiet=True)["lists"][0]) == ["Ann"]
    assert names(socket.subscribes(home, quiet=True)["lists"][0]) == []


def test_a_link_is_there_by_its_name(live: LiveStack, ann: Person, home: dict[str, Any]) -> None:
    anns = listen(live, ann, home)
    listen(live, live.link(home), home)
    (presence,) = anns.heard()
    assert [each["name"] for each in presence["present"]] == ["Ann", "The flat"]


def test_presence_that_comes_late_tells_nothing_to_those_who_may_not_know(
    live: LiveStack, ann: Person, bob: Person, home: dict[str, Any]
) -> None:
    bobs = listen(live, bob, home)
    live.keep_out(home, bob)
    listen(live, ann, home)
    assert bobs.heard() == []


# -- the request ------------------------------------------------------------------------------------------------------


def test_a_queue_that_fails_fails_no_request(
    live: LiveStack, ann: Person, home: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    from todo.outside import open_queue
    from todo.settings import Settings

    listen(live, ann, home)
    with answering() as sqs:
        sqs.status = 500
        environment = {
            "AWS_ENDPOINT_URL": sqs.url,
            "AWS_REGION": "eu-west-1",
            "AWS_ACCESS_KEY_ID": "AKID",
            "AWS_SECRET_ACCESS_KEY": "secret",
        }
        queue = open_queue(Settings(queue_url=f"{sqs.url}/123456789012/jobs"), environment, patience=1.0)
        later = live.clock().replace(year=live.clock().year + 1)
        queue.tell_changes([Changed(uuid.UUID(home["id"]), 5, later)])
        assert len(sqs.received) == 2
    assert "the queue was not told" in caplog.text
