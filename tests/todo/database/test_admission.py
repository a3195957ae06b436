"""Which failures to connect are worth waiting for: what servers, poolers and networks really say.

psycopg gives no SQLSTATE for any of them, so that the words decide. docs/operations/connections.md has the table.
"""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from types import SimpleNamespace

import psycopg
import pytest
from pgbouncer import pgbouncer
from postgresql import TcpServer, ask, free_port, tcp_server, until
from sqlalchemy import URL, make_url, text

from todo.database import backoff, build_database, deadline_in
from todo.database.failures import is_admission_refusal, is_login_refusal
from todo.database.login import FixedLogin
from todo.database.postgresql import admission
from todo.errors import DatabaseBusy, DatabaseUnavailable

ROOM = "-c max_connections=8 -c superuser_reserved_connections=2 -c reserved_connections=0"


@pytest.fixture(scope="module")
def server() -> Iterator[TcpServer]:
    with tcp_server(ROOM) as running:
        ask(running.url, "CREATE ROLE ann LOGIN")
        ask(running.url, "CREATE ROLE few LOGIN CONNECTION LIMIT 0")
        ask(running.url, "CREATE DATABASE small CONNECTION LIMIT 0")
        yield running


def refusal(url: URL) -> psycopg.OperationalError:
    with pytest.raises(psycopg.OperationalError) as caught:
        psycopg.connect(url.render_as_string(hide_password=False), connect_timeout=2).close()
    return caught.value


@contextmanager
def taken(url: URL, count: int) -> Iterator[None]:
    with ExitStack() as stack:
        for _ in range(count):
            stack.enter_context(psycopg.connect(url.render_as_string(hide_password=False)))
        yield
    until(lambda: refusal_or_none(url) is None, "room")


def full(server: TcpServer) -> tuple[str, psycopg.OperationalError]:
    with taken(server.url, 8):
        return "too many clients already", refusal(server.url)


def reserved(server: TcpServer) -> tuple[str, psycopg.OperationalError]:
    with taken(server.url, 6):
        return "remaining connection slots are reserved", refusal(server.url.set(username="ann"))


def limited_role(server: TcpServer) -> tuple[str, psycopg.OperationalError]:
    return "too many connections for role", refusal(server.url.set(username="few"))


def limited_database(server: TcpServer) -> tuple[str, psycopg.OperationalError]:
    return "too many connections for database", refusal(server.url.set(username="ann", database="small"))


def starting(_server: TcpServer) -> tuple[str, psycopg.OperationalError]:
    # One that was told to stop when its last client has gone says 57P03, too.
    with tcp_server() as own, psycopg.connect(own.url.render_as_string(hide_password=False)):
        stopping = threading.Thread(target=own.stop, args=("smart",))
        stopping.start()
        until(lambda: "shutting down" in str(refusal_or_none(own.url)), "the shutdown")
        error = refusal(own.url)
    stopping.join(30)
    return "the database system is shutting down", error


def refusal_or_none(url: URL) -> psycopg.OperationalError | None:
    try:
        psycopg.connect(url.render_as_string(hide_password=False), connect_timeout=2).close()
    except psycopg.OperationalError as error:
        return error
    return None


def absent(_server: TcpServer) -> tuple[str, psycopg.OperationalError]:
    return "Connection refused", refusal(make_url(f"postgresql://ann@127.0.0.1:{free_port()}/x"))


def silent(_server: TcpServer) -> tuple[str, psycopg.OperationalError]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return "timeout expired", refusal(make_url(f"postgresql://ann@127.0.0.1:{listener.getsockname()[1]}/x"))


def hanging_up(_server: TcpServer) -> tuple[str, psycopg.OperationalError]:
    with answering(b"") as url:
        return "server closed the connection unexpectedly", refusal(url)


def crowded_pooler(server: TcpServer) -> tuple[str, psycopg.OperationalError]:
    with pgbouncer(server, settings="max_client_conn = 1") as pooler, taken(pooler.url, 1):
        return "no more connections allowed", refusal(pooler.url)


