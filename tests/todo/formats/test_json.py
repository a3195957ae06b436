"""Our own JSON: anything the API can hold goes through it and comes back equal."""

import json
import os
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from formats_files import (
    NOW,
    READ,
    WRITE,
    InMemory,
    a_list,
    a_task,
    details,
    exports,
    lists,
    problems,
    read,
    tasks,
    written,
)
from hypothesis import given, settings

from todo.errors import Unreadable
from todo.formats import open_reader, open_writer
from todo.formats.records import ExportedList, ExportedMember
from todo.shapes.activity import Activity
from todo.shapes.task import Due, Task


def said(task: Task, assignee: str | None) -> dict[str, Any]:
    """What a record of the task says, with what is as it is by default left out."""
    told = msgspec.to_builtins(task)
    names = ("title", "notes", "completed", "completed_at", "priority", "due", "reminders", "labels", "order")
    fields = {name: told[name] for name in (*names, "created_at", "updated_at")} | {"assignee": assignee}
    return {name: value for name, value in fields.items() if value not in (None, "", (), []) and value is not False}


def plain(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Fields of a record, compared as what they mean."""
    told = dict(fields)
    told.setdefault("priority", 0)
    for name in ("completed_at", "created_at", "updated_at"):
        if name in told:
            told[name] = datetime.fromisoformat(told[name])
    if "due" in told:
        told["due"] = msgspec.convert(told["due"], Due)
    return {name: tuple(value) if isinstance(value, list) else value for name, value in told.items()}


@settings(max_examples=400 if os.environ.get("PROVE") else 60, deadline=None)
@given(exports())
def test_what_the_api_holds_comes_back_equal(content: list[tuple[ExportedList, list[tuple[Task, str | None]]]]) -> None:
    records = read("json", written("json", content))
    assert problems(records) == []
    assert [(each.own_id, each.title, each.notes, each.order) for each in lists(records)] == [
        (str(each.list.id), each.list.title, each.list.notes, each.list.order) for each, _ in content
    ]
    found = {each.key: each.own_id for each in lists(records)}
    expected = [(str(each.list.id), task, assignee) for each, some in content for task, assignee in some]
    assert len(tasks(records)) == len(expected)
    for record, (list_id, task, assignee) in zip(tasks(records), expected, strict=True):
        assert record.own_id == record.key == str(task.id)
        assert found[record.list_key or ""] == list_id
        assert record.parent_key == (str(task.parent_id) if task.parent_id else None)
        assert plain(record.fields) == plain(said(task, assignee))


def test_an_export_holds_everything_else_too() -> None:
    member = ExportedMember(address="ann@example.org", name="Ann", role="editor")
    each = ExportedList(list=a_list().list, members=(member,))
    happened = Activity(
        operation_id=uuid4(), revision=1, at=NOW, actor_id=None, actor_name="Ann", kind="task.created",
        list_id=each.list.id, task_id=None, item_id=None, many=True, undoes=None, changes={},
    )  # fmt: skip
    writer = open_writer("json", WRITE)
    content = written("json", [(each, [(a_task(), None)])], writer=writer, activity=[happened, happened])
    told = json.loads(content)
    assert (told["format"], told["version"], told["exported_at"]) == ("todo", 1, "2026-11-26T09:00:00Z")
    assert told["lists"][0]["members"] == [{"address": "ann@example.org", "name": "Ann", "role": "editor"}]
    assert [row["kind"] for row in told["lists"][0]["activity"]] == ["task.created", "task.created"]
    assert (writer.losses, writer.losses_count, writer.suffix) == ([], 0, ".json")
    records = read("json", content)
    assert len(tasks(records)) == 1
    assert details(records) == ["“ann@example.org” was a member (editor); invite them."]


def test_fields_in_any_order() -> None:
    content = written("json", [(a_list("One"), [(a_task(), None)]), (a_list("Two"), [(a_task(), None)])])
    turned = json.dumps(json.loads(content), sort_keys=True, indent=2)
    turned = json.dumps(dict(reversed(json.loads(turned).items())))
    records = read("json", turned.replace('"format": "todo", ', "", 1).replace("{", '{"format": "todo", ', 1).encode())
    assert [each.title for each in lists(records)] == ["One", "Two"]
    assert [type(record).__name__ for record in records] == ["ListRecord", "TaskRecord"] * 2


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be"])
def test_it_is_read_in_utf_8_and_utf_16_with_and_without_a_mark(encoding: str, mark: str) -> None:
    content = written("json", [(a_list("Ñandú 👩‍👧"), [(a_task(), None)])]).decode()
    assert lists(read("json", f"{mark}{content}".encode(encoding)))[0].title == "Ñandú 👩‍👧"


def test_a_bad_field_is_left_out_and_the_task_goes_in() -> None:
    bad = {
        "id": "a", "title": "Rent\x00", "priority": 9, "due": {"date": "2026-02-31"}, "order": "x", "labels": ["a", 7],
        "created_at": "yesterday", "completed": "yes", "reminders": [{"before": "soon"}], "notes": 5,
    }  # fmt: skip
    content = {
        "format": "todo",
        "version": 1,
        "lists": [{"title": "L", "tasks": [bad, {"title": " "}, 5, {"id": "b"}]}],
    }
    records = read("json", json.dumps(content).encode())
    assert [(task.key, task.own_id, dict(task.fields)) for task in tasks(records)] == [
        ("a", "a", {"title": "Rent", "labels": ["a"]})
    ]
    columns = {column for row, column, level in problems(records) if row == 1 and level == "loss"}
    assert columns == {
        *("title", "notes", "priority", "due", "order", "labels", "created_at", "completed", "reminders")
    }
    assert [(row, column) for row, column, level in problems(records) if level == "error"] == [
        (2, "title"), (3, "tasks"), (4, "title"),
    ]  # fmt: skip


def test_what_is_too_long_is_cut_and_told() -> None:
    long = {"title": "t" * 600, "notes": "n" * 20_000, "labels": ["l" * 70, *map(str, range(200))]}
    records = read("json", json.dumps({"format": "todo", "lists": [{"title": "L", "tasks": [long]}]}).encode())
    fields = tasks(records)[0].fields
    assert (len(fields["title"]), len(fields["notes"]), len(fields["labels"])) == (500, 16_384, 100)
    assert fields["notes"].startswith("t" * 600 + "\n\nnnn")
    assert {column for _, column, _ in problems(records)} == {"title", "notes", "labels"}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "empty"),
        (b"{", "ends in the middle"),
        (b'{"format": "todo", "version": 1, "lists": [{"title": "L", "tasks": [{"title": "a"', "ends in the middle"),
        (b"\x89PNG\r\n\x1a\n", "no JSON"),
        (b'{"format": "todo", "lists": [nonsense]}', "no JSON"),
        (b'{"format": "todo", "lists": [{"title": "\xff"}]}', "no JSON"),
        (b'{"format": "todo", "version": 2, "lists": []}', "version"),
        (b'{"format": "other", "lists": []}', "no export of ours"),
        (b"[]", "no export of ours"),
        (b"5", "no export of ours"),
        (b'{"lists": [{"title": "L"}]}', "no export of ours"),
        (b'{"format": "todo", "x": ' + b"[" * 200, "nested too deeply"),
        (b'{"format": "todo", "lists": [{"title": "L", "tasks": [' + b"[" * 200, "nested too deeply"),
        (b'{"format": "todo", "x": ' + b"9" * 5_000 + b"}", "cannot be read"),
        (b'{"format": "todo", "x": "' + b"a" * (1 << 21) + b'"}', "more than"),
    ],
)
def test_what_is_no_file_of_ours_is_refused_whole(content: bytes, told: str) -> None:
    with pytest.raises(Unreadable, match=told):
        list(open_reader("json", InMemory(content), READ).records())
