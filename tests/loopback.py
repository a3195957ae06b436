"""HTTP servers of a test's own on the loopback interface: one that answers, one that does what it likes."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
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
