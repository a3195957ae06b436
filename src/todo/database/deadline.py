"""How long a unit of work may still take. Whoever waits for the database asks here."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_DEFAULT_SECONDS = 10.0
_deadline: ContextVar[float | None] = ContextVar("database_deadline", default=None)


@contextmanager
def deadline_in(seconds: float) -> Iterator[None]:
    """Let everything inside end within `seconds` from now, by the monotonic clock."""
    token = _deadline.set(time.monotonic() + max(0.0, seconds))
    try:
        yield
    finally:
        _deadline.reset(token)


def seconds_left() -> float:
    """Seconds until the deadline, 0 when it passed, 10 where nobody set one."""
    bound = seconds_to_deadline()
    return _DEFAULT_SECONDS if bound is None else bound


def seconds_to_deadline() -> float | None:
    """Seconds until the deadline, 0 when it passed, None where nobody set one: a migration may take its time."""
    deadline = _deadline.get()
    return None if deadline is None else max(0.0, deadline - time.monotonic())
