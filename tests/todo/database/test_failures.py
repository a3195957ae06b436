"""What real failures of real databases become: which refusal, and that it tells nobody's address or SQL."""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from clients import LambdaDoor
from clocks import MovableClock
from postgresql import TcpServer, ask, tcp_server, until
from sqlalchemy import URL, make_url, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from todo.database import build_database, deadline_in
from todo.database.address import BadDatabaseAddress, parse_address
from todo.errors import DatabaseBusy, DatabaseFull, DatabaseUnavailable, DomainError
from todo.migrations.run import migrate

FULL = "-c max_connections=5 -c superuser_reserved_connections=0 -c reserved_connections=0"


@pytest.fixture(scope="module")
def server() -> Iterator[TcpServer]:
    with tcp_server(FULL, "password") as running:
        yield running


def number(session: Session) -> object:
    return session.scalar(text("SELECT 1 AS secret_column"))


def refusal(url: URL, work: Callable[[Session], object] = number, seconds: float = 0.5) -> DomainError:
    database = build_database(url, "invocation")
    try:
        with deadline_in(seconds), pytest.raises(DomainError) as caught:
            database.write(work)
    finally:
        database.close()
    for private in ("127.0.0.1", "secret_column", "postgres", "pass/word", "pg-", "todo.db", "SELECT"):
        assert private not in str(caught.value)
    return caught.value


def test_a_full_server_is_waited_for_and_then_busy(server: TcpServer) -> None:
    taken: list[psycopg.Connection[object]] = []
    try:
        taken += [psycopg.connect(server.url.render_as_string(hide_password=False)) for _ in range(5)]
        started = time.monotonic()
        busy = refusal(server.url, seconds=1)
        assert isinstance(busy, DatabaseBusy)
        assert busy.retry_after == 2
        assert time.monotonic() - started < 5

        database = build_database(server.url, "invocation")
        answers: list[object] = []
        thread = threading.Thread(target=lambda: answers.append(database.read(number)))
        thread.start()
        taken.pop().close()
        thread.join(15)
        assert answers == [1]
        database.close()
    finally:
        for each in taken:
            each.close()
    until(lambda: len(ask(server.url, "SELECT 1")) == 1, "a free connection")


