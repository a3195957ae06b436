"""What jobs are given to work with, put together by the entrypoints."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from todo.clock import Clock
from todo.database import Database
from todo.delivery.mailer import Mailer
from todo.files import Files
from todo.jobs.queue import NoQueue, Queue
from todo.services.scopes import Changed
from todo.shapes.imports import ImportProgress
from tornado_lambda import Connections


class Alarm(Protocol):
    """What wakes the service once, where nothing runs by the minute so that the database can sleep."""

    def set(self, at: datetime | None) -> None:
        """Wake it at that moment, or not at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backend:
    """`mailer` is None where no sender is set, `alarm` where jobs run by the minute, `sockets` where there are none but
    the server's own, `public_url` where nobody said at which address people find the service, `files` where there is
    no place for files.

    `changed` and `tell_import` tell the server's own sockets what a job wrote to the feed, and an account's how far its
    import is; `is_stopping` says whether a job should end as soon as it can.
    """

    database: Database
    clock: Clock
    queue: Queue = field(default_factory=NoQueue)
    mailer: Mailer | None = None
    alarm: Alarm | None = None
    public_url: str | None = None
    sockets: Connections | None = None
    files: Files | None = None
    tell_import: Callable[[UUID, ImportProgress], None] = field(default=lambda _account, _progress: None)
    changed: Callable[[tuple[Changed, ...]], None] = field(default=lambda _changes: None)
    is_stopping: Callable[[], bool] = field(default=lambda: False)
