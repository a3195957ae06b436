"""Calendars: what iCalendar can hold goes through it and comes back equal; what others write is read."""

import os
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import icalendar
import msgspec
import pytest
import vobject
from formats_files import (
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
from todo.formats import detect, open_reader, open_writer
from todo.formats.records import ExportedList, ExportedMember, TaskRecord
from todo.shapes.task import Due, Reminder, Task


def todo(*lines: str, head: str = "", tail: str = "") -> bytes:
    """A calendar with a task that has these lines."""
    text = f"BEGIN:VCALENDAR\nVERSION:2.0\n{head}BEGIN:VTODO\nSUMMARY:Rent\n" + "".join(f"{each}\n" for each in lines)
    return (text + f"END:VTODO\n{tail}END:VCALENDAR\n").replace("\n", "\r\n").encode()


def one(*lines: str, **more: str) -> TaskRecord:
    (found,) = tasks(read("ics", todo(*lines, **more)))
    return found


def meant(due: Any) -> Any:
    return None if due is None else msgspec.convert(due, Due)


def to_seconds(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.replace(microsecond=0)


def test_notes_of_a_list_may_be_a_blank() -> None:
    (made,) = lists(read("ics", todo(head="X-WR-CALNAME:Home\nX-WR-CALDESC: \n")))
    assert made.notes == " "


@settings(max_examples=400 if os.environ.get("PROVE") else 60, deadline=None)
@given(exports())
def test_what_calendars_can_hold_comes_back_equal(
    content: list[tuple[ExportedList, list[tuple[Task, str | None]]]],
) -> None:
    raw = written("ics", content)
    records = read("ics", raw)
    assert problems(records) == []
    with_tasks = [(each, some) for each, some in content if some]
    assert [(each.own_id, each.title, each.notes, each.order) for each in lists(records)] == [
        (str(each.list.id), each.list.title, one_kind(each.list.notes), each.list.order) for each, _ in with_tasks
    ]
    expected = [pair for _, some in content for pair in some]
    assert len(tasks(records)) == len(expected)
    for record, (task, assignee) in zip(tasks(records), expected, strict=True):
        fields = record.fields
        assert (record.own_id, record.parent_key) == (str(task.id), str(task.parent_id) if task.parent_id else None)
        assert fields["title"] == task.title
        assert fields.get("notes", "") == one_kind(task.notes)
        assert fields.get("completed", False) == task.completed
        assert fields.get("priority", 0) == task.priority
        assert tuple(fields.get("labels", ())) == task.labels
        assert fields.get("assignee") == assignee
        assert fields["order"] == task.order
        assert msgspec.convert(fields.get("reminders", []), tuple[Reminder, ...]) == task.reminders
        assert same_due(meant(fields.get("due")), task.due)
        for name in ("completed_at", "created_at", "updated_at"):
            told = fields.get(name)
            assert (datetime.fromisoformat(told) if told else None) == to_seconds(getattr(task, name))
    for each in icalendar.Calendar.from_ical(raw, multiple=True) if content else ():
        assert each.errors == []
    assert sum(len(each.contents.get("vtodo", [])) for each in vobject.readComponents(raw.decode())) == len(expected)
    assert all(len(line) <= 75 for line in raw.split(b"\r\n"))


def one_kind(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def same_due(read_due: Due | None, due: Due | None) -> bool:
    if read_due is None or due is None or due.at is None or read_due.at is None:
        return read_due == due
    from zoneinfo import ZoneInfo

    at = read_due.at if read_due.at.tzinfo else read_due.at.replace(tzinfo=ZoneInfo(read_due.time_zone or ""))
    return (at.astimezone(UTC), read_due.time_zone, read_due.recurrence) == (
        due.at.astimezone(UTC), due.time_zone, due.recurrence,
    )  # fmt: skip


# -- what others write ------------------------------------------------------------------------------------------------


def test_a_task_as_tasks_org_writes_it() -> None:
    zone = "BEGIN:VTIMEZONE\nTZID:Asia/Tokyo\nBEGIN:STANDARD\nTZOFFSETTO:+0900\nEND:STANDARD\nEND:VTIMEZONE\n"
    lines = (
        "DTSTAMP:20261101T080000Z", "UID:1000000000000000007", "CREATED:20261001T080000Z", "PRIORITY:9",
        "LAST-MODIFIED:20261101T080000Z", "CATEGORIES:money,Home", "X-APPLE-SORT-ORDER:812000000",
        "RELATED-TO;RELTYPE=PARENT:1000000000000000003", "DUE;TZID=Asia/Tokyo:20261201T153001",
        "BEGIN:VALARM", "TRIGGER;RELATED=END:PT0S", "ACTION:DISPLAY", "END:VALARM",
        "BEGIN:VALARM", "TRIGGER;VALUE=DATE-TIME:20261130T100000Z", "ACTION:DISPLAY", "END:VALARM",
    )  # fmt: skip
    records = read("ics", todo(*lines, tail=zone))
    (task,) = tasks(records)
    assert (task.own_id, task.parent_key) == ("1000000000000000007", "1000000000000000003")
    assert dict(task.fields) == {
        "title": "Rent", "priority": 1, "labels": ["money", "Home"], "order": 812000000.0,
        "due": {"at": "2026-12-01T15:30:01", "time_zone": "Asia/Tokyo"},
        "reminders": [{"before": "-PT0S"}, {"at": "2026-11-30T10:00:00Z"}],
        "created_at": "2026-10-01T08:00:00Z", "updated_at": "2026-11-01T08:00:00Z",
    }  # fmt: skip
    assert problems(records) == []


def test_tasks_as_nextcloud_and_apple_write_them() -> None:
    lines = (
        "UID:n1", "CREATED:20261101T193000", "DTSTAMP:20261102T193000", "PERCENT-COMPLETE:0", "PRIORITY:0",
        "RELATED-TO:n0", "DUE:20261201T180000", "END:VTODO",
        "BEGIN:VTODO", "COMPLETED:20261016T080000Z", "PERCENT-COMPLETE:100", "STATUS:COMPLETED", "DESCRIPTION:",
        "SUMMARY:Sweep", "UID:A1", "X-APPLE-SORT-ORDER:812000001",
    )  # fmt: skip
    records = read("ics", todo(*lines))
    first, second = tasks(records)
    assert (first.parent_key, dict(first.fields)) == ("n0", {
        "title": "Rent", "due": {"at": "2026-12-01T18:00:00", "time_zone": "Europe/Madrid"},
        "created_at": "2026-11-01T18:30:00Z", "updated_at": "2026-11-02T18:30:00Z",
    })  # fmt: skip
    assert dict(second.fields) == {
        "title": "Sweep", "completed": True, "completed_at": "2026-10-16T08:00:00Z", "order": 812000001.0,
    }  # fmt: skip
    assert problems(records) == []


def test_a_calendar_that_the_icalendar_library_writes() -> None:
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//x//y//")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", "Häuschen, Garten")
    from zoneinfo import ZoneInfo

    each = icalendar.Todo()
    each.add("uid", "one@example.org")
    each.add("summary", "Pay; the rent, " + "long " * 30)
    each.add("description", "First\nsecond, and; third\\")
    each.add("due", datetime(2026, 12, 1, 9, 0, tzinfo=ZoneInfo("America/New_York")))
    each.add("rrule", {"freq": "monthly", "bymonthday": -1})
    each.add("categories", ["Home, sweet", "money"])
    each.add("priority", 5)
    alarm = icalendar.Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("trigger", timedelta(minutes=-15))
    each.add_component(alarm)
    alarm = icalendar.Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("trigger", datetime(2026, 11, 30, 8, 0, tzinfo=UTC))
    each.add_component(alarm)
    child = icalendar.Todo()
    child.add("uid", "two@example.org")
    child.add("summary", "Second")
    child.add("related-to", "one@example.org")
    child.add("status", "COMPLETED")
    child.add("completed", datetime(2026, 11, 1, 10, 0, tzinfo=UTC))
    calendar.add_component(each)
    calendar.add_component(child)
    calendar.add_missing_timezones()
    records = read("ics", calendar.to_ical())
    assert problems(records) == []
    assert [each.title for each in lists(records)] == ["Häuschen, Garten"]
    first, second = tasks(records)
    assert dict(first.fields) == {
        "title": ("Pay; the rent, " + "long " * 30).strip(),
        "notes": "First\nsecond, and; third\\",
        "due": {
            "at": "2026-12-01T09:00:00",
            "time_zone": "America/New_York",
            "recurrence": "FREQ=MONTHLY;BYMONTHDAY=-1",
        },
        "labels": ["Home, sweet", "money"],
        "priority": 2,
        "reminders": [{"before": "PT15M"}, {"at": "2026-11-30T08:00:00Z"}],
    }
    assert (second.parent_key, second.fields["completed_at"]) == ("one@example.org", "2026-11-01T10:00:00Z")


@pytest.mark.parametrize(
    ("lines", "due"),
    [
        (["DUE;VALUE=DATE:20261201"], {"date": "2026-12-01"}),
        (["DUE:20261201"], {"date": "2026-12-01"}),
        (["DTSTART;VALUE=DATE:20261201"], {"date": "2026-12-01"}),
        (["DUE:20261201T090000Z"], {"at": "2026-12-01T09:00:00Z", "time_zone": "Europe/Madrid"}),
        (["DUE:20261201T090000"], {"at": "2026-12-01T09:00:00", "time_zone": "Europe/Madrid"}),
        (["DUE;TZID=Asia/Tokyo:20261201T090000"], {"at": "2026-12-01T09:00:00", "time_zone": "Asia/Tokyo"}),
        (['DUE;TZID="Tokyo Standard Time":20261201T090000'], {"at": "2026-12-01T09:00:00", "time_zone": "Asia/Tokyo"}),
        (
            ["DUE;TZID=/freeassociation.sourceforge.net/Asia/Tokyo:20261201T0900"],
            {"at": "2026-12-01T09:00:00", "time_zone": "Asia/Tokyo"},
        ),
        (["DUE;TZID=/Asia/Tokyo:20261201T090000"], {"at": "2026-12-01T09:00:00", "time_zone": "Asia/Tokyo"}),
        (["DTSTART:20261201T090000Z", "DURATION:PT1H"], {"at": "2026-12-01T10:00:00Z", "time_zone": "Europe/Madrid"}),
    ],
)
def test_a_due_is_a_date_or_a_moment(lines: list[str], due: dict[str, str]) -> None:
    assert one(*lines).fields["due"] == due


def test_a_zone_that_only_the_file_knows() -> None:
    zone = (
        "BEGIN:VTIMEZONE\nTZID:Mars/Olympus\nBEGIN:STANDARD\nDTSTART:20000101T000000\nTZOFFSETFROM:+0200\n"
        "TZOFFSETTO:+0200\nEND:STANDARD\nEND:VTIMEZONE\n"
    )
    records = read("ics", todo("DUE;TZID=Mars/Olympus:20261201T090000", head=zone))
    assert tasks(records)[0].fields["due"] == {"at": "2026-12-01T07:00:00Z", "time_zone": "Europe/Madrid"}
    assert problems(records) == [(1, "DUE", "loss")]
    wild = zone.replace("TZOFFSETTO", "RRULE:FREQ=SECONDLY\nTZOFFSETTO")
    assert tasks(read("ics", todo("DUE;TZID=Mars/Olympus:20261201T090000", head=wild)))[0].fields["due"] == {
        "at": "2026-12-01T09:00:00",
        "time_zone": "Europe/Madrid",
    }


def test_a_zone_may_be_defined_behind_the_tasks() -> None:
    zone = (
        "BEGIN:VTIMEZONE\nTZID:Mars/Olympus\nBEGIN:STANDARD\nDTSTART:20001029T030000\nTZOFFSETFROM:+0400\n"
        "TZOFFSETTO:+0300\nRRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU, -2SU\nEND:STANDARD\nEND:VTIMEZONE\n"
    )
    records = read("ics", todo("DUE;TZID=Mars/Olympus:20261201T090000", tail=zone))
    assert tasks(records)[0].fields["due"] == {"at": "2026-12-01T06:00:00Z", "time_zone": "Europe/Madrid"}
    assert problems(records) == [(1, "DUE", "loss")]


@pytest.mark.parametrize(
    ("rule", "taken"),
    [
        ("FREQ=DAILY", "FREQ=DAILY"),  # never ends
        ("FREQ=WEEKLY;BYDAY=MO;WKST=SU", "FREQ=WEEKLY;BYDAY=MO;WKST=SU"),
        ("freq=monthly;byhour=9;byminute=0;bymonthday=1", "FREQ=MONTHLY;BYMONTHDAY=1"),
        ("FREQ=DAILY;UNTIL=20270101T090000", "FREQ=DAILY;UNTIL=20270101T080000Z"),
        ("FREQ=DAILY;UNTIL=20270101", "FREQ=DAILY;UNTIL=20270101"),
        ("FREQ=WEEKLY; BYDAY=MO, TU", "FREQ=WEEKLY;BYDAY=MO,TU"),  # as Exchange writes it
        ("FREQ=HOURLY", None),
        ("FREQ=SECONDLY;INTERVAL=1", None),
        ("FREQ=DAILY;BYHOUR=10", None),
        ("FREQ=DAILY;INTERVAL=100000", None),
        ("FREQ=DAILY;UNTIL=20270231", None),
        ("RSCALE=CHINESE;FREQ=YEARLY", None),
        ("", None),
    ],
)
def test_a_rule_is_kept_where_a_task_can_have_it(rule: str, taken: str | None) -> None:
    records = read("ics", todo("DUE:20261201T090000", f"RRULE:{rule}"))
    assert tasks(records)[0].fields["due"].get("recurrence") == taken
    assert problems(records) == ([] if taken else [(1, "RRULE", "loss")])


def test_a_rule_may_say_the_time_at_which_a_task_begins() -> None:
    rule = "RRULE:FREQ=WEEKLY;BYDAY=MO;BYHOUR=7;BYMINUTE=30;COUNT=5"
    records = read("ics", todo("DTSTART:20261130T073000Z", "DURATION:PT45M", rule))
    assert tasks(records)[0].fields["due"] == {
        "at": "2026-11-30T08:15:00Z",
        "time_zone": "Europe/Madrid",
        "recurrence": "FREQ=WEEKLY;BYDAY=MO;COUNT=5",
    }
    assert problems(records) == []


@pytest.mark.parametrize(
    ("lines", "trigger", "reminder"),
    [
        (["DUE:20261201T090000"], "TRIGGER:-PT15M", {"before": "PT15M"}),
        (["DUE:20261201T090000"], "TRIGGER;RELATED=END:P1D", {"before": "-P1D"}),
        (["DUE;VALUE=DATE:20261201"], "TRIGGER:PT9H", {"before": "-PT9H"}),
        (["DUE:20261201T090000"], "TRIGGER;VALUE=DATE-TIME:20261130T080000Z", {"at": "2026-11-30T08:00:00Z"}),
        ([], "TRIGGER;VALUE=DATE-TIME:20261130T080000Z", {"at": "2026-11-30T08:00:00Z"}),
        (["DTSTART:20261201T080000", "DUE:20261201T090000"], "TRIGGER:-PT15M", {"before": "PT1H15M"}),
        (["DTSTART:20261201T080000", "DUE:20261201T090000"], "TRIGGER;RELATED=END:-PT15M", {"before": "PT15M"}),
        (["DTSTART;VALUE=DATE:20261201", "DUE;VALUE=DATE:20261203"], "TRIGGER:PT9H", {"before": "P1DT15H"}),
        ([], "TRIGGER:-PT15M", None),
        (["DUE:20261201T090000"], "TRIGGER:soon", None),
        (["DUE:20261201T090000"], "TRIGGER:-P400D", None),
    ],
)
def test_alarms_are_reminders(lines: list[str], trigger: str, reminder: dict[str, str] | None) -> None:
    records = read("ics", todo(*lines, "BEGIN:VALARM", "ACTION:DISPLAY", trigger, "END:VALARM"))
    assert tasks(records)[0].fields.get("reminders", []) == ([reminder] if reminder else [])
    assert ("VALARM" in {column for _, column, _ in problems(records)}) == (reminder is None)


def test_priorities_and_states() -> None:
    assert [one(f"PRIORITY:{number}").fields.get("priority", 0) for number in range(10)] == [
        0,
        4,
        3,
        3,
        3,
        2,
        1,
        1,
        1,
        1,
    ]
    for lines in (["STATUS:COMPLETED"], ["COMPLETED:20261101T100000Z"], ["PERCENT-COMPLETE:100"], ["STATUS:CANCELLED"]):
        assert one(*lines).fields["completed"] is True
    assert "completed" not in one("STATUS:IN-PROCESS", "PERCENT-COMPLETE:50").fields


def test_what_a_task_cannot_hold_is_told() -> None:
    lines = [
        "DUE;VALUE=DATE:20261201", "DTSTART;VALUE=DATE:20261130", "RRULE:FREQ=DAILY", "RRULE:FREQ=WEEKLY",
        "EXDATE:20261202", "RDATE:20261202", "ATTACH:https://example.org/a.pdf", "CLASS:PRIVATE", "GEO:1;2",
        "ATTENDEE:mailto:a@example.org", "ATTENDEE:mailto:b@example.org", "PRIORITY:high", "PERCENT-COMPLETE:40",
        "RELATED-TO;RELTYPE=SIBLING:x", "RELATED-TO:y", "RELATED-TO:z", "COMMENT:Hello", "X-OTHER:kept by them",
        "LOCATION:Bank", "URL:https://example.org/",
    ]  # fmt: skip
    records = read("ics", todo(*lines))
    assert {column for _, column, _ in problems(records)} == {
        *("DTSTART", "RRULE", "EXDATE", "RDATE", "ATTACH", "CLASS", "GEO", "ATTENDEE", "PRIORITY", "PERCENT-COMPLETE"),
        *("RELATED-TO", "COMMENT"),
    }
    (task,) = tasks(records)
    assert task.parent_key == "y"
    assert task.fields["notes"] == "Bank\n\nhttps://example.org/"
    assert {level for _, _, level in problems(records)} == {"loss"}


def test_events_and_overrides_are_no_tasks() -> None:
    events = "BEGIN:VEVENT\nSUMMARY:Party\nEND:VEVENT\nBEGIN:VEVENT\nSUMMARY:Party\nEND:VEVENT\n"
    changed = "BEGIN:VTODO\nUID:a\nSUMMARY:Moved\nRECURRENCE-ID:20261202\nEND:VTODO\n"
    records = read("ics", todo("UID:a", "DUE:20261201", "RRULE:FREQ=DAILY", tail=changed + events))
    assert [task.fields["title"] for task in tasks(records)] == ["Rent"]
    assert problems(records) == [(2, "RECURRENCE-ID", "loss"), (2, "VEVENT", "loss")]
    assert details(records)[1].startswith("2 events (VEVENT) were left out")


def test_what_is_no_task_is_told_whatever_it_is() -> None:
    others = "BEGIN:VAVAILABILITY\nEND:VAVAILABILITY\nBEGIN:X-HOUSE\nBEGIN:VTODO\nSUMMARY:a\nEND:VTODO\nEND:X-HOUSE\n"
    records = read("ics", todo(tail=others))
    assert [task.fields["title"] for task in tasks(records)] == ["Rent"]
    assert details(records) == ["2 other components were left out: only tasks (VTODO) are read."]


def test_a_line_that_stands_in_no_calendar_is_told_once() -> None:
    records = read("ics", todo() + b"X-CACHED:yesterday\r\n\x00\x00\r\n" + todo())
    assert [task.fields["title"] for task in tasks(records)] == ["Rent", "Rent"]
    assert problems(records) == [(1, None, "loss")]
    assert "“X-CACHED:yesterday”" in details(records)[0]


def test_a_task_may_stand_by_itself() -> None:
    content = b"BEGIN:VTODO\r\nSUMMARY:Rent\r\nEND:VTODO\r\n"
    assert detect("rent.ics", content) == "ics"
    (task,) = tasks(read("ics", content + todo("UID:b")))[:1]
    assert (task.list_key, task.fields) == (None, {"title": "Rent"})
    with pytest.raises(Unreadable, match="has no end"):
        read("ics", content[:-12])


def test_an_empty_line_within_a_folded_one_as_mozilla_had_them() -> None:
    content = todo("UID", "", " :a1", "DESCRIPTION:One", "", "  and two")
    (task,) = tasks(read("ics", content))
    assert (task.own_id, task.fields["notes"]) == ("a1", "One and two")


def test_never_is_no_moment_and_what_was_completed_once_is_told() -> None:
    records = read("ics", todo("LAST-MODIFIED:00010101T000000", "STATUS:NEEDS-ACTION", "COMPLETED:20261101T100000Z"))
    assert tasks(records)[0].fields == {"title": "Rent"}
    assert problems(records) == [(1, "COMPLETED", "loss")]


def test_titles_and_labels_have_no_blanks_around_them() -> None:
    (task,) = tasks(read("ics", todo("CATEGORIES:home , the house").replace(b"SUMMARY:Rent", b"SUMMARY: Rent ")))
    assert task.fields == {"title": "Rent", "labels": ["home", "the house"]}


def test_the_order_of_apple_is_that_of_others_too() -> None:
    assert one("X-APPLE-SORT-ORDER:5").fields["order"] == 5.0
    assert one("X-APPLE-SORT-ORDER:1", "X-TODO-ORDER:2.5").fields["order"] == 2.5


def test_several_calendars_in_a_file() -> None:
    head = "X-WR-CALNAME:Home\n"
    raw = todo("UID:a", head=head) + todo("UID:b", head=head) + todo("UID:c", head="NAME:Work\n") + todo("UID:d")
    records = read("ics", raw)
    assert [each.title for each in lists(records)] == ["Home", "Work"]
    keys = [task.list_key for task in tasks(records)]
    assert keys[0] == keys[1] != keys[2]
    assert keys[3] is None


def test_a_task_without_a_title() -> None:
    lines = ["DESCRIPTION:Only\\nnotes", "END:VTODO", "BEGIN:VTODO", "UID:b"]
    records = read("ics", todo(*lines).replace(b"SUMMARY:Rent\r\n", b""))
    assert [task.fields["title"] for task in tasks(records)] == ["Only"]
    assert problems(records) == [(2, "SUMMARY", "error")]


@pytest.mark.parametrize(
    "value", ["20260231", "20260230T090000", "tomorrow", "99991231", "20261201T250000", "2026-12-01"]
)
def test_dates_that_do_not_exist(value: str) -> None:
    records = read("ics", todo(f"DUE:{value}"))
    assert "due" not in tasks(records)[0].fields
    assert problems(records) == [(1, "DUE", "loss")]


def test_line_ends_folding_and_encodings() -> None:
    text = "BEGIN:VCALENDAR\r\nBEGIN:VTODO\r\nSUMMARY:Stra\r\n ße \r\n\tund Café\r\nEND:VTODO\r\nEND:VCALENDAR\r\n"
    for ends in ("\r\n", "\n", "\r"):
        for encoding in ("utf-8", "utf-8-sig", "utf-16", "cp1252"):
            records = read("ics", text.replace("\r\n", ends).encode(encoding))
            assert tasks(records)[0].fields["title"] == "Straße und Café"
            assert [level for _, _, level in problems(records)] == (["loss"] if encoding == "cp1252" else [])
    for encoding in ("utf-16", "utf-16-le", "utf-16-be", "koi8-r", "gb18030"):
        records = read(
            "ics",
            text.replace("Café", "кофе").replace("ß", "ss").encode(encoding),
            options=replace(READ, encoding=encoding),
        )
        assert (tasks(records)[0].fields["title"], problems(records)) == ("Strasse und кофе", [])


def test_nul_in_a_text() -> None:
    records = read("ics", todo("DESCRIPTION:a\x00b"))
    assert tasks(records)[0].fields["notes"] == "ab"
    assert problems(records) == [(1, "DESCRIPTION", "loss")]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "empty"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "no calendar"),
        (b"title,due\r\na,b\r\n", "no calendar"),
        (b"BEGIN:VCARD\r\nEND:VCARD\r\n", "no calendar"),
        (b"BEGIN:VCALENDAR\r\nBEGIN:VTODO\r\nSUMMARY:a", "has no end"),
        (b"BEGIN:VCALENDAR\r\nBEGIN:VTODO\r\nSUMMARY:a\r\nEND:VCALENDAR", "has no end"),
        (b"BEGIN:VCALENDAR\r\nEND:VTODO\r\n", "ends nothing"),
        (b"BEGIN:VCALENDAR\r\n" + b"BEGIN:X\r\n" * 20, "nested too deeply"),
        (b"BEGIN:VCALENDAR\r\nX:" + b"a" * (17 << 20), "longer than 16 MiB"),
        (todo("DESCRIPTION:" + "a" * (1 << 21)), "longer than"),
        (todo(*["X-A:b"] * 10_001), "more than"),
    ],
)
def test_what_is_no_calendar_is_refused_whole(content: bytes, told: str) -> None:
    with pytest.raises(Unreadable, match=told):
        list(open_reader("ics", InMemory(content), READ).records())


