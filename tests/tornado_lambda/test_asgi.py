"""What the bridge promises to an ASGI server, and to the handlers behind it."""

import asyncio
import gzip
import json
import logging
import socket
import subprocess
import sys
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, cast

import hypercorn.asyncio
import pytest
import uvicorn
from conformance.servers import bridged, exchange
from tornado.httputil import (
    HTTPConnection,
    HTTPHeaders,
    HTTPMessageDelegate,
    HTTPServerConnectionDelegate,
    ResponseStartLine,
)
from tornado.iostream import StreamClosedError
from tornado.web import Application, RequestHandler, stream_request_body

from tornado_lambda import TornadoASGI, asgi_scope

Message = dict[str, Any]


class Server:
    """An ASGI server for one request: it hands over what a test tells it, and notes what is sent."""

    def __init__(self, *body: bytes, **scope: Any) -> None:
        self.scope: Message = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "http_version": "1.1",
            "method": "POST" if body else "GET",
            "scheme": "http",
            "path": "/",
            "query_string": b"",
            "root_path": "",
            "headers": [(b"host", b"example.com")],
            "client": ("203.0.113.7", 4711),
            "server": ("127.0.0.1", 80),
            **scope,
        }
        self.incoming: asyncio.Queue[Message] = asyncio.Queue()
        self.asked = 0
        self.sent: list[Message] = []
        self.ready = asyncio.Event()
        self.ready.set()
        for part in body[:-1]:
            self.hand_over(part, more=True)
        self.hand_over(*body[-1:])

    def hand_over(self, body: bytes = b"", *, more: bool = False) -> None:
        self.incoming.put_nowait({"type": "http.request", "body": body, "more_body": more})

    def hang_up(self) -> None:
        self.incoming.put_nowait({"type": "http.disconnect"})

    async def receive(self) -> Message:
        self.asked += 1
        return await self.incoming.get()

    async def send(self, message: Any) -> None:
        await self.ready.wait()
        self.sent.append(dict(message))

    async def run(self, application: HTTPServerConnectionDelegate, **options: Any) -> "Server":
        async with asyncio.timeout(5):
            await TornadoASGI(application, **options)(self.scope, self.receive, self.send)
        return self

    @property
    def status(self) -> int:
        return int(self.sent[0]["status"])

    @property
    def headers(self) -> dict[bytes, bytes]:
        return dict(self.sent[0]["headers"])

    @property
    def body(self) -> bytes:
        assert [message["more_body"] for message in self.sent[1:]] == [True] * (len(self.sent) - 2) + [False]
        return b"".join(message["body"] for message in self.sent[1:])

    def problem(self) -> dict[str, Any]:
        assert self.headers[b"content-type"] == b"application/problem+json"
        assert self.headers[b"content-length"] == b"%d" % len(self.body)
        told: dict[str, Any] = json.loads(self.body)
        assert told.keys() == {"type", "title", "status", "detail", "code"}
        assert told["status"] == self.status
        return told


Get = Callable[[RequestHandler], Awaitable[None] | None]


def answering(get: Get, **attributes: Any) -> Application:
    """An application of one handler, whose GET and POST are a function."""
    handler = type("Handler", (RequestHandler,), {"get": get, "post": get, "head": get, **attributes})
    return Application([(r".*", handler)], log_function=lambda _handler: None)


def streaming(**methods: Any) -> Application:
    handler = type("Handler", (RequestHandler,), methods)
    return Application([(r".*", stream_request_body(handler))], log_function=lambda _handler: None)


def asked(**scope: Any) -> Server:
    """What a handler that tells its request line says of a request."""

    def tell(handler: RequestHandler) -> None:
        request = handler.request
        handler.write({"uri": request.uri, "version": request.version, "cookie": request.headers.get("Cookie")})

    async def story() -> Server:
        return await Server(**scope).run(answering(tell))

    return asyncio.run(story())


def uri(**scope: Any) -> str:
    return str(json.loads(asked(**scope).body)["uri"])


def until(story: Coroutine[Any, Any, Any]) -> None:
    asyncio.run(asyncio.wait_for(story, 5))


