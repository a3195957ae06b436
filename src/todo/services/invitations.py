"""Invitations to share a list: mailed to an address that may have no account, good for one who brings the secret."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from todo.errors import LimitReached, NotFound, TooManyAttempts
from todo.models import Invitation, TaskList, uuid7
from todo.services import jobs, lists, members, roles, scopes, throttles
from todo.services.actor import Actor, digest_of
from todo.services.jobs import NewJob
from todo.services.throttles import Counted
from todo.services.tokens import new_secret
from todo.shapes import sharing as shapes
from todo.shapes.index import Limits
from todo.shapes.task_list import TaskList as TaskListShape

_GOOD_FOR = timedelta(days=14)
_PREFIX = "todoinvitation"
_A_DAY = timedelta(days=1)
_UNKNOWN = "The invitation is unknown, withdrawn, expired or used. Ask for another one."


def of_list(session: Session, actor: Actor, list_id: UUID) -> tuple[shapes.Invitation, ...]:
    """The invitations to a list that are open, latest first; at most 100. Raises NotFound, Forbidden."""
    roles.require(roles.get_role(session, actor, list_id), "owner")
    rows = session.scalars(
        select(Invitation)
        .where(Invitation.list_id == list_id, Invitation.expires_at > actor.now)
        .order_by(Invitation.created_at.desc(), Invitation.id.desc())
    )
    return tuple(shapes.Invitation(**_fields(row)) for row in rows)


def create(session: Session, actor: Actor, list_id: UUID, new: shapes.NewInvitation) -> shapes.NewInvitationReply:
    """Invite an address, and write the job of the mail, which has the id of the invitation.

    Raises NotFound, Forbidden, LimitReached, and TooManyAttempts where the actor invited too many within a day.
    """
    scope = roles.lock(session, actor, list_id, "owner")
    open_ones = (Invitation.list_id == list_id, Invitation.expires_at > actor.now)
    if (session.scalar(select(func.count()).select_from(Invitation).where(*open_ones)) or 0) >= _most_open():
        raise LimitReached(f"A list has at most {_most_open()} open invitations. Withdraw one first.")
    mine = Counted("invitation", str(actor.account_id), Limits().invitations_per_day)
    if wait := throttles.spend(session, actor.now, mine, _A_DAY):
        raise TooManyAttempts(wait)
    secret = new_secret(_PREFIX)
    invitation = Invitation(
        id=uuid7(actor.now),
        list_id=list_id,
        digest=digest_of(secret),
        email=new.email,
        role=new.role,
        invited_by=actor.account_id,
        created_at=actor.now,
        expires_at=actor.now + _GOOD_FOR,
    )
    session.add(invitation)
    session.flush()
    payload = {"letter": "invitation", "invitation_id": str(invitation.id), "secret": secret}
    mail = NewJob(kind="email", account_id=actor.account_id, payload=payload, id=invitation.id)
    jobs.enqueue(session, actor.now, [mail])
    # Every reader of the list reads this: no address in it.
    scopes.record(session, actor, scope, "invitation.created", invitation.id, {"role": (None, new.role)})
    return shapes.NewInvitationReply(secret=secret, **_fields(invitation))


def withdraw(session: Session, actor: Actor, list_id: UUID, invitation_id: UUID) -> None:
    """Withdraw an invitation; nobody can accept it any more. Raises NotFound, Forbidden."""
    scope = roles.lock(session, actor, list_id, "owner")
    role = session.scalar(
        delete(Invitation)
        .where(Invitation.id == invitation_id, Invitation.list_id == list_id)
        .returning(Invitation.role)
    )
    if role is None:
        raise NotFound("The list has no such invitation.")
    scopes.record(session, actor, scope, "invitation.withdrawn", invitation_id, {"role": (role, None)})


def accept(session: Session, actor: Actor, given: shapes.Acceptance) -> TaskListShape:
    """Join the list of an invitation, which is used up. Who is a member keeps the higher role.

    Raises NotFound, LimitReached.
    """
    account_id = actor.account_id
    list_id = find_list(session, given.secret, actor.now)
    if list_id is None:
        raise NotFound(_UNKNOWN)
    scopes.hold(session, {list_id, account_id})
    return use(session, actor, given.secret)


def find_list(session: Session, secret: str, now: datetime) -> UUID | None:
    """The list that an open invitation leads to, unless that is in the trash."""
    return session.scalar(
        select(Invitation.list_id)
        .join(TaskList, TaskList.id == Invitation.list_id)
        .where(Invitation.digest == digest_of(secret), Invitation.expires_at > now, TaskList.deleted_at.is_(None))
    )


def use(session: Session, actor: Actor, secret: str) -> TaskListShape:
    """Use an invitation up for the actor, whose scope and the list's are held. Raises NotFound, LimitReached."""
    if find_list(session, secret, actor.now) is None:
        raise NotFound(_UNKNOWN)
    used = session.execute(
        delete(Invitation).where(Invitation.digest == digest_of(secret)).returning(Invitation.list_id, Invitation.role)
    ).one()
    members.admit(session, actor, used.list_id, used.role)
    return lists.get(session, actor, used.list_id)


def _most_open() -> int:
    return Limits().invitations_per_list


def _fields(invitation: Invitation) -> dict[str, Any]:
    return {
        "id": invitation.id,
        "url": f"/v1/lists/{invitation.list_id}/invitations/{invitation.id}",
        "email": invitation.email,
        "role": invitation.role,
        "invited_by": invitation.invited_by,
        "created_at": invitation.created_at,
        "expires_at": invitation.expires_at,
    }
