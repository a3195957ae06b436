"""Messages to the open connections of an API Gateway WebSocket API, from a function or from anywhere else.

https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html, and
https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html for the sizes and rates.
"""

from typing import Any, ClassVar, NoReturn, Protocol


class ConnectionTrouble(Exception):
    """A message that was not sent, or a connection that was not closed. The text holds nothing of a message."""

    may_pass: ClassVar[bool] = False
    """Whether it may help to try again."""


class ConnectionGone(ConnectionTrouble):
    """There is no such connection: it is closed, its $connect is not answered yet, or it never was (410)."""


class MessageTooLarge(ConnectionTrouble):
    """The message is longer than the 128 KB, in UTF-8, that the gateway takes (413)."""


class ConnectionBusy(ConnectionTrouble):
    """The gateway takes no more just now: the client reads too slowly, or too much is sent at once (429)."""

    may_pass = True


class SendingRefused(ConnectionTrouble):
    """The gateway or the client refuses, and will again: no permission (403), a wrong stage, no credentials, ..."""


class SendingFailed(ConnectionTrouble):
    """The network or the gateway failed (5xx): whether it was done is not known."""

    may_pass = True


class Connections(Protocol):
    """What a service needs of the connections to its clients. Both methods are called from several threads at once.

    Both raise a `ConnectionTrouble`.
    """

    def send(self, connection_id: str, text: str) -> None:
        """Send one text message, of 128 KB in UTF-8 at most. It is on its way when this returns, not read."""

    def close(self, connection_id: str) -> None:
        """Close a connection."""


class ManagementClient(Protocol):
    """What is used of boto3's client of `apigatewaymanagementapi`."""

    def post_to_connection(self, *, ConnectionId: str, Data: bytes) -> Any:  # noqa: N803 - the names in boto3
        ...

    def delete_connection(self, *, ConnectionId: str) -> Any:  # noqa: N803 - the same
        ...


class ApiGatewayConnections:
    """The connections of one stage of a WebSocket API.

    - `client`: boto3's for `apigatewaymanagementapi`, with the API's management endpoint for its `endpoint_url`
      (`WebSocketEvent.management_endpoint`). Switch its own repetitions off and give it time-outs, or a deadline of
      `send_to_all` means little: `Config(retries={"total_max_attempts": 1}, connect_timeout=2, read_timeout=5)`.

    https://docs.aws.amazon.com/boto3/latest/reference/services/apigatewaymanagementapi.html
    """

    def __init__(self, client: ManagementClient) -> None:
        self._client = client

    def send(self, connection_id: str, text: str) -> None:
        """Send one text message. Raises a `ConnectionTrouble`."""
        data = text.encode()
        try:
            self._client.post_to_connection(ConnectionId=connection_id, Data=data)
        except Exception as error:  # noqa: BLE001 - it is raised again, under its name if it has one
            _raise_trouble(error)

    def close(self, connection_id: str) -> None:
        """Close a connection. Raises a `ConnectionTrouble`; `ConnectionGone` if it is closed already."""
        try:
            self._client.delete_connection(ConnectionId=connection_id)
        except Exception as error:  # noqa: BLE001 - the same
            _raise_trouble(error)


# What the API's model names, in botocore's data/apigatewaymanagementapi/2018-11-29/service-2.json.
_STATUSES = {
    "GoneException": 410,
    "PayloadTooLargeException": 413,
    "LimitExceededException": 429,
    "ForbiddenException": 403,
}
_TROUBLES: dict[int, type[ConnectionTrouble]] = {
    408: SendingFailed,
    410: ConnectionGone,
    413: MessageTooLarge,
    429: ConnectionBusy,
}
# botocore's own errors are BotoCoreErrors, from a misspelt parameter to a broken connection. The second kind descends
# from one of these three; they are known by name, because this package imports no botocore.
_NETWORK = {"HTTPClientError", "ConnectionError", "IncompleteReadError"}


def _raise_trouble(error: Exception) -> NoReturn:
    """Raise what an error of a client means. One that is none of botocore's is a mistake, and is raised as it is."""
    response = getattr(error, "response", None)
    if isinstance(response, dict):
        code = response.get("Error", {}).get("Code", "")
        status = _STATUSES.get(code) or response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        trouble = _TROUBLES.get(status) or (SendingFailed if status >= 500 else SendingRefused)
        raise trouble(f"The gateway answered {status} ({code or 'without a code'})") from error
    botocore_names = {kind.__name__ for kind in type(error).__mro__ if kind.__module__ == "botocore.exceptions"}
    if isinstance(error, OSError) or botocore_names & _NETWORK:
        raise SendingFailed(f"The gateway was not reached, or did not answer ({type(error).__name__})") from error
    if botocore_names:
        raise SendingRefused(f"The client did not send it ({type(error).__name__})") from error
    raise error
