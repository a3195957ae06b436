"""The lists that an import's tasks are in: noted with each unit, and shown to whoever still sees them."""

import json
from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from todo.models import Import, TaskList
from todo.services import roles, scopes
from todo.services.actor import Actor
from todo.shapes.imports import ImportedList

# Each unit writes them anew. Also said in docs/api/imports.md.
MOST_LISTS = 100


def to_text(earlier: Mapping[str, int], found: Mapping[UUID, int]) -> str:
    """How many tasks were made in which list, after a unit that made so many there; beyond the first, none are kept."""
    counts = dict(earlier)
    for list_id, made in found.items():
        key = list_id.hex
        if key in counts or len(counts) < MOST_LISTS:
            counts[key] = counts.get(key, 0) + made
    return json.dumps(counts, separators=(",", ":"))


def from_text(text: str | None) -> dict[str, int]:
    """How many tasks were made in which list, in the order in which the lists were come upon."""
    return {} if text is None else json.loads(text)


def shown(session: Session, actor: Actor, rows: Sequence[Import]) -> dict[UUID, tuple[ImportedList, ...]]:
    """The lists of each of some imports, those that the actor sees and that are not in the trash."""
    counts = {row.id: {UUID(key): made for key, made in from_text(row.lists).items()} for row in rows}
    titles = _titles(session, actor, sorted({list_id for each in counts.values() for list_id in each}))
    return {
        import_id: tuple(
            ImportedList(id=list_id, title=titles[list_id], tasks=made)
            for list_id, made in each.items()
            if list_id in titles
        )
        for import_id, each in counts.items()
    }


def _titles(session: Session, actor: Actor, ids: Sequence[UUID]) -> dict[UUID, str]:
    held, found = roles.access(actor), dict[UUID, str]()
    for some in scopes.portions(ids):
        statement = (
            select(TaskList.id, TaskList.title)
            .join(held, held.c.list_id == TaskList.id)
            .where(TaskList.id.in_(some), TaskList.deleted_at.is_(None))
        )
        found |= {row.id: row.title for row in session.execute(statement)}
    return found
