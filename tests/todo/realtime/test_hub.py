"""What sockets hear: everything, once, in order, and nothing that they may not."""

import asyncio
import contextlib
import json
import socket as sockets_of_system
import threading
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from clients import Person, ServerDoor
from clocks import MovableClock
from resets import new_reset, set_password
from sockets import listening, ticket_of
from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from todo.database import deadline_in
from todo.errors import DatabaseUnavailable
from todo.models import Link, Scope, Task
from todo.services import scopes
from todo.services.scopes import Changed

Linked = Callable[[dict[str, Any]], Person]
Share = Callable[..., None]
Unshare = Callable[[Person, dict[str, Any]], None]
Lists = dict[str, Any]


def in_loop(door: ServerDoor, work: Any) -> Any:
    """Run a coroutine where the sockets are."""
    return asyncio.run_coroutine_threadsafe(work, door._loop).result(10)


def revision_of(person: Person, task_list: Lists) -> int:
    return int(person.get(f"{task_list['url']}/activity", limit=1)[0]["revision"])


def test_a_change_is_told_as_it_happens_with_the_task_as_it_is(ann: Person) -> None:
    home = ann.make_list()
    with listening(ann) as socket:
        hello = socket.subscribe(home)
        assert hello["refused"] == []
        (joined,) = hello["lists"]
        assert (joined["id"], joined["role"], joined["sync"]) == (home["id"], "owner", False)
        assert joined["revision"] == revision_of(ann, home)
        assert joined["present"] == [{"id": ann.id, "name": "Ann"}]
        reply = ann.ask("POST", f"{home['url']}/tasks", {"title": "Pay rent"})
        change = socket.next("change")
        assert change["list_id"] == home["id"]
        assert change["revision"] == joined["revision"] + 1
        assert change["operation_id"] == reply.headers["x-operation-id"]
        assert (change["actor_id"], change["actor_name"]) == (ann.id, "Ann")
        assert (change["kind"], change["task_id"], change["complete"]) == ("task.created", reply.json["id"], True)
        assert change["task"] == reply.json
        ann.ask("PATCH", reply.json["url"], {"title": "Pay the rent"})
        change = socket.next("change")
        assert change["changes"]["title"] == {"before": "Pay rent", "after": "Pay the rent"}
        assert change["task"]["title"] == "Pay the rent"
        ann.ask("DELETE", reply.json["url"])
        assert socket.next("change")["task"] is None


def test_who_was_away_resumes_without_a_gap_and_from_the_future_is_refused(ann: Person) -> None:
    home, work = ann.make_list(), ann.make_list("Work")
    ann.add(home, "One")
    since = revision_of(ann, home)
    for title in ("Two", "Three"):
        ann.add(home, title)
    with listening(ann) as socket:
        hello = socket.subscribe(home, since=since)
        assert hello["lists"][0]["revision"] == since + 2
        ann.add(home, "Four")
        found = socket.changes(3)
        assert [each["revision"] for each in found] == [since + 1, since + 2, since + 3]
        assert [each["task"]["title"] for each in found] == ["Two", "Three", "Four"]
        socket.say("subscribe", lists=[{"id": home["id"], "since": since + 4}, {"id": work["id"]}])
        hello = socket.next("hello")
        assert [each["id"] for each in hello["lists"]] == [work["id"]]
        assert [(each["id"], each["code"]) for each in hello["refused"]] == [(home["id"], "position_unknown")]
        # What was listened to before goes on.
        ann.add(home, "Five")
        assert socket.next("change")["revision"] == since + 4


def test_who_missed_too_much_is_sent_to_sync(ann: Person, door: ServerDoor) -> None:
    home = ann.make_list()
    since = revision_of(ann, home)
    for number in range(3):
        ann.add(home, f"Task {number}")
    far = update(Scope).where(Scope.id == uuid.UUID(home["id"])).values(revision=Scope.revision + 600)
    door.database.write(_execute, far)
    with listening(ann) as socket:
        hello = socket.subscribe(home, since=since)
        assert hello["lists"][0]["sync"] is True
        assert socket.nothing_but()


