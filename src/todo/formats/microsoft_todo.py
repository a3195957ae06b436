"""Microsoft To Do: its lists and tasks as Microsoft Graph has them.

Microsoft offers no export within To Do itself. What there is has the shape of Graph's `todoTaskList` and `todoTask`
(https://learn.microsoft.com/graph/api/resources/todo-overview): dumps that tools and Power Automate make of it, as
{"lists": [{..., "tasks": [...]}]}, {"value": [{..., "tasks": [...]}]} or [{..., "tasks": [...]}], where what the list
says of itself may stand in a "list" of its own; and the reply to `GET /me/todo/lists/{id}/tasks`, which is
{"value": [task, ...]} and names no list.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from todo.errors import Unreadable
from todo.formats.ics_zones import iana
from todo.formats.item import Item, filled, shown, written
from todo.formats.json_lists import FoundList, Layout, array, found_in, id_of, objects
from todo.formats.packed import opener
from todo.formats.records import ListRecord, Reader, ReadOptions, Record, Source, TaskRecord
from todo.formats.rich_text import plain
from todo.formats.streamed import Streamed

_LAYOUT = Layout(lists=(("lists", "*"), ("value", "*"), ("*",)), tasks=("tasks",))
_COLUMNS = {
    "title": "title", "notes": "body", "completed": "status", "completed_at": "completedDateTime",
    "due": "dueDateTime", "reminders": "reminderDateTime", "priority": "importance", "labels": "categories",
    "id": "id", "created_at": "createdDateTime", "updated_at": "lastModifiedDateTime",
}  # fmt: skip
_PRIORITIES = {"high": 4, "normal": 0, "low": 1}
_DAYS = {day: day[:2].upper() for day in ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")}
_NTH = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": -1}


def open_reader(source: Source, options: ReadOptions) -> Reader:
    """An export of Microsoft To Do."""
    return Streamed(_COLUMNS, lambda: _records(source, options))


def _records(source: Source, options: ReadOptions) -> Iterator[Record]:
    """Lists and tasks, and the steps of a task as its subtasks."""
    key: str | None = None
    rows = lists = 0
    for found in found_in(opener(source, "todo.json", "tasks.json", "export.json"), _LAYOUT):
        if isinstance(found, FoundList):
            inner = found.fields.get("list")
            fields = inner if isinstance(inner, dict) else found.fields
            if "displayName" in fields:
                lists += 1
                key = id_of(fields) or f"list {lists}"
                yield from _list(lists, fields, key)
                continue
            if "title" not in fields:
                raise Unreadable(_EXPECTED)
            # A reply that holds tasks where others have lists.
            key, told = None, fields
        else:
            told = found.value if isinstance(found.value, dict) else {}
        rows += 1
        yield from _task(Item(rows), told, key, options.time_zone)
    if not rows and not lists:
        raise Unreadable(_EXPECTED)


def _list(row: int, fields: Mapping[str, Any], key: str) -> Iterator[Record]:
    item = Item(row)
    title, _ = item.named(fields.get("displayName"), "displayName")
    yield ListRecord(row=row, key=key, own_id=id_of(fields), title=title or "Untitled")
    if fields.get("isShared") is True:
        item.lose("isShared", "The list was shared; invite those who had it.")
    yield from item.problems


def _task(item: Item, told: Mapping[str, Any], list_key: str | None, zone: str) -> Iterator[Record]:
    title, whole = item.named(told.get("title"), "title")
    if not title:
        item.refuse("title", "Expected a title.")
        yield from item.problems
        return
    body = told.get("body")
    notes = item.text(body.get("content"), "body") if isinstance(body, dict) else ""
    if isinstance(body, dict) and body.get("contentType") == "html":
        notes, _ = plain(notes)
    links = objects(told.get("linkedResources"))
    addresses = [item.line(each.get("webUrl") or each.get("displayName"), "linkedResources") for each in links]
    identity = id_of(told)
    key = identity or f"item {item.row}"
    fields = {
        "title": title,
        "notes": item.notes((whole, notes, "\n".join(filter(None, addresses))), "body"),
        "completed": told.get("status") == "completed",
        "completed_at": _at(item, told.get("completedDateTime"), "completedDateTime", zone),
        "priority": _PRIORITIES.get(str(told.get("importance")), 0),
        "due": _due(item, told, zone),
        "reminders": _reminders(item, told, zone),
        "labels": item.labels(_texts(told.get("categories")), "categories"),
        "created_at": item.moment(told.get("createdDateTime"), "createdDateTime"),
        "updated_at": item.moment(told.get("lastModifiedDateTime"), "lastModifiedDateTime"),
    }
    if told.get("startDateTime"):
        item.lose("startDateTime", "When it begins is not kept, only when it is due.")
    if told.get("hasAttachments") is True or told.get("attachments"):
        item.lose("attachments", "Files that are attached stay where they are.")
    yield TaskRecord(row=item.row, key=key, own_id=identity, list_key=list_key, parent_key=None, fields=filled(fields))
    yield from item.problems
    for number, step in enumerate(objects(told.get("checklistItems")), 1):
        yield from _step(item.row, number, step, key, identity, list_key)


def _step(
    row: int, number: int, told: Mapping[str, Any], parent: str, owner: str | None, list_key: str | None
) -> Iterator[Record]:
    item = Item(row)
    title, whole = item.named(told.get("displayName"), "checklistItems")
    if not title:
        item.refuse("checklistItems", "Expected a title of the step.")
    else:
        own = f"{owner}/{told['id']}" if owner and told.get("id") else None
        fields = {
            "title": title,
            "notes": whole,
            "completed": told.get("isChecked") is True,
            "completed_at": item.moment(told.get("checkedDateTime"), "checkedDateTime"),
            "created_at": item.moment(told.get("createdDateTime"), "createdDateTime"),
        }
        yield TaskRecord(
            row=row,
            key=own or f"{parent} step {number}",
            own_id=own,
            list_key=list_key,
            parent_key=parent,
            fields=filled(fields),
        )
    yield from item.problems


def _when(item: Item, value: Any, column: str, own_zone: str) -> tuple[datetime, str] | None:
    """A `dateTimeTimeZone`: the time of day, and the IANA name of its zone."""
    if not isinstance(value, dict) or not value.get("dateTime"):
        return None
    text, named = str(value["dateTime"]), str(value.get("timeZone") or "UTC")
    try:
        # Graph writes seven digits of a second.
        wall = datetime.fromisoformat(text.partition(".")[0].removesuffix("Z"))
    except ValueError:
        item.lose(column, f"Expected a date that exists, found {shown(text)}.")
        return None
    zone = iana(named)
    if zone is None:
        item.lose(column, f"{shown(named)} is no time zone that is known; it was read in your own.")
        zone = own_zone
    return (wall.replace(tzinfo=None), zone) if item.within(wall, text, column) else None


def _at(item: Item, value: Any, column: str, own_zone: str) -> str | None:
    found = _when(item, value, column, own_zone)
    return None if found is None else written(found[0].replace(tzinfo=ZoneInfo(found[1])))


def _due(item: Item, told: Mapping[str, Any], own_zone: str) -> dict[str, str] | None:
    """To Do's dues are days; they are kept as the midnight of the person, often in UTC."""
    found = _when(item, told.get("dueDateTime"), "dueDateTime", own_zone)
    if found is None:
        if told.get("recurrence"):
            item.lose("recurrence", "Without a due there is nothing that recurs.")
        return None
    wall, zone = found
    own = wall.replace(tzinfo=ZoneInfo(zone)).astimezone(ZoneInfo(own_zone))
    if wall.time() == datetime.min.time():
        due = {"date": wall.date().isoformat()}
    elif zone == "UTC" and own.time() == datetime.min.time():
        due = {"date": own.date().isoformat()}
    else:
        due = {"at": written(wall.replace(tzinfo=ZoneInfo(zone))), "time_zone": own_zone}
    rule = _rule(item, told.get("recurrence"))
    return due | ({"recurrence": rule} if rule else {})


