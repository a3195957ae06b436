"""Leaving every list at once, on the way out: those with another owner stay with their members."""

from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, union, update
from sqlalchemy.orm import Session

from todo.database import StaleRead
from todo.models import Account, Member, Scope, Task, TaskList
from todo.services import members, scopes
from todo.services.actor import Actor

_NO_SYNC = {"synchronize_session": False}


def leave_lists(session: Session, actor: Actor) -> None:
    """Take the actor out of every list that others go on with; those that nobody else owns are left for deletion.

    Every scope that is concerned is locked, in id order, as the first thing of the unit; so is the account.
    """
    account_id = actor.account_id
    held = _lock(session, account_id)
    # Whoever writes a row for this account meanwhile, in a list of somebody else, looks at it first.
    session.execute(select(Account.id).where(Account.id == account_id).with_for_update())
    lists = session.execute(
        select(Member.list_id, Member.role, TaskList.owner_id)
        .join(TaskList, TaskList.id == Member.list_id)
        .where(Member.account_id == account_id)
        .order_by(Member.list_id)
    ).all()
    heirs = _heirs(session, account_id)
    if not held.issuperset(row.list_id for row in lists) or not held.issuperset(heirs.values()):
        raise StaleRead("somebody joined a list, or became its owner, just now")
    for list_id, heir_id in heirs.items():
        members.pass_on(session, list_id, heir_id)
    staying = {row.list_id: row.role for row in lists if row.owner_id != account_id or row.list_id in heirs}
    _leave(session, actor, staying)
    for some in scopes.portions([row.list_id for row in lists if row.list_id not in staying]):
        listened_to = select(Scope).where(Scope.id.in_(some), Scope.live_until > actor.now)
        scopes.bid_farewell(session, session.scalars(listened_to))


def _lock(session: Session, account_id: UUID) -> frozenset[UUID]:
    """Lock the scopes of the account, of all its lists and of their other owners, in one statement, however many."""
    concerned = union(
        select(Account.id).where(Account.id == account_id),
        select(Member.list_id).where(Member.account_id == account_id),
        _other_owners(account_id).with_only_columns(Member.account_id).order_by(None),
    )
    locked = select(Scope.id).where(Scope.id.in_(concerned)).order_by(Scope.id).with_for_update()
    return frozenset(session.scalars(locked))


def _heirs(session: Session, account_id: UUID) -> dict[UUID, UUID]:
    """To whom each of the lists passes that count for the account, those that have another owner."""
    found: dict[UUID, UUID] = {}
    for row in session.execute(_other_owners(account_id)):
        found.setdefault(row.list_id, row.account_id)
    return found


def _other_owners(account_id: UUID) -> Any:
    return (
        select(Member.list_id, Member.account_id)
        .join(TaskList, TaskList.id == Member.list_id)
        .where(TaskList.owner_id == account_id, Member.role == "owner", Member.account_id != account_id)
        .order_by(Member.list_id, Member.changed_revision, Member.account_id)
    )


def _leave(session: Session, actor: Actor, staying: dict[UUID, str]) -> None:
    account_id = actor.account_id
    for some in scopes.portions(list(staying)):
        locked = scopes.lock(session, *some)
        session.execute(
            update(TaskList)
            .where(TaskList.id.in_(some))
            .values(
                version=TaskList.version + 1,
                changed_revision=_revision_of_list(),
                updated_at=actor.now,
            ),
            execution_options=_NO_SYNC,
        )
        session.execute(
            delete(Member).where(Member.account_id == account_id, Member.list_id.in_(some)), execution_options=_NO_SYNC
        )
        for list_id in some:
            fields = {"role": (staying[list_id], None)}
            scopes.record(session, actor, locked[list_id], "member.left", account_id, fields)
        assigned = select(Task.list_id).distinct().where(Task.assignee_id == account_id, Task.list_id.in_(some))
        for list_id in session.scalars(assigned).all():
            members.unassign(session, actor, locked[list_id], account_id)


def _revision_of_list() -> Any:
    return select(Scope.revision).where(Scope.id == TaskList.id).scalar_subquery()
