"""The environments of one run: forked once the contender is imported, begun at once, and frozen when they are through.

As a program: takes an order (see `Order`) as JSON on its standard input and answers with the seconds that the storm
took and what became of each request. What the contender prints goes to the order's log.
"""

import gc
import json
import os
import random
import re
import select
import signal
import sys
import time
import traceback
import uuid
from dataclasses import dataclass
from typing import Any, NamedTuple

from http_event import event
from storm_contenders import CONTENDERS, Handler

# For what takes no think time and no deadline: forking, and being slow where all are busy.
_SPARE_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Order:
    """`people`: a token and the path of some tasks for each environment. Times are seconds."""

    contender: str
    url: str
    people: list[tuple[str, str]]
    requests: int
    think: float
    deadline: float
    log: str

    @property
    def bound(self) -> float:
        """What a storm may take at most."""
        return self.requests * (self.think + self.deadline) + _SPARE_SECONDS


class Outcome(NamedTuple):
    """What became of a request. `status` is 0 when the handler raised; `why` says more of a failure."""

    title: str
    is_write: bool
    seconds: float
    status: int
    why: str


class Gate:
    """Opens for those who wait once all who hold it have let go, or have died: a pipe's end of file."""

    def __init__(self) -> None:
        self.end, self._held = os.pipe()

    def let_go(self) -> None:
        os.close(self._held)

    def write(self, text: str) -> None:
        # At most PIPE_BUF bytes are one piece, whoever else writes.
        os.write(self._held, text.encode()[:4095] + b"\n")

    def read(self, seconds: float | None = None) -> bytes:
        """All that was written, once it opens, or what there is when the time is up."""
        give_up = None if seconds is None else time.monotonic() + seconds
        read = b""
        while select.select([self.end], [], [], give_up and max(0, give_up - time.monotonic()))[0]:
            piece = os.read(self.end, 65_536)
            if not piece:
                break
            read += piece
        return read


class Context:
    """What of Lambda's context is read. A contender may leave the error behind its reply in `failure`."""

    function_name = "storm"
    memory_limit_in_mb = 1024
    invoked_function_arn = "arn:aws:lambda:eu-west-1:123456789012:function:storm"

    def __init__(self, seconds: float) -> None:
        self.aws_request_id = str(uuid.uuid4())
        self.failure: BaseException | None = None
        self._end = time.monotonic() + seconds

    def get_remaining_time_in_millis(self) -> int:
        return max(0, int(1000 * (self._end - time.monotonic())))


def ask(handler: Handler, order: Order, number: int, turn: int) -> Outcome:
    """One invocation: each environment reads and writes in turns, half of them the other way round."""
    token, path = order.people[number]
    is_write = (number + turn) % 2 == 1
    title = f"Task {turn} of environment {number}"
    request = event("POST", path, json.dumps({"title": title}), token) if is_write else event("GET", path, None, token)
    context = Context(order.deadline)
    started = time.monotonic()
    try:
        reply = handler(request, context)
    except Exception as error:  # noqa: BLE001 - it is a request that failed
        return Outcome(title, is_write, time.monotonic() - started, 0, _summary(error))
    seconds = time.monotonic() - started
    status = reply["statusCode"]
    why = ""
    if not 200 <= status < 300:
        why = _summary(context.failure) if context.failure else f"{status} {_code(reply)}".rstrip()
    elif seconds > order.deadline:
        why = "after its deadline"
    return Outcome(title, is_write, seconds, status, why)


def _summary(error: BaseException) -> str:
    """The name of an error, or of the driver's within SQLAlchemy's, and its first words, the same for all numbers."""
    error = getattr(error, "orig", None) or error
    error = (error.__cause__ or error) if type(error).__module__.startswith("sqlalchemy") else error
    words = re.sub(r"\d+", "N", " ".join(str(error).split()))[:90]
    return f"{type(error).__name__}: {words}".rstrip(": ")


def _code(reply: dict[str, Any]) -> str:
    try:
        return str(json.loads(reply["body"])["code"])
    except (ValueError, KeyError, TypeError):
        return ""


@dataclass
class Storm:
    """What parent and environments share."""

    order: Order
    ready: Gate
    begin: Gate
    told: Gate
    thaw: Gate

    def live(self, number: int, handler: Handler) -> None:
        """The life of an environment, in a process of its own."""
        dice = random.Random(number)  # the same think times for each contender
        self.ready.let_go()
        self.begin.read()
        for turn in range(self.order.requests):
            time.sleep(dice.uniform(0, self.order.think))
            self.told.write(json.dumps(ask(handler, self.order, number, turn)))
        self.told.let_go()
        # Frozen: whatever it holds stays open until all are through.
        self.thaw.read()


def run(order: Order) -> dict[str, Any]:
    """Fork, begin, gather, end."""
    build = CONTENDERS[order.contender].load(order.url)
    gc.collect()
    gc.freeze()  # memory that is never looked at stays shared
    storm = Storm(order, Gate(), Gate(), Gate(), Gate())
    children = [_fork(storm, number, build) for number in range(len(order.people))]
    try:
        storm.ready.let_go()
        storm.told.let_go()
        storm.ready.read(_SPARE_SECONDS)
        started = time.monotonic()
        storm.begin.let_go()
        lines = storm.told.read(order.bound).splitlines()
        taken = time.monotonic() - started
        storm.thaw.let_go()
        return {"seconds": taken, "outcomes": [json.loads(line) for line in lines]}
    finally:
        for child in children:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)


def _fork(storm: Storm, number: int, build: Any) -> int:
    if child := os.fork():
        return child
    try:
        storm.begin.let_go()
        storm.thaw.let_go()
        storm.live(number, build())
    except BaseException:  # noqa: BLE001 - a child must not return into its parent's code
        traceback.print_exc()
    finally:
        os._exit(0)


def main() -> None:
    order = Order(**json.load(sys.stdin))
    answer = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    log = os.open(order.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(log, 1)
    os.dup2(log, 2)
    json.dump(run(order), answer)
    answer.close()


if __name__ == "__main__":
    main()
