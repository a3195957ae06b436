"""Files that are nobody's any more: jobs that delete them, written in the transaction that lets go of them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from todo.services import jobs
from todo.services.jobs import NewJob

KIND = "file-removal"
# Of each the place is asked up to three times, and a worker's time is short.
_IN_A_JOB = 50


def enqueue(session: Session, now: datetime, ids: Sequence[UUID]) -> tuple[UUID, ...]:
    """Have the files of these imports and exports deleted. Returns the jobs, of which the queue is to be told."""
    portions = [ids[start : start + _IN_A_JOB] for start in range(0, len(ids), _IN_A_JOB)]
    # They are no account's: it may be gone with this very transaction.
    return jobs.enqueue(session, now, [NewJob(KIND, {"ids": [str(each) for each in some]}) for some in portions])
