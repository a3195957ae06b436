"""A command under a client's own key is carried out once, and its reply is given again.

Source: draft-ietf-httpapi-idempotency-key-header.
"""

import typing
from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID

import msgspec
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from todo.database import InsertBlocked, execute_later, insert_missing
from todo.errors import AlreadyDone, IdempotencyMismatch, StillRunning
from todo.models import IdempotencyRecord
from todo.services.actor import Actor
from todo.services.scopes import operation_in

T = TypeVar("T")

KEPT = timedelta(hours=24)


class _Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of a command that was carried out."""

    operation_id: UUID | None
    result: msgspec.Raw


def once(
    session: Session, actor: Actor, key: str, digest: bytes, work: Callable[..., T], *args: Any, **kwargs: Any
) -> tuple[T, UUID | None]:
    """Run `work(session, actor, *args)` unless it was run under this key, then return its first result.

    With it comes the operation, where that wrote to the feed.

    `digest` (32 bytes) stands for the command. The record is written in the transaction of the work, so that there is
    either both or neither; a second request with the key waits for the first one's end.
    Raises IdempotencyMismatch for another command, AlreadyDone where the first reply held a secret, StillRunning
    where the first one's end does not come.
    """
    mine = (IdempotencyRecord.account_id == actor.id, IdempotencyRecord.key == key)
    execute_later(session, delete(IdempotencyRecord).where(*mine, IdempotencyRecord.created_at < actor.now - KEPT))
    record = IdempotencyRecord(account_id=actor.id, key=key, digest=digest, created_at=actor.now)
    try:
        is_first = insert_missing(session, record)
    except InsertBlocked:
        raise StillRunning(
            "The first request with this Idempotency-Key has not ended. Repeat it in a moment."
        ) from None
    if not is_first:
        return _replay(session.scalars(select(IdempotencyRecord).where(*mine)).one(), digest, work)
    result = work(session, actor, *args, **kwargs)
    secret = getattr(result, "carries_secret", False)
    item_id = getattr(result, "id", None)
    outcome = _Outcome(operation_id=operation_in(session, actor), result=msgspec.Raw(msgspec.json.encode(result)))
    execute_later(
        session,
        update(IdempotencyRecord)
        .where(*mine)
        .values(
            outcome=None if secret else msgspec.json.encode(outcome).decode(),
            item_id=None if item_id is None else str(item_id),
        ),
    )
    return result, outcome.operation_id


def _replay(record: IdempotencyRecord, digest: bytes, work: Callable[..., T]) -> tuple[T, UUID | None]:
    if record.digest != digest:
        raise IdempotencyMismatch("This Idempotency-Key was used for another command. Choose a new key.")
    if record.outcome is None:
        raise AlreadyDone(
            "This was done before. Its reply held a secret, which is not kept: delete what it made and repeat "
            "with a new key.",
            record.item_id or "",
        )
    returned = typing.get_type_hints(work).get("return", Any)
    outcome = msgspec.json.decode(record.outcome, type=_Outcome)
    return typing.cast("T", msgspec.json.decode(outcome.result, type=returned)), outcome.operation_id
