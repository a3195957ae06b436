"""One row of a table as the fields of a task."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from todo.formats import cells, dates
from todo.formats.fitting import MOST_TITLE, fit, is_plain
from todo.formats.records import Problem, ReadOptions

_LONGEST_SAID = 200  # characters of a date as people write it


@dataclass(frozen=True, slots=True)
class Reading:
    """What the columns of a table mean: how each field's is called, and how what it holds is meant."""

    columns: Mapping[str, str]
    options: ReadOptions
    order: dates.DayOrder
    readers: Mapping[str, Callable[[str], Any]] = field(default_factory=lambda: cells.READERS)

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
        held, fields, readers = self.held, self.fields, self.reading.readers
        fields["title"] = title = held["title"]
        for name, text in held.items():
            read = readers.get(name)
            if read is not None:
                value = read(text)
                if value is None:
                    self._unread(name)
                elif value or name == "order":
                    fields[name] = value
        self._read_by_zone()
        if "due" in held or "recurrence" in held:
            due = self._due()
            if due:
                fields["due"] = due
        if "notes" in held:
            fields["notes"] = held["notes"]
        if "notes" in fields or "labels" in fields or self.kept or not is_plain(title):
            self.problems += fit(fields, self.number, self.reading.columns, self.kept)
        return fields

    def lose(self, name: str | None, detail: str) -> None:
        """Note that the task goes in without something of the row."""
        column = self.reading.columns[name] if name else None
        item = self.held["title"][:MOST_TITLE]
        self.problems.append(Problem(row=self.number, column=column, detail=detail, level="loss", item=item))

    def _read_by_zone(self) -> None:
        """The fields that may mean the clock of the account."""
        held, zone = self.held, self.reading.options.time_zone
        for name in cells.MOMENTS:
            if name in held:
                at = cells.moment(held[name], zone)
                if at is None:
                    self._unread(name)
                else:
                    self.fields[name] = at
        if "reminders" in held:
            reminders, whole = cells.reminders(held["reminders"], zone)
            if reminders:
                self.fields["reminders"] = reminders
            if not whole:
                self._unread("reminders")

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
