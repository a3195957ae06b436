"""What handlers are given to work with, put together by the composition root."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, TypeVar
from uuid import UUID

from tornado.httputil import HTTPServerRequest

from todo.clock import Clock
from todo.database import Database
from todo.files import Files
from todo.services.passwords import Passwords
from todo.services.scopes import Changed
from todo.settings import SignUp

if TYPE_CHECKING:
    from todo.realtime.hub import Hub

T = TypeVar("T")


class Runner(Protocol):
    """How blocking work runs: inline on Lambda, on threads in the server."""

    def __call__(self, work: Callable[[], T], /) -> Awaitable[T]:
        """Run `work()` and give its result."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request as the door knows it: the id in its log lines, the seconds it may take, the client's address."""

    request_id: str
    seconds: float
    client: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Backend:
    """The database and everything else that handlers reach. `describe` tells of a request what its door knows.

    `reminders_changed` is called after a commit that may have made a reminder, or a digest, the next to be due;
    `jobs_written` with the ids of jobs that were committed; `changed` after a commit that wrote to the feed, with what
    it wrote. `hub` holds the sockets of this process, where it can hold any; `live_url` is the address of a WebSocket
    API that holds them instead; `files` is where files lie, None where there is no place for them. `streams` is false
    where a reply is held back until it is whole, and has to be small; what is larger then goes to `files`.
    """

    database: Database
    run: Runner
    describe: Callable[[HTTPServerRequest], Call]
    clock: Clock
    passwords: Passwords
    sign_up: SignUp
    public_url: str | None
    version: str
    live_url: str | None = None
    reminders_changed: Callable[[], None] = field(default=lambda: None)
    changed: Callable[[tuple[Changed, ...]], None] = field(default=lambda _changes: None)
    hub: "Hub | None" = None
    streams: bool = True
    jobs_written: Callable[[Sequence[UUID]], None] = field(default=lambda _ids: None)
    files: Files | None = None