def test_a_wait_for_a_full_server_ends_also_where_nobody_set_a_deadline(
    server: TcpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("todo.database.deadline._DEFAULT_SECONDS", 0.3)
    database = build_database(server.url.set(port=1), "invocation")
    with pytest.raises(DatabaseBusy):
        database.read(number)
    database.close()


def test_a_wrong_password_or_database_is_unavailable_at_once(server: TcpServer) -> None:
    for url in (server.url.set(password="wrong"), server.url.set(database="absent"), server.url.set(username="who")):
        started = time.monotonic()
        assert isinstance(refusal(url, seconds=20), DatabaseUnavailable)
        assert time.monotonic() - started < 5


def test_a_stopped_server_is_busy_and_serves_again_when_it_is_back() -> None:
    with tcp_server() as server:
        database = build_database(server.url, "proxy")
        assert database.read(number) == 1
        server.stop()
        assert isinstance(refusal(server.url), DatabaseBusy)
        with deadline_in(0.5), pytest.raises(DomainError):
            database.read(number)
        server.start()
        assert database.read(number) == 1
        database.close()


def test_a_server_that_is_starting_is_waited_for(server: TcpServer) -> None:
    # 57P03 by a real server: one that was shut down in the "smart" way still waits for its last client.
    with tcp_server() as own:
        with psycopg.connect(own.url.render_as_string(hide_password=False)):
            stopping = threading.Thread(target=own.stop, args=("smart",))
            stopping.start()

            def shuts_down() -> bool:
                try:
                    ask(own.url, "SELECT 1")
                except psycopg.OperationalError as error:
                    return "shutting down" in str(error)
                return False

            until(shuts_down, "the shutdown")
            assert isinstance(refusal(own.url), DatabaseBusy)
        stopping.join(30)
    assert server


def test_a_full_disk_of_postgresql_is_told_as_that(server: TcpServer) -> None:
    def full(session: Session) -> None:
        session.execute(text("DO $$ BEGIN RAISE disk_full USING MESSAGE = 'no space on /tmp/secret'; END $$"))

    full_disk = refusal(server.url, full, 5)
    assert isinstance(full_disk, DatabaseFull)
    assert full_disk.retry_after == 60


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "todo.db"
    database = build_database(make_url(f"sqlite:///{path}"), "server")
    migrate(database.engine)
    database.close()
    return path


def create(session: Session) -> None:
    session.execute(text("CREATE TABLE secret_column (id integer)"))


def test_a_file_that_another_process_locks_is_busy(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("todo.database.sqlite._BUSY_TIMEOUT_MS", 50)
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert isinstance(refusal(make_url(f"sqlite:///{file}"), create), DatabaseBusy)


def test_a_full_file_is_told_as_that(file: Path) -> None:
    def fill(session: Session) -> None:
        session.execute(text("PRAGMA max_page_count = 1"))
        session.execute(text("CREATE TABLE secret_column (id)"))
        session.execute(text("INSERT INTO secret_column VALUES (zeroblob(10000000))"))

    assert isinstance(refusal(make_url(f"sqlite:///{file}"), fill), DatabaseFull)


def test_a_file_that_may_only_be_read_is_unavailable(file: Path) -> None:
    def without_leave(session: Session) -> None:
        session.execute(text("PRAGMA query_only = ON"))
        create(session)

    assert isinstance(refusal(make_url(f"sqlite:///{file}"), without_leave), DatabaseUnavailable)


@pytest.mark.parametrize("damage", ["header", "page"])
def test_a_corrupt_file_is_unavailable(file: Path, damage: str) -> None:
    content = bytearray(file.read_bytes())
    if damage == "header":
        content[:100] = b"\xff" * 100
    else:
        content[100:4096] = b"\xff" * 3996
    file.write_bytes(content)
    assert isinstance(refusal(make_url(f"sqlite:///{file}"), create), DatabaseUnavailable)


def test_a_folder_in_the_place_of_the_file_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "todo.db").mkdir()
    assert isinstance(refusal(make_url(f"sqlite:///{tmp_path}/todo.db")), DatabaseUnavailable)


def test_a_mistake_of_ours_is_no_refusal(file: Path, server: TcpServer) -> None:
    for url in (make_url(f"sqlite:///{file}"), server.url):
        database = build_database(url, "invocation")
        with pytest.raises(DatabaseError):
            database.read(lambda session: session.execute(text("SELEC 1")))
        database.close()


def test_a_client_is_told_when_to_come_back_and_nothing_else(clock: MovableClock) -> None:
    url = make_url("postgresql://ann:secret@127.0.0.1:1/postgres")
    with LambdaDoor(url, clock) as door:
        door._handler = with_seconds(door, 2.5)
        reply = door.ask("GET", "/v1/lists", token="any")
    assert reply.status == 503
    assert reply.headers["retry-after"] == "2"
    assert reply.json["code"] == "database_busy"
    for private in (b"127.0.0.1", b"ann", b"secret", b"psycopg", b"SELECT", b"refused"):
        assert private not in reply.body


def with_seconds(door: LambdaDoor, seconds: float) -> Callable[..., dict[str, object]]:
    handler = door._handler

    def short(event: dict[str, object], context: object) -> dict[str, object]:
        context.get_remaining_time_in_millis = lambda: int(seconds * 1000)  # type: ignore[attr-defined]
        return handler(event, context)

    return short


@pytest.mark.parametrize(
    "address",
    [
        "mysql://ann:hunter2@host/x",
        "not a url with hunter2",
        '{"host": "h", "username": "hunter2"}',
        '{"host": "h", "username": "u", "password": "hunter2", "port": "x"}',
        "{hunter2",
        "[]",
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite:///file:hunter2?mode=memory&uri=true",
        "postgresql://ann:hunter2@host:port/x",
        "",
    ],
)
def test_an_address_that_cannot_be_used_is_refused_without_repeating_it(address: str) -> None:
    with pytest.raises(BadDatabaseAddress) as caught:
        parse_address(address)
    assert "hunter2" not in str(caught.value)


def test_the_secret_of_rds_is_an_address_with_a_verified_server() -> None:
    url = parse_address(
        '{"host": "db.example", "port": 5433, "username": "ann", "password": "p@ss/w", "dbname": "todo"}'
    )
    assert (url.host, url.port, url.username, url.password, url.database) == (
        "db.example",
        5433,
        "ann",
        "p@ss/w",
        "todo",
    )
    assert url.query == {"sslmode": "verify-full", "sslrootcert": "system"}
    assert parse_address('{"url": "postgres://u:p@h/d"}').get_backend_name() == "postgresql"
