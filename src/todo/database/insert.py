"""Inserting a row at once: one that may be there already, without an error that would end the transaction; and one
that cannot be, without waiting for it.
"""

from typing import Any

from sqlalchemy import insert
from sqlalchemy.engine import CursorResult
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, object_mapper

from todo.database.deferral import execute_later
from todo.database.failures import is_lock_timeout


class InsertBlocked(Exception):
    """Another transaction has been inserting the same key for longer than the role's `lock_timeout`."""


def insert_missing(session: Session, row: object) -> bool:
    """Insert `row`, an instance of a mapped class, unless one with the same key is there; True when it was inserted.

    The instance stays outside the session. Waits for a transaction that is just inserting the same key, and raises
    InsertBlocked when it takes too long; the transaction of `session` has failed then.
    """
    table = object_mapper(row).local_table
    statement = _insert(session.get_bind().dialect.name, table).values(_values(row)).on_conflict_do_nothing()
    try:
        result = session.execute(statement, execution_options={"preserve_rowcount": True})
    except DBAPIError as error:
        if is_lock_timeout(error):
            raise InsertBlocked from error
        raise
    return isinstance(result, CursorResult) and result.rowcount == 1


def insert_later(session: Session, row: object) -> None:
    """Insert `row`, an instance of a mapped class whose key nobody else can have, together with what is sent next.

    The instance stays outside the session.
    """
    table: Any = object_mapper(row).local_table
    execute_later(session, insert(table).values(_values(row)))


def _values(row: object) -> dict[str, Any]:
    """What is inserted, by the names of the columns."""
    return {each.columns[0].name: getattr(row, each.key) for each in object_mapper(row).column_attrs}


def _insert(dialect: str, table: Any) -> Any:
    # Only the dialect in use is imported: a cold start pays for each.
    if dialect == "postgresql":
        from sqlalchemy.dialects import postgresql

        return postgresql.insert(table)
    from sqlalchemy.dialects import sqlite

    return sqlite.insert(table)
