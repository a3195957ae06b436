"""Our own JSON: all that a list holds, and whatever the API can hold comes back equal.

    {"format": "todo", "version": 1, "exported_at": ..., "lists": [
      {list, "members": [...], "tasks": [task, ...], "activity": [...]}
    ]}

Each task stands on a line of its own. Activity is for people and programs that read the file: it is not imported, as
it tells what others did elsewhere. Neither are members: they are told of, to be invited.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Any, BinaryIO

import msgspec
from msgspec import Meta

from todo.errors import Unreadable
from todo.formats.item import Item, filled, shown
from todo.formats.json_lists import FoundList, Layout, found_in
from todo.formats.json_stream import Path
from todo.formats.records import (
    ExportedList,
    ListRecord,
    Problem,
    Reader,
    ReadOptions,
    Record,
    Source,
    TaskRecord,
    WriteOptions,
    Writer,
)
from todo.formats.streamed import Streamed
from todo.shapes.activity import Activity
from todo.shapes.fields import MOST_ORDER, Labels
from todo.shapes.task import Due, Reminders, Task

FORMAT = "todo"
VERSION = 1

_LAYOUT = Layout(lists=(("lists", "*"),), tasks=("tasks",), passed=frozenset({"activity"}))
# Fields that are taken as they are where they have the right shape; `title`, `notes` and `labels` are made to fit.
_SHAPES: Mapping[str, Any] = {
    "completed": bool,
    "priority": Annotated[int, Meta(ge=0, le=4)],
    "due": Due | None,
    "reminders": Reminders,
    "order": Annotated[float, Meta(ge=-MOST_ORDER, le=MOST_ORDER)],
}
_MOMENTS = ("completed_at", "created_at", "updated_at")


def open_reader(source: Source, options: ReadOptions) -> Reader:  # noqa: ARG001  # all readers are opened alike
    """A file of ours."""
    return Streamed({}, lambda: records(source.open))


def open_writer(options: WriteOptions) -> Writer:
    """A file of ours."""
    return JsonWriter(options)


def records(open_file: Callable[[], BinaryIO]) -> Iterator[Record]:
    """Lists and tasks; a problem for each field that is not as we write it, and for each member. Raises Unreadable."""
    head: dict[str, Any] = {}

    def accept(path: Path, value: Any) -> None:
        if path in {("format",), ("version",)}:
            head[path[0]] = value
            _check(head)

    list_key: str | None = None
    for found in found_in(open_file, _LAYOUT, accept):
        if isinstance(found, FoundList):
            if head.get("format") != FORMAT:
                raise Unreadable(_EXPECTED)
            list_key = f"{found.row}"
            yield from _list(found, list_key)
        else:
            yield from _task(Item(found.row), found.value, list_key)
    if head.get("format") != FORMAT:
        raise Unreadable(_EXPECTED)


_EXPECTED = 'The file is JSON, but no export of ours: expected {"format": "todo", "version": 1, "lists": [...]}.'


def _check(head: Mapping[str, Any]) -> None:
    if head.get("format", FORMAT) != FORMAT:
        raise Unreadable(_EXPECTED)
    version = head.get("version", VERSION)
    if version != VERSION:
        raise Unreadable(f"The file is of version {shown(version)}; this service reads version {VERSION}.")


def _list(found: FoundList, key: str) -> Iterator[Record]:
    item = Item(found.row)
    title, whole = item.named(found.fields.get("title"), "title")
    if not title:
        item.lose("title", "Expected a title; the list is called “Untitled”.")
        title = item.title = "Untitled"
    yield ListRecord(
        row=found.row,
        key=key,
        own_id=_id(found.fields),
        title=title,
        notes=item.notes((whole, item.text(found.fields.get("notes"), "notes")), "notes"),
        order=_shaped(item, found.fields, "order"),
    )
    members = found.fields.get("members")
    for member in members if isinstance(members, list) else ():
        if isinstance(member, dict) and member.get("role") != "owner":
            item.lose("members", f"{shown(member.get('address'))} was a member ({member.get('role')}); invite them.")
    yield from item.problems


def _task(item: Item, value: Any, list_key: str | None) -> Iterator[Record]:
    if not isinstance(value, dict):
        item.refuse("tasks", f"Expected an object, found {shown(value)}.")
        yield from item.problems
        return
    title, whole = item.named(value.get("title"), "title")
    if not title:
        item.refuse("title", "Expected a title.")
        yield from item.problems
        return
    fields: dict[str, Any] = {"title": title}
    fields["notes"] = item.notes((whole, item.text(value.get("notes"), "notes")), "notes")
    fields |= {name: _shaped(item, value, name) for name in _SHAPES}
    fields["labels"] = _labels(item, value.get("labels"))
    fields |= {name: item.moment(value.get(name), name) for name in _MOMENTS}
    fields["assignee"] = item.line(value.get("assignee"), "assignee")
    order = fields.pop("order")
    key = _id(value)
    yield TaskRecord(
        row=item.row,
        key=key or f"item {item.row}",
        own_id=key,
        list_key=list_key,
        parent_key=_text_or_none(value.get("parent_id")),
        fields=filled(fields) | ({} if order is None else {"order": order}),
    )
    yield from item.problems


def _shaped(item: Item, value: Mapping[str, Any], name: str) -> Any:
    given = value.get(name)
    if given is None:
        return None
    try:
        msgspec.convert(given, _SHAPES[name])
    except msgspec.ValidationError as error:
        item.lose(name, f"It was left out: {str(error).replace('`', '')}.")
        return None
    return given


def _labels(item: Item, given: Any) -> list[str]:
    try:
        msgspec.convert(given, Labels)
    except msgspec.ValidationError:
        return item.labels(given if isinstance(given, list) else [], "labels")
    return list(given)


def _id(value: Mapping[str, Any]) -> str | None:
    return _text_or_none(value.get("id"))


def _text_or_none(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


class JsonWriter:
    """Lists and tasks as our JSON."""

    media_type = "application/json"
    suffix = ".json"

    def __init__(self, options: WriteOptions) -> None:
        self.losses: list[Problem] = []
        self.losses_count = 0
        self._now = options.now
        self._lists = 0
        self._rows = 0
        self._in_activity = False

    def begin(self) -> bytes:
        head = {"format": FORMAT, "version": VERSION, "exported_at": self._now}
        return msgspec.json.encode(head)[:-1] + b',"lists":['

    def begin_list(self, each: ExportedList) -> bytes:
        fields = msgspec.to_builtins(each.list)
        del fields["url"]
        members = [{"address": one.address, "name": one.name, "role": one.role} for one in each.members]
        first = b"\n" if self._lists == 0 else b",\n"
        self._lists += 1
        self._rows, self._in_activity = 0, False
        return first + msgspec.json.encode({**fields, "members": members})[:-1] + b',"tasks":['

    def task(self, task: Task, assignee: str | None) -> bytes:
        fields = msgspec.to_builtins(task)
        del fields["url"], fields["list_id"]
        return self._row({**fields, "assignee": assignee})

    def activity(self, row: Activity) -> bytes:
        opened = b""
        if not self._in_activity:
            opened, self._rows, self._in_activity = b'\n],"activity":[', 0, True
        return opened + self._row(row)

    def end_list(self) -> bytes:
        return b"\n]}"

    def end(self) -> bytes:
        return b"\n]}\n"

    def _row(self, row: Any) -> bytes:
        comma = b",\n" if self._rows else b"\n"
        self._rows += 1
        return comma + msgspec.json.encode(row)