def test_the_path_is_the_one_that_was_sent() -> None:
    assert uri(path="/a/b?c", raw_path=b"/a%2Fb%3fc", query_string=b"x=%2F&y") == "/a%2Fb%3fc?x=%2F&y"


def test_a_path_that_comes_decoded_only_is_encoded() -> None:
    assert uri(path="/ü b?%#[1]/@:") == "/%C3%BC%20b%3F%25%23%5B1%5D/@:"
    assert uri(path="") == "/"


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/api/v1/tasks", "/tasks"),
        ("/api/v1", "/"),
        ("/api/v1/", "/"),
        ("/api/v12", "/api/v12"),
        ("/tasks", "/tasks"),
        ("/api%2Fv1/x", "/api%2Fv1/x"),
    ],
)
def test_the_path_below_a_mount_point_is_what_handlers_see(path: str, told: str) -> None:
    assert uri(root_path="/api/v1", path=path, raw_path=path.encode()) == told
    assert uri(root_path="/api/v1/", path=path, raw_path=path.encode()) == told


def test_cookies_that_http2_split_are_one_list() -> None:
    headers = [(b"host", b"example.com"), (b"cookie", b"a=1"), (b"cookie", b"b=2")]
    told = json.loads(asked(http_version="2", headers=headers).body)
    assert told == {"uri": "/", "version": "HTTP/2", "cookie": "a=1; b=2"}


@pytest.mark.parametrize("hosts", [[], [b"a b"], [b"a", b"b"], [b"a,b"], [b"ex\xe4mple"]])
def test_a_bad_host_is_answered_with_a_problem(hosts: list[bytes]) -> None:
    server = asked(headers=[(b"host", host) for host in hosts])
    told = server.problem()
    assert (server.status, told["code"], told["title"]) == (400, "bad_request", "Bad Request")
    assert "ost" in told["detail"]


def test_http_1_0_needs_no_host() -> None:
    assert asked(http_version="1.0", headers=[]).status == 200


@pytest.mark.parametrize("length", [b"x", b"-1", b"3, 4", b""])
def test_a_content_length_that_is_no_number_is_a_problem(length: bytes) -> None:
    server = asked(headers=[(b"host", b"example.com"), (b"content-length", length)])
    assert server.status == 400
    assert "Content-Length" in server.problem()["detail"]


def test_who_asks_is_what_the_server_says() -> None:
    def tell(handler: RequestHandler) -> None:
        scope = asgi_scope(handler.request)
        assert scope is not None
        handler.write({"who": [handler.request.remote_ip, handler.request.protocol, scope["type"]]})

    async def story() -> None:
        headers = [(b"host", b"a"), (b"x-real-ip", b"6.6.6.6"), (b"x-forwarded-proto", b"ftp")]
        server = await Server(headers=headers).run(answering(tell))
        assert json.loads(server.body)["who"] == ["203.0.113.7", "http", "http"]
        server = await Server(client=None).run(answering(tell), protocol="https")
        assert json.loads(server.body)["who"] == ["0.0.0.0", "https", "http"]  # noqa: S104

    until(story())


def test_no_body_is_asked_for_before_a_handler_is_prepared_and_none_faster_than_it_takes_it() -> None:
    async def story() -> None:
        prepared, taken, seen = asyncio.Event(), asyncio.Semaphore(0), asyncio.Semaphore(0)
        pieces: list[bytes] = []

        async def prepare(_handler: RequestHandler) -> None:
            seen.release()
            await prepared.wait()

        async def data_received(_handler: RequestHandler, chunk: bytes) -> None:
            pieces.append(chunk)
            seen.release()
            await taken.acquire()

        def post(handler: RequestHandler) -> None:
            handler.write(b"|".join(pieces))

        server = Server(b"abcde", b"fg", b"")
        application = streaming(prepare=prepare, data_received=data_received, post=post)
        running = asyncio.create_task(server.run(application, chunk_size=2))
        await seen.acquire()
        assert server.asked == 0
        prepared.set()
        for piece, asked_for in ((b"ab", 1), (b"cd", 1), (b"e", 1), (b"fg", 2)):
            await seen.acquire()
            assert (pieces[-1], server.asked) == (piece, asked_for)
            taken.release()
        assert (await running).body == b"ab|cd|e|fg"

    until(story())


