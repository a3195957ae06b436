"""Run any Tornado application as an ASGI application, and so on AWS Lambda; and serve WebSocket APIs from Lambda.

- `TornadoASGI(application)` is an ASGI 3 application.
- `http_handler(application)` is a Lambda handler for API Gateway, Function URL and load balancer events.
- `asgi_scope(request)` is where a handler finds what only ASGI or Lambda knows of its request.
- `parse_websocket_event(event)` reads the events of an API Gateway WebSocket API.
- `ApiGatewayConnections(client)` sends to its connections and closes them; `send_to_all` sends to many at once.

Each name is imported when it is first asked for: who serves HTTP pays for nothing of WebSocket APIs, and who serves
those for neither Tornado nor asyncio.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tornado_lambda.asgi import TornadoASGI
    from tornado_lambda.connections import (
        ApiGatewayConnections,
        ConnectionBusy,
        ConnectionGone,
        Connections,
        ConnectionTrouble,
        MessageTooLarge,
        SendingFailed,
        SendingRefused,
    )
    from tornado_lambda.fan_out import SendingReport, send_to_all
    from tornado_lambda.http_events import http_handler
    from tornado_lambda.request import asgi_scope
    from tornado_lambda.websocket_events import NotAWebSocketEvent, WebSocketEvent, parse_websocket_event

__all__ = [
    "ApiGatewayConnections",
    "ConnectionBusy",
    "ConnectionGone",
    "ConnectionTrouble",
    "Connections",
    "MessageTooLarge",
    "NotAWebSocketEvent",
    "SendingFailed",
    "SendingRefused",
    "SendingReport",
    "TornadoASGI",
    "WebSocketEvent",
    "asgi_scope",
    "http_handler",
    "parse_websocket_event",
    "send_to_all",
]

_HOMES = {
    "asgi": ("TornadoASGI",),
    "http_events": ("http_handler",),
    "request": ("asgi_scope",),
    "websocket_events": ("NotAWebSocketEvent", "WebSocketEvent", "parse_websocket_event"),
    "fan_out": ("SendingReport", "send_to_all"),
}
_MODULES = {name: module for module, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_MODULES.get(name, 'connections')}"), name)
    globals()[name] = value
    return value
