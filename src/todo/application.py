"""The composition root: settings, database, outside services -> one Tornado application, whatever door serves it."""

from collections.abc import Callable, Mapping
from pathlib import Path

from sqlalchemy import URL
from sqlalchemy.exc import SQLAlchemyError
from tornado.httputil import HTTPServerRequest, ParseBodyConfig, ParseMultipartConfig, set_parse_body_config
from tornado.web import Application, RequestHandler

from todo import __version__, aws
from todo.clock import Clock, system_clock
from todo.database import Database, build_database, deadline_in
from todo.database.address import parse_address
from todo.errors import DomainError
from todo.handlers.api_handler import NotFoundHandler
from todo.handlers.backend import Backend, Call, Runner
from todo.handlers.resources import RESOURCES, rules
from todo.observability import log_request
from todo.services.passwords import Passwords
from todo.settings import Settings

_START_SECONDS = 5
_MOST_FORM_PARTS = 1000


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
    settings: Settings,
    *,
    run: Runner,
    describe: Callable[[HTTPServerRequest], Call],
    clock: Clock = system_clock,
    passwords: Passwords | None = None,
    log: Callable[[RequestHandler], None] = log_request,
) -> Application:
    """The application over `database`. `run` is how its door runs blocking work; `describe` knows of a request."""
    # As many as in a urlencoded form; Tornado's 100 are fewer than a task with all its labels has.
    set_parse_body_config(ParseBodyConfig(multipart=ParseMultipartConfig(max_parts=_MOST_FORM_PARTS)))
    backend = Backend(
        database=database,
        run=run,
        describe=describe,
        clock=clock,
        passwords=passwords or Passwords(),
        sign_up=settings.sign_up,
        public_url=settings.public_url,
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
    """The database that the settings name, else SQLite in the folder `data`; a connection for each thread and jobs.

    Raises CannotStart, BadDatabaseAddress, AwsError.
    """
    address = find_address(settings, environment)
    try:
        return build_database(
            address or URL.create("sqlite", database=str(data / "todo.db")),
            settings.database_connections or "server",
            pool_size=threads + 1,
        )
    except OSError as error:
        folder = data if address is None else Path(str(address.database)).parent
        raise CannotStart(cannot_write(folder, error)) from error


def cannot_write(folder: Path, error: OSError) -> str:
    """What to tell somebody whose data folder cannot be used."""
    reason = "it is not a folder" if isinstance(error, (FileExistsError, NotADirectoryError)) else error.strerror
    return (
        f"Cannot keep data in {folder}: {reason}. "
        "Choose another folder (--data FOLDER, or make run DATA=FOLDER), or set TODO_DATABASE_URL."
    )


def bring_up_to_date(database: Database) -> tuple[str | None, str]:
    """Migrate the database, waiting up to 5 seconds for it. Returns the revision before and after.

    Raises CannotStart, saying what to do.
    """
    from todo.migrations.run import MigrationFailed, migrate

    try:
        with deadline_in(_START_SECONDS):
            database.engine.connect().close()
        return migrate(database.engine)
    except (SQLAlchemyError, DomainError, OSError, MigrationFailed) as error:
        raise CannotStart(_cannot_use(database, error)) from error


def _cannot_use(database: Database, error: Exception) -> str:
    # A refusal of ours says what clients are told; its cause says what happened.
    cause = error.__cause__ if isinstance(error, DomainError) and error.__cause__ else error
    reason = str(getattr(cause, "orig", cause)).strip().partition("\n")[0]
    return f"The database at {database.name} cannot be used: {reason}\n{_advice(database.engine.url, reason.lower())}"


def _advice(url: URL, reason: str) -> str:
    if "revision" in reason:
        return "Nothing was changed."
    if url.get_backend_name() == "sqlite":
        return "Check that this user may write to the file and its folder, and that the disk has room."
    if "password" in reason or "authentication" in reason or ("role" in reason and "does not exist" in reason):
        return "Check the user and the password in TODO_DATABASE_URL (a password's special characters as %XX)."
    if "database" in reason and "does not exist" in reason:
        return f"Make it (createdb {url.database}), or name another one in TODO_DATABASE_URL."
    if "permission denied" in reason:
        return "Give this role the right to make tables: GRANT CREATE ON SCHEMA public TO <role>."
    return "Check that PostgreSQL runs there and takes connections, and the address in TODO_DATABASE_URL."
