"""When connections are opened, kept and closed: one file each, chosen by `TODO_DATABASE_CONNECTIONS`."""

from todo.database.policies.invocation import invocation
from todo.database.policies.pool_policy import PoolPolicy
from todo.database.policies.proxy import proxy
from todo.database.policies.server import server

__all__ = ["PoolPolicy", "invocation", "proxy", "server"]
