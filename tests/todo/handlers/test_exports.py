"""Exports: complete, page by page, and never half a file that looks whole."""

import json
import os
import socket
import tracemalloc
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

import pytest
from clients import Door, LambdaDoor, Person, ServerDoor
from clocks import MovableClock
from conftest import DATABASES
from importing import forget_jobs
from sqlalchemy import insert, make_url
from sqlalchemy.orm import Session

from todo.database import Database, deadline_in
from todo.files.folder import FolderFiles
from todo.formats import WRITTEN, open_reader
from todo.formats.records import ReadOptions, TaskRecord
from todo.jobs import housekeeping, worker
from todo.jobs.backend import Backend
from todo.models import Scope, Task

Files = dict[str, Any]
MANY = 50_000 if os.environ.get("PROVE") else 10_000


def exported(person: Person, **query: Any) -> Any:
    """A JSON export."""
    reply = person.ask("GET", "/v1/export", query=query)
    assert reply.status == 200, reply.body
    assert reply.headers["content-type"] == "application/vnd.todo+json"
    return reply.json


def without_url(shown: dict[str, Any]) -> dict[str, Any]:
    """What is not an address of this service."""
    return {name: value for name, value in shown.items() if name != "url"}


def fill(database: Database, task_list: dict[str, Any], account_id: str, count: int) -> None:
    """Many tasks in a list, quickly."""
    now = datetime.now(UTC)

    def rows(session: Session) -> None:
        values = [
            {
                "id": uuid.uuid4(), "list_id": UUID(task_list["id"]), "title": f"Task {number}",
                "title_key": f"task {number}", "notes": "n" * 100, "search": "x", "completed": False, "priority": 0,
                "due_sort": "~", "labels": "[]", "reminders": "[]", "order": float(number), "version": 1,
                "changed_revision": 1, "created_by": UUID(account_id), "creation_digest": b"0" * 32,
                "created_at": now, "updated_at": now, "trashed": False,
            }
            for number in range(count)
        ]  # fmt: skip
        session.execute(insert(Task), values)
        session.get_one(Scope, UUID(task_list["id"])).item_count = count

    database.write(rows)


def test_all_that_the_api_shows_is_in_the_json(door: Door, ann: Person, bob: Person, share: Any) -> None:
    home, work = ann.make_list(notes="ours"), ann.make_list("Work")
    share(home, bob, "editor")
    rent = ann.add(
        home,
        labels=["money", "a, b"],
        notes="two\nlines",
        priority=3,
        due={"at": "2026-12-01T09:00:00", "time_zone": "Europe/Madrid", "recurrence": "FREQ=MONTHLY"},
        reminders=[{"before": "P1D"}],
        assignee_id=bob.id,
    )
    ann.add(home, "Below", parent_id=rent["id"])
    ann.add(work, "Done", completed=True)
    ann.ask("DELETE", ann.add(work, "Gone")["url"])
    found = exported(ann)
    assert [each["title"] for each in found["lists"]] == ["Home", "Work"]
    for each, its_list in zip(found["lists"], (home, work), strict=True):
        shown = ann.get(its_list["url"])
        assert {name: each[name] for name in shown if name != "url"} == without_url(shown)
        assert len(each["activity"]) == len(ann.get(f"{its_list['url']}/activity", limit=500))
        for task, same in zip(each["tasks"], ann.get(f"{its_list['url']}/tasks"), strict=True):
            assert {name: task[name] for name in same if name in task} == {
                name: value for name, value in without_url(same).items() if name in task
            }
            assert {"title", "notes", "due", "labels", "reminders", "parent_id", "completed_at", "order"} <= set(task)
    assert {member["address"] for member in found["lists"][0]["members"]} == {ann.email, bob.email}
    assert door.database is not None


def test_tasks_stand_behind_those_they_are_below(ann: Person) -> None:
    home = ann.make_list()
    second = ann.add(home, "second", order=2)
    first = ann.add(home, "first", order=1)
    ann.add(home, "second b", parent_id=second["id"], order=1.5)
    ann.add(home, "second a", parent_id=second["id"], order=0.5)
    ann.add(home, "first a", parent_id=first["id"], order=9)
    tasks = exported(ann, list=home["id"])["lists"][0]["tasks"]
    assert [task["title"] for task in tasks] == ["first", "first a", "second", "second a", "second b"]


