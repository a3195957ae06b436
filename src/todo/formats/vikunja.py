"""Vikunja's export of a person: a zip with data.json and VERSION, or that data.json by itself.

Projects with their tasks; before 0.18 (2022) they were called lists and lay in namespaces. An empty time is written as
0001-01-01. Files that are attached lie in the zip under their numbers, and are passed over.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from todo.errors import Unreadable
from todo.formats.item import Item, filled, shown
from todo.formats.json_lists import FoundList, Layout, array, found_in, id_of, objects
from todo.formats.packed import opener
from todo.formats.records import ListRecord, Reader, ReadOptions, Record, Source, TaskRecord
from todo.formats.rich_text import plain
from todo.formats.streamed import Streamed

_LAYOUT = Layout(
    lists=(("*", "lists", "*"), ("*",)), tasks=("tasks",), passed=frozenset({"child_projects", "buckets", "views"})
)
_COLUMNS = {
    "title": "title", "notes": "description", "completed": "done", "completed_at": "done_at", "due": "due_date",
    "reminders": "reminders", "priority": "priority", "labels": "labels", "order": "position",
    "parent_id": "related_tasks", "id": "id", "created_at": "created", "updated_at": "updated",
}  # fmt: skip
# Unset, low, medium, high, urgent, do now.
_PRIORITIES = {0: 0, 1: 1, 2: 2, 3: 3, 4: 4, 5: 4}
_DAY = 86_400


def open_reader(source: Source, options: ReadOptions) -> Reader:
    """An export of Vikunja."""
    return Streamed(_COLUMNS, lambda: _records(source, options))


def _records(source: Source, options: ReadOptions) -> Iterator[Record]:
    """Projects as lists, and their tasks."""
    key: str | None = None
    for found in found_in(opener(source, "data.json"), _LAYOUT):
        if isinstance(found, FoundList):
            if "title" not in found.fields:
                raise Unreadable(_EXPECTED)
            key = id_of(found.fields) or str(found.row)
            yield from _list(found, key)
        else:
            yield from _task(Item(found.row), found.value, key, options.time_zone)
    if key is None:
        raise Unreadable(_EXPECTED)


def _list(found: FoundList, key: str) -> Iterator[Record]:
    item = Item(found.row)
    title, whole = item.named(found.fields.get("title"), "title")
    notes, _ = plain(item.text(found.fields.get("description"), "description"))
    position = found.fields.get("position")
    yield ListRecord(
        row=found.row,
        key=key,
        own_id=id_of(found.fields),
        title=title or "Untitled",
        notes=item.notes((whole, notes), "description"),
        order=float(position) if isinstance(position, (int, float)) and 0 < position <= 1e15 else None,
    )
    if found.fields.get("parent_project_id"):
        item.lose("parent_project_id", "A list lies in no other; it stands by itself.")
    yield from item.problems


def _task(item: Item, value: Any, list_key: str | None, zone: str) -> Iterator[Record]:
    told = value if isinstance(value, dict) else {}
    title, whole = item.named(told.get("title"), "title")
    if not title:
        item.refuse("title", "Expected a title.")
        yield from item.problems
        return
    notes, _ = plain(item.text(told.get("description"), "description"))
    comments = [_comment(item, each) for each in objects(told.get("comments"))]
    due_at = _moment(item, told, "due_date")
    identity = id_of(told)
    fields = {
        "title": title,
        "notes": item.notes((whole, notes, *comments), "description"),
        "completed": told.get("done") is True,
        "completed_at": _moment(item, told, "done_at") if told.get("done") is True else None,
        "priority": _priority(item, told.get("priority")),
        "due": _due(item, told, due_at, zone),
        "reminders": item.reminders(_reminders(item, told, due_at), "reminders"),
        "labels": item.labels((each.get("title") for each in objects(told.get("labels"))), "labels"),
        "created_at": _moment(item, told, "created"),
        "updated_at": _moment(item, told, "updated"),
    }
    _losses(item, told)
    position = told.get("position")
    order = float(position) if isinstance(position, (int, float)) and 0 < position <= 1e15 else None
    yield TaskRecord(
        row=item.row,
        key=identity or f"item {item.row}",
        own_id=identity,
        list_key=list_key,
        parent_key=_parent(item, told.get("related_tasks")),
        fields=filled(fields) | ({} if order is None else {"order": order}),
    )
    yield from item.problems


def _moment(item: Item, told: Mapping[str, Any], name: str) -> str | None:
    value = told.get(name)
    return None if not value or str(value).startswith("0001-") else item.moment(value, name)


def _comment(item: Item, told: Mapping[str, Any]) -> str:
    author = told.get("author")
    name = author.get("name") or author.get("username") if isinstance(author, dict) else None
    text, _ = plain(item.text(told.get("comment"), "comments"))
    return f"{item.line(name, 'comments')}: {text}" if name and text else text


def _priority(item: Item, value: Any) -> int:
    if value is None:
        return 0
    if isinstance(value, int) and value in _PRIORITIES:
        return _PRIORITIES[value]
    item.lose("priority", f"Expected a number from 0 to 5, found {shown(value)}; it is the highest or none.")
    return 4 if isinstance(value, (int, float)) and value > 5 else 0


def _due(item: Item, told: Mapping[str, Any], at: str | None, zone: str) -> dict[str, str] | None:
    """Vikunja has no days; midnight, or the end of the day, on the person's clock is meant as one."""
    rule = _rule(item, told)
    if at is None:
        if rule:
            item.lose("repeat_after", "Without a due there is nothing that recurs.")
        return None
    local = datetime.fromisoformat(at).astimezone(ZoneInfo(zone))
    due = {"date": local.date().isoformat()} if local.time() == time.min else {"at": at, "time_zone": zone}
    return due | ({"recurrence": rule} if rule else {})


