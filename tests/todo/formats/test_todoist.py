"""Todoist's template goes in as its export gives it, and comes out as its import takes it."""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from table_files import a_list, a_task, problems_of, read, tasks_of, titles, write

from todo.errors import Unreadable
from todo.formats.records import Problem, TaskRecord
from todo.formats.todoist_dates import written
from todo.formats.todoist_writer import COLUMNS
from todo.shapes.task import Due, Reminder, Task

OLD = "TYPE,CONTENT,PRIORITY,INDENT,AUTHOR,RESPONSIBLE,DATE,DATE_LANG,TIMEZONE"
NEW = (
    "TYPE,CONTENT,DESCRIPTION,IS_COLLAPSED,PRIORITY,INDENT,AUTHOR,RESPONSIBLE,DATE,DATE_LANG,TIMEZONE,DURATION,"
    "DURATION_UNIT,DEADLINE,DEADLINE_LANG"
)
ROWS = (
    NEW,
    "meta,view_style=list,,,,,,,,,,,,,",
    'task,Mend the roof @house @Urgent,"Tiles\nare there",,1,1,Kim (4815),,Oct 5 2027,en,Africa/Cairo,,,,',
    "task,Buy nails,,,4,2,Kim (4815),,,en,Africa/Cairo,,None,,",
    "note,The long ones,,,,,Kim (4815),,2026-06-08T07:02:05.000000Z,,,,,,",
    'note,"[[file {""file_name"": ""nails.png"", ""file_url"": ""https://example.org/n""}]]",,,,,,,,,,,,,',
    "task,Ask Lee,,,3,2,Kim (4815),,,en,,,None,,",
    ",,,,,,,,,,,,,,",
    "section,Weekly,,False,,,,,,,,,,,",
    'task,"Water, feed",,,2,1,Kim (4815),,every mon at 9am,en,Europe/Madrid,,,,',
    "task,Prune,,,4,1,Kim (4815),Lee (99),,en,,30,minute,2027-01-09,en",
    ",,,,,,,,,,,,,,",
)
EXPORT = "\r\n".join(ROWS)


def test_an_export_goes_in() -> None:
    records = read(EXPORT.encode("utf-8-sig"), "todoist")
    roof, nails, lee, weekly, water, prune = tasks_of(records)
    assert roof.fields == {
        "title": "Mend the roof",
        "notes": "Tiles\nare there",
        "labels": ("house", "Urgent"),
        "priority": 4,
        "due": {"date": "2027-10-05"},
    }
    assert nails.fields["notes"] == "Kim: The long ones\n\nnails.png https://example.org/n"
    assert [task.parent_key for task in (roof, nails, lee, weekly)] == [None, roof.key, roof.key, None]
    assert lee.fields == {"title": "Ask Lee", "priority": 2}
    assert weekly.fields == {"title": "Weekly"}
    assert water.parent_key == prune.parent_key == weekly.key
    assert water.fields["due"] == {
        "at": "2026-11-30T09:00:00", "time_zone": "Europe/Madrid", "recurrence": "FREQ=WEEKLY;BYDAY=MO",
    }  # fmt: skip
    assert prune.fields == {
        "title": "Prune",
        "due": {"date": "2027-01-09"},
        "notes": "DURATION: 30 minute\nRESPONSIBLE: Lee",
    }
    assert {task.list_key for task in tasks_of(records)} == {None}
    assert [(each.row, each.column) for each in problems_of(records)] == [
        (3, "AUTHOR"), (4, "CONTENT"), (9, "TYPE"), (11, "DURATION"), (11, "RESPONSIBLE"),
    ]  # fmt: skip


def one(row: str, header: str = OLD) -> tuple[TaskRecord, list[Problem]]:
    records = read(f"{header}\r\n{row}\r\n", "todoist")
    (task,) = tasks_of(records)
    return task, problems_of(records)


