"""The servers of the tests do what the tests believe of them: a proof is worth no more than its instruments."""

import select
import socket
import threading
from collections.abc import Iterator
from contextlib import closing

import psycopg
import pytest
import relay as relays
from debian_postgresql import debian_server
from pgbouncer import pgbouncer
from postgresql import TcpServer, ask, free_port, tcp_server, until
from relay import Fault, Relay
from sqlalchemy import URL


@pytest.fixture(scope="module")
def server() -> Iterator[TcpServer]:
    with tcp_server() as running:
        ask(running.url, "CREATE TABLE things (n integer)")
        yield running


def connect(url: URL, **options: bool) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(url.render_as_string(hide_password=False), **options)  # type: ignore[arg-type]  # autocommit


def test_flights_are_counted_from_connecting_on(server: TcpServer) -> None:
    with Relay(server.port) as relay:
        with relay.counting() as flights:
            connection = connect(server.url.set(port=relay.port), autocommit=True)
            assert flights.count == 2  # asking for encryption; starting up, with no log-in
            connection.execute("SELECT 1")
            connection.execute("SELECT %s::int", [1])
            assert flights.count == 4
            with connection.pipeline():
                for number in range(50):
                    connection.execute("SELECT %s::int", [number])
            assert flights.count == 5
        connection.close()
        assert (flights.connections, flights.of_connection) == (1, {0: 5})


def test_bytes_in_pieces_are_one_flight(server: TcpServer) -> None:
    with Relay(server.port) as relay, relay.counting() as flights:
        with socket.create_connection(("127.0.0.1", relay.port), timeout=10) as client:
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            start = b"\0\3\0\0user\0postgres\0\0"
            for byte in (len(start) + 4).to_bytes(4) + start:
                client.sendall(bytes([byte]))
            assert client.recv(1) == b"R"
            assert (flights.count, flights.sent) == (1, 1)
        (said,) = relay.conversations
        assert said[0].parameters == {"user": "postgres"}


def test_a_statement_is_recognised_in_either_protocol_and_among_others(server: TcpServer) -> None:
    with Relay(server.port) as relay, closing(connect(server.url.set(port=relay.port))) as connection:
        connection.execute("INSERT INTO things VALUES (1)")
        connection.commit()
        with connection.pipeline():
            connection.execute("INSERT INTO things VALUES (%s)", [2])
            connection.execute("COMMIT")
        connection.execute("INSERT INTO things VALUES (3); COMMIT")
        assert relay.ran("COMMIT") == 3
        assert relay.ran("INSERT INTO things") == 3
        (said,) = relay.conversations
        assert [message.name for message in said if message.kind == "Parse"] == ["", "", ""]


@pytest.mark.parametrize("pipelined", [False, True])
@pytest.mark.parametrize(("fault", "stored"), [("before", 0), ("after", 1), ("answered", 1)])
def test_a_cut_is_where_it_should_be(server: TcpServer, fault: Fault, stored: int, pipelined: bool) -> None:
    ask(server.url, "TRUNCATE things")
    with Relay(server.port) as relay, closing(connect(server.url.set(port=relay.port))) as connection:
        trap = relay.trap("COMMIT", fault)
        if pipelined:
            with pytest.raises(psycopg.OperationalError), connection.pipeline() as pipeline:  # noqa: PT012 - sent as one
                connection.execute("INSERT INTO things VALUES (1)")
                connection.execute("COMMIT")
                pipeline.sync()
                pipeline.sync()
        else:
            connection.execute("INSERT INTO things VALUES (1)")
            if fault == "answered":
                connection.commit()
            with pytest.raises(psycopg.OperationalError):
                connection.commit() if fault != "answered" else connection.execute("SELECT 1")
        assert trap.met.is_set()
        assert ask(server.url, "SELECT count(*) FROM things") == [(stored,)]


