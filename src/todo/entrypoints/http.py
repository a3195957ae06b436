"""The Lambda function behind the HTTP API."""

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from snapshot_restore_py import register_before_snapshot
from sqlalchemy.orm import configure_mappers
from tornado.httputil import HTTPServerRequest

from todo.application import build_application
from todo.database import Database
from todo.handlers.backend import Call
from todo.handlers.request_limits import FORM_BYTES, RequestLimits
from todo.invocation import open_database, request_id_of, seconds_of
from todo.observability import log_to_cloudwatch, metered, new_metrics
from todo.outside import find_files, open_queue
from todo.settings import Settings
from todo.shapes.index import Limits
from tornado_lambda import asgi_scope, http_handler

if TYPE_CHECKING:
    from aws_lambda_powertools import Metrics

T = TypeVar("T")
Handler = Callable[..., dict[str, Any]]

# For each time that the queue is silent.
_PATIENCE_SECONDS = 1.0


async def run_inline(work: Callable[[], T]) -> T:
    """An environment serves one request at a time: there is nothing to keep moving meanwhile."""
    return work()


def describe(request: HTTPServerRequest) -> Call:
    """The id and the time that Lambda gave this invocation."""
    context = (asgi_scope(request) or {}).get("aws.context")
    return Call(request_id=request_id_of(context), seconds=seconds_of(context), client=str(request.remote_ip))


def build_handler(database: Database, settings: Settings, metrics: "Metrics", **injected: Any) -> Handler:
    """The function's handler over `database`; `injected` goes to `build_application`."""
    application = build_application(
        database, settings, run=run_inline, describe=describe, log=metered(metrics), streams=False, **injected
    )
    limited = RequestLimits(
        application,
        Limits().body_bytes,
        lambda scope: request_id_of(scope.get("aws.context")),
        Limits().file_bytes + FORM_BYTES,
    )
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
queue = open_queue(settings, os.environ)
# What changed is told before the reply, which does not wait for long where it cannot be.
impatient = open_queue(settings, os.environ, patience=_PATIENCE_SECONDS)
injected: dict[str, Any] = {
    "jobs_written": queue.announce,
    "changed": impatient.tell_changes,
    "files": find_files(settings, os.environ),
}
if settings.alarm_schedule:
    # Where an alarm wakes the service instead of the clock, whoever sets a reminder has it looked at.
    injected["reminders_changed"] = queue.ask_for_alarm
# What Lambda calls, with the event of an HTTP API, REST API, Function URL or load balancer.
handler = build_handler(database, settings, new_metrics(), **injected)
