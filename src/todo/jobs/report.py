"""What a job says of itself."""

from dataclasses import dataclass
from datetime import datetime

from todo.database import seconds_left

# A unit of work begins only with more than this left.
_RESERVE_SECONDS = 4.0


@dataclass(frozen=True, slots=True)
class Report:
    """How much was done, how far behind that was, and whether the time was up before everything was done."""

    job: str
    done: int
    seconds_behind: float
    stopped_early: bool


def is_time_left() -> bool:
    """Whether there is time for another unit of work."""
    return seconds_left() > _RESERVE_SECONDS


def seconds_behind(oldest: datetime | None, now: datetime) -> float:
    """How long ago the oldest thing that was due was due; 0 where there was nothing, or the clock went back."""
    return 0.0 if oldest is None else max(0.0, (now - oldest).total_seconds())
