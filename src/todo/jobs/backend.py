"""What jobs are given to work with, put together by the entrypoints."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from todo.clock import Clock
from todo.database import Database
from todo.delivery.mailer import Mailer
from todo.files import Files
from todo.jobs.queue import NoQueue, Queue
from tornado_lambda import Connections


class Alarm(Protocol):
    """What wakes the service once, where nothing runs by the minute so that the database can sleep."""

    def set(self, at: datetime | None) -> None:
        """Wake it at that moment, or not at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backend:
    """`mailer` is None where no sender is set, `alarm` where jobs run by the minute, `sockets` where there are none but
    the server's own, `public_url` where nobody said at which address people find the service, `files` where there is
    no place for them.
    """

    database: Database
    clock: Clock
    queue: Queue = field(default_factory=NoQueue)
    mailer: Mailer | None = None
    alarm: Alarm | None = None
    public_url: str | None = None
    sockets: Connections | None = None
    files: Files | None = None
