"""Feeds: calendars that icalendar and vobject parse, and that change only when the tasks do."""

import os
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import vobject
from formats_files import a_task, exports
from hypothesis import given, settings

from todo.formats import feed
from todo.formats.records import ExportedList
from todo.shapes.task import Due, Task

Content = list[tuple[ExportedList, list[tuple[Task, str | None]]]]
RENT = a_task(
    "Pay; the rent",
    due=Due(
        at=datetime(2026, 12, 1, 9, tzinfo=ZoneInfo("Europe/Madrid")),
        time_zone="Europe/Madrid",
        recurrence="FREQ=MONTHLY;UNTIL=20271231",
    ),
    labels=("a,b",),
)
TRIP = a_task("Trip", due=Due(date=date(2026, 12, 18)))
LOOSE = a_task("No due")


def calendar(tasks: Iterable[Task], *, as_tasks: bool = False) -> str:
    return b"".join(
        feed.write("My, list", tasks, as_tasks=as_tasks, address_of=lambda task: f"https://x.org/?task={task.id}")
    ).decode()


def test_tasks_with_a_due_are_events() -> None:
    text = calendar([RENT, TRIP, LOOSE])
    parsed: Any = icalendar.Calendar.from_ical(text)
    assert "\r\nNAME:My\\, list\r\nX-WR-CALNAME:My\\, list\r\n" in text
    assert parsed["X-PUBLISHED-TTL"] == "PT60M"
    assert parsed["REFRESH-INTERVAL"].dt == timedelta(hours=1)
    rent, trip = parsed.events
    assert (rent["SUMMARY"], rent["UID"]) == ("Pay; the rent", str(RENT.id))
    assert rent["DTSTART"].dt == datetime(2026, 12, 1, 9, tzinfo=ZoneInfo("Europe/Madrid"))
    assert rent["RRULE"].to_ical() == b"FREQ=MONTHLY;UNTIL=20271231T225959Z"
    assert rent["DTSTAMP"].dt == RENT.updated_at
    assert trip["DTSTART"].dt == date(2026, 12, 18)
    assert [zone["TZID"] for zone in parsed.timezones] == ["Europe/Madrid"]
    assert parsed.get_missing_tzids() == set()


def test_all_tasks_are_todos_when_they_are_asked_for() -> None:
    parsed: Any = icalendar.Calendar.from_ical(calendar([RENT, TRIP, LOOSE], as_tasks=True))
    assert [each["SUMMARY"] for each in parsed.todos] == ["Pay; the rent", "Trip", "No due"]


def test_the_same_tasks_make_the_same_feed() -> None:
    assert calendar([RENT, TRIP]) == calendar([RENT, TRIP])


def test_a_feed_without_tasks_is_a_calendar() -> None:
    assert b"VEVENT" not in calendar([]).encode()
    assert list(vobject.readComponents(calendar([])))


@settings(max_examples=200 if os.environ.get("PROVE") else 30, deadline=None)
@given(exports())
def test_other_programs_parse_every_feed(content: Content) -> None:
    tasks = [task for _, some in content for task, _ in some]
    for as_tasks in (False, True):
        text = calendar(tasks, as_tasks=as_tasks)
        shown = [task for task in tasks if as_tasks or task.due is not None]
        parsed: Any = icalendar.Calendar.from_ical(text)
        found = parsed.todos if as_tasks else parsed.events
        assert [str(each["UID"]) for each in found] == [str(task.id) for task in shown]
        assert all(each.errors == [] for each in found)
        assert parsed.get_missing_tzids() == set()
        (other,) = vobject.readComponents(text)
        named = other.contents.get("vtodo" if as_tasks else "vevent", [])
        assert [each.uid.value for each in named] == [str(task.id) for task in shown]
        for each, task in zip(found, shown, strict=True):
            due = task.due
            if due is not None:
                dated = each["DUE" if as_tasks else "DTSTART"].dt
                # Of times that come twice, Python finds none equal to one of another zone.
                assert (dated if due.at is None else dated.astimezone(UTC)) == (
                    due.date if due.at is None else due.at.astimezone(UTC)
                )
