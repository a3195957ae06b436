"""Turning what is due into jobs, a batch after the other, until nothing is due or the time is up."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol
from uuid import UUID

from sqlalchemy.orm import Session

from todo.jobs.backend import Backend
from todo.jobs.report import Report, is_time_left, seconds_behind


class Claimed(Protocol):
    """What one unit claimed: how much, since when the oldest of it was due, and the jobs that came of it."""

    @property
    def count(self) -> int:
        """0 where nothing is left."""

    @property
    def oldest(self) -> datetime | None:
        """None where nothing was claimed."""

    @property
    def job_ids(self) -> tuple[UUID, ...]:
        """For the queue to be told of."""


def claim_all(job: str, backend: Backend, claim: Callable[[Session, datetime, int], Claimed], at_once: int) -> Report:
    """Claim up to `at_once` in a unit, tell the queue once it is committed, and again."""
    started, done, oldest = backend.clock(), 0, None
    while is_time_left():
        claimed = backend.database.write(claim, started, at_once)
        if not claimed.count:
            return Report(job, done, seconds_behind(oldest, started), stopped_early=False)
        oldest = oldest or claimed.oldest
        done += claimed.count
        backend.queue.announce(claimed.job_ids)
    return Report(job, done, seconds_behind(oldest, started), stopped_early=True)
