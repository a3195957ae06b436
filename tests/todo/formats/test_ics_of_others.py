"""Calendars that others wrote: those with which the icalendar library, which comes with them, tests itself.

Each is read as that library reads it, or refused; and so is each once more, with its events made tasks, of which it has
far more.
"""

import os
import random
import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest
from formats_files import NOW, READ, InMemory

from todo.errors import Unreadable
from todo.formats import detect, open_reader
from todo.formats.records import Problem, Record, TaskRecord
from todo.services.import_rows import Conversion

# It says so where it takes a zone by the end of its name, as we do.
pytestmark = pytest.mark.filterwarnings("ignore::icalendar.error.GloballyUniqueTZIDGuessed")

ROOT = Path(icalendar.__file__).parent / "tests"
FILES = sorted(str(path.relative_to(ROOT)) for path in ROOT.rglob("*.ics"))
PRIORITIES = (0, 4, 3, 3, 3, 2, 1, 1, 1, 1)
# Its last line is END:VCALENDARD, which that library passes over.
ENDS_WRONGLY = "calendars/timezone_same_start_and_offset.ics"


def test_there_are_files_and_tasks_to_read() -> None:
    assert len(FILES) > 150
    assert sum(len(theirs(raw(name)) or []) for name in FILES) >= 5
    assert sum(len(theirs(with_tasks(raw(name))) or []) for name in FILES) > 100


@pytest.mark.parametrize("name", FILES)
def test_a_calendar_is_read_as_icalendar_reads_it_or_refused(name: str) -> None:
    content = raw(name)
    assert detect(name, content) == "ics"
    compare(content, name)


@pytest.mark.parametrize("name", FILES)
def test_events_would_be_read_as_icalendar_reads_them_if_they_were_tasks(name: str) -> None:
    compare(with_tasks(raw(name)), name)


@pytest.mark.parametrize("name", FILES)
def test_a_calendar_that_is_damaged_is_read_or_refused(name: str) -> None:
    content, dice = with_tasks(raw(name)), random.Random(name)
    for _ in range(200 if os.environ.get("PROVE") else 10):
        start, end = sorted(dice.choices(range(len(content) + 1), k=2))
        ours(content[:start])
        ours(content[:start] + content[end:])
        ours(content[:start] + dice.randbytes(3) + content[start:])


# -- what we read, and what they read ---------------------------------------------------------------------------------


def raw(name: str) -> bytes:
    return (ROOT / name).read_bytes()


def with_tasks(content: bytes) -> bytes:
    """The same with tasks for events and journal entries; what stands by itself, within a calendar."""
    content = re.sub(rb"(?mi)^(BEGIN|END):(?:VEVENT|VJOURNAL)[ \t]*(?=\r?$)", rb"\1:VTODO", content)
    content = re.sub(rb"(?m)^DTEND(?=[;:])", b"DUE", content)
    if re.match(rb"(?:\xef\xbb\xbf)?\s*BEGIN:VCALENDAR", content):
        return content
    return b"BEGIN:VCALENDAR\r\n" + content.rstrip() + b"\r\nEND:VCALENDAR\r\n"


def ours(content: bytes) -> list[Record] | None:
    """What we read; None where it is refused."""
    try:
        return list(open_reader("ics", InMemory(content), READ).records())
    except Unreadable:
        return None


def theirs(content: bytes) -> list[Any] | None:
    """The tasks that icalendar reads; None where it refuses the file."""
    try:
        found: list[Any] = icalendar.Calendar.from_ical(content, multiple=True)
    except ValueError:
        return None
    return [
        each
        for calendar in found
        for each in ([calendar] if calendar.name == "VTODO" else calendar.subcomponents)
        if each.name == "VTODO"
    ]


def compare(content: bytes, name: str) -> None:
    records, expected = ours(content), theirs(content)
    if records is None:
        assert not expected or name == ENDS_WRONGLY
        return
    tasks = {each.row: each for each in records if isinstance(each, TaskRecord)}
    problems = [each for each in records if isinstance(each, Problem)]
    left_out = {each.row for each in problems if each.level == "error" or each.column == "RECURRENCE-ID"}
    for record in tasks.values():
        conversion = Conversion(columns={}, time_zone=READ.time_zone, now=NOW)
        assert conversion.row_of(record) is not None
        assert conversion.problems == []
    if expected is None:
        return
    assert sorted({*tasks, *left_out}) == list(range(1, len(expected) + 1))
    for row, todo in enumerate(expected, 1):
        if row in tasks:
            same(tasks[row].fields, todo, {each.column: each.detail for each in problems if each.row == row})
        else:
            assert "RECURRENCE-ID" in todo or not todo.get("SUMMARY", "").strip()


def same(fields: Any, todo: Any, problems: dict[str | None, str]) -> None:
    """Whether fields are those of a task of theirs; `problems` are what we told of the task."""
    title = one_of(todo, "SUMMARY") or (one_of(todo, "DESCRIPTION") or "").strip().partition("\n")[0]
    assert fields["title"] == " ".join(str(title).splitlines()).strip()
    groups = todo.get("CATEGORIES", [])
    names = [str(name).strip() for each in (groups if isinstance(groups, list) else [groups]) for name in each.cats]
    assert list(fields.get("labels", [])) == list(dict.fromkeys(names))
    assert fields.get("priority", 0) == PRIORITIES[one_of(todo, "PRIORITY") or 0]
    same_due(fields.get("due"), todo, problems)


def one_of(todo: Any, name: str) -> Any:
    found = todo.get(name)
    return found[0] if isinstance(found, list) else found


def same_due(due: Any, todo: Any, problems: dict[str | None, str]) -> None:
    start, end, length = (one_of(todo, name) for name in ("DTSTART", "DUE", "DURATION"))
    when = end.dt if end else start.dt + length.dt if start and length else start.dt if start else None
    if when is None:
        assert due is None
    elif not isinstance(when, datetime):
        assert isinstance(when, date)
        assert due["date"] == when.isoformat()
    else:
        at = datetime.fromisoformat(due["at"])
        unknown = problems.get("DUE" if end else "DTSTART", "").endswith("is one of your own zone.")
        if when.tzinfo is None or unknown:
            assert (at, due["time_zone"]) == (when.replace(tzinfo=None), READ.time_zone)
        else:
            at = at if at.tzinfo else at.replace(tzinfo=ZoneInfo(due["time_zone"]))
            assert at.astimezone(UTC) == when.astimezone(UTC)
    rule = one_of(todo, "RRULE")
    if due is not None and rule is not None and "RRULE" not in problems:
        assert parts(due["recurrence"]) == parts(rule.to_ical().decode())
    else:
        assert (due or {}).get("recurrence") is None
        assert rule is None or "RRULE" in problems


def parts(rule: str) -> set[str]:
    """Those of a rule, less when it ends: a time on the clock of the due is in UTC here."""
    return {part for part in rule.split(";") if not part.startswith("UNTIL=")}
