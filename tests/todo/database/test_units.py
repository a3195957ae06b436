"""Units of work over a table of this file's own, on both databases."""

import select
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from postgresql import ask, new_database
from sqlalchemy import URL, Engine, event, make_url, text
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session

from todo.database import Database, StaleRead, build_database, deadline_in, execute_later
from todo.database.unit import TransactionLost
from todo.errors import DatabaseBusy, DatabaseUnavailable, NotFound

STATE = "SELECT state FROM pg_stat_activity WHERE pid = %s"


def with_table(database: Database) -> Database:
    def create(session: Session) -> None:
        session.execute(text("CREATE TABLE things (id integer PRIMARY KEY, n integer NOT NULL)"))
        session.execute(text("INSERT INTO things VALUES (1, 0), (2, 0)"))

    database.write(create)
    return database


@pytest.fixture
def postgresql(postgresql_server: str) -> Iterator[Database]:
    opened = with_table(build_database(new_database(postgresql_server), "server", pool_size=5))
    yield opened
    opened.close()


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Database]:
    opened = with_table(build_database(make_url(f"sqlite:///{tmp_path}/things.db"), "server", pool_size=5))
    yield opened
    opened.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def things(request: pytest.FixtureRequest) -> Database:
    database: Database = request.getfixturevalue(request.param)
    return database


def rows(database: Database) -> dict[int, int]:
    return database.read(
        lambda session: {row[0]: row[1] for row in session.execute(text("SELECT id, n FROM things")).all()}
    )


def add(session: Session, thing: int, n: int = 1) -> None:
    session.execute(text("UPDATE things SET n = n + :n WHERE id = :id"), {"id": thing, "n": n})


def statements(engine: Engine) -> list[str]:
    seen: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *arguments: seen.append(arguments[2]))
    return seen


def backend(session: Session) -> int:
    pid: int = session.scalar(text("SELECT pg_backend_pid()"))
    return pid


def server_of(database: Database) -> URL:
    return database.engine.url.set(drivername="postgresql")


def test_what_a_unit_returns_is_committed(things: Database) -> None:
    def work(session: Session) -> str:
        add(session, 1)
        return "done"

    assert things.write(work) == "done"
    assert rows(things) == {1: 1, 2: 0}


def test_a_unit_that_raises_leaves_nothing_behind_and_is_not_repeated(things: Database) -> None:
    tries = []

    def work(session: Session) -> None:
        tries.append(1)
        add(session, 1)
        raise NotFound("no such thing")

    with pytest.raises(NotFound):
        things.write(work)
    assert rows(things) == {1: 0, 2: 0}
    assert len(tries) == 1


def test_a_unit_that_catches_a_database_error_is_not_committed(things: Database) -> None:
    def work(session: Session) -> str:
        add(session, 1)
        try:
            session.execute(text("INSERT INTO things VALUES (2, 2)"))
        except IntegrityError:
            return "lost"
        return "stored"

    with pytest.raises(TransactionLost):
        things.write(work)
    assert rows(things) == {1: 0, 2: 0}
    things.write(add, 1)
    assert rows(things) == {1: 1, 2: 0}


def test_an_integrity_error_surfaces_without_the_values_of_the_row(things: Database) -> None:
    with pytest.raises(IntegrityError) as caught:
        things.write(
            lambda session: session.execute(text("INSERT INTO things VALUES (:id, :n)"), {"id": 1, "n": 424_242})
        )
    assert "424242" not in str(caught.value)


def test_a_stale_read_is_repeated_and_bounded(things: Database) -> None:
    tries = []

    def once_stale(session: Session) -> int:
        add(session, 1)
        tries.append(1)
        if len(tries) == 1:
            raise StaleRead
        return len(tries)

    assert things.write(once_stale) == 2
    assert rows(things) == {1: 1, 2: 0}
    tries.clear()

    def always_stale(session: Session) -> None:
        add(session, 1)
        tries.append(1)
        raise StaleRead

    with pytest.raises(DatabaseBusy):
        things.write(always_stale)
    assert len(tries) == 5
    assert rows(things) == {1: 1, 2: 0}


def test_a_unit_without_a_statement_opens_nothing(things: Database) -> None:
    assert things.write(lambda _session: 7) == 7
    assert things.read(lambda _session: 8) == 8


def test_a_read_on_postgresql_sends_no_begin(postgresql: Database, postgresql_server: str) -> None:
    def work(session: Session) -> str:
        session.execute(text("SELECT 1"))
        state = ask(make_url(postgresql_server), STATE, backend(session))
        return str(state[0][0])

    assert postgresql.read(work) == "idle"
    assert postgresql.write(work) == "idle in transaction"


