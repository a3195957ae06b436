"""`proxy`: RDS Proxy, PgBouncer, Neon or Supavisor from Lambda. One connection an environment, kept.

Use it where a proxy multiplexes: a connection to it is cheap to hold and dear to open. An environment may have been
frozen for an hour, so a connection is looked at before it is used: a socket that is readable while nothing was asked
has been closed (or was told an error), and one that lay idle longer than proxies and networks keep it is replaced.
Neither costs a round trip.
"""

import select
import time
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.exc import DisconnectionError

from todo.database.policies.pool_policy import PoolPolicy

# Below the 5 minutes after which network address translators and proxies forget a quiet connection.
_IDLE_SECONDS = 240
_RETURNED = "todo_returned_at"


def proxy(pool_size: int) -> PoolPolicy:
    """At most `pool_size` connections, which is one on Lambda, where an environment serves one request at a time."""
    return PoolPolicy({"pool_size": pool_size, "max_overflow": 0, "pool_timeout": 10}, _watch)


def _watch(engine: Engine) -> None:
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
