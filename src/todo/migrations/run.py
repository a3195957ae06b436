"""Bringing a database to the schema of this version: `todo migrate`, and every start of the server."""

import logging
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

_log = logging.getLogger(__name__)

_HERE = Path(__file__).parent

# What the service may hold a connection for, on PostgreSQL: kept with the role, since a SET would pin RDS Proxy.
_ROLE_SETTINGS = {
    "statement_timeout": "15s",
    "lock_timeout": "5s",
    "idle_in_transaction_session_timeout": "30s",
    # A function that gave up hangs up; otherwise the server would find out only when it has an answer for it.
    "client_connection_check_interval": "1s",
}


class MigrationFailed(Exception):
    """The database cannot be migrated, and nothing was changed; the text says why."""


def migrate(engine: Engine) -> tuple[str | None, str]:
    """Upgrade to the newest revision. Returns the revision before and after; equal when there was nothing to do.

    On SQLite the file is copied first, beside itself (`todo.db.before-<revision>`), and foreign keys are off during
    the migration and checked before its commit, since a rebuilt table would take its children along. On PostgreSQL
    processes that migrate at once take turns. Raises MigrationFailed.
    """
    script = ScriptDirectory.from_config(_config(None))
    if engine.dialect.name == "sqlite":
        return _migrate_sqlite(engine, script), _head(script)
    with engine.begin() as connection:
        # The role's own time-outs are for requests. This connection is not behind a proxy's multiplexing.
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        connection.execute(text("SET LOCAL lock_timeout = 0"))
        connection.execute(text("SELECT pg_advisory_xact_lock(8460276131)"))
        before = _revision(connection, script)
        if before != _head(script):
            command.upgrade(_config(connection), "head")
        _set_role(connection)
    return before, _head(script)


def _head(script: ScriptDirectory) -> str:
    return script.get_current_head() or ""


def _revision(connection: Connection, script: ScriptDirectory) -> str | None:
    """The revision that the database is at. Raises MigrationFailed for one that this version does not know."""
    revision = MigrationContext.configure(connection).get_current_revision()
    if revision is not None and revision not in {known.revision for known in script.walk_revisions()}:
        raise MigrationFailed(
            f"it is at revision {revision}, which this version of the program does not know: a newer version made "
            "it. Use that version, or a copy of the database from before"
        )
    return revision


def _migrate_sqlite(engine: Engine, script: ScriptDirectory) -> str | None:
    # Its own engine: a pragma on foreign keys takes effect only before a transaction begins.
    own = create_engine(engine.url, poolclass=NullPool)
    event.listen(own, "connect", _without_foreign_keys)
    event.listen(own, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    with own.begin() as connection:
        before = _revision(connection, script)
        if before == _head(script):
            return before
        if before is not None and engine.url.database:
            _copy(Path(engine.url.database), before)
        command.upgrade(_config(connection), "head")
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        if broken:
            raise MigrationFailed(f"{len(broken)} rows would point nowhere")
    return before


def _without_foreign_keys(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # the driver begins nothing by itself
    connection.execute("PRAGMA foreign_keys = OFF")


def _copy(file: Path, revision: str) -> None:
    target = file.with_name(f"{file.name}.before-{revision}")
    target.touch()
    shutil.copymode(file, target)
    with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(target)) as copy:
        source.backup(copy)


def _set_role(connection: Connection) -> None:
    """Keep the time-outs with the role, unless it has its own; a role that may not is no reason to stop."""
    kept = set(
        connection.scalars(
            text(
                "SELECT split_part(unnest(setconfig), '=', 1) FROM pg_db_role_setting "
                "JOIN pg_roles ON pg_roles.oid = setrole WHERE rolname = current_user AND setdatabase = 0"
            )
        )
    )
    missing = {name: value for name, value in _ROLE_SETTINGS.items() if name not in kept}
    try:
        with connection.begin_nested():
            for name, value in missing.items():
                connection.execute(text(f"ALTER ROLE CURRENT_USER SET {name} = '{value}'"))
    except DBAPIError as error:
        wanted = ", ".join(f"{name} = '{value}'" for name, value in missing.items())
        _log.warning(
            "the time-outs of the database's role could not be set (%s). Ask whoever looks after the database to set, "
            "by ALTER ROLE: %s",
            str(error.orig).partition("\n")[0],
            wanted,
        )


def _config(connection: Connection | None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_HERE).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
