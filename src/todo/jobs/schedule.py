"""What a schedule may ask for, by name."""

from collections.abc import Callable, Mapping
from typing import Any

from todo.jobs import alarm, digest, housekeeping, reminders
from todo.jobs.backend import Backend
from todo.jobs.report import Report

JOBS: Mapping[str, Callable[[Backend], Report]] = {
    "reminders": reminders.run,
    "digest": digest.run,
    "housekeeping": housekeeping.run,
    "alarm": alarm.run,
}


class UnknownJob(Exception):
    """What a schedule asked for is no job of this service."""

    def __init__(self) -> None:
        super().__init__(f'expected {{"job": NAME}}, where NAME is one of {", ".join(JOBS)}')


def job_named_in(event: Any) -> str:
    """The name of the job in a schedule's event. Raises UnknownJob."""
    name = event.get("job") if isinstance(event, dict) else None
    if not isinstance(name, str) or name not in JOBS:
        raise UnknownJob
    return name


def run(name: str, backend: Backend) -> Report:
    """Run the job, then set the alarm anew where there is one.

    Raises what units of work raise when the database cannot be reached; what was committed by then stays.
    """
    try:
        report = JOBS[name](backend)
        alarm.arm(backend)
    except Exception:
        alarm.arm_after_failure(backend)
        raise
    return report
