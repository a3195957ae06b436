"""The connection that Tornado writes a reply to."""

import asyncio
import sys
from collections.abc import Callable

from tornado import version
from tornado.httputil import HTTPConnection, HTTPHeaders, HTTPOutputError, RequestStartLine, ResponseStartLine
from tornado.web import Finish

from tornado_lambda.outbox import Outbox
from tornado_lambda.problem import internal_error
from tornado_lambda.request import Message, RequestContext, content_length

# Some describe one hop, Date is the server's to write, and it names itself (RFC 9110, sections 7.6.1, 6.6.1, 10.2.4).
_SERVERS_OWN = {"connection", "date", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"}
_TORNADO_SERVER = f"TornadoServer/{version}"


class ASGIConnection(HTTPConnection):
    """`request.connection` behind ASGI: the rules of Tornado's HTTP1Connection, without its socket.

    `context` says who asks. Every method that writes raises what HTTP1Connection raises (`ValueError` for a
    line break in a header, `tornado.httputil.HTTPOutputError` for a body that is not as long as its
    Content-Length); the client then gets a problem, or a broken connection if the reply had begun.
    """

    def __init__(self, context: RequestContext, outbox: Outbox, max_body_size: int) -> None:
        self.context = context
        self.outbox = outbox
        self.max_body_size = max_body_size
        self.error: Exception | None = None  # why the reply broke off
        # As on Tornado's server, a client that is answered before it has said all is not heard further.
        self.unread = context.scope.get("http_version", "1.1").startswith("1")
        self._close_callback: Callable[[], None] | None = None
        self._begun = False
        self._reported: BaseException | None = None
        self._remaining: int | None = None

    def write_headers(
        self, start_line: RequestStartLine | ResponseStartLine, headers: HTTPHeaders, chunk: bytes | None = None
    ) -> asyncio.Future[None]:
        """Begin the reply. The reason phrase is left to the server: ASGI has no place for it."""
        assert isinstance(start_line, ResponseStartLine)  # noqa: S101 - HTTP1Connection says so too
        status = start_line.code
        if status < 200:
            raise self._failed(HTTPOutputError(f"ASGI cannot send an interim reply ({status})"))
        try:
            pairs = asgi_headers(headers)
            self._remaining = content_length(headers)
        except ValueError as error:
            raise self._failed(error) from error
        if status == 204:
            pairs = [pair for pair in pairs if pair[0] != b"content-length"]
        if status in {204, 304} or self.context.scope["method"] == "HEAD":
            self._remaining = 0
        self._begun = True
        self._reported = _failure_in_a_handler()
        sent = self._start({"type": "http.response.start", "status": status, "headers": pairs})
        return self.write(chunk) if chunk else sent

    def write(self, chunk: bytes) -> asyncio.Future[None]:
        """Send a part of the body. The future is done when the server has taken it."""
        if self._remaining is not None:
            self._remaining -= len(chunk)
            if self._remaining < 0:
                raise self._failed(HTTPOutputError("Tried to write more data than Content-Length"))
        return self.outbox.put({"type": "http.response.body", "body": chunk, "more_body": True})

    def finish(self) -> None:
        """End the reply. One that a handler failed to write whole is broken off, not made to look whole."""
        if self.outbox.closed:
            return
        if not self._begun:
            raise self._failed(HTTPOutputError("Finished without headers"))
        if self._remaining:
            raise self._failed(HTTPOutputError(f"Tried to write {self._remaining} bytes less than Content-Length"))
        if _failure_in_a_handler() is not self._reported:
            self.answer(internal_error())
            return
        if not self.outbox.waiting or "body" not in self.outbox.waiting[-1][0]:
            self.write(b"")
        self.outbox.waiting[-1][0]["more_body"] = False
        self.outbox.close()

    def set_close_callback(self, callback: Callable[[], None] | None) -> None:
        """Have `callback` run when the client leaves before the reply is complete."""
        self._close_callback = callback

    def run_close_callback(self) -> None:
        callback, self._close_callback = self._close_callback, None
        if callback is not None:
            callback()

    def set_max_body_size(self, max_body_size: int) -> None:
        """Change the body limit of this request; a streaming handler calls it in `prepare`."""
        self.max_body_size = max_body_size

    def detach(self) -> object:
        """There is no socket to take over: raises `NotImplementedError`, and the client gets a problem."""
        raise self._failed(NotImplementedError("detach() is not available: ASGI gives no stream to take over"))

    def answer(self, problem: list[Message], error: Exception | None = None) -> None:
        """End the reply with a problem instead; if a status has gone out already, break it off."""
        if self.outbox.closed:
            return
        self.outbox.drop()
        if self.outbox.begun:
            self.error = error or HTTPOutputError("The handler failed after its reply had begun")
        else:
            self._start(problem[0])
            self.outbox.put(problem[1])
        self.outbox.close()

    def _start(self, message: Message) -> asyncio.Future[None]:
        if self.unread:
            message["headers"].append((b"connection", b"close"))
        return self.outbox.put(message)

    def _failed(self, error: Exception) -> Exception:
        self.answer(internal_error(), error)
        return error


def asgi_headers(headers: HTTPHeaders) -> list[tuple[bytes, bytes]]:
    """The headers as ASGI has them. Raises `ValueError` for what HTTP cannot carry."""
    pairs = []
    for name, value in headers.get_all():
        line = name.lower() + value
        if "\r" in line or "\n" in line:
            raise ValueError(f"Illegal characters (CR or LF) in header: {name!r}")
        if name.lower() not in _SERVERS_OWN and value != _TORNADO_SERVER:
            pairs.append((name.lower().encode("latin-1"), value.encode("latin-1")))
    return pairs


def _failure_in_a_handler() -> BaseException | None:
    """What a handler let out and Tornado is at work on.

    Tornado ends a reply in the same way whether its handler returned or failed half-way. Python knows: the
    exception being handled is one that tornado.web caught, not one of a handler's own `except`.
    """
    error = sys.exception()
    if error is None or error.__traceback__ is None or isinstance(error, Finish):
        return None
    return error if error.__traceback__.tb_frame.f_globals.get("__name__") == "tornado.web" else None
