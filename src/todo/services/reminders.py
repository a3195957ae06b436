"""Reminders of tasks: what clients say of them, the moments that come of it, and claiming those that have come.

A task keeps what was said; the rows of `Reminder` are the moments still to come. Whoever deletes a row has claimed it,
and sends the mail: two who claim at once never get the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import and_, delete, func, insert, not_, select, tuple_
from sqlalchemy.orm import Session

from todo.database import execute_later
from todo.errors import Fault, InvalidInput
from todo.models import Account, Member, Reminder, Task
from todo.services import dues, durations, jobs
from todo.services.actor import Actor
from todo.services.dues import StoredDue
from todo.services.durations import Duration, InvalidDuration
from todo.services.jobs import NewJob
from todo.services.time_zones import get_zone, instant
from todo.shapes import task as shapes

_NONE = "[]"
# More ids would make a statement longer than RDS Proxy likes.
_LOOKED_UP = 250
_DECODER = msgspec.json.Decoder(tuple[shapes.Reminder, ...])


@dataclass(frozen=True, slots=True)
class Claimed:
    """What one unit claimed: how many reminders, the moment of the oldest, and the jobs that came of them."""

    count: int
    oldest: datetime | None
    job_ids: tuple[UUID, ...]


# -- what clients say -------------------------------------------------------------------------------------------------


def checked(told: Sequence[shapes.Reminder], own_zone: str, due: StoredDue) -> tuple[shapes.Reminder, ...]:
    """Reminders from a client in their canonical form, each once; `own_zone` is the account's.

    Raises InvalidInput with a pointer to each bad field; also where one is relative and the task is not `due`.
    """
    found: dict[shapes.Reminder, None] = {}
    faults: list[Fault] = []
    for number, each in enumerate(told):
        try:
            found[_checked(each, own_zone, due, f"/reminders/{number}")] = None
        except InvalidInput as error:
            faults.extend(error.faults)
    if faults:
        raise InvalidInput(*faults)
    return tuple(found)


def _checked(one: shapes.Reminder, own_zone: str, due: StoredDue, where: str) -> shapes.Reminder:
    if (one.at is None) == (one.before is None):
        raise InvalidInput(Fault("Expected either `at` or `before`", where))
    if one.at is not None:
        dues.require_year(one.at, f"{where}/at")
        at = one.at if one.at.tzinfo else instant(one.at, get_zone(own_zone, f"{where}/at"))
        return shapes.Reminder(at=at.astimezone(UTC).replace(microsecond=0))
    try:
        before = durations.parse(one.before or "")
    except InvalidDuration as error:
        raise InvalidInput(Fault(str(error), f"{where}/before")) from error
    if due == StoredDue():
        raise InvalidInput(Fault("Expected a task that is due; use `at` for one that is not", f"{where}/before"))
    return shapes.Reminder(before=str(before))


def columns(actor: Actor, told: Sequence[shapes.Reminder]) -> dict[str, Any]:
    """The columns of a task that hold the checked reminders that `actor` set."""
    if not told:
        return {"reminders": _NONE, "reminders_for": None}
    return {"reminders": msgspec.json.encode(told).decode(), "reminders_for": actor.account_id}


def from_text(text: str) -> tuple[shapes.Reminder, ...]:
    """Reminders as they are kept on the task."""
    return () if text == _NONE else _DECODER.decode(text)


# -- when they come ---------------------------------------------------------------------------------------------------


def moments(told: Sequence[shapes.Reminder], due: StoredDue, own_zone: ZoneInfo) -> tuple[datetime, ...]:
    """When checked reminders come, in UTC, each moment once; relative ones sleep while there is no due.

    `own_zone` is that of whoever set them.
    """
    found = {each.at for each in told if each.at is not None}
    if due != StoredDue():
        found |= {_before(durations.parse(each.before), due, own_zone) for each in told if each.before is not None}
    return tuple(sorted(found))


def _before(before: Duration, due: StoredDue, own_zone: ZoneInfo) -> datetime:
    days, seconds = timedelta(days=before.days), timedelta(seconds=before.seconds)
    if due.due_date is not None:
        # A day is no instant: nothing passes exactly, and "-PT9H" is 9:00 also on a day that begins with 23 hours.
        return instant(datetime.combine(due.due_date, time.min) - days - seconds, own_zone)
    if due.due_at is None or due.due_zone is None:
        raise AssertionError("a due is a date or a moment")
    if not days:
        return due.due_at - seconds
    zone = get_zone(due.due_zone, "/due/time_zone")
    meant = due.due_at.astimezone(zone).replace(tzinfo=None)
    if due.due_wall is not None:
        meant = datetime.fromisoformat(due.due_wall)
    return instant(meant - days, zone) - seconds


# -- the moments that are kept ----------------------------------------------------------------------------------------


def store(session: Session, actor: Actor, task: Task, *, fresh: bool = False) -> None:
    """Keep the moments of a task's reminders that are still to come, in the place of those kept before.

    A `fresh` task has none yet. To be called whenever the task's reminders or due are others than before.
    """
    told = from_text(task.reminders)
    if fresh and not told:
        return
    zone = _zone_of_setter(session, actor, task) if told else None
    all_moments = () if zone is None else moments(told, dues.of_task(task), zone)
    if not fresh:
        # What has come, was not claimed yet and is still wanted stays: to the claimer it is only a moment late.
        kept = and_(Reminder.remind_at <= actor.now, Reminder.remind_at.in_(all_moments))
        execute_later(session, delete(Reminder).where(Reminder.task_id == task.id, not_(kept)))
    rows = [
        {"task_id": task.id, "remind_at": at, "account_id": task.reminders_for} for at in all_moments if at > actor.now
    ]
    if rows:
        execute_later(session, insert(Reminder).values(rows))


def _zone_of_setter(session: Session, actor: Actor, task: Task) -> ZoneInfo | None:
    """The zone of whoever set the reminders of a task; None where that account is gone, with nobody to be told."""
    name: str | None = actor.time_zone
    if task.reminders_for != actor.id:
        # Locked, so that the account is not deleted before the rows that refer to it are there.
        shared = select(Account.time_zone).where(Account.id == task.reminders_for)
        name = session.scalar(shared.with_for_update(read=True, key_share=True))
    return None if name is None else get_zone(name, "/reminders")


# -- claiming ---------------------------------------------------------------------------------------------------------


def claim(session: Session, now: datetime, limit: int) -> Claimed:
    """Take up to `limit` reminders that have come, and write a mail for each that still concerns somebody.

    A reminder of a task that is completed or in the trash is gone without a mail; so is one for somebody who is no
    member of the list any more, or to whom no mail is sent.
    """
    come = (
        select(Reminder.task_id, Reminder.remind_at)
        .where(Reminder.remind_at <= now)
        .order_by(Reminder.remind_at, Reminder.task_id)
        .limit(limit)
        # Others that claim at the same time pass these over. Within a CTE, or the planner may look more than once.
        .with_for_update(skip_locked=True)
        .cte("come")
    )
    taken = session.execute(
        delete(Reminder)
        .where(tuple_(Reminder.task_id, Reminder.remind_at).in_(select(come.c.task_id, come.c.remind_at)))
        .returning(Reminder.task_id, Reminder.remind_at),
        execution_options={"synchronize_session": False},
    ).all()
    if not taken:
        return Claimed(0, None, ())
    told = _recipients(session, list({row.task_id for row in taken}))
    oldest_first = sorted(taken, key=lambda row: row.remind_at)
    mails = [_mail(told[row.task_id], row.task_id, row.remind_at) for row in oldest_first if row.task_id in told]
    return Claimed(len(taken), oldest_first[0].remind_at, jobs.enqueue(session, now, mails))


def find_next(session: Session) -> datetime | None:
    """When the next reminder comes, or has come and is not claimed yet; None where there is none."""
    return session.scalar(select(Reminder.remind_at).order_by(Reminder.remind_at).limit(1))


def _recipients(session: Session, task_ids: Sequence[UUID]) -> dict[UUID, UUID]:
    """Who is told of each of the tasks: whom it is assigned to, else who set its reminders; of the rest nobody."""
    told = func.coalesce(Task.assignee_id, Task.reminders_for)
    live = (
        select(Task.id, Account.id)
        .join(Member, and_(Member.list_id == Task.list_id, Member.account_id == told))
        .join(Account, Account.id == Member.account_id)
        .where(Task.trashed.is_(False), Task.completed.is_(False), Account.mail_stopped_at.is_(None))
    )
    found: dict[UUID, UUID] = {}
    for start in range(0, len(task_ids), _LOOKED_UP):
        some = Task.id.in_(task_ids[start : start + _LOOKED_UP])
        found |= dict(session.execute(live.where(some)).all())
    return found


def _mail(account_id: UUID, task_id: UUID, remind_at: datetime) -> NewJob:
    payload = {"letter": "reminder", "task_id": str(task_id), "remind_at": remind_at.isoformat()}
    return NewJob(kind="email", account_id=account_id, payload=payload)
