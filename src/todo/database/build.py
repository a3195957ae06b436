"""From a login and a policy to a database."""

from typing import Literal

from sqlalchemy import URL

from todo.database.login import FixedLogin, Login
from todo.database.unit import Database

PolicyName = Literal["invocation", "proxy", "server"]


def build_database(address: URL | Login, policy: PolicyName, *, pool_size: int = 1) -> Database:
    """A database that opens nothing yet. `pool_size` is how many units may run at the same time in this process.

    A URL may be SQLite's, which knows no policy. A Login is PostgreSQL's.
    """
    # Only what is used is imported: psycopg and its dialect are a good part of a start.
    if isinstance(address, URL):
        if address.get_backend_name() == "sqlite":
            from todo.database.sqlite import build_sqlite

            return build_sqlite(address, pool_size)
        address = FixedLogin(address)

    from todo.database.policies import invocation, proxy, server
    from todo.database.postgresql import build_postgresql

    match policy:
        case "invocation":
            return build_postgresql(address, invocation())
        case "proxy":
            return build_postgresql(address, proxy(pool_size))
        case "server":
            return build_postgresql(address, server(pool_size))
