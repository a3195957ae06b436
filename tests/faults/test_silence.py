"""Nothing is said at all, at the hardest moments: while connecting, late in a request, between two units."""

import threading
import time
from collections.abc import Callable

import pytest
from clients import PASSWORD
from clocks import MovableClock
from faults.story import refused, story
from postgresql import TcpServer
from relay import Relay

TimeLeft = Callable[[float], None]


@pytest.mark.parametrize("seconds", [3.5, 6.0, 9.5])
def test_a_server_that_lets_nobody_in_is_given_up_before_lambda_would_end_whatever_time_there_was(
    machine: TcpServer, relay: Relay, clock: MovableClock, policy: str, time_left: TimeLeft, seconds: float
) -> None:
    with story(machine.url, clock, policy, port=relay.port) as ours:
        relay.stalled.set()
        relay.cut()
        time_left(seconds)
        started = time.monotonic()
        refused(ours.add("Lost"), "database_busy", "database_unavailable")
        took = time.monotonic() - started
        relay.stalled.clear()
        time_left(25)
        assert ours.add("After").status == 201
        ours.require_exact()
        # The deadline is 1.5 seconds before Lambda's end, and a second after it is the latest.
        assert took < seconds - 0.5


def test_a_connection_that_is_lost_late_and_cannot_be_replaced_is_given_up_before_lambda_would_end(
    machine: TcpServer, relay: Relay, clock: MovableClock, policy: str, time_left: TimeLeft
) -> None:
    def lose() -> None:
        relay.stalled.set()
        relay.cut()

    with story(machine.url, clock, policy, port=relay.port) as ours:
        time_left(3.5)
        with ours.blocked():
            started = time.monotonic()
            later = ours.added("Lost")
            ours.until_blocked()
            timer = threading.Timer(started + 1.7 - time.monotonic(), lose)
            timer.start()
            refused(later.reply(), "database_busy", "database_unavailable")
            took = time.monotonic() - started
            timer.join()
            relay.stalled.clear()
        time_left(25)
        assert ours.add("After").status == 201
        ours.require_exact()
        assert took < 3.0


@pytest.mark.parametrize("words", ["INSERT INTO tasks", "INSERT INTO changes"])
def test_a_cut_while_nobody_waits_for_an_answer_stores_once_in_the_end(
    machine: TcpServer, relay: Relay, clock: MovableClock, policy: str, words: str
) -> None:
    # COMMIT may have been sent behind it before the cut is seen.
    with story(machine.url, clock, policy, port=relay.port) as ours:
        trap = relay.trap(words, "before")
        reply = ours.add("Once", "mine")
        assert trap.met.is_set()
        if reply.status != 201:
            refused(reply, "outcome_unknown")
        assert ours.add("Once", "mine").status == 201
        assert ours.stored() == ["Once"]


def test_a_cut_between_two_units_of_an_invocation_is_not_noticed(
    machine: TcpServer, relay: Relay, clock: MovableClock, policy: str
) -> None:
    with story(machine.url, clock, policy, port=relay.port) as ours:
        trap = relay.trap("COMMIT", "answered")
        reply = ours.door.ask("POST", "/v1/sessions", {"email": ours.ann.email, "password": PASSWORD})
        assert trap.met.is_set()
        assert reply.status == 201, reply.body
