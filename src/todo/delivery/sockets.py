"""The sockets that API Gateway holds, by its management API.

https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html
"""

import threading
from typing import Any

import boto3
from botocore.config import Config

from tornado_lambda import ApiGatewayConnections


class GatewaySockets:
    """The connections of the stage whose management endpoint is `endpoint`, `https://HOST/STAGE`.

    `at_once` is how many requests there may be at a time.

    boto3 looks for credentials when something is sent first. Nothing is repeated here, since whoever sends knows how
    much time is left.
    """

    def __init__(self, endpoint: str, at_once: int, *, client: Any = None) -> None:
        self._endpoint = endpoint
        self._at_once = at_once
        self._lock = threading.Lock()  # making clients is the one thing in boto3 that threads may not do at once
        self._known = None if client is None else ApiGatewayConnections(client)

    def send(self, connection_id: str, text: str) -> None:
        """Send one text message. Raises a `ConnectionTrouble`."""
        self._connections().send(connection_id, text)

    def close(self, connection_id: str) -> None:
        """Close a connection; with which code, API Gateway decides. Raises a `ConnectionTrouble`."""
        self._connections().close(connection_id)

    def _connections(self) -> ApiGatewayConnections:
        with self._lock:
            if self._known is None:
                limits = Config(
                    connect_timeout=2,
                    read_timeout=4,
                    retries={"total_max_attempts": 1},
                    max_pool_connections=self._at_once,
                )
                client = boto3.client("apigatewaymanagementapi", endpoint_url=self._endpoint, config=limits)
                self._known = ApiGatewayConnections(client)
            return self._known