def test_messages_are_sent_in_order_and_a_flush_waits_for_its_own() -> None:
    async def story() -> None:
        server = Server()
        server.ready.clear()
        flushed: list[str] = []

        async def get(handler: RequestHandler) -> None:
            async def write(letter: str) -> None:
                handler.write(letter)
                await handler.flush()
                flushed.append(letter)

            writes = [asyncio.ensure_future(write(letter)) for letter in "abc"]
            await asyncio.sleep(0)
            assert flushed == []
            server.ready.set()
            await asyncio.wait(writes)
            assert flushed == ["a", "b", "c"]

        await server.run(answering(get))
        assert server.body == b"abc"

    until(story())


def test_a_client_that_leaves_is_noticed_while_the_handler_waits() -> None:
    async def story() -> None:
        waiting, told = asyncio.Event(), asyncio.Event()
        outcome: list[str] = []

        async def get(handler: RequestHandler) -> None:
            waiting.set()
            await told.wait()
            try:
                await handler.finish("too late")
            except StreamClosedError:
                outcome.append("closed")
            waiting.set()

        server = Server()
        running = asyncio.create_task(server.run(answering(get, on_connection_close=lambda _handler: told.set())))
        await waiting.wait()
        waiting.clear()
        server.hang_up()
        await running
        assert told.is_set()
        await waiting.wait()
        assert (outcome, server.sent) == (["closed"], [])

    until(story())


def test_a_client_that_leaves_during_its_upload_is_told_to_the_handler_once() -> None:
    async def story() -> None:
        told: list[str] = []

        def on_connection_close(handler: RequestHandler) -> None:
            told.append("closed")
            RequestHandler.on_connection_close(handler)

        server = Server(b"first", b"")
        server.incoming.get_nowait()
        server.incoming.get_nowait()
        server.hand_over(b"first", more=True)
        server.hang_up()
        await server.run(
            streaming(
                data_received=lambda _handler, chunk: told.append(chunk),
                on_connection_close=on_connection_close,
            )
        )
        assert told == [b"first", "closed"]

    until(story())


@pytest.mark.parametrize("ending", ["the server cancels the request", "sending raises OSError"])
def test_a_handler_hears_of_a_client_that_is_gone_in_other_ways(ending: str) -> None:
    async def story() -> None:
        told, waiting = asyncio.Event(), asyncio.Event()

        async def get(handler: RequestHandler) -> None:
            handler.write("x")
            waiting.set()
            await handler.flush()
            await told.wait()

        server = Server()
        application = answering(get, on_connection_close=lambda _handler: told.set())
        if ending == "sending raises OSError":

            async def send(_message: Any) -> None:
                raise OSError

            await TornadoASGI(application)(server.scope, server.receive, send)
        else:
            server.ready.clear()
            running = asyncio.create_task(server.run(application))
            await waiting.wait()
            running.cancel()
            with pytest.raises(asyncio.CancelledError):
                await running
        assert told.is_set()

    until(story())


def test_a_body_announced_too_long_is_refused_before_any_of_it_is_read() -> None:
    async def story() -> None:
        headers = [(b"host", b"a"), (b"content-length", b"6")]
        server = await Server(b"123456", headers=headers).run(answering(lambda _handler: None), max_body_size=5)
        assert (server.status, server.problem()["code"], server.asked) == (413, "body_too_large", 0)
        assert "5 bytes" in server.problem()["detail"]

    until(story())


def test_a_client_that_asks_first_is_not_invited_to_send_what_is_refused() -> None:
    ask = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\nExpect: 100-continue\r\n\r\n"

    async def story() -> None:
        async with bridged(TornadoASGI(answering(lambda _handler: None), max_body_size=5)) as port:
            assert (await exchange(port, ask % 6)).startswith(b"HTTP/1.1 413")
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(ask % 5)
            assert (await reader.readline()).startswith(b"HTTP/1.1 100")
            writer.close()

    until(story())


