"""SQLAlchemy's dialect for psycopg, which asks the server nothing before the first statement.

What SQLAlchemy would ask for in six round trips, once for each new environment, the server has announced when the
connection was opened. https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-ASYNC
"""

from typing import Any

from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

from todo.database.postgresql.connection import UnitConnection


class AnnouncedDialect(PGDialect_psycopg):
    """Knows the server by its parameters `server_version` and `standard_conforming_strings`.

    The default schema and isolation level are not among them and stay unknown; nothing here needs them.
    """

    supports_statement_cache = True

    def _get_server_version_info(self, connection: Connection) -> tuple[int, ...]:
        number = _driver(connection).info.server_version  # 170002, or 90624 before version 10
        if number < 100_000:
            return (number // 10_000, number // 100 % 100, number % 100)
        return (number // 10_000, number % 10_000)

    def _get_default_schema_name(self, _connection: Connection) -> Any:
        raise NotImplementedError

    def get_default_isolation_level(self, _connection: Any) -> Any:
        raise NotImplementedError

    def _set_backslash_escapes(self, connection: Connection) -> None:
        self._backslash_escapes = _driver(connection).info.parameter_status("standard_conforming_strings") == "off"


def _driver(connection: Connection) -> UnitConnection:
    driver: UnitConnection = connection.connection.driver_connection  # type: ignore[assignment]  # as `connect` makes them
    return driver
