"""Imports as jobs: slices, turns, and files that are not what was announced."""

import dataclasses
import uuid
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from clients import Person, ServerDoor
from clocks import MovableClock
from importing import Importing, numbered
from sqlalchemy import make_url

from todo.errors import FilesFull
from todo.jobs import imports as job
from todo.jobs import worker
from todo.jobs.import_readings import Readings
from todo.jobs.queue import NoQueue
from todo.services import import_states, import_turns, import_work, imports, jobs
from todo.services.jobs import NewJob
from todo.shapes.imports import NewImport

OPEN_FILES = Path("/proc/self/fd")


@pytest.fixture
def people(database_url: str, clock: MovableClock) -> Any:
    with ServerDoor(make_url(database_url), clock) as door:
        yield door


@pytest.fixture
def ann(people: ServerDoor) -> Person:
    return people.sign_up(f"{uuid.uuid4()}@example.org")


@pytest.fixture
def importing(people: ServerDoor, tmp_path: Path, clock: MovableClock) -> Importing:
    return Importing(people.database, tmp_path, clock)


def test_a_file_with_another_digest_ends_the_import(ann: Person, importing: Importing) -> None:
    ended = importing.done(ann.id, numbered(1), sha256="0" * 64)
    assert (ended.state, ended.tasks) == ("failed", 0)
    assert "SHA-256" in ended.error


def test_a_file_that_is_shorter_than_announced_ends_the_import(ann: Person, importing: Importing) -> None:
    actor = importing.actor(ann.id)
    made = importing.backend.database.write(imports.create, actor, NewImport(name="a.csv", size=100))
    importing.files.store(made.id, b"title\r\n")
    importing.backend.database.write(import_states.arrived, made.id, importing.backend.clock())
    importing.work()
    ended = importing.get(ann.id, made.id)
    assert (ended.state, "not whole" in ended.error) == ("failed", True)


def test_a_file_of_no_known_kind_ends_the_import(ann: Person, importing: Importing) -> None:
    ended = importing.done(ann.id, b"\x89PNG\r\n\x1a\n" + bytes(200), name="picture.csv")
    assert (ended.state, "CSV" in ended.error) == ("failed", True)


def test_an_import_gives_way_to_a_mail_and_goes_on(
    ann: Person, importing: Importing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job, "_SHORT_SLICE", timedelta())
    monkeypatch.setattr(job, "_BREATH", timedelta())
    importing.send(ann.id, numbered(1200))
    mail = NewJob(kind="email", payload={"letter": "none"})

    def write_mail(session: Any) -> None:
        jobs.enqueue(session, importing.backend.clock(), [mail])

    importing.backend.database.write(write_mail)
    outcomes = importing.work()
    assert outcomes.index("import continued") < outcomes.index("email given_up") < outcomes.index("import done")
    assert len(ann.get("/v1/tasks", limit=500)) == 500


def test_slices_count_no_attempts(ann: Person, importing: Importing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job, "SLICE", timedelta())
    import_id = importing.send(ann.id, numbered(3000))
    outcomes = importing.work()
    assert outcomes.count("import continued") > jobs.MOST_ATTEMPTS
    assert importing.get(ann.id, import_id).tasks == 3000


