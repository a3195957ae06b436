"""How calendars are written: properties, folded lines, and the zones that they need."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

PRODUCT = "-//To-do//To-do 1//EN"
_FOLDED = 74
# What VTIMEZONEs are written for; programs that know the zone by its name know it for ever.
_FIRST, _LAST = date(1973, 1, 1), date(2060, 1, 1)


def escaped(text: str) -> str:
    """A text as a value. Of line ends there is one kind."""
    text = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return text.replace("\r\n", "\\n").replace("\r", "\\n").replace("\n", "\\n")


def line(name: str, value: str, parameters: Mapping[str, str] | None = None) -> bytes:
    """A property, folded so that no line has more than 75 bytes, and no character is cut."""
    more = "".join(f";{key}={one}" for key, one in (parameters or {}).items())
    raw = f"{name}{more}:{value}".encode()
    if len(raw) <= _FOLDED:
        return raw + b"\r\n"
    parts = []
    start, room = 0, _FOLDED
    while start < len(raw):
        end = min(start + room, len(raw))
        while end < len(raw) and raw[end] & 0xC0 == 0x80:
            end -= 1
        parts.append(raw[start:end])
        start, room = end, _FOLDED - 1
    return b"\r\n ".join(parts) + b"\r\n"


def text(name: str, value: str) -> bytes:
    """A property that is a text; nothing where it is empty."""
    return line(name, escaped(value)) if value else b""


def utc(moment: datetime) -> str:
    """A moment in UTC. Calendars have no fractions of seconds."""
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def when(name: str, day: date | None, at: datetime | None, zone: str | None) -> bytes:
    """A date, or a moment in its zone; in UTC where the zone is none, or the clock shows that time twice."""
    if day is not None:
        return line(name, f"{day:%Y%m%d}", {"VALUE": "DATE"})
    if at is None:
        return b""
    local = at.astimezone(ZoneInfo(zone or "UTC"))
    if not named(at, zone):
        return line(name, utc(at), {"X-TODO-ZONE": zone} if zone else {})
    return line(name, f"{local:%Y%m%dT%H%M%S}", {"TZID": zone or "UTC"})


def named(at: datetime, zone: str | None) -> bool:
    """Whether a moment is written with a zone by name, which the calendar has to define."""
    return zone not in {None, "UTC"} and at.astimezone(ZoneInfo(zone or "UTC")).fold == 0


@lru_cache(maxsize=64)
def vtimezone(name: str) -> bytes:
    """The definition of a zone."""
    from icalendar import Timezone

    return bytes(Timezone.from_tzinfo(ZoneInfo(name), name, _FIRST, _LAST).to_ical())
