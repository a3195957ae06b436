"""One invocation of a Lambda function, whichever it is: its id, the time it has left, and its database."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL

from todo.database import Database, build_database, deadline_in
from todo.settings import BadSetting, Settings
from todo.storage import find_login

# So long before Lambda would end the invocation, a unit of work gives up and the caller is told.
_RESERVE_SECONDS = 1.5
_SECONDS_WITHOUT_CONTEXT = 10.0
_LOCAL_DATABASE = Path("/tmp/todo.db")  # noqa: S108 - the one folder a function may write to, on one's own machine only


def request_id_of(context: object) -> str:
    """What Lambda calls this invocation; the same id is in its own log lines."""
    return str(getattr(context, "aws_request_id", "local"))


def seconds_of(context: object) -> float:
    """Seconds that the work of this invocation may take."""
    remaining = getattr(context, "get_remaining_time_in_millis", None)
    return _SECONDS_WITHOUT_CONTEXT if remaining is None else max(0.5, remaining() / 1000 - _RESERVE_SECONDS)


@contextmanager
def invocation(database: Database, context: object) -> Iterator[None]:
    """Everything that a function does when it is invoked: within its time, and with no connection left at the end."""
    with database.invocation(), deadline_in(seconds_of(context)):
        yield


def open_database(settings: Settings, *, makes_tables: bool = True) -> Database:
    """The database that the settings name; without one, SQLite in `/tmp`, under `sam local` alone.

    In the cloud a file in `/tmp` would be another database in each environment, and gone with it. SQLite's tables are
    made where they are missing, unless whoever asks does that.
    """
    address = find_login(settings, os.environ) or URL.create("sqlite", database=str(_LOCAL_DATABASE))
    database = build_database(address, settings.database_connections or "invocation")
    if isinstance(address, URL):
        if os.environ.get("AWS_SAM_LOCAL") != "true":
            raise BadSetting("TODO_DATABASE_URL or TODO_DATABASE_SECRET_ARN", "the address of a PostgreSQL database")
        if makes_tables:
            from todo.models import Base

            Base.metadata.create_all(database.engine)
    return database
