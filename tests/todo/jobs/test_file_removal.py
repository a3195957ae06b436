"""Files go with whoever they were of: from the folder, and from the bucket; soon, and once is as good as twice."""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from aws_calls import NOW
from clients import Person, ServerDoor
from clocks import MovableClock
from file_bucket import Bucket, environment, post
from importing import forget_jobs, form, numbered
from job_ends import Announced
from sqlalchemy import make_url
from sqlalchemy.orm import Session

from todo.errors import FilesUnavailable
from todo.files import Files
from todo.files.folder import FolderFiles
from todo.jobs import file_removal, housekeeping, messages, worker
from todo.jobs.backend import Backend
from todo.models import Export, Job
from todo.services import actor as actors
from todo.services import exports, imports, jobs
from todo.services.actor import on_behalf_of
from todo.shapes.exports import ExportQuery
from todo.shapes.imports import NewImport


@dataclass(frozen=True)
class Place:
    """Where files lie: `names` are those that are there."""

    files: Files
    names: Callable[[], list[str]]


@pytest.fixture(params=["folder", "bucket"])
def place(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    if request.param == "folder":
        folder = tmp_path / "files"
        yield Place(FolderFiles(folder), lambda: [str(each) for each in folder.glob("*/**/*") if each.is_file()])
        return
    for name, value in environment().items():
        monkeypatch.setenv(name, value)  # boto3 has them of the process, as on Lambda
    with Bucket(request.getfixturevalue("moto")) as bucket:
        yield Place(bucket.files, bucket.keys)


@pytest.fixture
def people(database_url: str, clock: MovableClock, place: Place) -> Iterator[ServerDoor]:
    with ServerDoor(make_url(database_url), clock, files=place.files) as door:
        forget_jobs(door.database)
        yield door


@pytest.fixture
def told() -> Announced:
    return Announced()


@pytest.fixture
def backend(people: ServerDoor, clock: MovableClock, place: Place, told: Announced) -> Backend:
    return Backend(database=people.database, clock=clock, files=place.files, queue=told)


def upload(backend: Backend, person: Person) -> uuid.UUID:
    """An import whose file is there, and that waits for nobody."""
    actor, content = on_behalf_of(uuid.UUID(person.id), backend.clock()), numbered(3)
    made = backend.database.write(imports.create, actor, NewImport(name="tasks.json", size=len(content) + 1))
    assert backend.files is not None
    backend.files.store(made.id, content)
    return made.id


def export(backend: Backend, secret: str) -> uuid.UUID:
    """An export that was written for whoever has this token or link."""

    def ask(session: Session) -> uuid.UUID:
        actor = actors.authenticate(session, secret, backend.clock())
        return exports.ask(session, actor, ExportQuery(), "todo", ".json").id

    export_id = backend.database.write(ask)
    assert {each.state for each in worker.work_through(backend)} == {"done"}
    return export_id


def test_who_deletes_the_account_leaves_no_file(people: ServerDoor, backend: Backend, place: Place) -> None:
    ann, bob = (people.sign_up(f"{uuid.uuid4()}@example.org") for _ in range(2))
    for person, count in ((ann, 55), (bob, 1)):
        for _ in range(count):
            upload(backend, person)
        export(backend, person.token)
    assert len(place.names()) == 58
    assert ann.ask("DELETE", "/v1/me").status == 204
    outcomes = worker.work_through(backend)
    assert [(each.kind, each.state) for each in outcomes] == [("file-removal", "done")] * 3
    assert len(place.names()) == 2


def test_the_queue_is_told_at_once_of_an_account_and_of_a_link(
    database_url: str, clock: MovableClock, place: Place
) -> None:
    told: list[uuid.UUID] = []
    with ServerDoor(make_url(database_url), clock, files=place.files, jobs_written=told.extend) as people:
        forget_jobs(people.database)
        backend = Backend(database=people.database, clock=clock, files=place.files)
        ann = people.sign_up(f"{uuid.uuid4()}@example.org")
        home = ann.make_list()
        link = ann.ask("POST", f"{home['url']}/links", {"name": "All", "role": "viewer"}).json
        export(backend, link["secret"])
        upload(backend, ann)
        for url, left in ((link["url"], 1), ("/v1/me", 0)):
            told.clear()
            assert ann.ask("DELETE", url).status == 204
            (job_id,) = told
            assert worker.work(backend, job_id).state == "done"
            assert len(place.names()) == left


def test_done_twice_it_is_done_once(people: ServerDoor, backend: Backend, place: Place) -> None:
    ann = people.sign_up(f"{uuid.uuid4()}@example.org")
    upload(backend, ann)
    ann.ask("DELETE", "/v1/me")
    (job_id,) = backend.database.read(jobs.due, backend.clock(), 9)
    claimed = backend.database.write(jobs.claim, job_id, backend.clock())
    assert isinstance(claimed, jobs.Claimed)
    for _ in range(2):
        file_removal.remove(backend, claimed)
        assert place.names() == []


def test_a_place_that_is_away_is_tried_again(
    people: ServerDoor, backend: Backend, place: Place, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = people.sign_up(f"{uuid.uuid4()}@example.org")
    upload(backend, ann)
    assert ann.ask("DELETE", "/v1/me").status == 204

    def away(_item_id: uuid.UUID) -> None:
        raise FilesUnavailable("It is away.")

    with monkeypatch.context() as patched:
        patched.setattr(place.files, "delete", away)
        assert [each.state for each in worker.work_through(backend)] == ["retried"]
    assert len(place.names()) == 1
    clock.forward(minutes=1)
    assert [each.state for each in worker.work_through(backend)] == ["done"]
    assert place.names() == []


def test_housekeeping_forgets_old_exports_and_leaves_their_files_to_a_job(
    people: ServerDoor, backend: Backend, place: Place, clock: MovableClock, told: Announced
) -> None:
    ann = people.sign_up(f"{uuid.uuid4()}@example.org")
    export_id = export(backend, ann.token)
    clock.forward(hours=25)
    # What keeps house may not touch files: in the stack it is another function.
    housekeeping.run(replace(backend, files=None))
    assert backend.database.read(lambda session: session.get(Export, export_id)) is None
    assert len(place.names()) == 1

    def is_for_ours(session: Session, job_id: uuid.UUID) -> bool:
        return str(export_id) in session.get_one(Job, job_id).payload

    # Exports of other tests may be old by now, too.
    assert [backend.database.read(is_for_ours, job_id) for job_id in told.job_ids].count(True) == 1
    worker.work_through(backend)
    assert place.names() == []


def test_a_part_that_comes_for_an_account_that_is_gone_is_not_kept(
    people: ServerDoor, backend: Backend, place: Place
) -> None:
    ann = people.sign_up(f"{uuid.uuid4()}@example.org")
    made = ann.ask("POST", "/v1/imports", {"name": "tasks.csv", "size": 10}).json
    assert ann.ask("DELETE", "/v1/me").status == 204
    assert [each.kind for each in worker.work_through(backend)] == ["file-removal"]
    if isinstance(place.files, FolderFiles):
        fields = {name: value.replace("{part}", "1") for name, value in made["upload"]["fields"].items()}
        body, media_type = form(fields, b"0123456789")
        reply = people.ask("POST", made["upload"]["url"], body=body, headers={"Content-Type": media_type})
        assert (reply.status, reply.json["code"]) == (404, "not_found")
    else:
        assert post(place.files.upload(uuid.UUID(made["id"]), 10, NOW), 1, b"0123456789").status_code == 204
        assert len(place.names()) == 1
        for _ in range(2):  # queues may deliver twice
            worker.receive(backend, messages.UploadArrived(uuid.UUID(made["id"])))
    assert place.names() == []
