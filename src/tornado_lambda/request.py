"""What Tornado is told about a request, taken from an ASGI scope."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import quote

from tornado.httputil import HTTPHeaders, HTTPServerRequest, RequestStartLine

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

# What a path may hold besides letters, digits and escapes (RFC 3986, section 3.3).
PATH_CHARACTERS = "/:@!$&'()*+,;=-._~"


class RequestContext:
    """`request.connection.context`: who asks, by which protocol, and the ASGI scope that said so.

    Address and protocol are the server's word (`scope["client"]`, `scope["scheme"]`), never a header's.
    """

    def __init__(self, scope: Scope, protocol: str | None = None) -> None:
        self.scope = scope
        # A Unix socket has no address; "0.0.0.0" is what Tornado's own server then says.
        self.remote_ip: str = (scope.get("client") or ("", 0))[0] or "0.0.0.0"  # noqa: S104
        scheme: str = scope.get("scheme", "http")
        self.protocol = protocol or {"ws": "http", "wss": "https"}.get(scheme, scheme)

    def __str__(self) -> str:
        return self.remote_ip


def asgi_scope(request: HTTPServerRequest) -> Scope | None:
    """The ASGI scope of a request; None where Tornado's own server received it.

    On Lambda, `scope["aws.event"]` is the event and `scope["aws.context"]` the Lambda context.
    """
    context = getattr(request.connection, "context", None)
    return context.scope if isinstance(context, RequestContext) else None


def start_line_of(scope: Scope) -> RequestStartLine:
    """The request line, with the path as the client encoded it and the query string untouched."""
    raw: bytes | None = scope.get("raw_path")
    target = quote(scope["path"], safe=PATH_CHARACTERS) if raw is None else raw.decode("latin-1")
    # What a handler sees is the path below the application's mount point.
    root = quote(scope.get("root_path", "").rstrip("/"), safe=PATH_CHARACTERS)
    if root and f"{target}/".startswith(f"{root}/"):
        target = target[len(root) :]
    query = scope.get("query_string", b"").decode("latin-1")
    version = f"HTTP/{scope.get('http_version', '1.1')}"
    return RequestStartLine(scope["method"], (target or "/") + (query and f"?{query}"), version)


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


def content_length(headers: HTTPHeaders) -> int | None:
    """Raises `ValueError` for what is no number, and for what only Python takes for one."""
    length = headers.get("Content-Length")
    if length is not None and not (length.isascii() and length.isdigit()):
        raise ValueError("Content-Length is not a number")
    return None if length is None else int(length)
