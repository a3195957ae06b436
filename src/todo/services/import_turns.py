"""Whose turn it is: of one account one import is at work at a time, the others wait for it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from todo.models import Import, Job
from todo.services.import_work import Work

AT_WORK = ("waiting", "checking", "running")


def is_its_turn(session: Session, work: Work) -> bool:
    """Whether no earlier import of the same account is at work: each account has one at a time."""
    earlier = select(Import.id).where(
        Import.account_id == work.account_id,
        Import.state.in_(AT_WORK),
        or_(Import.created_at < work.created_at, (Import.created_at == work.created_at) & (Import.id < work.id)),
    )
    return session.scalar(earlier.limit(1)) is None


def call_next(session: Session, now: datetime, account_id: UUID) -> tuple[UUID, ...]:
    """Let the job of the account's next import be done now."""
    following = session.scalar(
        select(Import.job_id)
        .where(Import.account_id == account_id, Import.state.in_(AT_WORK))
        .order_by(Import.created_at, Import.id)
        .limit(1)
    )
    if following is None:
        return ()
    session.execute(
        update(Job).where(Job.id == following, Job.state == "waiting").values(run_at=now, announced_at=now),
        execution_options={"synchronize_session": False},
    )
    return (following,)
