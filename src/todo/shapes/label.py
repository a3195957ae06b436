"""Labels on the wire."""

from msgspec import Struct

from todo.shapes.fields import Cursor, LabelName, Limit, Url


class Label(Struct, frozen=True, kw_only=True):
    """A name in use, with how many tasks carry it (not counting the trash), over all that the reader sees."""

    name: str
    url: Url
    tasks: int
    open_tasks: int


class LabelPatch(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The new name of a label."""

    name: LabelName


class LabelChange(Struct, frozen=True, kw_only=True):
    """How many lists and tasks a renaming or removal changed."""

    name: str
    lists: int
    tasks: int


class LabelFilter(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A page of labels, sorted by name."""

    limit: Limit = 50
    cursor: Cursor | None = None
