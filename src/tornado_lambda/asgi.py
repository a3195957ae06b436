"""A Tornado application as an ASGI 3 application (https://asgi.readthedocs.io/en/latest/specs/)."""

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import KW_ONLY, dataclass

from tornado.httputil import HTTPServerConnectionDelegate
from tornado.iostream import StreamClosedError
from tornado.log import app_log

from tornado_lambda.connection import ASGIConnection
from tornado_lambda.exchange import Exchange
from tornado_lambda.outbox import Outbox
from tornado_lambda.request import Message, Receive, RequestContext, Scope, Send

Callback = Callable[[], Awaitable[None] | None]


@dataclass(eq=False)
class TornadoASGI:
    """An ASGI 3 application that runs a Tornado one, through the interfaces that Tornado's own server uses.

    - `application`: a `tornado.web.Application`, or any `tornado.httputil.HTTPServerConnectionDelegate`.
    - `max_body_size`: a longer request body is answered 413. Tornado's own default, 100 MiB.
    - `chunk_size`: what a `@stream_request_body` handler gets at once, at most.
    - `protocol`: "http" or "https", where the server cannot know it (behind a proxy that ends TLS).
    - `startup`, `shutdown`: called, and awaited if they are coroutines, in the ASGI lifespan.
    - `decompress_request`: hand gzip bodies to handlers decompressed; `max_body_size` holds for what comes out.
    """

    application: HTTPServerConnectionDelegate
    _: KW_ONLY
    max_body_size: int = 100 * 1024 * 1024
    chunk_size: int = 64 * 1024
    protocol: str | None = None
    startup: Callback | None = None
    shutdown: Callback | None = None
    decompress_request: bool = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self.exchange(scope, receive, Outbox(StreamClosedError)).run(self.application, send)
        elif scope["type"] == "websocket":
            from tornado_lambda.websocket import serve_websocket  # no HTTP request pays for its import

            await serve_websocket(self.application, scope, receive, send, protocol=self.protocol)
        elif scope["type"] == "lifespan":
            await self._live(receive, send)
        else:
            raise ValueError(f"Not a scope that TornadoASGI serves: {scope['type']!r}")

    def exchange(self, scope: Scope, receive: Receive, outbox: Outbox) -> Exchange:
        """An HTTP request that is to be served, its reply going to `outbox`."""
        connection = ASGIConnection(RequestContext(scope, self.protocol), outbox, self.max_body_size)
        return Exchange(connection, receive, self.chunk_size, self.decompress_request)

    async def reply(self, scope: Scope, receive: Receive) -> list[Message]:
        """The whole reply to an HTTP request, for a client that takes it at once. One that broke off is a problem."""
        return await self.exchange(scope, receive, Outbox(StreamClosedError, collect=True)).collect(self.application)

    async def _live(self, receive: Receive, send: Send) -> None:
        for phase, callback in (("startup", self.startup), ("shutdown", self.shutdown)):
            await receive()
            try:
                await call(callback)
            except Exception as error:  # noqa: BLE001 - the server is told, and stops
                app_log.exception("The %s callback failed", phase)
                await send({"type": f"lifespan.{phase}.failed", "message": str(error)})
                return
            await send({"type": f"lifespan.{phase}.complete"})


async def call(callback: Callback | None) -> None:
    """Call a function that may be missing and may be a coroutine function."""
    result = callback() if callback is not None else None
    if inspect.isawaitable(result):
        await result
