"""Lists on the wire."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import UNSET, Struct, UnsetType

from todo.shapes.fields import Cursor, Limit, Notes, Order, Title, Url

Role = Literal["owner", "editor", "viewer"]


class NewList(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A list to be made. `id` may be chosen by the client: a UUID of version 4 or 7."""

    title: Title
    notes: Notes = ""
    order: Order | UnsetType = UNSET
    id: UUID | UnsetType = UNSET


class TaskList(Struct, frozen=True, kw_only=True):
    """A list and the reader's role in it. It holds no counts, so that it changes only when it was changed."""

    id: UUID
    url: Url
    title: Title
    notes: Notes
    order: float
    role: Role
    version: int
    created_at: datetime
    updated_at: datetime


class ListPatch(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What of a list can be changed."""

    title: Title | UnsetType = UNSET
    notes: Notes | UnsetType = UNSET
    order: Order | UnsetType = UNSET


class ListFilter(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A page of lists, sorted by `order`."""

    limit: Limit = 50
    cursor: Cursor | None = None
