"""The sockets of the server: Tornado's side of `/v1/live`. Not imported where no socket is held."""

import asyncio
import logging
import time
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy.orm import Session
from tornado.web import HTTPError
from tornado.websocket import WebSocketClosedError, WebSocketHandler

from todo.errors import DomainError, Forbidden, MalformedRequest, Unauthenticated
from todo.handlers.live import LIVE, LiveHandler, TicketQuery
from todo.realtime.conversation import MOST_MESSAGE_BYTES, Allowance, NotUnderstood, encode, understand
from todo.realtime.hub import Hub
from todo.realtime.listener import Listener
from todo.services import live, tickets
from todo.services.actor import Actor, actor_with
from todo.shapes.live import LiveError

_log = logging.getLogger(__name__)

# Bytes that may wait for one client. One that does not read costs its socket, and nobody else's time.
MOST_WAITING = 1024 * 1024
_DRAINED_WITHIN_SECONDS = 30.0
# What Tornado cuts off without a word; what is shorter is closed with one.
_MOST_READ = 32 * MOST_MESSAGE_BYTES
_INTERNAL = LiveError(code="internal_error", detail="Something went wrong here. It has been logged.")


class LiveSocketHandler(WebSocketHandler, LiveHandler):
    """`/v1/live`: one socket. What it says and hears is the hub's; here are the handshake and the network.

    Messages are not compressed: zlib's state would be most of what a socket costs. Nor does Tornado send pings of the
    protocol, with a task and a timer for each socket: clients say `ping`, and the hub closes those that say nothing.
    """

    _listener: Listener | None = None
    _sent = 0  # bytes, of all messages
    _taken = 0  # the same, of those that the network has taken
    _last: "asyncio.Future[None] | None" = None

    # -- the handshake ----------------------------------------------------------------------------------------------

    async def prepare(self) -> None:  # type: ignore[override]  # Tornado awaits it
        """Refuse what is no handshake, a page of another site, and a ticket that is not good, in this order."""
        super().prepare()
        if self.request.method not in ("GET", "HEAD"):
            return
        ticket = self.query(TicketQuery).ticket
        self._require_handshake()
        self._require_own_page()
        self._actor, self._name = await self.store(_redeemed, ticket, self.backend.clock())

    @LIVE
    async def get(self) -> None:
        """Speak WebSocket from here on."""
        await WebSocketHandler.get(self)

    def check_origin(self, origin: str) -> bool:  # noqa: ARG002 - it was looked at before the ticket was used up
        """Let in whoever came through `prepare`."""
        return True

    def _require_handshake(self) -> None:
        headers = self.request.headers
        connection = {part.strip().lower() for part in headers.get("Connection", "").split(",")}
        if (
            self.request.method != "GET"
            or headers.get("Upgrade", "").lower() != "websocket"
            or "upgrade" not in connection
            or headers.get("Sec-WebSocket-Version") != "13"
        ):
            raise HTTPError(426, reason=self.upgrade_advice())
        if self.request.version.startswith("HTTP/1") and not headers.get("Sec-WebSocket-Key"):
            raise MalformedRequest("The handshake has no Sec-WebSocket-Key.")

    def _require_own_page(self) -> None:
        origin = self.request.headers.get("Origin")
        if origin is None or origin.lower() == (self.backend.public_url or "").lower():
            return
        try:
            host = urlsplit(origin).netloc
        except ValueError:
            host = ""
        if host.lower() != self.request.host.lower():
            raise Forbidden("Pages of another site may not listen here.")

    # -- what Tornado asks ------------------------------------------------------------------------------------------

    @property
    def max_message_size(self) -> int:
        """Bytes of a message that Tornado reads at all."""
        return _MOST_READ

    # -- the socket -------------------------------------------------------------------------------------------------

    def open(self) -> None:
        """Come to the hub."""
        self.set_nodelay(True)
        self._allowance = Allowance(time.monotonic())
        actor = self._actor
        self._listener = Listener(
            peer=self,
            actor_id=actor.id,
            authority=actor.authority,
            account_id=None if actor.linked_list is not None else actor.id,
            name=self._name,
            heard_at=self.backend.clock(),
        )
        self._hub.enter(self._listener)

    async def on_message(self, message: str | bytes) -> None:
        """Do what the client says, or tell it why not. Nothing that it says ends more than its own socket."""
        if self.ws_connection is None or self._listener is None:
            return
        try:
            self._allowance.spend(time.monotonic())
            await self._hub.hear(self._listener, understand(message))
        except NotUnderstood as refusal:
            self.send(encode(refusal.answer))
            if refusal.closing is not None:
                self.close(refusal.closing, refusal.answer.code)
        except Unauthenticated:
            self.close(1008, "the token was revoked")
        except DomainError as error:
            self.send(encode(LiveError(code=error.code, detail=error.detail)))
        except Exception as error:  # noqa: BLE001 - the socket goes on
            _log.error("a message failed", exc_info=error, extra={"request_id": self.call.request_id})
            self.send(encode(_INTERNAL))

    def on_close(self) -> None:
        """Leave the hub."""
        if self._listener is not None:
            self._hub.leave(self._listener)
            self._listener = (
                None  # it refers to this: two that nobody else knows, and that only a collection would free
            )

    @property
    def _hub(self) -> Hub:
        hub = self.backend.hub
        if hub is None:
            raise RuntimeError("sockets are held without a hub")
        return hub

    # -- what the hub sees of it ------------------------------------------------------------------------------------

    @property
    def is_open(self) -> bool:
        """Whether it was not closed from here."""
        return self.ws_connection is not None

    @property
    def waiting(self) -> int:
        """Bytes that were sent and that the network did not take yet."""
        return self._sent - self._taken

    def send(self, message: bytes) -> None:
        """Send a message, or put it in line; one that would be too long ends the socket."""
        connection = self.ws_connection
        if connection is None:
            return
        try:
            written = self.write_message(message)
        except WebSocketClosedError:
            return
        self._sent += len(message)
        self._last = written
        written.add_done_callback(partial(self._note_taken, self._sent))
        # Behind ASGI there is no stream, and the server says when it has taken something.
        if connection.stream is not None and not connection.stream.writing():
            self._taken = self._sent
        if self.waiting > MOST_WAITING:
            # Where not even this gets through, Tornado cuts the connection some seconds later.
            self.close(1013, "you read too slowly; resume from your revision")

    async def drained(self) -> None:
        """Wait until everything was taken. A peer that takes too long is closed."""
        if self._last is not None and self.waiting:
            done, _ = await asyncio.wait([self._last], timeout=_DRAINED_WITHIN_SECONDS)
            if not done:
                self.close(1013, "you read too slowly; resume from your revision")

    def _note_taken(self, sent: int, written: "asyncio.Future[None]") -> None:
        if written.cancelled() or written.exception() is not None:
            return
        self._taken = max(self._taken, sent)


def _redeemed(session: Session, ticket: str, now: Any) -> tuple[Actor, str]:
    """Who comes with a ticket, and what they are called. Raises Unauthenticated."""
    actor = actor_with(session, tickets.redeem(session, ticket, now), now)
    return actor, live.names(session, [actor.id]).get(actor.id, "")


ROUTES = {"/v1/live": LiveSocketHandler}
