"""When the server runs which job: the same hours as the schedules of the stack."""

from datetime import datetime

# Seconds. A quarter of an hour, because some zones are half or three quarters of an hour off.
PERIODS = {"reminders": 60, "digest": 900, "housekeeping": 3600}


class Timetable:
    """Says of each period of the wall clock once that it began. All jobs are due at first: the machine was off."""

    def __init__(self) -> None:
        self._seen: dict[str, int] = {}

    def due(self, now: datetime) -> tuple[str, ...]:
        """The jobs whose period is another one than when they were due last."""
        names = []
        for name, seconds in PERIODS.items():
            period = int(now.timestamp()) // seconds
            if self._seen.get(name) != period:
                self._seen[name] = period
                names.append(name)
        return tuple(names)

    def forget(self, name: str) -> None:
        """Let it be due again at once: it did not run."""
        self._seen.pop(name, None)


def seconds_to_next(now: datetime) -> float:
    """Seconds to the next full minute, more than 0."""
    return 60.0 - now.timestamp() % 60.0