@pytest.mark.parametrize(
    ("text", "language", "due"),
    [
        ("2027-10-05", "en", {"date": "2027-10-05"}),
        ("Oct 5 2027", "en", {"date": "2027-10-05"}),
        ("2027-10-05 14:30", "en", {"at": "2027-10-05T14:30:00", "time_zone": "Asia/Tokyo"}),
        ("Oct 5", "en", {"date": "2027-10-05"}),
        ("every day", "en", {"date": "2026-11-26", "recurrence": "FREQ=DAILY"}),
        ("ev day", "en", {"date": "2026-11-26", "recurrence": "FREQ=DAILY"}),
        ("every last day", "en", {"date": "2026-11-30", "recurrence": "FREQ=MONTHLY;BYMONTHDAY=-1"}),
        ("every workday", "en", {"date": "2026-11-26", "recurrence": "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"}),
        ("every 15th", "en", {"date": "2026-12-15", "recurrence": "FREQ=MONTHLY;BYMONTHDAY=15"}),
        ("cada lunes", "es", {"date": "2026-11-30", "recurrence": "FREQ=WEEKLY;BYDAY=MO"}),
        ("5 oct 2027", "es", {"date": "2027-10-05"}),
        ("mañana", "es", {"date": "2026-11-27"}),
        ("3 Feb", "de", {"date": "2027-02-03"}),
        ("4 Feb 8:30", "de", {"at": "2027-02-04T08:30:00", "time_zone": "Asia/Tokyo"}),
    ],
)
def test_dates_are_read_in_their_language(text: str, language: str, due: dict[str, str]) -> None:
    task, problems = one(f'task,Water,4,1,,,"{text}",{language},Asia/Tokyo')
    assert task.fields == {"title": "Water", "due": due}
    assert problems == []


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("jeden Tag", "de"),
        ("9 Okt", "de"),
        ("every 12 hours", "en"),
        ("2027-02-30", "en"),
        ("5/10/2027", "en"),
        ("x" * 999, "en"),
    ],
)
def test_dates_that_are_not_understood_stay_in_the_notes(text: str, language: str) -> None:
    task, problems = one(f"task,Water,4,1,,,{text},{language},")
    assert task.fields == {"title": "Water", "notes": f"DATE: {text}"}
    assert [(each.row, each.column, each.level) for each in problems] == [(2, "DATE", "loss")]


def test_what_has_no_place_is_told() -> None:
    task, problems = one("task,Water,9,3,,,every! 3 days,en,Mars/Base")
    assert task.fields["due"]["recurrence"] == "FREQ=DAILY;INTERVAL=3"
    assert {each.column for each in problems} == {"PRIORITY", "INDENT", "DATE", "TIMEZONE"}


def test_a_deadline_beside_a_date_is_kept_in_the_notes() -> None:
    task, problems = one("task,Water,,,4,1,,,2027-01-01,en,,,,2027-02-01,en", NEW)
    assert task.fields == {"title": "Water", "due": {"date": "2027-01-01"}, "notes": "DEADLINE: 2027-02-01"}
    assert [each.column for each in problems] == ["DEADLINE"]


def test_columns_come_in_any_order_and_case() -> None:
    task, problems = one("Water,TASK,1", "content;type;priority".replace(";", ","))
    assert (task.fields, problems) == ({"title": "Water", "priority": 4}, [])


def test_titles_that_are_labels_and_addresses_stay() -> None:
    assert one("task,@home,4,1,,,,,")[0].fields == {"title": "@home", "labels": ("home",)}
    assert one("task,Write to ann@example.org,4,1,,,,,")[0].fields == {"title": "Write to ann@example.org"}


@pytest.mark.parametrize(
    ("comment", "notes", "files"),
    [
        (  # of a picture, with the addresses of smaller ones
            r'Look: [[file {"file_name":"a.png","tn_s":["https:\/\/x\/s",96,96],"file_url":"https:\/\/x\/a.png"}]]',
            "Look: a.png https://x/a.png",
            1,
        ),
        (
            '[[file {"resource_type":"website","url":"https://x/","title":"X"}]] and [[file {"file_name":"b"}]]',
            "X https://x/ and b",
            2,
        ),
        ('[[file {"file_name": "a]] and [[file 7]] and [[file {}] ' + "[[file [" * 3, None, 0),
    ],
)
def test_files_of_comments_are_told_by_their_addresses(comment: str, notes: str | None, files: int) -> None:
    quoted = comment.replace('"', '""')
    task, problems = one(f'task,Water,4,1,,,,,\r\nnote,"{quoted}",,,,,,,')
    assert task.fields == {"title": "Water", "notes": comment.strip() if notes is None else notes}
    assert [each.column for each in problems] == ["CONTENT"] * files