def test_a_large_attachment_is_passed_over() -> None:
    records = read("ics", todo("ATTACH;ENCODING=BASE64;VALUE=BINARY:" + "\r\n ".join(["QUJD" * 18] * 40_000)))
    assert problems(records) == [(1, "ATTACH", "loss")]


def test_members_are_a_loss() -> None:
    writer = open_writer("ics", WRITE)
    each = ExportedList(list=a_list().list, members=(ExportedMember(address="b@example.org", name="B", role="editor"),))
    written("ics", [(each, [(a_task(), None)])], writer=writer)
    assert [(loss.column, loss.level) for loss in writer.losses] == [("members", "loss")]
    assert written("ics", []).startswith(b"BEGIN:VCALENDAR")


def test_until_is_written_as_the_rfc_wants_it() -> None:
    day = Due(date=date(2026, 12, 1), recurrence="FREQ=DAILY;UNTIL=20270101T090000Z")
    from zoneinfo import ZoneInfo

    at = datetime(2026, 12, 1, 9, tzinfo=ZoneInfo("Europe/Madrid"))
    moment = Due(at=at, time_zone="Europe/Madrid", recurrence="FREQ=DAILY;UNTIL=20270101")
    raw = written("ics", [(a_list(), [(a_task(due=day), None), (a_task(due=moment), None)])])
    assert b"UNTIL=20270101\r\n" in raw
    assert b"UNTIL=20270101T225959Z\r\n" in raw
