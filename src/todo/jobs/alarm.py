"""Where the database sleeps: instead of looking each minute, wake at the next moment that counts."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from todo.jobs import digest, reminders
from todo.jobs.backend import Backend
from todo.jobs.report import Report
from todo.services import digests, jobs
from todo.services import reminders as reminder_rows

_AFTER_FAILURE = timedelta(minutes=5)


def run(backend: Backend) -> Report:
    """Do what is due now; `arm` then finds the next moment."""
    told, mailed = reminders.run(backend), digest.run(backend)
    return Report(
        "alarm",
        told.done + mailed.done,
        max(told.seconds_behind, mailed.seconds_behind),
        stopped_early=told.stopped_early or mailed.stopped_early,
    )


def arm(backend: Backend) -> None:
    """Set the alarm to the next reminder, digest, or job that the queue has to be told of again.

    Repeating it is harmless. Does nothing where jobs run by the minute.
    """
    if backend.alarm is not None:
        backend.alarm.set(backend.database.read(find_next))


def arm_after_failure(backend: Backend) -> None:
    """Try again in five minutes: the alarm that rang is spent, and the database did not say when the next is due."""
    if backend.alarm is not None:
        backend.alarm.set(backend.clock() + _AFTER_FAILURE)


def find_next(session: Session) -> datetime | None:
    """The next moment at which something is due; None where nothing will be."""
    moments = (reminder_rows.find_next(session), digests.find_next(session), jobs.find_next(session))
    return min((at for at in moments if at is not None), default=None)
