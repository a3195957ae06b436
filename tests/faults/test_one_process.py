"""The server in one process, with its threads and its pool, meets the faults that Lambda's door meets elsewhere."""

import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import psycopg
import pytest
from clients import Person, Reply, ServerDoor
from clocks import MovableClock
from faults.test_commit import titles
from postgresql import TcpServer, ask, until
from relay import Fault, Relay

_THREADS = 4
_OURS = "FROM pg_stat_activity WHERE application_name = 'todo' AND pid <> pg_backend_pid()"


@pytest.fixture
def ann(machine: TcpServer, relay: Relay, clock: MovableClock) -> Iterator[Person]:
    with ServerDoor(machine.url.set(port=relay.port), clock) as door:
        yield door.sign_up(f"{uuid.uuid4()}@example.org")


def add(ann: Person, home: dict[str, str], title: str) -> Reply:
    return ann.ask("POST", f"{home['url']}/tasks", {"title": title}, headers={"Idempotency-Key": title})


def test_requests_whose_server_is_killed_are_each_carried_out_once(machine: TcpServer, ann: Person) -> None:
    home = ann.make_list()
    with ThreadPoolExecutor(_THREADS) as pool:
        with closing(psycopg.connect(machine.url.render_as_string(hide_password=False))) as holder:
            holder.execute("SELECT 1 FROM scopes WHERE id = %s FOR UPDATE", [home["id"]])
            requests = [pool.submit(add, ann, home, str(number)) for number in range(_THREADS)]
            blocked = f"SELECT count(*) {_OURS} AND wait_event_type = 'Lock'"
            until(lambda: ask(machine.url, blocked) == [(_THREADS,)], "requests that wait for the lock")
            machine.kill()
        machine.start()
        assert [request.result(40).status for request in requests] == [201] * _THREADS
    assert sorted(titles(ann, home)) == ["0", "1", "2", "3"]


def test_connections_that_were_terminated_between_requests_are_replaced_unseen(machine: TcpServer, ann: Person) -> None:
    home = ann.make_list()
    with ThreadPoolExecutor(_THREADS) as pool:
        for round_ in range(3):
            names = [f"{round_}-{number}" for number in range(_THREADS)]
            assert [reply.status for reply in pool.map(lambda name: add(ann, home, name), names)] == [201] * _THREADS
            ask(machine.url, f"SELECT pg_terminate_backend(pid, 5000) {_OURS}")
    assert len(set(titles(ann, home))) == len(titles(ann, home)) == 3 * _THREADS


@pytest.mark.parametrize(("fault", "stored"), [("before", []), ("after", ["Once"])])
def test_a_cut_at_commit_leaves_the_outcome_unknown_and_the_key_gives_the_first_result(
    relay: Relay, ann: Person, fault: Fault, stored: list[str]
) -> None:
    home = ann.make_list()
    relay.trap("COMMIT", fault)
    reply = add(ann, home, "Once")
    assert (reply.status, reply.json["code"], reply.headers["retry-after"]) == (503, "outcome_unknown", "1")
    assert titles(ann, home) == stored
    first = add(ann, home, "Once")
    assert first.status == 201
    assert add(ann, home, "Once").json == first.json
    assert titles(ann, home) == ["Once"]


@pytest.mark.parametrize(("words", "fault"), [("BEGIN", "before"), ("UPDATE scopes", "before")])
def test_a_cut_before_commit_was_sent_is_not_noticed(relay: Relay, ann: Person, words: str, fault: Fault) -> None:
    home = ann.make_list()
    trap = relay.trap(words, fault)
    assert add(ann, home, "Once").status == 201
    assert trap.met.is_set()
    assert titles(ann, home) == ["Once"]


def test_a_cut_while_nobody_waits_for_an_answer_stores_once_in_the_end(relay: Relay, ann: Person) -> None:
    # The last INSERT is not waited for: COMMIT may have been sent behind it before the cut is seen.
    home = ann.make_list()
    trap = relay.trap("INSERT INTO tasks", "before")
    reply = add(ann, home, "Once")
    assert trap.met.is_set()
    assert reply.status == 201 or reply.json["code"] == "outcome_unknown"
    assert add(ann, home, "Once").status == 201
    assert titles(ann, home) == ["Once"]