def test_columns_that_the_template_has_not_are_told() -> None:
    _, problems = one("task,Water,home,4,1,,,,,", OLD.replace("CONTENT", "CONTENT,LABELS"))
    assert [(each.row, each.column, each.level) for each in problems] == [(1, "LABELS", "loss")]


def test_levels_go_back_to_the_task_above() -> None:
    rows = [f"task,{name},4,{level},,,,," for name, level in zip("abcdef", (1, 2, 3, 2, 1, 4), strict=True)]
    records = read("\n".join([OLD, *rows]), "todoist")
    parents = {task.fields["title"]: task.parent_key for task in tasks_of(records)}
    assert parents == {"a": None, "b": "row 2", "c": "row 3", "d": "row 2", "e": None, "f": "row 6"}
    assert [(each.row, each.column) for each in problems_of(records)] == [(7, "INDENT")]


@pytest.mark.parametrize(
    ("row", "column"),
    [("task,,4,1", "CONTENT"), ("section,", "CONTENT"), ("board,x", "TYPE"), ("note,Hello", "CONTENT")],
)
def test_rows_that_hold_no_task_are_told(row: str, column: str) -> None:
    records = read(f"{OLD}\n{row}\n", "todoist")
    assert tasks_of(records) == []
    assert [(each.row, each.column, each.level) for each in problems_of(records)] == [(2, column, "error")]


def test_endless_comments_are_cut_and_told() -> None:
    records = read("\n".join([OLD, "task,Water", *["note," + "x" * 1_000] * 50]), "todoist")
    assert len(tasks_of(records)[0].fields["notes"]) == 16_384
    assert [each.level for each in problems_of(records)] == ["loss"]


def test_another_table_is_refused() -> None:
    with pytest.raises(Unreadable, match="TYPE and CONTENT"):
        read("title,notes\nMilk,\n", "todoist")


def test_what_is_written_has_todoists_columns() -> None:
    assert {*COLUMNS, "IS_COLLAPSED"} == set(NEW.split(","))
    parent = a_task("Roof", priority=4, labels=("house",))
    child = a_task("Nails", parent_id=parent.id, due=Due(date=date(2027, 1, 9)))
    content, losses = write("todoist", [(a_list(), [(parent, None), (child, None)])])
    assert content.decode().split("\r\n") == [
        ",".join(COLUMNS),
        "meta,view_style=list,,,,,,,,,,,,",
        "task,Roof @house,,1,1,,,,,,,,,",
        "task,Nails,,4,2,,,2027-01-09,en,,,,,",
        "",
    ]
    assert losses == []


def test_what_cannot_be_written_is_told() -> None:
    done = a_task("Done", completed=True)
    tasks: list[tuple[Task, str | None]] = [
        (done, None),
        (a_task("Below", parent_id=done.id, priority=1, reminders=(Reminder(before="P1D"),)), "ann@example.org"),
        (a_task("Ask @ann", labels=("two words",)), None),
        (a_task("Rule", due=Due(date=date(2027, 1, 9), recurrence="FREQ=DAILY;COUNT=3")), None),
    ]
    content, losses = write("todoist", [(a_list(), tasks), (a_list("Garden"), [(a_task("Water"), None)])])
    assert [(each.row, each.column) for each in losses] == [
        (1, "completed"), (2, "reminders"), (2, "assignee"), (2, "priority"), (3, "title"), (3, "labels"), (4, "due"),
        (5, "list"),
    ]  # fmt: skip
    rows = [row.split(",")[:5] for row in content.decode().split("\r\n")[2:-1]]
    assert [(row[0], row[1], row[4]) for row in rows] == [
        ("task", "Below", "1"), ("task", "Ask @ann @two_words", "1"), ("task", "Rule", "1"), ("section", "Garden", ""),
        ("task", "Water", "1"),
    ]  # fmt: skip


