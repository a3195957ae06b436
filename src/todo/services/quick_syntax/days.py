"""Which day, and which time of it, the fields of a phrase mean."""

import calendar
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from todo.services.quick_syntax.figures import FIRST_YEAR, LAST_YEAR

_DAYS_LOOKED_AT = 62  # from one 31st to the next is at most so long
_YEARS_LOOKED_AT = 9  # from one 29 February to the next, across a century
_SECONDS = {"minute": 60, "hour": 3600}
_MONTHS = {"month": 1, "year": 12}
_DAYS = {"day": 1, "week": 7}


@dataclass(frozen=True, slots=True)
class Now:
    """The moment at which a line is read, on the clock of its zone."""

    at: datetime
    zone: ZoneInfo

    @property
    def local(self) -> datetime:
        """What the clock shows."""
        return self.at.astimezone(self.zone)

    @property
    def today(self) -> date:
        """The day there."""
        return self.local.date()

    def is_past(self, minutes: int) -> bool:
        """Whether the clock has shown this time of today, in minutes from midnight."""
        local = self.local
        return minutes * 60 < local.hour * 3600 + local.minute * 60 + local.second

    def later(self, seconds: int) -> tuple[date, int]:
        """The day and the time in minutes, so many seconds from now."""
        local = (self.at + timedelta(seconds=seconds)).astimezone(self.zone)
        return local.date(), local.hour * 60 + local.minute


@dataclass(frozen=True, slots=True)
class Day:
    """A day that was said, with what was said of its time: minutes from midnight, or the hour of a part of the day."""

    day: date
    clock: int | None = None
    part: int | None = None


@dataclass(frozen=True, slots=True)
class Time:
    """A time that was said. `bare`: it may be meant in the afternoon. Or the hour of a part of the day."""

    clock: int | None = None
    bare: bool = False
    part: int | None = None


def day_of(fields: dict[str, Any], now: Now) -> Day | None:
    """The day that is meant; None where there is none in the calendar."""
    if fields.get("unit") in _SECONDS:
        day, minutes = now.later(fields["n"] * _SECONDS[fields["unit"]])
        return _within(day, minutes)
    return _within(_plain_day(fields, now.today), None, fields.get("part"))


def _within(day: date | None, clock: int | None, part: int | None = None) -> Day | None:
    return Day(day, clock, part) if day is not None and FIRST_YEAR <= day.year <= LAST_YEAR else None


def _plain_day(fields: dict[str, Any], today: date) -> date | None:
    for name in ("iso", "numeric", "numeric_year"):
        if name in fields:
            return _calendar_day(fields[name], today)
    if "month" in fields or "day" in fields:
        return _calendar_day(fields, today)
    if "n" in fields:
        return _after(today, fields["n"], fields["unit"])
    return _relative_day(fields, today)


def _relative_day(fields: dict[str, Any], today: date) -> date:
    if "weekday" in fields:
        return _weekday(fields["weekday"], fields.get("week"), today)
    name = next(name for name in _RELATIVE if name in fields)
    return _RELATIVE[name](fields[name], today)


def _weekday(weekday: int, week: int | None, today: date) -> date:
    """The coming one, which is not today; or that of this week (0), the next one (1)."""
    if week is None:
        return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)
    return _monday(week, today) + timedelta(days=weekday)


def _monday(week: int, today: date) -> date:
    return today + timedelta(days=7 * week - today.weekday())


def _first(months: int, today: date) -> date:
    return _after(today.replace(day=1), months, "month")


_RELATIVE: dict[str, Callable[[int, date], date]] = {
    "days": lambda days, today: today + timedelta(days=days),
    "week": _monday,
    "weekend": lambda week, today: max(today, _monday(week, today) + timedelta(days=5)),
    "months": _first,
    "month_end": lambda months, today: _first(months + 1, today) - timedelta(days=1),
    "years": lambda years, today: date(today.year + years, 1, 1),
    "year_end": lambda years, today: date(today.year + years, 12, 31),
}


def _after(day: date, n: int, unit: str) -> date:
    """So many units later; in a shorter month, its last day."""
    if unit in _DAYS:
        return day + timedelta(days=n * _DAYS[unit])
    months = day.year * 12 + day.month - 1 + n * _MONTHS[unit]
    year, month = months // 12, months % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def _calendar_day(fields: dict[str, Any], today: date) -> date | None:
    """The day of that name; the next one, where no year is said."""
    if "year" in fields:
        try:
            return date(fields["year"], fields["month"], fields["day"])
        except ValueError:
            return None
    return next_day(today, fields.get("month"), fields["day"])


def next_day(first: date, month: int | None, day: int) -> date | None:
    """The first day from `first` on that is the `day`th, of that month or of any; -1 is the last one."""
    if month is None:
        following = (first + timedelta(days=later) for later in range(_DAYS_LOOKED_AT))
        return next((found for found in following if _is_the(day, found)), None)
    for year in range(first.year, first.year + _YEARS_LOOKED_AT):
        if 1 <= month <= 12 and 1 <= day <= calendar.monthrange(year, month)[1] and date(year, month, day) >= first:
            return date(year, month, day)
    return None


def _is_the(day: int, found: date) -> bool:
    return found.day == day or (day == -1 and (found + timedelta(days=1)).day == 1)


def time_of(fields: dict[str, Any]) -> Time | None:
    """The time that is meant; None where no clock shows it."""
    said = {**fields, **fields.get("clock", {})}
    if "hour" not in said:
        return Time(part=said["part"])
    hour, meridiem = said["hour"], said.get("meridiem")
    part = said.get("part")
    if meridiem is None and part is not None and 1 <= hour <= 12:
        meridiem = "pm" if part >= 12 and not (part >= 21 and hour == 12) else "am"
    if meridiem is not None:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if meridiem == "pm" else 0)
    clock = (hour * 60 + said.get("minutes", 0)) % 1440
    return Time(clock=clock, bare=meridiem is None and 1 <= hour <= 11)
