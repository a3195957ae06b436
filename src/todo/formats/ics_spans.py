"""How iCalendar says how long (RFC 5545, section 3.3.6), and how long it is from one moment to another."""

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

_DURATION = re.compile(r"([+-]?)P(?:(\d{1,2})W|(?:(\d{1,3})D)?(?:T(?:(\d{1,4})H)?(?:(\d{1,6})M)?(?:(\d{1,8})S)?)?)")

# A date; or a moment, in UTC or on the clock of its zone.
When = tuple[date | None, datetime | None, str | None]


def span_of(text: str) -> timedelta | None:
    """How long a duration is; None where the text is none."""
    match = _DURATION.fullmatch(text.strip().upper())
    if match is None or not any(match.groups()[1:]):
        return None
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in match.groups()[1:])
    span = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
    return -span if match[1] == "-" else span


def between(begins: When, due: When) -> timedelta | None:
    """From the beginning to the due; None between a day and a moment."""
    if begins[0] is not None and due[0] is not None:
        return due[0] - begins[0]
    if begins[1] is None or due[1] is None:
        return None
    first, last = (
        at if at.tzinfo else at.replace(tzinfo=ZoneInfo(zone or "UTC"))
        for at, zone in ((begins[1], begins[2]), (due[1], due[2]))
    )
    return last.astimezone(UTC) - first.astimezone(UTC)


def duration(span: timedelta) -> str:
    """A duration as iCalendar writes it."""
    sign, span = ("-", -span) if span < timedelta() else ("", span)
    hours, rest = divmod(span.seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    time = (
        f"{hours}H" * bool(hours) + f"{minutes}M" * bool(minutes or (hours and seconds)) + f"{seconds}S" * bool(seconds)
    )
    if not time:
        return f"{sign}P{span.days}D" if span.days else "PT0S"
    return f"{sign}P" + f"{span.days}D" * bool(span.days) + f"T{time}"
