"""PostgreSQL through psycopg 3, sending nothing that pins an RDS Proxy session to a connection.

Source: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-proxy-pinning.html
"""

import select
import time
from typing import Any

from sqlalchemy import URL, Dialect, create_engine, event

from todo.database.backoff import full_jitter
from todo.database.bounded_connection import bounded
from todo.database.deadline import seconds_left
from todo.database.failures import is_admission_refusal
from todo.database.policies import PoolPolicy
from todo.database.unit import ConnectionLost, Database
from todo.errors import DatabaseBusy

# https://www.psycopg.org/psycopg3/docs/api/connections.html and libpq's connection parameters. No `options=`: RDS
# Proxy refuses it. No named prepared statement: it pins. Keepalives find a dead peer within about 11 seconds.
_CONNECT_ARGUMENTS: dict[str, Any] = {
    "prepare_threshold": None,
    "connect_timeout": 3,
    "application_name": "todo",
    "keepalives": 1,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 5_000,
}


def build_postgresql(url: URL, policy: PoolPolicy) -> Database:
    """A database whose connections are opened and kept as `policy` says; none is opened before the first unit."""
    engine = create_engine(
        url.set(drivername="postgresql+psycopg"),
        connect_args=_CONNECT_ARGUMENTS,
        hide_parameters=True,  # they are people's data, and errors are logged
        use_native_hstore=False,  # looking it up would send a SAVEPOINT
        skip_autocommit_rollback=True,
        insertmanyvalues_page_size=100,  # a statement over 16 KB pins
        **policy.arguments,
    )
    event.listen(engine, "do_connect", _connect)
    policy.watch(engine)
    return Database(
        reading=engine.execution_options(isolation_level="AUTOCOMMIT"),
        # Under REPEATABLE READ eight writers on one list fail each other; every write locks its scopes instead.
        writing=engine.execution_options(isolation_level="READ COMMITTED"),
        in_transaction=_in_transaction,
    )


def _connect(dialect: Dialect, _record: Any, arguments: tuple[Any, ...], options: dict[str, Any]) -> Any:
    """Connect, waiting with full jitter while the server is full, until the deadline of the unit."""
    connection = bounded(dialect.loaded_dbapi.Connection)
    give_up = time.monotonic() + seconds_left()
    attempt = 0
    while True:
        try:
            return connection.connect(*arguments, **options)
        except dialect.loaded_dbapi.OperationalError as error:
            pause = full_jitter(attempt)
            if not is_admission_refusal(error):
                raise
            if time.monotonic() + pause >= give_up:
                raise DatabaseBusy("The database takes no connection at the moment. Nothing was done.") from error
            time.sleep(pause)
            attempt += 1


def _in_transaction(connection: Any) -> bool:
    """Whether a transaction is open. Raises ConnectionLost when the server has hung up, which costs no round trip.

    A server says why before it hangs up; the loop reads that, then meets the end.
    """
    try:
        while select.select([connection.fileno()], [], [], 0)[0]:
            connection.pgconn.consume_input()
    except connection.OperationalError as error:
        raise ConnectionLost from error
    return bool(connection.info.transaction_status.name == "INTRANS")
