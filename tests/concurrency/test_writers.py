"""Many writers at once: nothing is lost, nothing fails, and the books agree afterwards."""

import http.client
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

from clients import PASSWORD, Person, ServerDoor
from clocks import MovableClock
from postgresql import new_database
from sqlalchemy import URL, make_url, text

from todo.database import Database, build_database
from todo.migrations.run import migrate

PROVE = bool(os.environ.get("PROVE"))


def migrated(url: URL) -> URL:
    database = build_database(url, "server")
    migrate(database.engine)
    database.close()
    return url


class Client:
    """One person's connection that is kept open."""

    def __init__(self, port: int, token: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        self._connection.request(method, path, None if body is None else json.dumps(body), self._headers)
        reply = self._connection.getresponse()
        content = reply.read()
        return reply.status, json.loads(content) if content else None

    def close(self) -> None:
        self._connection.close()


def at_once(count: int, work: Callable[[int], None]) -> None:
    """Run `work(number)` on `count` threads, all started together."""
    gate = threading.Barrier(count, timeout=60)

    def one(number: int) -> None:
        gate.wait()
        work(number)

    with ThreadPoolExecutor(count) as pool:
        for each in [pool.submit(one, number) for number in range(count)]:
            each.result(120)


def all_tasks(person: Person, list_id: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    path = f"/v1/lists/{list_id}/tasks?limit=500"
    while path:
        reply = person.ask("GET", path)
        assert reply.status == 200
        found += reply.json
        link = reply.headers.get("link", "")
        path = link[1 : link.index(">")] if link else ""
    return found


def count(database: Database, statement: str, **values: Any) -> Any:
    return database.read(lambda session: session.execute(text(statement), values).all())


def test_64_writers_on_sqlite_lose_nothing_while_others_read(tmp_path: Path, clock: MovableClock) -> None:
    threads, each = 64, 30
    statuses: list[int] = []
    reads: list[int] = []
    with ServerDoor(migrated(make_url(f"sqlite:///{tmp_path}/todo.db")), clock) as door:
        ann = door.sign_up("ann@example.org")
        home = ann.make_list()
        done = threading.Event()

        def keep_reading() -> None:
            client = Client(door.port, ann.token)
            while not done.is_set():
                reads.append(client.ask("GET", f"{home['url']}/tasks")[0])
            client.close()

        def write(number: int) -> None:
            client = Client(door.port, ann.token)
            statuses.extend(
                client.ask("POST", f"{home['url']}/tasks", {"title": f"{number}-{round_}"})[0] for round_ in range(each)
            )
            client.close()

        readers = [threading.Thread(target=keep_reading) for _ in range(2)]
        for reader in readers:
            reader.start()
        at_once(threads, write)
        done.set()
        for reader in readers:
            reader.join(30)

        assert statuses == [201] * (threads * each)
        assert len(reads) > 5
        assert set(reads) == {200}
        tasks = all_tasks(ann, home["id"])
        assert {task["title"] for task in tasks} == {f"{n}-{r}" for n in range(threads) for r in range(each)}
        assert len({task["order"] for task in tasks}) == len(tasks) == threads * each
        scope = count(
            door.database,
            "SELECT revision, item_count, (SELECT count(*) FROM changes WHERE scope_id = s.id), "
            "(SELECT max(revision) FROM changes WHERE scope_id = s.id) FROM scopes s WHERE kind = 'list'",
        )
        # The list's own creation is revision 1.
        assert [tuple(row) for row in scope] == [(len(tasks) + 1, len(tasks), len(tasks) + 1, len(tasks) + 1)]


def test_16_writers_on_postgresql_move_tasks_both_ways_and_the_books_agree(
    postgresql_server: str, clock: MovableClock
) -> None:
    threads, each = 16, 40 if PROVE else 12
    failed: list[tuple[int, Any]] = []
    with ServerDoor(migrated(new_database(postgresql_server)), clock) as door:
        ann = door.sign_up("ann@example.org")
        lists = [ann.make_list(f"List {number}")["id"] for number in range(2)]
        deadlocks = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"

        def work(number: int) -> None:
            client = Client(door.port, ann.token)
            dice = random.Random(number)
            mine: dict[str, int] = {}
            for round_ in range(each):
                if not mine or dice.random() < 0.4:
                    there = dice.randrange(2)
                    path = f"/v1/lists/{lists[there]}/tasks"
                    status, made = client.ask("POST", path, {"title": f"{number}-{round_}"})
                    if status == 201:
                        mine[made["id"]] = there
                elif dice.random() < 0.8:
                    task = dice.choice(list(mine))
                    mine[task] = 1 - mine[task]  # from one list to the other, as others move theirs the other way
                    status, made = client.ask("PATCH", f"/v1/tasks/{task}", {"list_id": lists[mine[task]]})
                else:
                    status, made = client.ask("DELETE", f"/v1/tasks/{mine.popitem()[0]}")
                if status not in (200, 201, 204):
                    failed.append((status, made))
            client.close()

        at_once(threads, work)
        assert failed == []
        assert count(door.database, deadlocks)[0][0] == 0
        books = count(
            door.database,
            "SELECT s.item_count, (SELECT count(*) FROM tasks t WHERE t.list_id = s.id AND NOT t.trashed), "
            "s.revision, (SELECT count(DISTINCT revision) FROM changes c WHERE c.scope_id = s.id), "
            "(SELECT max(revision) FROM changes c WHERE c.scope_id = s.id) FROM scopes s WHERE kind = 'list'",
        )
        assert len(books) == 2
        for item_count, tasks, revision, changes, last in books:
            assert item_count == tasks
            assert revision == changes == last


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


def test_every_acknowledged_write_survives_kill_9_of_the_server(tmp_path: Path) -> None:
    acknowledged: set[str] = set()
    token = ""
    home = ""
    for kill in range(20 if PROVE else 3):
        process, port = start(tmp_path)
        try:
            if not token:
                client = Client(port, "")
                status, made = client.ask("POST", "/v1/accounts", {"email": "ann@example.org", "password": PASSWORD})
                assert status == 201
                token = made["token"]["secret"]
                client.close()
                client = Client(port, token)
                home = client.ask("POST", "/v1/lists", {"title": "Home"})[1]["id"]
                client.close()
            enough = threading.Event()

            def write(enough: threading.Event = enough, port: int = port, token: str = token, home: str = home) -> None:
                client = Client(port, token)
                written = 0
                try:
                    while True:
                        title = uuid.uuid4().hex
                        status, _ = client.ask("POST", f"/v1/lists/{home}/tasks", {"title": title})
                        assert status == 201
                        acknowledged.add(title)
                        written += 1
                        if written == 5:
                            enough.set()
                except (OSError, http.client.HTTPException):
                    client.close()

            writers = [threading.Thread(target=write) for _ in range(4)]
            for writer in writers:
                writer.start()
            assert enough.wait(30)
            os.kill(process.pid, signal.SIGKILL)
            for writer in writers:
                writer.join(30)
        finally:
            process.kill()
            process.wait()
            if process.stdout:
                process.stdout.close()
        with closing(sqlite3.connect(tmp_path / "todo.db")) as database:
            assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            stored = {row[0] for row in database.execute("SELECT title FROM tasks")}
            assert acknowledged <= stored, f"after kill {kill}"
            # What was not acknowledged may be there: at most what each writer had just sent.
            assert len(stored - acknowledged) <= 4 * (kill + 1)
            revision, items = database.execute("SELECT revision, item_count FROM scopes WHERE kind = 'list'").fetchone()
            assert items == len(stored)
            assert revision == len(stored) + 1
