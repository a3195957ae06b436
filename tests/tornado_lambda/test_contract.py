"""A handler answers the same through the bridge and through Tornado's own server, byte for byte."""

import asyncio
import gzip
from pathlib import Path
from typing import Any

import pytest
from conformance.replies import understood
from conformance.servers import bridged, exchange, native
from tornado.web import Application, HTTPError, RequestHandler, StaticFileHandler, stream_request_body

from tornado_lambda import TornadoASGI


class Page(RequestHandler):
    def initialize(self, name: str = "") -> None:
        self.name = name

    def head(self) -> None:
        self.get()

    def get(self) -> None:
        self.write(f"hello {self.name} {self.get_argument('who', 'nobody')}")


class Told(RequestHandler):
    """Says all that a handler can know of its request."""

    SUPPORTED_METHODS = (*RequestHandler.SUPPORTED_METHODS, "PROPFIND")

    def _tell(self, *path: str) -> None:
        request = self.request
        self.write(
            {
                "line": [request.method, request.uri, request.path, request.query, request.version],
                "path": path,
                "arguments": sorted((name, str(values)) for name, values in request.arguments.items()),
                "files": {name: [file.filename for file in files] for name, files in request.files.items()},
                "headers": sorted(pair for pair in request.headers.get_all() if pair[0] != "Host"),
                "cookies": sorted((name, morsel.value) for name, morsel in request.cookies.items()),
                "body": request.body.decode("latin-1"),
                "client": [request.remote_ip, request.protocol],
            }
        )

    get = post = put = patch = delete = options = propfind = _tell


class Headers(RequestHandler):
    def get(self) -> None:
        self.set_cookie("a", "1")
        self.set_cookie("b", "zwei", httponly=True)
        self.add_header("Link", "</1>; rel=next")
        self.add_header("Link", "</0>; rel=prev")
        self.set_header("X-Latin", "Zoë")
        self.set_header("X-Empty", "")
        self.finish("ok")


class Status(RequestHandler):
    def get(self, status: str) -> None:
        self.set_status(int(status))

    head = get


class Chunks(RequestHandler):
    async def get(self) -> None:
        for number in range(3):
            self.write(f"part {number}\n")
            await self.flush()


class Failing(RequestHandler):
    async def get(self, how: str) -> None:
        if how == "http":
            raise HTTPError(409, "only for the log")
        if how == "later":
            await asyncio.sleep(0)
        if how == "status":
            self.set_status(200)
            self.write("never seen")
        raise RuntimeError("only for the log")


@stream_request_body
class Upload(RequestHandler):
    def prepare(self) -> None:
        self.size = 0
        if self.get_argument("refuse", ""):
            raise HTTPError(403)

    async def data_received(self, chunk: bytes) -> None:
        await asyncio.sleep(0)
        self.size += len(chunk)

    def post(self) -> None:
        self.write({"size": self.size})


def application(static: Path) -> Application:
    routes: list[Any] = [
        (r"/", Page, {"name": "home"}),
        (r"/told/(.*)", Told),
        (r"/headers", Headers),
        (r"/status/(\d+)", Status),
        (r"/chunks", Chunks),
        (r"/failing/(.*)", Failing),
        (r"/upload", Upload),
        (r"/static/(.*)", StaticFileHandler, {"path": str(static)}),
    ]
    return Application(routes, compress_response=True, log_function=lambda _handler: None)


def request(method: str, target: str, *headers: str, body: bytes = b"") -> bytes:
    lines = [f"{method} {target} HTTP/1.1", "Host: example.com", "Connection: close", *headers]
    if body and not any(line.lower().startswith("transfer-encoding") for line in headers):
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


FORM = "Content-Type: application/x-www-form-urlencoded"
PARTS = "Content-Type: multipart/form-data"
MULTIPART = (
    b'--x\r\nContent-Disposition: form-data; name="f"; filename="a.txt"\r\n\r\nhi\r\n'
    b'--x\r\nContent-Disposition: form-data; name="g"\r\n\r\nho\r\n--x--\r\n'
)

