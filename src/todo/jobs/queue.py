"""Who is told that there is a job: the queue's messages, or the server's own worker."""

import logging
from collections.abc import Callable, Sequence
from typing import Protocol
from uuid import UUID

from todo.aws import AwsError
from todo.database import seconds_left
from todo.jobs.messages import Arm, DoJob, write_message

_log = logging.getLogger(__name__)

_AT_ONCE = 200
# A function that is ended in the middle of telling has not said what it did.
_RESERVE_SECONDS = 2.0


class Queue(Protocol):
    """Told of jobs after they were committed. What it loses is found again in the table, so it never raises."""

    def announce(self, job_ids: Sequence[UUID]) -> None:
        """Say that these jobs can be done."""

    def ask_for_alarm(self) -> None:
        """Say that the moment of the next reminder or digest may be another one now."""


class NoQueue:
    """Nobody is told: somebody looks at the table."""

    def announce(self, job_ids: Sequence[UUID]) -> None:
        """Nothing to do."""

    def ask_for_alarm(self) -> None:
        """Nothing to do."""


class Doorbell:
    """The server's own worker, which looks at the table when it rings."""

    def __init__(self, ring: Callable[[], None]) -> None:
        self._ring = ring

    def announce(self, job_ids: Sequence[UUID]) -> None:
        """Ring, if there is anything."""
        if job_ids:
            self._ring()

    def ask_for_alarm(self) -> None:
        """Nothing to do: the server looks each minute."""


class MessageQueue:
    """SQS. `send` sends the bodies of messages and raises AwsError."""

    def __init__(self, send: Callable[[Sequence[str]], None]) -> None:
        self._send = send

    def announce(self, job_ids: Sequence[UUID]) -> None:
        """One message for each job."""
        self._try([write_message(DoJob(job_id)) for job_id in job_ids])

    def ask_for_alarm(self) -> None:
        """One message."""
        self._try([write_message(Arm())])

    def _try(self, bodies: Sequence[str]) -> None:
        for start in range(0, len(bodies), _AT_ONCE):
            reason: object = "the time is up"
            if seconds_left() > _RESERVE_SECONDS:
                try:
                    self._send(bodies[start : start + _AT_ONCE])
                    continue
                except AwsError as error:
                    reason = error
            _log.warning("the queue was not told of %d messages, which will be late: %s", len(bodies) - start, reason)
            return
