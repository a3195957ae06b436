"""How a task recurs by what a phrase says: a rule of iCalendar in its canonical form, and its first day."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from todo.services.quick_syntax.days import next_day

_FREQUENCIES = {"day": "DAILY", "week": "WEEKLY", "month": "MONTHLY", "year": "YEARLY"}
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


@dataclass(frozen=True, slots=True)
class Rule:
    """A recurrence, and the hour of the part of the day that it names."""

    unit: str
    interval: int = 1
    weekdays: tuple[int, ...] = ()
    nth: int = 0
    day: int = 0
    month: int | None = None
    part: int | None = None

    def first(self, start: date) -> date:
        """The first day of it from `start` on."""
        if self.day:
            return next_day(start, self.month, self.day) or start
        if not self.weekdays:
            return start
        found = start
        while found.weekday() not in self.weekdays or not self._is_nth(found):
            found += timedelta(days=1)
        return found

    def text(self, until: date | None) -> str:
        """The rule of RFC 5545."""
        days = [f"{self.nth or ''}{_WEEKDAYS[weekday]}" for weekday in self.weekdays]
        parts = {
            "FREQ": _FREQUENCIES[self.unit],
            "INTERVAL": str(self.interval) if self.interval > 1 else "",
            "UNTIL": until.strftime("%Y%m%d") if until else "",
            "BYMONTHDAY": str(self.day) if self.day and self.month is None else "",
            "BYDAY": ",".join(days),
        }
        return ";".join(f"{name}={value}" for name, value in parts.items() if value)

    def _is_nth(self, day: date) -> bool:
        if self.nth == -1:
            return (day + timedelta(days=7)).month != day.month
        return self.nth in (0, (day.day + 6) // 7)


def rule_of(fields: dict[str, Any], today: date) -> Rule | None:
    """The recurrence that is meant; None for one that never comes, or comes more often than by the day."""
    n, part = fields.get("n", 1), fields.get("part")
    if "month" in fields:
        possible = "year" not in fields and next_day(today, fields["month"], fields["day"]) is not None
        return Rule("year", n, day=fields["day"], month=fields["month"], part=part) if possible else None
    if "nth" in fields:
        return Rule("month", n, weekdays=(fields["weekday"],), nth=fields["nth"])
    if "day" in fields:
        return Rule("month", n, day=fields["day"])
    if "weekdays" in fields:
        return Rule("week", n, weekdays=tuple(fields["weekdays"]))
    return Rule(fields["unit"], n, part=part) if fields["unit"] in _FREQUENCIES else None
