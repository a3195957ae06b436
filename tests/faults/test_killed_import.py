"""Whoever imports is killed in the middle, server or function: the next one goes on, and every row is there once.

Two points of 10,000 rows; with PROVE=1 twenty of 100,000.
"""

import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import Request, urlopen

import pytest
from clients import LambdaDoor
from clocks import MovableClock
from faults.functions import environment, message
from faults.test_commit import migrated
from file_bucket import Bucket
from lambda_runtime import FunctionError, LambdaRuntime
from moto_server import MotoServer
from postgresql import ask as query
from postgresql import new_database
from sqlalchemy import create_engine, make_url, text

PROVE = bool(os.environ.get("PROVE"))
ROWS, KILLS = (100_000, 20) if PROVE else (10_000, 2)
PATH = "/v1/imports?name=tasks.csv&format=csv"
HEADERS = {"Content-Type": "application/json"}


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/todo.db"
    return migrated(new_database(request.getfixturevalue("postgresql_server"))).render_as_string(hide_password=False)


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
    points = random_points()
    with server(url, tmp_path / "data") as (address, process):
        person = {"email": f"{uuid.uuid4()}@example.org", "password": "correct horse battery"}
        signed_up = send(address, "POST", "/v1/accounts", json.dumps(person).encode())
        bearer = {"Authorization": f"Bearer {signed_up['token']['secret']}"}
        made = send(address, "POST", PATH, table(), **bearer, **{"Content-Type": "text/csv"})
        until_in(points[0], url)
        process.kill()
    for point in [*points[1:], None]:
        end_lease(url)
        with server(url, tmp_path / "data") as (address, process):
            if point is not None:
                until_in(point, url)
                process.kill()
                continue
            ended = wait_for(lambda address=address: over(send(address, "GET", made["url"], None, **bearer)), 300)
    require_whole(url, ended)


def test_an_import_survives_the_death_of_its_functions(postgresql_server: str, moto: MotoServer) -> None:
    points = random_points()
    made_url = migrated(new_database(postgresql_server))
    url = made_url.render_as_string(hide_password=False)
    queue = moto.make_queue(f"jobs-{uuid.uuid4().hex}")
    with Bucket(moto) as bucket, LambdaDoor(made_url, MovableClock(), files=bucket.files) as door:
        ann = door.sign_up("ann@example.org")
        made = ann.ask("POST", PATH, body=table(), headers={"Content-Type": "text/csv"})
        assert made.status == 202, made
        ((job_id,),) = query(made_url, "SELECT id FROM jobs WHERE kind = 'import'")
        settings = {"TODO_FILES_BUCKET": bucket.bucket, "TODO_QUEUE_URL": queue}
        for point in points:
            with environment("worker", made_url, moto.url, **settings) as worker, ThreadPoolExecutor(1) as pool:
                worker.time_limit = 300
                pool.submit(until_killed, worker, job_id)
                until_in(point, url)
                os.kill(worker.process, signal.SIGKILL)
            end_lease(url)
        moto.messages(queue)
        with environment("worker", made_url, moto.url, **settings) as worker:
            # A slice ends after some seconds, and says so to the queue.
            bodies = [json.dumps({"kind": "job", "id": str(job_id)})]
            while bodies:
                assert worker.invoke(message(job_id)) == {"batchItemFailures": []}
                bodies = [each for each in moto.messages(queue) if json.loads(each)["kind"] == "job"]
        require_whole(url, ann.get(made.json["url"]))


def until_killed(worker: LambdaRuntime, job_id: object) -> None:
    """Give it the job slice by slice, as the queue does."""
    with suppress(FunctionError):
        while True:
            worker.invoke(message(job_id))


def random_points() -> list[int]:
    """After how many percent of the rows it is killed."""
    return sorted(random.Random(26).sample(range(1, 99), KILLS))


def table() -> bytes:
    """The rows; each tenth is below one that comes later."""
    lines = ["title,labels,parent_id,id"]
    lines += [f"Task {n},home,{f'own{n + 1}' if n % 10 == 0 else ''},own{n}" for n in range(ROWS)]
    return "\n".join(lines).encode()


def require_whole(url: str, ended: Any) -> None:
    """Fail unless every row is there once, below its parent, with its label."""
    assert (ended["state"], ended["tasks"], ended["unchanged"]) == ("done", ROWS, 0), ended
    assert ended["problem_count"] == 0
    assert [(each["title"], each["tasks"]) for each in ended["lists"]] == [("tasks", ROWS)]
    assert rows_of(url, "SELECT count(*), count(DISTINCT title) FROM tasks") == [(ROWS, ROWS)]
    assert rows_of(url, "SELECT count(*) FROM tasks WHERE parent_id IS NOT NULL") == [(ROWS // 10,)]
    assert rows_of(url, "SELECT count(*) FROM task_labels") == [(ROWS,)]
    assert rows_of(url, "SELECT max(item_count) FROM scopes WHERE kind = 'list'") == [(ROWS,)]


def over(found: Any) -> Any:
    return found if found["state"] in ("done", "failed", "cancelled") else None


def until_in(percent: int, url: str) -> None:
    """Wait until so much of the rows is in, or all already are."""

    def is_there() -> bool:
        ((state, done, phase),) = rows_of(url, "SELECT state, rows_done, phase FROM imports")
        return bool(state == "done" or phase == "parents" or (phase == "tasks" and done >= ROWS * percent // 100))

    wait_for(is_there, 240)
