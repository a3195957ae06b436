"""The objects of a bucket as the worker handles them: read, written in parts, deleted.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from todo.errors import FilesUnavailable
from todo.files import UNAVAILABLE, Sink

_log = logging.getLogger(__name__)

# What one request can delete.
_DELETED_AT_ONCE = 1000


class Objects:
    """Each method raises FilesUnavailable. An object of more than `part_bytes` is written in parts of so many."""

    def __init__(
        self, bucket: str, *, region: str | None, endpoint: str | None, dual_stack: bool, part_bytes: int
    ) -> None:
        self._bucket = bucket
        self._part_bytes = part_bytes
        limits = Config(
            connect_timeout=3,
            read_timeout=10,
            retries={"mode": "standard", "total_max_attempts": 3},
            s3={"use_dualstack_endpoint": dual_stack and endpoint is None},
        )
        self._client: Any = boto3.client("s3", region_name=region, endpoint_url=endpoint, config=limits)

    def get(self, key: str) -> bytes:
        """An object whole; asked for once more where it breaks off."""
        with _told():
            with suppress(BotoCoreError):
                return self._read(key)
            return self._read(key)

    @contextmanager
    def write(self, key: str) -> Iterator[Sink]:
        """The object is there when the block ends, and nothing of it where the block fails."""
        sink = _Multipart(self._client, {"Bucket": self._bucket, "Key": key}, self._part_bytes)
        try:
            yield sink
            sink.end()
        except BaseException:  # also where the process is told to end; it is raised on
            sink.abort()
            raise

    def delete(self, keys: Sequence[str]) -> None:
        """They need not be there."""
        for start in range(0, len(keys), _DELETED_AT_ONCE):
            objects = [{"Key": key} for key in keys[start : start + _DELETED_AT_ONCE]]
            with _told():
                reply = self._client.delete_objects(Bucket=self._bucket, Delete={"Objects": objects, "Quiet": True})
            if errors := reply.get("Errors"):
                _log.warning("S3 did not delete %d objects: %s", len(errors), errors[0].get("Code"))
                raise FilesUnavailable(UNAVAILABLE)

    def _read(self, key: str) -> bytes:
        with self._client.get_object(Bucket=self._bucket, Key=key)["Body"] as body:
            content: bytes = body.read()
        return content


class _Multipart:
    """An object that is written in parts; one that fits into a single part is put at once."""

    def __init__(self, client: Any, place: dict[str, str], part_bytes: int) -> None:
        self._client = client
        self._place = place
        self._part_bytes = part_bytes
        self._upload: str | None = None
        self._sent: list[dict[str, Any]] = []
        self._waiting = bytearray()

    def write(self, content: bytes, /) -> int:
        self._waiting += content
        while len(self._waiting) > self._part_bytes:
            self._send(bytes(self._waiting[: self._part_bytes]))
            del self._waiting[: self._part_bytes]
        return len(content)

    def end(self) -> None:
        """What was written becomes the object."""
        if self._upload is None:
            with _told():
                self._client.put_object(**self._place, Body=bytes(self._waiting))
            return
        self._send(bytes(self._waiting))
        with _told():
            parts = {"Parts": self._sent}
            self._client.complete_multipart_upload(**self._place, UploadId=self._upload, MultipartUpload=parts)

    def abort(self) -> None:
        """What was written becomes nothing. Where that cannot be said now, the bucket's own rule does it in a day."""
        if self._upload is not None:
            with suppress(FilesUnavailable), _told():
                self._client.abort_multipart_upload(**self._place, UploadId=self._upload)

    def _send(self, body: bytes) -> None:
        with _told():
            if self._upload is None:
                self._upload = self._client.create_multipart_upload(**self._place)["UploadId"]
            number = len(self._sent) + 1
            sent = self._client.upload_part(**self._place, UploadId=self._upload, PartNumber=number, Body=body)
        self._sent.append({"PartNumber": number, "ETag": sent["ETag"]})


@contextmanager
def _told() -> Iterator[None]:
    """Faults of the bucket are those of the place; the log says which, for whoever runs the service."""
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        response = getattr(error, "response", {})
        code = response.get("Error", {}).get("Code") or type(error).__name__
        _log.warning("S3 does not do what the worker asks for: %s", code)
        raise FilesUnavailable(UNAVAILABLE) from error
