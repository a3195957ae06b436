"""Pages by keyset: where the last page ended, not how many rows came before it."""

import base64
import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

import msgspec
from sqlalchemy import and_, or_

from todo.errors import BadCursor

T = TypeVar("T")
R = TypeVar("R")

_MOST_BYTES = 4 * 1024 * 1024
_LARGEST_INTEGER = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some items in order, and the cursor of the next page, None on the last one."""

    items: tuple[T, ...]
    next: str | None


def fingerprint(query: msgspec.Struct, *context: object) -> str:
    """A short digest of what a query selects and how it sorts; its `limit` and `cursor` do not count."""
    selected = {name: value for name, value in msgspec.to_builtins(query).items() if name not in ("limit", "cursor")}
    text = json.dumps([selected, [str(part) for part in context]], sort_keys=True)
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()[:6]).decode()


def encode_cursor(selection: str, key: Any, item_id: UUID | str) -> str:
    """The cursor behind the item with this sort key and id."""
    text = json.dumps([selection, key.isoformat() if isinstance(key, datetime) else key, str(item_id)])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode_cursor(cursor: str, selection: str, kind: type[R]) -> tuple[R, str]:
    """The sort key, read as `kind`, and the id that a cursor holds. Raises BadCursor."""
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        made_for, key, item_id = msgspec.json.decode(raw)
        value = _storable(msgspec.convert(key, kind, strict=True))
    except (ValueError, TypeError, OverflowError, RecursionError) as error:
        raise BadCursor("The cursor is not one that this service gave out. Start without it.") from error
    if made_for != selection or not isinstance(item_id, str):
        raise BadCursor("The cursor belongs to another query. Repeat the query it came from, or start without it.")
    return value, item_id


def _storable(value: R) -> R:
    """A value that a client may have made up, once it is one that a column could hold. Raises ValueError."""
    if isinstance(value, str) and "\0" in value:
        raise ValueError("a NUL character")
    if isinstance(value, int) and not -_LARGEST_INTEGER <= value <= _LARGEST_INTEGER:
        raise ValueError("a number of more than 64 bits")
    if isinstance(value, datetime):
        value.astimezone(UTC)
    return value


def cursor_id(text: str) -> UUID:
    """The id in a cursor, where ids are UUIDs. Raises BadCursor."""
    try:
        return UUID(text)
    except ValueError as error:
        raise BadCursor("The cursor is not one that this service gave out. Start without it.") from error


def beyond(key: Any, value: Any, identity: Any, item_id: Any, *, descending: bool) -> Any:
    """The condition for rows that come after (value, item_id) when sorted by key and then by id, either way."""
    if descending:
        return or_(key < value, and_(key == value, identity < item_id))
    return or_(key > value, and_(key == value, identity > item_id))


def page_of(rows: Sequence[R], limit: int, shape: Callable[[R], T], cursor_after: Callable[[R], str]) -> Page[T]:
    """A page of at most `limit` shapes and 4 MiB, from up to `limit` + 1 rows; at least one where there is one."""
    items: list[T] = []
    size = 0
    for row in rows[:limit]:
        item = shape(row)
        # Only long notes can make a page large: a quick bound first, the exact size when it matters.
        size += len(msgspec.json.encode(item)) if limit > 50 else 0
        if items and size > _MOST_BYTES:
            break
        items.append(item)
    more = len(rows) > len(items)
    return Page(tuple(items), cursor_after(rows[len(items) - 1]) if more and items else None)
