"""Calendars with tasks (VTODO of RFC 5545) as records, as they stream.

A calendar with a name is a list; one without goes where the import goes. Events and journals are no tasks: they are
counted, and told of once a calendar.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from todo.formats.ics_lines import Border, Component, Oddity, Piece, Property, pieces
from todo.formats.ics_todo import Todo, number
from todo.formats.ics_zones import Zones
from todo.formats.item import Item
from todo.formats.records import ListRecord, Problem, ReadOptions, Record, Source

_IDENTITIES = ("UID", "X-WR-RELCALID")
_PASSED = {"VEVENT": "events", "VJOURNAL": "journal entries", "VFREEBUSY": "free/busy times"}


@dataclass(slots=True)
class _Calendar:
    """What a calendar says of itself, and how much in it is no task. `list_key` is known with the first task."""

    properties: dict[str, Property] = field(default_factory=dict)
    passed: Counter[str | None] = field(default_factory=Counter)
    list_key: str | None = None

    @property
    def name(self) -> Property | None:
        return self._find("X-WR-CALNAME", "NAME")

    def key_by(self, name: Property) -> str:
        """What names it within the file: its own id, else its name."""
        return f"calendar {(self._find(*_IDENTITIES) or name).value.strip()}"[:1_000]

    def records(self, name: Property, row: int) -> Iterator[Record]:
        """The list that it is."""
        item = Item(row)
        title, whole = item.named(name.text, name.name)
        # Notes of blanks alone are notes, where nothing says more.
        described = max(self._all("DESCRIPTION", "X-WR-CALDESC"), key=_says_something, default=None)
        identity = self._find(*_IDENTITIES)
        yield ListRecord(
            row=row,
            key=self.key_by(name),
            own_id=identity.value.strip() if identity else None,
            title=title or "Untitled",
            notes=item.notes((whole, item.text(described.text, described.name) if described else ""), "DESCRIPTION"),
            order=number(self._find("X-TODO-ORDER")),
        )
        yield from item.problems

    def _find(self, *names: str) -> Property | None:
        """The first property of these that says something."""
        return next(filter(_says_something, self._all(*names)), None)

    def _all(self, *names: str) -> Iterator[Property]:
        return (self.properties[name] for name in names if name in self.properties)


def _says_something(found: Property) -> bool:
    return bool(found.value.strip())


class CalendarsReading:
    """Once through a file of calendars."""

    def __init__(self, source: Source, options: ReadOptions) -> None:
        self._source = source
        self._options = options
        self._zones = Zones(self._zones_of_file)
        self._lists: set[str] = set()
        self._rows = 0

    def records(self) -> Iterator[Record]:
        """A list for each calendar that has a name, and its tasks. Raises Unreadable."""
        calendar = _Calendar()
        for piece in self._pieces():
            if isinstance(piece, Border):
                if not piece.begins:
                    yield from self._passed(calendar)
                calendar = _Calendar()
            elif isinstance(piece, Property):
                calendar.properties.setdefault(piece.name, piece)
            elif isinstance(piece, Oddity):
                yield self._loss(None, piece.detail)
            elif piece.name == "VTIMEZONE":
                self._zones.define(piece)
            elif piece.name == "VTODO":
                yield from self._task(calendar, piece)
            else:
                calendar.passed[piece.name if piece.name in _PASSED else None] += 1

    def _pieces(self) -> Iterator[Piece]:
        with self._source.open() as stream:
            yield from pieces(stream, self._options.encoding)

    def _zones_of_file(self) -> Iterator[Component]:
        """All of them: some programs write them behind the tasks."""
        return (each for each in self._pieces() if isinstance(each, Component) and each.name == "VTIMEZONE")

    def _task(self, calendar: _Calendar, component: Component) -> Iterator[Record]:
        if calendar.list_key is None and (name := calendar.name) is not None:
            calendar.list_key = calendar.key_by(name)
            if calendar.list_key not in self._lists:
                self._lists.add(calendar.list_key)
                yield from calendar.records(name, len(self._lists))
        self._rows += 1
        yield from Todo(Item(self._rows), component, self._options, self._zones).records(calendar.list_key)

    def _passed(self, calendar: _Calendar) -> Iterator[Problem]:
        for name, count in calendar.passed.items():
            words = f"{_PASSED[name]} ({name})" if name else "other components"
            yield self._loss(name, f"{count:,} {words} were left out: only tasks (VTODO) are read.")

    def _loss(self, column: str | None, detail: str) -> Problem:
        return Problem(row=max(self._rows, 1), column=column, detail=detail, level="loss")
