"""Messages to many connections at once: each receiver by itself, and none waits for another."""

import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from heapq import heappop, heappush
from random import SystemRandom
from typing import TYPE_CHECKING

from tornado_lambda.connections import ConnectionBusy, ConnectionGone, Connections, SendingFailed

if TYPE_CHECKING:
    from concurrent.futures import Future

# A client that reads too slowly needs a moment; the rate of an account is counted by the second.
_BASE_SECONDS = 0.1
_CAP_SECONDS = 2.0

# The operating system's: environments that are restored from one snapshot would share the state of any other.
_RANDOM = SystemRandom()


@dataclass(frozen=True, slots=True)
class SendingReport:
    """What became of the messages.

    - `sent`: how many messages the gateway took.
    - `gone`: the connections that there are no more: forget them.
    - `failed`: the connections that lack at least one message, and why: a `ConnectionTrouble` (its `may_pass` tells
      whether another try may help), or whatever else `Connections.send` raised.
    """

    sent: int
    gone: frozenset[str]
    failed: dict[str, Exception]


def send_to_all(
    connections: Connections,
    messages: Iterable[tuple[str, str]],
    *,
    at_once: int,
    within: float,
    sleep: Callable[[float], None] = time.sleep,
    monotonic: Callable[[], float] = time.monotonic,
    random: Callable[[], float] = _RANDOM.random,
) -> SendingReport:
    """Send (connection ID, text) pairs; never raises for one receiver.

    - `at_once`: so many messages are on their way at a time, at most. A client of boto3 keeps 10 connections to the
      gateway unless its `Config(max_pool_connections=...)` says otherwise.
    - `within`: seconds, after which nothing more is sent. What is on its way then is waited for: its time-outs are
      the client's.

    One connection gets its messages in the order given, one after the other. A busy one is tried again after a pause
    (full jitter, between 0 and a bound that doubles from 0.1 to 2 seconds), which holds up nobody else; nothing else
    is tried again, because a message of which nobody knows whether it arrived would arrive twice. What follows a
    message that did not get through is not sent, so that nobody has a gap that goes unnoticed.

    Source of the pauses: AWS Architecture Blog, "Exponential Backoff And Jitter".
    """
    from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait

    fan_out = _FanOut(connections, monotonic() + within, monotonic, random)
    fan_out.take(messages)
    running: dict[Future[None], _Receiver] = {}
    with ThreadPoolExecutor(at_once, "send_to_all") as pool:
        while running or fan_out.has_work:
            while len(running) < at_once and (receiver := fan_out.find_next()):
                running[pool.submit(fan_out.deliver, receiver)] = receiver
            pause = fan_out.pause()
            if running:
                for done in wait(running, pause, FIRST_COMPLETED).done:
                    fan_out.settle(running.pop(done), done.exception())
            elif pause is not None:
                sleep(pause)
    return fan_out.report()


@dataclass(slots=True, eq=False)
class _Receiver:
    connection_id: str
    texts: deque[str] = field(default_factory=deque)
    busy: int = 0  # so many times since a message got through


@dataclass(slots=True, eq=False)
class _FanOut:
    """Who is next, who waits, and what became of the others. Only `deliver` runs in other threads."""

    connections: Connections
    until: float
    monotonic: Callable[[], float]
    random: Callable[[], float]
    messages: int = 0
    receivers: dict[str, _Receiver] = field(default_factory=dict)
    ready: deque[_Receiver] = field(default_factory=deque)
    resting: list[tuple[float, int, _Receiver]] = field(default_factory=list)  # a heap; the number breaks ties
    gone: set[str] = field(default_factory=set)
    failed: dict[str, Exception] = field(default_factory=dict)

    def take(self, messages: Iterable[tuple[str, str]]) -> None:
        for connection_id, text in messages:
            self.receivers.setdefault(connection_id, _Receiver(connection_id)).texts.append(text)
            self.messages += 1
        self.ready.extend(self.receivers.values())

    @property
    def has_work(self) -> bool:
        return bool(self.ready or self.resting)

    def find_next(self) -> _Receiver | None:
        """Whose turn it is; first those whose rest is over."""
        if self.resting and self.resting[0][0] <= self.monotonic():
            return heappop(self.resting)[2]
        return self.ready.popleft() if self.ready else None

    def pause(self) -> float | None:
        """Seconds until the first rest is over; None if nobody rests."""
        return max(self.resting[0][0] - self.monotonic(), 0) if self.resting else None

    def deliver(self, receiver: _Receiver) -> None:
        while receiver.texts:
            if self.monotonic() >= self.until:
                raise SendingFailed("It was not sent: the time was up")
            self.connections.send(receiver.connection_id, receiver.texts[0])
            receiver.texts.popleft()
            receiver.busy = 0

    def settle(self, receiver: _Receiver, error: BaseException | None) -> None:
        if isinstance(error, ConnectionGone):
            self.gone.add(receiver.connection_id)
        elif not (isinstance(error, ConnectionBusy) and self._rests(receiver)):
            if isinstance(error, Exception):
                self.failed[receiver.connection_id] = error
            elif error is not None:
                raise error  # somebody ends the program

    def _rests(self, receiver: _Receiver) -> bool:
        """Whether a busy receiver can rest and is not out of time then."""
        bound = min(_CAP_SECONDS, _BASE_SECONDS * 2 ** min(receiver.busy, 10))
        due = self.monotonic() + self.random() * bound
        receiver.busy += 1
        if due >= self.until:
            return False
        heappush(self.resting, (due, id(receiver), receiver))
        return True

    def report(self) -> SendingReport:
        left = sum(len(receiver.texts) for receiver in self.receivers.values())
        return SendingReport(self.messages - left, frozenset(self.gone), self.failed)
