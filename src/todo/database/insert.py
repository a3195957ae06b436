"""Inserting a row that may be there already, without an error that would end the transaction."""

from typing import Any

from sqlalchemy import Table
from sqlalchemy.engine import CursorResult
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from todo.database.failures import is_lock_timeout


class InsertBlocked(Exception):
    """Another transaction has been inserting the same key for longer than the role's `lock_timeout`."""


def insert_missing(session: Session, table: Table, values: dict[str, Any]) -> bool:
    """Insert `values` unless a row with the same key is there; True when it was inserted.

    Waits for a transaction that is just inserting the same key, and raises InsertBlocked when it takes too long; the
    transaction of `session` has failed then. `table` is what a mapped class's `__table__` holds and `values` go by
    column name.
    """
    statement = _insert(session.get_bind().dialect.name, table).values(values).on_conflict_do_nothing()
    try:
        result = session.execute(statement, execution_options={"preserve_rowcount": True})
    except DBAPIError as error:
        if is_lock_timeout(error):
            raise InsertBlocked from error
        raise
    return isinstance(result, CursorResult) and result.rowcount == 1


def _insert(dialect: str, table: Table) -> Any:
    # Only the dialect in use is imported: a cold start pays for each.
    if dialect == "postgresql":
        from sqlalchemy.dialects.postgresql import insert
    else:
        from sqlalchemy.dialects.sqlite import insert  # type: ignore[assignment]  # the same, by another dialect
    return insert(table)
