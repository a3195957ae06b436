"""The network between function and server is cut, refuses, is silent, or leads elsewhere."""

import threading
import time
from collections.abc import Callable

import pytest
from clocks import MovableClock
from faults.conftest import AWAY_SECONDS
from faults.story import refused, story
from postgresql import TcpServer
from relay import Relay

TimeLeft = Callable[[float], None]


@pytest.mark.parametrize(
    ("words", "fault"),
    # What is sent together with COMMIT is for the next test: whether COMMIT was under way is not known.
    [("BEGIN", "before"), ("SELECT tokens", "after"), ("UPDATE scopes", "before"), ("SELECT access", "answered")],
)
def test_a_connection_that_is_cut_before_commit_was_sent_is_replaced_and_the_unit_run_once(
    machine: TcpServer, relay: Relay, clock: MovableClock, policy: str, words: str, fault: str
) -> None:
    with story(machine.url, clock, policy, port=relay.port) as ours:
        assert ours.add("Before").status == 201
        trap = relay.trap(words, fault)  # type: ignore[arg-type]  # one of the faults
        assert ours.add("Once").status == 201
        assert trap.met.is_set()
        ours.require_exact()


@pytest.mark.parametrize(("fault", "stored"), [("before", []), ("after", ["Once"])])
def test_a_connection_that_is_cut_at_commit_leaves_the_outcome_unknown_and_the_key_gives_the_first_result(
    machine: TcpServer, relay: Relay, clock: MovableClock, policy: str, fault: str, stored: list[str]
) -> None:
    with story(machine.url, clock, policy, port=relay.port) as ours:
        commits = relay.ran("COMMIT")
        trap = relay.trap("COMMIT", fault)  # type: ignore[arg-type]  # one of the faults
        reply = ours.add("Once", "mine")
        refused(reply, "outcome_unknown")
        assert reply.headers["retry-after"] == "1"
        assert trap.met.is_set()
        assert relay.ran("COMMIT") == commits + 1  # never sent again by itself
        assert ours.stored() == stored
        again = ours.add("Once", "mine")
        assert again.status == 201
        assert ours.add("Once", "mine").json == again.json
        ours.require_exact()


def test_a_statement_that_is_acknowledged_and_never_answered_ends_a_second_before_lambda_would(
    machine: TcpServer, relay: Relay, clock: MovableClock, policy: str, time_left: TimeLeft
) -> None:
    with story(machine.url, clock, policy, port=relay.port) as ours:
        time_left(3.5)
        relay.trap("UPDATE scopes", "stall")
        started = time.monotonic()
        refused(ours.add("Lost"), "database_unavailable")  # COMMIT was never sent
        assert time.monotonic() - started < 2.5
        relay.stalled.clear()
        time_left(25)
        assert ours.add("After").status == 201
        ours.require_exact()


def test_a_commit_that_is_never_answered_leaves_the_outcome_unknown_before_lambda_would_end_it(
    machine: TcpServer, relay: Relay, clock: MovableClock, policy: str, time_left: TimeLeft
) -> None:
    with story(machine.url, clock, policy, port=relay.port) as ours:
        time_left(3.5)
        relay.trap("COMMIT", "stall")
        started = time.monotonic()
        refused(ours.add("Once", "mine"), "outcome_unknown")
        assert time.monotonic() - started < 2.5
        relay.stalled.clear()
        time_left(25)
        assert ours.add("Once", "mine").status == 201
        ours.require_exact()


def test_a_server_that_lets_nobody_in_is_given_up_before_lambda_would_end_it(
    machine: TcpServer, relay: Relay, clock: MovableClock, policy: str, time_left: TimeLeft
) -> None:
    with story(machine.url, clock, policy, port=relay.port) as ours:
        relay.stalled.set()
        relay.cut()
        time_left(6)
        started = time.monotonic()
        refused(ours.add("Lost"), "database_busy", "database_unavailable")
        assert time.monotonic() - started < 5.5
        relay.stalled.clear()
        time_left(25)
        assert ours.add("After").status == 201
        ours.require_exact()


def test_a_network_that_refuses_for_a_while_is_waited_for(
    machine: TcpServer, relay: Relay, clock: MovableClock, policy: str
) -> None:
    with story(machine.url, clock, policy, port=relay.port) as ours:
        assert ours.add("Before").status == 201
        relay.refuse()
        relay.cut()
        timer = threading.Timer(AWAY_SECONDS, relay.admit)
        timer.start()
        assert ours.add("Late").status == 201
        timer.join()
        ours.require_exact()
