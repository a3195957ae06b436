"""A recurrence rule of iCalendar (RFC 5545, section 3.3.10) as its parts: read, checked, and written again."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Literal

LONGEST_RULE = 500  # characters
LARGEST_INTERVAL = 999
LARGEST_COUNT = 9_999

_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_BY_TIME = ("BYHOUR", "BYMINUTE", "BYSECOND")

Frequency = Literal["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]
_FREQUENCIES: dict[str, Frequency] = {
    "DAILY": "DAILY",
    "WEEKLY": "WEEKLY",
    "MONTHLY": "MONTHLY",
    "YEARLY": "YEARLY",
}


class InvalidRecurrence(ValueError):
    """The text is no rule that a task can have. The message is for people: which part, what was expected."""


@dataclass(frozen=True, slots=True)
class Rule:
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

    def completed_by(self, first: date) -> "Rule":
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


def parse_rule(text: str) -> Rule:
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
    rule = Rule(_frequency(found["FREQ"]))
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


_READERS: dict[str, Callable[[Rule, str], Rule]] = {
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


def _check_together(rule: Rule, found: dict[str, str]) -> None:
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