def test_a_body_that_grows_too_long_is_refused() -> None:
    async def story() -> None:
        got: list[bytes] = []
        closed: list[bool] = []
        application = streaming(
            data_received=lambda _handler, chunk: got.append(chunk),
            on_connection_close=lambda _handler: closed.append(True),
        )
        server = await Server(b"1234", b"56", b"7").run(application, max_body_size=5)
        assert (server.status, got, closed) == (413, [b"1234"], [True])

    until(story())


def test_a_handler_may_raise_the_limit_for_its_own_uploads() -> None:
    async def story() -> None:
        def prepare(handler: RequestHandler) -> None:
            handler.request.connection.set_max_body_size(6)  # type: ignore[union-attr]

        application = streaming(prepare=prepare, data_received=lambda *_: None, post=lambda _handler: None)
        assert (await Server(b"123456").run(application, max_body_size=5)).status == 200
        assert (await Server(b"1234567").run(application, max_body_size=5)).status == 413

    until(story())


def test_an_upload_that_is_refused_early_is_not_read_and_ends_the_connection() -> None:
    async def story() -> None:
        def prepare(handler: RequestHandler) -> None:
            handler.set_status(403)
            handler.finish()

        server = await Server(b"x" * 10).run(streaming(prepare=prepare))
        assert (server.status, server.asked, server.headers[b"connection"]) == (403, 0, b"close")
        server = await Server(b"x" * 10, http_version="2").run(streaming(prepare=prepare))
        assert b"connection" not in server.headers

    until(story())


def broken(how: str) -> Get:
    def get(handler: RequestHandler) -> None:
        if how == "too little":
            handler.set_header("Content-Length", "5")
            handler.finish("abc")
        elif how == "too much":
            handler.set_header("Content-Length", "2")
            handler.finish("abc")
        elif how == "no number":
            handler.set_header("Content-Length", "many")
            handler.finish("abc")
        elif how == "a line break":
            handler._headers["X-Split"] = "a\r\nSet-Cookie: b=c"
        elif how == "no Latin-1":
            handler._headers["X-Name"] = "łódź"
        elif how == "detached":
            handler.detach()
        elif how == "interim":
            handler.set_status(103)
        elif how == "flushed":
            handler.write("half")
            handler.flush()
            raise RuntimeError("a secret")

    return get


FAULTS = [
    "too little",
    "too much",
    "no number",
    "a line break",
    "no Latin-1",
    "detached",
    "interim",
    "flushed",
]


@pytest.mark.parametrize("how", FAULTS)
def test_a_reply_that_cannot_be_sent_becomes_a_problem(how: str) -> None:
    async def story() -> None:
        server = await Server().run(answering(broken(how)))
        assert (server.status, server.problem()["code"]) == (500, "internal_error")
        assert "secret" not in server.problem()["detail"]

    until(story())


def test_a_handler_that_cannot_be_made_is_a_problem() -> None:
    def initialize(_handler: RequestHandler) -> None:
        raise RuntimeError("a secret")

    async def story() -> None:
        server = await Server().run(answering(lambda _handler: None, initialize=initialize))
        assert (server.status, server.problem()["code"]) == (500, "internal_error")

    until(story())


def failing_midway(length: str | None) -> Application:
    async def get(handler: RequestHandler) -> None:
        if length:
            handler.set_header("Content-Length", length)
        handler.write("half")
        await handler.flush()
        raise RuntimeError("a secret")

    return answering(get)