def _rule(item: Item, told: Mapping[str, Any]) -> str | None:
    after, mode = told.get("repeat_after"), told.get("repeat_mode")
    if mode == 1:
        return "FREQ=MONTHLY"
    if not isinstance(after, int) or after <= 0:
        return None
    if after % _DAY or after // _DAY > 999 * 7:
        item.lose("repeat_after", f"The task does not recur: every {after:,} seconds is no number of days.")
        return None
    if mode == 2:
        item.lose("repeat_mode", "It recurs from its due, not from when it was done.")
    days = after // _DAY
    every, unit = (days // 7, "WEEKLY") if days % 7 == 0 else (days, "DAILY")
    if every > 999:
        item.lose("repeat_after", f"The task does not recur: every {days:,} days is more than 999.")
        return None
    return f"FREQ={unit}" + (f";INTERVAL={every}" if every > 1 else "")


def _reminders(item: Item, told: Mapping[str, Any], due_at: str | None) -> Iterator[dict[str, str]]:
    # Before 0.21 they were moments, called `reminder_dates`, and earlier still `reminders`.
    for each in array(told.get("reminders")) + array(told.get("reminder_dates")):
        if isinstance(each, str):
            if (at := _moment(item, {"reminders": each}, "reminders")) is not None:
                yield {"at": at}
        elif isinstance(each, dict):
            period = each.get("relative_period")
            if each.get("relative_to") == "due_date" and isinstance(period, int) and due_at is not None:
                if abs(period) <= 366 * _DAY:
                    yield {"before": _before(period)}
                else:
                    item.lose("reminders", "A reminder is at most 366 days before or after the due.")
            elif (at := _moment(item, each, "reminder")) is not None:
                yield {"at": at}


def _parent(item: Item, related: Any) -> str | None:
    kinds = related if isinstance(related, dict) else {}
    parents = objects(kinds.get("parenttask"))
    for kind, others in kinds.items():
        if kind not in {"parenttask", "subtask"} and objects(others):
            titles = ", ".join(str(other.get("title")) for other in objects(others)[:3])
            item.lose("related_tasks", f"That it is related ({kind}) to {shown(titles)} is not kept.")
    if len(parents) > 1:
        item.lose("related_tasks", "A task has one parent; the others were left out.")
    return str(parents[0].get("id")) if parents else None


def _losses(item: Item, told: Mapping[str, Any]) -> None:
    for name, words in (("start_date", "When it begins"), ("end_date", "When it ends")):
        if _moment(item, told, name):
            item.lose(name, f"{words} is not kept, only when it is due.")
    if objects(told.get("attachments")):
        item.lose("attachments", "Files that are attached are not imported; they are in the zip.")
    if objects(told.get("assignees")):
        names = ", ".join(str(each.get("username")) for each in objects(told.get("assignees")))
        item.lose("assignees", f"It was assigned to {shown(names)}; Vikunja does not export addresses.")
    done = told.get("percent_done")
    if isinstance(done, (int, float)) and 0 < done < 1 and told.get("done") is not True:
        item.lose("percent_done", f"{done:.0%} of a task are not kept.")


def _before(period: int) -> str:
    """Seconds after the due, which are mostly negative, as a duration before it."""
    span = timedelta(seconds=abs(period))
    sign = "-" if period > 0 else ""
    if span.seconds == 0 and span.days:
        return f"{sign}P{span.days}D"
    minutes, seconds = divmod(abs(period), 60)
    return f"{sign}PT{minutes}M" if not seconds else f"{sign}PT{abs(period)}S"


_EXPECTED = "The file is no export of Vikunja: expected projects with a title and tasks, in data.json or a zip with it."
