"""What Tornado's own HTTP code refuses without a word, refused with a problem: it stands before the application.

A bad Host, an unreadable address, more than 1,000 arguments: 400. Headers that are too long: 431; a body: 413.
"""

import logging
import re
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from tornado.httputil import (
    HTTPConnection,
    HTTPHeaders,
    HTTPInputError,
    HTTPMessageDelegate,
    HTTPServerConnectionDelegate,
    RequestStartLine,
    ResponseStartLine,
)

from todo.handlers.problems import problem_of

_log = logging.getLogger(__name__)

# A client that is cut off while it still sends may never read why; so much is read and thrown away first.
_MOST_DISCARDED = 16 * 1024 * 1024
# Tornado closes the connection without a reply where headers pass its own limit, so its own must be higher.
MOST_HEADER_BYTES = 64 * 1024
TORNADO_HEADER_BYTES = 1024 * 1024
# A form around a file of 4 MiB takes a little more.
FORM_BYTES = 64 * 1024
_TAKES_FILES = re.compile(r"/v1/imports(?:/[^/?]+/parts)?(?:\?|$)")
_UNREADABLE = "The request cannot be read: check its Host, its address and that it has at most 1,000 arguments."


class RequestLimits(HTTPServerConnectionDelegate):
    """An application as a Tornado server sees it, with a limit on request bodies, in bytes: `max_body_bytes`, and
    `max_file_bytes` where files are taken.

    `identify` gives the id of a request that does not reach the application, of its ASGI scope (empty natively).
    """

    def __init__(
        self,
        application: HTTPServerConnectionDelegate,
        max_body_bytes: int,
        identify: Callable[[dict[str, Any]], str],
        max_file_bytes: int | None = None,
    ) -> None:
        self._application = application
        self._max_body_bytes = max_body_bytes
        self._max_file_bytes = max_file_bytes or max_body_bytes
        self._identify = identify

    def start_request(self, server_conn: object, request_conn: HTTPConnection) -> HTTPMessageDelegate:
        """Begin one request."""
        inner = self._application.start_request(server_conn, request_conn)
        return _Limited(inner, request_conn, (self._max_body_bytes, self._max_file_bytes), self._identify)

    def on_close(self, server_conn: object) -> None:
        """The connection is gone."""
        self._application.on_close(server_conn)


class _Limited(HTTPMessageDelegate):
    def __init__(
        self,
        inner: HTTPMessageDelegate,
        connection: HTTPConnection,
        most: tuple[int, int],
        identify: Callable[[dict[str, Any]], str],
    ) -> None:
        self._inner = inner
        self._connection = connection
        self._most, self._most_of_file = most
        self._identify = identify
        self._received = 0
        self._discarding = False
        self._answered = False

    def headers_received(
        self, start_line: RequestStartLine | ResponseStartLine, headers: HTTPHeaders
    ) -> Awaitable[None] | None:
        if isinstance(start_line, RequestStartLine) and _TAKES_FILES.match(start_line.path):
            self._most = self._most_of_file
        announced = headers.get("Content-Length", "0")
        length = int(announced) if announced.isdecimal() and len(announced) < 20 else 0
        if sum(len(name) + len(value) for name, value in headers.get_all()) > MOST_HEADER_BYTES:
            self._refuse(431, f"The headers are over {MOST_HEADER_BYTES} bytes.")
            return None
        if length > self._most:
            self._discarding = True
            if length > _MOST_DISCARDED:
                self._answer_too_large()
            return None
        try:
            return self._inner.headers_received(start_line, headers)
        except HTTPInputError:
            self._refuse(400, _UNREADABLE)
            return None

    def data_received(self, chunk: bytes) -> Awaitable[None] | None:
        self._received += len(chunk)
        if self._received > _MOST_DISCARDED:
            self._answer_too_large()
        if self._received > self._most and not self._discarding:
            self._discarding = True
            self._inner.on_connection_close()
        return None if self._discarding else self._inner.data_received(chunk)

    def finish(self) -> None:
        if self._discarding:
            self._answer_too_large()
            return
        self._inner.finish()

    def on_connection_close(self) -> None:
        if not self._discarding:
            self._inner.on_connection_close()

    def _refuse(self, status: int, detail: str) -> None:
        self._discarding = True
        self._answer(status, detail)

    def _answer_too_large(self) -> None:
        self._answer(413, f"The body is over {self._most} bytes.")

    def _answer(self, status: int, detail: str) -> None:
        if self._answered:
            return
        self._answered = True
        request_id = self._identify(getattr(getattr(self._connection, "context", None), "scope", {}))
        problem = msgspec.structs.replace(problem_of(None, status, request_id), detail=detail)
        _log.info("refused before any handler: %s", problem.code, extra={"request_id": request_id, "status": status})
        body = msgspec.json.encode(problem)
        headers = HTTPHeaders(
            {
                "Content-Type": "application/problem+json; charset=utf-8",
                "Content-Length": str(len(body)),
                "X-Request-Id": request_id,
                "X-Content-Type-Options": "nosniff",
                "Cache-Control": "no-store",
                "Access-Control-Allow-Origin": "*",
                "Access-Control-Expose-Headers": "X-Request-Id",
                "Connection": "close",
            }
        )
        self._connection.write_headers(ResponseStartLine("HTTP/1.1", status, problem.title), headers, body)
        self._connection.finish()
