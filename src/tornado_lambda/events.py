"""AWS events that carry an HTTP request, in and out: one more adapter for Mangum's family of them.

Mangum's own decode the path and leave the stage in it, join the repeated headers of a REST API, and take a load
balancer's client from the wrong end of a header. The shapes are those of https://docs.aws.amazon.com/, at

- `apigateway/latest/developerguide/http-api-develop-integrations-lambda.html` (payload formats 2.0 and 1.0)
- `apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html` (REST APIs)
- `lambda/latest/dg/urls-invocation.html` (Function URLs)
- `elasticloadbalancing/latest/application/lambda-functions.html`
"""

import base64
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote, urlencode

from tornado_lambda.request import PATH_CHARACTERS, Scope

Event = dict[str, Any]

_LONE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_ADDRESS_AND_PORT = re.compile(r"([0-9.]+):[0-9]+|\[([^\]]+)\](?::[0-9]+)?")
_TEXT = re.compile(r"text/|application/([^;]+\+)?(json|xml|javascript)\b|application/vnd\.oai\.openapi")


@dataclass(frozen=True, slots=True)
class HttpEvent:
    """An event as Mangum takes it (`mangum.types.LambdaHandler`).

    Raises KeyError, TypeError and the like for an event that lacks what its shape must have, and ValueError for
    a body that is not the base64 it is said to be.
    """

    event: Event
    context: Any
    config: Any

    @classmethod
    def infer(cls, event: Any, _context: Any = None, _config: Any = None) -> bool:
        """Whether an event is an HTTP request, of a shape that is known here."""
        about = event.get("requestContext") if isinstance(event, dict) else None
        if not isinstance(about, dict):
            return False
        if event.get("version") == "2.0":
            return "http" in about
        return "httpMethod" in event and "path" in event and ("elb" in about or "resource" in event)

    @property
    def body(self) -> bytes:
        body: str = self.event.get("body") or ""
        return base64.b64decode(body, validate=True) if self.event.get("isBase64Encoded") else body.encode()

    @property
    def scope(self) -> Scope:
        event, about = self.event, self.event["requestContext"]
        several = event.get("multiValueHeaders") or {name: [value] for name, value in event["headers"].items()}
        headers = [(name.lower().encode(), value.encode()) for name, values in several.items() for value in values]
        if "http" in about:
            method, query, client = about["http"]["method"], event.get("rawQueryString"), about["http"]["sourceIp"]
            headers += [(b"cookie", cookie.encode()) for cookie in event.get("cookies") or ()]
        else:
            method, query = event["httpMethod"], _query(event)
            client = _client_of_balancer(headers) if "elb" in about else about["identity"]["sourceIp"]
        # Whether a gateway hands the path over encoded or decoded is not documented: escapes are kept, so that
        # `%2F` survives where it was sent, and what no path may hold becomes one.
        path = _LONE_PERCENT.sub("%25", _path_below_stage(event) or "/")
        names = dict(headers)
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            # A load balancer's health checks name no host, which HTTP/1.0 alone allows.
            "http_version": "1.1" if b"host" in names else "1.0",
            "method": method,
            "scheme": "http" if names.get(b"x-forwarded-proto") == b"http" else "https",
            "path": unquote(path),
            "raw_path": quote(path, safe=PATH_CHARACTERS + "%").encode(),
            "query_string": (query or "").encode(),
            "headers": headers,
            "client": (client, 0),
            "aws.event": event,
            "aws.context": self.context,
        }

    def __call__(self, response: Any) -> dict[str, Any]:
        return reply_to(self.event, response["status"], response["headers"], response["body"])


def is_from_edge(event: Any) -> bool:
    """Whether an event is a request of Lambda@Edge, which Mangum's own adapter reads well enough."""
    records = event.get("Records") if isinstance(event, dict) else None
    return isinstance(records, list) and bool(records) and isinstance(records[0], dict) and "cf" in records[0]


def reply_to(event: Any, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> dict[str, Any]:
    """A reply in the form that the sender of an event expects. What is no text becomes base64."""
    several: dict[str, list[str]] = {}
    for name, value in headers:
        if name != b"connection":  # a gateway's connection is its own
            several.setdefault(name.decode("latin-1"), []).append(value.decode("latin-1"))
    binary = body != b"" and not _TEXT.match("".join(several.get("content-type", "")))
    try:
        text = base64.b64encode(body).decode() if binary else body.decode()
    except UnicodeDecodeError:
        binary, text = True, base64.b64encode(body).decode()
    reply: dict[str, Any] = {"statusCode": status, "body": text, "isBase64Encoded": binary}
    if isinstance(event, dict) and "multiValueHeaders" in event:
        return {**reply, "multiValueHeaders": several}
    if isinstance(event, dict) and event.get("version") == "2.0":
        cookies = several.pop("set-cookie", [])
        return {**reply, "headers": {name: ", ".join(values) for name, values in several.items()}, "cookies": cookies}
    from mangum.handlers.alb import case_mutated_headers  # names that differ in case: the one way to repeat a header

    return {**reply, "headers": case_mutated_headers(several)}


def _query(event: Event) -> str:
    """The query string: a load balancer leaves it encoded, a REST API does not."""
    several = event.get("multiValueQueryStringParameters") or event.get("queryStringParameters") or {}
    query = urlencode(several, doseq=True, quote_via=quote)
    return unquote(query) if "elb" in event["requestContext"] else query


def _client_of_balancer(headers: list[tuple[bytes, bytes]]) -> str:
    """The balancer adds the address it sees at the end; what is before that is the client's own word."""
    forwarded = b",".join(value for name, value in headers if name == b"x-forwarded-for")
    nearest = forwarded.decode().rpartition(",")[2].strip()
    with_port = _ADDRESS_AND_PORT.fullmatch(nearest)
    return with_port[1] or with_port[2] if with_port else nearest


def _path_below_stage(event: Event) -> str:
    """The path without "/{stage}", which API Gateway puts before it for every stage but "$default"."""
    about = event["requestContext"]
    if "http" in about:
        path, has_stage = event.get("rawPath") or about["http"]["path"], True
    else:
        # A REST API has the stage in requestContext.path alone; an HTTP API with payload format 1.0 in both.
        path, has_stage = event["path"], event["path"] == about.get("path")
    prefix = f"/{about.get('stage', '$default')}"
    if has_stage and prefix != "/$default" and f"{path}/".startswith(f"{prefix}/"):
        return str(path[len(prefix) :])
    return str(path)
