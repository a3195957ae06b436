"""A file that is sent to the bucket by an address: its arrival, told by the queue, starts the import."""

import json
import uuid
from collections.abc import Iterator

import pytest
from clients import Person, ServerDoor
from clocks import MovableClock
from file_bucket import PART, Bucket, environment, post
from importing import forget_jobs, numbered
from moto_server import MotoServer
from sqlalchemy import make_url

from todo.jobs import messages, worker
from todo.jobs.backend import Backend
from todo.services import imports
from todo.services.actor import Actor, Authority
from todo.shapes.imports import NewImport


@pytest.fixture
def people(database_url: str, clock: MovableClock) -> Iterator[ServerDoor]:
    with ServerDoor(make_url(database_url), clock) as door:
        yield door


@pytest.fixture
def bucket(moto: MotoServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    # boto3 has them of the process, as on Lambda.
    for name, value in environment().items():
        monkeypatch.setenv(name, value)
    with Bucket(moto) as made:
        yield made


def arrival(bucket: Bucket, key: str, size: int) -> str:
    """What S3 writes to the queue."""
    s3 = {"bucket": {"name": bucket.bucket}, "object": {"key": key, "size": size}}
    record = {"eventSource": "aws:s3", "eventName": "ObjectCreated:Post", "s3": s3}
    return json.dumps({"Records": [record]})


def test_the_last_part_to_arrive_starts_the_import_which_reads_them_as_one_file(
    people: ServerDoor, bucket: Bucket, clock: MovableClock
) -> None:
    ann: Person = people.sign_up(f"{uuid.uuid4()}@example.org")
    forget_jobs(people.database)
    backend = Backend(database=people.database, clock=clock, files=bucket.files)
    actor = Actor(uuid.UUID(ann.id), Authority(), "write", "Europe/Madrid", clock(), uuid.uuid4())
    file = numbered(120)
    new = NewImport(name="tasks.json", size=len(file))
    made = people.database.write(imports.create, actor, new)
    upload = bucket.files.upload(made.id, len(file), bucket.now)
    assert upload.parts > 2
    states = []
    for number in reversed(range(1, upload.parts + 1)):
        part = file[(number - 1) * PART : number * PART]
        assert post(upload, number, part).status_code == 204
        key = upload.fields["key"].replace("{part}", str(number))
        for _ in range(2):  # queues may deliver twice
            worker.receive(backend, messages.parse_message(arrival(bucket, key, len(part))))
        states.append(people.database.read(imports.get, actor, made.id).state)
    assert states == ["uploading"] * (upload.parts - 1) + ["waiting"]
    worker.work_through(backend)
    ended = people.database.read(imports.get, actor, made.id)
    assert (ended.state, ended.tasks, ended.problem_count) == ("done", 120, 0)
    assert {task["title"] for task in ann.get("/v1/tasks", limit=500)} == {f"Task {number}" for number in range(120)}
