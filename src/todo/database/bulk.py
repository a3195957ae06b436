"""Inserting many rows at once."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import ARRAY, Insert, Table, bindparam, func, insert, select
from sqlalchemy.orm import Session


def insert_all(session: Session, table: Any, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows, each given by the names of all its columns, in one round trip.

    On PostgreSQL it is one statement over an array for each column: it is as short for 500 rows as for one, so that
    RDS Proxy does not pin it, and takes half of the time of 500 statements in a pipeline.
    """
    if not rows:
        return
    if session.get_bind().dialect.name != "postgresql":
        session.execute(insert(table), rows)
        return
    names = tuple(rows[0])
    session.execute(_of_arrays(table, names), {name: [row[name] for row in rows] for name in names})


@lru_cache(maxsize=32)
def _of_arrays(table: Table, names: tuple[str, ...]) -> Insert:
    arrays = [func.unnest(bindparam(name, type_=ARRAY(table.c[name].type))).label(name) for name in names]
    return insert(table).from_select(names, select(*arrays))
