"""A standby of a PostgreSQL server: it has all that was acknowledged, only reads, and can be made the writer."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from postgresql import TcpServer, ask, until

_STREAMING = "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming' AND sync_state = 'sync'"


class Standby(TcpServer):
    """A copy of `primary` that follows it. While it does, the primary acknowledges no commit that it does not have."""

    def __init__(self, folder: Path, primary: TcpServer) -> None:
        super().__init__(folder)
        self._primary = primary
        shutil.rmtree(self._data)
        address = primary.url.render_as_string(hide_password=False)
        self._run("pg_basebackup", "-R", "-c", "fast", "-d", address)

    def follow(self) -> None:
        """Start following; returns when the primary waits for it."""
        self.start()
        ask(self._primary.url, "ALTER SYSTEM SET synchronous_standby_names = '*'")
        ask(self._primary.url, "SELECT pg_reload_conf()")
        until(lambda: ask(self._primary.url, _STREAMING) == [(1,)], "the standby")

    def promote(self) -> None:
        """Make it the writer."""
        self._run("pg_ctl", "-w", "promote")


@contextmanager
def standby(primary: TcpServer) -> Iterator[Standby]:
    """A standby that follows `primary`, whatever becomes of it."""
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    made = Standby(folder, primary)
    try:
        made.follow()
        yield made
        made.require_no_pins()
    finally:
        made.stop()
        shutil.rmtree(folder, ignore_errors=True)
