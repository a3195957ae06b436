"""What a database error means for the unit of work: try again, tell the client, or let it surface as a fault."""

from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from todo.errors import DatabaseBusy, DatabaseFull, DatabaseUnavailable, DomainError

# https://www.postgresql.org/docs/current/errcodes-appendix.html; OC000 and OC001 are Aurora DSQL's.
_SERIALIZATION = frozenset({"40001", "40P01", "OC000", "OC001"})
_FULL_SERVER = frozenset({"53300", "53400", "57P03"})
_FULL_DISK = frozenset({"53100"})
# A lock, or the whole statement, took longer than the role allows.
_TOO_SLOW = frozenset({"55P03", "57014"})
# Writing is refused by a server that was the writer until a failover: another connection reaches the new one.
_FORMER_WRITER = frozenset({"25006"})
_DISK_IS_FULL = "The disk of the database is full. Nothing was stored."
# psycopg gives no SQLSTATE for an error while connecting, so the server's own words are all there is.
_BUSY_WORDS = (
    "too many clients",
    "remaining connection slots",
    "too many connections",
    "the database system is",
    "connection refused",
    "timeout expired",
    "rate exceeded",
    "no more connections allowed",
    "query_wait_timeout",
)


def sqlstate(error: BaseException | None) -> str | None:
    """The five characters of PostgreSQL, where the driver gives them; None on SQLite and for most connect errors."""
    value = getattr(error, "sqlstate", None)
    return value if isinstance(value, str) else None


def is_admission_refusal(error: BaseException) -> bool:
    """Whether a failed connect may succeed in a moment: the server is full, starting, or not there yet."""
    text = str(error).lower()
    return sqlstate(error) in _FULL_SERVER or any(words in text for words in _BUSY_WORDS)


def is_serialization_failure(error: DBAPIError) -> bool:
    """Whether the database undid the transaction because of another one, so that running it again is right."""
    return sqlstate(error.orig) in _SERIALIZATION


def is_lost_connection(error: DBAPIError) -> bool:
    """Whether the connection is gone; before COMMIT was sent this means that nothing was stored."""
    return bool(error.connection_invalidated)


def is_former_writer(error: BaseException) -> bool:
    """Whether the connection leads to a server that only reads, so that it must be replaced."""
    return sqlstate(error) in _FORMER_WRITER


def is_known_commit_failure(error: DBAPIError) -> bool:
    """Whether an error at COMMIT says for sure that nothing was stored.

    SQLite says so, unless the disk failed while the log was being forced to it; of PostgreSQL only a serialization
    failure and a violated constraint do.
    """
    if is_sqlite(error):
        return "i/o" not in str(error.orig).lower()
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
    text = str(error.orig).lower()
    if "disk is full" in text:
        return DatabaseFull(_DISK_IS_FULL)
    if "locked" in text:
        return DatabaseBusy("The database is in use by another writer. Nothing was stored.")
    if isinstance(error, OperationalError) or "malformed" in text or "not a database" in text:
        return DatabaseUnavailable("The file of the database cannot be used. Nothing was stored.")
    return None


def _postgresql_refusal(error: DBAPIError) -> DomainError | None:
    state = sqlstate(error.orig)
    if state in _FULL_DISK:
        return DatabaseFull(_DISK_IS_FULL)
    if state in _TOO_SLOW | _SERIALIZATION:
        return DatabaseBusy("The database was too busy to answer in time. Nothing was stored.")
    if error.orig is not None and is_admission_refusal(error.orig):
        return DatabaseBusy("The database takes no connection at the moment. Nothing was done.")
    if is_lost_connection(error) or isinstance(error, OperationalError):
        return DatabaseUnavailable("The database cannot be reached. Nothing was stored.")
    return None
