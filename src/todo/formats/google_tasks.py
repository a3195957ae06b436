"""Google Tasks, as Google Takeout exports them: `Takeout/Tasks/Tasks.json`, or the zip that holds it.

    {"kind": "tasks#taskLists", "items": [
      {"kind": "tasks#tasks", "id": ..., "title": "My Tasks", "items": [{"id": ..., "title": ..., "status": ...}]}
    ]}

The shape of a task is that of the API (https://developers.google.com/tasks/reference/rest/v1/tasks). A due is a day
there: "the time portion of the timestamp is discarded". Exports since 2024 have the time in `scheduled_time`.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from todo.errors import Unreadable
from todo.formats.item import Item, filled, shown
from todo.formats.json_lists import FoundList, Layout, found_in, id_of, objects
from todo.formats.json_stream import Path
from todo.formats.packed import opener
from todo.formats.records import ListRecord, Reader, ReadOptions, Record, Source, TaskRecord
from todo.formats.streamed import Streamed

_LAYOUT = Layout(lists=(("items", "*"),), tasks=("items",))
_COLUMNS = {
    "title": "title", "notes": "notes", "completed": "status", "completed_at": "completed", "due": "due",
    "parent_id": "parent", "order": "position", "id": "id", "created_at": "created", "updated_at": "updated",
}  # fmt: skip


def open_reader(source: Source, options: ReadOptions) -> Reader:
    """An export of Google Tasks."""
    return Streamed(_COLUMNS, lambda: _records(source, options))


def _records(source: Source, options: ReadOptions) -> Iterator[Record]:
    """Lists and tasks; deleted ones are left out."""
    is_export = False

    def accept(path: Path, value: Any) -> None:
        nonlocal is_export
        if path == ("kind",):
            is_export = value == "tasks#taskLists"
            if not is_export:
                raise Unreadable(_EXPECTED)

    key: str | None = None
    for found in found_in(opener(source, "Tasks.json"), _LAYOUT, accept):
        if isinstance(found, FoundList):
            is_export = True
            key = id_of(found.fields) or str(found.row)
            yield from _list(found, key)
        else:
            yield from _task(Item(found.row), found.value, key, options.time_zone)
    if not is_export:
        raise Unreadable(_EXPECTED)


def _list(found: FoundList, key: str) -> Iterator[Record]:
    item = Item(found.row)
    title, _ = item.named(found.fields.get("title"), "title")
    yield ListRecord(row=found.row, key=key, own_id=id_of(found.fields), title=title or "Untitled")
    yield from item.problems


def _task(item: Item, value: Any, list_key: str | None, zone: str) -> Iterator[Record]:
    told = value if isinstance(value, dict) else {}
    title, whole = item.named(told.get("title"), "title")
    notes = item.text(told.get("notes"), "notes")
    if told.get("deleted") is True:
        return
    if not title:
        # Google keeps empty tasks, which were never written into; one with notes is meant.
        title, whole = item.named(notes.strip().partition("\n")[0], "notes")
    if not title:
        item.refuse("title", "Expected a title; the task was empty.")
        yield from item.problems
        return
    links = "\n".join(str(each["link"]) for each in objects(told.get("links")) if each.get("link"))
    fields = {
        "title": title,
        "notes": item.notes((whole, notes, links), "notes"),
        "completed": told.get("status") == "completed",
        "completed_at": item.moment(told.get("completed"), "completed"),
        "due": _due(item, told, zone),
        "created_at": item.moment(told.get("created"), "created"),
        "updated_at": item.moment(told.get("updated"), "updated"),
    }
    if told.get("task_recurrence_id") or told.get("recurrence"):
        item.lose("recurrence", "Google does not export how a task recurs; this is one occurrence.")
    position = told.get("position")
    order = float(position) if isinstance(position, str) and position.isdigit() and len(position) <= 20 else None
    key = id_of(told)
    yield TaskRecord(
        row=item.row,
        key=key or f"item {item.row}",
        own_id=key,
        list_key=list_key,
        parent_key=str(told["parent"]) if told.get("parent") else None,
        fields=filled(fields) | ({} if order is None or order > 1e15 else {"order": order}),
    )
    yield from item.problems


def _due(item: Item, told: Mapping[str, Any], zone: str) -> dict[str, str] | None:
    times = objects(told.get("scheduled_time"))
    current = next((each for each in times if each.get("current")), times[0] if times else None)
    if current is not None and current.get("start"):
        start = str(current["start"])
        # Midnight in UTC is how Google writes a day.
        if "T" in start and "T00:00:00" not in start:
            moment = item.moment(start, "scheduled_time")
            return {"at": moment, "time_zone": zone} if moment else None
        day = item.day(start, "scheduled_time")
        return {"date": day} if day else None
    if not told.get("due"):
        return None
    day = item.day(told["due"], "due")
    return {"date": day} if day else None


_EXPECTED = (
    "The file is no export of Google Tasks: expected Tasks.json of Google Takeout, which begins with "
    f"{shown('tasks#taskLists')}."
)
