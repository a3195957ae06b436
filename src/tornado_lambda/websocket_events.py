"""The events of an API Gateway WebSocket API, which invokes a function for each thing that happens to a connection.

There is no socket in the function: the gateway holds it, and `tornado_lambda.connections` sends through it. The shapes
are those of https://docs.aws.amazon.com/apigateway/latest/developerguide/, at

- `apigateway-websocket-api-mapping-template-reference.html` (what `requestContext` holds)
- `apigateway-websocket-api-route-keys-connect-disconnect.html` ($connect and $disconnect)
- `websocket-api-develop-binary-media-types.html` (which bodies are base64)
"""

import base64
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, TypeVar

Kind = Literal["connect", "message", "disconnect"]
_Value = TypeVar("_Value")

_KINDS: dict[str, Kind] = {"CONNECT": "connect", "MESSAGE": "message", "DISCONNECT": "disconnect"}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class NotAWebSocketEvent(ValueError):
    """The event is none of a WebSocket API. The text names the field that says so, and quotes nothing."""


class Headers(Mapping[str, str]):
    """The headers of a request; lookups know no case, iteration gives lower case, repeated ones are joined by ", "."""

    __slots__ = ("_several",)

    def __init__(self, several: Mapping[str, list[str]]) -> None:
        self._several: dict[str, list[str]] = {}
        for name, values in several.items():
            self._several.setdefault(name.lower(), []).extend(values)

    def __getitem__(self, name: str) -> str:
        return ", ".join(self._several[name.lower()])

    def __iter__(self) -> Iterator[str]:
        return iter(self._several)

    def __len__(self) -> int:
        return len(self._several)

    def get_all(self, name: str) -> list[str]:
        """The values of a header, one for each time that it was sent."""
        return list(self._several.get(name.lower(), ()))


@dataclass(frozen=True, slots=True)
class WebSocketEvent:
    """What happened to one connection. What the client sent is not in the `repr`, so that no log holds it by accident.

    - `kind`: "connect" asks whether the connection may open, which it does when the function returns a status of 2xx;
      until then nothing can be sent to it (`ConnectionGone`). "message" is one text of the client. "disconnect" tells
      that it is closed already; AWS delivers that one where it can, and does not promise to.
    - `connection_id`: names the connection for as long as it is open, two hours at most.
    - `route_key`: "$connect", "$disconnect", "$default", or the route that the API chose for the message.
    - `domain`, `stage`: of the API; see `management_endpoint`.
    - `connected_at`: when it was opened, to the millisecond, in UTC; the same in each event of a connection.
    - `request_id`: of this event, as the gateway's logs have it.
    - `headers`, `query`: of the handshake, and so of "connect" alone ("disconnect" has a few headers that the gateway
      makes up). Of a parameter that is repeated the last value counts. Keep what later events need.
    - `body`: the message, empty but for "message". It is bytes where the API's integration has
      `contentHandlingStrategy: CONVERT_TO_BINARY`; a binary frame never arrives: the gateway closes with 1003.
    - `disconnect_code`, `disconnect_reason`: how it was closed (RFC 6455, 7.4); None for other kinds, or where AWS does
      not say.
    """

    kind: Kind
    connection_id: str
    route_key: str
    domain: str
    stage: str
    source_ip: str
    connected_at: datetime
    request_id: str
    headers: Headers = field(repr=False)
    query: dict[str, str] = field(repr=False)
    body: str | bytes = field(repr=False)
    disconnect_code: int | None
    disconnect_reason: str | None = field(repr=False)

    @property
    def management_endpoint(self) -> str:
        """Where connections of this API are managed: the `endpoint_url` of a client of `apigatewaymanagementapi`.

        That is so for the domain that API Gateway gives an API. With a custom domain, `domain` is the custom one, and
        what follows it is the path of the API mapping instead of the stage, which no event holds: configure the URL
        of the API itself, `https://{api-id}.execute-api.{region}.amazonaws.com/{stage}`.

        https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html
        """
        return f"https://{self.domain}/{self.stage}"


def parse_websocket_event(event: Any) -> WebSocketEvent:
    """Read what Lambda hands to a function behind a WebSocket API (proxy integration).

    Raises `NotAWebSocketEvent` for anything else, and for an event that lacks what each of them has.
    """
    whole = _Fields(event, "")
    about = whole.object("requestContext")
    kind = _KINDS.get(about.text("eventType"))
    if kind is None:
        raise NotAWebSocketEvent("requestContext.eventType is none of CONNECT, MESSAGE and DISCONNECT")
    return WebSocketEvent(
        kind=kind,
        connection_id=about.text("connectionId"),
        route_key=about.text("routeKey"),
        domain=about.text("domainName"),
        stage=about.text("stage"),
        source_ip=about.object("identity").text("sourceIp"),
        connected_at=about.time("connectedAt"),
        request_id=about.text("requestId"),
        headers=_headers(whole),
        query=whole.texts("queryStringParameters"),
        body=_body(whole),
        disconnect_code=about.find("disconnectStatusCode", int),
        disconnect_reason=about.find("disconnectReason", str),
    )


def _headers(event: "_Fields") -> Headers:
    several = event.find("multiValueHeaders", dict)
    if not several:
        return Headers({name: [value] for name, value in event.texts("headers").items()})
    for values in several.values():
        if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
            raise NotAWebSocketEvent("multiValueHeaders does not hold lists of texts")
    return Headers(several)


def _body(event: "_Fields") -> str | bytes:
    body = event.find("body", str) or ""
    if not event.find("isBase64Encoded", bool):
        return body
    try:
        return base64.b64decode(body, validate=True)
    except ValueError:
        raise NotAWebSocketEvent("body is not the base64 that isBase64Encoded says it is") from None


class _Fields:
    """An object of an event, which knows its place in it: what is read is of the type that is asked for."""

    def __init__(self, value: Any, place: str) -> None:
        if not isinstance(value, dict):
            raise NotAWebSocketEvent(f"{place or 'The event'} is no object")
        self._value: dict[str, Any] = value
        self._place = place

    def find(self, name: str, kind: type[_Value]) -> _Value | None:
        """A field, or None where it is missing or null."""
        value = self._value.get(name)
        if value is None or type(value) is kind:
            return value
        raise NotAWebSocketEvent(f"{self._path(name)} is not of the type {kind.__name__}")

    def get(self, name: str, kind: type[_Value]) -> _Value:
        value = self.find(name, kind)
        if value is None:
            raise NotAWebSocketEvent(f"{self._path(name)} is missing")
        return value

    def text(self, name: str) -> str:
        return self.get(name, str)

    def texts(self, name: str) -> dict[str, str]:
        """An object of texts, empty where it is missing."""
        texts = self.find(name, dict) or {}
        if not all(isinstance(value, str) for value in texts.values()):
            raise NotAWebSocketEvent(f"{self._path(name)} does not hold texts")
        return dict(texts)

    def time(self, name: str) -> datetime:
        try:
            return _EPOCH + timedelta(milliseconds=self.get(name, int))
        except OverflowError:
            raise NotAWebSocketEvent(f"{self._path(name)} is no time in milliseconds") from None

    def object(self, name: str) -> "_Fields":
        return _Fields(self.get(name, dict), self._path(name))

    def _path(self, name: str) -> str:
        return f"{self._place}.{name}" if self._place else name
