"""Vikunja's export: shapes after its published models."""

import io
import json
import zipfile
from typing import Any

import pytest
from formats_files import READ, InMemory, lists, problems, read, tasks

from todo.errors import Unreadable
from todo.formats import open_reader

NEVER = "0001-01-01T00:00:00Z"
TASK: dict[str, Any] = {
    "id": 7, "title": "Pay the rent", "description": "<p>Before <strong>noon</strong></p><ul><li>a</li></ul>",
    "done": False, "done_at": NEVER, "due_date": "2026-12-01T08:30:00Z", "project_id": 1, "repeat_after": 1209600,
    "repeat_mode": 0, "priority": 5, "start_date": NEVER, "end_date": NEVER, "hex_color": "", "percent_done": 0,
    "labels": [{"id": 1, "title": "money"}], "position": 65536, "created": "2026-11-01T10:00:00Z",
    "updated": "2026-11-02T10:00:00Z", "related_tasks": {"subtask": [{"id": 8}]}, "assignees": None,
    "reminders": [
        {"reminder": "2026-12-01T08:00:00Z", "relative_period": -1800, "relative_to": "due_date"},
        {"reminder": "2026-11-30T08:00:00Z", "relative_period": 0, "relative_to": ""},
    ],
    "comments": [{"id": 1, "comment": "<p>Done soon</p>", "author": {"username": "ann", "name": ""}}],
}  # fmt: skip
CHILD = {
    "id": 8, "title": "IBAN", "done": True, "done_at": "2026-11-02T10:00:00Z", "due_date": "2026-11-30T23:00:00Z",
    "related_tasks": {"parenttask": [{"id": 7}], "blocking": [{"id": 9, "title": "Other"}]},
    "assignees": [{"username": "bob"}], "repeat_after": 5000, "percent_done": 0.5, "start_date": "2026-11-01T00:00:00Z",
    "attachments": [{"id": 3}], "priority": 40,
}  # fmt: skip
PROJECT = {"id": 1, "title": "Home", "description": "", "parent_project_id": 0, "position": 2.5, "tasks": [TASK, CHILD]}


def zipped(data: Any) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("files/3", b"\x89PNG" * 10_000)
        file.writestr("data.json", json.dumps(data))
        file.writestr("VERSION", "v0.24.6")
    return packed.getvalue()


@pytest.mark.parametrize("packed", [False, True])
def test_projects_and_tasks(packed: bool) -> None:
    records = read("vikunja", zipped([PROJECT]) if packed else json.dumps([PROJECT]).encode())
    assert [(each.own_id, each.title, each.order) for each in lists(records)] == [("1", "Home", 2.5)]
    task, child = tasks(records)
    assert dict(task.fields) == {
        "title": "Pay the rent", "notes": "Before noon\n\n- a\n\nann: Done soon", "priority": 4, "labels": ["money"],
        "due": {"at": "2026-12-01T08:30:00Z", "time_zone": "Europe/Madrid", "recurrence": "FREQ=WEEKLY;INTERVAL=2"},
        "reminders": [{"before": "PT30M"}, {"at": "2026-11-30T08:00:00Z"}], "order": 65536.0,
        "created_at": "2026-11-01T10:00:00Z", "updated_at": "2026-11-02T10:00:00Z",
    }  # fmt: skip
    assert (child.own_id, child.parent_key) == ("8", "7")
    assert child.fields["due"] == {"date": "2026-12-01"}
    assert {column for row, column, level in problems(records)} == {
        *("related_tasks", "assignees", "repeat_after", "start_date", "attachments", "priority"),
    }
    assert {(row, level) for row, _, level in problems(records)} == {(2, "loss")}


def test_lists_in_namespaces_as_before_0_18() -> None:
    old = [{"id": 1, "title": "Space", "lists": [{"id": 4, "title": "Old", "tasks": [{"id": 1, "title": "a"}]}]}]
    records = read("vikunja", json.dumps(old).encode())
    assert [each.title for each in lists(records)] == ["Old"]
    assert [task.list_key for task in tasks(records)] == ["4"]


def test_reminders_as_before_0_21() -> None:
    old = [{"id": 1, "title": "P", "tasks": [{"id": 1, "title": "a", "reminder_dates": ["2026-12-01T08:00:00Z"]}]}]
    assert tasks(read("vikunja", json.dumps(old).encode()))[0].fields["reminders"] == [{"at": "2026-12-01T08:00:00Z"}]


@pytest.mark.parametrize("content", [b"{}", b"[]", b'[{"a": 1}]', zipped([PROJECT])[:-400][:300], b"PK\x03\x04"])
def test_other_files_are_refused(content: bytes) -> None:
    with pytest.raises(Unreadable):
        list(open_reader("vikunja", InMemory(content), READ).records())
