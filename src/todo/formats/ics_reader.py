"""Calendars with tasks (VTODO of RFC 5545) as records, as they stream.

A calendar with a name is a list; one without goes where the import goes. Events and journals are no tasks: they are
counted, and told of once a calendar.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from todo.formats.ics_lines import Border, Property, components
from todo.formats.ics_todo import COLUMNS, Todo, number
from todo.formats.ics_zones import Zones
from todo.formats.item import Item
from todo.formats.records import ListRecord, Problem, ReadOptions, Record, Source

_NAMES = ("X-WR-CALNAME", "NAME")


class IcsReader:
    """A file of calendars as records."""

    header: tuple[str, ...] = ()
    columns: Mapping[str, str] = COLUMNS

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
                yield from Todo(Item(self._rows), found, self._options, self._zones).records(key)
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
            order=number(order),
        )
        yield from item.problems


class _Silent(list[int]):
    """Once was enough."""

    def append(self, _: int) -> None:
        return None
