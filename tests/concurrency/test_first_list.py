"""Somebody without a list says several things at once: they come into one list."""

import uuid
from pathlib import Path

import pytest
from clients import ServerDoor
from clocks import MovableClock
from concurrency.test_writers import at_once, migrated
from postgresql import new_database
from sqlalchemy import make_url


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_the_first_lines_of_somebody_make_one_list(
    kind: str, tmp_path: Path, clock: MovableClock, request: pytest.FixtureRequest
) -> None:
    if kind == "sqlite":
        url = make_url(f"sqlite:///{tmp_path}/todo.db")
    else:
        url = new_database(request.getfixturevalue("postgresql_server"))
    with ServerDoor(migrated(url), clock) as door:
        ann = door.sign_up(f"{uuid.uuid4()}@example.org")
        found = set()

        def add(number: int) -> None:
            reply = ann.ask("POST", "/v1/quick-add", {"text": f"Buy {number} eggs"})
            assert reply.status == 201, reply.body
            found.add(reply.json["list_id"])

        at_once(4, add)
        lists = ann.get("/v1/lists")
        assert [(each["id"], each["title"]) for each in lists] == [(found.pop(), "To do")]
        assert not found
