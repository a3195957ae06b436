"""Units of work: a function that is given a session, run in one transaction, committed before anybody is told.

Because the work is a function it can run again: the whole unit is repeated when the database undid it because of
another transaction, or when the connection was lost before COMMIT was sent, and never after that.
"""

import itertools
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Engine, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from todo.database.backoff import full_jitter
from todo.database.deadline import seconds_left
from todo.database.failures import (
    domain_error,
    is_former_writer,
    is_known_commit_failure,
    is_lost_connection,
    is_serialization_failure,
    sqlstate,
)
from todo.errors import DatabaseBusy, DatabaseUnavailable, OutcomeUnknown

_log = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

_MOST_TRIES = 5
# Seconds: psycopg waits for no less when a server lets it in and then says nothing.
_LEAST_TO_CONNECT = 2.0
# Execution options of ours: the transaction of this connection will write; a statement of it failed.
WRITES = "todo_writes"
_FAILED = "todo_failed"


class TransactionLost(RuntimeError):
    """A service caught a database error and went on: PostgreSQL has ended the transaction, and SQLite has not."""


class ConnectionLost(Exception):
    """The connection was found dead before COMMIT was sent: nothing was stored, and the unit is run again."""


class StaleRead(Exception):
    """What the unit found before it took its locks has changed since: the unit is run again from the start."""


class Database:
    """The units of work of one database. Holds connections only as its policy says; safe to share between threads.

    `name` says for people where the database is. `reading` and `writing` are one engine with the options of either
    kind of unit, `is_open` asks a driver's connection whether a transaction is open, `turn` gives a writer its turn,
    `invocation` is entered while a function is invoked, `forget` drops what is known of the log-in.
    """

    def __init__(
        self,
        *,
        name: str,
        reading: Engine,
        writing: Engine,
        is_open: Callable[[Any], bool],
        turn: Callable[[], AbstractContextManager[None]] = nullcontext,
        invocation: Callable[[], AbstractContextManager[None]] = nullcontext,
        forget: Callable[[], None] = lambda: None,
    ) -> None:
        self.name = name
        self.engine = writing
        self._reading = reading
        self._is_open = is_open
        self._turn = turn
        self._invocation = invocation
        self._forget = forget
        event.listen(writing, "handle_error", _note_failure)

    def read(self, work: Callable[Concatenate[Session, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `work(session, ...)`, which writes nothing, and return what it returns.

        Raises what `work` raises, and DatabaseBusy or DatabaseUnavailable.
        """

        def once() -> T:
            with Session(self._reading, expire_on_commit=False, autoflush=False) as session:
                return work(session, *args, **kwargs)

        return self._repeat(once)

    def write(self, work: Callable[Concatenate[Session, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `work(session, ...)` in a transaction and return what it returns once that is committed.

        Raises what `work` raises (nothing is stored then), DatabaseBusy, DatabaseUnavailable and DatabaseFull
        (nothing is stored), and OutcomeUnknown when the connection broke during COMMIT.
        """

        def once() -> T:
            with self.session() as session:
                return work(session, *args, **kwargs)

        return self._repeat(once)

    @contextmanager
    def session(self) -> Iterator[Session]:
        """The unit of `write` for jobs: commits when the block ends well, rolls back when it raises. Not repeated."""
        with self._turn(), Session(self.engine, expire_on_commit=False) as session:
            yield session
            session.flush()
            if session.in_transaction():
                self._commit(session)

    def invocation(self) -> AbstractContextManager[None]:
        """One invocation of a function: its units share a connection, and when the block ends, however it ends,
        nothing is open that the policy does not keep.
        """
        return self._invocation()

    def close(self) -> None:
        """Close every connection that is kept, and forget secrets that were looked up. Units may still be run."""
        self.engine.dispose()
        self._forget()

    def _commit(self, session: Session) -> None:
        connection = session.connection()
        try:
            # COMMIT answers ROLLBACK, without an error, in a transaction that failed; so ask the driver first.
            is_open = self._is_open(connection.connection.driver_connection)
        except ConnectionLost:
            session.invalidate()
            raise
        if not is_open or connection.get_execution_options().get(_FAILED):
            raise TransactionLost("a database error was caught before the commit; nothing was stored")
        try:
            session.commit()
        except DBAPIError as error:
            if is_known_commit_failure(error):
                raise
            _log.error("the outcome of a commit is unknown: %s", _reason(error))
            raise OutcomeUnknown(
                "The connection was lost while committing: the change may or may not be stored. "
                "Look, or repeat it with the same Idempotency-Key."
            ) from error

    def _repeat(self, once: Callable[[], T]) -> T:
        give_up = time.monotonic() + seconds_left()
        for attempt in itertools.count():
            is_last = attempt >= _MOST_TRIES - 1
            try:
                return once()
            except StaleRead:
                if is_last:
                    raise DatabaseBusy("Others keep changing the same things. Nothing was stored.") from None
            except ConnectionLost as error:
                if is_last or not _can_connect(give_up):
                    raise DatabaseUnavailable("The database cannot be reached. Nothing was stored.") from error
            except (DBAPIError, PoolTimeout) as error:
                pause = _pause(error, attempt)
                # The name of a database leads to the former writer for as long as a failover takes.
                is_last = is_last and not is_former_writer(getattr(error, "orig", None))
                if isinstance(error, DBAPIError) and is_lost_connection(error):
                    is_last = is_last or not _can_connect(give_up)
                if pause is None or is_last or time.monotonic() + pause >= give_up:
                    refusal = domain_error(error)
                    if refusal is None:
                        raise
                    _log.warning("the database refused: %s", _reason(error))
                    raise refusal from error
                time.sleep(pause)
        raise AssertionError("the last try returns or raises")


def _can_connect(give_up: float) -> bool:
    """Whether there is time for a new connection to a server that may be silent."""
    return give_up - time.monotonic() > _LEAST_TO_CONNECT


def _pause(error: DBAPIError | PoolTimeout, attempt: int) -> float | None:
    """Seconds to wait before the unit is run again; None where that is not safe, or of no use."""
    if isinstance(error, PoolTimeout):
        return None
    if is_serialization_failure(error):
        # The one that was undone must not be back before the other has what it was waiting for.
        return full_jitter(attempt)
    if is_lost_connection(error):
        return full_jitter(attempt) if attempt else 0.0
    return None


def _note_failure(context: ExceptionContext) -> None:
    if is_former_writer(context.original_exception):
        context.is_disconnect = True
    if context.connection is not None:
        context.connection.execution_options(**{_FAILED: True})


def _reason(error: DBAPIError | PoolTimeout) -> str:
    """What went wrong, for the log. Only the first line: PostgreSQL's second one holds the values of the row."""
    if isinstance(error, PoolTimeout):
        return "all connections are in use"
    return f"{sqlstate(error.orig) or type(error.orig).__name__}: {str(error.orig).partition(chr(10))[0]}"
