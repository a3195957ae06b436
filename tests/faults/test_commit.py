"""What a client is told, and what is stored, when COMMIT does not do what it should. Through both doors."""

import http.client
from pathlib import Path

import pytest
from clients import Door, LambdaDoor, Person, ServerDoor
from clocks import MovableClock
from postgresql import ask, new_database
from sqlalchemy import URL, event, make_url, text

from todo.database import build_database
from todo.migrations.run import migrate

DOORS = {"server": ServerDoor, "lambda": LambdaDoor}


def migrated(url: URL) -> URL:
    database = build_database(url, "server")
    migrate(database.engine)
    database.close()
    return url


@pytest.fixture
def postgresql(postgresql_server: str) -> URL:
    return migrated(new_database(postgresql_server))


@pytest.fixture
def sqlite(tmp_path: Path) -> URL:
    return migrated(make_url(f"sqlite:///{tmp_path}/todo.db"))


@pytest.fixture(params=list(DOORS))
def opener(request: pytest.FixtureRequest) -> type[ServerDoor] | type[LambdaDoor]:
    chosen: type[ServerDoor | LambdaDoor] = DOORS[request.param]
    return chosen


Opener = type[ServerDoor] | type[LambdaDoor]


def titles(person: Person, task_list: dict[str, str]) -> list[str]:
    return [task["title"] for task in person.get(f"{task_list['url']}/tasks")]


def test_a_failed_commit_is_never_a_2xx(opener: Opener, postgresql: URL, clock: MovableClock) -> None:
    # PostgreSQL checks this constraint when it is told to commit, and no sooner.
    ask(
        postgresql,
        "CREATE FUNCTION only_one() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF (SELECT count(*) FROM tasks WHERE title = NEW.title) > 1 THEN "
        "RAISE unique_violation USING DETAIL = 'Key (title)=(Once) exists'; END IF; RETURN NULL; END $$",
    )
    ask(
        postgresql,
        "CREATE CONSTRAINT TRIGGER only_one AFTER INSERT ON tasks DEFERRABLE INITIALLY DEFERRED "
        "FOR EACH ROW EXECUTE FUNCTION only_one()",
    )
    with opener(postgresql, clock) as door:
        ann = door.sign_up("ann@example.org")
        home = ann.make_list()
        ann.add(home, "Once")
        reply = ann.ask("POST", f"{home['url']}/tasks", {"title": "Once"}, headers={"Idempotency-Key": "k"})
        assert reply.status == 500
        assert reply.json["code"] == "internal_error"
        assert b"Once" not in reply.body
        assert titles(ann, home) == ["Once"]
        ask(postgresql, "UPDATE tasks SET title = 'Other'")
        again = ann.ask("POST", f"{home['url']}/tasks", {"title": "Once"}, headers={"Idempotency-Key": "k"})
        assert again.status == 201
        assert titles(ann, home) == ["Other", "Once"]


def test_a_commit_on_a_terminated_backend_is_never_a_2xx(opener: Opener, postgresql: URL, clock: MovableClock) -> None:
    # A deferred trigger that ends its own backend: the connection is lost while COMMIT runs.
    with opener(postgresql, clock) as door:
        ann = door.sign_up("ann@example.org")
        home = ann.make_list()
        ask(
            postgresql,
            "CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(5); RETURN NULL; END $$",
        )
        ask(
            postgresql,
            "CREATE CONSTRAINT TRIGGER die AFTER INSERT ON tasks DEFERRABLE INITIALLY DEFERRED "
            "FOR EACH ROW EXECUTE FUNCTION die()",
        )
        reply = ann.ask("POST", f"{home['url']}/tasks", {"title": "Once"})
        assert reply.status == 503
        assert reply.json["code"] == "outcome_unknown"
        assert reply.headers["retry-after"] == "1"
        assert titles(ann, home) == []
        ask(postgresql, "DROP TRIGGER die ON tasks")
        ann.add(home, "Twice")
        assert titles(ann, home) == ["Twice"]


def test_a_full_disk_is_never_a_2xx(opener: Opener, sqlite: URL, clock: MovableClock) -> None:
    with opener(sqlite, clock) as door:
        ann = door.sign_up("ann@example.org")
        home = ann.make_list()
        limit = {"pages": 1}

        @event.listens_for(door.database.engine.pool, "checkout")
        def bounded(connection: object, *_arguments: object) -> None:
            connection.execute(f"PRAGMA max_page_count = {limit['pages']}")  # type: ignore[attr-defined]

        stored, refused = 0, 0
        for _ in range(30):
            reply = ann.ask("POST", f"{home['url']}/tasks", {"title": "x", "notes": "y" * 16_000})
            stored += reply.status == 201
            refused += reply.status == 503
            if reply.status != 201:
                assert reply.json["code"] == "database_full"
                assert reply.headers["retry-after"] == "60"
        assert stored + refused == 30
        assert refused > 0
        assert len(titles(ann, home)) == stored
        limit["pages"] = 1_000_000
        ann.add(home, "room again")
        assert len(titles(ann, home)) == stored + 1


def test_a_commit_that_sqlite_refuses_stores_nothing_and_holds_no_lock(
    opener: Opener, sqlite: URL, clock: MovableClock
) -> None:
    with opener(sqlite, clock) as door:
        ann = door.sign_up("ann@example.org")
        home = ann.make_list()

        @event.listens_for(door.database.engine, "commit")
        def fail(connection: object) -> None:
            # A deferred foreign key is what SQLite itself checks at COMMIT alone.
            connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")  # type: ignore[attr-defined]
            connection.exec_driver_sql("UPDATE tasks SET list_id = 'nowhere'")  # type: ignore[attr-defined]

        reply = ann.ask("POST", f"{home['url']}/tasks", {"title": "Once"})
        assert reply.status == 500
        event.remove(door.database.engine, "commit", fail)
        assert titles(ann, home) == []
        ann.add(home, "Twice")
        assert titles(ann, home) == ["Twice"]


def test_a_service_that_catches_a_database_error_is_a_500_and_nothing_is_stored(
    door: Door, ann: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    from todo.services import lists

    create = lists.create

    def careless(session, actor, new):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
        made = create(session, actor, new)
        try:
            session.execute(text("INSERT INTO scopes SELECT * FROM scopes"))
        except Exception:  # noqa: BLE001 - the mistake that is tried
            return made
        return made

    monkeypatch.setattr(lists, "create", careless)
    reply = ann.ask("POST", "/v1/lists", {"title": "Lost"})
    assert reply.status == 500
    monkeypatch.undo()
    assert ann.get("/v1/lists") == []
    assert door.ask("GET", "/health").status == 200


def test_a_reply_is_not_begun_before_the_commit(sqlite: URL, clock: MovableClock) -> None:
    with ServerDoor(sqlite, clock) as door:
        ann = door.sign_up("ann@example.org")
        connection = http.client.HTTPConnection("127.0.0.1", door.port, timeout=10)
        early: list[bytes] = []

        @event.listens_for(door.database.engine, "commit")
        def look(_connection: object) -> None:
            connection.sock.setblocking(False)
            try:
                early.append(connection.sock.recv(1))
            except BlockingIOError:
                early.append(b"")
            finally:
                connection.sock.settimeout(10)

        # The socket is looked at from the thread of the unit, while this one only waits for it to have been.
        connection.request(
            "POST",
            "/v1/lists",
            b'{"title": "Home"}',
            {"Authorization": f"Bearer {ann.token}", "Content-Type": "application/json"},
        )
        assert connection.getresponse().status == 201
        connection.close()
        assert early == [b""]
