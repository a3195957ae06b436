"""`server`: one long-lived process. An ordinary pool with a bound, so that waiting is bounded, too.

Use it for the server, never on Lambda. Its size is the number of threads that run units of work plus the jobs.
"""

from todo.database.policies.liveness import watch_liveness
from todo.database.policies.pool_policy import PoolPolicy

_WAIT_SECONDS = 10


def server(pool_size: int) -> PoolPolicy:
    """At most `pool_size` connections; a unit waits 10 seconds for one, and a dead one is replaced at check-out."""
    return PoolPolicy({"pool_size": pool_size, "max_overflow": 0, "pool_timeout": _WAIT_SECONDS}, watch_liveness)
