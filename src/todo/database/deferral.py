"""Statements that nobody waits for: they travel with the next statement, or with COMMIT, and cost no round trip."""

from sqlalchemy import Executable
from sqlalchemy.orm import Session

# An execution option of ours: the statement's result is of no interest.
DEFERRED = "todo_deferred"


def execute_later(session: Session, statement: Executable) -> None:
    """Execute `statement`, which returns nothing, in its place among the others, without waiting for it.

    If it fails, the next statement or the commit raises its error, and nothing of the unit is stored. On SQLite,
    where there is nothing to wait for, it is executed at once.
    """
    session.execute(statement, execution_options={DEFERRED: True, "synchronize_session": False})
