"""What a letter is about, looked up when it is sent: a lot may have happened since it was asked for."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from todo.models import Account, Invitation, Member, PasswordReset, Task, TaskList
from todo.services import dues
from todo.services.accounts import address_key
from todo.services.time_zones import get_zone

MOST_TASKS = 100
_COUNTED_TO = 1000


@dataclass(frozen=True, slots=True)
class TaskFacts:
    """What a letter says of a task. `due` is a day, or a moment by the clock of its own zone."""

    id: UUID
    title: str
    notes: str
    list_title: str
    due: date | datetime | None


@dataclass(frozen=True, slots=True)
class DigestFacts:
    """What is overdue and what is due on the day, at most 100 in all, and how many more there are."""

    overdue: tuple[TaskFacts, ...]
    today: tuple[TaskFacts, ...]
    more: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationFacts:
    """What a letter says of an invitation. `name` is that of whom it is for, "" where the address has no account."""

    email: str
    name: str
    language: str
    inviter_name: str
    inviter_email: str
    list_title: str
    role: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordResetFacts:
    """What a letter says of a password that is to be set anew. `expires_at` is by the clock of the account's zone."""

    email: str
    name: str
    language: str
    expires_at: datetime


def find_task(session: Session, account_id: UUID, task_id: UUID) -> TaskFacts | None:
    """A task that is still to be done, and that the person may see; None otherwise."""
    row = session.execute(_to_do(account_id).where(Task.id == task_id)).one_or_none()
    return None if row is None else _facts(row[0], row[1])


def due_by(session: Session, account_id: UUID, day: date) -> DigestFacts:
    """What is the person's to do by the end of `day`: their own tasks, and those that nobody was given."""
    mine = _to_do(account_id).where(
        Task.due_sort < (day + timedelta(days=1)).isoformat(),
        or_(Task.assignee_id == account_id, Task.assignee_id.is_(None)),
    )
    rows = session.execute(mine.order_by(Task.due_sort, Task.id).limit(MOST_TASKS)).all()
    count = len(rows)
    if count == MOST_TASKS:
        counted = mine.with_only_columns(Task.id).limit(_COUNTED_TO).subquery()
        count = session.scalar(select(func.count()).select_from(counted)) or count
    found = [(row[0].due_sort, _facts(row[0], row[1])) for row in rows]
    return DigestFacts(
        overdue=tuple(facts for due_sort, facts in found if due_sort < day.isoformat()),
        today=tuple(facts for due_sort, facts in found if due_sort >= day.isoformat()),
        more=count - len(rows),
    )


def find_invitation(session: Session, invitation_id: UUID, now: datetime) -> InvitationFacts | None:
    """An invitation that is open; None otherwise, and where nothing is sent to its address any more.

    It is in the language of whom it is for, where the address has an account; else in that of who invites.
    """
    row = session.execute(
        select(Invitation, TaskList.title, Account.name, Account.email, Account.language)
        .join(TaskList, TaskList.id == Invitation.list_id)
        .join(Account, Account.id == Invitation.invited_by)
        .where(Invitation.id == invitation_id, Invitation.expires_at > now, TaskList.deleted_at.is_(None))
    ).one_or_none()
    if row is None:
        return None
    invitation: Invitation = row[0]
    invited = session.scalar(select(Account).where(Account.email_key == address_key(invitation.email)))
    if invited is not None and invited.mail_stopped_at is not None:
        return None
    return InvitationFacts(
        email=invitation.email,
        name="" if invited is None else invited.name,
        language=row.language if invited is None else invited.language,
        inviter_name=row.name,
        inviter_email=row.email,
        list_title=row.title,
        role=invitation.role,
        expires_at=invitation.expires_at,
    )


def find_password_reset(session: Session, reset_id: UUID, now: datetime) -> PasswordResetFacts | None:
    """A reset that is open; None otherwise, where its address has no account, and where nothing is sent there any more.

    Also not this: Amazon SES keeps such an address on a list of its own, and anybody can ask for it.
    """
    row = session.execute(
        select(Account.email, Account.name, Account.language, Account.time_zone, PasswordReset.expires_at)
        .join(PasswordReset, PasswordReset.email_key == Account.email_key)
        .where(PasswordReset.id == reset_id, PasswordReset.expires_at > now, Account.mail_stopped_at.is_(None))
    ).one_or_none()
    if row is None:
        return None
    zone = get_zone(row.time_zone, "/time_zone")
    return PasswordResetFacts(
        email=row.email, name=row.name, language=row.language, expires_at=row.expires_at.astimezone(zone)
    )


def _to_do(account_id: UUID) -> Select[Task, str]:
    return (
        select(Task, TaskList.title)
        .join(TaskList, TaskList.id == Task.list_id)
        .join(Member, Member.list_id == Task.list_id)
        .where(Member.account_id == account_id, Task.trashed.is_(False), Task.completed.is_(False))
    )


def _facts(task: Task, list_title: str) -> TaskFacts:
    due = dues.shape(dues.of_task(task))
    return TaskFacts(task.id, task.title, task.notes, list_title, None if due is None else due.at or due.date)
