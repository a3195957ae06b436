"""The token of synchronisation: how far a client has followed each scope that it sees."""

import base64
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

import msgspec

from todo.errors import Fault, InvalidInput

_VERSION = 1
_BYTES = 16


@dataclass(slots=True)
class Position:
    """Where a page ended in the middle of a list: behind the item `item_id` at `revision`, on the way to `until`."""

    list_id: UUID
    revision: int
    until: int
    item_id: UUID


@dataclass(slots=True)
class Followed:
    """What a client has: each scope as it was at a revision, complete as of `at`.

    `last` is the list that the last page ended with, so that the next one goes on behind it.
    """

    at: datetime
    revisions: dict[UUID, int] = field(default_factory=dict)
    position: Position | None = None
    last: UUID | None = None


class _Wire(msgspec.Struct, array_like=True, frozen=True):
    version: int
    actor: bytes
    at: int
    ids: bytes
    revisions: tuple[int, ...]
    position: tuple[bytes, int, int, bytes] | None
    last: bytes | None


def encode(actor_id: UUID, followed: Followed) -> str:
    """The token. It holds nothing secret, and changing it gets nobody to see more."""
    position = followed.position
    wire = _Wire(
        _VERSION,
        actor_id.bytes,
        int(followed.at.timestamp()),
        b"".join(scope_id.bytes for scope_id in followed.revisions),
        tuple(followed.revisions.values()),
        None
        if position is None
        else (position.list_id.bytes, position.revision, position.until, position.item_id.bytes),
        None if followed.last is None else followed.last.bytes,
    )
    return base64.urlsafe_b64encode(msgspec.msgpack.encode(wire)).decode().rstrip("=")


def decode(token: str, actor_id: UUID) -> Followed:
    """What the token says. Raises InvalidInput for one that this service did not make for this actor."""
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        wire = msgspec.msgpack.decode(raw, type=_Wire)
        if wire.version != _VERSION or len(wire.ids) != _BYTES * len(wire.revisions):
            raise ValueError("another version")
        ids = (UUID(bytes=wire.ids[start : start + _BYTES]) for start in range(0, len(wire.ids), _BYTES))
        followed = Followed(
            at=datetime.fromtimestamp(wire.at, UTC),
            revisions=dict(zip(ids, wire.revisions, strict=True)),
            position=None
            if wire.position is None
            else Position(
                UUID(bytes=wire.position[0]), wire.position[1], wire.position[2], UUID(bytes=wire.position[3])
            ),
            last=None if wire.last is None else UUID(bytes=wire.last),
        )
        owner = UUID(bytes=wire.actor)
    except (ValueError, OverflowError, OSError, RecursionError) as error:
        detail = "Expected a token as this service gave it; leave it out to start over"
        raise InvalidInput(Fault(detail, "/token")) from error
    if owner != actor_id:
        raise InvalidInput(Fault("This token was given to somebody else; leave it out to start over", "/token"))
    return followed
