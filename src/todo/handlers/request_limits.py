"""What Tornado's own HTTP server refuses without a word, refused with a problem: a bad Host, too long a body."""

from collections.abc import Awaitable

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
from todo.shapes.problem import Problem

# A client that is cut off while it still sends may never read why; so much is read and thrown away first.
_MOST_DISCARDED = 16 * 1024 * 1024


class RequestLimits(HTTPServerConnectionDelegate):
    """An application as Tornado's HTTPServer sees it, with a limit on request bodies, in bytes."""

    def __init__(self, application: HTTPServerConnectionDelegate, max_body_bytes: int) -> None:
        self._application = application
        self._max_body_bytes = max_body_bytes

    def start_request(self, server_conn: object, request_conn: HTTPConnection) -> HTTPMessageDelegate:
        """Begin one request."""
        return _Limited(self._application.start_request(server_conn, request_conn), request_conn, self._max_body_bytes)

    def on_close(self, server_conn: object) -> None:
        """The connection is gone."""
        self._application.on_close(server_conn)


class _Limited(HTTPMessageDelegate):
    def __init__(self, inner: HTTPMessageDelegate, connection: HTTPConnection, most: int) -> None:
        self._inner = inner
        self._connection = connection
        self._most = most
        self._received = 0
        self._discarding = False
        self._answered = False

    def headers_received(
        self, start_line: RequestStartLine | ResponseStartLine, headers: HTTPHeaders
    ) -> Awaitable[None] | None:
        announced = headers.get("Content-Length", "0")
        length = int(announced) if announced.isdecimal() else 0
        if length > self._most:
            self._discarding = True
            if length > _MOST_DISCARDED:
                self._answer(413)
            return None
        try:
            return self._inner.headers_received(start_line, headers)
        except HTTPInputError:
            self._discarding = True
            self._answer(400)
            return None

    def data_received(self, chunk: bytes) -> Awaitable[None] | None:
        self._received += len(chunk)
        if self._received > _MOST_DISCARDED:
            self._answer(413)
        if self._received > self._most and not self._discarding:
            self._discarding = True
            self._inner.on_connection_close()
        return None if self._discarding else self._inner.data_received(chunk)

    def finish(self) -> None:
        if self._discarding:
            self._answer(413)
        else:
            self._inner.finish()

    def on_connection_close(self) -> None:
        if not self._discarding:
            self._inner.on_connection_close()

    def _answer(self, status: int) -> None:
        if self._answered:
            return
        self._answered = True
        problem = self._problem(status)
        body = msgspec.json.encode(problem)
        headers = HTTPHeaders(
            {
                "Content-Type": "application/problem+json; charset=utf-8",
                "Content-Length": str(len(body)),
                "Connection": "close",
            }
        )
        self._connection.write_headers(ResponseStartLine("HTTP/1.1", status, problem.title), headers, body)
        self._connection.finish()

    def _problem(self, status: int) -> Problem:
        problem = problem_of(None, status, "none")
        detail = {
            400: "The request cannot be read: check its Host header and its address.",
            413: f"The body is over {self._most} bytes.",
        }[status]
        return msgspec.structs.replace(problem, detail=detail)
