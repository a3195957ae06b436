"""Recurrence rules of calendars, made to fit what a task can have: by days and above, without exceptions.

What is refused here is what files have and tasks have not; whether the rule is right otherwise, the product checks.
"""

import re
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from todo.formats.item import Item, shown

_LONGEST = 500
_PARTS = {
    *("FREQ", "INTERVAL", "COUNT", "UNTIL", "BYMONTH", "BYWEEKNO", "BYYEARDAY", "BYMONTHDAY", "BYDAY", "BYSETPOS"),
    "WKST",
}
_TIMES = {"BYHOUR": "%H", "BYMINUTE": "%M", "BYSECOND": "%S"}
_UNTIL = re.compile(r"(\d{8})(?:T(\d{6})(Z?))?")


def fitting(item: Item, text: str, wall: datetime | None, zone: str | None, begins: datetime | None) -> str | None:
    """A rule that a task can have; None, and a loss, where there is none in `text`.

    `wall` is the time of day of the due, where it is a moment, on the clock of `zone`; `begins` is the one from which
    the rule counts, on the clock on which it is written.
    """
    parts: dict[str, str] = {}
    # Some write blanks into it, which the RFC does not foresee.
    for part in "".join(text.split()).strip(";").upper().split(";"):
        name, _, value = part.partition("=")
        if name in _TIMES and value.lstrip("0") in {f"{at:{_TIMES[name]}}".lstrip("0") for at in (wall, begins) if at}:
            continue  # it says what the due says
        if name not in _PARTS or name in parts:
            return _lost(item, text, f"{name or 'an empty part'} is none of the parts that a task's rule has")
        parts[name] = value
    if parts.get("FREQ") not in {"DAILY", "WEEKLY", "MONTHLY", "YEARLY"}:
        return _lost(item, text, "expected FREQ of DAILY, WEEKLY, MONTHLY or YEARLY")
    if "UNTIL" in parts:
        until = _until(parts["UNTIL"], wall, zone)
        if until is None:
            return _lost(item, text, f"UNTIL is {shown(parts['UNTIL'])}, which is no day that exists")
        parts["UNTIL"] = until
    if int(_digits(parts.get("INTERVAL"))) > 999 or int(_digits(parts.get("COUNT"))) > 9_999:
        return _lost(item, text, "expected INTERVAL up to 999 and COUNT up to 9,999")
    rule = ";".join(f"{name}={value}" for name, value in parts.items())
    return rule if len(rule) <= _LONGEST and rule.isascii() else _lost(item, text, "it is too long")


def _lost(item: Item, text: str, why: str) -> str | None:
    item.lose("RRULE", f"The task does not recur: {why}; the rule was {shown(text)}.")
    return None


def _digits(value: str | None) -> str:
    """A number that is not absurd, as text; 0 where it is something else, which the product tells."""
    return value if value and re.fullmatch("[0-9]{1,9}", value) else "0"


def _until(value: str, wall: datetime | None, zone: str | None) -> str | None:
    match = _UNTIL.fullmatch(value)
    if match is None:
        return None
    try:
        day = datetime.strptime(match[1], "%Y%m%d")  # noqa: DTZ007  # a day
        if match[2] is None:
            return match[1]
        at = datetime.strptime(match[1] + match[2].replace("240000", "235959"), "%Y%m%d%H%M%S")  # noqa: DTZ007  # its zone comes next
    except ValueError:
        return None
    if match[3]:
        return value
    if wall is None or zone is None:
        return f"{day:%Y%m%d}"
    # A time on the clock of the due; rules have UTC.
    return f"{at.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC):%Y%m%dT%H%M%SZ}"


def valid_for(rule: str, at: datetime | None) -> str:
    """A task's rule as RFC 5545 wants it beside a due: UNTIL is a day beside a day, and UTC beside a moment `at`."""

    def until(match: Any) -> str:
        day, time = match[1], match[2]
        if at is None:
            return f"UNTIL={day}"
        if time:
            return f"UNTIL={day}{time}"
        # The whole of the day in the zone of the due.
        last = datetime.strptime(day + "235959", "%Y%m%d%H%M%S").replace(tzinfo=at.tzinfo)
        return f"UNTIL={last.astimezone(UTC):%Y%m%dT%H%M%SZ}"

    return re.sub(r"UNTIL=(\d{8})(T\d{6}Z)?", until, rule)
