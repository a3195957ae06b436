"""A bucket of the stack, over sockets: moto keeps the files, and before it stands what S3 checks and moto does not."""

from typing import Any, Self
from uuid import uuid4

import boto3
import httpx
from aws_calls import CREDENTIALS, NOW
from moto_server import REGION, MotoServer
from s3_gate import s3_gate

from todo.files import Upload
from todo.files.s3 import BucketFiles

PART = 4096
# What S3 takes as a part of a multipart upload.
EXPORT_PART = 5 * 1024 * 1024


class Bucket:
    """A bucket, those who ask it, and the moment that S3 thinks it is."""

    def __init__(self, moto: MotoServer) -> None:
        self.now = NOW
        self.moto = moto
        self.bucket = f"todo-files-{uuid4().hex[:12]}"

    def __enter__(self) -> Self:
        self._gate = s3_gate(self.moto.url, CREDENTIALS.secret_access_key, lambda: self.now)
        self.url = self._gate.__enter__()
        self.client: Any = boto3.client("s3", region_name=REGION, endpoint_url=self.moto.url, **KEYS)
        self.client.create_bucket(Bucket=self.bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
        self.files = self.files_at(self.url)
        return self

    def __exit__(self, *error: object) -> None:
        self._gate.__exit__(None, None, None)

    def files_at(self, url: str, bucket: str | None = None) -> BucketFiles:
        return BucketFiles(
            bucket or self.bucket,
            environment(AWS_ENDPOINT_URL_S3=url),
            lambda: self.now,
            part_bytes=PART,
            export_part_bytes=EXPORT_PART,
        )

    def keys(self) -> list[str]:
        return [each["Key"] for each in self.client.list_objects_v2(Bucket=self.bucket).get("Contents", [])]

    def unfinished(self) -> list[Any]:
        found: list[Any] = self.client.list_multipart_uploads(Bucket=self.bucket).get("Uploads", [])
        return found


KEYS = {
    "aws_access_key_id": CREDENTIALS.access_key_id,
    "aws_secret_access_key": CREDENTIALS.secret_access_key,
    "aws_session_token": CREDENTIALS.session_token,
}


def environment(**others: str) -> dict[str, str]:
    return {
        "AWS_REGION": REGION,
        "AWS_ACCESS_KEY_ID": CREDENTIALS.access_key_id,
        "AWS_SECRET_ACCESS_KEY": CREDENTIALS.secret_access_key,
        "AWS_SESSION_TOKEN": CREDENTIALS.session_token or "",
        **others,
    }


def post(upload: Upload, part: int | str, body: bytes, **changed: str) -> httpx.Response:
    """A part as a client sends it."""
    fields = {name: value.replace("{part}", str(part)) for name, value in upload.fields.items()} | changed
    return httpx.post(upload.url, data=fields, files={"file": ("part", body)}, timeout=30)
