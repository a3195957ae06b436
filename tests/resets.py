"""Forgotten passwords, in the words of tests."""

import json
import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from clients import Door, Reply
from sqlalchemy import select

from todo.models import Job, PasswordReset
from todo.services.actor import digest_of

NEW_PASSWORD = "a staple of another kind"
SECRET = re.compile(r"todoreset_[\w-]{43}")


def ask_reset(door: Door, email: str, **options: Any) -> Reply:
    """Ask for a mail."""
    return door.ask("POST", "/v1/password-resets", {"email": email}, **options)


def set_password(door: Door, secret: str, password: str = NEW_PASSWORD) -> Reply:
    """Bring the secret of the mail."""
    return door.ask("PUT", "/v1/password-resets", {"secret": secret, "password": password})


def log_in(door: Door, email: str, password: str) -> Reply:
    """Log in."""
    return door.ask("POST", "/v1/sessions", {"email": email, "password": password})


def jobs_of(door: Door, email: str) -> list[UUID]:
    """The resets of an address, which are the jobs of their mails, too; oldest first."""
    asked = select(PasswordReset.id).where(PasswordReset.email_key == email.casefold())
    return list(door.database.read(lambda session: session.scalars(asked.order_by(PasswordReset.id)).all()))


def payload_of(door: Door, job_id: UUID) -> Mapping[str, Any]:
    """What the job of a mail is to be told."""
    payload: dict[str, Any] = json.loads(door.database.read(lambda session: session.get_one(Job, job_id).payload))
    return payload


def new_reset(door: Door, email: str) -> str:
    """The secret of a new mail."""
    before = set(jobs_of(door, email))
    assert ask_reset(door, email).status == 202
    (job_id,) = set(jobs_of(door, email)) - before
    secret: str = payload_of(door, job_id)["secret"]
    return secret


def is_open(door: Door, secret: str) -> bool:
    """Whether a secret is still kept, as its digest."""
    found = select(PasswordReset.id).where(PasswordReset.digest == digest_of(secret))
    return door.database.read(lambda session: session.scalar(found)) is not None
