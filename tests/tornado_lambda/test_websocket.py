"""An unmodified WebSocketHandler behaves behind an ASGI server as it does behind Tornado's own."""

import asyncio
import inspect
import json
import logging
from collections.abc import Coroutine
from typing import Any

import pytest
from conformance.servers import SERVERS, bridged, exchange, native
from tornado.httpclient import HTTPClientError, HTTPRequest
from tornado.web import Application, HTTPError, RequestHandler
from tornado.websocket import WebSocketClosedError, WebSocketHandler, WebSocketProtocol, websocket_connect

from tornado_lambda import TornadoASGI, asgi_scope

Message = dict[str, Any]


class Server:
    """An ASGI server for one socket: it hands over what a test tells it, and notes what is sent."""

    def __init__(self, *messages: str | bytes, **scope: Any) -> None:
        self.scope: Message = {
            "type": "websocket",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "http_version": "1.1",
            "scheme": "wss",
            "path": "/",
            "query_string": b"",
            "headers": [(b"host", b"example.com")],
            "client": ("203.0.113.7", 4711),
            "subprotocols": [],
            "extensions": {"websocket.http.response": {}},
            **scope,
        }
        self.incoming: asyncio.Queue[Message] = asyncio.Queue()
        self.incoming.put_nowait({"type": "websocket.connect"})
        for message in messages:
            self.say(message)
        self.sent: list[Message] = []
        self.ready = asyncio.Event()
        self.ready.set()

    def say(self, message: str | bytes) -> None:
        kind = "text" if isinstance(message, str) else "bytes"
        self.incoming.put_nowait({"type": "websocket.receive", kind: message})

    def hang_up(self, code: int = 1005, reason: str = "") -> "Server":
        self.incoming.put_nowait({"type": "websocket.disconnect", "code": code, "reason": reason})
        return self

    async def send(self, message: Any) -> None:
        await self.ready.wait()
        self.sent.append(dict(message))
        if message["type"] == "websocket.close":
            self.hang_up(message["code"], message.get("reason", ""))

    async def run(self, *handlers: Any, **settings: Any) -> "Server":
        application = Application(list(handlers), log_function=lambda _handler: None, **settings)
        async with asyncio.timeout(5):
            await TornadoASGI(application)(self.scope, self.incoming.get, self.send)
        return self

    @property
    def kinds(self) -> list[str]:
        return [message["type"].removeprefix("websocket.") for message in self.sent]


class Echo(WebSocketHandler):
    """Tells what happens to it, in `told`."""

    told: list[Any]

    def initialize(self, told: list[Any] | None = None) -> None:
        self.told = [] if told is None else told

    def open(self, *args: str, **kwargs: str) -> None:
        self.told.append(("open", *args, *kwargs.items()))

    async def on_message(self, message: str | bytes) -> None:
        if message == "bye":
            self.close(4001, "enough")
        elif message == "json":
            await self.write_message({"a": "ü"})
        elif message == "fail":
            raise RuntimeError("a secret")
        else:
            await self.write_message(message, binary=isinstance(message, bytes))

    def on_close(self) -> None:
        self.told.append(("close", self.close_code, self.close_reason))


def until(story: Coroutine[Any, Any, Any]) -> None:
    asyncio.run(asyncio.wait_for(story, 10))


def test_messages_go_both_ways_as_text_bytes_and_json() -> None:
    async def story() -> None:
        told: list[Any] = []
        server = Server("häh", b"\xff", "json", path="/room/7").hang_up(4002, "had enough")
        await server.run((r"/room/(\d+)", Echo, {"told": told}))
        assert server.kinds == ["accept", "send", "send", "send"]
        assert [message.get("text") for message in server.sent[1:]] == ["häh", None, json.dumps({"a": "ü"})]
        assert server.sent[2]["bytes"] == b"\xff"
        assert told == [("open", "7"), ("close", 4002, "had enough")]

    until(story())


@pytest.mark.parametrize("code", [1005, 1006])
def test_a_close_that_told_no_code_has_none(code: int) -> None:
    async def story() -> None:
        told: list[Any] = []
        await Server().hang_up(code).run((r"/", Echo, {"told": told}))
        assert told[-1] == ("close", None, None)

    until(story())


def test_a_handler_closes_with_its_code_and_reason_and_hears_no_more() -> None:
    async def story() -> None:
        told: list[Any] = []
        server = await Server("bye", "more").run((r"/", Echo, {"told": told}))
        assert server.sent[1:] == [{"type": "websocket.close", "code": 4001, "reason": "enough"}]
        assert told == [("open",), ("close", 4001, "enough")]

    until(story())


