"""Who stands in the storm: this service, and what its peers' documentation leads to.

`load(url)` imports a contender, in the process that is forked; what it returns builds the Lambda handler, in each
environment. Nothing is connected before the first request.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

Handler = Callable[[dict[str, Any], Any], dict[str, Any]]
Load = Callable[[str], Callable[[], Handler]]


@dataclass(frozen=True, slots=True)
class Contender:
    """`through_pgbouncer`, or straight to PostgreSQL. `packages`: those whose versions are told."""

    title: str
    load: Load
    through_pgbouncer: bool
    packages: tuple[str, ...]
    is_ours: bool = False


def _ours(policy: Literal["invocation", "proxy"]) -> Load:
    def load(url: str) -> Callable[[], Handler]:
        # The entrypoint acts when it is imported; the handler that it makes is not used, since each environment needs
        # an event loop of its own.
        os.environ |= {"TODO_DATABASE_URL": url, "TODO_LOG_LEVEL": "WARNING", "POWERTOOLS_METRICS_DISABLED": "true"}
        from sqlalchemy import make_url

        from todo.database import build_database
        from todo.entrypoints import http
        from todo.observability import new_metrics

        return lambda: http.build_handler(build_database(make_url(url), policy), http.settings, new_metrics())

    return load


def _peer(driver: str, *, kept: bool, **connect: Any) -> Load:
    def load(url: str) -> Callable[[], Handler]:
        from sqlalchemy import make_url
        from sqlalchemy.pool import NullPool
        from storm_peer import build

        options: dict[str, Any] = (
            {"connect_args": connect} if kept else {"connect_args": connect, "poolclass": NullPool}
        )
        return lambda: build(make_url(url).set(drivername=f"postgresql+{driver}"), **options)

    return load


_OURS = ("tornado", "sqlalchemy", "psycopg")
_ASYNCPG = ("fastapi", "mangum", "sqlalchemy", "asyncpg")
_PSYCOPG = ("fastapi", "mangum", "sqlalchemy", "psycopg")

CONTENDERS: dict[str, Contender] = {
    "ours-invocation": Contender("this service, `invocation`", _ours("invocation"), False, _OURS, is_ours=True),
    "asyncpg": Contender("FastAPI, asyncpg, default pool", _peer("asyncpg", kept=True), False, _ASYNCPG),
    "asyncpg-null": Contender("FastAPI, asyncpg, NullPool", _peer("asyncpg", kept=False), False, _ASYNCPG),
    "psycopg-null": Contender("FastAPI, psycopg, NullPool", _peer("psycopg", kept=False), False, _PSYCOPG),
    "ours-proxy": Contender("this service, `proxy`", _ours("proxy"), True, _OURS, is_ours=True),
    "asyncpg-pgbouncer": Contender("FastAPI, asyncpg, default pool", _peer("asyncpg", kept=True), True, _ASYNCPG),
    "psycopg-pgbouncer": Contender(
        "FastAPI, psycopg, prepare_threshold=None", _peer("psycopg", kept=True, prepare_threshold=None), True, _PSYCOPG
    ),
}
