"""Exports on the wire."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

from todo.shapes.fields import Url

ExportFormat = Literal["archive", "csv", "ics", "json", "todoist", "tsv"]
ExportState = Literal["waiting", "running", "done", "failed"]


class ExportQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to export, and as what. `dry_run` only says what would be lost."""

    format: ExportFormat = "json"
    list: UUID | None = None
    dry_run: bool = False


class ExportLoss(Struct, frozen=True, kw_only=True):
    """What the format cannot hold of one item; `row` is its place in the export, `field` what is lost of it."""

    row: int
    field: str | None
    detail: str
    item: str | None


class ExportPreview(Struct, frozen=True, kw_only=True):
    """What an export would hold, and what it could not: the first of `loss_count` losses, at most 1,000."""

    format: ExportFormat
    name: Annotated[str, Meta(description="What the file would be called.", examples=["todo-2026-11-26.json"])]
    lists: int
    tasks: int
    loss_count: int
    losses: tuple[ExportLoss, ...]


class ExportFile(Struct, frozen=True, kw_only=True):
    """One file of an export, whole by itself; `url` leads to it."""

    url: Url
    name: str


class Export(Struct, frozen=True, kw_only=True):
    """An export that is written to one or several `files`: `lists` and `tasks` are how many are in them by now.

    `losses` are the first 50 of `loss_count`. It can be fetched until `expires_at`.
    """

    id: UUID
    url: Url
    state: ExportState
    format: ExportFormat
    list_id: UUID | None
    lists: int
    tasks: int
    loss_count: int
    losses: tuple[ExportLoss, ...]
    files: tuple[ExportFile, ...]
    error: str | None
    created_at: datetime
    finished_at: datetime | None
    expires_at: datetime


class ExportFileQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which of its files; without it, the only one, or where there are several, the list of them."""

    file: Annotated[int, Meta(ge=1, le=10_000, description="The number of a file, from 1.")] | None = None
