"""At seven in the morning, each person's own, the digest becomes a letter."""

from todo.jobs.backend import Backend
from todo.jobs.report import Report, is_time_left, seconds_behind
from todo.services import digests

_AT_ONCE = 200


def run(backend: Backend) -> Report:
    """Move everybody whose digest is due on to the next morning, and tell the queue of their letters."""
    started, done, oldest = backend.clock(), 0, None
    while is_time_left():
        claimed = backend.database.write(digests.claim, started, _AT_ONCE)
        oldest = oldest or claimed.oldest
        done += claimed.count
        backend.queue.announce(claimed.job_ids)
        if not claimed.count:
            return Report("digest", done, seconds_behind(oldest, started), stopped_early=False)
    return Report("digest", done, seconds_behind(oldest, started), stopped_early=True)
