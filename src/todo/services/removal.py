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
    # A CTE that locks is run once; a subquery may be run again and again, with another limit's worth each time.
    chosen = select(*key).where(*conditions).limit(most).with_for_update(skip_locked=True).cte("chosen")
    return written(session, delete(model).where(tuple_(*key).in_(select(*chosen.c))))


def written(session: Session, statement: Executable) -> int:
    """Execute a statement that changes rows. Returns how many it changed."""
    result = session.execute(statement, execution_options={"synchronize_session": False, "preserve_rowcount": True})
    return result.rowcount if isinstance(result, CursorResult) else 0
