"""Whether the database can serve this version of the program."""

from sqlalchemy import inspect, text
from sqlalchemy.orm import Session

from todo.errors import DatabaseUnavailable
from todo.models import Base


def check(session: Session) -> None:
    """Ask the database for one number and look for the tables. Raises DatabaseUnavailable when they are missing."""
    session.execute(text("SELECT 1"))
    missing = set(Base.metadata.tables) - set(inspect(session.connection()).get_table_names())
    if missing:
        raise DatabaseUnavailable("The database has not been migrated. Run `todo migrate`.")
