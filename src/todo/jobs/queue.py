"""Who is told that there is a job: the queue's messages, or the server's own worker."""

import logging
from collections.abc import Callable, Collection, Sequence
from typing import Protocol
from uuid import UUID

from todo.aws import AwsError
from todo.clock import Clock, system_clock
from todo.database import seconds_left
from todo.jobs.messages import Arm, DoJob, TellChanges, TellPresence, write_message
from todo.services.scopes import Changed

_log = logging.getLogger(__name__)

_AT_ONCE = 200
# Scopes in one message, which may be of 256 KB: each takes some 60 bytes.
_SCOPES_AT_ONCE = 2_000
# A function that is ended in the middle of telling has not said what it did.
_RESERVE_SECONDS = 2.0


class Queue(Protocol):
    """Told of jobs and changes after they were committed, and of who is there. It never raises: a job that it loses is
    found again in the table, and a change by the clients, who ask where things stand.
    """

    def announce(self, job_ids: Sequence[UUID]) -> None:
        """Say that these jobs can be done."""

    def ask_for_alarm(self) -> None:
        """Say that the moment of the next reminder or digest may be another one now."""

    def tell_changes(self, changes: Sequence[Changed]) -> None:
        """Say what changed, where somebody may be listening."""

    def tell_presence(self, scopes: Collection[UUID]) -> None:
        """Say that other people than before may have these lists open."""


class NoQueue:
    """Nobody is told: somebody looks at the table."""

    def announce(self, job_ids: Sequence[UUID]) -> None:
        """Nothing to do."""

    def ask_for_alarm(self) -> None:
        """Nothing to do."""

    def tell_changes(self, changes: Sequence[Changed]) -> None:
        """Nothing to do."""

    def tell_presence(self, scopes: Collection[UUID]) -> None:
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

    def tell_changes(self, changes: Sequence[Changed]) -> None:
        """Nothing to do: the server's sockets are told by itself."""

    def tell_presence(self, scopes: Collection[UUID]) -> None:
        """Nothing to do, for the same reason."""


class MessageQueue:
    """SQS. `send` sends the bodies of messages and raises AwsError."""

    def __init__(self, send: Callable[[Sequence[str]], None], clock: Clock = system_clock) -> None:
        self._send = send
        self._clock = clock

    def announce(self, job_ids: Sequence[UUID]) -> None:
        """One message for each job."""
        self._try([write_message(DoJob(job_id)) for job_id in job_ids])

    def ask_for_alarm(self) -> None:
        """One message."""
        self._try([write_message(Arm())])

    def tell_changes(self, changes: Sequence[Changed]) -> None:
        """One message for all; none where nobody listens. Of each scope the last revision counts."""
        now = self._clock()
        heard = {
            each.scope_id: each.revision for each in changes if each.live_until is not None and each.live_until > now
        }
        pairs = tuple(heard.items())
        parts = (pairs[start : start + _SCOPES_AT_ONCE] for start in range(0, len(pairs), _SCOPES_AT_ONCE))
        self._try([write_message(TellChanges(part)) for part in parts])

    def tell_presence(self, scopes: Collection[UUID]) -> None:
        """One message for all; none where it is nowhere."""
        ids = tuple(sorted(scopes))
        parts = (ids[start : start + _SCOPES_AT_ONCE] for start in range(0, len(ids), _SCOPES_AT_ONCE))
        self._try([write_message(TellPresence(part)) for part in parts])

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