def test_a_list_that_may_not_be_seen_is_refused_as_if_there_were_none(ann: Person, bob: Person) -> None:
    home = ann.make_list()
    gone = bob.make_list()
    bob.ask("DELETE", gone["url"])
    with listening(bob) as socket:
        hello = socket.subscribe(home, gone, {"id": str(uuid.uuid4())})
        assert hello["lists"] == []
        assert {each["code"] for each in hello["refused"]} == {"not_found"}
        assert len({each["detail"] for each in hello["refused"]}) == 1
        ann.add(home)
        assert socket.nothing_but()


def test_nothing_comes_after_unsubscribing(ann: Person) -> None:
    home, work = ann.make_list(), ann.make_list("Work")
    with listening(ann, home, work) as socket:
        socket.say("unsubscribe", lists=[home["id"], str(uuid.uuid4())])
        socket.say("ping")
        assert set(socket.next("pong")["revisions"]) == {work["id"]}
        ann.add(home)
        ann.add(work)
        assert socket.next("change")["list_id"] == work["id"]
        assert socket.nothing_but()


def test_who_is_there_is_told_to_everybody_once_a_person(ann: Person, bob: Person, share: Share, link: Linked) -> None:
    home = ann.make_list()
    share(bob, home)
    guests = link(home)
    with listening(ann, home) as first:
        with listening(bob) as second:
            joined = second.subscribe(home)["lists"][0]
            assert [each["name"] for each in joined["present"]] == ["Ann", "Bob"]
            assert [each["name"] for each in first.next("presence")["present"]] == ["Ann", "Bob"]
            with listening(guests, home):
                names = [each["name"] for each in second.next("presence")["present"]]
                assert names == ["Ann", "Bob", "Guests"]
                first.next("presence")
                with listening(bob, home):
                    assert first.nothing_but()
            assert [each["id"] for each in first.next("presence")["present"]] == [ann.id, bob.id]
        assert [each["id"] for each in first.next("presence")["present"]] == [ann.id]


def names(message: dict[str, Any]) -> list[str]:
    """Who is present, as it is told."""
    return [each["name"] for each in message["present"]]


def test_who_listens_quietly_hears_everything_and_is_not_shown(
    ann: Person, bob: Person, share: Share, link: Linked
) -> None:
    home = ann.make_list()
    share(bob, home)
    guests = link(home)
    with listening(ann) as quiet, listening(guests) as guest:
        assert names(quiet.subscribe(home, quiet=True)["lists"][0]) == []
        assert names(guest.subscribe(home, quiet=True)["lists"][0]) == []
        with listening(bob) as looks:
            assert names(looks.subscribe(home)["lists"][0]) == ["Bob"]
            for each in (quiet, guest):
                assert names(each.next("presence")) == ["Bob"]
            assert names(guest.subscribe(home)["lists"][0]) == ["Bob", "Guests"]
            for each in (quiet, looks):
                assert names(each.next("presence")) == ["Bob", "Guests"]
            ann.add(home)
            assert quiet.next("change")["kind"] == "task.created"
        for each in (quiet, guest):
            assert names(each.next("presence")) == ["Guests"]
        guest.say("unsubscribe", lists=[home["id"]])
        assert names(quiet.next("presence")) == []