@pytest.mark.parametrize("length", [None, "8"])
def test_a_reply_that_breaks_off_is_never_made_to_look_whole(length: str | None) -> None:
    async def story() -> None:
        server = Server()
        with pytest.raises(Exception, match=r"after its reply had begun|less than Content-Length"):
            await server.run(failing_midway(length))
        assert [message.get("body") for message in server.sent] == [None, b"half"]
        assert server.sent[-1]["more_body"]

        async with bridged(TornadoASGI(failing_midway(length))) as port:
            got = await exchange(port, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        assert got.startswith(b"HTTP/1.1 200")
        assert not got.endswith(b"0\r\n\r\n")

    until(story())


def test_a_handler_that_ends_its_reply_in_its_own_except_clause_has_not_failed() -> None:
    async def get(handler: RequestHandler) -> None:
        handler.write("half")
        await handler.flush()
        try:
            raise KeyError("no more")
        except KeyError:
            handler.finish(" and half")

    async def story() -> None:
        assert (await Server().run(answering(get))).body == b"half and half"

    until(story())


def test_a_handler_that_somebody_else_will_finish_is_waited_for() -> None:
    async def story() -> None:
        waiting: asyncio.Queue[RequestHandler] = asyncio.Queue()

        def get(handler: RequestHandler) -> None:
            handler._auto_finish = False
            waiting.put_nowait(handler)

        server = Server()
        running = asyncio.create_task(server.run(answering(get)))
        handler = await waiting.get()
        for _ in range(20):
            await asyncio.sleep(0)
        handler.finish("at last")
        del handler
        assert (await running).body == b"at last"

    until(story())


def test_anything_that_tornados_server_can_run_can_be_run() -> None:
    class Hasty(HTTPServerConnectionDelegate, HTTPMessageDelegate):
        def start_request(self, _server: object, request: HTTPConnection) -> HTTPMessageDelegate:
            request.write_headers(ResponseStartLine("", 202, ""), HTTPHeaders(), b"what")
            request.write(b"ever")
            request.finish()
            return HTTPMessageDelegate()

    async def story() -> None:
        server = await Server(b"x").run(Hasty())
        assert (server.status, server.body) == (202, b"whatever")

    until(story())


def test_headers_that_are_the_servers_to_write_are_left_to_it() -> None:
    def get(handler: RequestHandler) -> None:
        for name in ("Connection", "Keep-Alive", "Transfer-Encoding", "Upgrade", "X-Own"):
            handler.set_header(name, "x")

    async def story() -> None:
        headers = (await Server().run(answering(get))).headers
        assert headers.keys() == {b"content-length", b"content-type", b"etag", b"x-own"}

    until(story())


def live(**callbacks: Any) -> list[Message]:
    async def story() -> list[Message]:
        server = Server(type="lifespan")
        server.incoming.get_nowait()
        server.incoming.put_nowait({"type": "lifespan.startup"})
        server.incoming.put_nowait({"type": "lifespan.shutdown"})
        return (await server.run(answering(lambda _handler: None), **callbacks)).sent

    return asyncio.run(story())


def test_startup_and_shutdown_are_called_in_the_lifespan() -> None:
    called: list[str] = []

    async def shutdown() -> None:
        called.append("shutdown")

    sent = live(startup=lambda: called.append("startup"), shutdown=shutdown)
    assert [message["type"] for message in sent] == [
        "lifespan.startup.complete",
        "lifespan.shutdown.complete",
    ]
    assert called == ["startup", "shutdown"]
    assert len(live()) == 2


async def served_by_uvicorn(application: TornadoASGI, listener: socket.socket, done: asyncio.Event) -> None:
    server = uvicorn.Server(uvicorn.Config(application, lifespan="on", log_config=None))
    serving = asyncio.create_task(server.serve([listener]))
    await done.wait()
    server.should_exit = True
    await serving


async def served_by_hypercorn(application: TornadoASGI, listener: socket.socket, done: asyncio.Event) -> None:
    config = hypercorn.Config()
    config.bind = [f"fd://{listener.detach()}"]
    config.errorlog = logging.getLogger("hypercorn.error")
    await hypercorn.asyncio.serve(cast("Any", application), config, shutdown_trigger=done.wait)


@pytest.mark.parametrize("serve", [served_by_uvicorn, served_by_hypercorn])
def test_startup_and_shutdown_run_once_in_a_servers_life(serve: Callable[..., Awaitable[None]]) -> None:
    called: list[str] = []

    async def story() -> None:
        done = asyncio.Event()
        application = TornadoASGI(
            answering(lambda handler: handler.finish("+".join(called))),
            startup=lambda: called.append("startup"),
            shutdown=lambda: called.append("shutdown"),
        )
        listener = socket.create_server(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        serving = asyncio.ensure_future(serve(application, listener, done))
        for _ in range(2):
            got = await exchange(port, b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            assert got.endswith(b"startup")
        done.set()
        await serving

    until(story())
    assert called == ["startup", "shutdown"]


def test_a_startup_that_fails_stops_the_server() -> None:
    def startup() -> None:
        raise RuntimeError("no database")

    assert live(startup=startup) == [{"type": "lifespan.startup.failed", "message": "no database"}]


def test_a_scope_of_an_unknown_type_is_an_error() -> None:
    async def story() -> None:
        with pytest.raises(ValueError, match="telnet"):
            await Server(type="telnet").run(answering(lambda _handler: None))

    until(story())


def test_the_bridge_needs_neither_mangum_nor_aws_nor_the_to_do_service() -> None:
    program = "import sys; from tornado_lambda import TornadoASGI, http_handler; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    names = {name.partition(".")[0] for name in loaded.split()}
    assert "tornado" in names
    assert names.isdisjoint({"mangum", "boto3", "botocore", "aws_lambda_powertools", "todo", "uvicorn"})


GZIP = [(b"host", b"example.com"), (b"content-encoding", b"gzip")]


def test_a_compressed_body_is_handed_over_decompressed_where_that_is_asked_for() -> None:
    def tell(handler: RequestHandler) -> None:
        headers = handler.request.headers
        handler.write({"length": len(handler.request.body), "was": headers.get("X-Consumed-Content-Encoding")})

    async def story() -> None:
        body = gzip.compress(b"x" * 100_000)
        pieces = [body[start : start + 7] for start in range(0, len(body), 7)]
        server = await Server(*pieces, headers=GZIP).run(answering(tell), decompress_request=True)
        assert json.loads(server.body) == {"length": 100_000, "was": "gzip"}
        server = await Server(*pieces, headers=GZIP).run(answering(tell))
        assert json.loads(server.body) == {"length": len(body), "was": None}
        for broken_body in (b"no gzip", body[:-1], body + b"\0"):
            server = await Server(broken_body, headers=GZIP).run(answering(tell), decompress_request=True)
            assert (server.status, server.problem()["code"]) == (400, "bad_request")

    until(story())


def test_the_body_limit_holds_for_what_comes_out_of_a_compressed_body() -> None:
    async def story() -> None:
        taken: list[int] = []
        bomb = gzip.compress(bytes(50_000_000))
        application = streaming(data_received=lambda _handler, chunk: taken.append(len(chunk)))
        server = Server(bomb, headers=GZIP)
        await server.run(application, decompress_request=True, max_body_size=100_000, chunk_size=1000)
        assert (server.status, server.problem()["code"]) == (413, "body_too_large")
        assert (max(taken), sum(taken)) == (1000, 100_000)

    until(story())


def test_a_reply_is_sent_while_the_body_still_comes() -> None:
    async def story() -> None:
        async def data_received(handler: RequestHandler, chunk: bytes) -> None:
            handler.write(chunk.upper())
            await handler.flush()

        server = Server(b"a", b"b")
        server.incoming = asyncio.Queue()
        server.hand_over(b"a", more=True)
        echoed = asyncio.Event()

        async def send(message: Any) -> None:
            await Server.send(server, message)
            if message.get("body") == b"A":
                echoed.set()

        server.send = send  # type: ignore[method-assign]
        running = asyncio.create_task(
            server.run(streaming(data_received=data_received, post=lambda handler: handler.write("!")))
        )
        await echoed.wait()
        server.hand_over(b"b")
        assert (await running).body == b"AB!"

    until(story())


def test_a_handler_that_answers_early_is_not_cut_off_in_what_it_does_next() -> None:
    async def story() -> None:
        answered, done = asyncio.Event(), asyncio.Event()

        async def data_received(handler: RequestHandler, _chunk: bytes) -> None:
            handler.finish("enough")
            await answered.wait()
            done.set()

        server = Server(b"a", b"b")
        await server.run(streaming(data_received=data_received))
        assert server.body == b"enough"
        answered.set()
        await done.wait()

    until(story())