def test_the_handshake_carries_headers_cookies_and_who_asks() -> None:
    class Guarded(Echo):
        async def prepare(self) -> None:
            await asyncio.sleep(0)
            if self.get_cookie("session") != "abc":
                raise HTTPError(401)
            self.set_cookie("seen", "1")
            self.set_header("X-Room", "7")
            scope = asgi_scope(self.request)
            assert scope is not None
            self.told.append((self.request.protocol, self.request.remote_ip, scope["type"]))

    async def story() -> None:
        told: list[Any] = []
        headers = [(b"host", b"example.com"), (b"cookie", b"session=abc")]
        server = await Server(headers=headers).hang_up().run((r"/", Guarded, {"told": told}))
        sent = server.sent[0]["headers"]
        assert (b"set-cookie", b"seen=1; Path=/") in sent
        assert (b"x-room", b"7") in sent
        assert {name for name, _ in sent}.isdisjoint({b"connection", b"upgrade", b"content-type", b"content-length"})
        assert told[0] == ("https", "203.0.113.7", "websocket")
        assert (await Server().run((r"/", Guarded))).sent[0]["status"] == 401

    until(story())


@pytest.mark.parametrize(("offered", "chosen"), [(["a", "b"], "b"), (["a"], None), ([], None)])
def test_a_handler_selects_a_subprotocol(offered: list[str], chosen: str | None) -> None:
    class Selecting(Echo):
        def select_subprotocol(self, subprotocols: list[str]) -> str | None:
            assert subprotocols == offered
            return "b" if "b" in subprotocols else None

        def open(self, *_args: str, **_kwargs: str) -> None:
            self.told.append(self.selected_subprotocol)

    async def story() -> None:
        told: list[Any] = []
        server = await Server(subprotocols=offered).hang_up().run((r"/", Selecting, {"told": told}))
        assert (server.sent[0]["subprotocol"], told[0]) == (chosen, chosen)
        assert all(name != b"sec-websocket-protocol" for name, _ in server.sent[0]["headers"])

    until(story())


def test_a_refused_handshake_says_its_status_where_the_server_can() -> None:
    async def story() -> None:
        headers = [(b"host", b"example.com"), (b"origin", b"https://evil.example")]
        server = await Server(headers=headers).run((r"/", Echo))
        assert [(message["type"], message.get("status")) for message in server.sent] == [
            ("websocket.http.response.start", 403),
            ("websocket.http.response.body", None),
        ]
        server = await Server(headers=headers, extensions=None).run((r"/", Echo))
        assert server.sent == [{"type": "websocket.close", "code": 1008}]
        assert (await Server(path="/nowhere").run((r"/", Echo))).sent[0]["status"] == 404

    until(story())


def test_a_message_over_the_limit_closes_the_socket() -> None:
    async def story() -> None:
        for message in ("ä" * 6, b"x" * 11):
            told: list[Any] = []
            server = Server("12345", message, "more")
            await server.run((r"/", Echo, {"told": told}), websocket_max_message_size=10)
            assert server.kinds == ["accept", "send", "close"]
            assert (server.sent[-1]["code"], server.sent[-1]["reason"]) == (1009, "message too big")
            assert [what for what, *_ in told] == ["open", "close"]

    until(story())


def test_settings_for_frames_are_accepted() -> None:
    class Compressing(Echo):
        def get_compression_options(self) -> dict[str, Any]:
            return {"compression_level": 6}

        def open(self, *_args: str, **_kwargs: str) -> None:
            self.set_nodelay(True)
            self.ping(b"x")

    async def story() -> None:
        server = Server("x").hang_up()
        await server.run((r"/", Compressing), websocket_ping_interval=20, websocket_ping_timeout=10)
        assert server.kinds == ["accept", "send"]

    until(story())


@pytest.mark.parametrize("where", ["open", "on_message"])
def test_a_handler_that_fails_is_logged_and_closes_with_1011(where: str, caplog: pytest.LogCaptureFixture) -> None:
    class Failing(Echo):
        def open(self, *_args: str, **_kwargs: str) -> None:
            if where == "open":
                raise RuntimeError("a secret")

    async def story() -> None:
        told: list[Any] = []
        server = await Server("fail", "more").run((r"/", Failing, {"told": told}))
        assert (server.kinds, server.sent[-1]["code"]) == (["accept", "close"], 1011)
        assert "secret" not in server.sent[-1]["reason"]
        # Tornado tells nobody of the close of a socket that never was open.
        assert len(told) == (where == "on_message")

    with caplog.at_level(logging.ERROR, "tornado.application"):
        until(story())
    assert "a secret" in caplog.text


