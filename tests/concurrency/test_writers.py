"""Many writers at once: nothing is lost, nothing fails, and the books agree afterwards."""

import os
import random
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from clients import Person, ServerDoor
from clocks import MovableClock
from kept_connection import KeptConnection
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
            client = KeptConnection(door.port, ann.token)
            while not done.is_set():
                reads.append(client.ask("GET", f"{home['url']}/tasks")[0])
            client.close()

        def write(number: int) -> None:
            client = KeptConnection(door.port, ann.token)
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
            client = KeptConnection(door.port, ann.token)
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