def test_a_write_on_postgresql_is_read_committed_whatever_the_default(postgresql_server: str) -> None:
    url = new_database(postgresql_server)
    ask(url, f"ALTER DATABASE {url.database} SET default_transaction_isolation = 'repeatable read'")
    database = build_database(url, "invocation")
    shown = text("SHOW transaction_isolation")
    assert database.write(lambda session: session.scalar(shown)) == "read committed"
    database.close()


def test_a_write_on_sqlite_begins_immediately_and_a_read_does_not(sqlite: Database) -> None:
    seen = statements(sqlite._reading)
    sqlite.write(add, 1)
    rows(sqlite)
    assert [line for line in seen if line.startswith("BEGIN")] == ["BEGIN IMMEDIATE", "BEGIN"]


def test_a_real_deadlock_is_repeated_until_both_units_are_stored(postgresql: Database) -> None:
    barrier = threading.Barrier(2, timeout=20)
    tries: list[int] = []

    def run(first: int, second: int) -> None:
        mine: list[int] = []

        def work(session: Session) -> None:
            mine.append(1)
            tries.append(1)
            add(session, first)
            if len(mine) == 1:
                barrier.wait()
            add(session, second)

        postgresql.write(work)

    with ThreadPoolExecutor(2) as pool:
        for each in [pool.submit(run, 1, 2), pool.submit(run, 2, 1)]:
            each.result(30)
    # Whoever was undone may be back before the other one has woken up, and be undone once more.
    assert 3 <= len(tries) <= 5
    assert rows(postgresql) == {1: 2, 2: 2}


