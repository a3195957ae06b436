"""Bringing a database to the schema of this version: `todo migrate`, and every start of the server."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.pool import NullPool

from todo.migrations import roles
from todo.migrations.failures import DatabaseAhead, MigrationFailed

_HERE = Path(__file__).parent


def migrate(engine: Engine, service_user: str | None = None) -> tuple[str | None, str]:
    """Upgrade to the newest revision. Returns the revision before and after; equal when there was nothing to do.

    On SQLite the file is copied first, beside itself (`todo.db.before-<revision>`), and foreign keys are off during
    the migration and checked before its commit, since a rebuilt table would take its children along. On PostgreSQL
    processes that migrate at once take turns. `service_user` is a role that the service logs in as with IAM tokens: it
    is made, and granted what it needs, in the migration's transaction.

    Raises MigrationFailed; DatabaseAhead where a newer version was here.
    """
    script = ScriptDirectory.from_config(_config(None))
    if engine.dialect.name == "sqlite":
        if service_user is not None:
            raise MigrationFailed("SQLite knows no roles: TODO_DATABASE_SERVICE_USER is for PostgreSQL on RDS")
        return _migrate_sqlite(engine, script), _head(script)
    with engine.begin() as connection:
        # The role's own time-outs are for requests. This connection is not behind a proxy's multiplexing.
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        connection.execute(text("SET LOCAL lock_timeout = 0"))
        connection.execute(text("SELECT pg_advisory_xact_lock(8460276131)"))
        before = _revision(connection, script)
        if before != _head(script):
            command.upgrade(_config(connection), "head")
        roles.keep_time_outs(connection)
        if service_user is not None:
            roles.grant_service_role(connection, service_user)
    return before, _head(script)


def _head(script: ScriptDirectory) -> str:
    return script.get_current_head() or ""


def _revision(connection: Connection, script: ScriptDirectory) -> str | None:
    """The revision that the database is at. Raises DatabaseAhead for one that this version does not know."""
    revision = MigrationContext.configure(connection).get_current_revision()
    if revision is not None and revision not in {known.revision for known in script.walk_revisions()}:
        raise DatabaseAhead(
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


def _config(connection: Connection | None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_HERE).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
