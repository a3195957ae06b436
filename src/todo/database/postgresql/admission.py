"""Opening a connection: waiting while the server takes none, and looking the login up again when it is refused."""

import logging
import time
from typing import Any

import psycopg
from sqlalchemy import Dialect

from todo.database.backoff import full_jitter
from todo.database.deadline import seconds_left
from todo.database.failures import is_admission_refusal, is_login_refusal
from todo.database.login import Login, LoginUnavailable
from todo.database.postgresql.connection import UnitConnection
from todo.errors import DatabaseBusy, DatabaseUnavailable

_log = logging.getLogger(__name__)

# https://www.psycopg.org/psycopg3/docs/api/connections.html and libpq's connection parameters. No `options=`: RDS
# Proxy refuses it. No named prepared statement: it pins. Keepalives find a dead peer within about 11 seconds. What
# the address says in its query goes before these.
_ARGUMENTS: dict[str, Any] = {
    "application_name": "todo",
    "keepalives": 1,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 5_000,
}
# How long a try may take; psycopg itself waits 2 seconds at the least.
_LEAST_TRY_SECONDS, _MOST_TRY_SECONDS = 2, 3
# The last try begins so long before the deadline, to end at most half a second after it: a second before Lambda would.
_LAST_TRY_SECONDS = 1.5
_LEAST_PAUSE_SECONDS = 0.2
# So long after the last connect nothing is known any more of how full the server is.
_REMEMBERED_SECONDS = 10.0
_HIGHEST_LEVEL = 7


class Admission:
    """Opens the connections of one database, and remembers how hard the last one was to get.

    Under a storm each refusal costs the server a fork, and time that the admitted ones wait for. So a request that
    follows one that was refused five times does not begin with five short waits of its own.
    """

    def __init__(self, login: Login) -> None:
        self._login = login
        self._level = 0
        self._connected_at = 0.0

    def connect(self, dialect: Dialect) -> UnitConnection:
        """Connect, waiting with full jitter while the server is full or away, until the deadline of the unit.

        A login that is refused is looked up again, once. Raises DatabaseBusy at the deadline, DatabaseUnavailable
        where the login cannot be looked up, and psycopg's OperationalError where waiting is of no use.
        """
        give_up = time.monotonic() + seconds_left() - _LAST_TRY_SECONDS
        level = self._level if time.monotonic() - self._connected_at < _REMEMBERED_SECONDS else 0
        refusals = 0
        may_renew = True
        while True:
            try:
                connection = _open(self._login, dialect)
            except psycopg.OperationalError as error:
                if may_renew and is_login_refusal(error) and self._login.renew():
                    may_renew = False
                    continue
                if not is_admission_refusal(error):
                    raise
                refusal: Exception = DatabaseBusy("The database takes no connection at the moment. Nothing was done.")
                _wait_or_give_up(level + refusals, give_up, refusal, error)
            except LoginUnavailable as error:
                _log.info("no login for the database: %s", error)
                refusal = DatabaseUnavailable("The database cannot be reached. Nothing was done.")
                if not error.transient:
                    raise refusal from error
                _wait_or_give_up(level + refusals, give_up, refusal, error)
            else:
                self._level = min(max(0, level + refusals - 1), _HIGHEST_LEVEL)
                self._connected_at = time.monotonic()
                return connection
            refusals += 1


def _wait_or_give_up(attempt: int, give_up: float, refusal: Exception, reason: Exception) -> None:
    """Sleep before the next try; raise `refusal` once the last one has been made."""
    left = give_up - time.monotonic()
    if left <= 0:
        # No warning: a command line tells the reason itself, and a reply of 503 is an error in the log already.
        _log.info("the database takes no connection: %s", str(reason).partition("\n")[0])
        raise refusal from reason
    # Who has waited long tries more often towards the end, and the last try comes when it is due.
    time.sleep(full_jitter(attempt, left / 2) if left > _LEAST_PAUSE_SECONDS else left)


def _open(login: Login, dialect: Dialect) -> UnitConnection:
    arguments, options = dialect.create_connect_args(login.current())
    timeout = max(_LEAST_TRY_SECONDS, min(_MOST_TRY_SECONDS, int(seconds_left())))
    options = {**_ARGUMENTS, "connect_timeout": timeout, **options}
    return UnitConnection.connect(*arguments, **options, prepare_threshold=None, autocommit=True)
