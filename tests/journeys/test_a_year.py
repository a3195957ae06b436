"""A task that repeats every day, and nobody does it for a year: it stays one task, and then moves on day by day."""

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from clients import Door, LambdaDoor, Person, ServerDoor
from clocks import MovableClock
from postgresql import new_database
from sqlalchemy import make_url

from todo.database import build_database
from todo.migrations.run import migrate
from todo.services.housekeeping import STEPS, behind

DAILY = "FREQ=DAILY"


@pytest.fixture(params=["server-sqlite", "lambda-postgresql"])
def own_door(request: pytest.FixtureRequest, tmp_path: Path, clock: MovableClock) -> Iterator[Door]:
    """A door with a database of its own: a year of housekeeping would leave nothing of what others need."""
    kind, name = request.param.split("-")
    url = make_url(f"sqlite:///{tmp_path}/todo.db")
    if name == "postgresql":
        url = new_database(request.getfixturevalue("postgresql_server"))
    database = build_database(url, "server")
    migrate(database.engine)
    database.close()
    with ServerDoor(url, clock) if kind == "server" else LambdaDoor(url, clock) as door:
        yield door


@pytest.fixture
def ann(own_door: Door) -> Person:
    """Somebody in Madrid with a token that does not end."""
    ann = own_door.sign_up(f"ann-{uuid.uuid4()}@example.org", time_zone="Europe/Madrid")
    secret = ann.ask("POST", "/v1/tokens", {"name": "phone"}).json["secret"]
    return Person(own_door, ann.email, ann.id, secret)


def keep_house(door: Door, clock: MovableClock) -> None:
    for _, step in STEPS:
        while door.database.write(step, clock()):
            pass
    assert door.database.read(behind, clock()) == 0


def complete(person: Person, task: dict[str, Any]) -> dict[str, Any]:
    reply = person.ask("PATCH", task["url"], {"completed": True, "due": task["due"]})
    assert reply.status == 200, reply.body
    assert reply.json["completed"] is False
    after: dict[str, Any] = reply.json
    return after


def test_a_daily_task_that_nobody_does_for_a_year_stays_one_task(ann: Person, clock: MovableClock) -> None:
    home = ann.make_list()
    plants = ann.add(home, "Water the plants", labels=["home"], due={"date": "2026-11-24", "recurrence": DAILY})
    # What there is besides goes into the trash, and leaves it in time.
    ann.ask("DELETE", ann.add(home, "Once")["url"])
    for _ in range(53):
        clock.forward(days=7)
        keep_house(ann.door, clock)
    assert ann.get("/v1/tasks") == [plants]
    assert ann.get("/v1/trash") == []
    assert [entry["kind"] for entry in ann.get(plants["url"] + "/activity")] == ["task.created"]

    # She catches up: a day at a time, from the schedule, and never two for one press of the button.
    for day in ("25", "26", "27"):
        before, plants = plants, complete(ann, plants)
        assert plants["due"] == {**before["due"], "date": f"2026-11-{day}"}
        assert ann.ask("PATCH", plants["url"], {"completed": True, "due": before["due"]}).status == 412
        keep_house(ann.door, clock)
        assert ann.get("/v1/tasks") == [plants]


@pytest.mark.parametrize(
    ("due", "following"),
    [
        ({"date": "2026-12-30"}, ["2026-12-31", "2027-01-01"]),
        ({"date": "2028-02-27"}, ["2028-02-28", "2028-02-29", "2028-03-01"]),
        ({"date": "2027-02-27"}, ["2027-02-28", "2027-03-01"]),
        (
            {"at": "2027-03-27T08:00:00"},
            ["2027-03-28T08:00:00+02:00", "2027-03-29T08:00:00+02:00"],
        ),
        # 02:30 is skipped on the day when the clocks go forward, and is 02:30 again on the next.
        (
            {"at": "2027-03-27T02:30:00"},
            ["2027-03-28T03:30:00+02:00", "2027-03-29T02:30:00+02:00"],
        ),
        # It comes twice on the day when they go back: the first is meant.
        (
            {"at": "2027-10-30T02:30:00"},
            ["2027-10-31T02:30:00+02:00", "2027-11-01T02:30:00+01:00"],
        ),
        ({"at": "2027-12-31T23:30:00"}, ["2028-01-01T23:30:00+01:00"]),
    ],
    ids=["year end", "29 February", "no 29 February", "clocks forward", "skipped", "twice", "year end by night"],
)
def test_long_overdue_it_moves_on_from_its_schedule_and_not_from_today(
    ann: Person, clock: MovableClock, due: dict[str, str], following: list[str]
) -> None:
    task = ann.add(ann.make_list(), "Water the plants", due={**due, "recurrence": DAILY})
    clock.forward(days=800)
    keep_house(ann.door, clock)
    (kind,) = due
    seen = []
    for _ in following:
        task = complete(ann, task)
        seen.append(task["due"][kind])
        assert ann.get("/v1/tasks") == [task]
    assert seen == following
