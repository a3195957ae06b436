"""A Tornado application as an ASGI 3 application (https://asgi.readthedocs.io/en/latest/specs/)."""

import inspect
from collections.abc import Awaitable, Callable

from tornado.httputil import HTTPServerConnectionDelegate
from tornado.log import app_log

from tornado_lambda.exchange import Exchange
from tornado_lambda.request import Receive, Scope, Send, context_of

Callback = Callable[[], Awaitable[None] | None]


class TornadoASGI:
    """An ASGI 3 application that runs a Tornado one, through the interfaces that Tornado's own server uses.

    - `application`: a `tornado.web.Application`, or any `tornado.httputil.HTTPServerConnectionDelegate`.
    - `max_body_size`: a longer request body is answered 413. Tornado's own default, 100 MiB.
    - `chunk_size`: what a `@stream_request_body` handler gets at once, at most.
    - `protocol`: "http" or "https", where the server cannot know it (behind a proxy that ends TLS).
    - `startup`, `shutdown`: called, and awaited if they are coroutines, in the ASGI lifespan.

    HTTP and lifespan are served. A WebSocket is refused before it is accepted.
    """

    def __init__(
        self,
        application: HTTPServerConnectionDelegate,
        *,
        max_body_size: int = 100 * 1024 * 1024,
        chunk_size: int = 64 * 1024,
        protocol: str | None = None,
        startup: Callback | None = None,
        shutdown: Callback | None = None,
    ) -> None:
        self.application = application
        self.max_body_size = max_body_size
        self.chunk_size = chunk_size
        self.protocol = protocol
        self.startup = startup
        self.shutdown = shutdown

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            exchange = Exchange(scope, receive, send, chunk_size=self.chunk_size)
            await exchange.run(self.application, context_of(scope, self.protocol), self.max_body_size)
        elif scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008, "reason": "WebSocket is not served here"})
        else:
            raise ValueError(f"Not a scope that TornadoASGI serves: {scope['type']!r}")

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
