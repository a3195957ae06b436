"""Inserting a row that may be there already, without an error that would end the transaction."""

from typing import Any

from sqlalchemy.engine import CursorResult
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, object_mapper

from todo.database.failures import is_lock_timeout


class InsertBlocked(Exception):
    """Another transaction has been inserting the same key for longer than the role's `lock_timeout`."""


def insert_missing(session: Session, row: object) -> bool:
    """Insert `row`, an instance of a mapped class, unless one with the same key is there; True when it was inserted.

    The instance stays outside the session. Waits for a transaction that is just inserting the same key, and raises
    InsertBlocked when it takes too long; the transaction of `session` has failed then.
    """
    mapper = object_mapper(row)
    values = {attribute.columns[0].name: getattr(row, attribute.key) for attribute in mapper.column_attrs}
    statement = _insert(session.get_bind().dialect.name, mapper.local_table).values(values).on_conflict_do_nothing()
    try:
        result = session.execute(statement, execution_options={"preserve_rowcount": True})
    except DBAPIError as error:
        if is_lock_timeout(error):
            raise InsertBlocked from error
        raise
    return isinstance(result, CursorResult) and result.rowcount == 1


def _insert(dialect: str, table: Any) -> Any:
    # Only the dialect in use is imported: a cold start pays for each.
    if dialect == "postgresql":
        from sqlalchemy.dialects.postgresql import insert
    else:
        from sqlalchemy.dialects.sqlite import insert  # type: ignore[assignment]  # the same, by another dialect
    return insert(table)
