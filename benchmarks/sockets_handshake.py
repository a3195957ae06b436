"""How one socket of the benchmark is opened: ticket or token, handshake, subscription, answer."""

import base64
import http.client
import json
import os
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from sockets_frames import TEXT, Frames, frame

_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Order:
    """What a process of clients is asked for, as JSON in its first line.

    `source`: the address that they come from, since one has 28,000 ports. `tickets`: where tickets are asked for with
    the token, or None where the handshake takes the token itself. `seconds`: how long all of it may take.
    """

    host: str
    port: int
    source: str
    sockets: int
    threads: int
    token: str
    tickets: str | None
    subscribe: str
    seconds: float


class Refused(Exception):
    """The server did not let the socket in."""


class Doorbell:
    """Opens sockets, one after the other."""

    def __init__(self, order: Order) -> None:
        self._order = order
        self._http: http.client.HTTPConnection | None = None

    def open(self) -> tuple[socket.socket, Frames]:
        """A socket that was answered `hello`, and what was read of it. Raises Refused, OSError."""
        order = self._order
        target, proof = (self._ticket(), "") if order.tickets else ("/live", f"Authorization: Bearer {order.token}\r\n")
        opened = socket.create_connection((order.host, order.port), _SECONDS, source_address=(order.source, 0))
        try:
            opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            rest = _shake_hands(opened, f"{order.host}:{order.port}", target, proof)
            opened.sendall(frame(TEXT, order.subscribe.encode()))
            frames = Frames()
            while not any(b'"hello"' in payload for _, payload in frames.feed(rest)):
                rest = _some(opened)
        except BaseException:
            opened.close()
            raise
        opened.setblocking(False)
        return opened, frames

    def _ticket(self) -> str:
        """Path and query for one handshake."""
        order = self._order
        if self._http is None:
            self._http = http.client.HTTPConnection(order.host, order.port, timeout=_SECONDS)
        self._http.request("POST", str(order.tickets), headers={"Authorization": f"Bearer {order.token}"})
        reply = self._http.getresponse()
        body = reply.read()
        if reply.status != 201:
            raise Refused(f"{order.tickets} answers {reply.status}: {body[:300]!r}")
        url = urlsplit(json.loads(body)["url"])
        return f"{url.path}?{url.query}"


def _shake_hands(opened: socket.socket, host: str, target: str, proof: str) -> bytes:
    """Become a WebSocket; what was read beyond."""
    key = base64.b64encode(os.urandom(16)).decode()
    opened.sendall(
        f"GET {target} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n{proof}\r\n".encode()
    )
    head = b""
    while b"\r\n\r\n" not in head:
        head += _some(opened)
    head, _, rest = head.partition(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 101 "):
        raise Refused(f"the handshake was answered {head.splitlines()[0].decode()} {rest[:300]!r}")
    return rest


def _some(opened: socket.socket) -> bytes:
    data = opened.recv(65_536)
    if not data:
        raise Refused("the server closed the socket")
    return data
