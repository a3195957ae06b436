"""Members: who sees a list and as what, handing it over, leaving it.

A list has one or several owners, and never none. `TaskList.owner_id` is the one it counts for; who is that no more
passes it to the owner who has been one without a change for longest.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from todo.database import StaleRead
from todo.errors import LastOwner, LimitReached, NotFound
from todo.models import Account, Invitation, Member, Reminder, Scope, Task, TaskList
from todo.services import ordering, roles, scopes
from todo.services.actor import Actor
from todo.shapes import sharing as shapes
from todo.shapes.index import Limits

_NO_SUCH_MEMBER = "The list has no such member."
_NO_SYNC = {"synchronize_session": False}


def of_list(session: Session, actor: Actor, list_id: UUID) -> tuple[shapes.Member, ...]:
    """The members of a list by name; at most 500, so there is one page. Raises NotFound."""
    roles.get_role(session, actor, list_id)
    rows = session.execute(_members(list_id)).all()
    # Sorted here, since the databases sort names each in its own way.
    ordered = sorted(rows, key=lambda row: (row.name.casefold(), row.account_id))
    return tuple(_shape(actor, list_id, row) for row in ordered)


def set_role(session: Session, actor: Actor, list_id: UUID, account_id: UUID, new: shapes.NewRole) -> shapes.Member:
    """Give a member another role. An owner may lower the own one while there is another owner.

    Raises NotFound, Forbidden, LastOwner.
    """
    roles.require(roles.get_role(session, actor, list_id), "owner")
    heir_id = _hold(session, list_id, account_id)
    roles.require(roles.get_role(session, actor, list_id), "owner")
    member = _get(session, list_id, account_id)
    if member.role != new.role:
        if member.role == "owner":
            _resign(session, list_id, account_id, heir_id)
        _change_role(session, actor, member, new.role)
    row = session.execute(_members(list_id).where(Member.account_id == account_id)).one()
    return _shape(actor, list_id, row)


def remove(session: Session, actor: Actor, list_id: UUID, account_id: UUID) -> None:
    """Take a member off a list: an owner anybody, everybody themselves. What was assigned to them is nobody's then.

    Raises NotFound, Forbidden, LastOwner.
    """
    is_own = actor.linked_list is None and actor.id == account_id
    needed = "viewer" if is_own else "owner"
    roles.require(roles.get_role(session, actor, list_id), needed)
    heir_id = _hold(session, list_id, account_id)
    roles.require(roles.get_role(session, actor, list_id), needed)
    member = _get(session, list_id, account_id)
    if member.role == "owner":
        _resign(session, list_id, account_id, heir_id)
    locked = scopes.lock(session, list_id, account_id)
    session.delete(member)
    forget_reminders(session, list_id, account_id)
    note_change(session, actor, locked[list_id])
    session.flush()
    scopes.record(session, actor, locked[list_id], "member.left", account_id, {"role": (member.role, None)})
    scopes.record(session, actor, locked[account_id], "list.left", list_id, {})
    unassign(session, actor, locked[list_id], account_id)


def admit(session: Session, actor: Actor, list_id: UUID, role: str) -> None:
    """Make the actor a member of a list whose scope, and the actor's own, are held. Who is one keeps the higher role.

    Raises LimitReached, and StaleRead where the account was deleted meanwhile.
    """
    account_id = actor.account_id
    member = session.get(Member, (account_id, list_id), populate_existing=True)
    if member is not None:
        if not roles.reaches(member.role, role):
            _change_role(session, actor, member, role)
        return
    count = session.scalar(select(func.count()).select_from(Member).where(Member.list_id == list_id)) or 0
    if count >= Limits().members_per_list:
        raise LimitReached(f"A list has at most {Limits().members_per_list} members.")
    locked = scopes.lock(session, list_id, account_id)
    if account_id not in locked:
        raise StaleRead("the account was deleted just now")
    revision = locked[list_id].revision
    session.add(Member(account_id=account_id, list_id=list_id, role=role, changed_revision=revision))
    note_change(session, actor, locked[list_id])
    session.flush()
    scopes.record(session, actor, locked[list_id], "member.joined", account_id, {"role": (None, role)})
    scopes.record(session, actor, locked[account_id], "list.joined", list_id, {})


def find_heir(session: Session, list_id: UUID, account_id: UUID) -> UUID | None:
    """To whom a list passes that counts for `account_id`; None where there is no other owner."""
    return session.scalar(
        select(Member.account_id)
        .where(Member.list_id == list_id, Member.role == "owner", Member.account_id != account_id)
        .order_by(Member.changed_revision, Member.account_id)
        .limit(1)
    )


def pass_on(session: Session, list_id: UUID, heir_id: UUID) -> None:
    """Let a list count for `heir_id`. The scopes of both accounts are held."""
    row = session.get_one(TaskList, list_id, populate_existing=True)
    if row.deleted_at is None:  # what is in the trash is not counted
        for account_id, change in ((row.owner_id, -1), (heir_id, 1)):
            session.execute(
                update(Scope).where(Scope.id == account_id).values(item_count=Scope.item_count + change),
                execution_options=_NO_SYNC,
            )
    row.owner_id = heir_id
    session.flush()


def note_change(session: Session, actor: Actor, scope: Scope) -> None:
    """Count a change of the members of a locked list as one of the list, which says to each reader the own role."""
    session.execute(
        update(TaskList)
        .where(TaskList.id == scope.id)
        .values(version=TaskList.version + 1, changed_revision=scope.revision, updated_at=actor.now),
        execution_options=_NO_SYNC,
    )


def unassign(session: Session, actor: Actor, scope: Scope, account_id: UUID) -> None:
    """Take the tasks of a locked list, those in its trash included, off somebody, as a row of the feed of its own."""
    theirs = (Task.list_id == scope.id, Task.assignee_id == account_id)
    if session.scalar(select(Task.id).where(*theirs).limit(1)) is None:
        return
    scopes.advance(session, scope)
    session.execute(
        update(Task)
        .where(*theirs)
        .values(assignee_id=None, version=Task.version + 1, changed_revision=scope.revision, updated_at=actor.now),
        execution_options=_NO_SYNC,
    )
    scopes.record(session, actor, scope, "tasks.unassigned", None, {"assignee_id": (account_id, None)})
    ordering.note_changed_items(session, scope)


def forget_reminders(session: Session, list_id: UUID, account_id: UUID) -> None:
    """Remind somebody of nothing in a list any more."""
    tasks = select(Task.id).where(Task.list_id == list_id)
    session.execute(
        delete(Reminder).where(Reminder.account_id == account_id, Reminder.task_id.in_(tasks)),
        execution_options=_NO_SYNC,
    )


def _hold(session: Session, list_id: UUID, account_id: UUID) -> UUID | None:
    """Hold what a change of this member may write. Returns to whom the list passes if it counts for them."""
    heir_id = _heir_of(session, list_id, account_id)
    scopes.hold(session, {list_id, account_id, *([heir_id] if heir_id else [])})
    if _heir_of(session, list_id, account_id) != heir_id:
        raise StaleRead("the owners of the list changed just now")
    return heir_id


def _heir_of(session: Session, list_id: UUID, account_id: UUID) -> UUID | None:
    owner_id = session.scalar(select(TaskList.owner_id).where(TaskList.id == list_id))
    return find_heir(session, list_id, account_id) if owner_id == account_id else None


def _resign(session: Session, list_id: UUID, account_id: UUID, heir_id: UUID | None) -> None:
    """Let somebody be an owner no more: the list counts for another one, and their invitations to it are void."""
    if find_heir(session, list_id, account_id) is None:
        raise LastOwner
    if heir_id is not None:
        pass_on(session, list_id, heir_id)
    # They know the secrets.
    session.execute(delete(Invitation).where(Invitation.list_id == list_id, Invitation.invited_by == account_id))


def _change_role(session: Session, actor: Actor, member: Member, role: str) -> None:
    """Change the role of a member of a list. Its scope and the account's are held."""
    list_id, account_id = member.list_id, member.account_id
    locked = scopes.lock(session, list_id, account_id)
    fields = {"role": (member.role, role)}
    member.role, member.changed_revision = role, locked[list_id].revision
    note_change(session, actor, locked[list_id])
    session.flush()
    scopes.record(session, actor, locked[list_id], "member.role_changed", account_id, fields)
    scopes.record(session, actor, locked[account_id], "list.role_changed", list_id, fields)


def _get(session: Session, list_id: UUID, account_id: UUID) -> Member:
    member = session.get(Member, (account_id, list_id), populate_existing=True)
    if member is None:
        raise NotFound(_NO_SUCH_MEMBER)
    return member


def _members(list_id: UUID) -> Any:
    return (
        select(Member.account_id, Member.role, Account.name, Account.email)
        .join(Account, Account.id == Member.account_id)
        .where(Member.list_id == list_id)
    )


def _shape(actor: Actor, list_id: UUID, row: Any) -> shapes.Member:
    return shapes.Member(
        account_id=row.account_id,
        url=f"/v1/lists/{list_id}/members/{row.account_id}",
        name=row.name,
        email=row.email if actor.linked_list is None else None,
        role=row.role,
    )
