"""The connection that Tornado writes a reply to, and the order in which ASGI gets it."""

import asyncio
import sys
from collections import deque
from collections.abc import Callable
from typing import NoReturn

from tornado.httputil import HTTPConnection, HTTPHeaders, HTTPOutputError, RequestStartLine, ResponseStartLine
from tornado.iostream import StreamClosedError
from tornado.web import Finish

from tornado_lambda.problem import internal_error
from tornado_lambda.request import Message, RequestContext, Send

# They describe one hop and are the server's to write (RFC 9110, section 7.6.1).
_HOP_BY_HOP = frozenset(
    ("connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade")
)


class Reply:
    """What is still to be sent: one queue, handed to ASGI `send` by one task, in the order it was written.

    A future given for a message is done when `send` has returned, so awaiting it is flow control. `over` is
    done when the reply is complete or never will be: with an exception if it broke off after its start was
    sent, in which case raising that out of the application is what makes the server close the connection.
    """

    def __init__(self, send: Send, *, hang_up: bool) -> None:
        self._send = send
        self._outbox: deque[tuple[Message, asyncio.Future[None]]] = deque()
        self._loop = asyncio.get_running_loop()
        self._pump: asyncio.Task[None] | None = None
        self.over: asyncio.Future[None] = self._loop.create_future()
        self.on_over: Callable[[], object] | None = None
        self.on_leave: Callable[[], None] | None = None
        self.started = False  # the server has been given the status
        self.closed = False  # nothing more is taken
        self.hang_up = hang_up  # a reply that begins now leaves a part of the request unread

    def put(self, message: Message) -> asyncio.Future[None]:
        """Queue a message. The future raises `tornado.iostream.StreamClosedError` if it is too late."""
        sent: asyncio.Future[None] = self._loop.create_future()
        if self.closed:
            _fail(sent)
            return sent
        self._outbox.append((message, sent))
        if self._pump is None:
            self._pump = self._loop.create_task(self._drain())
        return sent

    def complete(self) -> None:
        """Nothing follows: the last queued part of the body ends the reply."""
        if self._outbox and self._outbox[-1][0]["type"] == "http.response.body":
            self._outbox[-1][0]["more_body"] = False
        else:
            self.put({"type": "http.response.body", "body": b"", "more_body": False})
        self.closed = True

    def refuse(self, problem: list[Message], reason: Exception | None = None) -> None:
        """Answer with a problem instead; if a status has gone out already, break the reply off."""
        if self.closed:
            return
        if self.started:
            self.end(reason or HTTPOutputError("The handler failed after its reply had begun"))
            return
        self._drop()
        for message in problem:
            self.put(message)
        self.closed = True

    def end(self, error: Exception | None = None) -> None:
        """Take and send nothing more."""
        self._drop()
        self.closed = True
        if self.over.done():
            return
        if error is None:
            self.over.set_result(None)
        else:
            self.over.set_exception(error)
            self.over.exception()  # a server that gave up on the request does not ask
        if self.on_over is not None:
            self.on_over()

    def leave(self) -> None:
        """The client is gone: tell the handler, before anything that it waits for fails."""
        if self.on_leave is not None:
            self.on_leave()
        self.end()

    def abandon(self) -> None:
        """Also stop a `send` that is under way."""
        if self._pump is not None:
            self._pump.cancel()
        self.on_leave = None  # or the two would keep each other
        self.end()

    def _drop(self) -> None:
        while self._outbox:
            _fail(self._outbox.popleft()[1])

    async def _drain(self) -> None:
        try:
            while self._outbox:
                await self._deliver(*self._outbox.popleft())
        finally:
            self._pump = None

    async def _deliver(self, message: Message, sent: asyncio.Future[None]) -> None:
        if self.hang_up and not self.started:
            message["headers"].append((b"connection", b"close"))
        self.started = True
        try:
            await self._send(message)
            if not sent.done():
                sent.set_result(None)
            if message["type"] == "http.response.body" and not message["more_body"]:
                self.end()
        except OSError:
            # How a server may say that the client has gone (ASGI 2.4, "Disconnected Client").
            self.leave()
        except Exception as error:  # noqa: BLE001 - whatever the server objected to goes back to it
            self.end(error)
        finally:
            _fail(sent)


def _fail(sent: asyncio.Future[None]) -> None:
    if not sent.done():
        sent.set_exception(StreamClosedError())
        sent.exception()  # nobody has to look at it


