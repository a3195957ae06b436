"""The server's own schedules and worker: one thread that wakes each minute, or when it is rung for."""

import logging
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial

from todo.database import deadline_in
from todo.jobs import schedule, worker
from todo.jobs.backend import Backend
from todo.jobs.queue import Doorbell, Queue
from todo.jobs.timetable import Timetable, seconds_to_next

_log = logging.getLogger(__name__)

# What is not done by then goes on at the next minute.
_ROUND_SECONDS = 50.0
_ENDS_WITHIN = 10.0
# How long this thread may go on while a request waits for the interpreter: SQLite lets go of it for each row, and has
# to get it back from an import that goes on beside it.
_TURN_SECONDS = 0.00005


class JobLoop:
    """`build` makes the backend over the loop's own `queue`. Nothing that a job raises ends the loop."""

    def __init__(self, build: Callable[[Queue], Backend]) -> None:
        self._bell = threading.Event()
        self._stopping = False
        self.queue: Queue = Doorbell(self._bell.set)
        self._backend = replace(build(self.queue), is_stopping=lambda: self._stopping)
        self._timetable = Timetable()
        self._thread = threading.Thread(target=self._run, name="jobs", daemon=True)

    def start(self) -> None:
        """Begin with everything that was due while the machine was off."""
        self._thread.start()

    def stop(self) -> bool:
        """Let the job that is running end; False when that took too long, and it will be repeated."""
        self._stopping = True
        self._bell.set()
        self._thread.join(_ENDS_WITHIN)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while not self._stopping:
            self.round()
            self._bell.wait(seconds_to_next(self._backend.clock()))
            self._bell.clear()

    def round(self) -> None:
        """What is due by the clock, then every job that waits."""
        with deadline_in(_ROUND_SECONDS), _short_turns():
            for name in self._timetable.due(self._backend.clock()):
                if not self._try(name, partial(self._run_job, name)):
                    self._timetable.forget(name)
            self._try("worker", partial(worker.work_through, self._backend))

    def _run_job(self, name: str) -> None:
        report = schedule.run(name, self._backend)
        level = logging.INFO if report.done or report.stopped_early else logging.DEBUG
        _log.log(level, "%s: %d done, %.0f s behind", report.job, report.done, report.seconds_behind)

    def _try(self, name: str, do: Callable[[], object]) -> bool:
        if self._stopping:
            return True
        try:
            do()
        except Exception as error:  # noqa: BLE001 - the server goes on, and so does the loop at the next minute
            _log.warning("%s did not run, and is tried again in a minute", name, exc_info=error)
            return False
        return True


@contextmanager
def _short_turns() -> Iterator[None]:
    """Only while there are jobs: they make what others do with many threads a little slower."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(_TURN_SECONDS)
    try:
        yield
    finally:
        sys.setswitchinterval(usual)
