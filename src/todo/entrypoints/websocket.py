"""The Lambda function behind the WebSocket API. There is nothing to listen to yet: it refuses, and says so."""

import logging
import os
from typing import Any

from todo.invocation import request_id_of
from todo.observability import log_to_cloudwatch
from todo.settings import Settings

_log = logging.getLogger("todo.websocket")


def handler(event: Any, context: Any = None) -> dict[str, Any]:
    """Refuse a connection before it is one: API Gateway answers its handshake with the status given here.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-route-keys-connect-disconnect.html
    """
    route = (event.get("requestContext") or {}).get("routeKey") if isinstance(event, dict) else None
    _log.info("refused", extra={"request_id": request_id_of(context), "route": route})
    if route == "$disconnect":
        return {"statusCode": 200}
    return {
        "statusCode": 501,
        "headers": {"Content-Type": "text/plain; charset=utf-8"},
        "body": "Live updates are not served yet. Ask the HTTP API for changes.",
    }


log_to_cloudwatch(Settings.from_environment(os.environ).log_level)