def test_who_turns_from_one_list_to_another_is_shown_there_and_here_no_more(
    ann: Person, bob: Person, share: Share
) -> None:
    home, work = ann.make_list(), ann.make_list("Work")
    share(bob, home)
    share(bob, work)
    with listening(ann) as watches, listening(bob) as turns:
        watches.subscribe(home, work, quiet=True)
        turns.say("subscribe", lists=[{"id": home["id"]}, {"id": work["id"], "quiet": True}])
        assert {each["id"]: names(each) for each in turns.next("hello")["lists"]} == {
            home["id"]: ["Bob"],
            work["id"]: [],
        }
        assert watches.next("presence") == {
            "type": "presence",
            "list_id": home["id"],
            "present": [{"id": bob.id, "name": "Bob"}],
        }
        turns.say("subscribe", lists=[{"id": home["id"], "quiet": True}, {"id": work["id"]}])
        assert [names(each) for each in turns.next("hello")["lists"]] == [[], ["Bob"]]
        told = [watches.next("presence") for _ in range(2)]
        assert {each["list_id"]: names(each) for each in told} == {home["id"]: [], work["id"]: ["Bob"]}
        # Who is there with two sockets is there until the last of them looks away.
        with listening(bob, work) as other:
            turns.subscribe(work, quiet=True)
            assert watches.nothing_but()
            assert names(other.subscribe(work, quiet=True)["lists"][0]) == []
            assert names(watches.next("presence")) == []


def test_who_turns_while_much_is_written_misses_nothing_and_hears_nothing_twice(ann: Person) -> None:
    home = ann.make_list()
    since = revision_of(ann, home)
    with listening(ann, home) as socket, ThreadPoolExecutor(2) as pool:
        writers = [pool.submit(lambda: [ann.add(home) for _ in range(20)]) for _ in range(2)]
        hellos = [socket.subscribe(home, quiet=number % 2 == 0)["lists"][0] for number in range(40)]
        for writer in writers:
            writer.result()
        assert [each["revision"] for each in socket.changes(40)] == list(range(since + 1, since + 41))
        assert socket.nothing_but()
        assert not any(each["sync"] for each in hellos)
        revisions = [each["revision"] for each in hellos]
        assert revisions == sorted(revisions)


def test_the_holder_of_a_link_hears_of_its_list_and_of_no_account(ann: Person, link: Linked) -> None:
    home, work = ann.make_list(), ann.make_list("Work")
    with listening(link(home)) as socket:
        hello = socket.subscribe(home, work)
        assert hello["account_revision"] is None
        assert [each["role"] for each in hello["lists"]] == ["viewer"]
        assert [each["id"] for each in hello["refused"]] == [work["id"]]
        ann.add(home)
        assert socket.next("change")["list_id"] == home["id"]
        socket.say("ping")
        assert socket.next("pong")["account_revision"] is None


def test_access_that_is_lost_is_told_at_once_and_nothing_more_comes(
    ann: Person, bob: Person, share: Share, unshare: Unshare
) -> None:
    home = ann.make_list()
    share(bob, home)
    with listening(ann, home) as stays, listening(bob, home) as goes:
        stays.next("presence")
        unshare(bob, home)
        ann.add(home, "Secret")
        assert goes.next("lost", "change") == {"type": "lost", "list_id": home["id"]}
        assert stays.next("change")["task"]["title"] == "Secret"
        assert [each["id"] for each in stays.next("presence")["present"]] == [ann.id]
        ann.add(home, "Secret, too")
        assert goes.nothing_but()
        assert stays.next("change")["task"]["title"] == "Secret, too"


def test_a_list_that_is_deleted_is_lost_to_everybody(ann: Person, bob: Person, share: Share) -> None:
    home = ann.make_list()
    share(bob, home)
    with listening(ann, home) as first, listening(bob, home) as second:
        assert ann.ask("DELETE", home["url"]).status == 204
        for socket in (first, second):
            assert socket.next("lost")["list_id"] == home["id"]


def test_an_account_hears_of_its_own_changes_on_every_socket(ann: Person, bob: Person) -> None:
    with listening(ann) as first, listening(ann) as second, listening(bob) as other:
        before = first.subscribe({"id": str(uuid.uuid4())})["account_revision"]
        ann.make_list("New")
        for socket in (first, second):
            assert socket.next("account") == {"type": "account", "revision": before + 1}
        assert other.nothing_but()


