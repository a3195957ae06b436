"""One item of a file while it is made to fit what a task can hold; what does not fit is told, and nothing raises."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from todo.formats.records import Problem
from todo.shapes.fields import ONE_LINE

LONGEST_TITLE = 500
LONGEST_NOTES = 16_384
LONGEST_LABEL = 60
MOST_LABELS = 100
MOST_REMINDERS = 20
FIRST_YEAR, LAST_YEAR = 1973, 2999

_SHOWN = 80
_ONE_LINE = re.compile(ONE_LINE)
_NUL_OR_HALF = re.compile("[\x00\ud800-\udfff]")
_CONTROL = re.compile(r"[\x01-\x08\x0b\x0c\x0e-\x1f\x7f]")
# Everything that `fields.ONE_LINE` refuses within a title, and the white space around it.
_BREAKS = re.compile(r"\s*[\x00-\x1f\x7f-\x9f\u2028\u2029]+\s*")
_BLANK = "".join(
    map(chr, [*range(0x21), *range(0x7F, 0xA1), 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029, 0x202F, 0x205F])
)
_BLANK += "\u3000\ufeff"
_BLANKS = frozenset(_BLANK)


@dataclass(slots=True)
class Item:
    """What was found out about the item at `row`: its `title`, once it is known, and its `problems`."""

    row: int
    title: str | None = None
    problems: list[Problem] = field(default_factory=list)

    def lose(self, column: str | None, detail: str) -> None:
        """Tell that the item goes in, but for this."""
        self.problems.append(Problem(row=self.row, column=column, detail=detail, level="loss", item=self.title))

    def refuse(self, column: str | None, detail: str) -> None:
        """Tell that the item is left out, and why."""
        self.problems.append(Problem(row=self.row, column=column, detail=detail, level="error", item=self.title))

    # -- texts --------------------------------------------------------------------------------------------------------

    def text(self, value: Any, column: str) -> str:
        """A text of any length without what no field can hold; "" where it is none."""
        if value is None:
            return ""
        if not isinstance(value, str):
            self.lose(column, f"Expected text, found {shown(value)}; it was left out.")
            return ""
        cleaned, count = _NUL_OR_HALF.subn("", value)
        if count:
            self.lose(column, "Characters that are none (NUL, halves of a pair) were taken out.")
        return cleaned

    def line(self, value: Any, column: str) -> str:
        """A text as one line, without white space around it."""
        return _BREAKS.sub(" ", self.text(value, column)).strip(_BLANK)

    def named(self, value: Any, column: str) -> tuple[str, str]:
        """A title, and what of the text has no room in it, which goes to the top of the notes; ("", "") without one."""
        fits = isinstance(value, str) and len(value) <= LONGEST_TITLE and _ONE_LINE.match(value)
        whole = _trimmed(self.text(value, column)) if fits else self.line(value, column)
        self.title = whole[:LONGEST_TITLE] or None
        if len(whole) <= LONGEST_TITLE:
            return whole, ""
        self.lose(column, f"A title has at most {LONGEST_TITLE} characters; the whole of it is in the notes.")
        return whole[: LONGEST_TITLE - 1].rstrip(_BLANK) + "…", whole

    def notes(self, parts: Iterable[str], column: str) -> str:
        """Notes out of parts that are not empty, with an empty line between them."""
        whole = "\n\n".join(part for part in parts if part)
        whole, count = _CONTROL.subn("", whole)
        if count:
            self.lose(column, "Control characters were taken out.")
        if len(whole) <= LONGEST_NOTES:
            return whole
        self.lose(column, f"Notes have at most {LONGEST_NOTES:,} characters; the rest was cut off.")
        return whole[: LONGEST_NOTES - 1] + "…"

    def labels(self, names: Iterable[Any], column: str) -> list[str]:
        """Labels that are names, each once."""
        found: dict[str, None] = {}
        for name in names:
            fits = isinstance(name, str) and len(name) <= LONGEST_LABEL and _ONE_LINE.match(name)
            label = _trimmed(self.text(name, column)) if fits else self.line(name, column)
            if len(label) > LONGEST_LABEL:
                self.lose(column, f"A label has at most {LONGEST_LABEL} characters; {shown(label)} was cut off.")
                label = label[: LONGEST_LABEL - 1].rstrip(_BLANK) + "…"
            if label:
                found[label] = None
        if len(found) > MOST_LABELS:
            self.lose(column, f"A task has at most {MOST_LABELS} labels; the rest was left out.")
        return list(found)[:MOST_LABELS]

    # -- times --------------------------------------------------------------------------------------------------------

    def moment(self, value: Any, column: str) -> str | None:
        """A moment of RFC 3339 in UTC; None, and a loss, where it is none."""
        if value is None or value == "":
            return None
        try:
            moment = datetime.fromisoformat(value)
            moment = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
        except (TypeError, ValueError, OverflowError):
            self.lose(column, f"Expected a moment such as 2026-11-23T09:00:00Z, found {shown(value)}.")
            return None
        return written(moment) if self.within(moment, value, column) else None

    def day(self, value: Any, column: str) -> str | None:
        """A date, of a text that begins with one; None, and a loss, where it does not."""
        try:
            day = date.fromisoformat(value[:10])
        except (TypeError, ValueError, LookupError):
            self.lose(column, f"Expected a date such as 2026-11-23 that exists, found {shown(value)}.")
            return None
        return day.isoformat() if self.within(day, value, column) else None

    def within(self, when: date, value: Any, column: str) -> bool:
        """Whether dues may be in that year; a loss where not."""
        if FIRST_YEAR <= when.year <= LAST_YEAR:
            return True
        self.lose(column, f"Expected a year from {FIRST_YEAR} to {LAST_YEAR}, found {shown(value)}.")
        return False

    def reminders(self, found: Iterable[Mapping[str, str]], column: str) -> list[dict[str, str]]:
        """Reminders, each once, as many as a task may have."""
        once = list({tuple(each.items()): dict(each) for each in found}.values())
        if len(once) > MOST_REMINDERS:
            self.lose(column, f"A task has at most {MOST_REMINDERS} reminders; the rest was left out.")
        return once[:MOST_REMINDERS]


def _trimmed(text: str) -> str:
    """The text without blanks around it, which few have; looking for all of them takes its time."""
    return text.strip(_BLANK) if text[:1] in _BLANKS or text[-1:] in _BLANKS else text


def written(moment: datetime) -> str:
    """A moment in UTC as RFC 3339 has it."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def shown(value: Any) -> str:
    """A value of a file within a sentence for people, of bounded length."""
    text = _NUL_OR_HALF.sub("\ufffd", value if isinstance(value, str) else repr(value))
    return f"“{text if len(text) <= _SHOWN else text[: _SHOWN - 1] + '…'}”"


def filled(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Only the fields that say something."""
    return {name: value for name, value in fields.items() if value not in (None, "", [], (), 0, False)}
