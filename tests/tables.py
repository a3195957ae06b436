"""What a database holds, counted."""

from typing import Any

from clients import Door
from sqlalchemy import func, select

from todo.models import Base


def rows(door: Door) -> dict[str, int]:
    """How many rows each table has."""
    tables = Base.metadata.sorted_tables

    def count(session: Any) -> dict[str, int]:
        return {table.name: session.scalar(select(func.count()).select_from(table)) for table in tables}

    return door.database.read(count)
