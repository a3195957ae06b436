"""An export as pieces of a file: read a page at a time, each in a unit of its own, and no more than one of them held.

Nothing is locked meanwhile. What changes while an export is read may be in it or not; each page is as it was at one
moment, and every task stands behind the one it is below.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from todo.errors import NotFound
from todo.formats.records import ExportedList, ExportedMember, Writer
from todo.models import Task, TaskList
from todo.services import activity, lists, members, roles
from todo.services.actor import Actor
from todo.services.paging import beyond
from todo.services.task_shape import shape
from todo.shapes.activity import Activity
from todo.shapes.task import Task as TaskShape
from todo.shapes.task_list import TaskList as TaskListShape

P = ParamSpec("P")
T = TypeVar("T")

# A task has up to 16 KiB of notes, and so has a list.
_TASKS_AT_ONCE = 200
_LISTS_AT_ONCE = 50
_ROWS_AT_ONCE = 200


class Read(Protocol):
    """Runs one unit of work that writes nothing, on behalf of whoever the export is for."""

    def __call__(self, work: Callable[Concatenate[Session, Actor, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """What `work(session, actor, ...)` returns."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the order of somebody's lists an export is: behind this one."""

    order: float
    list_id: UUID

    def to_text(self) -> str:
        """As it is stored."""
        return json.dumps([self.order, str(self.list_id)])

    @classmethod
    def from_text(cls, text: str) -> "Place":
        """What `to_text` gave."""
        order, list_id = json.loads(text)
        return cls(order, UUID(list_id))


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One list, or all that somebody sees from a place on; `details` are its members and its activity."""

    list_id: UUID | None = None
    after: Place | None = None
    details: bool = False


@dataclass(slots=True)
class Progress:
    """How much was written, and behind which list; `is_cut` where it was stopped before the last."""

    lists: int = 0
    tasks: int = 0
    place: Place | None = None
    is_cut: bool = False


@dataclass(frozen=True, slots=True)
class _Opened:
    """What is known of a list before its tasks are read: `order` is all of them, each behind the one it is below."""

    members: tuple[ExportedMember, ...] = ()
    addresses: Mapping[UUID, str] = field(default_factory=dict)
    order: tuple[UUID, ...] = ()


def pieces(
    read: Read, writer: Writer, wanted: Wanted, progress: Progress, is_enough: Callable[[], bool] = lambda: False
) -> Iterator[bytes]:
    """The file, piece by piece; some may be empty. Once it `is_enough`, it ends with the list that it is at."""
    yield writer.begin()
    for each in _lists(read, wanted):
        if progress.lists and is_enough():
            progress.is_cut = True
            break
        yield from _list(read, writer, each, progress, details=wanted.details)
        progress.lists += 1
        progress.place = Place(each.order, each.id)
    yield writer.end()


def _lists(read: Read, wanted: Wanted) -> Iterator[TaskListShape]:
    if wanted.list_id is not None:
        yield read(lists.get, wanted.list_id)
        return
    place = wanted.after
    while page := read(lists_after, place):
        yield from page
        place = Place(page[-1].order, page[-1].id)


def _list(read: Read, writer: Writer, each: TaskListShape, progress: Progress, *, details: bool) -> Iterator[bytes]:
    opened = read(_open, each.id)
    yield writer.begin_list(ExportedList(list=each, members=opened.members if details else ()))
    written: set[UUID] = set()
    for start in range(0, len(opened.order), _TASKS_AT_ONCE):
        chunk = []
        for task in read(tasks_of, each.id, opened.order[start : start + _TASKS_AT_ONCE]):
            if task.parent_id is not None and task.parent_id not in written:
                # It was moved since: what it is below now comes later, or not at all.
                task = msgspec.structs.replace(task, parent_id=None)  # noqa: PLW2901 - the same, on the top level
            written.add(task.id)
            assignee = None if task.assignee_id is None else opened.addresses.get(task.assignee_id)
            chunk.append(writer.task(task, assignee))
        progress.tasks += len(chunk)
        yield b"".join(chunk)
    revision = 0
    while details and (rows := read(_activity_after, each.id, revision)):
        yield b"".join(writer.activity(row) for row in rows)
        revision = rows[-1].revision
    yield writer.end_list()


def lists_after(session: Session, actor: Actor, place: Place | None) -> tuple[TaskListShape, ...]:
    """The next lists that the actor sees, by order."""
    statement = lists.visible(actor).order_by(TaskList.order, TaskList.id).limit(_LISTS_AT_ONCE)
    if place is not None:
        statement = statement.where(beyond(TaskList.order, place.order, TaskList.id, place.list_id, descending=False))
    return tuple(lists.shape(*row) for row in session.execute(statement))


def tasks_of(session: Session, actor: Actor, list_id: UUID, ids: Sequence[UUID]) -> tuple[TaskShape, ...]:
    """Those of these tasks that are still in the list, in the order of the ids."""
    held = roles.access(actor)
    found = session.scalars(
        select(Task)
        .join(held, held.c.list_id == Task.list_id)
        .where(Task.id.in_(ids), Task.list_id == list_id, Task.trashed.is_(False))
    )
    shapes = {task.id: shape(task) for task in found}
    return tuple(shapes[task_id] for task_id in ids if task_id in shapes)


def _open(session: Session, actor: Actor, list_id: UUID) -> _Opened:
    try:
        those = members.of_list(session, actor, list_id) if actor.linked_list is None else ()
    except NotFound:
        return _Opened()  # it was in the page of lists, and was deleted or left just now
    rows: Any = session.execute(
        select(Task.id, Task.parent_id)
        .where(Task.list_id == list_id, Task.trashed.is_(False))
        .order_by(Task.order, Task.id)
    )
    return _Opened(
        members=tuple(ExportedMember(address=each.email or "", name=each.name, role=each.role) for each in those),
        addresses={each.account_id: each.email for each in those if each.email is not None},
        order=in_tree_order([(row.id, row.parent_id) for row in rows]),
    )


def in_tree_order(pairs: Sequence[tuple[UUID, UUID | None]]) -> tuple[UUID, ...]:
    """Ids with those of their parents, in the order of siblings -> the ids, each behind its parent."""
    there = {item_id for item_id, _ in pairs}
    below: dict[UUID | None, list[UUID]] = {}
    for item_id, parent_id in reversed(pairs):
        below.setdefault(parent_id if parent_id in there else None, []).append(item_id)
    ordered: list[UUID] = []
    waiting = below.pop(None, [])
    while waiting:
        item_id = waiting.pop()
        ordered.append(item_id)
        waiting += below.pop(item_id, [])
    return tuple(ordered)


def _activity_after(session: Session, actor: Actor, list_id: UUID, revision: int) -> tuple[Activity, ...]:
    try:
        roles.get_role(session, actor, list_id)
    except NotFound:
        return ()
    return activity.after(session, list_id, revision, _ROWS_AT_ONCE)
