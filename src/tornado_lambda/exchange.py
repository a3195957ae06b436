"""One HTTP request through Tornado, and its reply back."""

import asyncio
import gc
import weakref
from collections.abc import Callable

from tornado.httputil import HTTPInputError, HTTPMessageDelegate, HTTPServerConnectionDelegate
from tornado.log import app_log, gen_log

from tornado_lambda.connection import ASGIConnection, Reply
from tornado_lambda.lifeline import descending_context
from tornado_lambda.problem import bad_request, internal_error, problem
from tornado_lambda.request import Message, Receive, RequestContext, Scope, Send, headers_of, start_line_of


class BodyTooLargeError(Exception):
    """The request's body is longer than the connection's `max_body_size`."""


class Exchange:
    """One request and its reply.

    The request is read in the server's task; the handler runs in a task of its own, made by Tornado; what it
    writes is sent by a third, `Reply`. Only Tornado holds the connection, so that the bridge can tell when
    nobody is left to finish the reply.
    """

    def __init__(self, scope: Scope, receive: Receive, send: Send, *, chunk_size: int) -> None:
        self.scope = scope
        self.receive = receive
        self.chunk_size = chunk_size
        # As Tornado's server does: a client that is answered before it has said all is not heard further.
        hang_up = scope.get("http_version", "1.1").startswith("1")
        self.reply = Reply(send, hang_up=hang_up)
        self.reply.on_leave = self._run_close_callback
        self.delivered = False
        self.loop = asyncio.get_running_loop()
        self.life = descending_context(self._on_nothing_left)

    async def run(self, application: HTTPServerConnectionDelegate, context: RequestContext, max_body_size: int) -> None:
        """Returns when the reply is sent or the client has left; raises when the reply broke off half-way."""
        connection = ASGIConnection(self.reply, context, max_body_size)
        self.connection = weakref.ref(connection)
        try:
            await self._read_request(self.life.run(application.start_request, context, connection), connection)
            del self.life, connection
            await asyncio.sleep(0)  # many a handler is ready then, and nothing has to be received
            while not self.reply.closed:
                await self._next_event()
            # From here nothing is received: a server would invite a body that nobody reads (100 Continue).
            if not self.reply.over.done():
                await asyncio.shield(self.reply.over)
            self.reply.over.result()
        except asyncio.CancelledError:
            self._run_close_callback()
            raise
        finally:
            self.reply.abandon()

    async def _read_request(self, delegate: HTTPMessageDelegate, connection: ASGIConnection) -> None:
        try:
            self.delivered = await self._deliver(delegate, connection)
        except HTTPInputError as error:
            gen_log.info("Malformed HTTP message from %s: %s", connection.context, error)
            self.reply.refuse(bad_request(f"{error}."))
        except BodyTooLargeError:
            detail = f"The body of this request may hold at most {connection.max_body_size} bytes."
            self.reply.refuse(problem(413, "body_too_large", detail))
        except Exception:  # noqa: BLE001 - a server outlives whatever its application raises
            app_log.exception("Uncaught exception")
            self.reply.refuse(internal_error())
        finally:
            if not self.delivered:
                _attempt(delegate.on_connection_close)

    async def _deliver(self, delegate: HTTPMessageDelegate, connection: ASGIConnection) -> bool:
        """Hand the request to Tornado. False if the client left before its end, or nobody waited for it."""
        headers = headers_of(self.scope)
        ready = self.life.run(delegate.headers_received, start_line_of(self.scope), headers)
        if ready is not None:
            await ready
        # Checked only now: a streaming handler may have changed the limit in prepare().
        length = headers.get("Content-Length", "0")
        if not length.isdecimal():
            raise HTTPInputError("Content-Length is not a number")
        if int(length) > connection.max_body_size:
            raise BodyTooLargeError
        received, more = 0, True
        while more and not self.reply.closed:
            event = await self._next_event()
            if event is None:
                return False
            body, more = event.get("body", b""), event.get("more_body", False)
            self.reply.hang_up = self.reply.hang_up and more
            received += len(body)
            if received > connection.max_body_size:
                raise BodyTooLargeError
            await self._deliver_body(delegate, body)
        if not self.reply.closed:
            self.life.run(delegate.finish)
            return True
        return False

    async def _deliver_body(self, delegate: HTTPMessageDelegate, body: bytes) -> None:
        for start in range(0, len(body), self.chunk_size):
            if self.reply.closed:
                return
            taken = self.life.run(delegate.data_received, body[start : start + self.chunk_size])
            if taken is not None:
                await taken

    async def _next_event(self) -> Message | None:
        """The next part of the request; None when the reply is over or the client has left."""
        task = asyncio.current_task()
        if task is None or self.reply.over.done():
            return None
        self.reply.on_over = task.cancel
        try:
            event = await self.receive()
        except asyncio.CancelledError:
            # As asyncio.timeout does: a cancellation of our own ends here, anybody else's goes on.
            if not self.reply.over.done() or task.uncancel() > 0:
                raise
            return None
        finally:
            self.reply.on_over = None
        if event["type"] == "http.disconnect":
            self.reply.leave()
            return None
        return event

    def _run_close_callback(self) -> None:
        # Before all is delivered, on_connection_close of Tornado's delegate tells the handler.
        if self.delivered and (connection := self.connection()) is not None:
            _attempt(connection.run_close_callback)

    def _on_nothing_left(self) -> None:
        if not self.reply.closed and not self.loop.is_closed():
            self.loop.call_soon_threadsafe(self._refuse_if_abandoned)

    def _refuse_if_abandoned(self) -> None:
        # A handler and its helpers refer to each other, so only a collection shows that nobody holds them.
        if not self.reply.closed and gc.collect() >= 0 and self.connection() is None:
            app_log.error("%s %s ended without a reply", self.scope["method"], self.scope["path"])
            self.reply.refuse(internal_error())


def _attempt(callback: Callable[[], None]) -> None:
    try:
        callback()
    except Exception:  # noqa: BLE001 - the client has gone, only the log is left to tell
        app_log.exception("Uncaught exception in %r", callback)
