"""From an address and a policy to a database."""

from typing import Literal

from sqlalchemy import URL

from todo.database.policies import invocation, proxy, server
from todo.database.postgresql import build_postgresql
from todo.database.sqlite import build_sqlite
from todo.database.unit import Database

PolicyName = Literal["invocation", "proxy", "server"]


def build_database(url: URL, policy: PolicyName, *, pool_size: int = 1) -> Database:
    """A database that opens nothing yet. `pool_size` is how many units may run at the same time in this process."""
    if url.get_backend_name() == "sqlite":
        return build_sqlite(url, pool_size)
    match policy:
        case "invocation":
            return build_postgresql(url, invocation())
        case "proxy":
            return build_postgresql(url, proxy(pool_size))
        case "server":
            return build_postgresql(url, server(pool_size))
