"""Calendars with tasks (VTODO of RFC 5545) as records, as they stream.

A calendar with a name is a list; one without goes where the import goes. Events and journals are no tasks: they are
counted, and told of once a calendar.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from todo.errors import Unreadable
from todo.formats import ics_rules
from todo.formats.ics_lines import LONGEST_VALUE, Border, Component, Property, components
from todo.formats.ics_zones import Zones, iana
from todo.formats.item import Item, filled, shown, written
from todo.formats.records import ListRecord, Problem, ReadOptions, Record, Source, TaskRecord

_MOMENT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)?(Z)?)?")
_DURATION = re.compile(r"([+-]?)P(?:(\d{1,2})W|(?:(\d{1,3})D)?(?:T(?:(\d{1,4})H)?(?:(\d{1,6})M)?(?:(\d{1,8})S)?)?)")
_MOST_SECONDS = 366 * 86_400
_NAMES = ("X-WR-CALNAME", "NAME")
# Properties that say something to people, and that a task has no place for.
_LOST = {
    "ATTACH": "files stay where they are", "COMMENT": "", "CONTACT": "", "GEO": "", "RESOURCES": "",
    "REQUEST-STATUS": "", "EXDATE": "a task's rule has no exceptions", "RDATE": "a task's rule has no further days",
    "EXRULE": "a task's rule has no exceptions",
}  # fmt: skip
_COLUMNS = {
    "title": "SUMMARY", "notes": "DESCRIPTION", "completed": "STATUS", "completed_at": "COMPLETED",
    "priority": "PRIORITY", "due": "DUE", "reminders": "VALARM", "labels": "CATEGORIES", "assignee": "ATTENDEE",
    "parent_id": "RELATED-TO", "id": "UID", "created_at": "CREATED", "updated_at": "LAST-MODIFIED",
}  # fmt: skip


class IcsReader:
    """A file of calendars as records."""

    header: tuple[str, ...] = ()
    columns: Mapping[str, str] = _COLUMNS

    def __init__(self, source: Source, options: ReadOptions) -> None:
        self._source = source
        self._options = options

    def records(self) -> Iterator[Record]:
        """A list for each calendar that has a name, and its tasks. Raises Unreadable."""
        with self._source.open() as stream:
            yield from _Reading(self._options).records(stream)


class _Reading:
    """Once through a file."""

    def __init__(self, options: ReadOptions) -> None:
        self._options = options
        self._zones = Zones()
        self._lists: set[str] = set()
        self._rows = 0
        self._foreign: list[int] = []

    def records(self, stream: Any) -> Iterator[Record]:
        calendar: dict[str, Property] = {}
        key: str | None = None
        begun = False
        passed: Counter[str] = Counter()
        for found in components(stream, self._options.encoding, self._foreign.append):
            if self._foreign:
                yield self._encoding()
            if isinstance(found, Border):
                if not found.begins:
                    yield from self._passed(passed)
                calendar, key, begun, passed = {}, None, False, Counter()
            elif isinstance(found, Property):
                calendar.setdefault(found.name, found)
            elif found.name == "VTIMEZONE":
                self._zones.define(found)
            elif found.name == "VTODO":
                if not begun:
                    begun, key = True, self._key(calendar)
                    if key is not None and key not in self._lists:
                        self._lists.add(key)
                        yield from self._list(calendar, key)
                self._rows += 1
                yield from _Todo(Item(self._rows), found, self._options, self._zones).records(key)
            else:
                passed[found.name] += 1

    def _encoding(self) -> Problem:
        line = self._foreign[0]
        self._foreign = _Silent()
        detail = f"Line {line} is not in UTF-8; the file was read as Western European where that is so."
        return Problem(row=max(self._rows, 1), column=None, detail=detail, level="loss")

    def _passed(self, passed: Counter[str]) -> Iterator[Problem]:
        words = {"VEVENT": "events", "VJOURNAL": "journal entries", "VFREEBUSY": "free/busy times"}
        for name, count in passed.items():
            if name in words:
                detail = f"{count:,} {words[name]} ({name}) were left out: only tasks (VTODO) are read."
                yield Problem(row=max(self._rows, 1), column=name, detail=detail, level="loss")

    def _key(self, calendar: Mapping[str, Property]) -> str | None:
        name = next((calendar[each].value.strip() for each in _NAMES if each in calendar), "")
        if not name:
            return None
        identity = calendar.get("UID") or calendar.get("X-WR-RELCALID")
        return f"calendar {identity.value.strip() if identity and identity.value.strip() else name}"[:1_000]

    def _list(self, calendar: Mapping[str, Property], key: str) -> Iterator[Record]:
        item = Item(len(self._lists))
        name = next(calendar[each] for each in _NAMES if each in calendar and calendar[each].value.strip())
        title, whole = item.named(name.text, name.name)
        described = calendar.get("DESCRIPTION") or calendar.get("X-WR-CALDESC")
        identity = calendar.get("UID") or calendar.get("X-WR-RELCALID")
        order = calendar.get("X-TODO-ORDER")
        yield ListRecord(
            row=item.row,
            key=key,
            own_id=(identity.value.strip() or None) if identity else None,
            title=title or "Untitled",
            notes=item.notes((whole, item.text(described.text, described.name) if described else ""), "DESCRIPTION"),
            order=_number(order),
        )
        yield from item.problems


class _Silent(list[int]):
    """Once was enough."""

    def append(self, _: int) -> None:
        return None


class _Todo:
    """A VTODO while it becomes a task."""

    def __init__(self, item: Item, component: Component, options: ReadOptions, zones: Zones) -> None:
        self._item = item
        self._component = component
        self._options = options
        self._zones = zones

    def records(self, list_key: str | None) -> Iterator[Record]:
        item, component = self._item, self._component
        for each in component.properties:
            if len(each.value) > LONGEST_VALUE and each.name in _COLUMNS.values():
                raise Unreadable(f"Line {each.line}: {each.name} is longer than {LONGEST_VALUE:,} bytes.")
        title, notes = self._texts()
        if component.find("RECURRENCE-ID") is not None:
            item.lose("RECURRENCE-ID", "A change of one occurrence was left out: a task recurs as a whole.")
        elif not title:
            item.refuse("SUMMARY", f"Expected a title; the task in line {component.line} has none.")
        else:
            identity = self._value("UID")
            parent = self._parent()
            fields = {"title": title, "notes": notes, **self._state(), **self._when(), **self._rest()}
            order = _number(component.find("X-TODO-ORDER"))
            yield TaskRecord(
                row=item.row,
                key=identity or f"item {item.row}",
                own_id=identity or None,
                list_key=list_key,
                parent_key=parent,
                fields=filled(fields) | ({} if order is None else {"order": order}),
            )
        yield from item.problems

    def _value(self, name: str) -> str:
        found = self._component.find(name)
        return "" if found is None else found.value.strip()

    def _texts(self) -> tuple[str, str]:
        item, component = self._item, self._component
        summary, description = component.find("SUMMARY"), component.find("DESCRIPTION")
        title, whole = item.named(summary.text if summary else None, "SUMMARY")
        body = item.text(description.text, "DESCRIPTION") if description else ""
        if not title:
            title, whole = item.named(body.strip().partition("\n")[0], "DESCRIPTION")
        places = [item.line(each.text, each.name) for name in ("LOCATION", "URL") for each in component.all(name)]
        return title, item.notes((whole, body, *(place for place in places if place not in body)), "DESCRIPTION")

    # -- state --------------------------------------------------------------------------------------------------------

    def _state(self) -> dict[str, Any]:
        item, status, done = self._item, self._value("STATUS").upper(), self._value("PERCENT-COMPLETE")
        if status == "CANCELLED":
            item.lose("STATUS", "A cancelled task is a completed one here.")
        completed_at = self._utc("COMPLETED")
        finished = status in {"COMPLETED", "CANCELLED"} or (not status and (completed_at is not None or done == "100"))
        if not finished and done not in {"", "0"}:
            item.lose("PERCENT-COMPLETE", f"{shown(done)} percent of a task are not kept.")
        return {"completed": finished, "completed_at": completed_at if finished else None, "priority": self._priority()}

    def _priority(self) -> int:
        text = self._value("PRIORITY")
        if not text or text == "0":
            return 0
        if not re.fullmatch("[1-9]", text):
            self._item.lose("PRIORITY", f"Expected a number from 0 to 9, found {shown(text)}.")
            return 0
        return (0, 4, 3, 3, 3, 2, 1, 1, 1, 1)[int(text)]

    def _utc(self, name: str) -> str | None:
        found = self._component.find(name)
        if found is None or not found.value.strip():
            return None
        moment = self._moment(found)
        if moment is None:
            return None
        day, at, zone = moment
        if day is not None:
            at, zone = datetime(day.year, day.month, day.day), self._options.time_zone  # noqa: DTZ001
        if at is None:
            return None
        return written(at if at.tzinfo else at.replace(tzinfo=ZoneInfo(zone or "UTC")))

    # -- when ---------------------------------------------------------------------------------------------------------

    def _when(self) -> dict[str, Any]:
        item, component = self._item, self._component
        start, end = component.find("DTSTART"), component.find("DUE")
        begins = self._moment(start) if start else None
        due = self._moment(end) if end else begins
        length = component.find("DURATION")
        if end is None and length is not None and begins is not None:
            due = self._later(begins, length)
        elif end is not None and begins is not None and due is not None and begins != due and start is not None:
            item.lose("DTSTART", f"When it begins ({shown(start.value)}) is not kept, only when it is due.")
        if due is None:
            if component.find("RRULE") is not None:
                item.lose("RRULE", f"Without a due there is nothing that recurs: {shown(self._value('RRULE'))}.")
            return {"reminders": self._reminders(None, begins)}
        day, at, zone = due
        wall = None if at is None else at if at.tzinfo is None else at.astimezone(ZoneInfo(zone or "UTC"))
        rules = component.all("RRULE")
        if len(rules) > 1:
            item.lose("RRULE", "A task has one rule; the others were left out.")
        rule = ics_rules.fitting(item, rules[0].value, wall, zone) if rules else None
        told: dict[str, Any] = {"date": day.isoformat()} if day else {}
        if at is not None:
            told = {"at": written(at) if at.tzinfo else at.isoformat(), "time_zone": zone}
        return {"due": told | ({"recurrence": rule} if rule else {}), "reminders": self._reminders(due, begins)}

    def _moment(self, found: Property) -> "_When | None":
        """A date, or a moment with its zone: without an offset where it is a time of day in the zone."""
        item, text = self._item, found.value.strip()
        match = _MOMENT.fullmatch(text)
        try:
            if match is None:
                raise ValueError(text)
            year, month, day, hour, minute = (int(part or 0) for part in match.groups()[:5])
            if match[4] is None:
                when: date = date(year, month, day)
                return (when, None, None) if item.within(when, text, found.name) else None
            # A leap second is the one before.
            when = at = datetime(year, month, day, hour, minute, min(int(match[6] or 0), 59))  # noqa: DTZ001
        except ValueError:
            item.lose(
                found.name, f"Expected a date such as 20261123 or 20261123T090000 that exists, found {shown(text)}."
            )
            return None
        return self._zoned(found, at, text.endswith("Z")) if item.within(when, text, found.name) else None

    def _zoned(self, found: Property, at: datetime, in_utc: bool) -> "_When":
        item = self._item
        named = found.parameters.get("TZID", "").strip()
        meant = found.parameters.get("X-TODO-ZONE", "")
        own = self._options.time_zone
        if in_utc:
            return None, at.replace(tzinfo=UTC), iana(meant) or own
        if not named:
            return None, at, own
        known = self._zones.known(named)
        if known is not None:
            return None, at, known
        moment = self._zones.at(at, named)
        if moment is None:
            item.lose(found.name, f"{shown(named)} is no time zone that is known; the time is one of your own zone.")
            return None, at, own
        item.lose(found.name, f"{shown(named)} is no time zone that is known; the moment is kept, in your own zone.")
        return None, moment.astimezone(UTC), own

    def _later(self, begins: "_When", length: Property) -> "_When":
        span = _span(length.value)
        day, at, zone = begins
        try:
            if span is None:
                raise OverflowError
            if day is not None:
                return day + span, None, None
            if at is not None:
                return None, at + span, zone
        except OverflowError:
            self._item.lose("DURATION", f"Expected a duration such as P1D, found {shown(length.value)}.")
        return begins

    # -- reminders ----------------------------------------------------------------------------------------------------

    def _reminders(self, due: "_When | None", begins: "_When | None") -> list[dict[str, str]]:
        found = []
        for alarm in self._component.components:
            trigger = alarm.find("TRIGGER")
            action = alarm.find("ACTION")
            if alarm.name != "VALARM" or trigger is None or (action and action.value.strip().upper() == "NONE"):
                continue
            repeat = alarm.find("REPEAT")
            if repeat is not None and repeat.value.strip() != "0":
                self._item.lose("VALARM", "An alarm comes once; that it repeats is not kept.")
            reminder = self._reminder(trigger, due, begins)
            if reminder is not None:
                found.append(reminder)
        return self._item.reminders(found, "VALARM")

    def _reminder(self, trigger: Property, due: "_When | None", begins: "_When | None") -> dict[str, str] | None:
        item, text = self._item, trigger.value.strip().upper()
        span = _span(text)
        if trigger.parameters.get("VALUE", "").upper() == "DATE-TIME" or text[:1].isdigit():
            moment = self._moment(trigger)
            at = moment[1] if moment else None
            zone = ZoneInfo((moment[2] if moment else None) or "UTC")
            return {"at": written(at if at.tzinfo else at.replace(tzinfo=zone))} if at else None
        if span is None or due is None:
            why = "Expected a TRIGGER such as -PT15M, found" if span is None else "There is no due to be before:"
            item.lose("VALARM", f"{why} {shown(text)}.")
            return None
        if trigger.parameters.get("RELATED", "START").upper() == "START" and begins is not None and begins != due:
            shift = _between(begins, due)
            if shift is None:
                item.lose("VALARM", f"{shown(text)} is before the beginning, which is not kept.")
                return None
            span -= shift
            text = _duration(span)
        if abs(span.total_seconds()) > _MOST_SECONDS:
            item.lose("VALARM", f"A reminder is at most 366 days before or after the due, found {shown(text)}.")
            return None
        return {"before": text.removeprefix("-") if text.startswith("-") else "-" + text.removeprefix("+")}

    # -- the rest -----------------------------------------------------------------------------------------------------

    def _parent(self) -> str | None:
        parents = []
        for each in self._component.all("RELATED-TO"):
            kind = each.parameters.get("RELTYPE", "PARENT").upper()
            if kind == "PARENT" and each.value.strip():
                parents.append(each.value.strip())
            elif kind == "CHILD":
                continue  # the child says so, too
            else:
                self._item.lose("RELATED-TO", f"That it is related as {shown(kind)} is not kept.")
        if len(set(parents)) > 1:
            self._item.lose("RELATED-TO", "A task has one parent; the others were left out.")
        return parents[0] if parents else None

    def _rest(self) -> dict[str, Any]:
        item, component = self._item, self._component
        for each in component.properties:
            if each.name in _LOST:
                why = f": {_LOST[each.name]}" if _LOST[each.name] else ""
                item.lose(each.name, f"It is not kept{why}; it was {shown(each.text)}.")
        if self._value("CLASS").upper() not in {"", "PUBLIC"}:
            item.lose("CLASS", "Who may see a task is said by its list; this was “" + self._value("CLASS")[:40] + "”.")
        people = [each.value.strip() for each in component.all("ATTENDEE")]
        addresses = [each[7:] for each in people if each[:7].lower() == "mailto:"]
        if len(people) > 1 or len(addresses) < len(people):
            item.lose("ATTENDEE", f"A task is assigned to one person; there were {len(people)}.")
        return {
            "labels": item.labels((name for each in component.all("CATEGORIES") for name in each.texts), "CATEGORIES"),
            "assignee": item.line(addresses[0], "ATTENDEE") if addresses else None,
            "created_at": self._utc("CREATED"),
            "updated_at": self._utc("LAST-MODIFIED") or self._utc("DTSTAMP"),
        }


# A date; or a moment, in UTC or on the clock of its zone.
_When = tuple[date | None, datetime | None, str | None]


def _number(found: Property | None) -> float | None:
    try:
        number = float(found.value) if found is not None else None
    except ValueError:
        return None
    return number if number is not None and abs(number) <= 1e15 else None


def _span(text: str) -> timedelta | None:
    match = _DURATION.fullmatch(text.strip().upper())
    if match is None or not any(match.groups()[1:]):
        return None
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in match.groups()[1:])
    span = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
    return -span if match[1] == "-" else span


def _between(begins: _When, due: _When) -> timedelta | None:
    """From the beginning to the due; None between a day and a moment."""
    if begins[0] is not None and due[0] is not None:
        return due[0] - begins[0]
    if begins[1] is None or due[1] is None:
        return None
    first, last = (
        at if at.tzinfo else at.replace(tzinfo=ZoneInfo(zone or "UTC"))
        for at, zone in ((begins[1], begins[2]), (due[1], due[2]))
    )
    return last.astimezone(UTC) - first.astimezone(UTC)


def _duration(span: timedelta) -> str:
    """A duration as iCalendar writes it."""
    sign, span = ("-", -span) if span < timedelta() else ("", span)
    hours, rest = divmod(span.seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    time = (
        f"{hours}H" * bool(hours) + f"{minutes}M" * bool(minutes or (hours and seconds)) + f"{seconds}S" * bool(seconds)
    )
    if not time:
        return f"{sign}P{span.days}D" if span.days else "PT0S"
    return f"{sign}P" + f"{span.days}D" * bool(span.days) + f"T{time}"
