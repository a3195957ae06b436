"""Everything that is set from outside, read once from the environment into one frozen object."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Literal, Self, cast, get_args
from urllib.parse import urlsplit

Connections = Literal["invocation", "proxy", "server"]
DatabaseLogin = Literal["password", "iam"]
SignUp = Literal["open", "invite", "closed"]

_PREFIX = "TODO_"
_DATABASES = ("sqlite", "postgresql")
# What some settings look like, and how that is said.
_ROLE_NAME = (r"[a-z_][a-z0-9_]{0,62}", "the name of a role of PostgreSQL, in lower case")
_BUCKET = (r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]", "the name of a bucket of Amazon S3, without dots")
_QUEUE_URL = (r"https?://[!-~]+/[0-9]{12}/[A-Za-z0-9_-]+", "the URL of an SQS queue")
_LIVE_ENDPOINT = (
    r"https?://[A-Za-z0-9.:\[\]-]+/[A-Za-z0-9_$-]+",
    "the management endpoint of a WebSocket API's stage, https://HOST/STAGE",
)
_SCHEDULE = (r"[0-9A-Za-z_.-]{1,64}/[0-9A-Za-z_.-]{1,64}", "GROUP/NAME of a schedule of EventBridge Scheduler")
_CONFIGURATION_SET = (r"[A-Za-z0-9_-]{1,64}", "the name of a configuration set of Amazon SES")
_LIVE_URL = (r"wss?://[A-Za-z0-9_.:\[\]-]+(/[!-\"$->@-~]*)?", "an address such as wss://live.example.org/live")
_SENDER = (
    r"[^@\s<>,\"]+@[^@\s<>,\"]+|[^<>\r\n,\"]+ <[^@\s<>,\"]+@[^@\s<>,\"]+>",
    "todo@example.org, or To-do <todo@example.org>",
)
_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


class BadSetting(Exception):
    """A setting that cannot be used. The text names it and the shape of its value, never the value itself."""

    def __init__(self, name: str, expected: str) -> None:
        super().__init__(f"{name} cannot be used: expected {expected}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings of one process. Each field is read from `TODO_<FIELD>`; an empty variable counts as unset."""

    database_url: str | None = None
    database_secret_arn: str | None = None
    database_login: DatabaseLogin = "password"
    database_connections: Connections | None = None
    database_service_user: str | None = None
    files_bucket: str | None = None
    queue_url: str | None = None
    live_endpoint: str | None = None
    alarm_schedule: str | None = None
    mail_from: str | None = None
    mail_configuration_set: str | None = None
    sign_up: SignUp = "open"
    public_url: str | None = None
    live_url: str | None = None
    trusted_proxies: tuple[str, ...] = ()
    log_level: str = "INFO"

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Read and check `environment`. Raises BadSetting, naming the first variable that cannot be used."""

        def text(name: str) -> str | None:
            return environment.get(_PREFIX + name, "").strip() or None

        return cls(
            database_url=_database_url(text("DATABASE_URL")),
            database_secret_arn=text("DATABASE_SECRET_ARN"),
            database_login=cast(
                "DatabaseLogin", _one_of("DATABASE_LOGIN", text("DATABASE_LOGIN"), DatabaseLogin) or "password"
            ),
            database_connections=cast(
                "Connections | None",
                _one_of("DATABASE_CONNECTIONS", text("DATABASE_CONNECTIONS"), Connections),
            ),
            database_service_user=_matching("DATABASE_SERVICE_USER", text("DATABASE_SERVICE_USER"), _ROLE_NAME),
            files_bucket=_matching("FILES_BUCKET", text("FILES_BUCKET"), _BUCKET),
            queue_url=_matching("QUEUE_URL", text("QUEUE_URL"), _QUEUE_URL),
            live_endpoint=_matching("LIVE_ENDPOINT", text("LIVE_ENDPOINT"), _LIVE_ENDPOINT),
            alarm_schedule=_matching("ALARM_SCHEDULE", text("ALARM_SCHEDULE"), _SCHEDULE),
            mail_from=_matching("MAIL_FROM", text("MAIL_FROM"), _SENDER),
            mail_configuration_set=_matching(
                "MAIL_CONFIGURATION_SET", text("MAIL_CONFIGURATION_SET"), _CONFIGURATION_SET
            ),
            sign_up=cast("SignUp", _one_of("SIGN_UP", text("SIGN_UP"), SignUp) or "open"),
            public_url=_origin(text("PUBLIC_URL")),
            live_url=_matching("LIVE_URL", text("LIVE_URL"), _LIVE_URL),
            trusted_proxies=tuple((text("TRUSTED_PROXIES") or "").replace(",", " ").split()),
            log_level=_level(text("LOG_LEVEL")),
        )

    @classmethod
    def environment_names(cls) -> frozenset[str]:
        """The names of the variables that are read."""
        return frozenset(_PREFIX + field.name.upper() for field in fields(cls))


def _one_of(name: str, value: str | None, choices: object) -> str | None:
    allowed = get_args(choices)
    if value is not None and value not in allowed:
        raise BadSetting(_PREFIX + name, "one of " + ", ".join(allowed))
    return value


def _matching(name: str, value: str | None, form: tuple[str, str]) -> str | None:
    pattern, expected = form
    if value is not None and not re.fullmatch(pattern, value):
        raise BadSetting(_PREFIX + name, expected)
    return value


def _database_url(value: str | None) -> str | None:
    if value is None:
        return None
    scheme = value.partition(":")[0].partition("+")[0]
    if "://" not in value or (scheme != "postgres" and scheme not in _DATABASES):
        raise BadSetting(
            "TODO_DATABASE_URL",
            "sqlite:////absolute/file.db or postgresql://user:password@host:5432/database",
        )
    return value


def _origin(value: str | None) -> str | None:
    if value is None:
        return None
    try:
        parts = urlsplit(value)
        _ = parts.port  # read lazily, and it may be no number
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/") or parts.query:
        raise BadSetting("TODO_PUBLIC_URL", "an origin such as https://todo.example.org")
    return f"{parts.scheme}://{parts.netloc}"


def _level(value: str | None) -> str:
    level = (value or "INFO").upper()
    if level not in _LEVELS:
        raise BadSetting("TODO_LOG_LEVEL", "one of " + ", ".join(_LEVELS))
    return level
