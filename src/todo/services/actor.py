"""Who is calling: found by the bearer token, at the start of every unit of work."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from todo.errors import Forbidden, Unauthenticated
from todo.models import Account, Link, TaskList, Token, uuid7

LINK_PREFIX = "todolink"
_MOST_SECRET = 200
_UNKNOWN = "The token is unknown, expired or revoked. Log in again."
_UNKNOWN_LINK = "The link is unknown, expired or revoked. Ask its owner for another one."


@dataclass(frozen=True, slots=True)
class Authority:
    """What an actor proved: the token of an account, or the secret of a link. Exactly one of the two."""

    token_id: UUID | None = None
    link_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, when, and in which operation. Every service function is told it.

    `id` is that of the account, or of the secret link whose holder acts; `linked_list` is the one list of a link.
    `undoes` is the operation that this one takes back.
    """

    id: UUID
    authority: Authority
    access: str
    time_zone: str
    now: datetime
    operation_id: UUID
    linked_list: UUID | None = None
    language: str = "en"
    undoes: UUID | None = None

    @property
    def account_id(self) -> UUID:
        """The id of the account. Raises Forbidden for the holder of a link, who has none."""
        if self.linked_list is not None:
            raise Forbidden("This needs an account. A link is for its list alone.")
        return self.id


def on_behalf_of(account_id: UUID, now: datetime) -> Actor:
    """The service itself, doing what nobody asked for to an account."""
    operation_id = uuid7(now)
    return Actor(account_id, Authority(), "write", "UTC", now, operation_id)


def digest_of(secret: str) -> bytes:
    """The SHA-256 of a secret of 256 random bits, which is all that is stored of it."""
    return hashlib.sha256(secret.encode()).digest()


def authenticate(session: Session, secret: str, now: datetime) -> Actor:
    """The actor behind a bearer token's or link's secret. Raises Unauthenticated; writes nothing.

    The secret is looked up by its digest, so no comparison runs over the secret itself.
    """
    if not secret or len(secret) > _MOST_SECRET:
        raise Unauthenticated("Send a token as `Authorization: Bearer <secret>`.")
    if secret.startswith(LINK_PREFIX):
        return _holder_of_link(session, now, Link.digest == digest_of(secret))
    return _holder_of_token(session, now, Token.digest == digest_of(secret))


def actor_with(session: Session, authority: Authority, now: datetime) -> Actor:
    """The actor who proved this before, if that is still good. Raises Unauthenticated."""
    if authority.link_id is not None:
        return _holder_of_link(session, now, Link.id == authority.link_id)
    return _holder_of_token(session, now, Token.id == authority.token_id)


def require_write(actor: Actor) -> None:
    """Raise Forbidden unless the actor's token may change things."""
    if actor.access != "write":
        raise Forbidden("This token may only read.")


def _holder_of_token(session: Session, now: datetime, condition: Any) -> Actor:
    row = session.execute(
        select(Token.id, Token.account_id, Token.access, Token.expires_at, Account.time_zone, Account.language)
        .join(Account, Account.id == Token.account_id)
        .where(condition)
    ).one_or_none()
    if row is None or (row.expires_at is not None and row.expires_at <= now):
        raise Unauthenticated(_UNKNOWN)
    return Actor(
        id=row.account_id,
        authority=Authority(token_id=row.id),
        access=row.access,
        time_zone=row.time_zone,
        now=now,
        operation_id=uuid7(now),
        language=row.language,
    )


def _holder_of_link(session: Session, now: datetime, condition: Any) -> Actor:
    row = session.execute(
        select(Link.id, Link.list_id, Link.expires_at, Account.time_zone, Account.language)
        .join(TaskList, TaskList.id == Link.list_id)
        .join(Account, Account.id == TaskList.owner_id)
        .where(condition)
    ).one_or_none()
    if row is None or (row.expires_at is not None and row.expires_at <= now):
        raise Unauthenticated(_UNKNOWN_LINK)
    return Actor(
        id=row.id,
        authority=Authority(link_id=row.id),
        access="write",  # as far as the link's role goes
        time_zone=row.time_zone,
        now=now,
        operation_id=uuid7(now),
        linked_list=row.list_id,
        language=row.language,
    )
