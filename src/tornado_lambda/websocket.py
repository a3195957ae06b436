"""Tornado's WebSocketHandler behind ASGI.

The handshake is a GET request like any other until the handler accepts it; from there the bridge speaks in messages
where Tornado's own `WebSocketProtocol13` speaks in frames. Frames, compression and pings are the ASGI server's.
"""

import asyncio
import sys
from collections.abc import Callable
from typing import Any

from tornado.escape import json_encode, to_unicode, utf8
from tornado.httputil import HTTPHeaders, HTTPServerConnectionDelegate, RequestStartLine, ResponseStartLine
from tornado.websocket import WebSocketClosedError, WebSocketHandler, WebSocketProtocol

from tornado_lambda.connection import ASGIConnection, asgi_headers
from tornado_lambda.exchange import Exchange
from tornado_lambda.outbox import Outbox
from tornado_lambda.request import Message, Receive, RequestContext, Scope, Send

_NO_BODY = 1  # a handshake has none to be cut into chunks


async def serve_websocket(
    application: HTTPServerConnectionDelegate, scope: Scope, receive: Receive, send: Send, *, protocol: str | None
) -> None:
    """A socket from its handshake to its end. One that is not accepted is an HTTP reply, where the server has them."""
    await receive()  # websocket.connect, which says nothing
    # HTTP/2 has no such headers, and Tornado asks for them.
    headers = [pair for pair in scope["headers"] if pair[0] not in {b"upgrade", b"connection"}]
    headers += [(b"upgrade", b"websocket"), (b"connection", b"Upgrade")]
    context = RequestContext({**scope, "method": "GET", "headers": headers}, protocol)
    connection = WebSocketConnection(context, Outbox(WebSocketClosedError), receive)
    request: asyncio.Queue[Message] = asyncio.Queue()
    request.put_nowait({"type": "http.request"})
    try:
        exchange = Exchange(connection, request.get, _NO_BODY, decompress_request=False)
        await exchange.run(application, _in_words_of_websocket(scope, send))
        if connection.session is not None:
            await asyncio.wait((connection.session,))
    finally:
        if connection.session is not None:
            connection.session.cancel()


def _in_words_of_websocket(scope: Scope, send: Send) -> Send:
    """`send` for an HTTP reply too: a "WebSocket Denial Response", or a close where the server has no such."""
    has_denial = "websocket.http.response" in (scope.get("extensions") or {})

    async def send_or_deny(message: Message) -> None:
        if not message["type"].startswith("http."):
            await send(message)
        elif has_denial:
            await send({**message, "type": f"websocket.{message['type']}"})
        elif message["type"] == "http.response.start":
            await send({"type": "websocket.close", "code": 1008})  # the server answers 403

    return send_or_deny


class WebSocketConnection(ASGIConnection):
    """The connection of a handshake; a reply of status 101 accepts it."""

    def __init__(self, context: RequestContext, outbox: Outbox, receive: Receive) -> None:
        super().__init__(context, outbox, max_body_size=0)
        self.unread = False
        self.receive = receive
        self.session: asyncio.Task[Any] | None = None  # the handler's, once it has accepted

    def set_close_callback(self, callback: Callable[[], None] | None) -> None:
        """Each handler gives its `on_connection_close` when it is made: the way to know the handler."""
        handler = getattr(callback, "__self__", None)
        if isinstance(handler, WebSocketHandler):
            protocol = ASGIWebSocketProtocol(handler, self)
            handler.get_websocket_protocol = lambda: protocol  # type: ignore[method-assign]
        super().set_close_callback(callback)

    def write_headers(
        self, start_line: RequestStartLine | ResponseStartLine, headers: HTTPHeaders, chunk: bytes | None = None
    ) -> asyncio.Future[None]:
        if not isinstance(start_line, ResponseStartLine) or start_line.code != 101:
            return super().write_headers(start_line, headers, chunk)
        self.session = asyncio.current_task()
        subprotocol = headers.pop("Sec-WebSocket-Protocol", None)
        pairs = asgi_headers(headers)
        return self.outbox.put({"type": "websocket.accept", "subprotocol": subprotocol, "headers": pairs})

    def finish(self) -> None:
        if self.session is None:
            super().finish()

    def detach(self) -> object:
        return None if self.session is not None else super().detach()


