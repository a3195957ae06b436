"""Accounts: signing up, who one is, changing it, and leaving."""

import hmac
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from msgspec import UNSET
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from todo.database import StaleRead, execute_later, insert_missing
from todo.errors import Fault, InvalidInput, NotFound, SignUpRefused, Unauthenticated
from todo.models import (
    Account,
    Change,
    ChangedItem,
    Export,
    Feed,
    IdempotencyRecord,
    Import,
    ImportProblem,
    Invitation,
    Invite,
    Job,
    Link,
    Member,
    PasswordReset,
    Reminder,
    Scope,
    Task,
    TaskLabel,
    TaskList,
    Token,
    Tombstone,
    uuid7,
)
from todo.services import departure, digests, exports, file_removal, invitations, scopes, tokens
from todo.services.actor import Actor, digest_of, on_behalf_of
from todo.services.preconditions import IfMatch, require_match
from todo.services.time_zones import get_zone
from todo.shapes import account as shapes

_LONGEST_KEY = 512
_REFUSED = "This address cannot be used to sign up. If it is yours, log in."


def address_key(email: str) -> str:
    """What makes two addresses the same."""
    return email.casefold()


def storable_key(email: str) -> str:
    """The key of an address that is to be stored. Raises InvalidInput for one that is too long."""
    key = address_key(email)
    # Casefolding makes up to three characters of one.
    if len(key) > _LONGEST_KEY:
        raise InvalidInput(Fault("This address is too long", "/email"))
    return key


def sign_up(
    session: Session, now: datetime, new: shapes.NewAccount, password_hash: str, *, invited: bool
) -> shapes.SignedIn:
    """Make an account and its first token. With `invited`, the invite in `new` must be good, and is used up.

    Where that is an invitation to share a list, the account joins the list at once, whether it needed it or not.
    Raises SignUpRefused, InvalidInput, LimitReached.
    """
    zone = get_zone(new.time_zone, "/time_zone")
    joins = invitations.find_list(session, new.invite, now) if new.invite else None
    if joins is not None:
        scopes.hold(session, {joins})
    elif invited:
        _use_invite(session, now, new.invite or "")
    account_id = uuid7(now)
    account = Account(
        id=account_id,
        email=new.email,
        email_key=storable_key(new.email),
        name=new.name,
        password_hash=password_hash,
        time_zone=new.time_zone,
        language=new.language,
        digest_at=digests.next_digest(now, zone) if new.digest else None,
        mail_stopped_at=None,
        version=1,
        created_at=now,
        updated_at=now,
    )
    if not insert_missing(session, account):
        raise SignUpRefused(_REFUSED, Fault("This address cannot be used", "/email"))
    session.add(Scope(id=account_id, kind="account", revision=1, tail=0, item_count=0, live_until=None))
    session.flush()
    if joins is not None and new.invite is not None:
        _join(session, now, account_id, new.invite)
    token = tokens.issue_session(session, account_id, now)
    return shapes.SignedIn(account=_shape(account), token=token)


def make_invite(session: Session, now: datetime, secret: str, days: int) -> datetime:
    """Store an invitation to sign up with `secret`, good for `days`. Returns when it expires."""
    expires_at = now + timedelta(days=days)
    session.add(Invite(digest=digest_of(secret), created_at=now, expires_at=expires_at, used_at=None))
    return expires_at


def password_hash_of(session: Session, actor: Actor) -> str:
    """The actor's password hash, to be verified between two units."""
    return session.get_one(Account, actor.account_id).password_hash


def find_by_address(session: Session, email: str) -> tuple[UUID, str] | None:
    """The id and password hash of the account with this address."""
    row = session.execute(
        select(Account.id, Account.password_hash).where(Account.email_key == address_key(email))
    ).one_or_none()
    return None if row is None else (row.id, row.password_hash)


def log_in(session: Session, now: datetime, account_id: UUID, password_hash: str) -> shapes.SignedIn:
    """A new session token for an account whose password was verified against `password_hash`.

    Raises Unauthenticated when the password was changed, or the account deleted, in between.
    """
    # Shared with other log-ins: whoever sets a password, and ends those there are, waits, or is waited for.
    account = session.get(Account, account_id, with_for_update={"read": True})
    if account is None or not hmac.compare_digest(account.password_hash, password_hash):
        raise Unauthenticated("The address or the password is wrong.")
    return shapes.SignedIn(account=_shape(account), token=tokens.issue_session(session, account_id, now))


def get_me(session: Session, actor: Actor) -> shapes.Account:
    """The actor's own account."""
    return _shape(session.get_one(Account, actor.account_id))


def update_me(
    session: Session,
    actor: Actor,
    patch: shapes.AccountPatch,
    if_match: IfMatch,
    verified: str | None,
    new_hash: str | None,
) -> shapes.Account:
    """Change the actor's account. `verified` is the password hash that was checked, `new_hash` the new one.

    A new password ends every other session; it, or a new address, ends what was mailed to set one. Raises
    VersionMismatch, InvalidInput.
    """
    scope = scopes.lock(session, actor.account_id)[actor.account_id]
    account = session.get_one(Account, actor.account_id, populate_existing=True)
    require_match(if_match, _shape(account))
    if verified is not None and not hmac.compare_digest(verified, account.password_hash):
        raise InvalidInput(Fault("This is not the current password", "/current_password"))
    fields: dict[str, tuple[Any, Any]] = {}
    if patch.time_zone is not UNSET:
        get_zone(patch.time_zone, "/time_zone")
    for name in ("name", "time_zone", "language", "email"):
        value = getattr(patch, name)
        if value is not UNSET and value != getattr(account, name):
            fields[name] = (getattr(account, name), value)
            setattr(account, name, value)
    if new_hash is not None or "email" in fields:
        execute_later(session, delete(PasswordReset).where(PasswordReset.email_key == account.email_key))
    if "email" in fields:
        _take_address(session, account)
    _set_digest(actor, account, patch, fields)
    if new_hash is not None:
        account.password_hash = new_hash
        fields["password"] = (None, None)
        session.flush()
        tokens.end_sessions(session, account.id, but=actor.authority.token_id)
    if fields:
        account.version += 1
        account.updated_at = actor.now
        session.flush()
        scopes.record(session, actor, scope, "account.updated", None, fields)
    else:
        scopes.give_back(session, scope)
    return _shape(account)


