"""Reminders that are due become letters, once each."""

from todo.jobs.backend import Backend
from todo.jobs.report import Report, is_time_left, seconds_behind
from todo.services import jobs, reminders

_AT_ONCE = 1000


def run(backend: Backend) -> Report:
    """Claim what is due and tell the queue of it; then of what it seems to have forgotten."""
    started, done, oldest = backend.clock(), 0, None
    while is_time_left():
        claimed = backend.database.write(reminders.claim, started, _AT_ONCE)
        oldest = oldest or claimed.oldest
        done += claimed.count
        backend.queue.announce(claimed.job_ids)
        if not claimed.count:
            backend.queue.announce(backend.database.write(jobs.announce_again, started, _AT_ONCE))
            return Report("reminders", done, seconds_behind(oldest, started), stopped_early=False)
    return Report("reminders", done, seconds_behind(oldest, started), stopped_early=True)
