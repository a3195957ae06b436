"""Ids that clients may choose: UUIDs of version 4 or 7. Their time is never trusted, nor sorted by."""

from datetime import datetime
from uuid import UUID

from msgspec import UnsetType

from todo.errors import Fault, InvalidInput
from todo.models import uuid7


def chosen_or_new(chosen: UUID | UnsetType, now: datetime) -> tuple[UUID, bool]:
    """The id to use, and whether the client chose it. Raises InvalidInput for another version."""
    if isinstance(chosen, UnsetType):
        return uuid7(now), False
    if chosen.version not in (4, 7):
        raise InvalidInput(Fault("Expected a UUID of version 4 or 7", "/id"))
    return chosen, True
