"""Somebody brings lists from three other programs to a deployed stack, and takes them out again.

Lambda's events for the API and the worker, PostgreSQL or SQLite behind them, and a bucket of S3 over sockets.
"""

import uuid
from collections.abc import Iterator

import httpx
import pytest
from clients import LambdaDoor, Person
from clocks import MovableClock
from file_bucket import Bucket, environment
from importing import forget_jobs
from moto_server import MotoServer
from sqlalchemy import make_url

from todo.jobs import worker
from todo.jobs.backend import Backend

FILES = {
    "Trip.csv": (
        "todoist",
        (
            "TYPE,CONTENT,DESCRIPTION,PRIORITY,INDENT,AUTHOR,RESPONSIBLE,DATE,DATE_LANG,TIMEZONE\r\n"
            "task,Pack @travel,Not too much,1,1,,,every monday,en,Europe/London\r\n"
            "task,Socks,,4,2,,,,en,Europe/London\r\n"
        ),
        {"Pack": ("FREQ=WEEKLY;BYDAY=MO", ["travel"], 4), "Socks": (None, [], 0)},
    ),
    "House.tsv": (
        "tsv",
        "Task\tDue\tPriority\tLabels\r\nWash the car\t2030-05-02\t2\thome\r\nMow the lawn\t\t\t\r\n",
        {"Wash the car": (None, ["home"], 2), "Mow the lawn": (None, [], 0)},
    ),
    "Garden.ics": (
        "ics",
        (
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Example//EN\r\nBEGIN:VTODO\r\nUID:1@example.org\r\n"
            "DTSTAMP:20300101T000000Z\r\nSUMMARY:Water the roses\r\nDUE;VALUE=DATE:20300503\r\nRRULE:FREQ=WEEKLY\r\n"
            "CATEGORIES:garden\r\nPRIORITY:1\r\nEND:VTODO\r\nEND:VCALENDAR\r\n"
        ),
        {"Water the roses": ("FREQ=WEEKLY", ["garden"], 4)},
    ),
}


@pytest.fixture
def bucket(moto: MotoServer, monkeypatch: pytest.MonkeyPatch, clock: MovableClock) -> Iterator[Bucket]:
    # boto3 has them of the process, as on Lambda.
    for name, value in environment().items():
        monkeypatch.setenv(name, value)
    with Bucket(moto) as made:
        made.now = clock()
        yield made


@pytest.fixture
def stack(database_url: str, clock: MovableClock, bucket: Bucket) -> Iterator[tuple[LambdaDoor, Backend]]:
    """The function that people call, and what the worker works with."""
    with LambdaDoor(make_url(database_url), clock, files=bucket.files) as door:
        forget_jobs(door.database)
        yield door, Backend(database=door.database, clock=clock, files=bucket.files)


def held(person: Person) -> dict[str, tuple[str | None, list[str], int]]:
    """What a person has: recurrence, labels and priority of each task."""
    return {
        task["title"]: ((task["due"] or {}).get("recurrence"), task["labels"], task["priority"])
        for task in person.get("/v1/tasks", limit=500)
    }


@pytest.mark.parametrize("name", FILES)
def test_a_file_goes_in_on_lambda_and_comes_out_as_it_was(stack: tuple[LambdaDoor, Backend], name: str) -> None:
    door, backend = stack
    kind, text, expected = FILES[name]
    ann, ben = (door.sign_up(f"{each}-{uuid.uuid4()}@example.org") for each in ("ann", "ben"))
    sent = {"Content-Type": "text/plain"}
    made = ann.ask("POST", f"/v1/imports?name={name}", body=text.encode(), headers=sent)
    assert (made.status, made.json["format"]) == (202, kind)
    worker.work_through(backend)
    assert ann.get(made.json["url"])["state"] == "done"
    assert held(ann) == expected
    out = ann.ask("GET", f"/v1/export?format={kind}")
    assert out.status == 200
    again = ben.ask("POST", f"/v1/imports?name={name}", body=out.body, headers=sent)
    worker.work_through(backend)
    assert ben.get(again.json["url"])["state"] == "done"
    assert held(ben) == expected
    undone = ann.ask("POST", f"/v1/operations/{made.json['operation_id']}/undo")
    assert undone.status == 200
    assert held(ann) == {}


def test_what_is_too_much_for_a_reply_is_written_to_the_bucket_and_fetched_from_there(
    stack: tuple[LambdaDoor, Backend],
) -> None:
    door, backend = stack
    ann = door.sign_up(f"ann-{uuid.uuid4()}@example.org")
    content = "title\r\n" + "".join(f"Task {number}\r\n" for number in range(2_500))
    ann.ask("POST", "/v1/imports?name=Large.csv", body=content.encode(), headers={"Content-Type": "text/csv"})
    worker.work_through(backend)
    asked = ann.ask("GET", "/v1/export?format=csv")
    assert asked.status == 202
    assert ann.ask("GET", asked.headers["location"]).status == 200
    worker.work_through(backend)
    done = ann.ask("GET", asked.headers["location"])
    assert done.status == 303
    file = httpx.get(done.headers["location"], timeout=30)
    assert file.status_code == 200
    assert file.text.count("\r\n") == 2_501
    assert "attachment" in file.headers["content-disposition"]
