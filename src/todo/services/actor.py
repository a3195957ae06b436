"""Who is calling: found by the bearer token, at the start of every unit of work."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from todo.errors import Forbidden, Unauthenticated
from todo.models import Account, Token, uuid7

_MOST_SECRET = 200


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, when, and in which operation. Every service function is told it."""

    account_id: UUID
    token_id: UUID
    access: str
    time_zone: str
    now: datetime
    operation_id: UUID


def on_behalf_of(account_id: UUID, now: datetime) -> Actor:
    """The service itself, doing what nobody asked for to an account."""
    operation_id = uuid7(now)
    return Actor(account_id, operation_id, "write", "UTC", now, operation_id)


def digest_of(secret: str) -> bytes:
    """The SHA-256 of a secret of 256 random bits, which is all that is stored of it."""
    return hashlib.sha256(secret.encode()).digest()


def authenticate(session: Session, secret: str, now: datetime) -> Actor:
    """The actor behind a bearer token's secret. Raises Unauthenticated; writes nothing.

    The secret is looked up by its digest, so no comparison runs over the secret itself.
    """
    if not secret or len(secret) > _MOST_SECRET:
        raise Unauthenticated("Send a token as `Authorization: Bearer <secret>`.")
    row = session.execute(
        select(Token.id, Token.account_id, Token.access, Token.expires_at, Account.time_zone)
        .join(Account, Account.id == Token.account_id)
        .where(Token.digest == digest_of(secret))
    ).one_or_none()
    if row is None or (row.expires_at is not None and row.expires_at <= now):
        raise Unauthenticated("The token is unknown, expired or revoked. Log in again.")
    return Actor(
        account_id=row.account_id,
        token_id=row.id,
        access=row.access,
        time_zone=row.time_zone,
        now=now,
        operation_id=uuid7(now),
    )


def require_write(actor: Actor) -> None:
    """Raise Forbidden unless the actor's token may change things."""
    if actor.access != "write":
        raise Forbidden("This token may only read.")
