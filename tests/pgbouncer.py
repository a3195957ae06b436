"""PgBouncer in transaction mode in front of a server, as a stand-in for RDS Proxy: it, too, refuses `options=`.

`pgbouncer` skips the test where it is not installed.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest
from postgresql import TcpServer, free_port, until
from sqlalchemy import URL

_CONFIGURATION = """
[databases]
* = host=127.0.0.1 port={server} user=postgres
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = {pool_size}
max_client_conn = 1000
server_login_retry = 1
{settings}
logfile = {folder}/log
pidfile = {folder}/pid
"""


class PgBouncer:
    """A pooler with at most `pool_size` connections to `server`, which trusts whoever comes."""

    def __init__(self, folder: Path, program: str, server: TcpServer, pool_size: int, settings: str) -> None:
        self._server = server
        server.is_pooled = True
        self.port = free_port()
        self._file = folder / "pgbouncer.ini"
        self._file.write_text(
            _CONFIGURATION.format(
                server=server.port, port=self.port, pool_size=pool_size, settings=settings, folder=folder
            )
        )
        self._command = [program, "-q", str(self._file)]
        if os.geteuid() == 0:  # it refuses to run as root
            self._command[2:2] = ["-u", "nobody"]
            for path in (folder, self._file):
                shutil.chown(path, "nobody")
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> URL:
        """Where to log in; any name and password will do."""
        return self._server.url.set(port=self.port)

    def start(self) -> None:
        """Start, and wait until it takes connections."""
        self._process = subprocess.Popen(
            self._command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        until(self._answers, "PgBouncer")

    def stop(self) -> None:
        """Stop at once, with whatever is open; harmless where it does not run."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(10)
            finally:
                self._process.kill()
                self._process.wait()
                self._process = None

    def _answers(self) -> bool:
        with suppress(psycopg.OperationalError):
            psycopg.connect(self.url.render_as_string(hide_password=False), connect_timeout=3).close()
            return True
        return False


@contextmanager
def pgbouncer(server: TcpServer, pool_size: int = 20, settings: str = "") -> Iterator[PgBouncer]:
    """PgBouncer in front of `server`; `settings` are further lines of its configuration."""
    program = shutil.which("pgbouncer") or shutil.which("/usr/sbin/pgbouncer")
    if program is None:
        pytest.skip("needs PgBouncer; on Debian and Ubuntu: apt-get install pgbouncer")
    folder = Path(tempfile.mkdtemp(prefix="pgbouncer-"))
    made = PgBouncer(folder, program, server, pool_size, settings)
    try:
        made.start()
        yield made
    finally:
        made.stop()
        shutil.rmtree(folder, ignore_errors=True)