def delete_me(session: Session, actor: Actor, if_match: IfMatch) -> tuple[UUID, ...]:
    """Delete the actor's account with everything that it alone owns, at once and for good.

    A list that has another owner passes to that one. Returns the jobs that delete the account's files, of which the
    queue is to be told.
    """
    require_match(if_match, get_me(session, actor))
    departure.leave_lists(session, actor)
    owned = select(TaskList.id).where(TaskList.owner_id == actor.account_id)
    scopes_gone = select(Scope.id).where((Scope.id == actor.account_id) | Scope.id.in_(owned))
    tasks_gone = select(Task.id).where(Task.list_id.in_(owned))
    links_gone = select(Link.id).where(Link.list_id.in_(owned))
    imports_gone = select(Import.id).where(Import.account_id == actor.account_id)
    job_ids = (
        *exports.forget(session, actor.now, (Export.account_id == actor.account_id) | Export.link_id.in_(links_gone)),
        *file_removal.enqueue(session, actor.now, session.scalars(imports_gone).all()),
    )
    address = select(Account.email_key).where(Account.id == actor.account_id).scalar_subquery()
    for statement in (
        delete(TaskLabel).where(TaskLabel.list_id.in_(owned)),
        delete(Reminder).where((Reminder.account_id == actor.account_id) | Reminder.task_id.in_(tasks_gone)),
        delete(ImportProblem).where(ImportProblem.import_id.in_(imports_gone)),
        delete(Import).where(Import.account_id == actor.account_id),
        delete(Job).where(Job.account_id == actor.account_id),
        delete(Feed).where((Feed.account_id == actor.account_id) | Feed.list_id.in_(owned)),
        delete(Task).where(Task.list_id.in_(owned)),
        delete(IdempotencyRecord).where(
            (IdempotencyRecord.account_id == actor.account_id) | IdempotencyRecord.account_id.in_(links_gone)
        ),
        delete(Link).where(Link.list_id.in_(owned)),
        delete(Invitation).where((Invitation.invited_by == actor.account_id) | Invitation.list_id.in_(owned)),
        delete(Member).where((Member.account_id == actor.account_id) | Member.list_id.in_(owned)),
        delete(ChangedItem).where(ChangedItem.scope_id.in_(scopes_gone)),
        delete(Change).where(Change.scope_id.in_(scopes_gone)),
        delete(Tombstone).where(Tombstone.scope_id.in_(scopes_gone)),
        delete(Scope).where((Scope.id == actor.account_id) | Scope.id.in_(owned)),
        delete(TaskList).where(TaskList.owner_id == actor.account_id),
        delete(Token).where(Token.account_id == actor.account_id),
        delete(PasswordReset).where(PasswordReset.email_key == address),
        delete(Account).where(Account.id == actor.account_id),
    ):
        session.execute(statement, execution_options={"synchronize_session": False})
    return job_ids


def _set_digest(actor: Actor, account: Account, patch: shapes.AccountPatch, fields: dict[str, tuple[Any, Any]]) -> None:
    """Let the next digest be due, where one is wanted, at 7:00 of the account's zone as it is now."""
    wanted = account.digest_at is not None
    if patch.digest is not UNSET and patch.digest != wanted:
        fields["digest"] = (wanted, patch.digest)
    if "digest" in fields or ("time_zone" in fields and wanted):
        zone = get_zone(account.time_zone, "/time_zone")
        is_wanted = fields.get("digest", (None, wanted))[1]
        account.digest_at = digests.next_digest(actor.now, zone) if is_wanted else None


def _take_address(session: Session, account: Account) -> None:
    key = storable_key(account.email)
    with session.no_autoflush:
        taken = session.scalar(select(Account.id).where(Account.email_key == key, Account.id != account.id))
    if taken is not None:
        raise InvalidInput(Fault("This address cannot be used", "/email"))
    if key != account.email_key:
        account.mail_stopped_at = None  # what came back from the old address says nothing of the new one
    account.email_key = key


def _join(session: Session, now: datetime, account_id: UUID, secret: str) -> None:
    try:
        invitations.use(session, on_behalf_of(account_id, now), secret)
    except NotFound as error:
        raise StaleRead("the invitation was used or withdrawn just now") from error


def _use_invite(session: Session, now: datetime, secret: str) -> None:
    used = session.execute(
        update(Invite)
        .where(Invite.digest == digest_of(secret), Invite.used_at.is_(None), Invite.expires_at > now)
        .values(used_at=now)
        .returning(Invite.digest),
        execution_options={"synchronize_session": False},
    ).one_or_none()
    if used is None:
        raise SignUpRefused(
            "Signing up needs an invite, and this one is missing, unknown, expired or used.",
            Fault("Missing, unknown, expired or used", "/invite"),
        )


def _shape(account: Account) -> shapes.Account:
    return shapes.Account(
        id=account.id,
        url="/v1/me",
        email=account.email,
        name=account.name,
        time_zone=account.time_zone,
        language=account.language,
        digest=account.digest_at is not None,
        mail_stopped_at=account.mail_stopped_at,
        version=account.version,
        created_at=account.created_at,
        updated_at=account.updated_at,
    )
