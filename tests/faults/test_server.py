"""The server dies, hangs, is full, or ends a connection, in the middle of a request and between two."""

import threading
import time
from collections.abc import Callable
from contextlib import ExitStack

import psycopg
import pytest
from clocks import MovableClock
from faults.conftest import AWAY_SECONDS
from faults.story import Later, refused, story
from postgresql import TcpServer, ask

TimeLeft = Callable[[float], None]
OURS = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name LIKE 'todo%'"


def test_a_server_that_is_killed_in_mid_request_and_comes_back_is_waited_for(
    machine: TcpServer, clock: MovableClock, policy: str
) -> None:
    with story(machine.url, clock, policy) as ours:
        assert ours.add("Before").status == 201
        with pytest.raises(psycopg.OperationalError), ours.blocked():  # noqa: PT012 - the holder dies with it
            later = ours.added("Meanwhile")
            ours.until_blocked()
            machine.kill()
            machine.start("-c max_connections=20")
        assert later.reply().status == 201
        assert ours.add("After").status == 201
        ours.require_exact()


def test_a_server_that_stays_away_is_busy_by_the_deadline_and_served_from_again_when_it_is_back(
    machine: TcpServer, clock: MovableClock, policy: str, time_left: TimeLeft
) -> None:
    with story(machine.url, clock, policy) as ours:
        assert ours.add("Before").status == 201
        machine.kill()
        time_left(4)
        started = time.monotonic()
        refused(ours.add("Lost"), "database_busy", "database_unavailable")
        assert time.monotonic() - started < 4
        time_left(25)
        machine.start("-c max_connections=20")
        assert ours.add("After").status == 201
        ours.require_exact()


def test_a_connection_that_was_terminated_between_requests_is_replaced_unseen(
    machine: TcpServer, clock: MovableClock, policy: str
) -> None:
    with story(machine.url, clock, policy) as ours:
        for title in ("One", "Two", "Three"):
            assert ours.add(title).status == 201
            ask(machine.url, OURS)
        assert ours.ann.ask("GET", f"{ours.home['url']}/tasks").status == 200
        ours.require_exact()


def test_a_connection_that_is_terminated_in_its_transaction_is_replaced_and_the_unit_run_again(
    machine: TcpServer, clock: MovableClock, policy: str
) -> None:
    with story(machine.url, clock, policy) as ours:
        with ours.blocked() as holder:
            later = ours.added("Once")
            ours.until_blocked()
            ask(machine.url, OURS)
            ours.until_blocked()
            holder.rollback()
        assert later.reply().status == 201
        ours.require_exact()


@pytest.fixture
def paused(machine: TcpServer) -> Callable[[float], threading.Timer]:
    def pause(seconds: float) -> threading.Timer:
        machine.pause()
        timer = threading.Timer(seconds, machine.resume)
        timer.start()
        return timer

    return pause


def test_a_server_that_is_paused_is_waited_for(
    machine: TcpServer, clock: MovableClock, policy: str, paused: Callable[[float], threading.Timer]
) -> None:
    with story(machine.url, clock, policy) as ours:
        assert ours.add("Before").status == 201
        timer = paused(AWAY_SECONDS)
        assert ours.add("Meanwhile").status == 201
        timer.join()
        ours.require_exact()


def test_a_server_that_is_paused_for_longer_than_there_is_time_is_given_up_before_lambda_does(
    machine: TcpServer, clock: MovableClock, policy: str, time_left: TimeLeft
) -> None:
    with story(machine.url, clock, policy) as ours:
        assert ours.add("Before").status == 201
        machine.pause()
        try:
            time_left(3.5)
            started = time.monotonic()
            # By `invocation` it cannot even log in; by `proxy` its first statement is not answered.
            refused(ours.add("Lost"), "database_busy", "database_unavailable")
            assert time.monotonic() - started < 3.5
        finally:
            machine.resume()
        time_left(25)
        assert ours.add("After").status == 201
        ours.require_exact()


def fill(machine: TcpServer) -> ExitStack:
    """Take every connection that there is."""
    stack = ExitStack()
    try:
        while True:
            address = machine.url.render_as_string(hide_password=False)
            stack.enter_context(psycopg.connect(address, application_name="others"))
    except psycopg.OperationalError as error:
        assert "too many clients" in str(error)  # noqa: PT017 - how the end is known
    return stack


def test_a_full_server_is_waited_for_by_all_who_come(machine: TcpServer, clock: MovableClock, policy: str) -> None:
    with ExitStack() as doors:
        stories = [doors.enter_context(story(machine.url, clock, policy)) for _ in range(4)]
        for each in stories:
            ask(machine.url, OURS)
            assert each.home
        others = fill(machine)
        timer = threading.Timer(AWAY_SECONDS, others.close)
        timer.start()
        waiting: list[Later] = [each.added("Late") for each in stories]
        assert [later.reply().status for later in waiting] == [201] * 4
        timer.join()
        for each in stories:
            each.require_exact()


def test_a_server_that_stays_full_is_busy_and_says_when_to_come_back(
    machine: TcpServer, clock: MovableClock, policy: str, time_left: TimeLeft
) -> None:
    with story(machine.url, clock, policy) as ours:
        ask(machine.url, OURS)
        with fill(machine):
            time_left(4)
            started = time.monotonic()
            reply = ours.add("Lost")
            refused(reply, "database_busy")
            assert reply.headers["retry-after"] == "2"
            assert time.monotonic() - started < 4
        time_left(25)
        assert ours.add("After").status == 201
        ours.require_exact()