@pytest.mark.skipif(not OPEN_FILES.is_dir(), reason="only Linux tells which files are open")
def test_a_file_is_open_between_slices_and_closed_when_its_import_is_cancelled(
    ann: Person, importing: Importing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def is_open() -> bool:
        # What has no end any more was open for the listing itself.
        return any(each.exists() and each.readlink().is_relative_to(tmp_path) for each in OPEN_FILES.iterdir())

    monkeypatch.setattr(job, "SLICE", timedelta())
    import_id = importing.send(ann.id, numbered(8000))
    database = importing.backend.database
    for _ in range(3):
        (waiting,) = database.read(jobs.due, importing.backend.clock(), 1)
        assert worker.work(importing.backend, waiting).state == "continued"
    assert is_open()
    database.write(imports.cancel, importing.actor(ann.id), import_id)
    importing.work()
    assert importing.get(ann.id, import_id).state == "cancelled"
    assert not is_open()


def test_another_process_does_not_go_on_in_the_way_that_was_wished_for_before(
    ann: Person, importing: Importing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job, "SLICE", timedelta())
    one, other = Readings(), Readings()

    def step(process: Readings, count: int = 1) -> None:
        monkeypatch.setattr(job, "readings", process)
        for _ in range(count):
            (waiting,) = importing.backend.database.read(jobs.due, importing.backend.clock(), 9)
            worker.work(importing.backend, waiting)

    rows = "".join(f"{'' if number > 2_500 else 'A'},B\r\n" for number in range(5_000))
    content = f"title,notes\r\n{rows}".encode()
    import_id = importing.send(ann.id, content, name="tasks.csv", dry_run=True)
    step(other, 2)
    step(one, 3)
    assert importing.get(ann.id, import_id).problem_count > 2_000
    importing.start(ann.id, import_id, dry_run=True, mapping={"title": "notes", "notes": "title"})
    step(one, 2)
    step(other, 3)
    seen = importing.get(ann.id, import_id)
    assert (seen.state, seen.problem_count) == ("checked", 0)


def test_imports_of_one_account_take_turns_and_do_not_hold_up_another(
    people: ServerDoor, ann: Person, importing: Importing
) -> None:
    bob = people.sign_up(f"{uuid.uuid4()}@example.org")
    first, second = (importing.send(ann.id, numbered(600)) for _ in range(2))
    other = importing.send(bob.id, numbered(1))
    found = importing.backend.database.read(import_work.find_work, second)
    assert found is not None
    assert not importing.backend.database.read(import_turns.is_its_turn, found)
    importing.work()
    ended = [importing.get(who.id, each).state for who, each in ((ann, first), (ann, second), (bob, other))]
    assert ended == ["done", "done", "done"]


@pytest.mark.parametrize("dry_run", [False, True])
def test_the_next_import_is_called_by_the_end_of_the_one_before(
    ann: Person, importing: Importing, *, dry_run: bool
) -> None:
    told: list[uuid.UUID] = []

    class Told(NoQueue):
        def announce(self, job_ids: Sequence[uuid.UUID]) -> None:
            told.extend(job_ids)

    backend = dataclasses.replace(importing.backend, queue=Told())
    database = backend.database

    def due() -> tuple[uuid.UUID, ...]:
        return database.read(jobs.due, backend.clock(), 9)

    importing.send(ann.id, numbered(3), dry_run=dry_run)
    second = importing.send(ann.id, numbered(4))
    (waiting,) = database.read(imports.jobs_of, importing.actor(ann.id), second)
    first_job = next(each for each in due() if each != waiting)
    outcome = worker.work(backend, waiting)
    assert (outcome.state, outcome.seconds) == ("continued", 30.0)
    assert due() == (first_job,)
    assert worker.work(backend, first_job).state == "done"
    assert (told, due()) == ([waiting], (waiting,))


def test_whoever_listens_hears_how_far_it_is(ann: Person, importing: Importing) -> None:
    importing.done(ann.id, numbered(3))
    assert (importing.told[-1].state, importing.told[-1].tasks, importing.told[-1].rows) == ("done", 3, 3)


def test_a_place_for_files_that_is_away_is_waited_for_and_then_given_up(
    ann: Person, importing: Importing, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_id = importing.send(ann.id, numbered(3))

    def away(*_arguments: Any) -> Any:
        raise FilesFull

    with monkeypatch.context() as patched:
        patched.setattr(importing.files, "source", away)
        for _ in range(jobs.MOST_ATTEMPTS):
            importing.work()
            clock.forward(hours=1)
    assert importing.get(ann.id, import_id).state == "failed"
    assert importing.done(ann.id, numbered(3)).state == "done"
