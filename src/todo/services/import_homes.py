"""The lists that an import's tasks go into: found again, or made."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from todo.errors import Conflict
from todo.formats.records import ListRecord, Problem
from todo.models import Member, Scope, TaskList
from todo.services import import_rows, lists, roles, scopes
from todo.services.actor import Actor
from todo.services.import_rows import title_of_file
from todo.services.import_work import Work
from todo.shapes.index import Limits
from todo.shapes.task_list import NewList

NO_ROOM = (
    f"An account has at most {Limits().lists_per_account:,} lists; the row was left out. "
    "Delete some lists, or import it into one that is there."
)


@dataclass(slots=True)
class Homes:
    """Where tasks go, by what the file calls their list; into `target`, where all go into one."""

    target: UUID | None = None
    ids: dict[str | None, UUID | None] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def of(self, key: str | None) -> UUID | None:
        """The list; None where it could not be made."""
        return self.target or self.ids.get(key)


def homes(
    session: Session,
    actor: Actor,
    work: Work,
    named: Iterable[ListRecord],
    keys: Iterable[str | None],
    known: Mapping[str, ListRecord],
) -> Homes:
    """The lists of some records: `named` are lists among them, `keys` are what tasks say, `known` what keys mean.

    It locks what there is of them, before anything is written. Raises NotFound, Forbidden, Conflict where what was
    there when the import began is not to be had any more.
    """
    if work.list_id is not None:
        scopes.hold(session, [work.list_id])
        roles.require(roles.get_role(session, actor, work.list_id), "editor")
        return Homes(work.list_id)
    wanted: dict[str | None, ListRecord] = {record.key: record for record in named}
    for key in keys:
        if key not in wanted:
            title = title_of_file(work.name)
            # A key that the file does not explain is the list that has no name.
            nameless = ListRecord(row=1, key="\0", own_id=None, title=title)
            wanted[key] = nameless if key is None else known.get(key, nameless)
    if not wanted:
        return Homes()
    naming = work.naming
    candidates = {key: naming.found_as("list", record.key, record.own_id) for key, record in wanted.items()}
    scopes.hold(session, {actor.account_id, *(each for ids in candidates.values() for each in ids)})
    found = _found(session, actor, [each for ids in candidates.values() for each in ids])
    result = Homes()
    for key, record in wanted.items():
        home = _home(candidates[key], found, work, record)
        if home is None:
            home = _made(session, actor, work, record, found, result)
        result.ids[key] = home
    return result


def _found(session: Session, actor: Actor, ids: Sequence[UUID]) -> dict[UUID, tuple[TaskList, str | None]]:
    found: dict[UUID, tuple[TaskList, str | None]] = {}
    mine = and_(Member.list_id == TaskList.id, Member.account_id == actor.id)
    for some in scopes.portions(ids):
        statement = select(TaskList, Member.role).outerjoin(Member, mine).where(TaskList.id.in_(some))
        rows = session.execute(statement, execution_options={"populate_existing": True})
        found |= {row[0].id: (row[0], row[1]) for row in rows}
    return found


def _home(
    ids: Sequence[UUID], found: Mapping[UUID, tuple[TaskList, str | None]], work: Work, record: ListRecord
) -> UUID | None:
    for list_id in ids:
        if list_id not in found:
            continue
        there, role = found[list_id]
        if there.deleted_at is None:
            if role is not None and roles.reaches(role, "editor"):
                return list_id
        elif work.started_at is not None and there.deleted_at >= work.started_at:
            title = import_rows.title_of(record.title, title_of_file(work.name))
            raise Conflict(f"The list “{title[:100]}” was deleted meanwhile. Restore it and import the file again.")
    return None


def _made(
    session: Session,
    actor: Actor,
    work: Work,
    record: ListRecord,
    found: dict[UUID, tuple[TaskList, str | None]],
    result: Homes,
) -> UUID | None:
    title = import_rows.title_of(record.title, title_of_file(work.name))
    account = session.get_one(Scope, actor.account_id)
    free = [each for each in work.naming.made_as("list", record.key, record.own_id) if each not in found]
    if not free or account.item_count >= Limits().lists_per_account:
        result.problems.append(Problem(row=record.row, column=None, detail=NO_ROOM, level="error", item=title))
        return None
    new = NewList(title=title, notes=import_rows.notes_of(record.notes), id=free[0])
    made = lists.create(session, actor, new)
    # Two keys of a file may mean one list.
    found[made.id] = (session.get_one(TaskList, made.id), "owner")
    return made.id
