"""A connection of psycopg that stops waiting at the deadline of the unit of work.

A server that acknowledges and never answers is not found by keepalives nor by `tcp_user_timeout`, and
`statement_timeout` is enforced by the server that does not answer. This costs no timer and no thread: psycopg waits on
the socket anyway.

Source: https://www.psycopg.org/psycopg3/docs/api/connections.html
"""

from typing import Any, TypeVar

import psycopg
from psycopg.abc import PQGen

from todo.database.deadline import seconds_to_deadline

RV = TypeVar("RV")

_INTERVAL_SECONDS = 0.1  # psycopg's own: how often it looks for Ctrl-C
# A ROLLBACK that is sent after the deadline gets so long.
_LEAST_SECONDS = 0.25


class BoundedConnection(psycopg.Connection[Any]):
    """Closes itself and raises OperationalError when an answer does not come before the deadline."""

    def wait(self, gen: PQGen[RV], interval: float = _INTERVAL_SECONDS, timeout: float | None = None) -> RV:
        """Wait for an answer of the server."""
        left = seconds_to_deadline()
        if left is None:
            return super().wait(gen, interval, timeout)
        bound = max(left, _LEAST_SECONDS)
        try:
            return super().wait(gen, interval, bound if timeout is None else min(timeout, bound))
        except psycopg.Error as error:
            if error.sqlstate is not None or seconds_to_deadline():
                raise
            self.close()
            raise psycopg.OperationalError("the server did not answer before the deadline") from error
