"""Deleting rows a bounded number at a time, beside others that do the same."""

from typing import Any

from sqlalchemy import ColumnElement, CursorResult, Executable, delete, inspect, select, tuple_
from sqlalchemy.orm import Session

# What one transaction may write, over all tables. Aurora DSQL takes no more than 3,000.
MOST_ROWS = 1_000


def remove_some(session: Session, model: Any, *conditions: ColumnElement[bool], most: int = MOST_ROWS) -> int:
    """Delete up to `most` rows that meet the conditions, passing over those that somebody else holds.

    Returns how many. Waits for nobody, so that it can be in nobody's way.
    """
    if most <= 0:
        return 0
    key = inspect(model).primary_key
    chosen = select(*key).where(*conditions).limit(most).with_for_update(skip_locked=True)
    return written(session, delete(model).where(tuple_(*key).in_(once(chosen))))


def once(chosen: Any) -> Any:
    """A subquery that is run once: without the CTE it may be again and again, with another limit's worth each time."""
    # Inside of the statement: sqlite3 counts the rows of those alone that begin with DELETE, UPDATE or INSERT.
    table = chosen.cte("chosen", nesting=True)
    return select(*table.c)


def written(session: Session, statement: Executable) -> int:
    """Execute a statement that changes rows. Returns how many it changed."""
    result = session.execute(statement, execution_options={"synchronize_session": False, "preserve_rowcount": True})
    return result.rowcount if isinstance(result, CursorResult) else 0
