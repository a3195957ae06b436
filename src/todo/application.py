"""The composition root: settings, database, outside services -> one Tornado application, whatever door serves it."""

from collections.abc import Callable, Mapping
from pathlib import Path

from sqlalchemy import URL
from sqlalchemy.exc import SQLAlchemyError
from tornado.httputil import HTTPServerRequest
from tornado.web import Application, RequestHandler

from todo import __version__, aws
from todo.clock import Clock, system_clock
from todo.database import Database, build_database, deadline_in
from todo.database.credentials import parse_address
from todo.errors import DomainError
from todo.handlers.api_handler import NotFoundHandler
from todo.handlers.backend import Backend, Call, Runner
from todo.handlers.resources import RESOURCES, rules
from todo.observability import log_request
from todo.services.passwords import Passwords
from todo.settings import Settings, SignUp

_START_SECONDS = 5


class CannotStart(Exception):
    """The program cannot start; the text says what to do."""


def find_address(settings: Settings, environment: Mapping[str, str]) -> URL | None:
    """Where the database is: the URL, or what the secret holds; None where neither is set.

    Raises BadDatabaseAddress, and AwsError when the secret cannot be read.
    """
    if settings.database_url is not None:
        return parse_address(settings.database_url)
    if settings.database_secret_arn is None:
        return None
    secret = aws.get_secret_value(
        settings.database_secret_arn,
        aws.Credentials.from_mapping(environment),
        now=system_clock(),
        region=aws.region_from(environment),
        endpoint=aws.endpoint_from(environment, "SECRETS_MANAGER"),
    )
    return parse_address(secret)


def build_application(
    database: Database,
    *,
    run: Runner,
    describe: Callable[[HTTPServerRequest], Call],
    sign_up: SignUp = "open",
    clock: Clock = system_clock,
    passwords: Passwords | None = None,
    log: Callable[[RequestHandler], None] = log_request,
) -> Application:
    """The application over `database`. `run` is how its door runs blocking work; `describe` knows of a request."""
    backend = Backend(
        database=database,
        run=run,
        describe=describe,
        clock=clock,
        passwords=passwords or Passwords(),
        sign_up=sign_up,
        version=__version__,
    )
    return Application(
        rules(),
        backend=backend,
        resources=RESOURCES,
        default_handler_class=NotFoundHandler,
        log_function=log,
    )


def open_local_database(
    settings: Settings, environment: Mapping[str, str], data: Path, *, threads: int = 1
) -> Database:
    """The database that the settings name, else SQLite in the folder `data`; a connection for each thread and jobs."""
    address = find_address(settings, environment) or URL.create("sqlite", database=str(data / "todo.db"))
    try:
        return build_database(address, settings.database_connections or "server", pool_size=threads + 1)
    except OSError as error:
        raise CannotStart(
            f"Cannot write to {data}: {error.strerror}. Choose another folder (--data, or make run DATA=...)."
        ) from error


def bring_up_to_date(database: Database) -> tuple[str | None, str]:
    """Migrate the database, waiting up to 5 seconds for it. Returns the revision before and after.

    Raises CannotStart, saying what to do.
    """
    from todo.migrations.run import MigrationFailed, migrate

    try:
        with deadline_in(_START_SECONDS):
            return migrate(database.engine)
    except (SQLAlchemyError, DomainError, OSError, MigrationFailed) as error:
        address = database.engine.url.render_as_string(hide_password=True)
        reason = str(getattr(error, "orig", error)).strip().splitlines()[0]
        raise CannotStart(
            f"The database at {address} cannot be used: {reason}\n"
            "Check TODO_DATABASE_URL, that the database runs, and that this user may write to it."
        ) from error
