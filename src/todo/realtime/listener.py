"""A socket of this process as the hub sees it, and its place in what it listens to."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from todo.services.actor import Authority
from todo.shapes.live import Closing, Present


class Peer(Protocol):
    """The other end of a socket."""

    @property
    def is_open(self) -> bool:
        """Whether it was not closed from here."""

    @property
    def waiting(self) -> int:
        """Bytes that were sent and that the network did not take yet."""

    def send(self, message: bytes) -> None:
        """Send a message, or put it in line. Never waits, never raises; a line that is too long ends the socket."""

    def close(self, code: Closing, reason: str) -> None:
        """End the socket."""

    async def drained(self) -> None:
        """Wait until everything was taken. A peer that takes too long is closed."""


@dataclass(slots=True, eq=False, kw_only=True)
class Listener:
    """Somebody with a socket: the account or link `actor_id`, and what it proved. `heard_at` is when it last spoke.

    `account_id` is None for the holder of a link. Nothing is sent to one that is `gone`.
    """

    peer: Peer
    actor_id: UUID
    authority: Authority
    account_id: UUID | None
    name: str
    heard_at: datetime
    lists: set[UUID] = field(default_factory=set)
    gone: bool = False


@dataclass(slots=True, eq=False)
class Subscription:
    """A listener's place in one scope: what it was told of, up to the revision `position`, and who is `present`.

    One that is `quiet` is not present itself.
    """

    listener: Listener
    position: int
    present: tuple[Present, ...] = ()
    quiet: bool = False