def test_a_revoked_token_ends_its_sockets_at_the_next_change_or_within_a_minute(ann: Person, door: ServerDoor) -> None:
    home = ann.make_list()
    for ending in ("change", "sweep", "ping", "subscribe"):
        made = ann.ask("POST", "/v1/tokens", {"name": "other"}).json
        other = Person(door, ann.email, ann.id, made["secret"])
        with listening(other, home) as goes, listening(ann, home) as stays:
            assert ann.ask("DELETE", made["url"]).status == 204
            if ending == "change":
                ann.add(home)
                stays.next("change")
            elif ending == "sweep":
                in_loop(door, door.hub.sweep())
            elif ending == "ping":
                goes.say("ping")
            else:
                goes.say("subscribe", lists=[{"id": home["id"]}])
            assert goes.closed() == (1008, "the token was revoked")
            assert not any(message["type"] == "change" for message in goes.kept())
            assert stays.nothing_but("presence", "change")


def test_a_forgotten_password_that_is_set_ends_the_sockets_of_log_ins_at_once(ann: Person, door: ServerDoor) -> None:
    home = ann.make_list()
    program = Person(door, ann.email, ann.id, ann.ask("POST", "/v1/tokens", {"name": "program"}).json["secret"])
    secret = new_reset(door, ann.email)
    with listening(ann, home) as goes, listening(program, home) as stays:
        assert set_password(door, secret).status == 204
        assert goes.closed() == (1008, "the token was revoked")
        assert stays.next("account")["revision"]
        assert stays.nothing_but("presence")


def test_a_link_that_was_deleted_or_has_expired_ends_its_sockets(
    ann: Person, door: ServerDoor, link: Linked, clock: MovableClock
) -> None:
    home = ann.make_list()
    for ending in ("deleted", "expired"):
        guests = link(home)
        with listening(guests, home) as socket:
            mine = Link.id == uuid.UUID(guests.id)
            if ending == "deleted":
                door.database.write(_execute, delete(Link).where(mine))
            else:
                soon = datetime.now(UTC) + timedelta(hours=1)
                door.database.write(_execute, update(Link).where(mine).values(expires_at=soon))
                clock.forward(hours=2)
            ann.add(home)
            assert socket.closed()[0] == 1008


def _execute(session: Session, statement: Any) -> None:
    session.execute(statement)


def test_a_ping_is_answered_with_the_revisions(ann: Person) -> None:
    home, work = ann.make_list(), ann.make_list("Work")
    ann.add(work)
    with listening(ann) as socket:
        account = socket.subscribe(home, work)["account_revision"]
        socket.say("ping")
        pong = socket.next("pong")
        assert pong["revisions"] == {each["id"]: revision_of(ann, each) for each in (home, work)}
        assert pong["account_revision"] == account


def test_what_was_written_behind_the_hubs_back_is_told_before_the_answer_to_a_ping(
    ann: Person, door: ServerDoor
) -> None:
    home = ann.make_list()
    task = ann.add(home)
    with listening(ann, home) as socket:
        door.database.write(_renamed_by_a_job, uuid.UUID(ann.id), uuid.UUID(home["id"]), uuid.UUID(task["id"]))
        assert socket.nothing_but("change")
        ann.add(home)
        assert socket.next("change")["kind"] == "task.created"


def _renamed_by_a_job(session: Any, account_id: uuid.UUID, list_id: uuid.UUID, task_id: uuid.UUID) -> None:
    from todo.services.actor import on_behalf_of

    scope = scopes.lock(session, list_id)[list_id]
    scopes.record(session, on_behalf_of(account_id, datetime.now(UTC)), scope, "task.updated", task_id, {})


def test_telling_others_takes_no_time_from_the_request_that_is_told_of(ann: Person, door: ServerDoor) -> None:
    home = ann.make_list()
    task = ann.add(home)
    list_id = uuid.UUID(home["id"])

    async def tell_too_late() -> None:
        with deadline_in(0):
            door.hub.changed([Changed(list_id, 3, None)])

    with listening(ann, home) as socket:
        door.database.write(_renamed_by_a_job, uuid.UUID(ann.id), list_id, uuid.UUID(task["id"]))
        in_loop(door, tell_too_late())
        assert socket.next("change")["revision"] == 3


