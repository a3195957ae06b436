"""From the settings to a database: where it is, as whom to log in, and whether it can be used."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from sqlalchemy import URL
from sqlalchemy.exc import SQLAlchemyError

from todo import aws
from todo.clock import Clock, system_clock
from todo.database import (
    Database,
    FixedLogin,
    Login,
    LoginUnavailable,
    SecretLogin,
    TokenLogin,
    build_database,
    deadline_in,
    seconds_left,
)
from todo.database.address import parse_address, public_address
from todo.errors import DomainError
from todo.settings import Settings

T = TypeVar("T")

_START_SECONDS = 5
_AWS_SECONDS = 5.0


class CannotStart(Exception):
    """The program cannot start; the text says what to do."""


def find_login(settings: Settings, environment: Mapping[str, str], clock: Clock = system_clock) -> URL | Login | None:
    """Where the database is and as whom to log in; None where the settings name none, a URL for SQLite.

    Beside an address without a password, a secret gives the user and the password. AWS is not asked before the first
    connection. Raises BadDatabaseAddress.
    """
    if settings.database_url is not None:
        url = parse_address(settings.database_url)
        if url.get_backend_name() == "sqlite":
            return url
        login: Login = FixedLogin(url)
        if settings.database_secret_arn is not None and url.password is None and settings.database_login == "password":
            login = _secret_login(settings.database_secret_arn, environment, clock, url)
    elif settings.database_secret_arn is not None:
        login = _secret_login(settings.database_secret_arn, environment, clock)
    else:
        return None
    return login if settings.database_login == "password" else _token_login(login, environment, clock)


def _secret_login(arn: str, environment: Mapping[str, str], clock: Clock, address: URL | None = None) -> Login:
    def read() -> str:
        return aws.get_secret_value(
            arn,
            aws.get_credentials(environment, timeout=_aws_seconds()),
            now=clock(),
            region=aws.region_from(environment),
            endpoint=aws.endpoint_from(environment, "SECRETS_MANAGER"),
            dual_stack=aws.wants_dual_stack(environment),
            timeout=_aws_seconds(),
        )

    name = f"the address in the secret {arn}" if address is None else f"{public_address(address)}, as {arn} says"
    return SecretLogin(name, lambda: _of_aws(read), address)


def _token_login(address: Login, environment: Mapping[str, str], clock: Clock) -> Login:
    def sign(url: URL) -> str:
        host, user = url.host or "", url.username or ""
        region = aws.find_rds_region(host) or aws.region_from(environment)
        if not host or not user or region is None:
            raise LoginUnavailable(
                "TODO_DATABASE_LOGIN=iam needs an address with a host and a user, and AWS_REGION", transient=False
            )
        credentials = aws.get_credentials(environment, timeout=_aws_seconds())
        return aws.rds_auth_token(host, url.port or 5432, user, region=region, credentials=credentials, now=clock())

    return TokenLogin(address, lambda url: _of_aws(lambda: sign(url)))


def _of_aws(ask: Callable[[], T]) -> T:
    try:
        return ask()
    except aws.AwsError as error:
        raise LoginUnavailable(str(error), transient=error.transient) from error


def _aws_seconds() -> float:
    return max(0.5, min(_AWS_SECONDS, seconds_left()))


def open_local_database(
    settings: Settings, environment: Mapping[str, str], data: Path, *, threads: int = 1
) -> Database:
    """The database that the settings name, else SQLite in the folder `data`; a connection for each thread and jobs.

    Raises CannotStart, BadDatabaseAddress.
    """
    address = find_login(settings, environment) or URL.create("sqlite", database=str(data / "todo.db"))
    try:
        return build_database(address, settings.database_connections or "server", pool_size=threads + 1)
    except OSError as error:
        folder = Path(str(address.database)).parent if isinstance(address, URL) else data
        raise CannotStart(cannot_write(folder, error)) from error


def cannot_write(folder: Path, error: OSError) -> str:
    """What to tell somebody whose data folder cannot be used."""
    reason = "it is not a folder" if isinstance(error, (FileExistsError, NotADirectoryError)) else error.strerror
    return (
        f"Cannot keep data in {folder}: {reason}. "
        "Choose another folder (--data FOLDER, or make run DATA=FOLDER), or set TODO_DATABASE_URL."
    )


def bring_up_to_date(
    database: Database, service_user: str | None = None, *, wait: float = _START_SECONDS
) -> tuple[str | None, str]:
    """Migrate the database, waiting up to `wait` seconds for it. Returns the revision before and after.

    `service_user` is a role to be made for the service (`todo.migrations.roles`).

    Raises CannotStart, saying what to do.
    """
    from todo.migrations.failures import MigrationFailed
    from todo.migrations.run import migrate

    try:
        with deadline_in(wait):
            database.engine.connect().close()
        return migrate(database.engine, service_user)
    except (SQLAlchemyError, DomainError, OSError, MigrationFailed) as error:
        raise CannotStart(_cannot_use(database, error)) from error


def _cannot_use(database: Database, error: Exception) -> str:
    # A refusal of ours says what clients are told; its cause says what happened.
    cause = error.__cause__ if isinstance(error, DomainError) and error.__cause__ else error
    reason = str(getattr(cause, "orig", cause)).strip().partition("\n")[0]
    advice = "" if isinstance(cause, LoginUnavailable) else f"\n{_advice(database.engine.url, reason.lower())}"
    return f"The database at {database.name} cannot be used: {reason}{advice}"


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