def _reminders(item: Item, told: Mapping[str, Any], own_zone: str) -> list[dict[str, str]]:
    if told.get("isReminderOn") is False:
        return []
    at = _at(item, told.get("reminderDateTime"), "reminderDateTime", own_zone)
    return [{"at": at}] if at else []


def _rule(item: Item, recurrence: Any) -> str | None:
    """A `patternedRecurrence` as a rule of iCalendar."""
    if not isinstance(recurrence, dict) or not isinstance(recurrence.get("pattern"), dict):
        return None
    pattern = recurrence["pattern"]
    found = recurrence.get("range")
    ends: dict[str, Any] = found if isinstance(found, dict) else {}
    kind = str(pattern.get("type"))
    days = ",".join(_DAYS[day] for day in _texts(pattern.get("daysOfWeek")) if day in _DAYS)
    nth = _NTH.get(str(pattern.get("index")), 1)
    parts = {
        "daily": ["FREQ=DAILY"],
        "weekly": ["FREQ=WEEKLY", f"BYDAY={days}" if days else ""],
        "absoluteMonthly": ["FREQ=MONTHLY", f"BYMONTHDAY={pattern.get('dayOfMonth')}"],
        "relativeMonthly": ["FREQ=MONTHLY", f"BYDAY={days}", f"BYSETPOS={nth}"],
        "absoluteYearly": [
            "FREQ=YEARLY", f"BYMONTH={pattern.get('month')}", f"BYMONTHDAY={pattern.get('dayOfMonth')}",
        ],
        "relativeYearly": ["FREQ=YEARLY", f"BYMONTH={pattern.get('month')}", f"BYDAY={days}", f"BYSETPOS={nth}"],
    }.get(kind)  # fmt: skip
    if parts is None or "None" in "".join(parts) or (kind.startswith("relative") and not days):
        item.lose("recurrence", f"The task does not recur: the pattern {shown(pattern)} is not known.")
        return None
    interval = pattern.get("interval")
    if isinstance(interval, int) and interval > 1:
        parts.insert(1, f"INTERVAL={interval}")
    first = str(pattern.get("firstDayOfWeek"))
    if kind == "weekly" and first in _DAYS and first != "monday":
        parts.append(f"WKST={_DAYS[first]}")
    if ends.get("type") == "endDate" and item.day(ends.get("endDate"), "recurrence"):
        parts.append("UNTIL=" + str(ends["endDate"])[:10].replace("-", ""))
    elif ends.get("type") == "numbered" and isinstance(ends.get("numberOfOccurrences"), int):
        parts.append(f"COUNT={ends['numberOfOccurrences']}")
    return ";".join(filter(None, parts))


def _texts(value: Any) -> list[str]:
    return [each for each in array(value) if isinstance(each, str)]


_EXPECTED = (
    "The file is no export of Microsoft To Do: expected lists with a displayName and tasks, as Microsoft Graph has."
)
