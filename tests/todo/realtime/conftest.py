"""Sockets are the server's: these tests have its door, over each database in turn."""

import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from clients import Person, ServerDoor
from clocks import MovableClock
from sqlalchemy import delete, make_url
from sqlalchemy.orm import Session

from todo.models import Link, Member, uuid7
from todo.services import tokens
from todo.services.actor import LINK_PREFIX, digest_of


@pytest.fixture(scope="module")
def module_door(database_url: str, session_clock: MovableClock) -> Iterator[ServerDoor]:
    """The server over each database in turn."""
    with ServerDoor(make_url(database_url), session_clock, hub={"retry": 0.05, "presence": 0.0}) as door:
        yield door


@pytest.fixture
def door(module_door: ServerDoor, clock: MovableClock) -> ServerDoor:  # noqa: ARG001 - the clock is put right
    """The same, with the clock at the machine's time."""
    return module_door


Share = Callable[[Person, dict[str, Any], str], None]


@pytest.fixture
def share(door: ServerDoor) -> Share:
    """Makes somebody a member of a list."""

    def make_member(person: Person, task_list: dict[str, Any], role: str = "editor") -> None:
        def unit(session: Session) -> None:
            session.add(
                Member(
                    account_id=uuid.UUID(person.id),
                    list_id=uuid.UUID(task_list["id"]),
                    role=role,
                    changed_revision=1,
                )
            )

        door.database.write(unit)

    return make_member


@pytest.fixture
def unshare(door: ServerDoor) -> Callable[[Person, dict[str, Any]], None]:
    """Takes somebody off a list, and tells nobody."""

    def remove(person: Person, task_list: dict[str, Any]) -> None:
        condition = (Member.account_id == uuid.UUID(person.id), Member.list_id == uuid.UUID(task_list["id"]))
        door.database.write(lambda session: session.execute(delete(Member).where(*condition)))

    return remove


@pytest.fixture
def link(door: ServerDoor) -> Callable[[dict[str, Any]], Person]:
    """Makes a secret link of a list, as somebody who can ask with it."""

    def make_link(task_list: dict[str, Any]) -> Person:
        secret, link_id = tokens.new_secret(LINK_PREFIX), uuid7(datetime.now(UTC))

        def unit(session: Session) -> None:
            session.add(
                Link(
                    id=link_id,
                    list_id=uuid.UUID(task_list["id"]),
                    digest=digest_of(secret),
                    name="Guests",
                    role="viewer",
                    created_at=datetime.now(UTC),
                    expires_at=None,
                )
            )

        door.database.write(unit)
        return Person(door, "", str(link_id), secret)

    return make_link