CASES: list[Callable[[TcpServer], tuple[str, psycopg.OperationalError]]] = [
    full,
    reserved,
    limited_role,
    limited_database,
    starting,
    absent,
    silent,
    hanging_up,
    crowded_pooler,
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_a_connect_that_may_succeed_in_a_moment_is_known_by_its_words_as_it_has_no_sqlstate(
    server: TcpServer, case: Callable[[TcpServer], tuple[str, psycopg.OperationalError]]
) -> None:
    words, error = case(server)
    assert words in str(error)
    assert error.sqlstate is None
    assert is_admission_refusal(error)
    assert not is_login_refusal(error)


@contextmanager
def answering(reply: bytes) -> Iterator[URL]:
    """A peer that says `reply` to whoever starts up, and hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    client, _ = listener.accept()
                except OSError:
                    return
                with client:
                    client.recv(65536)
                    client.sendall(reply)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield make_url(f"postgresql://ann@127.0.0.1:{listener.getsockname()[1]}/x?sslmode=disable")
        finally:
            listener.shutdown(socket.SHUT_RDWR)
    thread.join(10)


def error_response(sqlstate: str, message: str) -> bytes:
    fields = b"".join(
        kind + value.encode() + b"\0" for kind, value in ((b"S", "FATAL"), (b"C", sqlstate), (b"M", message))
    )
    return b"E" + (len(fields) + 5).to_bytes(4) + fields + b"\0"


@pytest.mark.parametrize(
    ("sqlstate", "message"),
    [
        # Aurora DSQL: https://docs.aws.amazon.com/aurora-dsql/latest/userguide/CHAP_quotas.html
        ("53400", "Unable to accept connection, rate exceeded."),
        # RDS Proxy: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-proxy.troubleshooting.html
        ("08000", "Timed-out waiting to acquire database connection"),
        ("08000", "The IAM authentication failed because of too many competing requests."),
        ("08000", "The maximum number of client connections to the proxy exceeded 100."),
        ("08000", "Rate of connection to proxy exceeded 100."),
    ],
)
def test_what_cannot_run_here_is_known_by_the_words_that_aws_documents(sqlstate: str, message: str) -> None:
    with answering(error_response(sqlstate, message)) as url:
        error = refusal(url)
        assert message in str(error)
        assert error.sqlstate is None
        assert is_admission_refusal(error)
        database = build_database(url, "invocation")
        with deadline_in(1.2), pytest.raises(DatabaseBusy):
            database.read(lambda session: session.scalar(text("SELECT 1")))
        database.close()


def test_a_pooler_that_has_no_connection_to_spare_is_waited_for_until_the_deadline(server: TcpServer) -> None:
    with pgbouncer(server, pool_size=1) as pooler:
        first, second = (build_database(pooler.url, "proxy") for _ in range(2))
        with first.session() as holder:
            holder.execute(text("SELECT 1"))
            with deadline_in(0.5), pytest.raises(DatabaseUnavailable):
                second.read(lambda session: session.scalar(text("SELECT 1")))
        assert second.read(lambda session: session.scalar(text("SELECT 1"))) == 1
        first.close()
        second.close()


@pytest.mark.parametrize(
    "change", [{"database": "absent"}, {"username": "absent"}, {"query": {"sslmode": "require"}}], ids=str
)
def test_a_connect_that_can_never_succeed_is_not_tried_again(server: TcpServer, change: dict[str, str]) -> None:
    url = server.url.set(**change)  # type: ignore[arg-type]  # one of its parts
    assert not is_admission_refusal(refusal(url))
    database = build_database(url, "invocation")
    with deadline_in(20), pytest.raises(DatabaseUnavailable):
        database.read(lambda session: session.scalar(text("SELECT 1")))
    database.close()


def test_waits_double_up_to_a_bound_and_each_is_anywhere_below_its_own() -> None:
    for attempt, bound in enumerate([0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 8.0, 8.0]):
        waits = [backoff.full_jitter(attempt) for _ in range(2_000)]
        assert 0 <= min(waits) < 0.05 * bound
        assert 0.95 * bound < max(waits) <= bound


def test_no_wait_goes_beyond_what_is_left_of_the_time() -> None:
    assert max(backoff.full_jitter(9, 0.5) for _ in range(2_000)) <= 0.5


def test_a_connect_after_one_that_was_hard_to_get_waits_longer_at_once_and_forgets_it_in_ten_seconds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = [1000.0]
    refusals = [0]
    asked: list[int] = []

    def open_or_refuse(*_arguments: object) -> str:
        if refusals[0] > 0:
            refusals[0] -= 1
            raise psycopg.OperationalError("too many clients already")
        return "connected"

    def full_jitter(attempt: int, _most: float) -> float:
        asked.append(attempt)
        return 0.0

    monkeypatch.setattr("todo.database.postgresql.admission._open", open_or_refuse)
    monkeypatch.setattr("todo.database.postgresql.admission.full_jitter", full_jitter)
    time = SimpleNamespace(monotonic=lambda: clock[0], sleep=lambda _seconds: None)
    monkeypatch.setattr("todo.database.postgresql.admission.time", time)
    opened = admission.Admission(FixedLogin(make_url("postgresql://ann@127.0.0.1:1/x")))

    def waits(refused: int) -> list[int]:
        refusals[0] = refused
        asked.clear()
        opened.connect(None)  # type: ignore[arg-type]  # nothing is opened
        return asked.copy()

    assert waits(4) == [0, 1, 2, 3]
    assert waits(2) == [3, 4]
    assert waits(1) == [4]
    assert waits(0) == []
    assert waits(1) == [3]
    clock[0] += 10
    assert waits(1) == [0]


def test_a_thousand_environments_that_start_at_once_do_not_come_back_together() -> None:
    # Each is refused until the server has room: when do they knock, if all began at the same moment?
    moments = sorted(
        sum(backoff.full_jitter(attempt) for attempt in range(tries)) for tries in range(4, 8) for _ in range(1_000)
    )
    busiest = max(sum(1 for other in moments if moment <= other < moment + 0.05) for moment in moments[::20])
    assert busiest < 0.05 * len(moments)


def test_no_try_begins_so_late_that_it_would_end_after_lambda(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [1000.0]
    begun: list[float] = []

    def refuse(*_arguments: object) -> None:
        begun.append(clock[0])
        clock[0] += 0.3  # how long this server takes to say no
        raise psycopg.OperationalError("connection refused")

    def sleep(seconds: float) -> None:
        clock[0] += seconds

    monkeypatch.setattr("todo.database.postgresql.admission._open", refuse)
    monkeypatch.setattr(
        "todo.database.postgresql.admission.time", SimpleNamespace(monotonic=lambda: clock[0], sleep=sleep)
    )
    monkeypatch.setattr("todo.database.postgresql.admission.seconds_left", lambda: 1025.0 - clock[0])
    login = FixedLogin(make_url("postgresql://ann@127.0.0.1:1/x"))
    with pytest.raises(DatabaseBusy):
        admission.Admission(login).connect(None)  # type: ignore[arg-type]  # nothing is opened
    assert len(begun) > 5
    # psycopg waits 2 seconds for an answer at the least, and 1.5 are in reserve.
    assert max(begun) < 1025.0 - 0.5
