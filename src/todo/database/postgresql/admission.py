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
    "connect_timeout": 3,
    "application_name": "todo",
    "keepalives": 1,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 5_000,
}
# psycopg waits 2 seconds at the least, so a try that is begun later than this would end well after the deadline.
_LAST_TRY_SECONDS = 1.0


def connect(login: Login, dialect: Dialect) -> UnitConnection:
    """Connect, waiting with full jitter while the server is full or away, until the deadline of the unit.

    A login that is refused is looked up again, once. Raises DatabaseBusy at the deadline, DatabaseUnavailable where
    the login cannot be looked up, and psycopg's OperationalError where waiting is of no use.
    """
    give_up = time.monotonic() + seconds_left()
    attempt = 0
    may_renew = True
    while True:
        try:
            return _open(login, dialect)
        except psycopg.OperationalError as error:
            if may_renew and is_login_refusal(error) and login.renew():
                may_renew = False
                continue
            if not is_admission_refusal(error):
                raise
            refusal: Exception = DatabaseBusy("The database takes no connection at the moment. Nothing was done.")
            reason: Exception = error
        except LoginUnavailable as error:
            _log.warning("no login for the database: %s", error)
            refusal, reason = DatabaseUnavailable("The database cannot be reached. Nothing was done."), error
            if not error.transient:
                raise refusal from error
        pause = full_jitter(attempt)
        if time.monotonic() + pause >= give_up - _LAST_TRY_SECONDS:
            raise refusal from reason
        time.sleep(pause)
        attempt += 1


def _open(login: Login, dialect: Dialect) -> UnitConnection:
    arguments, options = dialect.create_connect_args(login.current())
    return UnitConnection.connect(*arguments, **{**_ARGUMENTS, **options}, prepare_threshold=None, autocommit=True)
