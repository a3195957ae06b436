"""The two doors of the application, asked in the same words: the server's socket and Lambda's events."""

import asyncio
import base64
import http.client
import json
import tempfile
import threading
import uuid
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Protocol, Self
from urllib.parse import unquote, urlencode

from clocks import MovableClock
from entrypoint import http as http_entrypoint
from sqlalchemy import URL
from tornado.netutil import bind_sockets
from watch import Watch

from todo.database import Database, Login, build_database
from todo.entrypoints import server as server_entrypoint
from todo.files.folder import FolderFiles
from todo.observability import new_metrics
from todo.services.passwords import Passwords
from todo.settings import Settings

# argon2 at its cheapest: the tests sign up hundreds of people.
QUICK_PASSWORDS = Passwords(time_cost=1, memory_kib=8, lanes=1)
PASSWORD = "correct horse battery"


@dataclass(frozen=True)
class Reply:
    """What came back. Header names are lower case; `headers` joins repeated ones with a comma."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body, read as JSON."""
        return json.loads(self.body)


class Door(Protocol):
    """One way into the application. `database` is the one behind it."""

    database: Database

    def send(self, method: str, path: str, headers: list[tuple[str, str]], body: bytes) -> Reply:
        """Send a request as it is; `path` is percent-encoded and may have a query."""

    def ask(
        self,
        method: str,
        path: str,
        json: Any = None,
        *,
        query: Mapping[str, Any] | None = None,
        token: str | None = None,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Reply:
        """Send a request with a JSON body (or the bytes of `body`), a query and a bearer token."""

    def sign_up(self, email: str, **fields: Any) -> "Person":
        """Make an account."""


class Asking:
    """What both doors share: from arguments to a request."""

    send: Callable[[str, str, list[tuple[str, str]], bytes], Reply]

    def ask(
        self,
        method: str,
        path: str,
        json: Any = None,
        *,
        query: Mapping[str, Any] | None = None,
        token: str | None = None,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Reply:
        sent = [("Host", "todo.example.org"), *(headers or {}).items()]
        if token is not None:
            sent.append(("Authorization", f"Bearer {token}"))
        if json is not None:
            body = _to_json(json)
        if body is not None and not any(name.lower() == "content-type" for name, _ in sent):
            sent.append(("Content-Type", "application/json"))
        target = path + ("?" + urlencode(query, doseq=True) if query else "")
        return self.send(method, target, sent, body or b"")

    def sign_up(self, email: str, **fields: Any) -> "Person":
        reply = self.ask("POST", "/v1/accounts", {"email": email, "password": PASSWORD, **fields})
        assert reply.status == 201, reply.body
        return Person(self, email, reply.json["account"]["id"], reply.json["token"]["secret"])  # type: ignore[arg-type]  # a Door


def _to_json(value: Any) -> bytes:
    return json.dumps(value).encode()


@dataclass(frozen=True)
class Person:
    """Somebody with an account and a token, at one door."""

    door: Door
    email: str
    id: str
    token: str

    def ask(self, method: str, path: str, json: Any = None, **options: Any) -> Reply:
        """Send a request with this person's token."""
        return self.door.ask(method, path, json, token=self.token, **options)

    def make_list(self, title: str = "Home", **fields: Any) -> dict[str, Any]:
        """A new list."""
        return self._made("/v1/lists", {"title": title, **fields})

    def add(self, task_list: Mapping[str, Any], title: str = "Pay rent", **fields: Any) -> dict[str, Any]:
        """A new task in a list."""
        return self._made(f"{task_list['url']}/tasks", {"title": title, **fields})

    def get(self, path: str, **query: Any) -> Any:
        """The JSON of a GET that must succeed."""
        reply = self.ask("GET", path, query=query)
        assert reply.status == 200, reply.body
        return reply.json

    def _made(self, path: str, fields: dict[str, Any]) -> dict[str, Any]:
        reply = self.ask("POST", path, fields)
        assert reply.status == 201, reply.body
        made: dict[str, Any] = reply.json
        return made


class ServerDoor(Asking):
    """The server, on a socket of its own, in a thread of its own."""

    def __init__(self, url: URL, clock: MovableClock, **injected: Any) -> None:
        self.database = build_database(url, "server", pool_size=5)
        self._files = tempfile.TemporaryDirectory(prefix="files-")
        files = FolderFiles(Path(self._files.name))
        self._injected = {"clock": clock, "passwords": QUICK_PASSWORDS, "files": files, **injected}
        self._hub_options = self._injected.pop("hub", {})
        self._executor = ThreadPoolExecutor(4)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self.port = 0

    def __enter__(self) -> Self:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._start(), self._loop).result(10)
        return self

    def __exit__(self, *_error: object) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()
        self._executor.shutdown()
        self.database.close()
        self._files.cleanup()

    def send(self, method: str, path: str, headers: list[tuple[str, str]], body: bytes) -> Reply:
        """One request on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            for name, value in headers:
                connection.putheader(name, value.encode("latin-1"))
            if body or method in ("POST", "PUT", "PATCH"):
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body or None)
            response = connection.getresponse()
            return Reply(response.status, _joined(response.getheaders()), response.read())
        finally:
            connection.close()

    async def _start(self) -> None:
        settings = Settings(**self._injected.pop("settings", {}))
        self.hub = server_entrypoint.build_hub(
            self.database, self._executor, self._injected["clock"], **self._hub_options
        )
        self._server = server_entrypoint.build_server(
            self.database, settings, self._executor, hub=self.hub, **self._injected
        )
        sockets = bind_sockets(0, "127.0.0.1")
        self.port = sockets[0].getsockname()[1]
        self._server.add_sockets(sockets)

    async def _stop(self) -> None:
        self._server.stop()
        await self.hub.close(2)
        await self._server.close_all_connections()


class LambdaDoor(Asking):
    """The Lambda function, handed the events that an HTTP API (payload 2.0) makes of requests."""

    def __init__(
        self,
        address: URL | Login,
        clock: MovableClock,
        *,
        policy: Any = "invocation",
        watched: bool = False,
        **injected: Any,
    ) -> None:
        """A door that is `watched` fails an invocation that leaves more connections than its policy keeps."""
        self._watch = Watch(address, policy) if watched and isinstance(address, URL) else None
        self.database = build_database(self._watch.address if self._watch else address, policy)
        self._files = tempfile.TemporaryDirectory(prefix="files-")
        self._handler = http_entrypoint.build_handler(
            self.database,
            Settings(sign_up=injected.pop("sign_up", "open"), **injected.pop("settings", {})),
            new_metrics(),
            clock=clock,
            passwords=QUICK_PASSWORDS,
            **{"files": FolderFiles(Path(self._files.name)), **injected},
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.database.close()
        self._files.cleanup()
        if self._watch is not None:
            self._watch.require(0)
            self._watch.close()

    def send(self, method: str, path: str, headers: list[tuple[str, str]], body: bytes) -> Reply:
        """One invocation."""
        reply = self._handler(event_of(method, path, headers, body), FakeContext())
        if self._watch is not None:
            self._watch.require()
        raw = reply.get("body") or ""
        content = base64.b64decode(raw) if reply.get("isBase64Encoded") else raw.encode()
        lines = [*reply["headers"].items(), *(("set-cookie", cookie) for cookie in reply.get("cookies", ()))]
        return Reply(reply["statusCode"], _joined(lines), content)


@dataclass
class FakeContext:
    """What of Lambda's context the function reads."""

    aws_request_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    function_name: str = "todo-http"
    memory_limit_in_mb: int = 1024
    invoked_function_arn: str = "arn:aws:lambda:eu-west-1:123456789012:function:todo-http"
    identity: Any = field(default_factory=SimpleNamespace)

    def get_remaining_time_in_millis(self) -> int:
        """As if the function's time-out were 25 seconds, and each invocation had just begun."""
        return 25_000


def event_of(method: str, path: str, headers: list[tuple[str, str]], body: bytes) -> dict[str, Any]:
    """The event that an HTTP API makes of a request.

    Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
    """
    raw_path, _, query = path.partition("?")
    cookies = [cookie for name, value in headers if name.lower() == "cookie" for cookie in value.split("; ")]
    sent = _joined([(name, value) for name, value in headers if name.lower() != "cookie"])
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": raw_path,
        "rawQueryString": query,
        "headers": {**sent, "content-length": str(len(body)), "x-forwarded-proto": "https"},
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "a1b2c3",
            "domainName": "todo.example.org",
            "http": {
                "method": method,
                "path": unquote(raw_path),
                "protocol": "HTTP/1.1",
                "sourceIp": "127.0.0.1",
                "userAgent": "tests",
            },
            "requestId": "JKJaXmPLvHcESHA=",
            "routeKey": "$default",
            "stage": "$default",
            "time": "23/Nov/2026:09:00:00 +0000",
            "timeEpoch": 1_795_424_400_000,
        },
        "isBase64Encoded": False,
    }
    if cookies:
        event["cookies"] = cookies
    if body:
        try:
            event["body"] = body.decode()
        except UnicodeDecodeError:
            event["body"] = base64.b64encode(body).decode()
            event["isBase64Encoded"] = True
    return event


def _joined(lines: list[tuple[str, str]]) -> dict[str, str]:
    joined: dict[str, str] = {}
    for name, value in lines:
        key = name.lower()
        joined[key] = f"{joined[key]}, {value}" if key in joined else value
    return joined
