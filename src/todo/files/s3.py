"""Files in a bucket of Amazon S3: the stack's.

Parts are `uploads/<import>/<number>`, exports `exports/<export><suffix>`. What the HTTP function asks is signed by the
standard library. What the worker alone does, reading an upload, writing an export and deleting, is boto3's work, which
is imported by the first such call.
"""

import io
import logging
import re
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from todo import aws
from todo.clock import Clock, system_clock
from todo.database import seconds_left
from todo.errors import FilesUnavailable
from todo.files import EXPORT_LIFETIME, UNAVAILABLE, UPLOAD_LIFETIME, Part, Sink, Upload
from todo.files.attachment import attachment
from todo.files.parts import PartsSource, Readable, check_complete, count_parts

if TYPE_CHECKING:
    from todo.files.objects import Objects

_log = logging.getLogger(__name__)

# Each part is an event and wakes the worker; one that fails is sent again whole.
PART_BYTES = 8 * 1024 * 1024
# At least 5 MiB, and an object has at most 10,000 of them.
_EXPORT_PART_BYTES = 8 * 1024 * 1024
_PATIENCE_SECONDS = 10.0


class BucketFiles:
    """Uploads and exports in a bucket. `environment` has the credentials, the Region and, if it must, the endpoint.

    Raises AwsError where it names no Region.
    """

    def __init__(
        self,
        bucket: str,
        environment: Mapping[str, str],
        clock: Clock = system_clock,
        *,
        part_bytes: int = PART_BYTES,
        export_part_bytes: int = _EXPORT_PART_BYTES,
    ) -> None:
        self._bucket = aws.Bucket.of(
            bucket,
            aws.region_from(environment),
            endpoint=aws.endpoint_from(environment, "S3"),
            dual_stack=aws.wants_dual_stack(environment),
        )
        self._environment = environment
        self._clock = clock
        self._part_bytes = part_bytes
        self._export_part_bytes = export_part_bytes
        self._known_objects: Objects | None = None

    @property
    def origin(self) -> str | None:
        """Where a page sends uploads to and fetches exports from."""
        scheme, _, rest = self._bucket.url.partition("://")
        return f"{scheme}://{rest.partition('/')[0]}"

    def upload(self, import_id: UUID, size: int, now: datetime) -> Upload:
        """See Files."""
        prefix = f"uploads/{import_id}/"
        with _told():
            credentials = self._credentials()
            # What temporary credentials signed is good for as long as they are.
            expires_at = min(now + UPLOAD_LIFETIME, credentials.expires_at or now + UPLOAD_LIFETIME)
            expires = int((expires_at - now).total_seconds())
            signed = aws.presigned_upload(
                self._bucket, prefix, self._part_bytes, credentials, now=now, expires=max(1, expires)
            )
        return Upload(
            url=self._bucket.url,
            fields={"key": prefix + "{part}", **signed},
            part_size=self._part_bytes,
            parts=count_parts(size, self._part_bytes),
            expires_at=expires_at.replace(microsecond=0),
        )

    def received(self, import_id: UUID) -> tuple[Part, ...]:
        """See Files."""
        prefix = f"uploads/{import_id}/"
        found = ((re.fullmatch(rf"{prefix}([1-9]\d{{0,5}})", each.key), each.size) for each in self._list(prefix))
        return tuple(sorted(Part(int(key[1]), size) for key, size in found if key))

    def store(self, import_id: UUID, body: bytes) -> None:
        """See Files."""
        with _told():
            timeout = self._timeout()
            aws.put_object(
                self._bucket,
                f"uploads/{import_id}/1",
                body,
                self._credentials(),
                now=self._clock(),
                timeout=timeout,
            )

    def source(self, import_id: UUID, name: str, size: int) -> PartsSource:
        """See Files. Each part is fetched whole: a stream that waits for its reader is one that S3 ends."""
        parts = self.received(import_id)
        check_complete(parts, size)
        objects = self._objects()

        def open_part(number: int) -> Readable:
            return io.BytesIO(objects.get(f"uploads/{import_id}/{number}"))

        return PartsSource(name=name, size=size, parts=len(parts), open_part=open_part)

    def write_export(self, export_id: UUID, suffix: str) -> AbstractContextManager[Sink]:
        """See Files. Parts of an export that is never ended are deleted by the bucket itself, after a day."""
        return self._objects().write(_export_key(export_id, suffix))

    def export_url(self, export_id: UUID, suffix: str, filename: str, now: datetime) -> str | None:
        """See Files."""
        with _told():
            return aws.presigned_download(
                self._bucket,
                _export_key(export_id, suffix),
                attachment(filename),
                self._credentials(),
                now=now,
                expires=int(EXPORT_LIFETIME.total_seconds()),
            )

    def delete(self, item_id: UUID) -> None:
        """See Files."""
        keys = [each.key for prefix in (f"uploads/{item_id}/", f"exports/{item_id}.") for each in self._list(prefix)]
        if keys:
            self._objects().delete(keys)

    def delete_old(self, now: datetime) -> None:
        """Nothing to do: the bucket's own rules do it."""

    def _credentials(self) -> aws.Credentials:
        return aws.get_credentials(self._environment, timeout=self._timeout())

    def _timeout(self) -> float:
        return max(0.5, min(_PATIENCE_SECONDS, seconds_left()))

    def _list(self, prefix: str) -> list[aws.Listed]:
        with _told():
            return aws.list_objects(
                self._bucket, prefix, self._credentials(), now=self._clock(), timeout=self._timeout()
            )

    def _objects(self) -> "Objects":
        if self._known_objects is None:
            from todo.files.objects import Objects  # with boto3

            self._known_objects = Objects(
                self._bucket.name,
                region=aws.region_from(self._environment),
                endpoint=aws.endpoint_from(self._environment, "S3"),
                dual_stack=aws.wants_dual_stack(self._environment),
                part_bytes=self._export_part_bytes,
            )
        return self._known_objects


def _export_key(export_id: UUID, suffix: str) -> str:
    if not re.fullmatch(r"(\.[a-z0-9]+)+", suffix):
        raise ValueError("a suffix is one such as .csv")
    return f"exports/{export_id}{suffix}"


@contextmanager
def _told() -> Iterator[None]:
    """Faults of the bucket are those of the place; the log says which, for whoever runs the service."""
    try:
        yield
    except aws.AwsError as error:
        _log.warning("%s", error)
        raise FilesUnavailable(UNAVAILABLE) from error
