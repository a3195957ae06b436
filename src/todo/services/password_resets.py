"""Passwords that were forgotten: a secret is mailed to an address, and sets the password of its account, once.

Asking does the same for every address, so that neither the reply nor its time tells whether there is an account; that
is looked up when the mail is written. Several may be open, and each is good until one of them is used: whoever asks
twice may follow either mail, and whoever asks in somebody else's name spoils no mail of theirs.
"""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from todo.errors import NotFound, UnknownReset
from todo.models import Account, PasswordReset, uuid7
from todo.services import accounts, jobs, scopes, tokens
from todo.services.actor import digest_of, on_behalf_of
from todo.services.jobs import NewJob

_GOOD_FOR = timedelta(hours=1)
_PREFIX = "todoreset"
_NO_SYNC = {"synchronize_session": False}


def ask(session: Session, now: datetime, email: str) -> UUID:
    """Write a reset for an address and the job of its mail. Returns the id of both. Raises InvalidInput."""
    reset, secret = _add(session, now, email)
    payload = {"letter": "password_reset", "reset_id": str(reset.id), "secret": secret}
    jobs.enqueue(session, now, [NewJob(kind="email", payload=payload, id=reset.id)])
    return reset.id


def make(session: Session, now: datetime, email: str) -> tuple[str, datetime]:
    """A reset for whoever runs the service to hand over: its secret, and when it expires. Raises NotFound."""
    if accounts.find_by_address(session, email) is None:
        raise NotFound(f"There is no account with the address {email}.")
    reset, secret = _add(session, now, email)
    return secret, reset.expires_at


def require(session: Session, now: datetime, secret: str) -> None:
    """Raise UnknownReset unless the secret is good, before a password is hashed for it."""
    if _find_account(session, now, secret) is None:
        raise UnknownReset


def use(session: Session, now: datetime, secret: str, password_hash: str) -> str:
    """Set the password of the account; all its log-ins and other resets end. Returns its address.

    Raises UnknownReset.
    """
    account_id = _find_account(session, now, secret)
    if account_id is None:
        raise UnknownReset
    scope = scopes.lock(session, account_id).get(account_id)
    # Until here it may have been used, or the account deleted, or given another address.
    if scope is None or _find_account(session, now, secret) != account_id:
        raise UnknownReset
    account = session.get_one(Account, account_id, populate_existing=True)
    account.password_hash = password_hash
    account.version += 1
    account.updated_at = now
    session.flush()  # and then the log-ins: one with the old password has come before, or will find the new one
    tokens.end_sessions(session, account_id)
    session.execute(
        delete(PasswordReset).where(PasswordReset.email_key == account.email_key), execution_options=_NO_SYNC
    )
    scopes.record(session, on_behalf_of(account_id, now), scope, "account.updated", None, {"password": (None, None)})
    return account.email


def _add(session: Session, now: datetime, email: str) -> tuple[PasswordReset, str]:
    secret = tokens.new_secret(_PREFIX)
    reset = PasswordReset(
        id=uuid7(now),
        email_key=accounts.storable_key(email),
        digest=digest_of(secret),
        created_at=now,
        expires_at=now + _GOOD_FOR,
    )
    session.add(reset)
    return reset, secret


def _find_account(session: Session, now: datetime, secret: str) -> UUID | None:
    return session.scalar(
        select(Account.id)
        .join(PasswordReset, PasswordReset.email_key == Account.email_key)
        .where(PasswordReset.digest == digest_of(secret), PasswordReset.expires_at > now)
    )
