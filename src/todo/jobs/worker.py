"""Doing one job: claimed, done, noted; or tried again later; or given up."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal
from uuid import UUID

from todo.jobs import alarm, email, exports, file_removal, imports, live
from todo.jobs.backend import Backend
from todo.jobs.messages import Arm, DoJob, MailReturned, Message, TellChanges, TellPresence, UploadArrived
from todo.jobs.refusals import JobDelayed, JobGoesOn, JobRefused
from todo.jobs.report import is_time_left
from todo.services import jobs, recipients
from todo.services.jobs import Claimed, NotYet
from tornado_lambda import Connections

_log = logging.getLogger(__name__)

KINDS: Mapping[str, Callable[[Backend, Claimed], None]] = {
    "email": email.send,
    "export": exports.write,
    "file-removal": file_removal.remove,
    "import": imports.work,
}
_AT_ONCE = 50
# Not at once: each delivery counts, and after five the message is for the dead-letter queue.
_NEXT_TIME = 10.0  # seconds

# So often sockets that take nothing are tried, each time for some seconds, before they are ended.
_MOST_TELLINGS = 3

State = Literal["done", "continued", "retried", "given_up", "not_yet", "told", "nothing"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a job or message: `continued` did a part and has another turn, of which the queue was told;
    `retried` and `not_yet` are to be looked at again in `seconds`; with `told`, sockets were told of something, which
    is no job; where it is `nothing`, there was nothing to do.

    `seconds_waited` is from when a job was written.
    """

    kind: str
    state: State
    seconds: float = 0.0
    seconds_waited: float = 0.0


def receive(backend: Backend, message: Message | None, times: int = 1) -> Outcome:
    """Do what a message of the queue asks for, which has come so many times. Raises what units of work raise."""
    if not is_time_left():
        return Outcome("none", "not_yet", _NEXT_TIME)
    if isinstance(message, DoJob):
        return work(backend, message.job_id)
    if isinstance(message, Arm | UploadArrived):
        return _look(backend, message)
    if isinstance(message, MailReturned):
        backend.database.write(recipients.stop_mail, backend.clock(), message.addresses)
        return Outcome("mail_returned", "done")
    if isinstance(message, TellChanges | TellPresence) and backend.sockets is not None:
        return _tell(backend, backend.sockets, message, times)
    return Outcome("none", "nothing")


def work(backend: Backend, job_id: UUID) -> Outcome:
    """Do the job, unless it is done, or somebody else's. Raises what units of work raise."""
    claimed = backend.database.write(jobs.claim, job_id, backend.clock())
    if claimed is None:
        return Outcome("none", "nothing")
    if isinstance(claimed, NotYet):
        return Outcome("none", "not_yet", claimed.seconds)
    waited = max(0.0, (backend.clock() - claimed.created_at).total_seconds())
    try:
        failure = _failure_of(backend, claimed)
    except JobGoesOn as more:
        return _continue(backend, claimed, more.seconds, waited)
    if failure is None:
        backend.database.write(jobs.finish, claimed, backend.clock())
        return Outcome(claimed.kind, "done", seconds_waited=waited)
    reason, for_good = failure
    pause = backend.database.write(jobs.fail, claimed, backend.clock(), reason, for_good=for_good)
    if pause is None:
        _log.error("job %s (%s) was given up after %d attempts: %s", job_id, claimed.kind, claimed.attempt, reason)
        return Outcome(claimed.kind, "given_up", seconds_waited=waited)
    _log.warning("job %s (%s) will be tried again in %.0f s: %s", job_id, claimed.kind, pause, reason)
    return Outcome(claimed.kind, "retried", pause, waited)


def work_through(backend: Backend) -> tuple[Outcome, ...]:
    """Do every job of the table that can be done now, until there is none or the time is up."""
    outcomes: list[Outcome] = []
    while is_time_left() and not backend.is_stopping():
        waiting = backend.database.read(jobs.due, backend.clock(), _AT_ONCE)
        if not waiting:
            break
        for job_id in waiting:
            if not is_time_left() or backend.is_stopping():
                break
            outcomes.append(work(backend, job_id))
    return tuple(outcomes)


def _continue(backend: Backend, job: Claimed, seconds: float, waited: float) -> Outcome:
    """Put it behind those that wait; the queue is told at once where it can go on at once."""
    now = backend.clock()
    backend.database.write(jobs.go_on, job, now, at=now + timedelta(seconds=seconds))
    if not seconds:
        backend.queue.announce([job.id])
    return Outcome(job.kind, "continued", seconds, waited)


def _look(backend: Backend, message: Arm | UploadArrived) -> Outcome:
    if isinstance(message, Arm):
        alarm.arm(backend)
        return Outcome("arm", "done")
    imports.arrived(backend, message.import_id)
    return Outcome("upload", "told")


def _tell(backend: Backend, sockets: Connections, message: TellChanges | TellPresence, times: int) -> Outcome:
    if isinstance(message, TellChanges):
        kind, telling = "live", live.tell_changes(backend, sockets, message.changes)
    else:
        kind, telling = "presence", live.tell_presence(backend, sockets, message.scopes)
    counted = {"sent": telling.sent, "gone": len(telling.gone), "late": len(telling.late)}
    _log.info("told", extra={"job": kind, **counted})
    if telling.late and times >= _MOST_TELLINGS:
        live.give_up(backend, sockets, telling.late)
    elif telling.late or telling.stopped_early:
        return Outcome(kind, "not_yet", _NEXT_TIME)
    return Outcome(kind, "given_up" if telling.refused else "told")


def _failure_of(backend: Backend, job: Claimed) -> tuple[str, bool] | None:
    """Do it. Why it failed and whether for good; None where it did not."""
    do = KINDS.get(job.kind)
    if do is None:
        return "this version knows no such kind of job", True
    try:
        do(backend, job)
    except JobGoesOn:
        raise
    except JobRefused as error:
        return str(error), True
    except JobDelayed as error:
        return str(error), False
    except Exception as error:  # noqa: BLE001 - whatever it is, the other jobs go on, and this one's end is noted
        _log.error("job %s (%s) failed", job.id, job.kind, exc_info=error)
        return f"{type(error).__module__}.{type(error).__qualname__}", False
    return None
