"""IANA time zones by name."""

from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from todo.errors import Fault, InvalidInput


def get_zone(name: str, where: str) -> ZoneInfo:
    """The zone of that name. Raises InvalidInput, pointing at `where`."""
    zone = _find_zone(name)
    if zone is None:
        raise InvalidInput(Fault("Expected an IANA time zone such as Europe/Madrid", where))
    return zone


def instant(wall: datetime, zone: ZoneInfo) -> datetime:
    """When the zone's clocks show `wall`, a time of day without a zone, in UTC.

    A time that they skip is moved forward by what was skipped (RFC 5545, section 3.3.5); of a time that comes twice it
    is the first.
    """
    # fold=0: of two equal times the first; of a skipped one, the offset before the gap, which moves it forward.
    return wall.replace(tzinfo=zone, fold=0).astimezone(UTC)


def in_utc(moment: datetime, where: str, kind: str = "pointer") -> datetime:
    """The moment in UTC. Raises InvalidInput, pointing at `where`, when the calendar has no such day in UTC."""
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise InvalidInput(Fault("Expected a moment within the years 1 to 9999 of UTC", where, kind)) from error


@lru_cache(maxsize=256)
def _find_zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
