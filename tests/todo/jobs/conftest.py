"""Jobs over a database of their own, since they look at all of it: `door` (the API), `backend`, `mails`, `told`."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from clients import Person, ServerDoor
from clocks import MovableClock
from job_ends import Announced, Mailbox
from postgresql import new_database
from sqlalchemy import make_url

from todo.database import build_database
from todo.jobs.backend import Backend
from todo.migrations.run import migrate


@pytest.fixture(params=["sqlite", "postgresql"])
def door(request: pytest.FixtureRequest, tmp_path: Path, clock: MovableClock) -> Iterator[ServerDoor]:
    """The API over a database that nobody else uses, of each kind in turn."""
    if request.param == "sqlite":
        url = make_url(f"sqlite:///{tmp_path}/todo.db")
    else:
        url = new_database(request.getfixturevalue("postgresql_server"))
    database = build_database(url, "invocation")
    migrate(database.engine)
    database.close()
    with ServerDoor(url, clock) as opened:
        yield opened


@pytest.fixture
def mails() -> Mailbox:
    """What was sent."""
    return Mailbox()


@pytest.fixture
def told() -> Announced:
    """What the queue was told."""
    return Announced()


@pytest.fixture
def backend(door: ServerDoor, clock: MovableClock, mails: Mailbox, told: Announced) -> Backend:
    """What jobs are given, over the database behind the door."""
    return Backend(database=door.database, clock=clock, queue=told, mailer=mails)


@pytest.fixture
def ann(door: ServerDoor) -> Person:
    """Somebody in Madrid who has just signed up."""
    return door.sign_up(f"ann-{uuid.uuid4()}@example.org", name="Ann", time_zone="Europe/Madrid")


@pytest.fixture
def bob(door: ServerDoor) -> Person:
    """Somebody else, in India."""
    return door.sign_up(f"bob-{uuid.uuid4()}@example.org", name="Bob", time_zone="Asia/Kolkata", language="es")
