"""One HTTP request through Tornado, and its reply back."""

import asyncio
import contextvars
import gc
import weakref

from tornado.httputil import HTTPInputError, HTTPMessageDelegate, HTTPServerConnectionDelegate
from tornado.log import app_log, gen_log

from tornado_lambda.connection import ASGIConnection, Reply
from tornado_lambda.lifeline import descending_context
from tornado_lambda.problem import bad_request, internal_error, too_large
from tornado_lambda.request import (
    Message,
    Receive,
    RequestContext,
    Scope,
    Send,
    headers_of,
    start_line_of,
)


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
        self.reply = Reply(send)
        self.connection: weakref.ref[ASGIConnection] | None = None
        self.loop = asyncio.get_running_loop()

    async def run(
        self, application: HTTPServerConnectionDelegate, context: RequestContext, max_body_size: int
    ) -> None:
        """Returns when the reply is sent or the client has left; raises when the reply broke off half-way."""
        try:
            await self._read_request(application, context, max_body_size)
            while not self.reply.over.done():
                await self._next_event()
            if self.reply.client_left:
                self._run_close_callback()
        except asyncio.CancelledError:
            self._run_close_callback()
            raise
        finally:
            self.reply.abandon()
        self.reply.over.result()

    async def _read_request(
        self, application: HTTPServerConnectionDelegate, context: RequestContext, max_body_size: int
    ) -> None:
        life = descending_context(self._on_nothing_left)
        connection = ASGIConnection(self.reply, context, max_body_size)
        self.connection = weakref.ref(connection)
        delegate = life.run(application.start_request, context, connection)
        delivered = False
        try:
            delivered = await self._deliver(delegate, connection, life)
        except HTTPInputError as error:
            gen_log.info("Malformed HTTP message from %s: %s", context, error)
            self.reply.refuse(bad_request(f"{error}."))
        except BodyTooLargeError:
            gen_log.info("Body over %d bytes from %s", connection.max_body_size, context)
            self.reply.refuse(too_large(connection.max_body_size))
        except Exception:  # noqa: BLE001 - a server outlives whatever its application raises
            app_log.exception("Uncaught exception")
            self.reply.refuse(internal_error())
        finally:
            if not delivered:
                _close(delegate)

    async def _deliver(
        self, delegate: HTTPMessageDelegate, connection: ASGIConnection, life: contextvars.Context
    ) -> bool:
        """Hand the request to Tornado. False if the client left before its end, or nobody waited for it."""
        headers = headers_of(self.scope)
        ready = life.run(delegate.headers_received, start_line_of(self.scope), headers)
        if ready is not None:
            await ready
        # Checked only now: a streaming handler may have changed the limit in prepare().
        length = headers.get("Content-Length", "0")
        if not length.isdecimal():
            raise HTTPInputError("Content-Length is not a number")
        if int(length) > connection.max_body_size:
            raise BodyTooLargeError
        whole = await self._deliver_body(delegate, connection, life)
        if whole:
            life.run(delegate.finish)
        return whole

    async def _deliver_body(
        self, delegate: HTTPMessageDelegate, connection: ASGIConnection, life: contextvars.Context
    ) -> bool:
        received, more = 0, True
        while more and not self._is_answered():
            event = await self._next_event()
            if event is None:
                return False
            body, more = event.get("body", b""), event.get("more_body", False)
            received += len(body)
            if received > connection.max_body_size:
                raise BodyTooLargeError
            for start in range(0, len(body), self.chunk_size):
                if self._is_answered():
                    return False
                taken = life.run(delegate.data_received, body[start : start + self.chunk_size])
                if taken is not None:
                    await taken
        return not self._is_answered()

    def _is_answered(self) -> bool:
        return self.reply.closed

    async def _next_event(self) -> Message | None:
        """The next part of the request; None when the reply is over or the client has left."""
        try:
            async with asyncio.timeout(None) as patience:
                self.reply.on_over = lambda: patience.reschedule(self.loop.time())
                if self.reply.over.done():
                    return None
                event = await self.receive()
        except TimeoutError:
            if not patience.expired():
                raise
            return None
        finally:
            self.reply.on_over = None
        if event["type"] == "http.disconnect":
            self.reply.client_left = True
            self.reply.abandon()
            return None
        return event

    def _run_close_callback(self) -> None:
        connection = self.connection() if self.connection is not None else None
        if connection is not None:
            connection.run_close_callback()

    def _on_nothing_left(self) -> None:
        if not self.reply.closed and not self.loop.is_closed():
            self.loop.call_soon_threadsafe(self._refuse_if_abandoned)

    def _refuse_if_abandoned(self) -> None:
        if self.reply.closed:
            return
        # A handler and its helpers refer to each other, so only a collection shows that nobody holds them.
        gc.collect()
        if self.connection is None or self.connection() is None:
            app_log.error("%s %s ended without a reply", self.scope["method"], self.scope["path"])
            self.reply.refuse(internal_error())


def _close(delegate: HTTPMessageDelegate) -> None:
    try:
        delegate.on_connection_close()
    except Exception:  # noqa: BLE001 - the same
        app_log.exception("Uncaught exception in on_connection_close")
