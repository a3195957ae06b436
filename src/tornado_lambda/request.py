"""What Tornado is told about a request, taken from an ASGI HTTP scope."""

from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote

from tornado.httputil import HTTPHeaders, HTTPServerRequest, RequestStartLine

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

# What a path may hold besides letters, digits and escapes (RFC 3986, section 3.3).
PATH_CHARACTERS = "/:@!$&'()*+,;=-._~"


@dataclass(frozen=True, slots=True)
class RequestContext:
    """`request.connection.context`: who asks, by which protocol, and the ASGI scope it was told by.

    Address and protocol are the server's word (`scope["client"]`, `scope["scheme"]`), never a header's.
    """

    remote_ip: str
    protocol: str
    scope: Scope

    def __str__(self) -> str:
        return self.remote_ip


def asgi_scope(request: HTTPServerRequest) -> Scope | None:
    """The ASGI scope of a request; None where Tornado's own server received it.

    On Lambda, `scope["aws.event"]` is the event and `scope["aws.context"]` the Lambda context.
    """
    context = getattr(request.connection, "context", None)
    return context.scope if isinstance(context, RequestContext) else None


def context_of(scope: Scope, protocol: str | None = None) -> RequestContext:
    """Who asks. A client without an address (a Unix socket) is "0.0.0.0", as in Tornado's own server."""
    client = scope.get("client")
    return RequestContext(
        remote_ip=str(client[0]) if client and client[0] else "0.0.0.0",  # noqa: S104 - a name for "none", nothing is bound
        protocol=protocol or scope.get("scheme", "http"),
        scope=scope,
    )


def start_line_of(scope: Scope) -> RequestStartLine:
    """The request line, with the path as the client encoded it and the query string untouched."""
    target = _encoded_path(scope)
    if query := scope.get("query_string", b""):
        target += "?" + query.decode("latin-1")
    return RequestStartLine(scope["method"], target, f"HTTP/{scope.get('http_version', '1.1')}")


def headers_of(scope: Scope) -> HTTPHeaders:
    """The request's headers, repeated ones kept apart.

    Raises `tornado.httputil.HTTPInputError` for a name or a value that no header may have.
    """
    headers = HTTPHeaders()
    cookies: list[str] = []
    for name, value in scope["headers"]:
        if name == b"cookie":
            cookies.append(value.decode("latin-1"))
        else:
            headers.add(name.decode("latin-1"), value.decode("latin-1").strip(" \t"))
    if cookies:
        # HTTP/2 may split the cookies over several fields, which are one list (RFC 9113, section 8.2.3).
        headers.add("Cookie", "; ".join(cookies))
    return headers


def _encoded_path(scope: Scope) -> str:
    root = scope.get("root_path", "").rstrip("/")
    raw: bytes | None = scope.get("raw_path")
    if raw is None:
        path = quote(scope["path"], safe=PATH_CHARACTERS)
    else:
        path = raw.partition(b"?")[0].decode("latin-1")
    return _without_prefix(path, root) or "/"


def _without_prefix(path: str, root: str) -> str:
    """The path below where the application is mounted; unchanged if it does not lie there."""
    if not root:
        return path
    depth = root.count("/")
    segments = path.split("/")
    if unquote("/".join(segments[: depth + 1])) != root:
        return path
    return "/" + "/".join(segments[depth + 1 :])
