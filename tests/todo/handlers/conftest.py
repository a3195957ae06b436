"""What the tests of resources share."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any
from uuid import UUID

import pytest
from clients import Door, Person
from sqlalchemy import delete
from sqlalchemy.orm import Session

from todo.models import Member, Throttle

Share = Callable[[Mapping[str, Any], Person, str], None]


@pytest.fixture
def share(door: Door) -> Share:
    """Make somebody a member of a list: `share(task_list, bob, "viewer")`."""

    def add(session: Session, task_list: Mapping[str, Any], person: Person, role: str) -> None:
        session.add(Member(account_id=UUID(person.id), list_id=UUID(task_list["id"]), role=role, changed_revision=1))

    return lambda task_list, person, role: door.database.write(add, task_list, person, role)


@pytest.fixture
def fresh_counters(door: Door) -> Iterator[None]:
    """No attempts are counted yet, and none that this test makes are held against the next."""

    def forget(session: Session) -> None:
        session.execute(delete(Throttle))

    door.database.write(forget)
    yield
    door.database.write(forget)
