"""Whatever a client sends, in whatever pieces, and wherever it leaves: the bridge does as Tornado's own server does."""

import asyncio
import contextlib
import json
import os
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

from conformance.replies import understood
from conformance.servers import bridged, exchange, native
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tornado.web import Application, RequestHandler, stream_request_body

from tornado_lambda import TornadoASGI

bounded = settings(
    max_examples=600 if os.environ.get("PROVE") else 50,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)

TOKEN = "abcdefghijklmnopqrstuvwxyzABCXYZ0123456789-!$%&'*+.^`|~"
segments = st.text(st.sampled_from("abcXYZ019-._~!$&'()*+,;=:@[]{}|^\\\""), max_size=8) | st.binary(max_size=4).map(
    lambda raw: "".join(f"%{byte:02x}" for byte in raw)
)
targets = st.tuples(
    st.lists(segments, min_size=1, max_size=4).map("/".join),
    st.lists(st.tuples(segments, segments).map("=".join), max_size=3).map("&".join),
).map(lambda parts: f"/tell/{parts[0]}" + (f"?{parts[1]}" if parts[1] else ""))
visible = st.text(st.characters(codec="latin-1", categories=["L", "N", "P", "S", "Zs"]), max_size=20).map(str.strip)
headers = st.lists(st.tuples(st.text(st.sampled_from(TOKEN), min_size=1, max_size=12).map("X-{}".format), visible))
parts = st.lists(st.binary(min_size=1, max_size=300), max_size=5)


class Tell(RequestHandler):
    """Says all that a handler can know of its request."""

    def get(self, *path: str) -> None:
        request = self.request
        self.write(
            {
                "line": [request.method, request.uri, request.path, request.query, request.version, path],
                "arguments": sorted((name, str(values)) for name, values in request.arguments.items()),
                "headers": sorted(pair for pair in request.headers.get_all() if pair[0] not in {"Host", "Connection"}),
            }
        )

    def head(self, *path: str) -> None:
        self.get(*path)


@stream_request_body
class Repeat(RequestHandler):
    """Gives back the body with the headers, and in the pieces, that the query asks for."""

    def prepare(self) -> None:
        self.body = b""

    def data_received(self, chunk: bytes) -> None:
        self.body += chunk

    async def post(self) -> None:
        for name, value in json.loads(self.get_query_argument("headers")):
            self.add_header(name, value)
        size = int(self.get_query_argument("size"))
        for start in range(0, len(self.body), size):
            self.write(self.body[start : start + size])
            if self.get_query_argument("flush"):
                await self.flush()


class Waiting(RequestHandler):
    """Answers a client that stays, and notes what becomes of one that leaves."""

    def initialize(self, noted: list[str], left: asyncio.Event) -> None:
        self.noted = noted
        self.left = left

    def prepare(self) -> None:
        self.noted.append("prepared")

    def on_connection_close(self) -> None:
        super().on_connection_close()
        self.noted.append("left")
        self.left.set()

    async def post(self) -> None:
        self.noted.append("asked")
        await self.left.wait()


@stream_request_body
class WaitingForMore(Waiting):
    def data_received(self, _chunk: bytes) -> None:
        if "data" not in self.noted:
            self.noted.append("data")


Ports = tuple[int, int]


@contextlib.contextmanager
def servers(
    application: Callable[[], Application],
) -> Iterator[Callable[[Callable[[int], Coroutine[Any, Any, Any]]], Any]]:
    """Runs a story with Tornado's own server, and with the bridge behind uvicorn; gives what both came to."""
    with asyncio.Runner() as runner:
        stack = contextlib.AsyncExitStack()

        async def open_both() -> Ports:
            own = await stack.enter_async_context(native(application()))
            return own, await stack.enter_async_context(bridged(TornadoASGI(application())))

        ports = runner.run(open_both())

        def both(story: Callable[[int], Coroutine[Any, Any, Any]]) -> Any:
            return [runner.run(asyncio.wait_for(story(port), 20)) for port in ports]

        try:
            yield both
        finally:
            runner.run(stack.aclose())


def head_of(method: str, target: str, fields: list[tuple[str, str]]) -> bytes:
    lines = [f"{method} {target} HTTP/1.1", "Host: example.com", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in fields]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def quiet(*routes: Any) -> Application:
    return Application(list(routes), log_function=lambda _handler: None)


def test_any_path_query_and_headers_arrive_alike() -> None:
    with servers(lambda: quiet((r"/tell/(.*)", Tell))) as both:

        @bounded
        @given(st.sampled_from(["GET", "HEAD", "DELETE"]), targets, headers)
        def compare(method: str, target: str, fields: list[tuple[str, str]]) -> None:
            expected, got = both(lambda port: exchange(port, head_of(method, target, fields)))
            assert understood(got) == understood(expected)

        compare()


def test_any_body_in_any_pieces_arrives_and_returns_alike() -> None:
    with servers(lambda: quiet((r"/", Repeat))) as both:

        @bounded
        @given(parts, st.booleans(), st.integers(1, 200), st.booleans(), headers)
        def compare(body: list[bytes], chunked: bool, size: int, flush: bool, fields: list[tuple[str, str]]) -> None:
            asked = json.dumps([(name, value) for name, value in fields]).encode()
            target = f"/?size={size}&flush={'1' * flush}&headers=" + "".join(f"%{byte:02x}" for byte in asked)
            if chunked:
                pieces = [b"%x\r\n%s\r\n" % (len(part), part) for part in body] + [b"0\r\n\r\n"]
                head = head_of("POST", target, [("Transfer-Encoding", "chunked")])
            else:
                pieces = body
                head = head_of("POST", target, [("Content-Length", str(sum(map(len, body))))])

            async def story(port: int) -> bytes:
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                for piece in (head, *pieces):
                    writer.write(piece)
                    await writer.drain()
                    await asyncio.sleep(0)
                reply = await reader.read()
                writer.close()
                return reply

            expected, got = both(story)
            assert understood(got) == understood(expected)

        compare()


def test_wherever_a_client_leaves_its_handler_hears_the_same() -> None:
    noted: list[str] = []
    left = asyncio.Event()
    about = {"noted": noted, "left": left}
    routes = [(r"/whole", Waiting, about), (r"/streamed", WaitingForMore, about), (r"/tell/(.*)", Tell)]
    with servers(lambda: quiet(*routes)) as both:

        @bounded
        @given(st.sampled_from(["/whole", "/streamed"]), st.integers(0, 40), st.integers(0, 100))
        def compare(path: str, size: int, cut: int) -> None:
            head = head_of("POST", path, [("Content-Length", str(size))])
            sent = (head + b"x" * size)[: len(head) * cut // 60]

            async def story(port: int) -> list[str]:
                noted.clear()
                left.clear()
                _reader, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.write(sent)
                await writer.drain()
                # What was sent is read by the time that a later request is answered.
                await exchange(port, head_of("GET", "/tell/x", []))
                writer.close()
                if noted:
                    await left.wait()
                else:
                    await exchange(port, head_of("GET", "/tell/x", []))
                return list(noted)

            expected, got = both(story)
            assert got == expected

        compare()
