"""The roles of PostgreSQL: what they may do, and for how long. All of it is kept with the role, by name."""

import logging

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from todo.migrations.failures import MigrationFailed
from todo.models import Base

_log = logging.getLogger(__name__)

# What the service may hold a connection for, on PostgreSQL: kept with the role, since a SET would pin RDS Proxy.
_TIME_OUTS = {
    "statement_timeout": "15s",
    "lock_timeout": "5s",
    "idle_in_transaction_session_timeout": "30s",
    # A function that gave up hangs up; otherwise the server would find out only when it has an answer for it.
    "client_connection_check_interval": "1s",
}
_WRITES = "SELECT, INSERT, UPDATE, DELETE"


def keep_time_outs(connection: Connection, name: str | None = None) -> None:
    """Keep the time-outs with a role (that of the connection unless told otherwise), unless it has its own.

    That the connection may not is no reason to stop: it is logged.
    """
    kept = set(
        connection.scalars(
            text(
                "SELECT split_part(unnest(setconfig), '=', 1) FROM pg_db_role_setting "
                "JOIN pg_roles ON pg_roles.oid = setrole "
                "WHERE rolname = coalesce(CAST(:name AS text), current_user) AND setdatabase = 0"
            ),
            {"name": name},
        )
    )
    role = "CURRENT_USER" if name is None else _quoted(connection, name)
    missing = {setting: value for setting, value in _TIME_OUTS.items() if setting not in kept}
    try:
        with connection.begin_nested():
            for setting, value in missing.items():
                connection.exec_driver_sql(f"ALTER ROLE {role} SET {setting} = '{value}'")
    except DBAPIError as error:
        wanted = ", ".join(f"{setting} = '{value}'" for setting, value in missing.items())
        _log.warning(
            "the time-outs of the database's role could not be set (%s). Ask whoever looks after the database to set, "
            "by ALTER ROLE: %s",
            str(error.orig).partition("\n")[0],
            wanted,
        )


def grant_service_role(connection: Connection, name: str) -> None:
    """Let the service log in as the role `name` with IAM tokens, and read and write rows, but not change the schema.

    For RDS and Aurora, after the tables were made, in the same transaction. The role is made where there is none; it
    never has a password. What is there already is left as it is. Raises MigrationFailed.
    """
    if not _exists(connection, "rds_iam"):
        raise MigrationFailed(
            "the server has no role rds_iam, so it is no RDS or Aurora: a service user that logs in with IAM tokens "
            "cannot be made there. Leave TODO_DATABASE_SERVICE_USER unset"
        )
    if name == connection.scalar(text("SELECT current_user")):
        # Whoever has rds_iam can no longer log in with a password, so nobody would migrate any more.
        raise MigrationFailed("TODO_DATABASE_SERVICE_USER names the role that migrates: choose another name")
    role = _quoted(connection, name)
    database = _quoted(connection, str(connection.scalar(text("SELECT current_database()"))))
    if not _exists(connection, name):
        connection.exec_driver_sql(f"CREATE ROLE {role} LOGIN")
    tables = ", ".join(f"public.{_quoted(connection, table)}" for table in sorted(Base.metadata.tables))
    for statement in (
        f"GRANT rds_iam TO {role}",
        f"GRANT CONNECT ON DATABASE {database} TO {role}",
        f"GRANT USAGE ON SCHEMA public TO {role}",
        f"GRANT {_WRITES} ON {tables} TO {role}",
        f"REVOKE ALL ON public.alembic_version FROM {role}",
        f"GRANT SELECT ON public.alembic_version TO {role}",
        # For tables that are made by hand; each migration grants its own.
        f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT {_WRITES} ON TABLES TO {role}",
    ):
        connection.exec_driver_sql(statement)
    keep_time_outs(connection, name)


def _exists(connection: Connection, name: str) -> bool:
    return bool(connection.scalar(text("SELECT 1 FROM pg_roles WHERE rolname = :name"), {"name": name}))


def _quoted(connection: Connection, name: str) -> str:
    return connection.dialect.identifier_preparer.quote_identifier(name)
