"""Digests: a mail each morning of what is due."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from todo.services.time_zones import instant

_HOUR = time(7)


def next_digest(now: datetime, zone: ZoneInfo) -> datetime:
    """The next 7:00 on the clocks of `zone` that is later than `now`, in UTC."""
    day = now.astimezone(zone).date()
    while (at := instant(datetime.combine(day, _HOUR), zone)) <= now:
        day += timedelta(days=1)
    return at
