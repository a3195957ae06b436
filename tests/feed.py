"""What the feed says happened, told again over an empty world: what is there afterwards is what there must be."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from todo.models import Change, ChangedItem, Member, Scope, Task, TaskList
from todo.services.task_shape import contents, shape

Fields = dict[str, list[Any]]

# What changes nothing that is in a list.
_NOTHING_IN_IT = ("invitation", "link")

# What a new task says where the feed does not say it: it leaves out what is empty.
_EMPTY: dict[str, Any] = {
    "parent_id": None,
    "title": "",
    "notes": "",
    "completed": False,
    "completed_at": None,
    "priority": 0,
    "due": None,
    "reminders": [],
    "labels": [],
    "assignee_id": None,
    "order": 0.0,
}


@dataclass
class World:
    """Tasks and lists by their ids, trash included; members by list: account id to role."""

    tasks: dict[str, dict[str, Any]] = field(default_factory=dict)
    lists: dict[str, dict[str, Any]] = field(default_factory=dict)
    members: dict[str, dict[str, str]] = field(default_factory=dict)

    def below(self, task_id: str, *, live: bool = False) -> set[str]:
        """A task and everything below it; with `live`, what can be reached without the trash."""
        found, more = {task_id}, [task_id]
        while more:
            parent = more.pop()
            for other_id, other in self.tasks.items():
                if other["parent_id"] == parent and other_id not in found and not (live and other["trashed"]):
                    found.add(other_id)
                    more.append(other_id)
        return found

    def live_in(self, list_id: str) -> set[str]:
        """The tasks of a list that are not in the trash."""
        return {each for each, task in self.tasks.items() if task["list_id"] == list_id and not task["trashed"]}


def as_it_is(session: Session, list_ids: Sequence[UUID]) -> World:
    """What the tables hold of these lists."""
    world = World()
    for task in session.scalars(select(Task).where(Task.list_id.in_(list_ids))):
        world.tasks[str(task.id)] = {
            **_plain(contents(shape(task))),
            "list_id": str(task.list_id),
            "version": task.version,
            "trashed": task.trashed,
            "revision": task.changed_revision,
            "deletion": task.deletion_id,
            "updated_at": task.updated_at,
        }
    for row in session.scalars(select(TaskList).where(TaskList.id.in_(list_ids))):
        world.lists[str(row.id)] = {
            "title": row.title,
            "notes": row.notes,
            "order": float(row.order),
            "version": row.version,
            "trashed": row.deleted_at is not None,
            "revision": row.changed_revision,
            "updated_at": row.updated_at,
        }
        world.members[str(row.id)] = {}
    for member in session.scalars(select(Member).where(Member.list_id.in_(list_ids))):
        world.members[str(member.list_id)][str(member.account_id)] = member.role
    return world


def as_the_feed_has_it(session: Session, list_ids: Sequence[UUID]) -> World:
    """What must be there, by what the feed says of these lists. Fails where it contradicts itself.

    The operations must have been made one after the other, each at a moment of its own.
    """
    items: dict[tuple[UUID, int], dict[str, Fields]] = {}
    for item in session.scalars(select(ChangedItem).where(ChangedItem.scope_id.in_(list_ids))):
        noted = {} if item.fields is None else json.loads(item.fields)
        items.setdefault((item.scope_id, item.revision), {})[str(item.item_id)] = noted
    rows = session.scalars(select(Change).where(Change.scope_id.in_(list_ids))).all()
    reached: dict[UUID, int] = {}
    teller = _Teller()
    for row in sorted(rows, key=lambda row: (row.at, row.operation_id, row.step or 0)):
        assert row.revision == reached.get(row.scope_id, 0) + 1, (row.kind, row.revision, reached)
        reached[row.scope_id] = row.revision
        teller.tell(row, items.get((row.scope_id, row.revision), {}))
    stands = session.execute(select(Scope.id, Scope.revision).where(Scope.id.in_(list_ids)))
    assert reached == {each.id: each.revision for each in stands}
    return teller.world


def require_counts(session: Session, list_ids: Sequence[UUID], account_ids: Sequence[UUID]) -> None:
    """Fail unless each list counts its tasks, and each account the lists that it is answerable for."""
    tasks = select(func.count()).where(Task.list_id == Scope.id, Task.trashed.is_(False)).scalar_subquery()
    owned = (TaskList.owner_id == Scope.id, TaskList.deleted_at.is_(None))
    lists = select(func.count()).where(*owned).scalar_subquery()
    for ids, counted in ((list_ids, tasks), (account_ids, lists)):
        for row in session.execute(select(Scope.id, Scope.item_count, counted.label("there")).where(Scope.id.in_(ids))):
            assert row.item_count == row.there, row


class _Teller:
    """Carries out rows of the feed, each on top of those before it."""

    def __init__(self) -> None:
        self.world = World()

    def tell(self, row: Change, items: dict[str, Fields]) -> None:
        """Carry out one row. `items` are the tasks that it touched besides, with what it changed of each."""
        subject, verb = row.kind.split(".")
        if subject in _NOTHING_IN_IT:
            return
        fields: Fields = json.loads(row.fields)
        getattr(self, f"_{subject}_{verb}")(row, str(row.item_id), fields, items)

    # -- tasks --------------------------------------------------------------------------------------------------------

    def _task_created(self, row: Change, task_id: str, fields: Fields, _items: dict[str, Fields]) -> None:
        assert task_id not in self.world.tasks
        self.world.tasks[task_id] = {**_EMPTY, "list_id": str(row.scope_id), "version": 0, "trashed": False}
        self.world.tasks[task_id]["deletion"] = None
        for name, (before, after) in fields.items():
            assert before is None
            self.world.tasks[task_id][name] = after
        self._touch(row, [task_id])

    def _task_updated(self, row: Change, task_id: str, fields: Fields, _items: dict[str, Fields]) -> None:
        self._set(row, task_id, fields)
        assert not self.world.tasks[task_id]["trashed"]
        self._touch(row, [task_id])

    _task_completed = _task_reopened = _task_updated

    def _task_moved_out(self, row: Change, task_id: str, fields: Fields, items: dict[str, Fields]) -> None:
        task = self.world.tasks[task_id]
        assert task["list_id"] == str(row.scope_id)
        assert {name: before for name, (before, _) in fields.items()} == {name: task[name] for name in fields}
        for other, changed in items.items():
            self._set(row, other, changed)

    def _task_moved_in(self, row: Change, task_id: str, fields: Fields, items: dict[str, Fields]) -> None:
        assert set(items) == self.world.below(task_id)
        for other in items:
            self.world.tasks[other]["list_id"] = str(row.scope_id)
        self.world.tasks[task_id].update({name: after for name, (_, after) in fields.items()})
        self._touch(row, items)

    def _task_trashed(self, row: Change, task_id: str, _fields: Fields, items: dict[str, Fields]) -> None:
        gone = {task_id, *items}
        assert gone == self.world.below(task_id, live=True)
        self._discard(row, gone)

    def _tasks_trashed(self, row: Change, _none: str, _fields: Fields, items: dict[str, Fields]) -> None:
        assert items
        self._discard(row, items)

    def _task_restored(self, row: Change, task_id: str, fields: Fields, items: dict[str, Fields]) -> None:
        self._bring_back(row, {task_id, *items})
        self._set(row, task_id, fields)

    def _tasks_restored(self, row: Change, _none: str, _fields: Fields, items: dict[str, Fields]) -> None:
        assert items
        self._bring_back(row, items)

    def _tasks_lifted(self, row: Change, _none: str, _fields: Fields, items: dict[str, Fields]) -> None:
        for task_id, fields in items.items():
            self._set(row, task_id, fields)
        self._touch(row, items, is_update=False)

    def _tasks_unassigned(self, row: Change, _none: str, fields: Fields, items: dict[str, Fields]) -> None:
        there = {each for each, task in self.world.tasks.items() if task["list_id"] == str(row.scope_id)}
        account_id = fields["assignee_id"][0]
        assert set(items) == {each for each in there if self.world.tasks[each]["assignee_id"] == account_id}
        for task_id in items:
            self._set(row, task_id, fields)
        self._touch(row, items)

    def _tasks_renumbered(self, row: Change, _none: str, _fields: Fields, items: dict[str, Fields]) -> None:
        tasks = self.world.tasks
        ranked = sorted(self.world.live_in(str(row.scope_id)), key=lambda each: (tasks[each]["order"], UUID(each)))
        changed = {each: float(rank) for rank, each in enumerate(ranked, 1) if tasks[each]["order"] != rank}
        assert set(items) == set(changed)
        for task_id, rank in changed.items():
            tasks[task_id]["order"] = rank
        self._touch(row, changed)

    def _label_renamed(self, row: Change, _none: str, _fields: Fields, items: dict[str, Fields]) -> None:
        for task_id, fields in items.items():
            self._set(row, task_id, fields)
        self._touch(row, items)

    _label_removed = _label_restored = _label_renamed

    # -- lists --------------------------------------------------------------------------------------------------------

    def _list_created(self, row: Change, list_id: str, fields: Fields, _items: dict[str, Fields]) -> None:
        self.world.lists[list_id] = {
            **{name: after for name, (_, after) in fields.items()},
            "version": 0,
            "trashed": False,
        }
        self.world.members[list_id] = {str(row.actor_id): "owner"}
        self._touch_list(row)

    def _list_updated(self, row: Change, list_id: str, fields: Fields, _items: dict[str, Fields]) -> None:
        found = self.world.lists[list_id]
        for name, (before, after) in fields.items():
            assert found[name] == before
            found[name] = after
        self._touch_list(row)

    def _list_trashed(self, row: Change, list_id: str, _fields: Fields, items: dict[str, Fields]) -> None:
        assert set(items) == self.world.live_in(list_id)
        self.world.lists[list_id]["trashed"] = True
        self._discard(row, items)
        self._touch_list(row)

    def _list_restored(self, row: Change, list_id: str, _fields: Fields, items: dict[str, Fields]) -> None:
        self.world.lists[list_id]["trashed"] = False
        self._bring_back(row, items)
        self._touch_list(row)

    def _member_joined(self, row: Change, account_id: str, fields: Fields, _items: dict[str, Fields]) -> None:
        members = self.world.members[str(row.scope_id)]
        before, after = fields["role"]
        assert members.get(account_id) == before
        members[account_id] = after
        if after is None:
            del members[account_id]
        self._touch_list(row)

    _member_left = _member_role_changed = _member_joined

    # -- what they share ----------------------------------------------------------------------------------------------

    def _set(self, row: Change, task_id: str, fields: Fields) -> None:
        task = self.world.tasks[task_id]
        assert task["list_id"] == str(row.scope_id)
        for name, (before, after) in fields.items():
            assert task[name] == before, (row.kind, name, task[name], before)
            task[name] = after

    def _discard(self, row: Change, task_ids: Iterable[str]) -> None:
        for task_id in task_ids:
            task = self.world.tasks[task_id]
            assert (task["trashed"], task["list_id"]) == (False, str(row.scope_id))
            task["trashed"], task["deletion"] = True, row.operation_id
        self._touch(row, task_ids, is_update=False)

    def _bring_back(self, row: Change, task_ids: Iterable[str]) -> None:
        for task_id in task_ids:
            task = self.world.tasks[task_id]
            assert (task["trashed"], task["list_id"]) == (True, str(row.scope_id))
            task["trashed"], task["deletion"] = False, None
        self._touch(row, task_ids)

    def _touch(self, row: Change, task_ids: Iterable[str], *, is_update: bool = True) -> None:
        for task_id in task_ids:
            task = self.world.tasks[task_id]
            task["version"] += 1
            task["revision"] = row.revision
            if is_update:
                task["updated_at"] = row.at

    def _touch_list(self, row: Change) -> None:
        found = self.world.lists[str(row.scope_id)]
        found["version"] += 1
        found["revision"], found["updated_at"] = row.revision, row.at


def _plain(value: Any) -> dict[str, Any]:
    """As the feed has it: arrays are lists, moments texts."""
    plain: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(value))
    return plain
