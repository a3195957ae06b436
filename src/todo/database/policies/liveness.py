"""Whether a connection that was kept is still good, found out without a round trip.

A socket that is readable while nothing was asked has been closed, or was told an error. One that lay idle longer than
proxies and networks keep it is replaced unasked. What neither shows fails at the first statement, and the unit of work
is run again.
"""

import select
import time
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.exc import DisconnectionError

# Below the 5 minutes after which network address translators and proxies forget a quiet connection.
_IDLE_SECONDS = 240
_RETURNED = "todo_returned_at"


def watch_liveness(engine: Engine) -> None:
    """Let the engine's pool replace what is dead or too old when it hands it out."""
    event.listen(engine, "checkin", _note_return)
    event.listen(engine, "checkout", _refuse_stale)


def _note_return(_connection: Any, record: Any) -> None:
    # The wall clock: the monotonic one may stand still while the environment is frozen.
    record.info[_RETURNED] = time.time()


def _refuse_stale(connection: Any, record: Any, _proxy: Any) -> None:
    """Raise DisconnectionError, on which the pool opens another connection."""
    returned = record.info.pop(_RETURNED, None)
    if returned is None:
        return
    if not 0 <= time.time() - returned <= _IDLE_SECONDS:
        raise DisconnectionError("idle for too long")
    readable, _, _ = select.select([connection.fileno()], [], [], 0)
    if readable:
        raise DisconnectionError("closed by the other side")
