"""A task of a calendar (VTODO of RFC 5545) as a record."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from todo.errors import Unreadable
from todo.formats import ics_rules
from todo.formats.ics_lines import LONGEST_VALUE, Component, Property
from todo.formats.ics_spans import When, between, duration, span_of
from todo.formats.ics_zones import Zones, iana
from todo.formats.item import Item, filled, shown, written
from todo.formats.records import ReadOptions, Record, TaskRecord

_MOMENT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)?(Z)?)?")
_MOST_SECONDS = 366 * 86_400
# Properties that say something to people, and that a task has no place for.
_LOST = {
    "ATTACH": "files stay where they are", "COMMENT": "", "CONTACT": "", "GEO": "", "RESOURCES": "",
    "REQUEST-STATUS": "", "EXDATE": "a task's rule has no exceptions", "RDATE": "a task's rule has no further days",
    "EXRULE": "a task's rule has no exceptions",
}  # fmt: skip
COLUMNS = {
    "title": "SUMMARY", "notes": "DESCRIPTION", "completed": "STATUS", "completed_at": "COMPLETED",
    "priority": "PRIORITY", "due": "DUE", "reminders": "VALARM", "labels": "CATEGORIES", "assignee": "ATTENDEE",
    "parent_id": "RELATED-TO", "id": "UID", "created_at": "CREATED", "updated_at": "LAST-MODIFIED",
}  # fmt: skip


class Todo:
    """A VTODO while it becomes a task."""

    def __init__(self, item: Item, component: Component, options: ReadOptions, zones: Zones) -> None:
        self._item = item
        self._component = component
        self._options = options
        self._zones = zones

    def records(self, list_key: str | None) -> Iterator[Record]:
        """The task, if it can be one, and what of it is lost. Raises Unreadable."""
        item, component = self._item, self._component
        for each in component.properties:
            if len(each.value) > LONGEST_VALUE and each.name in COLUMNS.values():
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
            order = number(component.find("X-TODO-ORDER") or component.find("X-APPLE-SORT-ORDER"))
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
        if not finished and completed_at is not None:
            item.lose("COMPLETED", f"The task is not completed (it is {shown(status)}); when it once was is not kept.")
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
        # Vikunja writes the first year of all for never.
        if found is None or not found.value.strip() or found.value.startswith("0001"):
            return None
        moment = self._moment(found)
        if moment is None:
            return None
        day, at, zone = moment
        if day is not None:
            at, zone = datetime.combine(day, time()), self._options.time_zone
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
        rule = ics_rules.fitting(item, rules[0].value, wall, zone, begins[1] if begins else None) if rules else None
        told: dict[str, Any] = {"date": day.isoformat()} if day else {}
        if at is not None:
            told = {"at": written(at) if at.tzinfo else at.isoformat(), "time_zone": zone}
        return {"due": told | ({"recurrence": rule} if rule else {}), "reminders": self._reminders(due, begins)}

    def _moment(self, found: Property) -> When | None:
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
            # A leap second is the one before. Its zone is another parameter's matter.
            when = at = datetime(year, month, day, hour, minute, min(int(match[6] or 0), 59))  # noqa: DTZ001
        except ValueError:
            item.lose(
                found.name, f"Expected a date such as 20261123 or 20261123T090000 that exists, found {shown(text)}."
            )
            return None
        return self._zoned(found, at, text.endswith("Z")) if item.within(when, text, found.name) else None

    def _zoned(self, found: Property, at: datetime, in_utc: bool) -> When:
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

    def _later(self, begins: When, length: Property) -> When:
        span = span_of(length.value)
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

    def _reminders(self, due: When | None, begins: When | None) -> list[dict[str, str]]:
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

    def _reminder(self, trigger: Property, due: When | None, begins: When | None) -> dict[str, str] | None:
        item, text = self._item, trigger.value.strip().upper()
        span = span_of(text)
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
            shift = between(begins, due)
            if shift is None:
                item.lose("VALARM", f"{shown(text)} is before the beginning, which is not kept.")
                return None
            span -= shift
            text = duration(span)
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


def number(found: Property | None) -> float | None:
    """The number that a property holds; None where it holds none that a list or task may have."""
    try:
        value = float(found.value) if found is not None else None
    except ValueError:
        return None
    return value if value is not None and abs(value) <= 1e15 else None