def test_nothing_can_be_said_between_the_last_answer_and_the_hang_up(
    server: TcpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked, close = threading.Event(), relays._Line.close
    monkeypatch.setattr(relays._Line, "close", lambda line: (looked.wait(10), close(line)))
    with Relay(server.port) as relay, closing(connect(server.url.set(port=relay.port), autocommit=True)) as connection:
        relay.trap("SELECT 1", "answered")
        assert connection.execute("SELECT 1").fetchall() == [(1,)]
        is_over = select.select([connection.fileno()], [], [], 0)[0]
        looked.set()
        assert is_over
        with pytest.raises(psycopg.OperationalError):
            connection.pgconn.consume_input()


def test_answers_are_held_back_until_they_are_not(server: TcpServer) -> None:
    url = server.url
    with Relay(server.port) as relay, closing(connect(url.set(port=relay.port), autocommit=True)) as connection:
        relay.stalled.set()
        answers: list[object] = []
        thread = threading.Thread(target=lambda: answers.extend(connection.execute("SELECT 1").fetchall()))
        thread.start()
        until(lambda: relay.ran("SELECT 1") == 1, "the question")
        assert answers == []
        relay.stalled.clear()
        thread.join(10)
        assert answers == [(1,)]


def test_connections_are_refused_and_admitted_and_led_elsewhere(server: TcpServer) -> None:
    with Relay(free_port()) as relay:
        url = server.url.set(port=relay.port)
        with pytest.raises(psycopg.OperationalError):
            ask(url, "SELECT 1")
        relay.target = server.port
        relay.refuse()
        with pytest.raises(psycopg.OperationalError, match="refused"):
            ask(url, "SELECT 1")
        relay.admit()
        with closing(connect(url)) as connection:
            assert relay.open == 1
            relay.cut()
            with pytest.raises(psycopg.OperationalError):
                connection.execute("SELECT 1")


def test_a_server_that_was_killed_has_what_was_committed() -> None:
    with tcp_server() as server:
        ask(server.url, "CREATE TABLE things AS SELECT 1 AS n")
        with closing(connect(server.url)) as connection:
            server.kill()
            with pytest.raises(psycopg.OperationalError):
                connection.execute("SELECT 1")
        server.start()
        assert ask(server.url, "SELECT n FROM things") == [(1,)]


def test_flights_are_counted_with_tls_inside_and_a_password_changes() -> None:
    with debian_server() as server, Relay(server.port) as relay:
        url = server.url.set(port=relay.port)
        with relay.counting() as flights, closing(connect(url)) as connection:
            # Asking for encryption, TLS, starting up together with the end of TLS, and two of SCRAM. TLS is one more
            # where the client first offers a curve that the server does not know.
            connected = flights.count
            assert connected in (5, 6)
            connection.execute("SELECT 1")
            assert flights.count == connected + 2  # BEGIN is one of its own
        assert ask(url, "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()") == [(True,)]
        server.set_password("postgres", "an'other")
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            ask(url, "SELECT 1")
        assert ask(url.set(password="an'other"), "SELECT 1") == [(1,)]
        with pytest.raises(psycopg.OperationalError, match="no encryption"):
            ask(url.set(password="an'other", query={"sslmode": "disable"}), "SELECT 1")


def test_the_pooler_shares_connections_and_refuses_options(server: TcpServer) -> None:
    with pgbouncer(server, pool_size=1) as pooler:
        with closing(connect(pooler.url)) as first, closing(connect(pooler.url)) as second:
            pids = set()
            for one in (first, second, first):
                pids.add(one.execute("SELECT pg_backend_pid()").fetchone())
                one.commit()
            assert len(pids) == 1
        with pytest.raises(psycopg.OperationalError, match="unsupported startup parameter"):
            ask(pooler.url.set(query={"options": "-c statement_timeout=1"}), "SELECT 1")
        pooler.stop()
        with pytest.raises(psycopg.OperationalError, match="refused"):
            ask(pooler.url, "SELECT 1")
        pooler.start()
        assert ask(pooler.url, "SELECT 1") == [(1,)]
