"""Undo on the wire."""

from uuid import UUID

from msgspec import Struct


class Undone(Struct, frozen=True, kw_only=True):
    """An operation that took another one back. It can be undone itself, by its own `operation_id`."""

    operation_id: UUID
    undoes: UUID
