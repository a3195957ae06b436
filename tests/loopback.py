"""HTTP servers of a test's own on the loopback interface: they answer, keep connections, or do what they like."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Received:
    """A request as it arrived; names of headers in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Answering:
    """Answers every request with `status` and `answer`, and keeps what it was sent."""

    url: str
    status: int = 200
    answer: bytes = b"{}"
    received: list[Received] = field(default_factory=list)


@contextmanager
def answering() -> Iterator[Answering]:
    """A server that answers; a redirect leads to itself."""

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            served.received.append(Received(self.command, self.path, headers, body))
            self.send_response(served.status)
            if 300 <= served.status < 400:
                self.send_header("Location", served.url)
            self.send_header("Content-Length", str(len(served.answer)))
            self.end_headers()
            with suppress(ConnectionError):  # the client may have read enough
                self.wfile.write(served.answer)

        do_GET = do_POST = do_PUT = _answer  # noqa: N815 - the names in the base class

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name in the base class
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        served = Answering(f"http://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield served
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def peer(talk: Callable[[socket.socket], None]) -> Iterator[str]:
    """The URL of a server that accepts one connection, reads what arrives first, and does `talk`."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            try:
                with listener.accept()[0] as connection:
                    connection.recv(65_536)
                    talk(connection)
            except OSError:
                pass  # the client went first

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            thread.join()


@dataclass
class Serving:
    """A server that keeps connections as AWS does: what it was sent, and how often somebody connected."""

    url: str = ""
    received: list[Received] = field(default_factory=list)
    connections: int = 0


Answer = tuple[int, bytes] | tuple[int, bytes, dict[str, str]]


@contextmanager
def serving(respond: Callable[[Received], Answer]) -> Iterator[Serving]:
    """A server whose answers `respond` makes: a status, JSON, and headers if need be; status 0 hangs up without one."""
    served = Serving()
    opened: list[socket.socket] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # an answer leaves in one piece

        def setup(self) -> None:
            super().setup()
            served.connections += 1
            opened.append(self.connection)

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            received = Received(self.command, self.path, headers, body)
            served.received.append(received)
            status, answer, *more = respond(received)
            if not status:
                self.close_connection = True
                return
            self.send_response(status)
            for headers in more:
                for name, value in headers.items():
                    self.send_header(name, value)
            if status != 204:
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        do_GET = do_POST = do_PUT = do_DELETE = _answer  # noqa: N815 - the names in the base class

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name in the base class
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = False  # so that closing waits for them

    with Server(("127.0.0.1", 0), Handler) as server:
        served.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield served
        finally:
            server.shutdown()
            thread.join()
            for connection in opened:
                with suppress(OSError):  # it is closed already
                    connection.shutdown(socket.SHUT_RDWR)
