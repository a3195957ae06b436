"""Many rows at once."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session


def write_all(session: Session, model: Any, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows, which are given by the names of the table's columns, in one round trip."""
    if rows:
        session.execute(insert(model.__table__), rows)