@st.composite
def due(draw: st.DrawFn) -> Due:
    """Dues from now on, with the rules that people have."""
    day = draw(st.dates(date(2026, 11, 27), date(2040, 1, 1)))
    name = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"][day.weekday()]
    rules = ["", "FREQ=DAILY", "FREQ=WEEKLY", "FREQ=MONTHLY", "FREQ=YEARLY", "FREQ=DAILY;INTERVAL=3"]
    rules += [f"FREQ=WEEKLY;BYDAY={name}", f"FREQ=MONTHLY;BYMONTHDAY={day.day}", "FREQ=WEEKLY;INTERVAL=2"]
    if day.day <= 28:
        rules.append(f"FREQ=MONTHLY;BYDAY={(day.day - 1) // 7 + 1}{name}")
    rule = draw(st.sampled_from(rules)) or None
    if rule and draw(st.booleans()):
        frequency, _, rest = rule.partition(";BY")
        rule = f"{frequency};UNTIL=20411231" + (f";BY{rest}" if rest else "")
    if draw(st.booleans()):
        return Due(date=day, recurrence=rule)
    clock = draw(st.times()).replace(second=0, microsecond=0)
    zone = draw(st.sampled_from(["Europe/Madrid", "America/New_York", "UTC"]))
    at = datetime.combine(day, clock, ZoneInfo(zone)).astimezone(UTC).astimezone(ZoneInfo(zone))
    return Due(at=at, time_zone=zone, recurrence=rule)


@given(due())
def test_dues_are_said_in_words_that_are_read_back(given_due: Due) -> None:
    content, losses = write("todoist", [(a_list(), [(a_task("Water", due=given_due), None)])])
    assert losses == []
    (task,) = tasks_of(read(content, "todoist"))
    read_due = dict(task.fields["due"])
    assert read_due.pop("recurrence", None) == given_due.recurrence
    if given_due.at is None:
        assert read_due == {"date": str(given_due.date)}
    else:
        assert read_due == {"at": given_due.at.replace(tzinfo=None).isoformat(), "time_zone": given_due.time_zone}


@given(
    st.lists(st.tuples(titles(), st.integers(0, 4), st.integers(0, 3), st.lists(titles(20), max_size=2)), max_size=5)
)
def test_whatever_the_template_holds_comes_back(rows: list[tuple[str, int, int, list[str]]]) -> None:
    tasks: list[Task] = []
    for title, priority, above, names in rows:
        parent = tasks[-1].id if tasks and above else None
        labels = tuple({name.casefold(): name for name in names}.values())
        tasks.append(a_task(title, priority=priority, labels=labels, parent_id=parent, notes=title * above))
    content, losses = write("todoist", [(a_list(), [(task, None) for task in tasks])])
    lost: dict[int, set[str | None]] = {}
    for each in losses:
        lost.setdefault(each.row, set()).add(each.column)
    for number, (record, task) in enumerate(zip(tasks_of(read(content, "todoist")), tasks, strict=True), 1):
        expected: dict[str, Any] = {"title": task.title, "notes": task.notes, "priority": task.priority}
        expected["labels"] = task.labels
        for name, value in expected.items():
            assert name in lost.get(number, set()) or "title" in lost.get(number, set()) or (
                record.fields.get(name, type(value)()) == value
            )  # fmt: skip


def test_rules_that_todoist_has_no_words_for_are_not_guessed() -> None:
    monday = date(2026, 11, 30)
    for rule in ("FREQ=WEEKLY;BYDAY=TU", "FREQ=MONTHLY;BYMONTHDAY=29", "FREQ=YEARLY;BYMONTH=1", "FREQ=DAILY;COUNT=2"):
        assert written(Due(date=monday, recurrence=rule))[0] == "2026-11-30"
