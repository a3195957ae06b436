"""How many connections an environment holds, as PostgreSQL itself tells it."""

import threading
import time
import uuid
from typing import Any

import psycopg
from sqlalchemy import URL

# A backend is there for a moment after its client has said good-bye.
_SECONDS = 5


class Watch:
    """Counts the connections of one environment; its `address` is the given one under a name of its own.

    With the policy `invocation` none may be left between invocations, with `proxy` one. SQLite is not watched.
    """

    def __init__(self, address: URL, policy: str) -> None:
        self._most = 0 if policy == "invocation" else 1
        self._name = f"todo {uuid.uuid4()}"
        self._server: psycopg.Connection[Any] | None = None
        self.address = address
        if address.get_backend_name() == "postgresql":
            plain = address.set(drivername="postgresql")
            self._server = psycopg.connect(plain.render_as_string(hide_password=False), autocommit=True)
            self.address = address.update_query_dict({"application_name": self._name})

    def count(self) -> int:
        """The connections that there are now."""
        if self._server is None:
            return 0
        found = self._server.execute("SELECT count(*) FROM pg_stat_activity WHERE application_name = %s", [self._name])
        return int(found.fetchall()[0][0])

    def require(self, most: int | None = None) -> None:
        """Fail unless there are at most `most`, or as many as the policy keeps."""
        bound = self._most if most is None else most
        give_up = time.monotonic() + _SECONDS
        while (held := self.count()) > bound:
            assert time.monotonic() < give_up, f"{held} connections are held, and {bound} may be"
            threading.Event().wait(0.001)

    def close(self) -> None:
        """Stop watching."""
        if self._server is not None:
            self._server.close()
