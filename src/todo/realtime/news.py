"""What the hub reads of the database, each in one unit: who somebody is, what is new in a scope, who may hear of it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from todo.errors import Unauthenticated
from todo.realtime.conversation import encode
from todo.services import live
from todo.services.actor import Authority, actor_with
from todo.shapes.live import Change, Joined, Refused, Wanted

REVOKED = "the token was revoked"
# What is read at once of a list that many write to.
MOST_AT_ONCE = live.MOST_RESENT


@dataclass(frozen=True, slots=True)
class Entry:
    """What somebody who wants to listen is told: the lists, those refused, what was missed, the account's revision."""

    joined: tuple[Joined, ...]
    refused: tuple[Refused, ...]
    missed: tuple[Change, ...]
    account_revision: int | None


@dataclass(frozen=True, slots=True)
class News:
    """Messages of a list by their revision, in order, and who may have them. `more`: there may be later ones."""

    messages: tuple[tuple[int, bytes], ...]
    audience: live.Audience
    good: frozenset[Authority]
    more: bool

    def audience_has(self, actor_id: UUID) -> bool:
        """Whether an account or link may hear of the list now."""
        return actor_id in self.audience.accounts or actor_id in self.audience.links


@dataclass(frozen=True, slots=True)
class Standing:
    """Where scopes stand, and which of some authorities are still good."""

    revisions: dict[UUID, int]
    good: frozenset[Authority]


def enter(session: Session, authority: Authority, wanted: Sequence[Wanted], now: datetime) -> Entry:
    """Let somebody into lists. Raises Unauthenticated where what was proved is good no more."""
    actor = actor_with(session, authority, now)
    joined, refused, missed = live.join(session, actor, wanted)
    account = None if actor.linked_list is not None else live.revisions(session, [actor.id]).get(actor.id)
    return Entry(joined, refused, missed, account)


def of_list(session: Session, list_id: UUID, after: int, authorities: Collection[Authority], now: datetime) -> News:
    """What happened in a list after a revision. Who may hear of it is read last."""
    found = live.changes(session, list_id, after, after + MOST_AT_ONCE)
    return News(
        messages=tuple((change.revision, encode(change)) for change in found),
        audience=live.audience(session, list_id, now),
        good=live.still_good(session, authorities, now),
        more=len(found) == MOST_AT_ONCE,
    )


def standing(session: Session, scopes: Collection[UUID], authorities: Collection[Authority], now: datetime) -> Standing:
    """Where scopes stand, and which authorities are still good."""
    return Standing(live.revisions(session, scopes), live.still_good(session, authorities, now))


def require(standing: Standing, authority: Authority) -> None:
    """Raise Unauthenticated unless the authority is still good."""
    if authority not in standing.good:
        raise Unauthenticated(REVOKED)
