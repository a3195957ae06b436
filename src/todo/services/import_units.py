"""A unit of an import: up to 500 records that go in together, or not at all.

It locks its scopes, writes tasks with their labels and reminders in bulk, one row of the feed for each list, and how
far the import is: repeated, it finds that somebody was there before, and stops.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from msgspec import UnsetType
from sqlalchemy import select
from sqlalchemy.orm import Session

from todo.database import insert_all
from todo.formats.records import ListRecord, Problem, TaskRecord
from todo.models import Account, ChangedItem, Member, Reminder, Scope, Task, TaskLabel
from todo.services import (
    import_homes,
    import_matches,
    import_states,
    import_trees,
    imported_lists,
    reminders,
    scopes,
    task_labels,
)
from todo.services.accounts import address_key
from todo.services.actor import Actor
from todo.services.import_ids import is_made_by, mark
from todo.services.import_portion import Portion
from todo.services.import_rows import Conversion, Row, problem
from todo.services.import_work import Work
from todo.services.ordering import raise_tail
from todo.services.tasks import text_columns
from todo.services.time_zones import get_zone
from todo.shapes.index import Limits

MOST_RECORDS = 500
# Rows of the feed that one record may bring; `step` tells those of an operation apart over all of its units.
_STEPS_A_RECORD = 3


@dataclass(slots=True)
class _Unit:
    """What one unit finds, and what it will write."""

    session: Session
    actor: Actor
    work: Work
    found: list[tuple[Problem, UUID | None]] = field(default_factory=list)
    unchanged: int = 0
    lists: dict[UUID, int] = field(default_factory=dict)
    late: int = 0

    def tell(self, record: TaskRecord, conversion: Conversion, name: str | None, detail: str, level: str) -> None:
        """Note a problem that only shows here."""
        column = None if name is None else conversion.columns.get(name, name)
        self.found.append((problem(record, column, detail, level), None))


class _New(NamedTuple):
    """A row that is not there yet, the list it goes into, and the id that it gets."""

    row: Row
    home: UUID
    id: UUID


def put_in(
    session: Session,
    now: datetime,
    work: Work,
    portion: Portion,
    conversion: Conversion,
    lists: Mapping[str, ListRecord],
) -> tuple[scopes.Changed, ...]:
    """Let some records go in. `lists` are those that the file named up to there. Returns what it wrote to the feed.

    Raises Overtaken; NotFound, Forbidden and Conflict where the import cannot go on.
    """
    scopes.number_from(session, work.records_done * _STEPS_A_RECORD)
    actor = work.actor(now)
    records = [record for record in portion.records if isinstance(record, TaskRecord)]
    rows = [row for record in records if (row := conversion.row_of(record)) is not None]
    conversion.problems.clear()  # they were told when the file was checked
    named = [record for record in portion.records if isinstance(record, ListRecord)]
    unit = _Unit(session, actor, work)
    homes = import_homes.homes(session, actor, work, named, [row.record.list_key for row in rows], lists)
    unit.found += [(each, None) for each in homes.problems]
    fresh = _new_ones(unit, rows, homes, conversion)
    making = _Making(unit, fresh, conversion)
    for new in fresh:
        making.add(new)
    made = making.write()
    late_parents = work.late_parents + unit.late
    values: dict[str, Any] = {
        "records_done": work.records_done + len(portion.records),
        "rows_done": work.rows_done + portion.rows,
        "created_tasks": import_states.raised("created_tasks", made),
        "unchanged_tasks": import_states.raised("unchanged_tasks", unit.unchanged),
        "late_parents": late_parents,
        "lists": imported_lists.to_text(work.lists, unit.lists),
        "updated_at": now,
    }
    if portion.last:
        values |= {"phase": "parents", "records_done": 0} if late_parents else import_states.ended(now)
    import_states.go_on(session, work, values, unit.found)
    return scopes.changed_in(session)


def _new_ones(unit: _Unit, rows: Sequence[Row], homes: import_homes.Homes, conversion: Conversion) -> list[_New]:
    """Those rows that are not there yet, each with its list and the id that it gets."""
    naming, session, work = unit.work.naming, unit.session, unit.work
    wanted = [naming.found_as("task", row.record.key, row.record.own_id) for row in rows]
    there, taken = import_matches.find_there(session, unit.actor, wanted)
    fresh: list[_New] = []
    twice = "Expected an id that no other row of the file has; the row was left out. Give it one of its own."
    own: set[UUID] = set()
    for number, row in enumerate(rows):
        record = row.record
        if (found := there[number]) is not None:
            if is_made_by(work.id, found.digest):
                unit.tell(record, conversion, "id", twice, "error")
            else:
                unit.unchanged += 1
                unit.lists.setdefault(found.list_id, 0)
            continue
        home = homes.of(record.list_key)
        if home is None:
            unit.tell(record, conversion, "list", import_homes.NO_ROOM, "error")
            continue
        free = [each for each in naming.made_as("task", record.key, record.own_id) if each not in taken]
        if not free or free[0] in own:
            unit.tell(record, conversion, "id", twice, "error")
            continue
        own.add(free[0])
        fresh.append(_New(row, home, free[0]))
    return fresh


class _Making:
    """The tasks of a unit as they are made, with all that belongs to them."""

    def __init__(self, unit: _Unit, fresh: Sequence[_New], conversion: Conversion) -> None:
        session, actor = unit.session, unit.actor
        self._unit = unit
        self._actor = actor
        self._conversion = conversion
        lists = sorted({new.home for new in fresh})
        self._locked = {
            scope_id: scope
            for some in scopes.portions(lists)
            for scope_id, scope in scopes.lock(session, *some).items()
        }
        self._counts = dict.fromkeys(lists, 0)
        self._parents = import_trees.early_parents(session, unit.work, [new.row.record for new in fresh])
        self._assignees = _assignees(session, fresh)
        self._zone = get_zone(actor.time_zone, "/time_zone")
        self._tasks: list[dict[str, Any]] = []
        self._labels: list[dict[str, Any]] = []
        self._moments: list[dict[str, Any]] = []
        self._items: list[dict[str, Any]] = []

    def add(self, new: _New) -> None:
        """Make a task, unless its list is full."""
        scope, row, record = self._locked[new.home], new.row, new.row.record
        most = Limits().tasks_per_list
        if scope.item_count + self._counts[new.home] >= most:
            full = f"A list holds at most {most:,} tasks; the row was left out. Import it into another list."
            self._tell(row, "list", full, "error")
            return
        self._counts[new.home] += 1
        self._unit.lists[new.home] = self._counts[new.home]
        parent = self._parent_of(new)
        self._parents.put(record.key, new.id, new.home, parent)
        names = task_labels.distinct(row.new.labels) if row.new.labels else {}
        task = _columns(row, self._unit.work, self._actor)
        task["id"] = new.id
        task["list_id"] = new.home
        task["parent_id"] = parent
        task["labels"] = task_labels.to_text(list(names.values())) if names else "[]"
        task["assignee_id"] = self._assignee_of(new) if row.assignee is not None else None
        task["position"] = _place(scope, row)
        task["changed_revision"] = scope.revision
        task["creation_digest"] = mark(self._unit.work.id, new.id)
        self._tasks.append(task)
        for key, name in names.items():
            self._labels.append({"task_id": new.id, "label_key": key, "list_id": new.home, "name": name})
        if row.reminders:
            self._moments += [
                {"task_id": new.id, "remind_at": at, "account_id": self._actor.id}
                for at in reminders.moments(row.reminders, row.due, self._zone)
                if at > self._actor.now
            ]
        self._items.append({"scope_id": new.home, "revision": scope.revision, "item_id": new.id, "fields": None})

    def write(self) -> int:
        """Write all of them, and a row of the feed for each list. Returns how many."""
        session = self._unit.session
        for list_id, count in self._counts.items():
            scope = self._locked[list_id]
            scope.item_count += count
            if count:
                scopes.record(session, self._actor, scope, "tasks.imported", None, {"tasks": (None, count)})
            else:
                scopes.give_back(session, scope)
        insert_all(session, Task.__table__, self._tasks)
        insert_all(session, TaskLabel.__table__, self._labels)
        insert_all(session, Reminder.__table__, self._moments)
        insert_all(session, ChangedItem.__table__, self._items)
        return len(self._tasks)

    def _parent_of(self, new: _New) -> UUID | None:
        record = new.row.record
        if record.parent_key is None:
            return None
        parent = self._parents.of(record.parent_key, new.home)
        if isinstance(parent, str):
            self._tell(new.row, "parent_id", parent, "loss")
            return None
        if parent is None:
            self._unit.late += 1
        return parent

    def _assignee_of(self, new: _New) -> UUID | None:
        address = new.row.assignee or ""
        found = self._assignees.get((new.home, address_key(address)))
        if found is None:
            nobody = f"Expected the address of a member of the list, not {address[:100]}; it is nobody's task."
            self._tell(new.row, "assignee", f"{nobody} Share the list, then assign it.", "loss")
        return found

    def _tell(self, row: Row, name: str, detail: str, level: str) -> None:
        self._unit.tell(row.record, self._conversion, name, detail, level)


def _place(scope: Scope, row: Row) -> float:
    """Where the task stands: where the file says, else at the end."""
    if isinstance(row.new.order, UnsetType):
        scope.tail += 1
        return float(scope.tail)
    raise_tail(scope, row.new.order)
    return float(row.new.order)


def _columns(row: Row, work: Work, actor: Actor) -> dict[str, Any]:
    """Those columns of a new task that follow from its row alone."""
    new = row.new
    return {
        **text_columns(new.title, new.notes),
        "completed": new.completed,
        "completed_at": row.completed_at,
        "priority": new.priority,
        **row.due.columns(),
        **reminders.columns(actor, row.reminders),
        "version": 1,
        "created_by": work.account_id,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
        "trashed": False,
        "deleted_at": None,
        "deletion_id": None,
    }


def _assignees(session: Session, fresh: Sequence[_New]) -> dict[tuple[UUID, str], UUID]:
    """Who of those that the rows name is a member of which of the lists."""
    keys = sorted({address_key(new.row.assignee) for new in fresh if new.row.assignee is not None})
    found: dict[tuple[UUID, str], UUID] = {}
    homes = sorted({new.home for new in fresh if new.row.assignee is not None})
    for some in scopes.portions(keys):
        for lists in scopes.portions(homes):
            statement = (
                select(Member.list_id, Account.email_key, Account.id)
                .join(Account, Account.id == Member.account_id)
                .where(Account.email_key.in_(some), Member.list_id.in_(lists))
            )
            found |= {(row.list_id, row.email_key): row.id for row in session.execute(statement)}
    return found
