"""The Lambda function behind the WebSocket API: who connects, what they say, who leaves."""

import logging
import os
from collections.abc import Callable
from typing import Any

from snapshot_restore_py import register_before_snapshot
from sqlalchemy.orm import configure_mappers

from todo.clock import Clock, system_clock
from todo.database import Database
from todo.errors import DomainError
from todo.invocation import invocation, open_database, request_id_of
from todo.jobs.queue import Queue
from todo.observability import log_to_cloudwatch
from todo.outside import open_queue, open_sockets
from todo.realtime.gateway import Gateway
from todo.settings import Settings
from tornado_lambda import Connections, NotAWebSocketEvent, WebSocketEvent, parse_websocket_event

_log = logging.getLogger("todo.websocket")

# The queue is told of who is there, which nobody waits for.
_PATIENCE_SECONDS = 1.0


def build_handler(
    database: Database,
    settings: Settings,
    queue: Queue,
    *,
    sockets: Callable[[str], Connections] = open_sockets,
    clock: Clock = system_clock,
) -> Callable[..., dict[str, Any]]:
    """The function's handler: an event of the API -> the status of the handshake, or that it was taken.

    `sockets` opens those behind a management endpoint. API Gateway answers a handshake with the status given here:
    https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-route-keys-connect-disconnect.html
    """
    opened: dict[str, Connections] = {}
    origins = [settings.public_url] if settings.public_url else []

    def invoke(event: Any, context: Any = None) -> dict[str, Any]:
        try:
            told = parse_websocket_event(event)
        except NotAWebSocketEvent as error:
            _log.error("not an event of the API: %s", error)
            return {"statusCode": 400}
        endpoint = settings.live_endpoint or told.management_endpoint
        if endpoint not in opened:
            opened[endpoint] = sockets(endpoint)
        gateway = Gateway(database, clock, opened[endpoint], queue.tell_presence, origins)
        with invocation(database, context):
            status = _take(gateway, told)
        fields = {"request_id": request_id_of(context), "route": told.route_key, "status": status}
        _log.log(logging.ERROR if status >= 500 else logging.INFO, "event", extra=fields)
        return {"statusCode": status}

    return invoke


def _take(gateway: Gateway, told: WebSocketEvent) -> int:
    """Do what an event asks for. Where the database cannot be asked it is 503: to a handshake, and in the log."""
    try:
        if told.kind == "connect":
            return gateway.connect(told)
        if told.kind == "message":
            gateway.message(told)
        else:
            gateway.disconnect(told)
    except DomainError as error:
        _log.warning("the database refused: %s", error.code)
        return 503
    return 200


configure_mappers()
settings = Settings.from_environment(os.environ)
log_to_cloudwatch(settings.log_level)
database = open_database(settings)
# With SnapStart every environment begins as a copy of this one: no connection and no secret may be in it.
register_before_snapshot(database.close)
handler = build_handler(database, settings, open_queue(settings, os.environ, patience=_PATIENCE_SECONDS))
