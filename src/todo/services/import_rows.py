"""A row of a file as a task: what can be taken is taken, and of the rest it is said what was expected.

Asks no database: what depends on the list it goes into is found out when it goes in.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import PurePath
from typing import Any

import msgspec

from todo.errors import Fault, InvalidInput
from todo.formats.records import Problem, TaskRecord
from todo.services import dues, reminders
from todo.services.dues import StoredDue
from todo.shapes.conversion import converted
from todo.shapes.task import NewTask, Reminder

_MOST_TITLE = 500
_MOST_NOTES = 16_384
_MOST_DETAIL = 500
_NOT_NEW = frozenset({"completed_at", "created_at", "updated_at", "assignee"})
_NOT_HERE = frozenset({"id", "parent_id", "assignee_id", "after"})
_BREAKS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]+")
_BLANK = "\x20\x7f-\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
_ONLY_BLANK = re.compile(rf"[\x00-{_BLANK}]*\Z")
_FIRST_YEAR = 1970
_NAMELESS = "Imported"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A task as it will be made, all but for where."""

    record: TaskRecord
    new: NewTask
    due: StoredDue
    reminders: tuple[Reminder, ...]
    completed_at: datetime | None
    created_at: datetime
    updated_at: datetime
    assignee: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversion:
    """From records to rows. `columns` says how the file calls a field; `now` is when the import was asked for."""

    columns: Mapping[str, str]
    time_zone: str
    now: datetime
    problems: list[Problem] = field(default_factory=list)

    def row_of(self, record: TaskRecord) -> Row | None:
        """The row, None where it cannot be one. Problems are added to `problems`."""
        fields = {name: value for name, value in record.fields.items() if name not in _NOT_NEW}
        try:
            new = msgspec.convert(fields, NewTask)
        except msgspec.ValidationError:
            mended = self._mended(record, fields)
            if mended is None:
                return None
            new = mended
        if new.title != new.title.strip():
            new = msgspec.structs.replace(new, title=new.title.strip())
        due = self._due(record, new)
        completed = self._moment(record, "completed_at") if new.completed else None
        created = self._moment(record, "created_at") or self.now
        return Row(
            record=record,
            new=new,
            due=due,
            reminders=self._reminders(record, new, due) if new.reminders else (),
            completed_at=(completed or self.now) if new.completed else None,
            created_at=created,
            updated_at=max(created, self._moment(record, "updated_at") or self.now),
            assignee=self._assignee(record),
        )

    def tell(self, record: TaskRecord, name: str | None, detail: str, level: str = "loss") -> None:
        """Note a problem of a record; `name` is the field it is about."""
        self.problems.append(problem(record, None if name is None else self.columns.get(name, name), detail, level))

    def _mended(self, record: TaskRecord, fields: dict[str, Any]) -> NewTask | None:
        """What of the fields a task can have, each of the others with its problem. None without a title."""
        for name in set(fields) & _NOT_HERE:
            del fields[name]
        if not self._mend_text(record, fields):
            return None
        try:
            return converted(fields, NewTask, "pointer", strict=True)
        except InvalidInput as error:
            for fault in error.faults:
                name = fault.where.split("/")[1] if "/" in fault.where else fault.where
                self.tell(record, name, f"{fault.detail}{_shown(fields.get(name))}; it was left out. Correct it there.")
                fields.pop(name, None)
        try:
            return converted(fields, NewTask, "pointer", strict=True)
        except InvalidInput as error:
            self.tell(record, None, f"The row cannot be a task ({error}). Correct it and import it again.", "error")
            return None

    def _mend_text(self, record: TaskRecord, fields: dict[str, Any]) -> bool:
        title, notes = fields.get("title"), fields.get("notes") or ""
        if not isinstance(title, str) or _ONLY_BLANK.match(title):
            self.tell(record, "title", "Expected a title; the row was left out. Give it one.", "error")
            return False
        plain = _BREAKS.sub(" ", title).strip()
        if isinstance(notes, str):
            if len(plain) > _MOST_TITLE:
                self.tell(record, "title", f"A title has at most {_MOST_TITLE} characters; all of it is in the notes.")
                notes = f"{title}\n\n{notes}" if notes else title
                plain = plain[: _MOST_TITLE - 1].rstrip() + "…"
            cut = _CONTROL.sub("", notes)[:_MOST_NOTES]
            if len(notes) > _MOST_NOTES:
                self.tell(record, "notes", f"Notes have at most {_MOST_NOTES:,} characters; the rest was cut off.")
            fields["notes"] = cut
        fields["title"] = plain[:_MOST_TITLE]
        return True

    def _due(self, record: TaskRecord, new: NewTask) -> StoredDue:
        if new.due is None:
            return StoredDue()
        try:
            return dues.stored(new.due, self.time_zone)
        except InvalidInput as error:
            self._tell_faults(record, error.faults)
            if new.due.recurrence is None or any("recurrence" not in fault.where for fault in error.faults):
                return StoredDue()
        # Without the rule it is still due.
        return dues.stored(msgspec.structs.replace(new.due, recurrence=None), self.time_zone)

    def _reminders(self, record: TaskRecord, new: NewTask, due: StoredDue) -> tuple[Reminder, ...]:
        found: dict[Reminder, None] = {}
        for each in new.reminders:
            try:
                found |= dict.fromkeys(reminders.checked((each,), self.time_zone, due))
            except InvalidInput as error:
                self._tell_faults(record, error.faults)
        return tuple(found)

    def _tell_faults(self, record: TaskRecord, faults: tuple[Fault, ...]) -> None:
        for fault in faults:
            name = fault.where.split("/")[1]
            self.tell(record, name, f"{fault.detail}; it was left out. Set it by hand.")

    def _moment(self, record: TaskRecord, name: str) -> datetime | None:
        text = record.fields.get(name)
        if not text:
            return None
        try:
            moment = datetime.fromisoformat(text)
            if moment.tzinfo is None or moment.year < _FIRST_YEAR:
                raise ValueError(text)
            return min(moment.astimezone(UTC), self.now)
        except (ValueError, TypeError, OverflowError):
            self.tell(record, name, f"Expected a moment (2026-11-23T09:00:00Z){_shown(text)}; it was left out.")
            return None

    def _assignee(self, record: TaskRecord) -> str | None:
        address = record.fields.get("assignee")
        return address.strip() if isinstance(address, str) and address.strip() else None


def problem(record: TaskRecord, column: str | None, detail: str, level: str = "loss") -> Problem:
    """A problem of a record."""
    title = record.fields.get("title")
    item = _BREAKS.sub(" ", title).strip()[:_MOST_TITLE] if isinstance(title, str) else None
    return Problem(row=record.row, column=column, detail=detail[:_MOST_DETAIL], level=level, item=item or None)  # type: ignore[arg-type]  # one of the two


def title_of(text: str, otherwise: str) -> str:
    """A list's title out of a file: one line that is not blank."""
    plain = _BREAKS.sub(" ", text).strip()
    return otherwise if _ONLY_BLANK.match(plain) else plain[:_MOST_TITLE]


def title_of_file(name: str) -> str:
    """What a list is called whose file names none."""
    return title_of(PurePath(name).stem, _NAMELESS)


def notes_of(text: str) -> str:
    """A list's notes out of a file."""
    return _CONTROL.sub("", text)[:_MOST_NOTES]


def _shown(value: Any) -> str:
    if not isinstance(value, (str, int, float)) or isinstance(value, bool):
        return ""
    text = str(value)
    return f', not "{text[:60]}{"…" if len(text) > 60 else ""}"'
