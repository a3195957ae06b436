"""What the service says of itself."""

from msgspec import Struct

from todo.shapes.imports import MOST_FILE_BYTES, MOST_UPLOAD_BYTES


class Route(Struct, frozen=True, kw_only=True):
    """A path with its methods."""

    path: str
    methods: tuple[str, ...]


class Limits(Struct, frozen=True, kw_only=True):
    """The published limits. Sizes are in bytes, the others are counts or days."""

    body_bytes: int = 1_048_576
    file_bytes: int = MOST_FILE_BYTES
    upload_bytes: int = MOST_UPLOAD_BYTES
    lists_per_account: int = 10_000
    tasks_per_list: int = 100_000
    tokens_per_account: int = 1_000
    members_per_list: int = 500
    invitations_per_list: int = 100
    invitations_per_day: int = 50
    links_per_list: int = 100
    feeds_per_account: int = 100
    feed_entries: int = 5_000
    labels_per_task: int = 100
    reminders_per_task: int = 20
    title_characters: int = 500
    notes_characters: int = 16_384
    page: int = 500
    default_page: int = 50
    page_bytes: int = 4_194_304
    subtask_depth: int = 20
    trash_days: int = 30
    idempotency_hours: int = 24


class Index(Struct, frozen=True, kw_only=True):
    """The first page of the API."""

    name: str
    version: str
    limits: Limits
    routes: tuple[Route, ...]


class Health(Struct, frozen=True, kw_only=True):
    """Whether the process, or the database behind it, can serve."""

    status: str
