"""Which tasks of an import are below which: at once where the parent comes first, in a second pass where it is late."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from todo.database import insert_all
from todo.formats.records import Problem, TaskRecord
from todo.models import ChangedItem, Task
from todo.services import import_states, roles, scopes
from todo.services.actor import Actor
from todo.services.import_ids import Naming, is_made_by
from todo.services.import_portion import Portion
from todo.services.import_rows import Conversion, problem
from todo.services.import_work import Work
from todo.shapes.index import Limits

_DEPTH = Limits().subtask_depth
_TOO_DEEP = f"Tasks go at most {_DEPTH} levels deep; it was put at the top of its list. Move it by hand."
_CYCLE = "Expected a parent that is not below the task itself; it was put at the top of its list. Move it by hand."
_MISSING = "Expected the parent to be a row of the same list of the file; it was put at the top of its list."
# Behind those of the first pass.
_FIRST_STEP = 1_000_000_000


@dataclass(slots=True)
class _Tree:
    """Tasks by id, with their list and parent: those that there are, and those that are being made."""

    nodes: dict[UUID, tuple[UUID, UUID | None]] = field(default_factory=dict)
    children: dict[UUID, set[UUID]] = field(default_factory=dict)

    def put(self, task_id: UUID, list_id: UUID, parent_id: UUID | None) -> None:
        """Put a task somewhere; what was said of it before is forgotten."""
        before = self.nodes.get(task_id)
        if before is not None and before[1] is not None:
            self.children.get(before[1], set()).discard(task_id)
        self.nodes[task_id] = (list_id, parent_id)
        if parent_id is not None:
            self.children.setdefault(parent_id, set()).add(task_id)

    def above(self, task_id: UUID) -> list[UUID]:
        """The task and what it is below, up to one level more than there may be."""
        chain = [task_id]
        while len(chain) <= _DEPTH + 1 and (parent := self.nodes.get(chain[-1], (None, None))[1]) is not None:
            chain.append(parent)
        return chain

    def levels_below(self, task_id: UUID) -> int:
        """How many levels of tasks are below one."""
        levels, level = 0, self.children.get(task_id, set())
        while level and levels <= _DEPTH:
            levels += 1
            level = {child for each in level for child in self.children.get(each, ())}
        return levels

    def refusal(self, task_id: UUID | None, parent_id: UUID) -> str | None:
        """Why a task cannot be put below another; None where it can."""
        chain = self.above(parent_id)
        if task_id in chain:
            return _CYCLE
        below = 0 if task_id is None else self.levels_below(task_id)
        return _TOO_DEEP if len(chain) + below > _DEPTH else None


@dataclass(slots=True)
class Parents:
    """The parents of a unit's new tasks."""

    naming: Naming
    tree: _Tree
    own: dict[str, UUID] = field(default_factory=dict)

    def of(self, key: str, home: UUID) -> UUID | str | None:
        """The id of the parent of that key; what is wrong with it; None where it is not there (yet)."""
        parent = _in_list(self.tree, self._candidates(key), home)
        if parent is None:
            return None
        return self.tree.refusal(None, parent) or parent

    def put(self, key: str, task_id: UUID, home: UUID, parent: UUID | None) -> None:
        """Note where a new task is."""
        if key not in self.own:
            self.own[key] = task_id
        self.tree.put(task_id, home, parent)

    def _candidates(self, key: str) -> Sequence[UUID]:
        own = self.own.get(key)
        return self.naming.parent_as(key) if own is None else (own, *self.naming.parent_as(key))


def early_parents(session: Session, work: Work, records: Sequence[TaskRecord]) -> Parents:
    """What is known of the parents of new tasks."""
    keys = {record.parent_key for record in records if record.parent_key is not None}
    tree = _Tree()
    if keys:
        _climb(session, tree, [each for key in keys for each in work.naming.parent_as(key)])
    return Parents(work.naming, tree)


def join(
    session: Session, now: datetime, work: Work, portion: Portion, conversion: Conversion
) -> tuple[scopes.Changed, ...]:
    """Put those tasks of some records below their parents that came before them in the file. Raises Overtaken.

    Returns what it wrote to the feed.
    """
    scopes.number_from(session, _FIRST_STEP + work.records_done)
    actor, naming = work.actor(now), work.naming
    records = [each for each in portion.records if isinstance(each, TaskRecord) and each.parent_key is not None]
    found: list[tuple[Problem, UUID | None]] = []
    if records:
        wanted = [naming.made_as("task", each.key, each.own_id) for each in records]
        orphans = _orphans(session, work, [each for ids in wanted for each in ids])
        scopes.hold(session, set(orphans.values()))
        # Once more, now that nobody else can move them.
        orphans = _orphans(session, work, list(orphans))
        for list_id in set(orphans.values()):
            roles.require(roles.get_role(session, actor, list_id), "editor")
        found = _join(session, actor, naming, conversion, list(zip(records, wanted, strict=True)), orphans)
    values: dict[str, Any] = {"records_done": work.records_done + len(portion.records), "updated_at": now}
    if portion.last:
        values |= import_states.ended(now)
    import_states.go_on(session, work, values, found)
    return scopes.changed_in(session)


