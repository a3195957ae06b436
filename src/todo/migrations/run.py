"""Bringing a database to the schema of this version: `todo migrate`, and every start of the server."""

import shutil
import sqlite3
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.pool import NullPool

_HERE = Path(__file__).parent

# What the service may hold a connection for, on PostgreSQL: kept with the role, since a SET would pin RDS Proxy.
_ROLE_SETTINGS = {
    "statement_timeout": "15s",
    "lock_timeout": "5s",
    "idle_in_transaction_session_timeout": "30s",
}


class MigrationFailed(Exception):
    """A migration left the database inconsistent and was rolled back."""


def migrate(engine: Engine) -> tuple[str | None, str]:
    """Upgrade to the newest revision. Returns the revision before and after; equal when there was nothing to do.

    On SQLite the file is copied first, beside itself (`todo.db.before-<revision>`), and foreign keys are off during
    the migration and checked before its commit, since a rebuilt table would take its children along.
    """
    head = ScriptDirectory.from_config(_config(None)).get_current_head() or ""
    if engine.dialect.name == "sqlite":
        return _migrate_sqlite(engine, head), head
    with engine.begin() as connection:
        before = MigrationContext.configure(connection).get_current_revision()
        if before != head:
            # One migration at a time; this connection is not behind a proxy's multiplexing.
            connection.execute(text("SELECT pg_advisory_xact_lock(8460276131)"))
            command.upgrade(_config(connection), "head")
        _set_role(connection)
    return before, head


def _migrate_sqlite(engine: Engine, head: str) -> str | None:
    # Its own engine: a pragma on foreign keys takes effect only before a transaction begins.
    own = create_engine(engine.url, poolclass=NullPool)
    event.listen(own, "connect", _without_foreign_keys)
    event.listen(own, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    with own.begin() as connection:
        before = MigrationContext.configure(connection).get_current_revision()
        if before == head:
            return before
        if before is not None and engine.url.database:
            _copy(Path(engine.url.database), before)
        command.upgrade(_config(connection), "head")
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        if broken:
            raise MigrationFailed(f"{len(broken)} rows would point nowhere; nothing was changed")
    return before


def _without_foreign_keys(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # the driver begins nothing by itself
    connection.execute("PRAGMA foreign_keys = OFF")


def _copy(file: Path, revision: str) -> None:
    target = file.with_name(f"{file.name}.before-{revision}")
    with sqlite3.connect(file) as source, sqlite3.connect(target) as copy:
        source.backup(copy)
    shutil.copymode(file, target)


def _set_role(connection: Connection) -> None:
    for name, value in _ROLE_SETTINGS.items():
        connection.execute(text(f"ALTER ROLE CURRENT_USER SET {name} = '{value}'"))


def _config(connection: Connection | None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_HERE))
    config.attributes["connection"] = connection
    return config
