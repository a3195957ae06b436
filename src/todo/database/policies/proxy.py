"""`proxy`: RDS Proxy, PgBouncer, Neon or Supavisor from Lambda. One connection an environment, kept.

Use it where a proxy multiplexes: a connection to it is cheap to hold and dear to open. An environment may have been
frozen for an hour, so a connection is looked at before it is used (`liveness.py`).
"""

from todo.database.policies.liveness import watch_liveness
from todo.database.policies.pool_policy import PoolPolicy


def proxy(pool_size: int) -> PoolPolicy:
    """At most `pool_size` connections, which is one on Lambda, where an environment serves one request at a time."""
    return PoolPolicy({"pool_size": pool_size, "max_overflow": 0, "pool_timeout": 10}, watch_liveness)