# One request is missing: ASGI cannot tell a "?" with nothing after it from none.
REQUESTS = {
    "a page": request("GET", "/"),
    "a page's head": request("HEAD", "/"),
    "a page unchanged": request("GET", "/", "If-None-Match: *"),
    "a page compressed": request("GET", "/?who=" + "x" * 2000, "Accept-Encoding: gzip"),
    "no such page": request("GET", "/nowhere"),
    "no such page's head": request("HEAD", "/nowhere"),
    "a method not allowed": request("DELETE", "/"),
    "a method unknown": request("BREW", "/"),
    "a method of its own": request("PROPFIND", "/told/x"),
    "options": request("OPTIONS", "/told/x"),
    "encoded characters": request("GET", "/told/a%2Fb%3Fc%23d%20e%25?x=%2F&y=%C3%BC&z=+"),
    "bytes that are no UTF-8": request("GET", "/told/%ff"),
    "a raw bracket": request("GET", "/told/[a]{b}|c"),
    "dots and slashes": request("GET", "/told/../x//y/./z"),
    "two question marks": request("GET", "/told/x?a=b?c&a&&=v"),
    "repeated values": request("GET", "/told/x?a=1&a=2&b="),
    "repeated headers": request("GET", "/told/x", "X-A: 1", "X-B: 2", "x-a: 3"),
    "a header in Latin-1": request("GET", "/told/x", "X-Name: Zoë"),
    "a header that is empty": request("GET", "/told/x", "X-Empty:"),
    "cookies": request("GET", "/told/x", 'Cookie: a=1; b="two words"; c=%20'),
    "forwarded headers": request("GET", "/told/x", "X-Forwarded-For: 6.6.6.6", "X-Forwarded-Proto: https"),
    "a form": request("POST", "/told/x?a=1", FORM, body=b"a=2&b=%C3%BC"),
    "a form with files": request("POST", "/told/x", f"{PARTS}; boundary=x", body=MULTIPART),
    "a form that is broken": request("POST", "/told/x", PARTS, body=b"--"),
    "bytes": request("PUT", "/told/x", body=bytes(range(256))),
    "a large body": request("PATCH", "/told/x", body=b"x" * 300_000),
    "a body in chunks": request(
        "POST", "/told/x", "Transfer-Encoding: chunked", body=b"3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n"
    ),
    "a body with DELETE": request("DELETE", "/told/x", body=b"why not"),
    "a compressed body": request("POST", "/told/x", "Content-Encoding: gzip", body=gzip.compress(b"x")),
    "headers of every kind": request("GET", "/headers"),
    "no content": request("GET", "/status/204"),
    "created": request("GET", "/status/201"),
    "not modified": request("GET", "/status/304"),
    "teapot's head": request("HEAD", "/status/418"),
    "parts": request("GET", "/chunks"),
    "an error of HTTP": request("GET", "/failing/http"),
    "an error": request("GET", "/failing/now"),
    "an error later": request("GET", "/failing/later"),
    "an error after a write": request("GET", "/failing/status"),
    "an upload": request("POST", "/upload", body=b"x" * 200_000),
    "an upload refused": request("POST", "/upload?refuse=1", "Expect: nothing", body=b"x"),
    "a file": request("GET", "/static/a.txt"),
    "a file's head": request("HEAD", "/static/a.txt"),
    "a part of a file": request("GET", "/static/a.txt", "Range: bytes=2-5"),
    "a part beyond a file": request("GET", "/static/a.txt", "Range: bytes=900-"),
    "a file outside": request("GET", "/static/../secret"),
    "no such file": request("GET", "/static/b.txt"),
}


@pytest.mark.parametrize("name", REQUESTS)
def test_the_bridge_answers_as_tornados_own_server_does(name: str, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("0123456789")

    async def replies() -> tuple[bytes, bytes]:
        async with (
            native(application(tmp_path)) as own,
            bridged(TornadoASGI(application(tmp_path))) as other,
        ):
            return await exchange(own, REQUESTS[name]), await exchange(other, REQUESTS[name])

    expected, got = asyncio.run(replies())
    assert understood(got) == understood(expected)
