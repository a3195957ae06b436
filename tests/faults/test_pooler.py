"""A pooler in transaction mode stands between: it restarts, and many environments share few connections."""

import threading
from contextlib import ExitStack

import pytest
from clocks import MovableClock
from faults.story import story
from pgbouncer import pgbouncer
from postgresql import TcpServer, ask

SERVER_CONNECTIONS = "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'todo%'"


def test_a_pooler_that_is_restarted_between_requests_is_not_noticed(machine: TcpServer, clock: MovableClock) -> None:
    with pgbouncer(machine) as pooler, story(machine.url, clock, "proxy", port=pooler.port) as ours:
        for title in ("One", "Two", "Three"):
            assert ours.add(title).status == 201
            pooler.stop()
            pooler.start()
        assert len(ours.ann.get(f"{ours.home['url']}/tasks")) == 3
        ours.require_exact()


def test_a_pooler_that_restarts_while_it_is_asked_is_waited_for(machine: TcpServer, clock: MovableClock) -> None:
    with pgbouncer(machine) as pooler, story(machine.url, clock, "proxy", port=pooler.port) as ours:
        assert ours.add("Before").status == 201
        pooler.stop()
        timer = threading.Timer(0.5, pooler.start)
        timer.start()
        assert ours.add("Meanwhile").status == 201
        timer.join()
        ours.require_exact()


@pytest.mark.parametrize("environments", [12])
def test_environments_share_the_connections_that_the_pooler_has(
    machine: TcpServer, clock: MovableClock, environments: int
) -> None:
    with pgbouncer(machine, pool_size=2) as pooler, ExitStack() as doors:
        stories = [
            doors.enter_context(story(machine.url, clock, "proxy", port=pooler.port)) for _ in range(environments)
        ]
        for round_ in range(3):
            waiting = [each.added(f"Task {round_}") for each in stories]
            assert [later.reply().status for later in waiting] == [201] * environments
        assert int(str(ask(machine.url, SERVER_CONNECTIONS)[0][0])) <= 2
        for each in stories:
            each.require_exact()