class ASGIConnection(HTTPConnection):
    """`request.connection` behind ASGI: the rules of Tornado's HTTP1Connection, without its socket.

    `context` says who asks. Every method that writes raises what HTTP1Connection raises (`ValueError` for a
    line break in a header, `tornado.httputil.HTTPOutputError` for a body that is not as long as its
    Content-Length); the client then gets a problem, or a broken connection if the reply had begun.
    """

    def __init__(self, reply: Reply, context: RequestContext, max_body_size: int) -> None:
        self.context = context
        self.max_body_size = max_body_size
        self._reply = reply
        self._close_callback: Callable[[], None] | None = None
        self._headers_written = False
        self._reports_failure = False
        self._remaining: int | None = None

    def write_headers(
        self,
        start_line: RequestStartLine | ResponseStartLine,
        headers: HTTPHeaders,
        chunk: bytes | None = None,
    ) -> asyncio.Future[None]:
        """Begin the reply. The reason phrase is left to the server: ASGI has no place for it."""
        assert isinstance(start_line, ResponseStartLine)  # noqa: S101 - HTTP1Connection says so too
        status = start_line.code
        if status < 200:
            self._refuse(HTTPOutputError(f"ASGI cannot send an interim reply ({status})"))
        try:
            pairs = _asgi_headers(headers)
            length = int(headers["Content-Length"]) if "Content-Length" in headers else None
        except ValueError as error:
            self._refuse(error)
        if status == 204:
            pairs = [pair for pair in pairs if pair[0] != b"content-length"]
        bodiless = status in {204, 304} or self.context.scope["method"] == "HEAD"
        self._remaining = 0 if bodiless else length
        self._count(chunk or b"")
        self._headers_written = True
        self._reports_failure = _handler_failed()
        sent = self._reply.put({"type": "http.response.start", "status": status, "headers": pairs})
        return self._put(chunk) if chunk else sent

    def write(self, chunk: bytes) -> asyncio.Future[None]:
        """Send a part of the body. The future is done when the server has taken it."""
        self._count(chunk)
        return self._put(chunk)

    def finish(self) -> None:
        """End the reply. One that a handler failed to write whole is broken off, not made to look whole."""
        if self._reply.closed:
            return
        if not self._headers_written:
            self._refuse(HTTPOutputError("Finished without headers"))
        if self._remaining:
            self._refuse(HTTPOutputError(f"Tried to write {self._remaining} bytes less than Content-Length"))
        if _handler_failed() and not self._reports_failure:
            self._reply.refuse(internal_error())
        else:
            self._reply.complete()

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

    def detach(self) -> NoReturn:
        """There is no socket to take over: raises `NotImplementedError`, and the client gets a problem."""
        self._refuse(NotImplementedError("detach() is not available: ASGI gives no stream to take over"))

    def _put(self, chunk: bytes) -> asyncio.Future[None]:
        return self._reply.put({"type": "http.response.body", "body": chunk, "more_body": True})

    def _count(self, chunk: bytes) -> None:
        if self._remaining is None or self._reply.closed:
            return
        self._remaining -= len(chunk)
        if self._remaining < 0:
            self._refuse(HTTPOutputError("Tried to write more data than Content-Length"))

    def _refuse(self, error: Exception) -> NoReturn:
        self._reply.refuse(internal_error(), error)
        raise error


def _asgi_headers(headers: HTTPHeaders) -> list[tuple[bytes, bytes]]:
    pairs = []
    for name, value in headers.get_all():
        if "\r" in value or "\n" in value or "\r" in name or "\n" in name:
            raise ValueError(f"Illegal characters (CR or LF) in header: {name!r}")
        if name.lower() not in _HOP_BY_HOP:
            pairs.append((name.lower().encode("latin-1"), value.encode("latin-1")))
    return pairs


def _handler_failed() -> bool:
    """Whether Tornado is at work on an exception that a handler let out.

    Tornado ends a reply in the same way whether its handler returned or failed half-way. Python knows: the
    exception being handled is one that tornado.web caught, not one of a handler's own `except`.
    """
    error = sys.exception()
    if error is None or error.__traceback__ is None or isinstance(error, Finish):
        return False
    return error.__traceback__.tb_frame.f_globals.get("__name__") == "tornado.web"
