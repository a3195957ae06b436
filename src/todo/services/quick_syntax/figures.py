"""What figures in a line say: numbers, days, years, times of the clock, dates."""

import re
from collections.abc import Callable
from typing import Any

from todo.services.quick_syntax.language import Language

FIRST_YEAR, LAST_YEAR = 1973, 2999  # in which a due may be

_NUMBER = re.compile(r"[0-9]{1,3}\Z")
_DAY = re.compile(r"([0-9]{1,2})(.*)\Z")
_CLOCK = re.compile(r"([0-9]{1,2})(?::([0-9]{2}))?(am|pm|a\.m|p\.m)?\Z")
_HOURS = re.compile(r"([0-9]{1,2})h([0-9]{2})?\Z")
_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})\Z")
_NUMERIC = re.compile(r"([0-9]{1,2})[/]([0-9]{1,2})(?:[/]([0-9]{4}|[0-9]{2}))?\Z")


def number(word: str, language: Language) -> int | None:
    """1 to 999, in figures or as a word."""
    said = int(word) if _NUMBER.match(word) else language.words["number"].get(word, 0)
    return said or None


def day(word: str, language: Language) -> int | None:
    """A day of the month, as `15` or `15th`."""
    match = _DAY.match(word)
    if match is None or (match[2] and match[2] not in language.day_suffixes):
        return None
    return int(match[1]) if 1 <= int(match[1]) <= 31 else None


def nth(word: str, language: Language) -> int | None:
    """A day of the month that says so: `15th`."""
    return day(word, language) if not word.isdigit() else None


def year(word: str, _language: Language) -> int | None:
    """A year in four figures."""
    said = int(word) if re.match(r"[0-9]{4}\Z", word) else 0
    return said if FIRST_YEAR <= said <= LAST_YEAR else None


def hour(word: str, language: Language) -> int | None:
    """An hour of the clock, in figures or as a word."""
    said = int(word) if re.match(r"[0-9]{1,2}\Z", word) else language.words["number"].get(word, 24)
    return said if said < 24 else None


def clock(word: str, _language: Language) -> dict[str, Any] | None:
    """`9:30`, `9am`, `9:30pm`. A bare `9` is no time."""
    match = _CLOCK.match(word)
    if match is None or not (match[2] or match[3]) or int(match[2] or 0) > 59 or int(match[1]) > 23:
        return None
    said = {"hour": int(match[1]), "minutes": int(match[2] or 0)}
    return said | {"meridiem": match[3].replace(".", "")} if match[3] else said


def hours(word: str, _language: Language) -> dict[str, Any] | None:
    """`21h`, `9h30`."""
    match = _HOURS.match(word)
    if match is None or int(match[1]) > 23 or int(match[2] or 0) > 59:
        return None
    return {"hour": int(match[1]), "minutes": int(match[2] or 0)}


def iso(word: str, _language: Language) -> dict[str, int] | None:
    """`2026-12-24`."""
    match = _ISO.match(word)
    return {"year": int(match[1]), "month": int(match[2]), "day": int(match[3])} if match else None


def numeric(word: str, language: Language) -> dict[str, int] | None:
    """`24/12`, or `12/24` where the month comes first."""
    match = _NUMERIC.match(word)
    if match is None or match[3]:
        return None
    return _in_order(language, int(match[1]), int(match[2]))


def numeric_year(word: str, language: Language) -> dict[str, int] | None:
    """`24/12/2026`, `24/12/26`."""
    match = _NUMERIC.match(word)
    if match is None or not match[3]:
        return None
    said = int(match[3])
    return _in_order(language, int(match[1]), int(match[2])) | {"year": said if said > 99 else 2000 + said}


def _in_order(language: Language, first: int, second: int) -> dict[str, int]:
    return {"month": first, "day": second} if language.month_first else {"month": second, "day": first}


FIGURES: dict[str, Callable[[str, Language], Any]] = {
    "n": number,
    "day": day,
    "nth": nth,
    "year": year,
    "hour": hour,
    "clock": clock,
    "hours": hours,
    "iso": iso,
    "numeric": numeric,
    "numeric_year": numeric_year,
}
