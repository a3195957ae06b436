"""SQLite under write load, the server killed at random points: what was acknowledged is there, and nothing twice."""

import http.client
import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import uuid
from contextlib import closing, suppress
from pathlib import Path

from clients import PASSWORD
from kept_connection import KeptConnection

KILLS = 200 if os.environ.get("PROVE") else 20
WRITERS = 4


def start(folder: Path) -> tuple[subprocess.Popen[str], int]:
    """`todo serve` on a port of its own choice, and that port."""
    process = subprocess.Popen(
        [sys.executable, "-m", "todo.entrypoints.cli", "serve", "--port", "0", "--data", str(folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={"PATH": os.environ["PATH"], "TODO_LOG_LEVEL": "ERROR"},
        text=True,
    )
    assert process.stdout
    line = process.stdout.readline()
    assert "http://127.0.0.1:" in line, line
    return process, int(line.partition("127.0.0.1:")[2].split()[0])


def sign_up(port: int) -> tuple[str, str]:
    """A token, and the path of a list's tasks."""
    with closing(KeptConnection(port, "")) as nobody:
        status, made = nobody.ask("POST", "/v1/accounts", {"email": "ann@example.org", "password": PASSWORD})
        assert status == 201
    token = made["token"]["secret"]
    with closing(KeptConnection(port, token)) as ann:
        return token, f"{ann.ask('POST', '/v1/lists', {'title': 'Home'})[1]['url']}/tasks"


def write(port: int, token: str, path: str, acknowledged: set[str], enough: threading.Semaphore) -> None:
    """Add tasks until the server is gone."""
    with closing(KeptConnection(port, token)) as ann, suppress(OSError, http.client.HTTPException):
        while True:
            title = uuid.uuid4().hex
            status, _ = ann.ask("POST", path, {"title": title})
            assert status == 201
            acknowledged.add(title)
            enough.release()


def kill_under_load(process: subprocess.Popen[str], port: int, token: str, path: str, acknowledged: set[str]) -> None:
    """Let writers write, and kill the server after some of them were answered, and some milliseconds."""
    enough = threading.Semaphore(0)
    arguments = (port, token, path, acknowledged, enough)
    writers = [threading.Thread(target=write, args=arguments) for _ in range(WRITERS)]
    for writer in writers:
        writer.start()
    for _ in range(random.randint(1, 12)):
        assert enough.acquire(timeout=30)
    threading.Event().wait(random.uniform(0, 0.02))
    os.kill(process.pid, signal.SIGKILL)
    for writer in writers:
        writer.join(30)


def test_every_acknowledged_write_survives_kill_9_of_the_server(tmp_path: Path) -> None:
    acknowledged: set[str] = set()
    known: tuple[str, str] | None = None
    for kill in range(KILLS):
        process, port = start(tmp_path)
        try:
            known = known or sign_up(port)
            kill_under_load(process, port, *known, acknowledged)
        finally:
            process.kill()
            process.wait()
            if process.stdout:
                process.stdout.close()
        with closing(sqlite3.connect(tmp_path / "todo.db")) as database:
            assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            titles = [row[0] for row in database.execute("SELECT title FROM tasks")]
            stored = set(titles)
            assert len(titles) == len(stored)
            assert acknowledged <= stored, f"after kill {kill}"
            # What was not acknowledged may be there: at most what each writer had just sent.
            assert len(stored - acknowledged) <= WRITERS * (kill + 1)
            revision, items = database.execute("SELECT revision, item_count FROM scopes WHERE kind = 'list'").fetchone()
            assert (items, revision) == (len(stored), len(stored) + 1)
