"""Durations of iCalendar (RFC 5545, section 3.3.6): days as the calendar has them, and time that passes."""

import re
from dataclasses import dataclass

MOST_DAYS = 366

_FORM = re.compile(
    r"(?P<sign>[+-])?P(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+)S)?)?"
)
_DAY_SECONDS = 86_400


class InvalidDuration(ValueError):
    """The text is no duration that can be taken. The message is for people."""


@dataclass(frozen=True, slots=True)
class Duration:
    """`days` are nominal: on the clock, from 9:00 to 9:00. `seconds` are exact. Both are negative where it is.

    `str()` gives the canonical form, in which two that mean the same are equal: weeks where it is nothing but whole
    weeks, and no more minutes or seconds than go into the next unit. 24 hours are not a day.
    """

    days: int
    seconds: int

    def __str__(self) -> str:
        sign, days, seconds = ("-" if self.days < 0 or self.seconds < 0 else ""), abs(self.days), abs(self.seconds)
        if not seconds:
            if not days:
                return "PT0S"
            return f"{sign}P{days // 7}W" if days % 7 == 0 else f"{sign}P{days}D"
        hours, minutes, rest = seconds // 3600, seconds // 60 % 60, seconds % 60
        # The RFC lets seconds follow minutes only.
        parts = (
            f"{hours}H" if hours else "",
            f"{minutes}M" if minutes or (hours and rest) else "",
            f"{rest}S" if rest else "",
        )
        return f"{sign}P{f'{days}D' if days else ''}T{''.join(parts)}"


def parse(text: str) -> Duration:
    """The duration that a text of the form `fields.DURATION` says. Raises InvalidDuration for one that is too long."""
    found = _FORM.fullmatch(text)
    if found is None:
        raise InvalidDuration("Expected a duration (RFC 5545) such as PT30M, P1D or P1DT2H")
    count = {name: int(found[name] or 0) for name in ("weeks", "days", "hours", "minutes", "seconds")}
    days = count["weeks"] * 7 + count["days"]
    seconds = count["hours"] * 3600 + count["minutes"] * 60 + count["seconds"]
    if days * _DAY_SECONDS + seconds > MOST_DAYS * _DAY_SECONDS:
        raise InvalidDuration(f"Expected at most {MOST_DAYS} days")
    sign = -1 if found["sign"] == "-" else 1
    return Duration(sign * days, sign * seconds)
