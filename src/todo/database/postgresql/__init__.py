"""PostgreSQL through psycopg 3, sending nothing that pins an RDS Proxy session to a connection.

Source: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-proxy-pinning.html
"""

from contextlib import AbstractContextManager
from typing import Any

from sqlalchemy import Connection, Dialect, create_engine, event
from sqlalchemy.dialects import registry
from sqlalchemy.engine import ExecutionContext

from todo.database.deferral import DEFERRED
from todo.database.login import Login
from todo.database.policies import PoolPolicy
from todo.database.postgresql.admission import Admission
from todo.database.postgresql.connection import UnitConnection, UnitCursor
from todo.database.unit import WRITES, Database

_DIALECT = "postgresql+todo"
registry.register("postgresql.todo", "todo.database.postgresql.dialect", "AnnouncedDialect")


def build_postgresql(login: Login, policy: PoolPolicy) -> Database:
    """A database whose connections are opened and kept as `policy` says; none is opened before the first unit."""
    engine = create_engine(
        login.url.set(drivername=_DIALECT),
        hide_parameters=True,  # they are people's data, and errors are logged
        use_native_hstore=False,  # looking it up would send a SAVEPOINT
        insertmanyvalues_page_size=100,  # a statement over 16 KB pins
        **policy.arguments,
    )

    admission = Admission(login)

    def open_connection(dialect: Dialect, *_unused: Any) -> UnitConnection:
        return admission.connect(dialect)

    def invocation() -> AbstractContextManager[None]:
        return policy.invocation(engine)

    event.listen(engine, "do_connect", open_connection)
    event.listen(engine, "begin", _begin)
    event.listen(engine, "do_execute", _execute)
    policy.watch(engine)
    return Database(
        name=login.name,
        reading=engine,
        writing=engine.execution_options(**{WRITES: True}),
        is_open=UnitConnection.is_open,
        invocation=invocation,
        forget=login.forget,
    )


def _begin(connection: Connection) -> None:
    if connection.get_execution_options().get(WRITES):
        driver: UnitConnection = connection.connection.driver_connection  # type: ignore[assignment]  # as `connect` makes them
        driver.begin()


def _execute(cursor: UnitCursor, statement: str, parameters: Any, context: ExecutionContext) -> bool:
    """Leave a deferred statement unanswered. True: the statement was sent; otherwise SQLAlchemy executes it."""
    if not context.execution_options.get(DEFERRED):
        return False
    cursor.send(statement, parameters)
    return True
