"""A task in one line, on the wire."""

from typing import Annotated, Any, ClassVar
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType

from todo.shapes.account import Language
from todo.shapes.fields import ONE_LINE, TimeZone


class QuickAdd(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A task, as it is said: due, recurrence, `#label`, `!1` to `!4`, `+list`; the rest is its title.

    A list in the text comes before `list_id`. Without either it is your first own list, or a new one. `language` and
    `time_zone` are those of the text, and your account's where they are not given.
    """

    example: ClassVar[dict[str, Any]] = {"text": "Pay rent tomorrow 9am #home !1 every month"}

    text: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=2000,
            pattern=ONE_LINE,
            description="One line.",
            examples=["Pay rent tomorrow 9am #home !1 every month"],
        ),
    ]
    list_id: UUID | None = None
    time_zone: TimeZone | None = None
    language: Language | None = None
    id: UUID | UnsetType = UNSET
