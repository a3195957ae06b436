"""Imports as tests run them: files that are made, a place for them, and a worker over it."""

import json
import uuid
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import delete

from todo.database import Database
from todo.files.folder import FolderFiles
from todo.jobs import worker
from todo.jobs.backend import Backend
from todo.models import Job
from todo.services import import_states, imports
from todo.services.actor import Actor, Authority
from todo.shapes import imports as shapes
from todo.shapes.imports import ImportProgress, NewImport


def our_json(*tasks: dict[str, Any], title: str = "Home", list_id: str | None = None) -> bytes:
    """A file of our own JSON with one list."""
    own = list_id or str(uuid.uuid4())
    filled = [{"id": str(uuid.uuid4()), "title": "Pay rent", **task} for task in tasks]
    whole = {"format": "todo", "version": 1, "lists": [{"id": own, "title": title, "members": [], "tasks": filled}]}
    return json.dumps(whole).encode()


def numbered(count: int) -> bytes:
    """A file of so many tasks."""
    return our_json(*({"title": f"Task {number}"} for number in range(count)))


def form(fields: dict[str, str], content: bytes, name: str = "tasks.csv") -> tuple[bytes, str]:
    """A form with a file, and its media type."""
    lines = [
        f'--x\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
        for key, value in fields.items()
    ]
    head = f'--x\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode()
    return b"".join((*lines, head, content, b"\r\n--x--\r\n")), "multipart/form-data; boundary=x"


def forget_jobs(database: Database) -> None:
    """Whatever other tests left waiting is nobody's any more: a worker would do it first."""
    database.write(lambda session: session.execute(delete(Job)))


class Importing:
    """A worker over a database and a folder. `told` is what those who listen would hear."""

    def __init__(self, database: Database, folder: Path, clock: Callable[[], datetime]) -> None:
        forget_jobs(database)
        self.files = FolderFiles(folder)
        self.told: list[ImportProgress] = []
        self.backend = Backend(
            database=database,
            clock=clock,
            files=self.files,
            tell_import=lambda _account, progress: self.told.append(progress),
        )

    def actor(self, account_id: str) -> Actor:
        """An account, as it asks for something."""
        now = self.backend.clock()
        return Actor(uuid.UUID(account_id), Authority(), "write", "Europe/Madrid", now, uuid.uuid4())

    def send(self, account_id: str, content: bytes, name: str = "tasks.json", **options: Any) -> uuid.UUID:
        """An import that waits for the worker."""
        new = NewImport(name=name, size=len(content), **options)
        made = self.backend.database.write(imports.create, self.actor(account_id), new)
        self.files.store(made.id, content)
        self.backend.database.write(import_states.arrived, made.id, self.backend.clock())
        return made.id

    def start(
        self, account_id: str, import_id: uuid.UUID, *, time_zone: str = "Europe/Madrid", **wishes: Any
    ) -> shapes.Import:
        """Let a checked import go in, as its account says it, which is in that time zone now."""
        actor = replace(self.actor(account_id), time_zone=time_zone)
        return self.backend.database.write(imports.start, actor, import_id, shapes.StartImport(**wishes))

    def work(self) -> list[str]:
        """Do all that waits. Returns the outcomes."""
        return [f"{each.kind} {each.state}" for each in worker.work_through(self.backend)]

    def get(self, account_id: str, import_id: uuid.UUID) -> Any:
        """The import as its account sees it."""
        return self.backend.database.read(imports.get, self.actor(account_id), import_id)

    def done(self, account_id: str, content: bytes, **options: Any) -> Any:
        """An import that has ended."""
        import_id = self.send(account_id, content, **options)
        self.work()
        return self.get(account_id, import_id)


def titles(tasks: Iterable[dict[str, Any]]) -> list[str]:
    """What tasks are called."""
    return [task["title"] for task in tasks]
