"""The shapes in which AWS hands an HTTP request to a function, and the ASGI scope that each becomes.

Mangum composes the replies. It reads requests more loosely than they deserve (it decodes the path, joins
repeated headers, takes a load balancer's client from the wrong end), so that half is done here. The pages
that define the shapes, all below https://docs.aws.amazon.com/:

- `apigateway/latest/developerguide/http-api-develop-integrations-lambda.html` (payload formats 2.0 and 1.0)
- `apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html` (REST APIs)
- `lambda/latest/dg/urls-invocation.html` (Function URLs)
- `elasticloadbalancing/latest/application/lambda-functions.html`
"""

import base64
import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar
from urllib.parse import quote, unquote, urlencode

from mangum.handlers import ALB, APIGateway, HTTPGateway
from mangum.types import LambdaConfig, LambdaContext, LambdaEvent, Response

from tornado_lambda.request import PATH_CHARACTERS, Scope

_LONE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_PORT = re.compile(r"(?<=[0-9\]]):[0-9]+$")


class MalformedEventError(Exception):
    """The event has a known shape and something in it that cannot be. The text is for whoever sent it."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What an event says of its request. `path` is as it came, percent-encoded or not, without the stage."""

    method: str
    path: str
    query: str
    headers: list[tuple[str, str]]
    client: str


class Event:
    """What the shapes share; each is one of Mangum's handlers besides, and reads itself."""

    event: LambdaEvent
    context: LambdaContext
    # What Lambda returns at most (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html).
    reply_limit: ClassVar[int] = 6 * 1024 * 1024

    @classmethod
    def recognises(cls, event: LambdaEvent) -> bool:
        raise NotImplementedError

    def read(self) -> Reading:
        raise NotImplementedError

    @classmethod
    def infer(cls, event: LambdaEvent, _context: LambdaContext, _config: LambdaConfig) -> bool:
        return cls.recognises(event)

    @cached_property
    def scope(self) -> Scope:
        """The ASGI scope. Raises KeyError, TypeError or the like if a field is missing or of a wrong type."""
        reading = self.read()
        headers = [(name.lower().encode(), value.encode()) for name, value in reading.headers]
        protocols = [value for name, value in headers if name == b"x-forwarded-proto"] or [b"https"]
        # The gateway's own word is the last one, as with addresses.
        protocol = protocols[-1].rpartition(b",")[2].strip()
        raw_path = _encoded(reading.path)
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            # A load balancer's health check names no host, which only HTTP/1.0 allows.
            "http_version": "1.1" if any(name == b"host" for name, _ in headers) else "1.0",
            "method": reading.method.upper(),
            "scheme": "http" if protocol == b"http" else "https",
            "path": unquote(raw_path),
            "raw_path": raw_path.encode(),
            "query_string": reading.query.encode(),
            "root_path": "",
            "headers": headers,
            "client": (reading.client, 0),
            "server": None,
            "aws.event": self.event,
            "aws.context": self.context,
        }

    @property
    def body(self) -> bytes:
        """The body. Raises `MalformedEventError` if it is said to be base64 and is not."""
        body = self.event.get("body") or ""
        if not self.event.get("isBase64Encoded"):
            return str(body).encode()
        try:
            return base64.b64decode(body, validate=True)
        except ValueError as error:
            raise MalformedEventError("The body is said to be base64, and is not") from error


class HttpApiEvent(Event, HTTPGateway):
    """Payload format 2.0: HTTP APIs and Function URLs."""

    @classmethod
    def recognises(cls, event: LambdaEvent) -> bool:
        return event.get("version") == "2.0" and "http" in _about(event)

    def read(self) -> Reading:
        about = self.event["requestContext"]
        headers = list((self.event.get("headers") or {}).items())
        return Reading(
            method=about["http"]["method"],
            path=_below_stage(self.event.get("rawPath") or about["http"]["path"], about),
            query=self.event.get("rawQueryString") or "",
            headers=headers + [("cookie", cookie) for cookie in self.event.get("cookies") or ()],
            client=about["http"]["sourceIp"],
        )

    def __call__(self, response: Response) -> dict[str, Any]:
        reply = super().__call__(response)
        if not response["body"] and all(name != b"content-type" for name, _ in response["headers"]):
            # Mangum says JSON for every reply that does not say what it is, even for one without a body.
            reply.get("headers", {}).pop("content-type", None)
        return reply


class RestApiEvent(Event, APIGateway):
    """Payload format 1.0: REST APIs, and HTTP APIs that were told to use it."""

    @classmethod
    def recognises(cls, event: LambdaEvent) -> bool:
        return "httpMethod" in event and "elb" not in _about(event)

    def read(self) -> Reading:
        about, path = self.event["requestContext"], self.event["path"]
        if path == about.get("path"):
            # A REST API names the stage in requestContext.path alone; an HTTP API in both.
            path = _below_stage(path, about)
        return Reading(
            method=self.event["httpMethod"],
            path=path,
            # These values come decoded.
            query=urlencode(_query_pairs(self.event)),
            headers=_header_pairs(self.event),
            client=about["identity"]["sourceIp"],
        )


class LoadBalancerEvent(Event, ALB):
    """Application Load Balancers, with or without multi-value headers."""

    reply_limit = 1024 * 1024

    @classmethod
    def recognises(cls, event: LambdaEvent) -> bool:
        return "elb" in _about(event)

    def read(self) -> Reading:
        headers = _header_pairs(self.event)
        forwarded = ",".join(value for name, value in headers if name.lower() == "x-forwarded-for")
        # The balancer puts the address it sees at the end; what is before that is the client's own word.
        nearest = forwarded.rpartition(",")[2].strip()
        return Reading(
            method=self.event["httpMethod"],
            path=self.event["path"],
            # These values come as they were sent.
            query="&".join(f"{name}={value}" for name, value in _query_pairs(self.event)),
            headers=headers,
            client=_PORT.sub("", nearest).strip("[]"),
        )


SHAPES = (LoadBalancerEvent, HttpApiEvent, RestApiEvent)


def shape_of(event: Any) -> type[Event] | None:
    """The shape of an event; None if no HTTP request comes like that."""
    if not isinstance(event, dict):
        return None
    return next((shape for shape in SHAPES if shape.recognises(event)), None)


def _about(event: LambdaEvent) -> dict[str, Any]:
    about = event.get("requestContext")
    return about if isinstance(about, dict) else {}


def _header_pairs(event: LambdaEvent) -> list[tuple[str, str]]:
    several = event.get("multiValueHeaders")
    if several:
        return [(name, value) for name, values in several.items() for value in values]
    return list((event.get("headers") or {}).items())


def _query_pairs(event: LambdaEvent) -> list[tuple[str, str]]:
    several = event.get("multiValueQueryStringParameters")
    if several:
        return [(name, value) for name, values in several.items() for value in values]
    return list((event.get("queryStringParameters") or {}).items())


def _below_stage(path: str, about: dict[str, Any]) -> str:
    """The path without "/{stage}", which API Gateway puts before it for every stage but "$default"."""
    prefix = f"/{about.get('stage', '$default')}"
    if prefix != "/$default" and (path == prefix or path.startswith(prefix + "/")):
        return path[len(prefix) :] or "/"
    return path


def _encoded(path: str) -> str:
    """The path percent-encoded, whether it was or not: which of both a gateway sends is not documented.

    Escapes are kept, so `%2F` survives where it was sent; what no path may hold becomes an escape.
    """
    return quote(_LONE_PERCENT.sub("%25", path or "/"), safe=PATH_CHARACTERS + "%")
