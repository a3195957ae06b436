"""One HTTP request through Tornado, and its reply back."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from tornado.httputil import HTTPInputError, HTTPMessageDelegate, HTTPServerConnectionDelegate
from tornado.log import app_log, gen_log

from tornado_lambda.body import BodyTooLargeError, RequestBody
from tornado_lambda.connection import ASGIConnection
from tornado_lambda.problem import internal_error, problem
from tornado_lambda.request import Message, Receive, Send, content_length, headers_of, start_line_of


@dataclass(slots=True)
class Exchange:
    """One request and its reply, over when the reply is or when the client has left.

    The reply is sent by the server's task, the request read by one of its own; the handler runs in a third, made
    by Tornado.
    """

    connection: ASGIConnection
    receive: Receive
    chunk_size: int
    decompress_request: bool
    _tell_handler: Callable[[], None] | None = None  # that its client is gone

    async def run(self, application: HTTPServerConnectionDelegate, send: Send) -> None:
        """Returns when the reply is sent or the client has left; raises when the reply broke off half-way."""
        reader = asyncio.create_task(self._read(application))
        try:
            await self.connection.outbox.send_all(send)
        except OSError:
            pass  # how a server may say that the client has gone (ASGI 2.4, "Disconnected Client")
        finally:
            self._end()
            reader.cancel()
            await asyncio.gather(reader, return_exceptions=True)
        if self.connection.error is not None:
            raise self.connection.error

    async def collect(self, application: HTTPServerConnectionDelegate) -> list[Message]:
        """The whole reply at once, where the outbox collects."""
        try:
            await self._deliver(application)
            return await self.connection.outbox.collected()
        finally:
            self._end()

    def _end(self) -> None:
        """Take and send nothing more. A handler that is still at it hears of that first."""
        tell, self._tell_handler = self._tell_handler, None
        try:
            if tell is not None:
                tell()
        except Exception:  # noqa: BLE001 - the client has gone, only the log is left to tell
            app_log.exception("Uncaught exception in on_connection_close")
        self.connection.outbox.drop()
        self.connection.outbox.close()

    async def _read(self, application: HTTPServerConnectionDelegate) -> None:
        await self._deliver(application)
        await asyncio.sleep(0)  # many a handler is ready then, and nothing has to be received
        while not self.connection.outbox.closed:
            await self._next_event()

    async def _next_event(self) -> Message:
        event = await self.receive()
        if event["type"] == "http.disconnect":
            self._end()
        return event

    async def _deliver(self, application: HTTPServerConnectionDelegate) -> None:
        """Hand the request to the application. What it raises, or what is wrong with the request, is answered."""
        connection = self.connection
        try:
            delegate = application.start_request(connection.context, connection)
            self._tell_handler = delegate.on_connection_close
            await self._hand_over(delegate)
        except HTTPInputError as error:
            gen_log.info("Malformed HTTP message from %s: %s", connection.context, error)
            connection.answer(problem(400, "bad_request", f"{error}."))
        except BodyTooLargeError as error:
            gen_log.info("Malformed HTTP message from %s: %s", connection.context, error)
            detail = f"The body of this request may hold at most {connection.max_body_size} bytes."
            connection.answer(problem(413, "body_too_large", detail))
        except Exception:  # noqa: BLE001 - a server outlives whatever its application raises
            app_log.exception("Uncaught exception")
            connection.answer(internal_error())

    async def _hand_over(self, delegate: HTTPMessageDelegate) -> None:
        connection, scope = self.connection, self.connection.context.scope
        headers = headers_of(scope)
        body = RequestBody(headers, self.chunk_size, decompress=self.decompress_request)
        ready = delegate.headers_received(start_line_of(scope), headers)
        if ready is not None:
            await ready
        try:
            # Checked only now: a streaming handler may have changed the limit in prepare().
            if (content_length(headers) or 0) > connection.max_body_size:
                raise BodyTooLargeError("Content-Length too long")
        except ValueError as error:
            raise HTTPInputError(str(error)) from error
        more = True
        while more and not connection.outbox.closed:
            event = await self._next_event()
            more = event.get("more_body", False)
            connection.unread = connection.unread and more
            for piece in body.pieces(event.get("body", b""), connection.max_body_size, last=not more):
                taken = None if connection.outbox.closed else delegate.data_received(piece)
                if taken is not None:
                    await asyncio.shield(taken)
        if not connection.outbox.closed:
            self._tell_handler = connection.run_close_callback
            delegate.finish()
