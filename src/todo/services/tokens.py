"""Bearer tokens: made, listed, revoked. The secret leaves once; its digest stays."""

import secrets
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from todo.errors import Fault, InvalidInput, LimitReached, NotFound
from todo.models import Account, Token, uuid7
from todo.services.actor import Actor, digest_of
from todo.services.time_zones import in_utc
from todo.shapes import token as shapes
from todo.shapes.index import Limits

_SESSION_DAYS = 30
_SECRET_BYTES = 32


def new_secret(prefix: str = "todo") -> str:
    """A secret of 256 random bits; the prefix lets secret scanners know it."""
    return f"{prefix}_{secrets.token_urlsafe(_SECRET_BYTES)}"


def issue_session(session: Session, account_id: UUID, now: datetime) -> shapes.SessionToken:
    """A token for a log-in, good for 30 days. Expired ones of the account are deleted on the way."""
    session.execute(delete(Token).where(Token.account_id == account_id, Token.expires_at <= now))
    secret, token = _issue(
        session,
        account_id,
        now,
        kind="session",
        name="log-in",
        access="write",
        expires_at=now + timedelta(days=_SESSION_DAYS),
    )
    return shapes.SessionToken(secret=secret, **_fields(token))


def create(session: Session, actor: Actor, new: shapes.NewToken) -> shapes.NewTokenReply:
    """A named token for programs. Raises InvalidInput for an expiry in the past, LimitReached."""
    if new.expires_at is not None and in_utc(new.expires_at, "/expires_at") <= actor.now:
        raise InvalidInput(Fault("Expected a moment in the future", "/expires_at"))
    held = session.scalar(select(func.count()).select_from(Token).where(Token.account_id == actor.account_id))
    if (held or 0) >= Limits().tokens_per_account:
        raise LimitReached(f"An account has at most {Limits().tokens_per_account} tokens. Revoke one first.")
    secret, token = _issue(
        session,
        actor.account_id,
        actor.now,
        kind="token",
        name=new.name,
        access=new.access,
        expires_at=new.expires_at,
    )
    return shapes.NewTokenReply(secret=secret, **_fields(token))


def create_for_address(session: Session, email: str, new: shapes.NewToken, now: datetime) -> shapes.NewTokenReply:
    """A named token for the account with this address, for whoever runs the service. Raises NotFound."""
    account_id = session.scalar(select(Account.id).where(Account.email_key == email.casefold()))
    if account_id is None:
        raise NotFound(f"There is no account with the address {email}.")
    secret, token = _issue(
        session, account_id, now, kind="token", name=new.name, access=new.access, expires_at=new.expires_at
    )
    return shapes.NewTokenReply(secret=secret, **_fields(token))


def list_all(session: Session, actor: Actor) -> tuple[shapes.ListedToken, ...]:
    """The account's tokens that still work, latest first. There are at most a thousand, so there is one page."""
    rows = session.scalars(
        select(Token)
        .where(Token.account_id == actor.account_id, Token.expires_at.is_(None) | (Token.expires_at > actor.now))
        .order_by(Token.created_at.desc(), Token.id.desc())
    )
    return tuple(shapes.ListedToken(current=row.id == actor.authority.token_id, **_fields(row)) for row in rows)


def revoke(session: Session, actor: Actor, token_id: UUID) -> None:
    """Revoke a token of the account; it stops working with the commit. Raises NotFound."""
    gone = session.execute(
        delete(Token).where(Token.id == token_id, Token.account_id == actor.account_id).returning(Token.id)
    ).one_or_none()
    if gone is None:
        raise NotFound("You have no such token.")


def end_sessions(session: Session, account_id: UUID, but: UUID | None = None) -> None:
    """End every log-in of an account, but for this one. Named tokens stay."""
    ended = delete(Token).where(Token.account_id == account_id, Token.kind == "session")
    session.execute(ended if but is None else ended.where(Token.id != but))


def revoke_current(session: Session, actor: Actor) -> None:
    """Log out: revoke the token that was used to ask."""
    session.execute(delete(Token).where(Token.id == actor.authority.token_id, Token.account_id == actor.account_id))


def _issue(
    session: Session,
    account_id: UUID,
    now: datetime,
    *,
    kind: str,
    name: str,
    access: str,
    expires_at: datetime | None,
) -> tuple[str, Token]:
    secret = new_secret()
    token = Token(
        id=uuid7(now),
        account_id=account_id,
        digest=digest_of(secret),
        kind=kind,
        name=name,
        access=access,
        created_at=now,
        expires_at=expires_at,
    )
    session.add(token)
    session.flush()
    return secret, token


def _fields(token: Token) -> dict[str, Any]:
    return {
        "id": token.id,
        "url": f"/v1/tokens/{token.id}",
        "name": token.name,
        "kind": token.kind,
        "access": token.access,
        "created_at": token.created_at,
        "expires_at": token.expires_at,
    }
