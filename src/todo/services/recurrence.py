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
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Literal, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from todo.services.time_zones import instant

LONGEST_RULE = 500  # characters
LARGEST_INTERVAL = 999
LARGEST_COUNT = 9_999

# How many days one search may look at. 29 February falls on a given weekday every 28 years, or 40 across a
# century that is no leap year: 14,610 days.
_DAYS_SEARCHED = 15_000

_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_BY_TIME = ("BYHOUR", "BYMINUTE", "BYSECOND")
_LAST_DAY = date.max.toordinal()

Frequency = Literal["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]
_FREQUENCIES: dict[str, Frequency] = {
    "DAILY": "DAILY",
    "WEEKLY": "WEEKLY",
    "MONTHLY": "MONTHLY",
    "YEARLY": "YEARLY",
}


class InvalidRecurrence(ValueError):
    """The text is no rule that a task can have. The message is for people: which part, what was expected."""


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
    rule = _parsed(text)
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
    parsed = _parsed(rule)
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


@dataclass(frozen=True, slots=True)
class _Rule:
    """The parts of a rule. An empty tuple: the part is absent. `str()` gives the canonical form."""

    frequency: Frequency
    interval: int = 1
    count: int | None = None
    until: date | datetime | None = None  # a datetime is in UTC
    months: tuple[int, ...] = ()
    weeks: tuple[int, ...] = ()
    year_days: tuple[int, ...] = ()
    month_days: tuple[int, ...] = ()
    weekdays: tuple[tuple[int, int], ...] = ()  # (0 Monday - 6 Sunday, nth of the month or year; 0: each)
    positions: tuple[int, ...] = ()
    week_start: int = 0

    def completed_by(self, first: date) -> "_Rule":
        """With what the rule leaves to the first due: its weekday, day of the month, month."""
        if self.weekdays or self.month_days or self.year_days:
            return self
        if self.weeks or self.frequency == "WEEKLY":
            return replace(self, weekdays=((first.weekday(), 0),))
        if self.frequency == "MONTHLY":
            return replace(self, month_days=(first.day,))
        if self.frequency == "YEARLY":
            return replace(self, month_days=(first.day,), months=self.months or (first.month,))
        return self

    def __str__(self) -> str:
        parts = {
            "FREQ": self.frequency,
            "INTERVAL": "" if self.interval == 1 else str(self.interval),
            "COUNT": "" if self.count is None else str(self.count),
            "UNTIL": _written(self.until),
            "BYMONTH": _joined(self.months),
            "BYWEEKNO": _joined(self.weeks),
            "BYYEARDAY": _joined(self.year_days),
            "BYMONTHDAY": _joined(self.month_days),
            "BYDAY": ",".join(f"{nth or ''}{_WEEKDAYS[weekday]}" for weekday, nth in self.weekdays),
            "BYSETPOS": _joined(self.positions),
            "WKST": _WEEKDAYS[self.week_start] if self.week_start else "",
        }
        return ";".join(f"{name}={value}" for name, value in parts.items() if value)


def _joined(numbers: tuple[int, ...]) -> str:
    return ",".join(map(str, numbers))


def _written(until: date | datetime | None) -> str:
    if until is None:
        return ""
    # Not strftime: on Linux its %Y writes the year 800 with three digits.
    return until.isoformat().replace("-", "").replace(":", "").replace("+0000", "Z")


# Reading a rule


def _parsed(text: str) -> _Rule:
    """The rule in `text`, canonical or not. Raises `InvalidRecurrence`. Whether it ever comes is open."""
    if len(text) > LONGEST_RULE:
        raise InvalidRecurrence(f"A rule has at most {LONGEST_RULE} characters.")
    stripped = text.strip(" ")
    if not stripped.isascii() or not stripped.isprintable():
        raise InvalidRecurrence(
            "A rule is one line of ASCII such as FREQ=WEEKLY;BYDAY=MO, with no DTSTART, RDATE or EXDATE."
        )
    found: dict[str, str] = {}
    for part in stripped.upper().removeprefix("RRULE:").split(";"):
        name, equals, value = part.partition("=")
        if name in _BY_TIME:
            raise InvalidRecurrence(f"{name}: a task recurs by days; the time of day is that of its due.")
        if not equals or name not in _READERS:
            raise InvalidRecurrence(f"{_quoted(part)} is not a part of a rule. Expected: {', '.join(_READERS)}.")
        if name in found:
            raise InvalidRecurrence(f"{name} is given twice.")
        found[name] = value
    if "FREQ" not in found:
        raise InvalidRecurrence("FREQ is missing: expected DAILY, WEEKLY, MONTHLY or YEARLY.")
    rule = _Rule(_frequency(found["FREQ"]))
    for name, value in found.items():
        rule = _READERS[name](rule, value)
    _check_together(rule, found)
    return rule


def _quoted(text: str) -> str:
    return f"'{text}'" if len(text) <= 30 else f"'{text[:27]}...'"


def _frequency(value: str) -> Frequency:
    if value not in _FREQUENCIES:
        raise InvalidRecurrence(f"FREQ is {_quoted(value)}: expected DAILY, WEEKLY, MONTHLY or YEARLY.")
    return _FREQUENCIES[value]


def _number(name: str, value: str, largest: int) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", value) or not 1 <= int(value) <= largest:
        raise InvalidRecurrence(f"{name} is {_quoted(value)}: expected a number from 1 to {largest}.")
    return int(value)


def _numbers(name: str, value: str, largest: int, *, from_the_end: bool = True) -> tuple[int, ...]:
    found: set[int] = set()
    for item in value.split(","):
        number = int(item) if re.fullmatch(r"[+-]?[0-9]{1,3}", item) else 0
        if not 1 <= (abs(number) if from_the_end else number) <= largest:
            also = f", or -1 to -{largest} from the end" if from_the_end else ""
            raise InvalidRecurrence(f"{name} holds {_quoted(item)}: expected numbers from 1 to {largest}{also}.")
        found.add(number)
    return tuple(sorted(found))


def _weekday(name: str, value: str) -> int:
    if value not in _WEEKDAYS:
        raise InvalidRecurrence(f"{name} is {_quoted(value)}: expected one of {', '.join(_WEEKDAYS)}.")
    return _WEEKDAYS.index(value)


def _weekdays(value: str) -> tuple[tuple[int, int], ...]:
    found: set[tuple[int, int]] = set()
    for item in value.split(","):
        match = re.fullmatch(r"([+-]?[0-9]{1,2})?([A-Z]{2})", item)
        nth = int(match[1] or 0) if match else 0
        if not match or match[2] not in _WEEKDAYS or (match[1] and not 1 <= abs(nth) <= 53):
            raise InvalidRecurrence(
                f"BYDAY holds {_quoted(item)}: expected {', '.join(_WEEKDAYS)}, "
                "or the nth of a month or year, such as 2MO or -1FR."
            )
        found.add((_WEEKDAYS.index(match[2]), nth))
    return tuple(sorted(found))


def _until(value: str) -> date | datetime:
    match = re.fullmatch(r"([0-9]{4})([0-9]{2})([0-9]{2})(?:T([0-9]{2})([0-9]{2})([0-9]{2})Z)?", value)
    try:
        if match and match[4]:
            year, month, day, hour, minute, second = map(int, match.groups())
            return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
        if match:
            return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        pass  # 31 February, or 25 o'clock
    raise InvalidRecurrence(
        f"UNTIL is {_quoted(value)}: expected a day such as 20271231, or UTC such as 20271231T090000Z."
    )


_READERS: dict[str, Callable[[_Rule, str], _Rule]] = {
    "FREQ": lambda rule, _: rule,
    "INTERVAL": lambda rule, value: replace(rule, interval=_number("INTERVAL", value, LARGEST_INTERVAL)),
    "COUNT": lambda rule, value: replace(rule, count=_number("COUNT", value, LARGEST_COUNT)),
    "UNTIL": lambda rule, value: replace(rule, until=_until(value)),
    "BYMONTH": lambda rule, value: replace(rule, months=_numbers("BYMONTH", value, 12, from_the_end=False)),
    "BYWEEKNO": lambda rule, value: replace(rule, weeks=_numbers("BYWEEKNO", value, 53)),
    "BYYEARDAY": lambda rule, value: replace(rule, year_days=_numbers("BYYEARDAY", value, 366)),
    "BYMONTHDAY": lambda rule, value: replace(rule, month_days=_numbers("BYMONTHDAY", value, 31)),
    "BYDAY": lambda rule, value: replace(rule, weekdays=_weekdays(value)),
    "BYSETPOS": lambda rule, value: replace(rule, positions=_numbers("BYSETPOS", value, 366)),
    "WKST": lambda rule, value: replace(rule, week_start=_weekday("WKST", value)),
}


def _check_together(rule: _Rule, found: dict[str, str]) -> None:
    """What RFC 5545 forbids of parts that are each right by themselves."""
    numbered = any(nth for _, nth in rule.weekdays)
    within_months = rule.frequency == "MONTHLY" or rule.months
    refusals = (
        (rule.count and rule.until, "COUNT and UNTIL: expected one of them, not both."),
        (rule.weeks and rule.frequency != "YEARLY", "BYWEEKNO: expected only with FREQ=YEARLY."),
        (rule.year_days and rule.frequency != "YEARLY", "BYYEARDAY: expected only with FREQ=YEARLY."),
        (rule.month_days and rule.frequency == "WEEKLY", "BYMONTHDAY: not expected with FREQ=WEEKLY."),
        (
            numbered and (rule.frequency in {"DAILY", "WEEKLY"} or rule.weeks),
            "BYDAY: numbers such as 2MO are expected only with FREQ=MONTHLY, or YEARLY without BYWEEKNO.",
        ),
        (
            within_months and any(abs(nth) > 5 for _, nth in rule.weekdays),
            "BYDAY: a month has at most five of a weekday; expected numbers from 1 to 5, or -1 to -5.",
        ),
        (
            rule.positions and not any(name.startswith("BY") and name != "BYSETPOS" for name in found),
            "BYSETPOS: expected with another BY part, whose days it picks from.",
        ),
    )
    for refused, message in refusals:
        if refused:
            raise InvalidRecurrence(message)


# Finding the next day


def _first_after(current: date, rule: _Rule) -> date | None:
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


def _periods(rule: _Rule, start: date) -> Iterator[range]:
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


def _names(rule: _Rule, day: date) -> bool:
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


def _nths(rule: _Rule, day: date) -> tuple[int, int]:
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


def _next_moment(rule: _Rule, due: Moment) -> Moment | None:
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
