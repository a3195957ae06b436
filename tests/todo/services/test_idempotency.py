"""A key whose first command is still under way."""

import uuid
from datetime import UTC, datetime

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.orm import Session

from todo.database import build_database
from todo.errors import StillRunning
from todo.models import IdempotencyRecord, uuid7
from todo.services import idempotency
from todo.services.actor import Actor, Authority


def _nothing(session: Session, actor: Actor) -> None:  # noqa: ARG001 - the shape of every service function
    raise AssertionError("the command must not run twice")


def test_a_duplicate_of_a_command_that_does_not_end_is_told_so(postgresql_url: str) -> None:
    database = build_database(make_url(postgresql_url), "server", pool_size=2)
    now = datetime.now(UTC)
    actor = Actor(uuid.uuid4(), Authority(), "write", "UTC", now, uuid7(now))
    first = IdempotencyRecord(
        account_id=actor.account_id, key="k", digest=b"\0" * 32, item_id=None, outcome=None, created_at=now
    )

    def duplicate(session: Session) -> None:
        session.execute(text("/* on purpose */ SET LOCAL lock_timeout = '50ms'"))
        idempotency.once(session, actor, "k", b"\0" * 32, _nothing)

    with Session(database.engine) as running:
        running.add(first)
        running.flush()
        with pytest.raises(StillRunning):
            database.write(duplicate)
        running.rollback()
    database.close()
