"""Dates and times as tables hold them, in figures and with names of months; those that have one meaning only."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

DayOrder = Literal["day first", "month first"] | None

_LONGEST = 100
_ISO = re.compile(r"\d{4}-\d\d-\d\d\Z")
_FIGURES = re.compile(r"(\d{1,4})\s*([./-])\s*(\d{1,2})\s*\2\s*(\d{1,4})\.?(?:\s+|[T,]\s*|\Z)(.*)\Z", re.DOTALL)
_EASTERN = re.compile(r"(\d{4})\s*[年년]\s*(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日일](.*)\Z", re.DOTALL)
_DAY_NAMED = re.compile(r"(?:[^\W\d]+\.?,?\s+)?(\d{1,2})(?:st|nd|rd|th|\.|º)?[\s-]+(?:de\s+)?([^\W\d]{3,})\.?,?[\s-]+"
                        r"(?:de\s+|del\s+)?(\d{4}|\d\d)(?![\d:])(?:,?\s+(.*))?\Z", re.DOTALL)  # fmt: skip
_MONTH_NAMED = re.compile(r"(?:[^\W\d]+\.?,?\s+)?([^\W\d]{3,})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})"
                          r"(?:,?\s+(.*))?\Z", re.DOTALL)  # fmt: skip
_TIME = re.compile(r"(?:at\s+|a las\s+)?(\d{1,2})[:.h](\d\d)(?:[:.](\d\d)(?:[.,]\d+)?)?\s*([ap])?\.?\s*(?:m\.?)?\s*"
                   r"(Z|UTC|GMT|[+-]\d\d:?\d\d)?\Z", re.IGNORECASE)  # fmt: skip
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan enero ene", "february feb febrero", "march mar marzo", "april apr abril abr", "may mayo",
            "june jun junio", "july jul julio", "august aug agosto ago", "september sep sept septiembre setiembre",
            "october oct octubre", "november nov noviembre", "december dec diciembre dic",
        ),
        1,
    )
    for name in names.split()
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """A date in figures that may be two days."""

    one: date
    other: date


@lru_cache(maxsize=1024)
def zone_of(name: str) -> ZoneInfo | None:
    """The zone of that name; None where there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def read(text: str, order: DayOrder) -> date | datetime | Ambiguous | None:
    """The day or the moment that a text says, which has no zone where none is said; None where it says none."""
    if len(text) > _LONGEST:
        return None
    try:
        if _ISO.match(text):
            return date.fromisoformat(text)
        if text[4:5] == "-" and text[10:11] in {"T", " "}:
            return datetime.fromisoformat(text)
    except ValueError:
        pass  # it may be said in another way
    day, rest = _day_of(" ".join(text.split()), order)
    clock = _time_of(rest) if rest else None
    if day is None or isinstance(day, Ambiguous) or not rest:
        return day
    if clock is None:
        return None
    moment = datetime.combine(day, clock)
    return day if moment.tzinfo is None and clock == time(0) and ":" not in rest else moment


def order_of(texts: Iterable[str]) -> DayOrder:
    """Whether the day or the month comes first in the figures of a column; None where it cannot be told."""
    first = second = False
    for text in texts:
        found = _FIGURES.match(text.strip().removeprefix("'"))
        if found and len(found[1]) <= 2:
            first = first or int(found[1]) > 12
            second = second or int(found[3]) > 12
    if first == second:
        return None
    return "day first" if first else "month first"


def _day_of(text: str, order: DayOrder) -> tuple[date | Ambiguous | None, str]:
    """The day that a text begins with, and what follows it."""
    if found := _FIGURES.match(text):
        return _of_figures(found[1], found[2], found[3], found[4], order), found[5]
    if found := _EASTERN.match(text):
        return _made(int(found[1]), int(found[2]), int(found[3])), found[4].strip()
    if found := _DAY_NAMED.match(text):
        return _made(_year(found[3]), _MONTHS.get(found[2].lower(), 0), int(found[1])), found[4] or ""
    if found := _MONTH_NAMED.match(text):
        return _made(int(found[3]), _MONTHS.get(found[1].lower(), 0), int(found[2])), found[4] or ""
    return None, ""


def _of_figures(first: str, sign: str, second: str, third: str, order: DayOrder) -> date | Ambiguous | None:
    if len(first) == 4 and len(third) <= 2:
        return _made(int(first), int(second), int(third))
    if len(first) > 2 or len(third) not in {2, 4}:
        return None
    return _of_two(_year(third), int(first), int(second), "day first" if sign == "." else order)


def _year(figures: str) -> int:
    return int(figures) + (2000 if len(figures) == 2 else 0)


def _of_two(year: int, a: int, b: int, order: DayOrder) -> date | Ambiguous | None:
    day_first, month_first = _made(year, b, a), _made(year, a, b)
    if order == "day first":
        return day_first
    if order == "month first":
        return month_first
    if day_first and month_first and day_first != month_first:
        return Ambiguous(day_first, month_first)
    return day_first or month_first


def _made(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _time_of(text: str) -> time | None:
    found = _TIME.match(text)
    if found is None:
        return None
    hour = int(found[1])
    if found[4]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if found[4] in "pP" else 0)
    zone = found[5]
    try:
        clock = time(hour, int(found[2]), int(found[3] or 0))
        if zone is None:
            return clock
        offset = "+00:00" if zone.upper() in {"Z", "UTC", "GMT"} else zone
        return time.fromisoformat(clock.isoformat() + (offset if ":" in offset else f"{offset[:3]}:{offset[3:]}"))
    except ValueError:
        return None
