"""Where uploaded and exported files lie: a folder beside the server's database, or a bucket of S3.

An upload is a sequence of parts, numbered from 1, each sent by itself and as often as wanted; docs/decisions/0027 has
why. Whoever holds an upload's signed fields may send parts of it and nothing else.
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import IO, BinaryIO, NamedTuple, Protocol, runtime_checkable
from uuid import UUID

# How long signed fields are good for; a client that takes longer asks for new ones.
UPLOAD_LIFETIME = timedelta(hours=24)
# How long an address of an exported file is.
EXPORT_LIFETIME = timedelta(minutes=5)
# What nobody came for is deleted then.
UPLOADS_KEPT = timedelta(days=7)
EXPORTS_KEPT = timedelta(days=2)

UNAVAILABLE = "The place where files lie cannot be reached. Nothing was stored; try again in a moment."


class Part(NamedTuple):
    """A part that is there."""

    number: int
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """How a file is sent: each of its `parts` by a POST to `url`, as multipart/form-data.

    The form has the `fields`, in which `{part}` is replaced by the part's number, and after them the part as `file`.
    Each part is `part_size` bytes long, but for the last. `url` may be a path of this service.
    """

    url: str
    fields: Mapping[str, str] = field(repr=False)
    part_size: int
    parts: int
    expires_at: datetime
    method: str = "POST"


class Source(Protocol):
    """A file that can be read from its beginning as often as wanted, forwards only."""

    @property
    def name(self) -> str:
        """What it was called where it came from."""

    @property
    def size(self) -> int:
        """How many bytes it has."""

    def open(self) -> BinaryIO:
        """The file, from its beginning. Raises FilesUnavailable, as reading does."""


class Sink(Protocol):
    """What an export is written to."""

    def write(self, content: bytes, /) -> int:
        """Add bytes. Raises FilesUnavailable."""


class Files(Protocol):
    """Each method raises FilesUnavailable where the place cannot be used; FilesFull where it has no room."""

    @property
    def origin(self) -> str | None:
        """Where a page sends uploads to and fetches exports from; None where it is the service itself."""

    def upload(self, import_id: UUID, size: int, now: datetime) -> Upload:
        """How a file of `size` bytes is sent. Asks nobody."""

    def received(self, import_id: UUID) -> tuple[Part, ...]:
        """The parts of an upload that are there, by their numbers."""

    def store(self, import_id: UUID, body: bytes) -> None:
        """Keep a small file, as the only part of its upload."""

    def source(self, import_id: UUID, name: str, size: int) -> Source:
        """An upload as one file. Raises UploadIncomplete where its parts are not all there, or not `size` together."""

    def write_export(self, export_id: UUID, suffix: str) -> AbstractContextManager[Sink]:
        """Write a file; it is there when the block ends, and nothing of it where the block fails.

        `suffix` begins with a dot, as everywhere.
        """

    def export_url(self, export_id: UUID, suffix: str, filename: str, now: datetime) -> str | None:
        """A short-lived address at which a browser saves the export as `filename`. Asks nobody.

        None where exports have no address of their own.
        """

    def delete(self, item_id: UUID) -> None:
        """Delete what belongs to an import or export. It need not be there."""

    def delete_old(self, now: datetime) -> None:
        """Delete what nobody came for, where nothing else does."""


@runtime_checkable
class OwnFiles(Files, Protocol):
    """A place that the service has to itself: it takes parts and hands out exports, where others have addresses."""

    def take_part(self, import_id: UUID, fields: Mapping[str, str], body: bytes, now: datetime) -> int:
        """Keep a part that came with the fields of `upload`, and give its number. What was there before is replaced.

        Raises UploadRefused, InvalidInput where it is no part of that file.
        """

    def open_export(self, export_id: UUID, suffix: str) -> IO[bytes] | None:
        """An export that was written, None where it is not there (any more)."""