def test_writing_waits_for_the_client_and_fails_when_it_is_gone() -> None:
    async def story() -> None:
        outcome: list[str] = []
        wrote, server = asyncio.Event(), Server("go")

        class Writing(Echo):
            async def on_message(self, _message: str | bytes) -> None:
                server.ready.clear()
                first = self.write_message("slow")
                await asyncio.sleep(0)
                outcome.append(f"done {first.done()}")
                wrote.set()
                await first
                outcome.append("taken")

            def on_close(self) -> None:
                super().on_close()
                with pytest.raises(WebSocketClosedError):
                    self.write_message("too late")
                outcome.append("closed")

        running = asyncio.create_task(server.run((r"/", Writing)))
        await wrote.wait()
        server.hang_up()
        assert outcome == ["done False"]
        server.ready.set()
        await running
        assert outcome == ["done False", "taken", "closed"]

    until(story())


def test_a_write_under_way_when_the_client_leaves_raises() -> None:
    async def story() -> None:
        outcome: list[str] = []

        class Writing(Echo):
            async def on_message(self, _message: str | bytes) -> None:
                with pytest.raises(WebSocketClosedError):
                    await self.write_message("never taken")
                outcome.append("raised")

        class Gone(Server):
            async def send(self, message: Any) -> None:
                if message["type"] == "websocket.send":
                    raise OSError
                await super().send(message)

        told: list[Any] = []
        await Gone("go").hang_up(1006).run((r"/", Writing, {"told": told}))
        assert (outcome, told) == (["raised"], [("open",), ("close", None, None)])

    until(story())


def test_a_server_that_gives_up_on_the_socket_closes_it_once() -> None:
    async def story() -> None:
        told: list[Any] = []
        opened, closed = asyncio.Event(), asyncio.Event()

        class Telling(Echo):
            def open(self, *_args: str, **_kwargs: str) -> None:
                opened.set()

            def on_close(self) -> None:
                super().on_close()
                closed.set()

        running = asyncio.create_task(Server().run((r"/", Telling, {"told": told})))
        await opened.wait()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        await closed.wait()
        assert told == [("close", None, None)]

    until(story())


@pytest.mark.parametrize("server", SERVERS)
def test_a_real_client_speaks_to_the_handler_through_a_real_server(server: str) -> None:
    async def story() -> None:
        told: list[Any] = []
        application = Application([(r"/", Echo, {"told": told})], log_function=lambda _handler: None)
        async with bridged(TornadoASGI(application), server=server) as port:
            client = await websocket_connect(f"ws://127.0.0.1:{port}/")
            for message in ("häh", b"\xff" * 70_000, ""):
                await client.write_message(message, binary=isinstance(message, bytes))
                assert await client.read_message() == message
            await client.write_message("bye")
            assert await client.read_message() is None
            assert (client.close_code, client.close_reason) == (4001, "enough")
            client.close()
            evil = HTTPRequest(f"ws://127.0.0.1:{port}/", headers={"Origin": "https://evil.example"})
            with pytest.raises(HTTPClientError) as refused:
                await websocket_connect(evil)
            assert refused.value.code == 403
        assert [what for what, *_ in told] == ["open", "close"]

    until(story())


def test_a_plain_request_for_a_socket_is_answered_as_by_tornados_own_server() -> None:
    async def story() -> None:
        application = Application([(r"/", Echo)], log_function=lambda _handler: None)
        plain = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
        async with native(application) as own, bridged(TornadoASGI(application)) as other:
            replies = [await exchange(port, plain) for port in (own, other)]
        assert all(reply.startswith(b"HTTP/1.1 400 ") for reply in replies)
        assert replies[0].rpartition(b"\r\n\r\n")[2] == replies[1].rpartition(b"\r\n\r\n")[2]

    until(story())


def test_the_names_of_tornados_own_that_the_bridge_needs_are_there() -> None:
    told = "Tornado has changed what tornado_lambda.websocket builds on: compare ASGIWebSocketProtocol with it"
    assert WebSocketProtocol.__abstractmethods__ == {
        "_process_server_headers",
        "_receive_frame_loop",
        "accept_connection",
        "close",
        "is_closing",
        "selected_subprotocol",
        "set_nodelay",
        "start_pinging",
        "write_message",
        "write_ping",
    }, told
    for function, arguments in (
        (WebSocketProtocol._run_callback, ["self", "callback", "args", "kwargs"]),
        (WebSocketProtocol._abort, ["self"]),
        (WebSocketHandler._detach_stream, ["self"]),
        (WebSocketHandler.get_websocket_protocol, ["self"]),
        (WebSocketHandler.on_ws_connection_close, ["self", "close_code", "close_reason"]),
    ):
        assert list(inspect.signature(function).parameters) == arguments, told
    assert {"client_terminated", "server_terminated"} <= set(WebSocketProtocol.__init__.__code__.co_names), told
    source = "".join(inspect.getsource(RequestHandler.__init__).split())
    assert "connection.set_close_callback(" in source, told
