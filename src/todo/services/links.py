"""Secret links: bearer tokens for one list, made and revoked by its owners."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from msgspec import UnsetType
from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.orm import Session

from todo.errors import Fault, InvalidInput, LimitReached, NotFound
from todo.models import Export, IdempotencyRecord, Link, uuid7
from todo.services import exports, roles, scopes
from todo.services.actor import LINK_PREFIX, Actor, digest_of
from todo.services.time_zones import in_utc
from todo.services.tokens import new_secret
from todo.shapes import sharing as shapes
from todo.shapes.index import Limits

_GOOD_FOR = timedelta(days=30)


def of_list(session: Session, actor: Actor, list_id: UUID) -> tuple[shapes.Link, ...]:
    """The links to a list that still work, latest first; at most 100. Raises NotFound, Forbidden."""
    roles.require(roles.get_role(session, actor, list_id), "owner")
    rows = session.scalars(
        select(Link).where(Link.list_id == list_id, _works(actor.now)).order_by(Link.created_at.desc(), Link.id.desc())
    )
    return tuple(shapes.Link(**_fields(row)) for row in rows)


def create(session: Session, actor: Actor, list_id: UUID, new: shapes.NewLink) -> shapes.NewLinkReply:
    """Make a link. Raises NotFound, Forbidden, InvalidInput for an expiry in the past, LimitReached."""
    expires_at = _expiry(actor, new)
    scope = roles.lock(session, actor, list_id, "owner")
    working = select(func.count()).select_from(Link).where(Link.list_id == list_id, _works(actor.now))
    if (session.scalar(working) or 0) >= Limits().links_per_list:
        raise LimitReached(f"A list has at most {Limits().links_per_list} links. Revoke one first.")
    secret = new_secret(LINK_PREFIX)
    link = Link(
        id=uuid7(actor.now),
        list_id=list_id,
        digest=digest_of(secret),
        name=new.name,
        role=new.role,
        created_at=actor.now,
        expires_at=expires_at,
    )
    session.add(link)
    session.flush()
    fields = {"name": (None, link.name), "role": (None, link.role)}
    scopes.record(session, actor, scope, "link.created", link.id, fields)
    return shapes.NewLinkReply(secret=secret, fragment=f"/#link={secret}", **_fields(link))


def revoke(session: Session, actor: Actor, list_id: UUID, link_id: UUID) -> tuple[UUID, ...]:
    """Revoke a link; it stops working with the commit. Raises NotFound, Forbidden.

    Returns the jobs that delete what was exported with it, of which the queue is to be told.
    """
    scope = roles.lock(session, actor, list_id, "owner")
    gone = session.execute(
        delete(Link).where(Link.id == link_id, Link.list_id == list_id).returning(Link.name, Link.role)
    ).one_or_none()
    if gone is None:
        raise NotFound("The list has no such link.")
    # What was replied to its holder under a key is nobody's any more.
    session.execute(delete(IdempotencyRecord).where(IdempotencyRecord.account_id == link_id))
    job_ids = exports.forget(session, actor.now, Export.link_id == link_id)
    scopes.record(
        session, actor, scope, "link.revoked", link_id, {"name": (gone.name, None), "role": (gone.role, None)}
    )
    return job_ids


def _expiry(actor: Actor, new: shapes.NewLink) -> datetime | None:
    if isinstance(new.expires_at, UnsetType):
        return actor.now + _GOOD_FOR
    if new.expires_at is not None and in_utc(new.expires_at, "/expires_at") <= actor.now:
        raise InvalidInput(Fault("Expected a moment in the future", "/expires_at"))
    return new.expires_at


def _works(now: datetime) -> ColumnElement[bool]:
    return Link.expires_at.is_(None) | (Link.expires_at > now)


def _fields(link: Link) -> dict[str, Any]:
    return {
        "id": link.id,
        "url": f"/v1/lists/{link.list_id}/links/{link.id}",
        "list_id": link.list_id,
        "name": link.name,
        "role": link.role,
        "created_at": link.created_at,
        "expires_at": link.expires_at,
    }
