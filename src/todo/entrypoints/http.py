"""The Lambda function behind the HTTP API."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from snapshot_restore_py import register_before_snapshot
from sqlalchemy import URL
from sqlalchemy.orm import configure_mappers
from tornado.httputil import HTTPServerRequest

from todo.application import build_application
from todo.database import Database, build_database
from todo.handlers.backend import Call
from todo.handlers.request_limits import RequestLimits
from todo.observability import log_to_cloudwatch, metered, new_metrics
from todo.settings import BadSetting, Settings
from todo.shapes.index import Limits
from todo.storage import find_login
from tornado_lambda import asgi_scope, http_handler

if TYPE_CHECKING:
    from aws_lambda_powertools import Metrics

T = TypeVar("T")
Handler = Callable[..., dict[str, Any]]

# So long before Lambda would end the invocation, a unit of work gives up and the client is told.
_RESERVE_SECONDS = 1.5
_LOCAL_DATABASE = Path("/tmp/todo.db")  # noqa: S108 - the one folder a function may write to, on one's own machine only


async def run_inline(work: Callable[[], T]) -> T:
    """An environment serves one request at a time: there is nothing to keep moving meanwhile."""
    return work()


def request_id_of(context: object) -> str:
    """What Lambda calls this invocation; the same id is in its own log lines."""
    return str(getattr(context, "aws_request_id", "local"))


def describe(request: HTTPServerRequest) -> Call:
    """The id and the time that Lambda gave this invocation."""
    context = (asgi_scope(request) or {}).get("aws.context")
    remaining = getattr(context, "get_remaining_time_in_millis", None)
    seconds = 10.0 if remaining is None else max(0.5, remaining() / 1000 - _RESERVE_SECONDS)
    return Call(
        request_id=request_id_of(context),
        seconds=seconds,
        client=str(request.remote_ip),
    )


def open_database(settings: Settings) -> Database:
    """The database that the settings name; without one, SQLite in `/tmp`, under `sam local` alone.

    In the cloud a file in `/tmp` would be another database in each environment, and gone with it.
    """
    address = find_login(settings, os.environ) or URL.create("sqlite", database=str(_LOCAL_DATABASE))
    database = build_database(address, settings.database_connections or "invocation")
    if isinstance(address, URL):
        if os.environ.get("AWS_SAM_LOCAL") != "true":
            raise BadSetting("TODO_DATABASE_URL or TODO_DATABASE_SECRET_ARN", "the address of a PostgreSQL database")
        from todo.models import Base

        Base.metadata.create_all(database.engine)
    return database


def build_handler(database: Database, settings: Settings, metrics: "Metrics", **injected: Any) -> Handler:
    """The function's handler over `database`; `injected` goes to `build_application`."""
    application = build_application(
        database, settings, run=run_inline, describe=describe, log=metered(metrics), **injected
    )
    limited = RequestLimits(application, Limits().body_bytes, lambda scope: request_id_of(scope.get("aws.context")))
    handle = http_handler(limited)

    def invoke(event: Any, context: Any = None) -> dict[str, Any]:
        with database.invocation():
            return handle(event, context)

    return invoke


configure_mappers()  # otherwise the first request waits for it
settings = Settings.from_environment(os.environ)
log_to_cloudwatch(settings.log_level)
database = open_database(settings)
# With SnapStart every environment begins as a copy of this one: no connection and no secret may be in it.
# https://docs.aws.amazon.com/lambda/latest/dg/snapstart-runtime-hooks-python.html
register_before_snapshot(database.close)
# What Lambda calls, with the event of an HTTP API, REST API, Function URL or load balancer.
handler = build_handler(database, settings, new_metrics())
