"""A real failover: the writer is lost or demoted, its standby takes over, and the network leads there."""

import os
import threading
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass

import psycopg
import pytest
from clients import LambdaDoor, Person
from clocks import MovableClock
from faults.test_commit import migrated, titles
from postgresql import TcpServer, ask, tcp_server, until
from relay import Relay
from sqlalchemy import URL
from standby import Standby, standby

# For how long nobody is the writer.
_AWAY_SECONDS = 5.0 if os.environ.get("PROVE") else 1.0
_BLOCKED = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND application_name = 'todo'"


@dataclass(frozen=True)
class Pair:
    """A writer, its standby, and the relay in front that leads to the writer first."""

    writer: TcpServer
    standby: Standby
    relay: Relay

    @property
    def address(self) -> URL:
        """Where the application connects."""
        return self.writer.url.set(port=self.relay.port)

    def take_over(self) -> None:
        """Make the standby the writer, and lead connections to come there."""
        self.standby.promote()
        self.relay.target = self.standby.port


@pytest.fixture
def pair() -> Iterator[Pair]:
    with tcp_server() as writer:
        migrated(writer.url)
        with standby(writer) as second, Relay(writer.port) as relay:
            yield Pair(writer, second, relay)


def stored(server: TcpServer) -> list[object]:
    return [title for (title,) in ask(server.url, "SELECT title FROM tasks ORDER BY position")]


@pytest.mark.parametrize("policy", ["invocation", "proxy"])
def test_a_request_that_loses_the_writer_is_carried_out_once_by_the_one_that_takes_over(
    pair: Pair, clock: MovableClock, policy: str
) -> None:
    with LambdaDoor(pair.address, clock, policy=policy) as door, ThreadPoolExecutor(1) as pool:
        ann = door.sign_up(f"{uuid.uuid4()}@example.org")
        home = ann.make_list()
        ann.add(home, "Before")
        with closing(psycopg.connect(pair.writer.url.render_as_string(hide_password=False))) as holder:
            holder.execute("SELECT 1 FROM scopes WHERE id = %s FOR UPDATE", [home["id"]])
            request = pool.submit(ann.ask, "POST", f"{home['url']}/tasks", {"title": "Meanwhile"})
            until(lambda: ask(pair.writer.url, _BLOCKED) == [(1,)], "a request that waits for the lock")
            pair.writer.kill()
        away = threading.Timer(_AWAY_SECONDS, pair.take_over)
        away.start()
        reply = request.result(40)
        away.join()
        assert reply.status == 201, reply.body
        ann.add(home, "After")
        assert titles(ann, home) == ["Before", "Meanwhile", "After"]
        assert stored(pair.standby) == ["Before", "Meanwhile", "After"]


def test_a_kept_connection_to_a_demoted_writer_is_left_for_the_new_one(pair: Pair, clock: MovableClock) -> None:
    with LambdaDoor(pair.address, clock, policy="proxy") as door:
        ann = door.sign_up(f"{uuid.uuid4()}@example.org")
        home = ann.make_list()
        ann.add(home, "Before")
        pair.take_over()
        ask(pair.writer.url, "ALTER SYSTEM SET default_transaction_read_only = on")
        ask(pair.writer.url, "SELECT pg_reload_conf()")
        until(lambda: ask(pair.writer.url, "SHOW default_transaction_read_only") == [("on",)], "the demotion")
        opened = len(pair.relay.conversations)
        assert add(ann, home, "After", "mine") == 201
        assert len(pair.relay.conversations) == opened + 1
        assert stored(pair.writer) == ["Before"]
        assert add(ann, home, "After", "mine") == 201
        assert stored(pair.standby) == ["Before", "After"]


def test_a_standby_that_is_not_yet_the_writer_is_read_from_and_says_so_to_who_writes(
    pair: Pair, clock: MovableClock
) -> None:
    with LambdaDoor(pair.address, clock) as door:
        ann = door.sign_up(f"{uuid.uuid4()}@example.org")
        home = ann.make_list()
        ann.add(home, "Before")
        pair.writer.kill()
        pair.relay.target = pair.standby.port
        assert titles(ann, home) == ["Before"]  # it reads
        reply = ann.ask("POST", f"{home['url']}/tasks", {"title": "Lost"})
        assert (reply.status, reply.json["code"]) == (503, "database_unavailable")
        assert reply.headers["retry-after"] == "5"
        pair.standby.promote()
        assert add(ann, home, "After", "mine") == 201
        assert stored(pair.standby) == ["Before", "After"]


def add(person: Person, home: dict[str, str], title: str, key: str) -> int:
    return person.ask("POST", f"{home['url']}/tasks", {"title": title}, headers={"Idempotency-Key": key}).status


def test_a_standby_that_becomes_the_writer_within_the_request_is_waited_for(pair: Pair, clock: MovableClock) -> None:
    # What a name that is looked up too early leads to: on Aurora for some seconds, the time that DNS keeps it.
    with LambdaDoor(pair.address, clock, policy="proxy") as door:
        ann = door.sign_up(f"{uuid.uuid4()}@example.org")
        home = ann.make_list()
        pair.writer.kill()
        pair.relay.target = pair.standby.port
        promotion = threading.Timer(4, pair.standby.promote)
        promotion.start()
        try:
            status = add(ann, home, "Late", "mine")
        finally:
            promotion.join()
        assert status == 201
        assert stored(pair.standby) == ["Late"]
