"""What is old goes away, a little at a time."""

from todo.jobs import exports
from todo.jobs.backend import Backend
from todo.jobs.report import Report, is_time_left
from todo.services import housekeeping


def run(backend: Backend) -> Report:
    """Take each step again until nothing is left of it, or the time is up; then look at what lies in files."""
    now, done = backend.clock(), 0
    behind = backend.database.read(housekeeping.behind, now)
    for _name, step in housekeeping.STEPS:
        removed = -1
        while removed:
            if not is_time_left():
                return Report("housekeeping", done, behind, stopped_early=True)
            removed = backend.database.write(step, now)
            done += removed
    if backend.files is not None:
        backend.files.delete_old(now)
    done += exports.forget_old(backend)
    return Report("housekeeping", done, behind, stopped_early=not is_time_left())
