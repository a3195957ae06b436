"""How many connections the contenders have on the server, at most."""

import threading
from typing import Self

import psycopg

_SECONDS = 0.05
# One that is just being refused has no name yet.
_COUNT = b"SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND usename IN ('ours', 'peers')"


class Peak:
    """Looks every 50 ms while it is entered, on a reserved connection that is open already."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self.most = 0
        self._connection = connection
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(_SECONDS):
            row = self._connection.execute(_COUNT).fetchone()
            self.most = max(self.most, row[0] if row else 0)
