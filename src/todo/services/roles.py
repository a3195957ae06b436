"""Who may do what to a list. What one may not see does not exist (404); what one sees and may not change is 403."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from todo.errors import Forbidden, NotFound
from todo.models import Link, Member, Scope, TaskList
from todo.services import scopes
from todo.services.actor import Actor

_RANK = {"viewer": 0, "editor": 1, "owner": 2}
ROLES = tuple(_RANK)
NO_SUCH_LIST = "There is no such list, or you may not see it."


def access(actor: Actor) -> Any:
    """A subquery of what the actor sees: the columns `list_id` and `role`, of lists in the trash, too."""
    if actor.linked_list is None:
        held = select(Member.list_id, Member.role).where(Member.account_id == actor.id)
    else:
        held = select(Link.list_id, Link.role).where(Link.id == actor.id)
    return held.subquery("access")


def get_role(session: Session, actor: Actor, list_id: UUID) -> str:
    """The actor's role in a list that is not in the trash. Raises NotFound."""
    held = access(actor)
    role = session.scalar(
        select(held.c.role)
        .join(TaskList, TaskList.id == held.c.list_id)
        .where(held.c.list_id == list_id, TaskList.deleted_at.is_(None))
    )
    if role is None:
        raise NotFound(NO_SUCH_LIST)
    return str(role)


def reaches(role: str, needed: str) -> bool:
    """Whether who has `role` may do what `needed` may."""
    return _RANK[role] >= _RANK[needed]


def lock(session: Session, actor: Actor, list_id: UUID, needed: str, *, items: int = 0) -> Scope:
    """Lock the scope of a list, as `scopes.lock` does, for an actor whose role reaches `needed` once it is locked.

    Raises NotFound, Forbidden.
    """
    scope = scopes.lock(session, list_id, items=items).get(list_id)
    if scope is None:
        raise NotFound(NO_SUCH_LIST)
    require(get_role(session, actor, list_id), needed)
    return scope


def require(role: str, needed: str) -> None:
    """Raise Forbidden unless `role` reaches `needed`."""
    if not reaches(role, needed):
        raise Forbidden(f"This needs the role {needed}; yours is {role}.")
