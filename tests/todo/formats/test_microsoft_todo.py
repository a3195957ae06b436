"""Microsoft To Do as Graph has it: shapes after the documented resources todoTaskList and todoTask."""

import json
from typing import Any

import pytest
from formats_files import READ, InMemory, lists, problems, read, tasks

from todo.errors import Unreadable
from todo.formats import detect, open_reader


def dump(*found: dict[str, Any], key: str | None = "lists") -> bytes:
    one = {"@odata.etag": "W/x", "displayName": "Tasks", "isOwner": True, "isShared": False, "id": "L1"}
    told = [{**one, "wellknownListName": "defaultList", "tasks": list(found)}]
    return json.dumps(told if key is None else {key: told}).encode()


TASK = {
    "@odata.etag": "W/y", "importance": "high", "isReminderOn": True, "status": "notStarted", "title": "Pay the rent",
    "createdDateTime": "2026-11-01T10:00:00.1234567Z", "lastModifiedDateTime": "2026-11-02T10:00:00Z", "id": "T1",
    "categories": ["money", "Home"],
    "body": {"content": "<html><body>Before <b>noon</b></body></html>", "contentType": "html"},
    "dueDateTime": {"dateTime": "2026-11-30T23:00:00.0000000", "timeZone": "UTC"},
    "reminderDateTime": {"dateTime": "2026-12-01T09:00:00.0000000", "timeZone": "Romance Standard Time"},
    "recurrence": {
        "pattern": {"type": "absoluteMonthly", "interval": 2, "month": 0, "dayOfMonth": 1, "daysOfWeek": []},
        "range": {"type": "noEnd", "startDate": "2026-12-01", "endDate": "0001-01-01"},
    },
    "linkedResources": [{"webUrl": "https://example.org/", "applicationName": "x", "displayName": "y", "id": "z"}],
    "checklistItems": [
        {"displayName": "Find the IBAN", "createdDateTime": "2026-11-01T10:00:00Z", "isChecked": True, "id": "C1",
         "checkedDateTime": "2026-11-02T10:00:00Z"},
        {"displayName": "", "id": "C2"},
    ],
}  # fmt: skip


@pytest.mark.parametrize("key", ["lists", "value", None])
def test_lists_tasks_and_steps(key: str | None) -> None:
    records = read("microsoft-todo", dump(TASK, key=key))
    assert [(each.own_id, each.title) for each in lists(records)] == [("L1", "Tasks")]
    task, step = tasks(records)
    assert dict(task.fields) == {
        "title": "Pay the rent", "notes": "Before noon\n\nhttps://example.org/", "priority": 4,
        "due": {"date": "2026-12-01", "recurrence": "FREQ=MONTHLY;INTERVAL=2;BYMONTHDAY=1"},
        "reminders": [{"at": "2026-12-01T08:00:00Z"}], "labels": ["money", "Home"],
        "created_at": "2026-11-01T10:00:00.123456Z", "updated_at": "2026-11-02T10:00:00Z",
    }  # fmt: skip
    assert (task.own_id, task.list_key, step.own_id, step.parent_key) == ("T1", "L1", "T1/C1", "T1")
    assert step.fields["completed"] is True
    assert problems(records) == [(1, "checklistItems", "error")]


def test_a_list_may_stand_beside_its_tasks() -> None:
    one = {"list": {"id": "L1", "displayName": "Tasks"}, "taskCount": 1, "tasks": [{"title": "a", "body": None}]}
    content = json.dumps({"exportedAt": "2026-11-01T10:00:00Z", "totalLists": 1, "lists": [one]}).encode()
    assert detect("export.json", content) == "microsoft-todo"
    records = read("microsoft-todo", content)
    assert [(each.own_id, each.title) for each in lists(records)] == [("L1", "Tasks")]
    assert [(task.list_key, task.fields) for task in tasks(records)] == [("L1", {"title": "a"})]


def test_tasks_without_their_list() -> None:
    records = read("microsoft-todo", json.dumps({"value": [TASK, {"title": "b", "importance": "low"}]}).encode())
    assert [(task.list_key, task.fields["title"]) for task in tasks(records)] == [
        (None, "Pay the rent"), (None, "Find the IBAN"), (None, "b"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("pattern", "ends", "rule"),
    [
        ({"type": "daily", "interval": 1}, {"type": "noEnd"}, "FREQ=DAILY"),
        (
            {"type": "weekly", "interval": 2, "daysOfWeek": ["monday", "friday"], "firstDayOfWeek": "sunday"},
            {"type": "numbered", "numberOfOccurrences": 5},
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR;WKST=SU;COUNT=5",
        ),
        (
            {"type": "relativeMonthly", "interval": 1, "daysOfWeek": ["tuesday"], "index": "last"},
            {"type": "endDate", "endDate": "2027-12-31"},
            "FREQ=MONTHLY;BYDAY=TU;BYSETPOS=-1;UNTIL=20271231",
        ),
        (
            {"type": "absoluteYearly", "interval": 1, "month": 2, "dayOfMonth": 29},
            {},
            "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29",
        ),
        ({"type": "hourly"}, {}, None),
    ],
)
def test_patterns_are_rules(pattern: dict[str, Any], ends: dict[str, Any], rule: str | None) -> None:
    from todo.services.recurrence import normalise

    task = {**TASK, "checklistItems": [], "recurrence": {"pattern": pattern, "range": ends}}
    records = read("microsoft-todo", dump(task))
    found = tasks(records)[0].fields["due"].get("recurrence")
    assert found == rule
    assert rule is None or normalise(rule)
    assert problems(records) == ([] if rule else [(1, "recurrence", "loss")])


def test_what_is_wrong_or_cannot_be_kept() -> None:
    wrong = {
        "title": "a", "dueDateTime": {"dateTime": "2026-02-31T00:00:00", "timeZone": "UTC"}, "hasAttachments": True,
        "startDateTime": {"dateTime": "2026-01-01T00:00:00", "timeZone": "UTC"}, "recurrence": {"pattern": {}},
    }  # fmt: skip
    records = read("microsoft-todo", dump(wrong, {"title": None}))
    assert {(column, level) for _, column, level in problems(records)} == {
        ("dueDateTime", "loss"), ("startDateTime", "loss"), ("attachments", "loss"), ("recurrence", "loss"),
        ("title", "error"),
    }  # fmt: skip


@pytest.mark.parametrize("content", [b"{}", b"[]", b'[{"a": 1}]', dump(TASK)[:-5], b"<html>"])
def test_other_files_are_refused(content: bytes) -> None:
    with pytest.raises(Unreadable):
        list(open_reader("microsoft-todo", InMemory(content), READ).records())
