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
    """`request.connection.context`: who asks, by which protocol, and the ASGI scope that said so.

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


def context_of(scope: Scope, protocol: str | None) -> RequestContext:
    # A Unix socket has no address; "0.0.0.0" is what Tornado's own server then says.
    address = (scope.get("client") or [None])[0] or "0.0.0.0"  # noqa: S104
    return RequestContext(address, protocol or scope.get("scheme", "http"), scope)


def start_line_of(scope: Scope) -> RequestStartLine:
    """The request line, with the path as the client encoded it and the query string untouched."""
    raw: bytes | None = scope.get("raw_path")
    path = quote(scope["path"], safe=PATH_CHARACTERS) if raw is None else raw.decode("latin-1")
    target = _below(scope.get("root_path", "").rstrip("/"), path)
    if query := scope.get("query_string", b""):
        target += "?" + query.decode("latin-1")
    return RequestStartLine(scope["method"], target, f"HTTP/{scope.get('http_version', '1.1')}")


def headers_of(scope: Scope) -> HTTPHeaders:
    """The headers, repeated ones kept apart. Raises `tornado.httputil.HTTPInputError` for an invalid one."""
    headers, cookies = HTTPHeaders(), []
    for name, value in scope["headers"]:
        if name == b"cookie":
            cookies.append(value.decode("latin-1"))
        else:
            headers.add(name.decode("latin-1"), value.decode("latin-1").strip(" \t"))
    if cookies:
        # HTTP/2 may split them over several fields, which are one list (RFC 9113, section 8.2.3).
        headers.add("Cookie", "; ".join(cookies))
    return headers


def _below(root: str, path: str) -> str:
    """The path from where the application is mounted; unchanged if it does not lie there."""
    segments = path.split("/")
    depth = root.count("/") + 1
    if root and unquote("/".join(segments[:depth])) == root:
        return "/" + "/".join(segments[depth:])
    return path or "/"
