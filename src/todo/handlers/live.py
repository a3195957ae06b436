"""Live updates: a ticket, and the socket that it opens (docs/api/live.md)."""

from typing import Annotated, Any
from urllib.parse import urlencode

from msgspec import Meta, Struct
from sqlalchemy.orm import Session
from tornado.web import HTTPError

from todo.handlers.api_handler import ApiHandler
from todo.handlers.operation import operation
from todo.services import tickets
from todo.services.actor import Actor
from todo.shapes.live import Ticket


class TicketQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the address of a socket holds."""

    ticket: Annotated[str, Meta(description="From `POST /v1/live/tickets`.")] = ""


class LiveTicketsHandler(ApiHandler):
    """`/v1/live/tickets`."""

    @operation("Ask for a ticket", returns=Ticket, status=201, reads=True)
    async def post(self) -> None:
        """Make a ticket, which opens one socket within a minute; a token that may only read gets one, too."""
        secret, now = self.bearer(), self.backend.clock()

        def unit(session: Session) -> tuple[str, Actor]:
            actor = self.authenticated(session, secret, now)
            ticket, _ = tickets.issue(session, actor)
            return ticket, actor

        ticket, actor = await self.store(unit)
        address = f"{self._address()}?{urlencode({'ticket': ticket})}"
        self.reply(Ticket(ticket=ticket, url=address, expires_at=actor.now + tickets.GOOD_FOR), 201)

    def _address(self) -> str:
        backend, host = self.backend, self.request.host
        if backend.live_url is not None:
            return backend.live_url
        is_secure = self.request.protocol == "https" or backend.public_url == f"https://{host}"
        return f"{'wss' if is_secure else 'ws'}://{host}/v1/live"


LIVE = operation("Open a socket for live updates", query=TicketQuery, public=True, status=101, refusals=(401, 403, 426))


class LiveHandler(ApiHandler):
    """`/v1/live`, where this process holds no sockets."""

    @LIVE
    async def get(self) -> None:
        """Speak WebSocket with the ticket: hear of changes as they happen. Without an upgrade it is 426."""
        self.query(TicketQuery)
        raise HTTPError(426, reason=self.upgrade_advice())

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Send a problem; with 426, what to upgrade to."""
        if status_code == 426:
            self.set_header("Upgrade", "websocket")
            self.set_header("Sec-WebSocket-Version", "13")
        super().write_error(status_code, **kwargs)

    def upgrade_advice(self) -> str:
        """What to do instead."""
        where = self.backend.live_url
        if where is None and self.backend.hub is None:
            return "Sockets are not taken here. Ask POST /v1/sync for what changed."
        return f"Connect to {where or '/v1/live'} with a WebSocket, and a ticket from POST /v1/live/tickets."


ROUTES = {"/v1/live/tickets": LiveTicketsHandler, "/v1/live": LiveHandler}