def test_a_real_serialization_failure_is_repeated(postgresql: Database) -> None:
    tries = []

    def work(session: Session) -> None:
        session.execute(text("/* on purpose */ SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
        session.execute(text("SELECT n FROM things"))
        tries.append(1)
        if len(tries) == 1:
            ask(server_of(postgresql), "UPDATE things SET n = 10 WHERE id = 1")
        add(session, 1)

    postgresql.write(work)
    assert len(tries) == 2
    assert rows(postgresql)[1] == 11


def test_serialization_failures_without_end_are_a_busy_database(postgresql: Database) -> None:
    tries = []

    def work(session: Session) -> None:
        session.execute(text("/* on purpose */ SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
        session.execute(text("SELECT n FROM things"))
        tries.append(1)
        ask(server_of(postgresql), "UPDATE things SET n = n + 10 WHERE id = 1")
        add(session, 1)

    with pytest.raises(DatabaseBusy) as caught:
        postgresql.write(work)
    assert caught.value.retry_after == 2
    assert len(tries) == 5


@pytest.mark.parametrize("policy", ["invocation", "proxy", "server"])
@pytest.mark.parametrize("last_words", [True, False])
def test_a_connection_lost_before_commit_is_replaced_and_the_unit_repeated(
    postgresql: Database, policy: str, last_words: bool
) -> None:
    database = build_database(server_of(postgresql), policy)  # type: ignore[arg-type]
    tries = []

    def work(session: Session) -> None:
        add(session, 1)
        tries.append(1)
        if len(tries) == 1:
            pid = backend(session)
            ask(server_of(postgresql), f"SELECT pg_terminate_backend({pid}, 5000)")
        if last_words or len(tries) > 1:
            add(session, 2)

    database.write(work)
    database.close()
    assert len(tries) == 2
    assert rows(postgresql) == {1: 1, 2: 1}


def test_connections_that_are_always_lost_are_given_up(postgresql: Database) -> None:
    tries = []

    def work(session: Session) -> None:
        tries.append(1)
        ask(server_of(postgresql), f"SELECT pg_terminate_backend({backend(session)}, 5000)")
        add(session, 1)

    with pytest.raises(DatabaseUnavailable) as caught:
        postgresql.write(work)
    assert len(tries) == 5
    assert "things" not in str(caught.value)
    assert rows(postgresql) == {1: 0, 2: 0}


def test_a_server_that_only_reads_since_a_failover_is_left_for_the_writer(
    postgresql: Database, postgresql_server: str
) -> None:
    url, elsewhere = server_of(postgresql), make_url(postgresql_server)
    ask(elsewhere, f"ALTER DATABASE {url.database} SET default_transaction_read_only = on")
    database = build_database(url, "proxy")
    database.read(lambda session: session.scalar(text("SELECT 1")))  # this connection will go on refusing to write
    with deadline_in(1), pytest.raises(DatabaseUnavailable):
        database.write(add, 1)
    database.read(lambda session: session.scalar(text("SELECT 1")))
    ask(elsewhere, f"ALTER DATABASE {url.database} RESET default_transaction_read_only")
    database.write(add, 1)
    database.close()
    assert rows(postgresql)[1] == 1


def test_a_lock_that_is_not_given_in_time_is_a_busy_database(postgresql: Database) -> None:
    def work(session: Session) -> None:
        session.execute(text("/* on purpose */ SET LOCAL lock_timeout = '50ms'"))
        add(session, 1)

    with postgresql.session() as holder:
        add(holder, 1)
        with pytest.raises(DatabaseBusy):
            postgresql.write(work)
    assert rows(postgresql)[1] == 1


def test_no_statement_is_waited_for_beyond_the_deadline(postgresql: Database) -> None:
    started = time.monotonic()
    with deadline_in(0.5), pytest.raises(DatabaseUnavailable):
        postgresql.write(lambda session: session.execute(text("SELECT pg_sleep(30)")))
    assert time.monotonic() - started < 5
    postgresql.write(add, 1)
    assert rows(postgresql)[1] == 1


def test_a_unit_waits_for_a_connection_of_the_pool_and_then_says_busy(
    postgresql: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The package also holds a function of this name.
    monkeypatch.setattr(sys.modules["todo.database.policies.server"], "_WAIT_SECONDS", 0.1)
    database = build_database(server_of(postgresql), "server", pool_size=1)
    with database.session() as holder:
        add(holder, 1)
        with pytest.raises(DatabaseBusy) as caught:
            database.write(add, 2)
    assert caught.value.retry_after == 2
    database.close()
    assert rows(postgresql) == {1: 1, 2: 0}


def test_a_writer_waits_its_turn_on_sqlite_and_then_says_busy(sqlite: Database) -> None:
    with sqlite.session() as holder:
        add(holder, 1)
        with deadline_in(0.1), pytest.raises(DatabaseBusy):
            sqlite.write(add, 2)
        assert rows(sqlite) == {1: 0, 2: 0}
    assert rows(sqlite) == {1: 1, 2: 0}


DOUBLE = text("INSERT INTO things VALUES (1, 5)")


def test_a_statement_that_is_sent_with_commit_and_fails_is_a_known_failure_and_nothing_is_stored(
    things: Database,
) -> None:
    def work(session: Session) -> str:
        add(session, 1)
        execute_later(session, DOUBLE)
        return "done"

    with pytest.raises(IntegrityError):
        things.write(work)
    assert rows(things) == {1: 0, 2: 0}
    things.write(add, 2)
    assert rows(things) == {1: 0, 2: 1}


def test_an_error_that_is_there_before_commit_is_sent_is_a_known_failure_too(postgresql: Database) -> None:
    tries = []

    def work(session: Session) -> None:
        tries.append(1)
        add(session, 1)
        # Of no class that COMMIT itself could be answered with: only its place says that nothing was stored.
        execute_later(session, text("SELECT 1 / (n - n) FROM things"))
        driver: Any = session.connection().connection.driver_connection
        assert select.select([driver], [], [], 10)[0]

    with pytest.raises(DataError):
        postgresql.write(work)
    assert len(tries) == 1
    assert rows(postgresql) == {1: 0, 2: 0}
    postgresql.write(add, 2)
    assert rows(postgresql) == {1: 0, 2: 1}


def test_a_statement_that_nobody_waited_for_fails_the_next_one(things: Database) -> None:
    def work(session: Session) -> None:
        execute_later(session, DOUBLE)
        add(session, 2)

    with pytest.raises(IntegrityError):
        things.write(work)
    assert rows(things) == {1: 0, 2: 0}


def test_statements_that_nobody_waits_for_run_in_their_order(things: Database) -> None:
    expected = 0
    for number in range(20):
        expected = expected * 2 + number % 2

    def shorter(session: Session) -> None:
        for number in range(20):
            execute_later(session, text("UPDATE things SET n = n * 2 + :bit WHERE id = 1").bindparams(bit=number % 2))

    things.write(shorter)
    assert rows(things)[1] == expected


def test_the_unit_of_jobs_commits_or_rolls_back_the_whole_block(things: Database) -> None:
    with things.session() as session:
        add(session, 1)
    with pytest.raises(IntegrityError), things.session() as session:  # noqa: PT012 - the block is what is tried
        add(session, 1)
        session.execute(text("INSERT INTO things VALUES (1, 1)"))
    assert rows(things) == {1: 1, 2: 0}
