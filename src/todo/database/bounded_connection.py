"""A connection of psycopg that stops waiting at the deadline of the unit of work.

A server that acknowledges and never answers is not found by keepalives nor by `tcp_user_timeout`, and
`statement_timeout` is enforced by the server that does not answer. This costs no timer and no thread: psycopg waits on
the socket anyway.

Source: https://www.psycopg.org/psycopg3/docs/api/connections.html
"""

from functools import cache
from typing import Any

from todo.database.deadline import seconds_to_deadline

_INTERVAL_SECONDS = 0.1  # psycopg's own: how often it looks for Ctrl-C
# A ROLLBACK that is sent after the deadline gets so long.
_LEAST_SECONDS = 0.25


class BoundedWaits:
    """Closes the connection and raises OperationalError when an answer does not come before the deadline.

    To be put before psycopg's `Connection`, which is not imported here: who uses SQLite never loads it.
    """

    Error: type[Exception]
    OperationalError: type[Exception]

    def wait(self, gen: Any, interval: float = _INTERVAL_SECONDS, timeout: float | None = None) -> Any:
        """Wait for an answer of the server."""
        connection: Any = super()
        left = seconds_to_deadline()
        if left is None:
            return connection.wait(gen, interval, timeout)
        bound = max(left, _LEAST_SECONDS)
        try:
            return connection.wait(gen, interval, bound if timeout is None else min(timeout, bound))
        except self.Error as error:
            if getattr(error, "sqlstate", None) is not None or seconds_to_deadline():
                raise
            connection.close()
            raise self.OperationalError("the server did not answer before the deadline") from error


@cache
def bounded(connection: type[Any]) -> type[Any]:
    """A class of connections that wait no longer than they may."""
    return type("BoundedConnection", (BoundedWaits, connection), {})
