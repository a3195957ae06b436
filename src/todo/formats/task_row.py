"""One row of a table as the fields of a task."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from todo.formats import cells, dates
from todo.formats.fitting import fit
from todo.formats.records import Problem, ReadOptions

_LONGEST_SAID = 200  # characters of a date as people write it


@dataclass(frozen=True, slots=True)
class Reading:
    """What the columns of a table mean: which name each field's has, and how its dates and priorities are meant."""

    columns: Mapping[str, str]
    options: ReadOptions
    order: dates.DayOrder
    priorities: Mapping[str, int]

    def said(self, text: str) -> Mapping[str, Any] | None:
        """What a person means by a date in words, in the language of the account or in English."""
        parse, options = self.options.parse_due, self.options
        if parse is None or len(text) > _LONGEST_SAID:
            return None
        said = parse(text, options.language, options.time_zone)
        return said if said is not None or options.language == "en" else parse(text, "en", options.time_zone)


@dataclass(slots=True)
class TaskRow:
    """A row that has a title: `held` is the text of each field. What cannot be read is kept at the end of the notes."""

    number: int
    held: dict[str, str]
    reading: Reading
    fields: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)

    def read(self) -> dict[str, Any]:
        """The fields; `problems` are what they lack."""
        held, fields = self.held, self.fields
        fields["title"] = title = held["title"]
        for name, text in held.items():
            if name in _READ:
                self._put(name, text)
        if "due" in held or "recurrence" in held:
            due = self._due()
            if due:
                fields["due"] = due
        if len(held) > 1 or self.kept or not title.isprintable() or len(title) > _SHORT:
            if "notes" in held:
                fields["notes"] = held["notes"]
            if self.kept or "notes" in held or "labels" in fields or not title.isprintable() or len(title) > _SHORT:
                self.problems += fit(fields, self.number, dict(self.reading.columns), self.kept)
        return fields

    def lose(self, name: str | None, detail: str) -> None:
        """Note that the task goes in without something of the row."""
        column = self.reading.columns[name] if name else None
        item = self.held["title"][:_SHORT]
        self.problems.append(Problem(row=self.number, column=column, detail=detail, level="loss", item=item))

    def _put(self, name: str, text: str) -> None:
        value: Any = self.reading.priorities.get(text) if name == "priority" else None
        if name == "reminders":
            value, whole = cells.reminders(text, self.reading.options.time_zone)
            if not whole:
                self._unread(name)
        elif name in cells.MOMENTS:
            value = cells.moment(text, self.reading.options.time_zone)
        elif value is None:
            value = cells.READERS[name](text)
        if value is None:
            self._unread(name)
        elif name == "order" or value:
            self.fields[name] = value

    def _unread(self, name: str) -> None:
        self.kept.append(f"{self.reading.columns[name]}: {self.held[name]}")
        self.lose(name, f"{self.held[name]!r:.80}: {cells.EXPECTED[name]}")

    def _due(self) -> dict[str, Any] | None:
        held = self.held
        due = self._day(held["due"]) if "due" in held else {}
        if due is None:
            return None
        if "at" in due and "due_time_zone" in held:
            if cells.zone(held["due_time_zone"]):
                due["time_zone"] = held["due_time_zone"]
            else:
                self._unread("due_time_zone")
        return {**due, **self._recurring(due)} if "recurrence" in held else due

    def _recurring(self, due: dict[str, Any]) -> dict[str, Any]:
        rule = cells.rule(self.held["recurrence"])
        if rule and due:
            return {"recurrence": rule}
        said = None if rule else self.reading.said(self.held["recurrence"])
        if said is None or "recurrence" not in said:
            self._unread("recurrence")
            return {}
        return {"recurrence": said["recurrence"]} if due else dict(said)

    def _day(self, text: str) -> dict[str, Any] | None:
        said = dates.read(cells.restored_sign(text), self.reading.order)
        if isinstance(said, datetime):
            zone = {} if said.tzinfo else {"time_zone": self.reading.options.time_zone}
            return {"at": said.isoformat(), **zone}
        if isinstance(said, date):
            return {"date": said.isoformat()}
        detail = f"{text!r:.80} is not a date that can be read, such as 2026-11-23; the task has no due."
        if isinstance(said, dates.Ambiguous):
            detail = f"{text!r:.80} may be {said.one} or {said.other}; the task has no due. Write it as one of these."
        elif (understood := self.reading.said(text)) is not None:
            return dict(understood)
        self.lose("due", detail)
        self.kept.append(f"{self.reading.columns['due']}: {text}")
        return None


_READ = frozenset({*cells.READERS, *cells.MOMENTS, "reminders"})
_SHORT = 500  # characters, which every title may have
