"""Reminders that are due become letters, once each."""

from todo.jobs.backend import Backend
from todo.jobs.claiming import claim_all
from todo.jobs.report import Report
from todo.services import jobs, reminders

_AT_ONCE = 1000


def run(backend: Backend) -> Report:
    """Claim what is due and tell the queue of it; then of what it seems to have forgotten."""
    report = claim_all("reminders", backend, reminders.claim, _AT_ONCE)
    if not report.stopped_early:
        backend.queue.announce(backend.database.write(jobs.announce_again, backend.clock(), _AT_ONCE))
    return report
