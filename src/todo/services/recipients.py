"""Who can be written to, and to whom nothing is sent any more."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from todo.models import Account
from todo.services import scopes
from todo.services.accounts import address_key
from todo.services.actor import on_behalf_of


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody who can be written to."""

    email: str
    name: str
    language: str
    time_zone: str


def find_recipient(session: Session, account_id: UUID) -> Recipient | None:
    """Whom to write to; None where the account is gone, or mail to it came back."""
    row = session.execute(
        select(Account.email, Account.name, Account.language, Account.time_zone).where(
            Account.id == account_id, Account.mail_stopped_at.is_(None)
        )
    ).one_or_none()
    return None if row is None else Recipient(row.email, row.name, row.language, row.time_zone)


def stop_mail(session: Session, now: datetime, addresses: Sequence[str]) -> int:
    """Send nothing more to these addresses: mail came back for good, or was called a nuisance.

    Another address of the same person starts anew. Returns how many accounts that stopped.
    """
    keys = {address_key(address) for address in addresses}
    reached = Account.email_key.in_(keys) & Account.mail_stopped_at.is_(None)
    locked = scopes.lock(session, *session.scalars(select(Account.id).where(reached)))
    stopped = session.scalars(
        select(Account).where(reached, Account.id.in_(locked)), execution_options={"populate_existing": True}
    ).all()
    for account in stopped:
        account.mail_stopped_at = account.updated_at = now
        account.version += 1
        fields = {"mail_stopped_at": (None, now)}
        scopes.record(session, on_behalf_of(account.id, now), locked[account.id], "account.updated", None, fields)
    session.flush()
    return len(stopped)
