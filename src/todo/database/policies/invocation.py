"""`invocation`: PostgreSQL directly from Lambda. Connect at the first statement, close before the reply leaves.

Use it where nothing stands between the functions and the database: a frozen environment holds no connection, so
open connections never outnumber the requests that are being served, and a database that may sleep falls asleep.
"""

from sqlalchemy.pool import NullPool

from todo.database.policies.pool_policy import PoolPolicy


def invocation() -> PoolPolicy:
    """No pool: each unit opens its own connection and closes it."""
    return PoolPolicy({"poolclass": NullPool})
