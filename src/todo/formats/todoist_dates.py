"""Dates as Todoist keeps them: the words that were typed, in the language in which they were."""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from todo.formats import dates
from todo.formats.records import ReadOptions
from todo.shapes.task import Due

LONGEST = 200
_DAY_OF_MONTH = re.compile(r"\d{1,2} [A-Za-z]{3}(?: \d{1,2}:\d\d)?")
_SINCE_COMPLETION = re.compile(r"\bev(?:ery)?\s?!", re.IGNORECASE)
# What Todoist says, as it is said here.
_ENGLISH = (
    (_SINCE_COMPLETION, "every"),
    (re.compile(r"\bev\b\.?", re.IGNORECASE), "every"),
    (re.compile(r"\blast day\b(?! of)", re.IGNORECASE), "last day of the month"),
    (re.compile(r",(?=\S)"), ", "),
    (re.compile(r"\bworkday\b", re.IGNORECASE), "weekday"),
)
_DAYS = {
    "MO": "monday", "TU": "tuesday", "WE": "wednesday", "TH": "thursday", "FR": "friday", "SA": "saturday",
    "SU": "sunday",
}  # fmt: skip
_UNITS = {"DAILY": "day", "WEEKLY": "week", "MONTHLY": "month", "YEARLY": "year"}
_NTH = {"1": "1st", "2": "2nd", "3": "3rd", "4": "4th", "-1": "last"}


def read(text: str, language: str, zone: str, options: ReadOptions) -> dict[str, Any] | dates.Ambiguous | None:
    """The due that a text means; None where it is not understood."""
    said = dates.read(text, None)
    if isinstance(said, dates.Ambiguous):
        return said
    if isinstance(said, datetime):
        return {"at": said.isoformat(), "time_zone": zone}
    if isinstance(said, date):
        return {"date": said.isoformat()}
    if options.parse_due is None or len(text) > LONGEST:
        return None
    if language == "en":
        for pattern, plain in _ENGLISH:
            text = pattern.sub(plain, text)
    due = options.parse_due(text, language, zone)
    if due is None and _DAY_OF_MONTH.fullmatch(text):
        # Such are the dates of its calendar in every language; most months are called alike.
        due = options.parse_due(text, "en", zone)
    return None if due is None else dict(due)


def is_since_completion(text: str) -> bool:
    """Whether it recurs from the day on which it is done, which tasks here do not."""
    return _SINCE_COMPLETION.search(text) is not None


def written(due: Due) -> tuple[str, str]:
    """The words for a due, and what they do not say of it."""
    day = due.date or (due.at.date() if due.at else None)
    if day is None:
        return "", ""
    clock = f"{due.at:%H:%M}" if due.at else ""
    lost = "A due has no seconds in Todoist." if due.at and due.at.second else ""
    alone = f"{day} {clock}".strip()
    if due.recurrence is None:
        return alone, lost
    rule = _rule(due.recurrence, day)
    if rule is None:
        return alone, f"The rule {due.recurrence} cannot be said in Todoist's words; the next date was written."
    words, until = rule
    return " ".join(filter(None, (words, clock and f"at {clock}", f"starting {day}", until))), lost


def _rule(text: str, day: date) -> tuple[str, str] | None:
    parts = dict(part.split("=", 1) for part in text.upper().split(";") if "=" in part)
    frequency, every = parts.pop("FREQ", ""), parts.pop("INTERVAL", "1")
    until = parts.pop("UNTIL", "")
    unit = _UNITS.get(frequency)
    if unit is None or len(parts) > 1 or (until and len(until) != 8):
        return None
    plain = f"every {unit}" if every == "1" else f"every {every} {unit}s"
    words: str | None = plain
    if parts:
        name, value = parts.popitem()
        say = _BY.get((frequency, name))
        words = say(value, day, plain if every != "1" else "") if say else None
    return None if words is None else (words, f"until {until[:4]}-{until[4:6]}-{until[6:]}" if until else "")


def _weekdays(value: str, day: date, plain: str) -> str | None:
    names = value.split(",")
    if any(name not in _DAYS for name in names) or tuple(_DAYS)[day.weekday()] not in names:
        return None
    if plain:
        return plain if len(names) == 1 else None
    said = [_DAYS[name] for name in names]
    return "every " + (", ".join(said[:-1]) + " and " + said[-1] if len(said) > 1 else said[0])


def _monthday(value: str, day: date, plain: str) -> str | None:
    is_last = (day + timedelta(days=1)).day == 1
    if value == "-1" and is_last and not plain:
        return "every last day"
    if value != str(day.day):
        return None
    return plain or f"every {value}{'th' if 10 < day.day < 14 else {1: 'st', 2: 'nd', 3: 'rd'}.get(day.day % 10, 'th')}"


def _nth_weekday(value: str, day: date, plain: str) -> str | None:
    nth, name = value[:-2], value[-2:]
    if plain or nth not in _NTH or name not in _DAYS or tuple(_DAYS)[day.weekday()] != name:
        return None
    is_last = (day + timedelta(days=7)).month != day.month
    if (nth == "-1" and not is_last) or (nth != "-1" and (day.day - 1) // 7 + 1 != int(nth)):
        return None
    return f"every {_NTH[nth]} {_DAYS[name]}"


_BY: dict[tuple[str, str], Callable[[str, date, str], str | None]] = {
    ("WEEKLY", "BYDAY"): _weekdays,
    ("MONTHLY", "BYMONTHDAY"): _monthday,
    ("MONTHLY", "BYDAY"): _nth_weekday,
}
