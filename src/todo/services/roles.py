"""Who may do what to a list. What one may not see does not exist (404); what one sees and may not change is 403."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from todo.errors import Forbidden, NotFound
from todo.models import Member, TaskList
from todo.services.actor import Actor

_RANK = {"viewer": 0, "editor": 1, "owner": 2}
NO_SUCH_LIST = "There is no such list, or you may not see it."


def get_role(session: Session, actor: Actor, list_id: UUID) -> str:
    """The actor's role in a list that is not in the trash. Raises NotFound."""
    role = session.scalar(
        select(Member.role)
        .join(TaskList, TaskList.id == Member.list_id)
        .where(Member.list_id == list_id, Member.account_id == actor.account_id, TaskList.deleted_at.is_(None))
    )
    if role is None:
        raise NotFound(NO_SUCH_LIST)
    return role


def require(role: str, needed: str) -> None:
    """Raise Forbidden unless `role` reaches `needed`."""
    if _RANK[role] < _RANK[needed]:
        raise Forbidden(f"This needs the role {needed}; yours is {role}.")
