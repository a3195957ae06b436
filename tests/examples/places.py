"""Where the guestbook runs: alone, behind two ASGI servers, and as a Lambda function. Its files are the same."""

import base64
import contextlib
import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from clients import event_of
from lambda_runtime import LambdaRuntime

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
ENVIRONMENT = {"PYTHONPATH": f"{ROOT / 'src'}:{EXAMPLES}", "GUESTBOOK_SECRET": "of this test"}

# What a shell would be told, in the folder of the examples; PORT stands for a free port.
COMMANDS = {
    "alone": ("guestbook.py", "--port=PORT"),
    "uvicorn": ("-m", "uvicorn", "asgi:app", "--port", "PORT"),
    "hypercorn": ("-m", "hypercorn", "asgi:app", "--bind", "127.0.0.1:PORT"),
}
PLACES = (*COMMANDS, "lambda")

# What belongs to the server, the connection, or the moment.
_THE_SERVERS = frozenset(("connection", "date", "expires", "server", "transfer-encoding"))
_TOKEN = re.compile(rb"2\|[0-9a-f]{8}\|[0-9a-f]{32}\|[0-9]{10}")
_STARTS_WITHIN = 15.0

Headers = list[tuple[str, str]]
Process = subprocess.Popen[bytes]


@dataclass(frozen=True)
class Reply:
    """What came back, header names in lower case."""

    status: int
    headers: Headers
    body: bytes

    def header(self, name: str) -> str:
        """The one header of that name."""
        (value,) = (value for known, value in self.headers if known == name)
        return value

    @property
    def comparable(self) -> tuple[int, frozenset[tuple[str, str]], bytes]:
        """The reply without what the server adds, and without what is random in cookies and forms."""
        lines = (self._comparable(name, value) for name, value in self.headers if name not in _THE_SERVERS)
        return self.status, frozenset(lines), _TOKEN.sub(b"TOKEN", self.body)

    def _comparable(self, name: str, value: str) -> tuple[str, str]:
        if name == "set-cookie":
            value = re.sub(r"(=)[^;]+", r"\1...", value, count=1)
            return name, re.sub(r"(expires=)[^;]+", r"\1...", value)
        if name == "etag" and _TOKEN.search(self.body):
            return name, "of a page with a token"
        return name, value


Ask = Callable[[str, str, Headers, bytes], Reply]


@contextlib.contextmanager
def guestbook(place: str) -> Iterator[Ask]:
    """The guestbook, running there; ask it with (method, path, headers, body)."""
    if place == "lambda":
        with LambdaRuntime("lambda_function.lambda_handler", ENVIRONMENT) as runtime:
            yield lambda *request: _from_lambda(runtime, *request)
    else:
        with served(COMMANDS[place]) as port:
            yield lambda *request: _from_socket(port, *request)


@contextlib.contextmanager
def served(command: tuple[str, ...], environment: Mapping[str, str] | None = None) -> Iterator[int]:
    """A server, started in the folder of the examples in a process of its own; gives its port."""
    with tempfile.TemporaryFile("w+") as log:
        process, port = _started(command, {**ENVIRONMENT, **(environment or {})}, log.fileno())
        try:
            yield port
        finally:
            _end(process)


def _started(command: tuple[str, ...], environment: Mapping[str, str], log: int) -> tuple[Process, int]:
    """The process and its port. Somebody else may take a free port before the server does: then another one."""
    for _ in range(3):
        with socket.create_server(("127.0.0.1", 0)) as free:
            port: int = free.getsockname()[1]
        process = subprocess.Popen(
            [sys.executable, *(part.replace("PORT", str(port)) for part in command)],
            cwd=EXAMPLES,
            env={**os.environ, **environment},
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        give_up = time.monotonic() + _STARTS_WITHIN
        while time.monotonic() < give_up and not _ended(process, within=0.02):
            with contextlib.suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port)):
                return process, port
        _end(process)
    said = os.pread(log, 10_000, 0).decode()
    raise AssertionError(f"{' '.join(command)} does not serve:\n{said}")


def _end(process: Process) -> None:
    """End it with its workers: hypercorn has one even where it is to have none."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _ended(process: Process, within: float) -> bool:
    try:
        process.wait(within)
    except subprocess.TimeoutExpired:
        return False
    return True


def _from_socket(port: int, method: str, path: str, headers: Headers, body: bytes) -> Reply:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    with contextlib.closing(connection):
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        for name, value in headers:
            connection.putheader(name, value)
        if body:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body or None)
        response = connection.getresponse()
        told = [(name.lower(), value) for name, value in response.getheaders()]
        return Reply(response.status, told, response.read())


def _from_lambda(runtime: LambdaRuntime, method: str, path: str, headers: Headers, body: bytes) -> Reply:
    told = runtime.invoke(event_of(method, path, headers, body))
    cookies = [("set-cookie", cookie) for cookie in told.get("cookies", ())]
    content = base64.b64decode(told["body"]) if told["isBase64Encoded"] else told["body"].encode()
    return Reply(told["statusCode"], [*told["headers"].items(), *cookies], content)
