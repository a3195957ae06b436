"""Which tasks of a file are there already, from an earlier import or because they are our own."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from todo.models import Member, Task
from todo.services import scopes
from todo.services.actor import Actor


@dataclass(frozen=True, slots=True)
class There:
    """A task that is there: in a list that the actor sees, not in the trash."""

    list_id: UUID
    digest: bytes


def find_there(
    session: Session, actor: Actor, wanted: Sequence[Sequence[UUID]]
) -> tuple[list[There | None], set[UUID]]:
    """For each thing, by the ids that it may have, the task that is there; and the ids that are not to be had."""
    there: list[There | None] = [None] * len(wanted)
    taken: set[UUID] = set()
    pending = list(range(len(wanted)))
    for turn in range(max((len(ids) for ids in wanted), default=0)):
        pending = [number for number in pending if turn < len(wanted[number])]
        if not pending:
            break
        found = _tasks_by_id(session, actor, [wanted[number][turn] for number in pending])
        left = []
        for number in pending:
            task = found.get(wanted[number][turn])
            if task is not None and task[2]:
                there[number] = There(task[0], task[1])
                continue
            if task is not None:
                taken.add(wanted[number][turn])
            # A second id was only ever given where the first was not to be had.
            if task is not None or turn < len(wanted[number]) - 2:
                left.append(number)
        pending = left
    return there, taken


def _tasks_by_id(session: Session, actor: Actor, ids: Iterable[UUID]) -> dict[UUID, tuple[UUID, bytes, bool]]:
    """List, creation digest, and whether the actor sees it outside of the trash."""
    found: dict[UUID, tuple[UUID, bytes, bool]] = {}
    mine = and_(Member.list_id == Task.list_id, Member.account_id == actor.id)
    for some in scopes.portions(list(dict.fromkeys(ids))):
        statement = (
            select(Task.id, Task.list_id, Task.creation_digest, Task.trashed, Member.role)
            .outerjoin(Member, mine)
            .where(Task.id.in_(some))
        )
        for row in session.execute(statement):
            found[row.id] = (row.list_id, row.creation_digest, not row.trashed and row.role is not None)
    return found