def test_who_says_nothing_for_eleven_minutes_is_closed(ann: Person, door: ServerDoor, clock: MovableClock) -> None:
    with listening(ann) as silent, listening(ann) as speaks:
        clock.forward(minutes=10)
        in_loop(door, door.hub.sweep())
        assert speaks.nothing_but()
        clock.forward(minutes=2)
        in_loop(door, door.hub.sweep())
        assert silent.closed()[0] == 1001
        assert speaks.nothing_but()


def test_twenty_writers_at_once_are_heard_in_order_without_a_gap(ann: Person) -> None:
    home = ann.make_list()

    def add(number: int) -> None:
        for each in range(5):
            ann.add(home, f"Task {number}.{each}")

    with listening(ann) as socket, ThreadPoolExecutor(20) as pool:
        revision = socket.subscribe(home)["lists"][0]["revision"]
        writers = [pool.submit(add, number) for number in range(20)]
        # Somebody who comes in the middle misses nothing either.
        with listening(ann) as late:
            since = late.subscribe(home)["lists"][0]["revision"]
            found = socket.changes(100)
            for writer in writers:
                writer.result()
            assert [each["revision"] for each in found] == list(range(revision + 1, revision + 101))
            assert len({each["task_id"] for each in found}) == 100
            rest = late.changes(revision + 100 - since)
            assert [each["revision"] for each in rest] == list(range(since + 1, revision + 101))
            assert socket.nothing_but()
            assert late.nothing_but()


def test_those_who_come_while_much_is_written_have_neither_gap_nor_double(ann: Person) -> None:
    home = ann.make_list()
    first = revision_of(ann, home)
    stop = threading.Event()

    def write() -> int:
        count = 0
        while not stop.is_set():
            ann.add(home, f"Task {count}")
            count += 1
        return count

    def come(number: int) -> list[int]:
        with listening(ann) as socket:
            since = first if number % 2 else None
            options = {} if since is None else {"since": since}
            joined = socket.subscribe(home, **options)["lists"][0]
            start = joined["revision"] if since is None else since
            return [start, *(each["revision"] for each in socket.changes(10 + joined["revision"] - start))]

    with ThreadPoolExecutor(4) as pool:
        writers = [pool.submit(write) for _ in range(2)]
        heard = [pool.submit(come, number) for number in range(12)]
        try:
            for each in heard:
                revisions = each.result()
                assert revisions == list(range(revisions[0], revisions[0] + len(revisions)))
        finally:
            stop.set()
        assert sum(writer.result() for writer in writers) > 10


def test_a_slow_client_is_closed_and_holds_nobody_up(ann: Person) -> None:
    home = ann.make_list()
    task = ann.add(home)
    raw = sockets_of_system.socket()
    raw.setsockopt(sockets_of_system.SOL_SOCKET, sockets_of_system.SO_RCVBUF, 4096)
    assert isinstance(ann.door, ServerDoor)
    raw.connect(("127.0.0.1", ann.door.port))
    with listening(ann) as reads, _Deaf(raw, ticket_of(ann)) as deaf:
        since = reads.subscribe(home)["lists"][0]["revision"]
        deaf.subscribe(home)
        count = 0
        # As much as the kernel keeps for a peer that does not read, and what the server keeps.
        while count < 600 and not deaf.is_given_up(ann.door):
            ann.ask("PATCH", task["url"], {"notes": f"{count} " + "x" * 16_000})
            count += 1
            assert reads.next("change")["revision"] == since + count
        assert count < 600, "the slow client was kept"
        ann.add(home, "Still here")
        assert reads.next("change")["task"]["title"] == "Still here"
        assert deaf.close_code() == 1013


