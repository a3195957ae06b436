"""Whatever stands where a field of another program should: its task goes in without it, or is left out, and told."""

import json
import os
from typing import Any

import pytest
from formats_files import READ, InMemory
from hypothesis import given, settings
from hypothesis import strategies as st

from todo.errors import Unreadable
from todo.formats import open_reader

# What a task may hold in each format, and what may stand within that.
FIELDS = {
    "google-tasks": (
        "id", "title", "notes", "status", "completed", "due", "parent", "position", "created", "updated", "links",
        "scheduled_time", "link", "current", "start", "deleted",
    ),
    "microsoft-todo": (
        "id", "title", "body", "status", "completedDateTime", "dueDateTime", "reminderDateTime", "importance",
        "categories", "createdDateTime", "recurrence", "linkedResources", "checklistItems", "displayName", "content",
        "contentType", "dateTime", "timeZone", "pattern", "range", "type", "daysOfWeek", "index", "interval", "month",
        "dayOfMonth", "endDate", "numberOfOccurrences", "isReminderOn", "webUrl",
    ),
    "vikunja": (
        "id", "title", "description", "done", "done_at", "due_date", "reminders", "priority", "labels", "position",
        "related_tasks", "created", "repeat_after", "repeat_mode", "comments", "author", "comment", "reminder_dates",
        "relative_period", "relative_to", "reminder", "parenttask", "blocking", "percent_done", "assignees",
    ),
    "json": (
        "id", "parent_id", "title", "notes", "completed", "priority", "due", "reminders", "labels", "order", "assignee",
        "date", "at", "time_zone", "recurrence", "before", "completed_at",
    ),
}  # fmt: skip
FILES = {
    "google-tasks": '{"kind": "tasks#taskLists", "items": [{"id": "L", "title": "Home", "items": [%s]}]}',
    "microsoft-todo": '{"lists": [{"displayName": "Home", "tasks": [%s]}]}',
    "vikunja": '[{"id": 1, "title": "Home", "tasks": [%s]}]',
    "json": '{"format": "todo", "version": 1, "lists": [{"title": "Home", "tasks": [%s]}]}',
}
PLAIN = (
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.integers(-5, 1_000_000)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5)
    | st.sampled_from(["2026-12-01", "2026-12-01T09:00:00.123Z", "9999-12-31T23:59:59Z", "Europe/Madrid", "weekly"])
    | st.sampled_from(["monday", "last", "due_date", "relativeMonthly", "endDate", "FREQ=DAILY", "P1D", "html"])
)


def tasks(names: tuple[str, ...]) -> st.SearchStrategy[dict[str, Any]]:
    """Tasks that have any of these fields, each of which holds anything."""
    anything = st.recursive(
        PLAIN, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(names), inner), max_leaves=8
    )
    others = {name: anything for name in names if name != "title"}
    return st.fixed_dictionaries({"title": st.just("Rent") | anything}, optional=others)


@pytest.mark.parametrize("name", list(FILES))
@settings(max_examples=500 if os.environ.get("PROVE") else 60, deadline=None)
@given(data=st.data())
def test_a_task_with_odd_values_is_read_or_told(name: str, data: st.DataObject) -> None:
    held = data.draw(st.lists(tasks(FIELDS[name]), min_size=1, max_size=3))
    content = FILES[name] % ", ".join(map(json.dumps, held))
    try:
        records = list(open_reader(name, InMemory(content.encode()), READ).records())
    except Unreadable:
        return  # a number that no program writes
    assert {each.row for each in records} >= {number for number, one in enumerate(held, 1) if not one.get("deleted")}
