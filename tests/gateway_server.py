"""API Gateway's management of WebSocket connections, `/{stage}/@connections/{id}`, on the loopback interface.

It answers as AWS documents it, and takes no request whose signature is not right; there is nobody at the other end of
its connections: what they are sent is kept. Sources:

- https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html
- botocore/data/apigatewaymanagementapi/2018-11-29/service-2.json (statuses and errors)
- https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html (128 KB)
"""

import itertools
import json
import re
import threading
from base64 import b64encode
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import unquote

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from loopback import Answer, Received, serving

REGION = "eu-west-1"
ACCESS_KEY = "AKIDEXAMPLE"
SECRET_KEY = "secret-access-key"
MOST_BYTES = 128 * 1024  # of a message
_WAITS = 30  # seconds, for what a test is about to do

_AUTHORIZATION = re.compile(
    rf"AWS4-HMAC-SHA256 Credential={ACCESS_KEY}/\d{{8}}/{REGION}/execute-api/aws4_request, ?"
    r"SignedHeaders=(?P<names>[\w;-]+), ?Signature=(?P<signature>[0-9a-f]{64})"
)


@dataclass
class GatewayServer:
    """One stage of one WebSocket API. `url` is its management endpoint, stage included."""

    stage: str = "live"
    url: str = ""
    sent: list[tuple[str, str]] = field(default_factory=list)
    """Connection and text of each message that was taken, in that order."""
    asked: list[tuple[str, str, int]] = field(default_factory=list)
    """Method, connection and status of each request, in the order of the answers."""
    most_at_once: int = 0
    """So many requests were in the server at a time, at most."""

    def __post_init__(self) -> None:
        self._open: set[str] = set()
        self._faults: defaultdict[str, list[Answer]] = defaultdict(list)
        self._held: dict[str, threading.Event] = {}
        self._meeting: threading.Barrier | None = None
        self._inside = 0
        self._lock = threading.Condition()
        self._numbers = itertools.count(1)

    def connect(self) -> str:
        """Open a connection; returns its ID, which ends with `=` as AWS's do."""
        connection_id = b64encode(b"%011d" % next(self._numbers)).decode()
        self._open.add(connection_id)
        return connection_id

    def is_open(self, connection_id: str) -> bool:
        return connection_id in self._open

    def lose(self, connection_id: str) -> None:
        """The client is gone: 410 from now on."""
        self._open.discard(connection_id)

    def throttle(self, connection_id: str, times: int = 1) -> None:
        """Answer the next requests for a connection with 429."""
        self._faults[connection_id] += [_error(429, "LimitExceededException", "Rate exceeded")] * times

    def fail(self, connection_id: str, status: int = 500, times: int = 1) -> None:
        """Answer the next requests for a connection with a failure of the gateway's own; status 0 hangs up."""
        self._faults[connection_id] += [_error(status, "InternalServerErrorException", "Internal server error")] * times

    @contextmanager
    def slow(self, connection_id: str) -> Iterator[None]:
        """Answer requests for a connection when the block ends."""
        self._held[connection_id] = threading.Event()
        try:
            yield
        finally:
            self._held.pop(connection_id).set()

    def meet(self, parties: int) -> None:
        """From now on answer when so many requests are in the server, all of them at once."""
        self._meeting = threading.Barrier(parties)

    def texts(self, connection_id: str) -> list[str]:
        """What a connection was sent, in that order."""
        return [text for receiver, text in self.sent if receiver == connection_id]

    def wait_for(self, messages: int) -> None:
        """Return when so many messages were taken."""
        with self._lock:
            assert self._lock.wait_for(lambda: len(self.sent) >= messages, _WAITS)

    def respond(self, request: Received) -> Answer:
        with self._lock:
            self._inside += 1
            self.most_at_once = max(self.most_at_once, self._inside)
        try:
            return self._respond(request)
        finally:
            with self._lock:
                self._inside -= 1

    def _respond(self, request: Received) -> Answer:
        if (refusal := _refusal(request)) is not None:
            return refusal
        prefix, _, escaped = request.path.rpartition("/")
        connection_id = unquote(escaped)
        if unquote(prefix) != f"/{self.stage}/@connections":
            return _error(403, "ForbiddenException", "Forbidden")
        if self._meeting is not None:
            self._meeting.wait(_WAITS)
        if (released := self._held.get(connection_id)) is not None:
            assert released.wait(_WAITS)
        with self._lock:
            faults = self._faults[connection_id]
            answer = faults.pop(0) if faults else self._answer(request, connection_id)
            self.asked.append((request.method, connection_id, answer[0]))
            self._lock.notify_all()
        return answer

    def _answer(self, request: Received, connection_id: str) -> Answer:
        if connection_id not in self._open:
            return _error(410, "GoneException", "")
        match request.method:
            case "POST" if len(request.body) > MOST_BYTES:
                return _error(413, "PayloadTooLargeException", "Message too long")
            case "POST":
                self.sent.append((connection_id, request.body.decode()))
                return 200, b""
            case "DELETE":
                self._open.remove(connection_id)
                return 204, b""
            case "GET":
                identity = {"sourceIp": "203.0.113.7", "userAgent": "curl/8.5.0"}
                times = {"connectedAt": "2026-11-24T06:00:00.000Z", "lastActiveAt": "2026-11-24T06:01:00.000Z"}
                return 200, json.dumps({**times, "identity": identity}).encode()
        return _error(403, "MissingAuthenticationTokenException", "Missing Authentication Token")


@contextmanager
def gateway_server(stage: str = "live") -> Iterator[GatewayServer]:
    """A stage without connections."""
    server = GatewayServer(stage)
    with serving(server.respond) as served:
        server.url = f"{served.url}/{stage}"
        yield server


def _refusal(request: Received) -> Answer | None:
    """The answer to a request that is not signed, or whose signature is not right."""
    found = _AUTHORIZATION.fullmatch(request.headers.get("authorization", ""))
    if found is None:
        return _error(403, "MissingAuthenticationTokenException", "Missing Authentication Token")
    if _signature(request, found["names"].split(";")) != found["signature"]:
        return _error(403, "InvalidSignatureException", "The request signature we calculated does not match")
    return None


def _signature(request: Received, names: list[str]) -> str:
    """The signature that a request should have (Signature Version 4), as botocore makes it."""
    signed = AWSRequest(
        request.method,
        f"http://{request.headers['host']}{request.path}",
        {name: request.headers.get(name, "") for name in names},
        request.body,
    )
    signed.context["timestamp"] = request.headers.get("x-amz-date", "")
    signer = SigV4Auth(Credentials(ACCESS_KEY, SECRET_KEY), "execute-api", REGION)
    text: str = signer.signature(signer.string_to_sign(signed, signer.canonical_request(signed)), signed)
    return text


def _error(status: int, kind: str, message: str) -> Answer:
    return status, json.dumps({"message": message} if message else {}).encode(), {"x-amzn-ErrorType": kind}