def test_a_link_exports_its_list_and_no_address(ann: Person) -> None:
    home, other = ann.make_list(), ann.make_list("Secret")
    ann.add(home)
    ann.add(other)
    link = ann.ask("POST", f"{home['url']}/links", {"role": "viewer"}).json["secret"]
    reply = ann.door.ask("GET", "/v1/export", token=link)
    assert reply.status == 200
    assert [each["title"] for each in reply.json["lists"]] == ["Home"]
    assert ann.email not in reply.body.decode()
    assert "Secret" not in reply.body.decode()
    assert ann.door.ask("GET", "/v1/export", token=link, query={"format": "archive"}).status == 403
    assert ann.door.ask("GET", "/v1/export", token=link, query={"list": other["id"]}).status == 404


def test_a_file_has_a_name_that_every_system_takes(ann: Person) -> None:
    home = ann.make_list('Ünser/Haus: "1"')
    reply = ann.ask("GET", "/v1/export", query={"list": home["id"]})
    assert reply.headers["content-disposition"].startswith('attachment; filename="_nser-Haus-1-2')
    assert "filename*=UTF-8''%C3%9Cnser-Haus" in reply.headers["content-disposition"]
    assert 'filename="todo-2' in ann.ask("HEAD", "/v1/export").headers["content-disposition"]


@pytest.mark.parametrize("name", WRITTEN)
def test_every_format_is_read_back(ann: Person, tmp_path: Path, name: str) -> None:
    home = ann.make_list()
    for title in ("Pay rent", "=1+1", "'=1", "@home", "-- no"):
        ann.add(home, title)
    reply = ann.ask("GET", "/v1/export", query={"format": name})
    assert reply.status == 200, reply.body
    source = File(tmp_path / "file", reply.body)
    options = ReadOptions(now=datetime.now(UTC), time_zone="UTC", language="en")
    records = open_reader(name, source, options).records()
    titles = [each.fields["title"] for each in records if isinstance(each, TaskRecord)]
    assert titles == ["Pay rent", "=1+1", "'=1", "@home", "-- no"]
    if name in ("csv", "tsv"):
        # A spreadsheet would calculate it.
        assert not [cell for line in reply.body.splitlines() for cell in line.split(b",") if cell.startswith(b"=")]


class File:
    """A file that was fetched."""

    def __init__(self, path: Path, content: bytes) -> None:
        path.write_bytes(content)
        self._path = path
        self.name, self.size = path.name, len(content)

    def open(self) -> BinaryIO:
        """From its beginning."""
        return self._path.open("rb")


def test_a_dry_run_counts_and_says_what_is_lost(ann: Person) -> None:
    ann.add(ann.make_list())
    shown = ann.get("/v1/export", dry_run=True, format="ics")
    assert (shown["lists"], shown["tasks"]) == (1, 1)
    assert shown["loss_count"] >= len(shown["losses"])
    assert shown["name"].endswith(".ics")


def test_unknown_formats_and_lists_are_refused(ann: Person, bob: Person) -> None:
    assert ann.ask("GET", "/v1/export", query={"format": "xml"}).status == 422
    assert ann.ask("GET", "/v1/export", query={"list": str(uuid.uuid4())}).status == 404
    assert ann.ask("GET", "/v1/export", query={"list": bob.make_list()["id"]}).status == 404


@pytest.fixture(params=DATABASES)
def server(request: pytest.FixtureRequest, clock: MovableClock) -> Iterator[ServerDoor]:
    """The server, over each database in turn."""
    with ServerDoor(make_url(request.getfixturevalue(f"{request.param}_url")), clock) as door:
        yield door


def test_many_tasks_stream_in_little_memory(server: ServerDoor) -> None:
    ann = server.sign_up(f"{uuid.uuid4()}@example.org")
    home = ann.make_list()
    fill(server.database, home, ann.id, MANY)
    size = 0
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as client:
        _ask(client, ann, "json")
        tracemalloc.start()
        while chunk := client.recv(1 << 20):
            size += len(chunk)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert size > MANY * 400
    # A page, and the ids of all: where the text of all were held, too, it would be twice as much.
    assert peak < 4_000_000 + MANY * 350, peak
    assert ann.get("/v1/export", list=home["id"], dry_run=True)["tasks"] == MANY


def test_a_client_that_leaves_ends_the_reading(server: ServerDoor, caplog: pytest.LogCaptureFixture) -> None:
    ann = server.sign_up(f"{uuid.uuid4()}@example.org")
    fill(server.database, ann.make_list(), ann.id, 20_000)
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as client:
        _ask(client, ann, "json")
        assert client.recv(1000).startswith(b"HTTP/1.1 200")
    assert ann.ask("GET", "/v1/me").status == 200
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


