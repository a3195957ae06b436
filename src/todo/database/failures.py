"""What a database error means for the unit of work: try again, tell the client, or let it surface as a fault."""

from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from todo.errors import DatabaseBusy, DatabaseFull, DatabaseUnavailable, DomainError

# https://www.postgresql.org/docs/current/errcodes-appendix.html; OC000 and OC001 are Aurora DSQL's.
_SERIALIZATION = frozenset({"40001", "40P01", "OC000", "OC001"})
_FULL_SERVER = frozenset({"53300", "53400", "57P03"})
_FULL_DISK = frozenset({"53100"})
# A lock, or the whole statement, took longer than the role allows.
_LOCK_TIMEOUT = "55P03"
_TOO_SLOW = frozenset({_LOCK_TIMEOUT, "57014"})
# Classes of trouble that is not the statement's: connection, log-in, missing database, resources, operator, system.
_OUTAGES = frozenset({"08", "28", "3D", "53", "57", "58"})
# Writing is refused by a server that was the writer until a failover: another connection reaches the new one.
_FORMER_WRITER = frozenset({"25006"})
# https://www.sqlite.org/rescode.html; the module `sqlite3` has the same names, and is not imported for them.
_SQLITE_IOERR = 10
_SQLITE_FULL = 13
_SQLITE_LOCKED = frozenset({5, 6})
# Only to be read, failing disk, corrupt, not to be opened, no database.
_SQLITE_UNUSABLE = frozenset({8, _SQLITE_IOERR, 11, 14, 26})
_DISK_IS_FULL = "The disk of the database is full. Nothing was stored."
# psycopg gives no SQLSTATE for an error while connecting, so the server's own words are all there is: PostgreSQL's,
# PgBouncer's, RDS Proxy's, Aurora DSQL's.
_FULL_WORDS = (
    "too many clients",
    "remaining connection slots",
    "too many connections",
    "the database system is",
    "no more connections allowed",
    "query_wait_timeout",
    "server_login_retry",
    "server login has been failing",
    "timed-out waiting to acquire",
    "too many competing requests",
    "maximum number of client connections",
    "rate of connection to proxy exceeded",
    "rate exceeded",
)
# What is said of a server that is not there, or goes away while it is asked: it may be starting, or moving.
_AWAY_WORDS = (
    "connection refused",
    "connection timed out",
    "timeout expired",
    "server closed the connection unexpectedly",
    "connection reset by peer",
    "unexpected eof",
    "eof detected",
    "temporary failure in name resolution",
)
# Servers and PgBouncer, RDS with IAM, RDS Proxy; and libpq where the address has no password.
_LOGIN_WORDS = ("authentication failed", "no password supplied", "password is empty")


def sqlstate(error: BaseException | None) -> str | None:
    """The five characters of PostgreSQL, where the driver gives them; None on SQLite and for most connect errors."""
    value = getattr(error, "sqlstate", None)
    return value if isinstance(value, str) else None


def is_admission_refusal(error: BaseException) -> bool:
    """Whether a failed connect may succeed in a moment: the server is full, starting, or not there yet."""
    return _is_full(error) or _holds(error, _AWAY_WORDS)


def is_login_refusal(error: BaseException) -> bool:
    """Whether a connect failed for the password or token, which may have been replaced since it was looked up."""
    return _holds(error, _LOGIN_WORDS) and not is_admission_refusal(error)


def is_serialization_failure(error: DBAPIError) -> bool:
    """Whether the database undid the transaction because of another one, so that running it again is right."""
    return sqlstate(error.orig) in _SERIALIZATION


def is_lock_timeout(error: DBAPIError) -> bool:
    """Whether a lock was waited for longer than the role's `lock_timeout`."""
    return sqlstate(error.orig) == _LOCK_TIMEOUT


def is_lost_connection(error: DBAPIError) -> bool:
    """Whether the connection is gone; before COMMIT was sent this means that nothing was stored."""
    return bool(error.connection_invalidated)


def is_former_writer(error: BaseException | None) -> bool:
    """Whether the connection leads to a server that only reads, so that it must be replaced."""
    return sqlstate(error) in _FORMER_WRITER


def is_known_commit_failure(error: DBAPIError) -> bool:
    """Whether an error at COMMIT says for sure that nothing was stored.

    SQLite says so, unless the disk failed while the log was being forced to it; of PostgreSQL only a serialization
    failure and a violated constraint do, and whatever a statement was answered that travelled with COMMIT.
    """
    if is_sqlite(error):
        return _sqlite_code(error) != _SQLITE_IOERR
    if getattr(error.orig, "came_before_commit", False):
        return True
    state = sqlstate(error.orig)
    return state in _SERIALIZATION or (state or "").startswith("23")


def is_sqlite(error: DBAPIError) -> bool:
    """Whether the driver that raised it is SQLite's."""
    return type(error.orig).__module__ == "sqlite3"


def domain_error(error: DBAPIError | PoolTimeout) -> DomainError | None:
    """The refusal that a client is told of, or None where the error is a fault of ours."""
    if isinstance(error, PoolTimeout):
        return DatabaseBusy("All connections are in use. Nothing was done.")
    return _sqlite_refusal(error) if is_sqlite(error) else _postgresql_refusal(error)


def _sqlite_refusal(error: DBAPIError) -> DomainError | None:
    code = _sqlite_code(error)
    if code == _SQLITE_FULL:
        return DatabaseFull(_DISK_IS_FULL)
    if code in _SQLITE_LOCKED:
        return DatabaseBusy("The database is in use by another writer. Nothing was stored.")
    if code in _SQLITE_UNUSABLE:
        return DatabaseUnavailable("The file of the database cannot be used. Nothing was stored.")
    return None


def _sqlite_code(error: DBAPIError) -> int:
    """The primary result code."""
    return int(getattr(error.orig, "sqlite_errorcode", 0)) & 0xFF


def _postgresql_refusal(error: DBAPIError) -> DomainError | None:
    state = sqlstate(error.orig)
    if state in _FULL_DISK:
        return DatabaseFull(_DISK_IS_FULL)
    if state in _TOO_SLOW | _SERIALIZATION:
        return DatabaseBusy("The database was too busy to answer in time. Nothing was stored.")
    if error.orig is not None and _is_full(error.orig):
        return DatabaseBusy("The database takes no connection at the moment. Nothing was done.")
    is_outage = isinstance(error, OperationalError) and (state or "08")[:2] in _OUTAGES
    if is_lost_connection(error) or is_outage:
        return DatabaseUnavailable("The database cannot be reached. Nothing was stored.")
    return None


def _is_full(error: BaseException) -> bool:
    return sqlstate(error) in _FULL_SERVER or _holds(error, _FULL_WORDS)


def _holds(error: BaseException, any_of: tuple[str, ...]) -> bool:
    text = str(error).lower()
    return any(words in text for words in any_of)
