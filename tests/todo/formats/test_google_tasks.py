"""Google Takeout's Tasks.json, after the documented shape of the API's resources."""

import io
import json
import zipfile
from typing import Any

import pytest
from formats_files import READ, InMemory, lists, problems, read, tasks

from todo.errors import Unreadable
from todo.formats import detect, open_reader


def takeout(*items: dict[str, Any]) -> bytes:
    one = {"kind": "tasks#tasks", "id": "L1", "title": "My Tasks", "updated": "2026-11-01T10:00:00.000Z"}
    told = {"kind": "tasks#taskLists", "items": [{**one, "selfLink": "https://...", "items": list(items)}]}
    return json.dumps(told, indent=2).encode()


PARENT = {
    "kind": "tasks#task", "id": "T1", "title": "Pay the rent", "task_type": "PERSONAL", "status": "needsAction",
    "notes": "Before noon", "due": "2026-12-01T00:00:00Z", "updated": "2026-11-01T10:00:00.123Z",
    "created": "2026-10-01T10:00:00Z", "position": "00000000000000000003",
    "links": [{"type": "email", "link": "https://mail.google.com/x"}],
}  # fmt: skip
CHILD = {
    "id": "T2", "title": "Find the IBAN", "status": "completed", "completed": "2026-11-02T08:00:00.000Z", "parent": "T1"
}  # fmt: skip


def test_lists_tasks_and_subtasks() -> None:
    content = takeout(PARENT, CHILD)
    assert detect("Tasks.json", content) == "google-tasks"
    records = read("google-tasks", content)
    assert problems(records) == []
    assert [(each.own_id, each.title) for each in lists(records)] == [("L1", "My Tasks")]
    first, second = tasks(records)
    assert dict(first.fields) == {
        "title": "Pay the rent", "notes": "Before noon\n\nhttps://mail.google.com/x", "due": {"date": "2026-12-01"},
        "created_at": "2026-10-01T10:00:00Z", "updated_at": "2026-11-01T10:00:00.123000Z", "order": 3.0,
    }  # fmt: skip
    assert (second.own_id, second.parent_key, second.list_key) == ("T2", "T1", "L1")
    assert dict(second.fields) == {
        "title": "Find the IBAN", "completed": True, "completed_at": "2026-11-02T08:00:00Z",
    }  # fmt: skip


def test_a_time_that_is_planned() -> None:
    at = {"title": "a", "scheduled_time": [{"current": True, "start": "2026-12-01T08:30:00Z"}]}
    day = {"title": "b", "scheduled_time": [{"current": True, "start": "2026-12-01T00:00:00Z"}]}
    first, second = tasks(read("google-tasks", takeout(at, day)))
    assert first.fields["due"] == {"at": "2026-12-01T08:30:00Z", "time_zone": "Europe/Madrid"}
    assert second.fields["due"] == {"date": "2026-12-01"}


def test_what_is_empty_deleted_or_wrong() -> None:
    gone = {"title": "gone", "deleted": True}
    records = read(
        "google-tasks", takeout({"title": ""}, gone, {"title": "", "notes": "n"}, {"title": "a", "due": "x"})
    )
    assert [task.fields["title"] for task in tasks(records)] == ["n", "a"]
    assert problems(records) == [(1, "title", "error"), (4, "due", "loss")]


def test_the_zip_of_takeout() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("Takeout/archive_browser.html", "<html>" * 1000)
        file.writestr("Takeout/Tasks/Tasks.json", takeout(PARENT))
    assert len(tasks(read("google-tasks", packed.getvalue()))) == 1


@pytest.mark.parametrize("content", [b"{}", b"[]", b'{"kind": "calendar#events", "items": []}', takeout(PARENT)[:-20]])
def test_other_files_are_refused(content: bytes) -> None:
    with pytest.raises(Unreadable):
        list(open_reader("google-tasks", InMemory(content), READ).records())
