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
from todo.formats.json_lists import FoundList, Layout, found_in
from todo.formats.json_stream import Path
from todo.formats.packed import opener
from todo.formats.records import ListRecord, ReadOptions, Record, Source, TaskRecord

_LAYOUT = Layout(lists=(("items", "*"),), tasks=("items",))
_COLUMNS = {
    "title": "title", "notes": "notes", "completed": "status", "completed_at": "completed", "due": "due",
    "parent_id": "parent", "order": "position", "id": "id", "created_at": "created", "updated_at": "updated",
}  # fmt: skip


class GoogleTasksReader:
    """Tasks of Google as records."""

    header: tuple[str, ...] = ()
    columns: Mapping[str, str] = _COLUMNS

    def __init__(self, source: Source, options: ReadOptions) -> None:
        self._source = source
        self._options = options

    def records(self) -> Iterator[Record]:
        """Lists and tasks; deleted ones are left out. Raises Unreadable."""
        kinds: list[str] = []

        def accept(path: Path, value: Any) -> None:
            if path == ("kind",):
                kinds.append(str(value))
                if value != "tasks#taskLists":
                    raise Unreadable(_EXPECTED)

        key: str | None = None
        any_list = False
        for found in found_in(opener(self._source, "Tasks.json"), _LAYOUT, accept):
            if isinstance(found, FoundList):
                any_list = True
                key = str(found.fields.get("id") or found.row)
                yield from _list(found, key)
            else:
                yield from self._task(Item(found.row), found.value, key)
        if not kinds and not any_list:
            raise Unreadable(_EXPECTED)

    def _task(self, item: Item, value: Any, list_key: str | None) -> Iterator[Record]:
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
        links = told.get("links")
        addresses = [
            str(each.get("link")) for each in links or () if isinstance(each, dict) and each.get("link")
        ] if isinstance(links, list) else []  # fmt: skip
        key = str(told["id"]) if told.get("id") else None
        fields = {
            "title": title,
            "notes": item.notes((whole, notes, "\n".join(addresses)), "notes"),
            "completed": told.get("status") == "completed",
            "completed_at": item.moment(told.get("completed"), "completed"),
            "due": self._due(item, told),
            "created_at": item.moment(told.get("created"), "created"),
            "updated_at": item.moment(told.get("updated"), "updated"),
        }
        if told.get("task_recurrence_id") or told.get("recurrence"):
            item.lose("recurrence", "Google does not export how a task recurs; this is one occurrence.")
        position = told.get("position")
        order = float(position) if isinstance(position, str) and position.isdigit() and len(position) <= 20 else None
        yield TaskRecord(
            row=item.row,
            key=key or f"item {item.row}",
            own_id=key,
            list_key=list_key,
            parent_key=str(told["parent"]) if told.get("parent") else None,
            fields=filled(fields) | ({} if order is None or order > 1e15 else {"order": order}),
        )
        yield from item.problems

    def _due(self, item: Item, told: Mapping[str, Any]) -> dict[str, str] | None:
        planned = told.get("scheduled_time")
        times = [each for each in planned if isinstance(each, dict)] if isinstance(planned, list) else []
        current = next((each for each in times if each.get("current")), times[0] if times else None)
        if current is not None and current.get("start"):
            start = str(current["start"])
            # Midnight in UTC is how Google writes a day.
            if "T" in start and "T00:00:00" not in start:
                moment = item.moment(start, "scheduled_time")
                return {"at": moment, "time_zone": self._options.time_zone} if moment else None
            day = item.day(start, "scheduled_time")
            return {"date": day} if day else None
        if not told.get("due"):
            return None
        day = item.day(told["due"], "due")
        return {"date": day} if day else None


def _list(found: FoundList, key: str) -> Iterator[Record]:
    item = Item(found.row)
    title, _ = item.named(found.fields.get("title"), "title")
    identity = found.fields.get("id")
    yield ListRecord(row=found.row, key=key, own_id=str(identity) if identity else None, title=title or "Untitled")
    yield from item.problems


_EXPECTED = (
    "The file is no export of Google Tasks: expected Tasks.json of Google Takeout, which begins with "
    f"{shown('tasks#taskLists')}."
)


def open_reader(source: Source, options: ReadOptions) -> GoogleTasksReader:
    """An export of Google Tasks."""
    return GoogleTasksReader(source, options)
