"""What an AWS event says of its request, where Mangum's scope says it loosely or not at all.

Mangum decodes the path and leaves the stage in it, joins the repeated headers of a REST API, and takes a load
balancer's client from the wrong end of a header. The shapes are those of https://docs.aws.amazon.com/, at

- `apigateway/latest/developerguide/http-api-develop-integrations-lambda.html` (payload formats 2.0 and 1.0)
- `apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html` (REST APIs)
- `lambda/latest/dg/urls-invocation.html` (Function URLs)
- `elasticloadbalancing/latest/application/lambda-functions.html`
"""

import re
from typing import Any
from urllib.parse import quote, unquote

from tornado_lambda.request import PATH_CHARACTERS, Scope

Event = dict[str, Any]

_BASE64 = re.compile(r"[A-Za-z0-9+/]*={0,2}")
_LONE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_ADDRESS_AND_PORT = re.compile(r"([0-9.]+):[0-9]+|\[([^\]]+)\](?::[0-9]+)?")


def carries_http(event: Any) -> bool:
    """Whether an event is an HTTP request, of a shape that Mangum and this module know."""
    about = event.get("requestContext") if isinstance(event, dict) else None
    if not isinstance(about, dict):
        return False
    if event.get("version") == "2.0":
        return "http" in about
    return "httpMethod" in event and "path" in event and ("elb" in about or "resource" in event)


def claims_base64_falsely(event: Event) -> bool:
    """Whether a body is said to be base64 and is not: Python's decoder would pass over what does not fit."""
    body = event.get("body") or ""
    if not event.get("isBase64Encoded"):
        return False
    return not isinstance(body, str) or len(body) % 4 != 0 or not _BASE64.fullmatch(body)


def corrected(scope: Scope) -> Scope:
    """Mangum's scope with the path as it was sent, every header, and the client that the gateway saw.

    Raises KeyError, TypeError and the like for an event that lacks what its shape must have.
    """
    event: Event = scope["aws.event"]
    if several := event.get("multiValueHeaders"):
        scope["headers"] = [
            (name.lower().encode(), value.encode()) for name, values in several.items() for value in values
        ]
    # Whether a gateway hands the path over encoded or decoded is not documented: escapes are kept, so that
    # `%2F` survives where it was sent, and what no path may hold becomes one.
    path = _LONE_PERCENT.sub("%25", _path_below_stage(event) or "/")
    scope["raw_path"] = quote(path, safe=PATH_CHARACTERS + "%").encode()
    scope["path"] = unquote(path)
    if scope["scheme"] not in {"http", "https"}:
        scope["scheme"] = "https"
    if "elb" in event["requestContext"]:
        # The balancer adds the address it sees at the end; what is before that is the client's own word.
        forwarded = b",".join(value for name, value in scope["headers"] if name == b"x-forwarded-for")
        nearest = forwarded.decode().rpartition(",")[2].strip()
        with_port = _ADDRESS_AND_PORT.fullmatch(nearest)
        scope["client"] = (with_port[1] or with_port[2] if with_port else nearest, 0)
        if all(name != b"host" for name, _ in scope["headers"]):
            # Its health checks name no host, which HTTP/1.0 alone allows.
            scope["http_version"] = "1.0"
    return scope


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
