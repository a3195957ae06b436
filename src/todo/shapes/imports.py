"""Imports on the wire."""

from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType

from todo.shapes.fields import ONE_LINE, Cursor, Limit, Url
from todo.shapes.task import NewTask

MOST_FILE_BYTES = 4 * 1024 * 1024
MOST_UPLOAD_BYTES = 1024 * 1024 * 1024

Format = Literal["csv", "tsv", "json", "todoist", "ics", "google-tasks", "microsoft-todo", "vikunja", "archive"]
State = Literal["uploading", "waiting", "checking", "checked", "running", "done", "failed", "cancelled"]
FileName = Annotated[str, Meta(min_length=1, max_length=255, pattern=ONE_LINE, examples=["tasks.csv"])]
FieldName = Annotated[str, Meta(min_length=1, max_length=60)]
Column = Annotated[str, Meta(max_length=1000)]
Mapping = Annotated[
    dict[FieldName, Column],
    Meta(max_length=60, description="Field -> column of the file.", examples=[{"title": "Task name"}]),
]
Encoding = Annotated[str, Meta(min_length=1, max_length=40, pattern=r"^[A-Za-z0-9_.:-]+\Z", examples=["utf-16"])]
Separator = Annotated[str, Meta(min_length=1, max_length=1, pattern=r"^[^\x00-\x08\x0a-\x1f\x7f]\Z", examples=[";"])]
Digest = Annotated[
    str,
    Meta(min_length=64, max_length=64, pattern=r"^[0-9a-f]{64}\Z", description="SHA-256, in hexadecimal figures."),
]
MappingText = Annotated[
    str,
    Meta(
        min_length=2,
        max_length=8000,
        description='Field -> column of the file, as JSON: `{"title": "Task name"}`.',
        examples=['{"title": "Task name"}'],
        extra_json_schema={"format": "mapping"},
    ),
]


class ImportWishes(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be done with a file. What is left out is found out, or guessed.

    Everything goes into `list` where it is given, else into the lists that the file names, or into a new one that is
    called as the file. With `dry_run` nothing is stored, and the reply is what would happen; with `all_or_nothing`
    nothing goes in where a row cannot; with `again` tasks are made anew that an earlier import made from the same file
    or from the same tasks of the other program.
    """

    format: Format | None = None
    list: UUID | None = None
    dry_run: bool = False
    all_or_nothing: bool = False
    again: bool = False
    encoding: Encoding | None = None
    separator: Separator | None = None


class ImportQuery(ImportWishes, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The same in the address of a file that is sent at once."""

    name: FileName | None = None
    mapping: MappingText | None = None


class NewImport(ImportWishes, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file that will be sent by address, for it is larger than a request may be: the same things are said of it.

    With `dry_run` it is checked, and waits for `POST /v1/imports/{id}/start`.
    """

    example: ClassVar[dict[str, Any]] = {"name": "tasks.csv", "size": 73400320}

    name: FileName
    size: Annotated[int, Meta(ge=1, le=MOST_UPLOAD_BYTES, description="Bytes.", examples=[73400320])]
    sha256: Digest | None = None
    mapping: Mapping | None = None


class StartImport(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Let a file that was checked go in. What is wished anew holds instead of what was wished before, `null` as if
    nothing had been; what is left out stays.

    With `dry_run` it is checked once more, in this way, and waits again.
    """

    example: ClassVar[dict[str, Any]] = {"mapping": {"title": "Task name"}}

    format: Format | UnsetType | None = UNSET
    list: UUID | UnsetType | None = UNSET
    dry_run: bool = False
    all_or_nothing: bool | UnsetType = UNSET
    again: bool | UnsetType = UNSET
    encoding: Encoding | UnsetType | None = UNSET
    separator: Separator | UnsetType | None = UNSET
    mapping: Mapping | UnsetType | None = UNSET


class ImportProblem(Struct, frozen=True, kw_only=True):
    """What of the file did not go in as it was.

    `row` counts from 1 and includes a table's header, `column` is as the file calls it. `error`: the row was left out;
    `loss`: it went in, but for this. `item` is its title, where that is known.
    """

    row: int
    column: str | None
    detail: str
    level: Literal["error", "loss"]
    item: str | None
    task_id: UUID | None


class PreviewTask(Struct, frozen=True, kw_only=True):
    """A task as it would be made, and the title of the list that it would be in."""

    row: int
    list: str
    task: NewTask


class PreviewList(Struct, frozen=True, kw_only=True):
    """A list that the file names, and how many tasks it has there."""

    title: str
    tasks: int


class ImportPreview(Struct, frozen=True, kw_only=True):
    """What would happen: nothing was stored. The first 20 tasks, 100 lists and 1,000 problems."""

    format: Format
    header: tuple[str, ...]
    mapping: dict[str, str]
    rows: int
    tasks: tuple[PreviewTask, ...]
    lists: tuple[PreviewList, ...]
    problems: tuple[ImportProblem, ...]
    problem_count: int


class ImportedList(Struct, frozen=True, kw_only=True):
    """A list that the import's tasks are in, and how many of them it made there."""

    id: UUID
    title: str
    tasks: int


class ImportUpload(Struct, frozen=True, kw_only=True):
    """How the file is sent: each part as multipart/form-data, with `fields`, in which `{part}` is replaced by the
    part's number (from 1), and then the part as `file`.

    Each part has `part_size` bytes, but for the last. They may come in any order, and again; `received` are there.
    """

    method: str
    url: str
    fields: dict[str, str]
    part_size: int
    parts: int
    received: tuple[int, ...]
    expires_at: datetime


class Import(Struct, frozen=True, kw_only=True):
    """An import. `rows` is null until all of the file was looked at; `problems` are the first 50, `sha256` is what was
    announced.

    `tasks` is how many were made, `unchanged` how many were there already; `lists` are the first 100 lists that they
    are in, as far as you see them. Undo by `operation_id` takes all of it back.
    """

    id: UUID
    url: Url
    state: State
    format: Format | None
    name: str
    size: int
    sha256: str | None
    list_id: UUID | None
    rows: int | None
    rows_done: int
    tasks: int
    unchanged: int
    problem_count: int
    problems: tuple[ImportProblem, ...]
    rows_per_second: float | None
    error: str | None
    operation_id: UUID
    upload: ImportUpload | None
    preview: ImportPreview | None
    created_at: datetime
    finished_at: datetime | None
    lists: tuple[ImportedList, ...] = ()


class ImportProgress(Struct, frozen=True, kw_only=True):
    """How far an import is."""

    id: UUID
    state: State
    rows: int | None
    rows_done: int
    tasks: int
    unchanged: int
    problem_count: int
    rows_per_second: float | None


class ImportFilter(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A page of imports, or of an import's problems."""

    limit: Limit = 50
    cursor: Cursor | None = None
