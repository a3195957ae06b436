"""How a task recurs: the recurrence rules of iCalendar (RFC 5545, section 3.3.10), by days and above.

A rule is text in a canonical form, such as `FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE`. These are pure functions of
it and of a due; no clock is read and no search is without bounds.

Two readings of the RFC that people ask about:

- **Monthly on the 31st** skips the months that have no 31st, as the RFC says, and never drifts to the 30th or
  the 28th. "The last day of each month" is `FREQ=MONTHLY;BYMONTHDAY=-1`.
- **The due on which a series is set is its first occurrence**, also where the rule would not name that day:
  COUNT counts it. Moving the due by hand sets the series anew, from there.

This does not stand on dateutil's rrule, with which the tests compare it. For a rule that never comes, rrule
looks up to the year 9999 and cannot be stopped (`FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30`: 3 s). It takes
`BYDAY=MO,1TU` to be the days that are both, applies BYSETPOS to what is left of the first week, gives all
seven days for a BYWEEKNO by itself, and answers `FREQ=YEARLY;BYMONTH=12;BYDAY=53MO` with an IndexError.
"""

import calendar
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from typing import NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from todo.services.recurrence_rule import InvalidRecurrence, Rule, parse_rule
from todo.services.time_zones import instant

# How many days one search may look at. 29 February falls on a given weekday every 28 years, or 40 across a
# century that is no leap year: 14,610 days.
_DAYS_SEARCHED = 15_000

_LAST_DAY = date.max.toordinal()


class Moment(NamedTuple):
    """A due that is a point in time: `at` in UTC, and the zone whose clock it was set by.

    `wall` is what that clock was meant to show, without a zone, and only where it cannot show it: the clock
    was put forward over that time, and `at` is later by as much. It is kept with the due, so that a series of
    02:30 goes back to 02:30 on the next day. It is None everywhere else.
    """

    at: datetime
    zone: ZoneInfo
    wall: datetime | None = None


Due = TypeVar("Due", date, Moment)


def normalise(text: str) -> str:
    """The canonical form of a rule: upper case, parts and values in a fixed order, no defaults, no `RRULE:`.

    Normalising a canonical form changes nothing. Raises `InvalidRecurrence` for what is not a rule, recurs by
    less than a day, or names days that no calendar has, such as 30 February.
    """
    rule = parse_rule(text)
    # What the rule leaves to the first due must not make it one that never comes: every month has a 1st, and
    # a week has the weekday that is needed.
    first = date(2000, 1, 1)
    each = replace(rule, interval=1).completed_by(first)
    if rule.weeks and each.weekdays != rule.weekdays:
        each = replace(each, weekdays=tuple((weekday, 0) for weekday in range(7)))
    if _first_after(first, each) is None:
        raise InvalidRecurrence("The rule names days that never come, such as 30 February.")
    return str(rule)


def advance(rule: str, due: Due) -> tuple[Due, str] | None:
    """What follows once the occurrence on `due` is done: the next due, strictly later, and its rule.

    None when the series ends with `due`: COUNT is used up, UNTIL is passed, or no such day comes in the next
    15,000 days that INTERVAL leaves (41 years for INTERVAL=1). The rule returned is the canonical form of the
    given one, with COUNT, if it has one, less by one.

    A date follows a date. A moment keeps the time on the clock of its zone: 09:00 stays 09:00 when the clocks
    change. A time that the clock skips is moved forward by what was skipped (RFC 5545, section 3.3.5), for
    that occurrence only; of a time that comes twice it is the first.

    UNTIL is the last day or instant on which the task may be due. Written as a day, it is a day in the zone
    of the moment; written in UTC, it is its date for a due that is a date.

    Raises `InvalidRecurrence` if the rule is not one, `ValueError` if a moment has no UTC offset.
    """
    # Counting from the current due, rather than from where the series began, loses nothing. A series is on in
    # one period (day, week from WKST, month, year) and off in the next INTERVAL - 1. The current due is an
    # occurrence, so its own period is one that is on, and counting whole periods from there meets the same
    # ones as counting from the beginning. Every two weeks on MO,WE: after Monday comes Wednesday of the same
    # week, after that the Monday of the week after next. And what the rule leaves to the first due (weekday,
    # day, month), each later occurrence shares with it.
    parsed = parse_rule(rule)
    if parsed.count == 1:
        return None
    rest = str(parsed if parsed.count is None else replace(parsed, count=parsed.count - 1))
    if isinstance(due, Moment):
        moment = _next_moment(parsed, due)
        return None if moment is None else (moment, rest)
    if isinstance(due, datetime):
        raise TypeError("a due is a date or a Moment")
    day = _first_after(due, parsed.completed_by(due))
    if day is None or (parsed.until is not None and day > _day_of(parsed.until)):
        return None
    return day, rest


