"""Activity on the wire."""

from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from todo.shapes.fields import Cursor, Limit


class FieldChange(Struct, frozen=True, kw_only=True):
    """One field before and after."""

    before: Any = None
    after: Any = None


class Activity(Struct, frozen=True, kw_only=True):
    """Something that happened: who, when, what. `task_id` is null for what concerned `many` tasks, or the list.

    `item_id` is the task, list, member, link or invitation that it is about; `undoes` is the operation that was taken
    back by this one.
    """

    operation_id: UUID
    revision: int
    at: datetime
    actor_id: UUID | None
    actor_name: str | None
    kind: str
    list_id: UUID
    task_id: UUID | None
    item_id: UUID | None
    many: bool
    undoes: UUID | None
    changes: dict[str, FieldChange]


class ActivityFilter(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A page of activity, latest first."""

    limit: Limit = 50
    cursor: Cursor | None = None