class ASGIWebSocketProtocol(WebSocketProtocol):
    """`handler.ws_connection` behind ASGI.

    `WebSocketProtocol` is public and has private abstract methods, so a few names of Tornado's own are needed, here
    and nowhere else: `_receive_frame_loop`, `_process_server_headers`, `_abort`, `_run_callback`, and of the handler
    `_detach_stream`, which takes from it what is of no use after the handshake.
    """

    def __init__(self, handler: WebSocketHandler, connection: WebSocketConnection) -> None:
        super().__init__(handler)
        self._connection = connection
        self._subprotocol: str | None = None
        self._max_message_size = 0

    async def accept_connection(self, handler: WebSocketHandler) -> None:
        """Accept, and return when the socket is closed."""
        offered = list(self._connection.context.scope.get("subprotocols") or ())
        self._subprotocol = handler.select_subprotocol(offered)
        if self._subprotocol:
            assert self._subprotocol in offered  # noqa: S101 - WebSocketProtocol13 says so too
            handler.set_header("Sec-WebSocket-Protocol", self._subprotocol)
        self._max_message_size = handler.max_message_size
        handler.clear_header("Content-Type")
        handler.set_status(101)
        handler.finish()
        handler._detach_stream()  # noqa: SLF001
        try:
            opened = handler.open(*handler.open_args, **handler.open_kwargs)
            if opened is not None:
                await opened
            await self._receive_frame_loop()
        except asyncio.CancelledError:
            self._abort()  # the server gave up on the socket, and told nothing of a close
        except Exception:  # noqa: BLE001 - whatever `open` raises is logged, as WebSocketProtocol13 does
            handler.log_exception(*sys.exc_info())
            self._abort()
        finally:
            self._connection.outbox.close()

    async def _receive_frame_loop(self) -> None:
        code, reason = None, None
        try:
            while not self.client_terminated:
                event = await self._connection.receive()
                if event["type"] == "websocket.disconnect":
                    self.client_terminated = self.server_terminated = True
                    code, reason = event.get("code"), event.get("reason") or None
                elif not self.server_terminated:
                    await self._take(event["text"] if event.get("bytes") is None else event["bytes"])
        finally:
            # 1005 and 1006 stand for a close that told no code.
            self.handler.on_ws_connection_close(None if code in {1005, 1006} else code, reason)

    async def _take(self, message: str | bytes) -> None:
        if len(utf8(message)) > self._max_message_size:
            self.close(1009, "message too big")
            self.client_terminated = True
        elif (handled := self._run_callback(self.handler.on_message, message)) is not None:
            await handled

    def write_message(self, message: str | bytes | dict[str, Any], binary: bool = False) -> "asyncio.Future[None]":
        """Send a message. The future is done when the server has taken it."""
        if isinstance(message, dict):
            message = json_encode(message)
        content = {"bytes": utf8(message)} if binary else {"text": to_unicode(message)}
        return self._connection.outbox.put({"type": "websocket.send", **content})

    def close(self, code: int | None = None, reason: str | None = None) -> None:
        if not self.server_terminated:
            self.server_terminated = True
            self._connection.outbox.put({"type": "websocket.close", "code": code or 1000, "reason": reason or ""})

    def is_closing(self) -> bool:
        return self.client_terminated or self.server_terminated or self._connection.outbox.closed

    @property
    def selected_subprotocol(self) -> str | None:
        return self._subprotocol

    def _abort(self) -> None:
        self.close(1011)
        super()._abort()

    # What follows is the server's to do: ASGI has no words for it.
    def write_ping(self, data: bytes) -> None: ...
    def start_pinging(self) -> None: ...
    def set_nodelay(self, x: bool) -> None: ...
    def _process_server_headers(self, key: str | bytes, headers: HTTPHeaders) -> None: ...
