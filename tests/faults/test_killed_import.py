"""A server that is killed in the middle of an import: the next one goes on, and every row is there once.

Two points of 10,000 rows; with PROVE=1 twenty of 100,000.
"""

import json
import os
import random
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import Request, urlopen

import pytest
from postgresql import ask as query
from postgresql import new_database
from sqlalchemy import create_engine, make_url, text

from todo.database import build_database
from todo.migrations.run import migrate

PROVE = bool(os.environ.get("PROVE"))
ROWS, KILLS = (100_000, 20) if PROVE else (10_000, 2)
HEADERS = {"Content-Type": "application/json"}


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/todo.db"
    made = new_database(request.getfixturevalue("postgresql_server"))
    database = build_database(made, "server")
    migrate(database.engine)
    database.close()
    return made.render_as_string(hide_password=False)


@contextmanager
def server(url: str, data: Path) -> Iterator[tuple[str, "subprocess.Popen[bytes]"]]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    code = "from todo.entrypoints.cli import main; raise SystemExit(main())"
    command = [sys.executable, "-c", code, "serve", "--port", str(port), "--data", str(data)]
    environment = {**os.environ, "TODO_DATABASE_URL": url, "TODO_LOG_LEVEL": "ERROR"}
    address = f"http://127.0.0.1:{port}"
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        try:
            wait_for(lambda: send(address, "GET", "/ready"), 60)
            yield address, process
        finally:
            process.kill()


def wait_for(look: Any, seconds: float) -> Any:
    give_up = time.monotonic() + seconds
    while True:
        try:
            if found := look():
                return found
        except URLError:
            pass
        assert time.monotonic() < give_up, "it took too long"
        time.sleep(0.02)  # another process has to come that far


def send(address: str, method: str, path: str, body: bytes | None = None, **headers: str) -> Any:
    with urlopen(Request(address + path, body, {**HEADERS, **headers}, method=method)) as reply:  # noqa: S310 - our own
        content = reply.read()
        return json.loads(content) if content else True


def rows_of(url: str, sql: str) -> Any:
    if url.startswith("sqlite"):
        engine = create_engine(url)
        with engine.connect() as connection:
            found = [tuple(row) for row in connection.execute(text(sql))]
        engine.dispose()
        return found
    return query(make_url(url), sql)


def end_lease(url: str) -> None:
    """As when two minutes have passed since the worker was lost."""
    sql = "UPDATE jobs SET run_at = '2020-01-01 00:00:00' WHERE state = 'running'"
    if url.startswith("sqlite"):
        engine = create_engine(url)
        with engine.begin() as connection:
            connection.execute(text(sql))
        engine.dispose()
    else:
        query(make_url(url), sql)


def test_an_import_survives_the_death_of_its_server(url: str, tmp_path: Path) -> None:
    points = sorted(random.Random(26).sample(range(1, 99), KILLS))
    lines = ["title,labels,parent_id,id"]
    # Each tenth is below one that comes later.
    lines += [f"Task {n},home,{f'own{n + 1}' if n % 10 == 0 else ''},own{n}" for n in range(ROWS)]
    content = "\n".join(lines).encode()
    with server(url, tmp_path / "data") as (address, process):
        person = {"email": f"{uuid.uuid4()}@example.org", "password": "correct horse battery"}
        signed_up = send(address, "POST", "/v1/accounts", json.dumps(person).encode())
        bearer = {"Authorization": f"Bearer {signed_up['token']['secret']}"}
        path = "/v1/imports?name=tasks.csv&format=csv"
        made = send(address, "POST", path, content, **bearer, **{"Content-Type": "text/csv"})
        kill_at(points[0], url, process)
    for point in [*points[1:], None]:
        end_lease(url)
        with server(url, tmp_path / "data") as (address, process):
            if point is not None:
                kill_at(point, url, process)
                continue
            ended = wait_for(lambda address=address: over(send(address, "GET", made["url"], None, **bearer)), 300)
    assert (ended["state"], ended["tasks"], ended["unchanged"]) == ("done", ROWS, 0), ended
    assert ended["problem_count"] == 0
    assert [(each["title"], each["tasks"]) for each in ended["lists"]] == [("tasks", ROWS)]
    assert rows_of(url, "SELECT count(*), count(DISTINCT title) FROM tasks") == [(ROWS, ROWS)]
    assert rows_of(url, "SELECT count(*) FROM tasks WHERE parent_id IS NOT NULL") == [(ROWS // 10,)]
    assert rows_of(url, "SELECT count(*) FROM task_labels") == [(ROWS,)]
    assert rows_of(url, "SELECT max(item_count) FROM scopes WHERE kind = 'list'") == [(ROWS,)]


def over(found: Any) -> Any:
    return found if found["state"] in ("done", "failed", "cancelled") else None


def kill_at(percent: int, url: str, process: "subprocess.Popen[bytes]") -> None:
    """Kill the server once so much of the rows is in, or at once where it already is."""

    def is_there() -> bool:
        ((state, done, phase),) = rows_of(url, "SELECT state, rows_done, phase FROM imports")
        return bool(state == "done" or phase == "parents" or (phase == "tasks" and done >= ROWS * percent // 100))

    wait_for(is_there, 240)
    process.kill()
    process.wait(10)