class _Deaf:
    """A client that does not read, until it looks how it ended."""

    def __init__(self, raw: sockets_of_system.socket, ticket: str) -> None:
        self._raw = raw
        raw.settimeout(10)
        lines = [
            f"GET /v1/live?ticket={ticket} HTTP/1.1",
            "Host: 127.0.0.1",
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        ]
        raw.sendall("\r\n".join([*lines, "", ""]).encode())
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += raw.recv(1)
        assert head.startswith(b"HTTP/1.1 101")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._raw.close()

    def subscribe(self, task_list: Lists) -> None:
        """Listen to a list and read the answer, and nothing more."""
        said = json.dumps({"type": "subscribe", "lists": [{"id": task_list["id"]}]}).encode()
        # A mask of zeros is one.
        self._raw.sendall(b"\x81" + bytes([0x80 | len(said)]) + b"\0\0\0\0" + said)
        self._frame()

    def is_given_up(self, door: ServerDoor) -> bool:
        """Whether the server has ended it."""
        return sum(not listener.peer.is_open for listener in door.hub._listeners) > 0

    def close_code(self) -> int:
        """Read everything that was kept for it; the code of the close at its end."""
        while True:
            opcode, content = self._frame()
            if opcode == 8:
                return int.from_bytes(content[:2], "big")

    def _frame(self) -> tuple[int, bytes]:
        first, length = self._exactly(2)
        if length >= 126:
            length = int.from_bytes(self._exactly(2 if length == 126 else 8), "big")
        return first & 15, self._exactly(length)

    def _exactly(self, count: int) -> bytes:
        found = b""
        while len(found) < count:
            part = self._raw.recv(count - len(found))
            assert part, "cut off"
            found += part
        return found


def test_a_database_that_fails_meanwhile_is_tried_again(ann: Person, door: ServerDoor) -> None:
    home = ann.make_list()
    with listening(ann, home) as socket:
        read = door.hub._read_now
        failures: list[Any] = []

        async def failing(work: Any) -> Any:
            if len(failures) < 2:
                failures.append(work)
                raise DatabaseUnavailable("gone")
            return await read(work)

        door.hub._read_now = failing
        try:
            task = ann.add(home)
            assert socket.next("change")["task_id"] == task["id"]
            assert len(failures) == 2
            failures.clear()
            socket.say("ping")
            assert socket.next("error")["code"] == "database_unavailable"
        finally:
            door.hub._read_now = read
        assert socket.nothing_but()


def test_a_task_that_is_too_large_for_a_message_is_told_without_its_contents(ann: Person, door: ServerDoor) -> None:
    home = ann.make_list()
    task = ann.add(home)
    with listening(ann, home) as socket:
        large = update(Task).where(Task.id == uuid.UUID(task["id"])).values(notes="x" * 110_000)
        door.database.write(_execute, large)
        ann.ask("PATCH", task["url"], {"title": "Large"})
        change = socket.next("change")
        assert (change["complete"], change["task"], change["task_id"]) == (False, None, task["id"])


def test_the_server_says_good_bye(ann: Person, door: ServerDoor) -> None:
    home = ann.make_list()
    with contextlib.ExitStack() as stack:
        several = [stack.enter_context(listening(ann, home)) for _ in range(3)]
        # The browser's own answer to a close comes when it reads.
        with ThreadPoolExecutor(3) as pool:
            ends = [pool.submit(socket.closed) for socket in several]
            in_loop(door, door.hub.close(5))
            assert {end.result() for end in ends} == {(1001, "the server stops")}


def test_nothing_is_kept_of_those_who_left(ann: Person, door: ServerDoor) -> None:
    home = ann.make_list()
    with listening(ann, home) as socket:
        ann.add(home)
        socket.next("change")
    with listening(ann) as other:
        assert other.nothing_but()
    door_is_empty(door)


def door_is_empty(door: ServerDoor) -> None:
    async def look() -> tuple[int, int, int]:
        hub = door.hub
        if hub._listeners:
            await asyncio.wait_for(hub._all_left.wait(), 5)
        tasks = [task for task in hub._tasks if task is not hub._sweeping]
        if tasks:
            await asyncio.wait(tasks, timeout=5)
        return len(hub._listeners), len(hub._lists), len(hub._accounts)

    assert in_loop(door, look()) == (0, 0, 0)