# Finding the next day


def _first_after(current: date, rule: Rule) -> date | None:
    """The first day after `current` that the completed rule names; its period is the one to count from."""
    left = _DAYS_SEARCHED
    for period in _periods(rule, current):
        days = [day for day in map(date.fromordinal, period) if _names(rule, day)]
        if rule.positions:
            days = [day for at, day in enumerate(days, 1) if _counted(rule.positions, at, len(days))]
        for day in days:
            if day > current:
                return day
        left -= len(period)
        if left < 0:
            return None
    return None


def _periods(rule: Rule, start: date) -> Iterator[range]:
    """Every INTERVALth day, week, month or year from the one that holds `start`, as ordinals of its days."""
    if rule.frequency == "YEARLY":
        for year in range(start.year, date.max.year + 1, rule.interval):
            first = date(year, 1, 1).toordinal()
            yield range(first, first + 365 + calendar.isleap(year))
    elif rule.frequency == "MONTHLY":
        for index in range(start.year * 12 + start.month - 1, (date.max.year + 1) * 12, rule.interval):
            year, month = index // 12, index % 12 + 1
            first = date(year, month, 1).toordinal()
            yield range(first, first + calendar.monthrange(year, month)[1])
    else:
        weekly = rule.frequency == "WEEKLY"
        length = 7 if weekly else 1
        first = start.toordinal() - ((start.weekday() - rule.week_start) % 7 if weekly else 0)
        for day in range(first, _LAST_DAY + 1, length * rule.interval):
            yield range(max(day, 1), min(day + length, _LAST_DAY + 1))


def _names(rule: Rule, day: date) -> bool:
    """Whether the day is in each BY part.

    The table in section 3.3.10 says "limit" or "expand" of each; for the whole days of one period both come
    to this, once the rule is completed.
    """
    if rule.months and day.month not in rule.months:
        return False
    if rule.month_days and not _counted(rule.month_days, day.day, calendar.monthrange(day.year, day.month)[1]):
        return False
    if rule.year_days and not _counted(rule.year_days, _day_of_year(day), _days_in_year(day)):
        return False
    if rule.weekdays and not any(
        weekday == day.weekday() and (nth == 0 or nth in _nths(rule, day)) for weekday, nth in rule.weekdays
    ):
        return False
    return not rule.weeks or _counted(rule.weeks, *_week(day, rule.week_start))


def _counted(wanted: tuple[int, ...], position: int, length: int) -> bool:
    """Whether the position is wanted: by its number from the start, where 1 is the first, or -1 the last."""
    return position in wanted or position - length - 1 in wanted


def _nths(rule: Rule, day: date) -> tuple[int, int]:
    """Which of its weekday the day is, from the start and from the end of its month, or of its year."""
    if rule.frequency == "MONTHLY" or rule.months:
        position, length = day.day, calendar.monthrange(day.year, day.month)[1]
    else:
        position, length = _day_of_year(day), _days_in_year(day)
    return (position - 1) // 7 + 1, -((length - position) // 7 + 1)


def _week(day: date, week_start: int) -> tuple[int, int]:
    """The number of the day's week, and of the weeks in its year: that of the week's fourth day."""
    fourth = day.toordinal() - (day.weekday() - week_start) % 7 + 3
    middle = date.fromordinal(min(max(fourth, 1), _LAST_DAY))
    number = (_day_of_year(middle) - 1) // 7 + 1
    return number, number + (_days_in_year(middle) - _day_of_year(middle)) // 7


def _day_of_year(day: date) -> int:
    return day.timetuple().tm_yday


def _days_in_year(day: date) -> int:
    return 365 + calendar.isleap(day.year)


# Moments


def _next_moment(rule: Rule, due: Moment) -> Moment | None:
    if due.at.tzinfo is None:
        raise ValueError("a moment needs an offset from UTC")
    meant = due.wall or due.at.astimezone(due.zone).replace(tzinfo=None)
    day = _first_after(meant.date(), rule.completed_by(meant.date()))
    if day is None:
        return None
    wall = datetime.combine(day, meant.time())
    try:
        at = instant(wall, due.zone)
        shown = at.astimezone(due.zone).replace(tzinfo=None)
    except OverflowError:  # the last day that Python knows
        return None
    last = rule.until
    if isinstance(last, datetime) and at > last:
        return None
    if last is not None and not isinstance(last, datetime) and day > last:
        return None
    return Moment(at, due.zone, None if shown == wall else wall)


def _day_of(until: date | datetime) -> date:
    return until.date() if isinstance(until, datetime) else until