def _join(
    session: Session,
    actor: Actor,
    naming: Naming,
    conversion: Conversion,
    wanted: Sequence[tuple[TaskRecord, Sequence[UUID]]],
    orphans: dict[UUID, UUID],
) -> list[tuple[Problem, UUID | None]]:
    tree = _Tree()
    _climb(session, tree, [each for record, _ in wanted for each in naming.parent_as(str(record.parent_key))])
    _descend(session, tree, list(orphans))
    found: list[tuple[Problem, UUID | None]] = []
    moved: dict[UUID, tuple[UUID, UUID]] = {}
    column = conversion.columns.get("parent_id", "parent_id")
    for record, ids in wanted:
        task_id = next((each for each in ids if each in orphans), None)
        if task_id is None or task_id in moved:
            continue
        home = orphans[task_id]
        parent = _in_list(tree, naming.parent_as(str(record.parent_key)), home)
        refusal = _MISSING if parent is None else tree.refusal(task_id, parent)
        if refusal is not None or parent is None:
            found.append((problem(record, column, refusal or _MISSING), task_id))
            continue
        tree.put(task_id, home, parent)
        moved[task_id] = (home, parent)
    _move(session, actor, moved)
    return found


def _move(session: Session, actor: Actor, moved: dict[UUID, tuple[UUID, UUID]]) -> None:
    lists = sorted({home for home, _ in moved.values()})
    locked = {
        scope_id: scope for some in scopes.portions(lists) for scope_id, scope in scopes.lock(session, *some).items()
    }
    for scope in locked.values():
        scopes.record(session, actor, scope, "tasks.imported", None, {})
    if not moved:
        return
    # Children of children first would be as good: each is a row of its own.
    statement = (
        update(Task.metadata.tables[Task.__tablename__])
        .where(Task.id == bindparam("moved_id"))
        .values(parent_id=bindparam("new_parent"), changed_revision=bindparam("now_at"), version=Task.version + 1)
    )
    session.execute(
        statement,
        [
            {"moved_id": task_id, "new_parent": parent, "now_at": locked[home].revision}
            for task_id, (home, parent) in moved.items()
        ],
    )
    insert_all(
        session,
        ChangedItem.__table__,
        [
            {
                "scope_id": home,
                "revision": locked[home].revision,
                "item_id": task_id,
                "fields": scopes.to_text({"parent_id": (None, parent)}),
            }
            for task_id, (home, parent) in moved.items()
        ],
    )


def _in_list(tree: _Tree, ids: Sequence[UUID], home: UUID) -> UUID | None:
    return next((each for each in ids if each in tree.nodes and tree.nodes[each][0] == home), None)


def _orphans(session: Session, work: Work, ids: Sequence[UUID]) -> dict[UUID, UUID]:
    """The list of each task that this import made, and that is below nothing."""
    found: dict[UUID, UUID] = {}
    for some in scopes.portions(ids):
        statement = select(Task.id, Task.list_id, Task.creation_digest).where(
            Task.id.in_(some), Task.parent_id.is_(None), Task.trashed.is_(False)
        )
        rows = session.execute(statement)
        found |= {row.id: row.list_id for row in rows if is_made_by(work.id, row.creation_digest)}
    return found


def _climb(session: Session, tree: _Tree, ids: Collection[UUID]) -> None:
    """Look up tasks that are not in the trash, and everything above them."""
    unknown = set(ids) - tree.nodes.keys()
    for _level in range(_DEPTH + 2):
        if not unknown:
            return
        above: set[UUID] = set()
        for some in scopes.portions(sorted(unknown)):
            statement = select(Task.id, Task.list_id, Task.parent_id).where(Task.id.in_(some), Task.trashed.is_(False))
            for row in session.execute(statement):
                tree.put(row.id, row.list_id, row.parent_id)
                if row.parent_id is not None:
                    above.add(row.parent_id)
        unknown = above - tree.nodes.keys()


def _descend(session: Session, tree: _Tree, ids: Collection[UUID]) -> None:
    """Look up everything that is below tasks."""
    level = set(ids)
    for _level in range(_DEPTH + 1):
        below: set[UUID] = set()
        for some in scopes.portions(sorted(level)):
            statement = select(Task.id, Task.list_id, Task.parent_id).where(Task.parent_id.in_(some))
            for row in session.execute(statement):
                tree.put(row.id, row.list_id, row.parent_id)
                below.add(row.id)
        if not below:
            return
        level = below
