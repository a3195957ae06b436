"""IANA time zones by name."""

from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from todo.errors import Fault, InvalidInput


def get_zone(name: str, where: str) -> ZoneInfo:
    """The zone of that name. Raises InvalidInput, pointing at `where`."""
    zone = _find_zone(name)
    if zone is None:
        raise InvalidInput(Fault("Expected an IANA time zone such as Europe/Madrid", where))
    return zone


@lru_cache(maxsize=256)
def _find_zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
