"""A connection of psycopg for units of work: few round trips, and no wait beyond the deadline.

It stays in the protocol's pipeline mode. BEGIN is sent with the first statement, and what nobody waits for with the
next one, or with COMMIT: https://www.postgresql.org/docs/current/libpq-pipeline-mode.html

A server that acknowledges and never answers is not found by keepalives nor by `tcp_user_timeout`, and
`statement_timeout` is enforced by the server that does not answer. psycopg waits on the socket anyway, so a bound on
that costs no timer and no thread: https://www.psycopg.org/psycopg3/docs/api/connections.html
"""

import select
from contextlib import suppress
from typing import Any, Self

import psycopg
from psycopg.pq import TransactionStatus
from psycopg.rows import TupleRow

from todo.database.deadline import seconds_to_deadline
from todo.database.unit import ConnectionLost

_INTERVAL_SECONDS = 0.1  # psycopg's own: how often it looks for Ctrl-C
# A ROLLBACK that is sent after the deadline gets so long.
_LEAST_SECONDS = 0.25


class UnitCursor(psycopg.Cursor[TupleRow]):
    """A cursor that waits for the answer when it executes, and does not when it sends."""

    connection: "UnitConnection"

    def execute(self, *arguments: Any, **options: Any) -> Self:
        """Send a statement, wait for its answer and for those to all that was sent before."""
        self.send(*arguments, **options)
        self.connection.answer()
        return self

    def executemany(self, *arguments: Any, **options: Any) -> None:
        """The same for a statement with many sets of parameters, which are one round trip."""
        super().executemany(*arguments, **options)
        self.connection.answer()

    def send(self, *arguments: Any, **options: Any) -> None:
        """Send a statement and wait for nothing. May raise the error of a statement that was sent before."""
        super().execute(*arguments, **options)
        self.connection.unanswered.append(self)


class UnitConnection(psycopg.Connection[TupleRow]):
    """Begins, commits and undoes transactions itself; to psycopg it is in autocommit.

    `unanswered` are the cursors whose statements were sent and not waited for.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.cursor_factory = UnitCursor
        self.unanswered: list[UnitCursor] = []
        self._begun = False
        self._pipeline = psycopg.Pipeline(self)
        self._pipeline.__enter__()  # sends nothing

    def begin(self) -> None:
        """Begin a transaction, together with the statement that comes next."""
        self._begun = True
        # Under REPEATABLE READ eight writers on one list fail each other; every write locks its scopes instead.
        self._send("BEGIN ISOLATION LEVEL READ COMMITTED")

    def commit(self) -> None:
        """Commit the transaction, if one was begun.

        An error of the driver has `came_before_commit` where it says for sure that nothing was stored: it belongs to
        an earlier statement, after which the server passes over the rest of the pipeline, COMMIT included.
        """
        if not self._begun:
            return
        earlier = tuple(self.unanswered)
        try:
            cursor = self._send("COMMIT")
            self.answer()
        except psycopg.Error as error:
            is_answer = error.sqlstate is not None
            error.came_before_commit = is_answer and any(each.pgresult is None for each in earlier)  # type: ignore[attr-defined]  # ours
            # The transaction of a statement that failed is still open, and SQLAlchemy takes it for ended.
            with suppress(psycopg.Error):
                self.rollback()
            raise
        self._begun = False
        if cursor.statusmessage != "COMMIT":
            # What PostgreSQL answers, without an error, where the transaction had failed.
            undone = psycopg.errors.InFailedSqlTransaction("the transaction was undone")
            undone.came_before_commit = True  # type: ignore[attr-defined]  # ours
            raise undone

    def rollback(self) -> None:
        """Undo the transaction, if one was begun; sends nothing where none was."""
        self._begun = False
        for _ in range(2):
            if not self.unanswered and self.info.transaction_status == TransactionStatus.IDLE:
                return
            # After an error the server passes over what is in the pipeline, the first ROLLBACK included.
            with suppress(psycopg.Error):
                self._send("ROLLBACK")
            with suppress(psycopg.Error):
                self.answer()
        self._check_connection_ok()

    def is_open(self) -> bool:
        """Whether a transaction is open. Raises ConnectionLost when the server has hung up, at no round trip.

        A server says why before it hangs up; the loop reads that, then meets the end.
        """
        try:
            while select.select([self.fileno()], [], [], 0)[0]:
                self.pgconn.consume_input()
        except psycopg.OperationalError as error:
            raise ConnectionLost from error
        # With unanswered statements the status is "active"; had one failed before them, that would have been raised.
        open_states = (TransactionStatus.INTRANS, TransactionStatus.ACTIVE)
        return self._begun and self.info.transaction_status in open_states

    def answer(self) -> None:
        """Wait for the answers to all that was sent. Raises the first error among them."""
        try:
            self._sync()
        except psycopg.Error:
            # What came behind the error has an answer, too: that it was passed over.
            while self._pipeline and self._pipeline.result_queue and not (self.closed or self.broken):
                with suppress(psycopg.Error):
                    self._sync()
            raise
        finally:
            self.unanswered.clear()

    def close(self) -> None:
        """Close the connection; the server undoes what was not committed."""
        super().close()
        self._pipeline = None  # the two refer to each other

    def wait(self, gen: Any, interval: float = _INTERVAL_SECONDS, timeout: float | None = None) -> Any:
        """Wait for an answer of the server.

        Closes the connection and raises OperationalError when it does not come before the deadline.
        """
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

    def _send(self, command: str) -> UnitCursor:
        cursor = UnitCursor(self)
        cursor.send(command)
        return cursor

    def _sync(self) -> None:
        if self._pipeline is None:
            raise psycopg.OperationalError("the connection is closed")
        self._pipeline.sync()