def test_an_export_that_loses_its_right_is_broken_off(server: ServerDoor) -> None:
    ann = server.sign_up(f"{uuid.uuid4()}@example.org")
    fill(server.database, ann.make_list(), ann.id, 20_000)
    spare = ann.ask("POST", "/v1/tokens", {"name": "spare"}).json
    received = b""
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        _ask(client, Person(server, ann.email, ann.id, spare["secret"]), "json")
        received += client.recv(1000)
        assert ann.ask("DELETE", spare["url"]).status == 204
        try:
            while chunk := client.recv(1 << 16):
                received += chunk
        except ConnectionResetError:
            pass
    # The last chunk, of no length, never came.
    assert not received.endswith(b"0\r\n\r\n")


def _ask(client: socket.socket, person: Person, name: str) -> None:
    request = f"GET /v1/export?format={name} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
    client.sendall(f"{request}Authorization: Bearer {person.token}\r\n\r\n".encode())


@pytest.fixture(params=DATABASES)
def stack(request: pytest.FixtureRequest, clock: MovableClock, tmp_path: Path) -> Iterator[tuple[LambdaDoor, Backend]]:
    """The function behind the HTTP API, and the worker, with a folder for a bucket."""
    files = FolderFiles(tmp_path)
    with LambdaDoor(make_url(request.getfixturevalue(f"{request.param}_url")), clock, files=files) as door:
        forget_jobs(door.database)
        yield door, Backend(database=door.database, clock=clock, files=files)


def work(backend: Backend, seconds: float = 60) -> None:
    """All that waits to be done."""
    with deadline_in(seconds):
        assert all(outcome.state == "done" for outcome in worker.work_through(backend))


def test_a_large_export_is_written_by_the_worker(stack: tuple[LambdaDoor, Backend], clock: MovableClock) -> None:
    door, backend = stack
    ann = door.sign_up(f"{uuid.uuid4()}@example.org")
    home = ann.make_list()
    ann.add(home, "small")
    assert [task["title"] for task in exported(ann)["lists"][0]["tasks"]] == ["small"]
    fill(door.database, home, ann.id, 2_500)
    reply = ann.ask("GET", "/v1/export")
    assert reply.status == 202
    assert reply.headers["location"] == reply.json["url"]
    assert ann.ask("GET", "/v1/export").json["id"] == reply.json["id"]
    assert ann.get(reply.json["url"])["state"] == "waiting"
    work(backend)
    file = ann.ask("GET", reply.json["url"])
    assert file.status == 200
    assert len(json.loads(file.body)["lists"][0]["tasks"]) == 2_501
    assert 'filename="todo-' in file.headers["content-disposition"]
    clock.forward(hours=25)
    with deadline_in(60):
        housekeeping.run(backend)
    assert backend.files is not None
    assert door.send("GET", reply.json["url"], [("Authorization", f"Bearer {ann.token}")], b"").status in (401, 404)


def test_an_export_goes_on_in_another_file_when_its_time_is_over(
    stack: tuple[LambdaDoor, Backend], monkeypatch: pytest.MonkeyPatch
) -> None:
    door, backend = stack
    ann = door.sign_up(f"{uuid.uuid4()}@example.org")
    for title in ("One", "Two", "Three"):
        fill(door.database, ann.make_list(title), ann.id, 800)
    asked = ann.ask("GET", "/v1/export").json
    monkeypatch.setattr("todo.jobs.exports._half_over", lambda: lambda: True)
    work(backend)
    shown = ann.get(asked["url"])
    assert (shown["state"], shown["lists"], shown["tasks"]) == ("done", 3, 2_400)
    files = [json.loads(ann.ask("GET", each["url"]).body) for each in shown["files"]]
    assert [each["title"] for file in files for each in file["lists"]] == ["One", "Two", "Three"]
    assert [len(file["lists"][0]["tasks"]) for file in files] == [800] * 3


def test_an_export_goes_with_its_account(stack: tuple[LambdaDoor, Backend], tmp_path: Path) -> None:
    door, backend = stack
    ann = door.sign_up(f"{uuid.uuid4()}@example.org")
    fill(door.database, ann.make_list(), ann.id, 2_500)
    ann.ask("GET", "/v1/export")
    work(backend)
    assert list((tmp_path / "exports").iterdir())
    assert ann.ask("DELETE", "/v1/me").status == 204
    work(backend)
    assert not list((tmp_path / "exports").iterdir())


def test_without_a_place_for_files_a_large_export_says_what_to_do(sqlite_url: str, clock: MovableClock) -> None:
    with LambdaDoor(make_url(sqlite_url), clock, files=None) as door:
        ann = door.sign_up(f"{uuid.uuid4()}@example.org")
        fill(door.database, ann.make_list(), ann.id, 2_500)
        reply = ann.ask("GET", "/v1/export")
        assert (reply.status, reply.json["code"]) == (503, "files_unavailable")
