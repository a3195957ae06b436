"""Files in a bucket, over sockets: moto keeps them, and before it stands what S3 checks and moto does not."""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import httpx
import pytest
from aws_calls import NEVER_TOLD, NOW
from file_bucket import EXPORT_PART, PART, Bucket, environment, post
from loopback import answering
from moto_server import REGION, MotoServer

from todo.errors import FilesUnavailable, UploadIncomplete
from todo.files import Part
from todo.files.s3 import BucketFiles

FILE = bytes(range(256)) * 40


@pytest.fixture
def stack(moto: MotoServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    # boto3 has them of the process, as on Lambda.
    for name, value in environment().items():
        monkeypatch.setenv(name, value)
    with Bucket(moto) as made:
        yield made


def send(stack: Bucket, import_id: UUID, *parts: int) -> None:
    upload = stack.files.upload(import_id, len(FILE), stack.now)
    for part in parts:
        assert post(upload, part, FILE[(part - 1) * PART : part * PART]).status_code == 204


def error_code(reply: httpx.Response) -> tuple[int, str]:
    return reply.status_code, reply.text.partition("<Code>")[2].partition("<")[0]


class TestUploads:
    def test_parts_are_posted_by_any_http_client_and_read_as_one_file(self, stack: Bucket) -> None:
        import_id = uuid4()
        upload = stack.files.upload(import_id, len(FILE), NOW)
        assert (upload.method, upload.url) == ("POST", f"{stack.url}/{stack.bucket}/")
        assert (upload.part_size, upload.parts) == (PART, 3)
        assert upload.expires_at == NOW + timedelta(hours=24)
        send(stack, import_id, 3, 1)
        assert stack.files.received(import_id) == (Part(1, PART), Part(3, 2048))
        with pytest.raises(UploadIncomplete):
            stack.files.source(import_id, "tasks.csv", len(FILE))
        send(stack, import_id, 2, 1)
        source = stack.files.source(import_id, "tasks.csv", len(FILE))
        for _again in range(2):
            with source.open() as file:
                assert b"".join(iter(lambda: file.read(1000), b"")) == FILE

    def test_many_parts_are_listed_by_their_numbers(self, stack: Bucket) -> None:
        import_id = uuid4()
        for number in range(1, 13):
            stack.client.put_object(Bucket=stack.bucket, Key=f"uploads/{import_id}/{number}", Body=b"x" * number)
        for other in ("x", "01", "1/2"):
            stack.client.put_object(Bucket=stack.bucket, Key=f"uploads/{import_id}/{other}", Body=b"")
        assert stack.files.received(import_id) == tuple(Part(number, number) for number in range(1, 13))

    def test_a_key_outside_of_the_import_is_refused(self, stack: Bucket) -> None:
        upload = stack.files.upload(uuid4(), len(FILE), NOW)
        for key in (f"uploads/{uuid4()}/1", "exports/x", "1"):
            assert error_code(post(upload, 1, b"x", key=key)) == (403, "AccessDenied")
        assert stack.keys() == []

    def test_a_part_that_is_too_large_is_refused(self, stack: Bucket) -> None:
        upload = stack.files.upload(uuid4(), len(FILE), NOW)
        assert error_code(post(upload, 1, b"x" * (PART + 1))) == (400, "EntityTooLarge")
        assert stack.keys() == []

    def test_fields_are_good_for_a_day(self, stack: Bucket) -> None:
        upload = stack.files.upload(uuid4(), len(FILE), NOW)
        stack.now = NOW + timedelta(hours=24, seconds=-1)
        assert post(upload, 1, b"x").status_code == 204
        stack.now = NOW + timedelta(hours=24)
        assert error_code(post(upload, 2, b"x")) == (403, "AccessDenied")

    def test_they_are_not_good_for_longer_than_what_signed_them(self, stack: Bucket) -> None:
        ends = NOW + timedelta(hours=1)
        token = {"AccessKeyId": "A", "SecretAccessKey": "B", "Token": "C", "Expiration": ends.isoformat()}
        with answering() as endpoint:
            endpoint.answer = httpx.Response(200, json=token).content
            files = BucketFiles(
                stack.bucket, {"AWS_REGION": REGION, "AWS_CONTAINER_CREDENTIALS_FULL_URI": endpoint.url}
            )
            assert files.upload(uuid4(), 1, NOW).expires_at == ends

    @pytest.mark.parametrize("field", ["policy", "x-amz-signature", "x-amz-credential", "x-amz-date"])
    def test_fields_that_were_changed_are_refused(self, stack: Bucket, field: str) -> None:
        upload = stack.files.upload(uuid4(), len(FILE), NOW)
        wrong = upload.fields[field][:-1] + ("A" if upload.fields[field][-1] != "A" else "B")
        assert post(upload, 1, b"x", **{field: wrong}).status_code == 403

    def test_a_field_of_ones_own_is_refused(self, stack: Bucket) -> None:
        upload = stack.files.upload(uuid4(), len(FILE), NOW)
        assert error_code(post(upload, 1, b"x", acl="public-read")) == (403, "AccessDenied")

    def test_a_small_file_is_put_by_one_request(self, stack: Bucket) -> None:
        import_id = uuid4()
        stack.files.store(import_id, FILE)
        with stack.files.source(import_id, "x", len(FILE)).open() as file:
            assert file.read() == FILE

    def test_an_empty_file_is_one_empty_part(self, stack: Bucket) -> None:
        import_id = uuid4()
        assert post(stack.files.upload(import_id, 0, NOW), 1, b"").status_code == 204
        with stack.files.source(import_id, "x", 0).open() as file:
            assert file.read() == b""


class TestExports:
    def test_a_large_one_travels_in_parts_and_is_saved_under_its_name(self, stack: Bucket) -> None:
        export_id, content = uuid4(), FILE * 1300  # 13 MB: two parts and a bit
        with stack.files.write_export(export_id, ".csv") as export:
            for start in range(0, len(content), 100_000):
                export.write(content[start : start + 100_000])
            assert stack.keys() == []
        assert stack.keys() == [f"exports/{export_id}.csv"]
        assert stack.unfinished() == []
        url = stack.files.export_url(export_id, ".csv", 'Aufgäben "x".csv', NOW)
        assert url is not None
        reply = httpx.get(url, timeout=30)
        assert reply.content == content
        assert reply.headers["content-disposition"] == (
            "attachment; filename=\"Aufg_ben _x_.csv\"; filename*=UTF-8''Aufg%C3%A4ben%20%22x%22.csv"
        )

    @pytest.mark.parametrize("size", [0, 1, EXPORT_PART, EXPORT_PART + 1, 2 * EXPORT_PART])
    def test_one_of_any_size_is_whole(self, stack: Bucket, size: int) -> None:
        export_id = uuid4()
        with stack.files.write_export(export_id, ".zip") as export:
            export.write(b"x" * size)
        found = stack.client.head_object(Bucket=stack.bucket, Key=f"exports/{export_id}.zip")
        assert found["ContentLength"] == size
        assert stack.unfinished() == []

    def test_an_address_is_good_for_five_minutes(self, stack: Bucket) -> None:
        export_id = uuid4()
        with stack.files.write_export(export_id, ".csv") as export:
            export.write(b"x")
        url = stack.files.export_url(export_id, ".csv", "x.csv", NOW) or ""
        stack.now = NOW + timedelta(minutes=5, seconds=-1)
        assert httpx.get(url).status_code == 200
        stack.now = NOW + timedelta(minutes=5)
        assert httpx.get(url).status_code == 403

    @pytest.mark.parametrize("written", [b"", b"x", FILE * 1300])
    def test_one_that_fails_is_nowhere_and_its_error_stays_what_it_is(self, stack: Bucket, written: bytes) -> None:
        with pytest.raises(ConnectionError):
            fail_after(stack.files, written)
        assert stack.keys() == []
        assert stack.unfinished() == []

    def test_a_suffix_names_no_other_place(self, stack: Bucket) -> None:
        with pytest.raises(ValueError, match="suffix"):
            stack.files.export_url(uuid4(), "/../x", "x", NOW)


def fail_after(files: BucketFiles, written: bytes) -> None:
    with files.write_export(uuid4(), ".csv") as export:
        export.write(written)
        raise ConnectionError


def test_deleting_takes_an_upload_and_an_export_and_nothing_else(stack: Bucket) -> None:
    gone, kept = uuid4(), uuid4()
    for each in (gone, kept):
        send(stack, each, 1, 2, 3)
        with stack.files.write_export(each, ".csv") as export:
            export.write(b"x")
    stack.files.delete(gone)
    stack.files.delete(gone)
    assert stack.keys() == [f"exports/{kept}.csv", *(f"uploads/{kept}/{number}" for number in (1, 2, 3))]
    stack.files.delete_old(NOW + timedelta(days=9))
    assert len(stack.keys()) == 4  # the bucket's own rules delete what is old


class TestRefusals:
    def test_a_bucket_that_is_not_there_is_said_without_its_name(
        self, stack: Bucket, caplog: pytest.LogCaptureFixture
    ) -> None:
        files = stack.files_at(stack.url, "todo-no-such-bucket")
        for attempt in (
            lambda: files.store(uuid4(), b"x"),
            lambda: files.received(uuid4()),
            lambda: files.delete(uuid4()),
            lambda: write_small(files),
        ):
            caplog.clear()
            with pytest.raises(FilesUnavailable) as caught:
                attempt()
            assert "bucket" not in str(caught.value)
            assert "NoSuchBucket" in caplog.text
            assert not [secret for secret in NEVER_TOLD if secret in caplog.text]

    def test_nobody_at_the_address_is_said(self, stack: Bucket) -> None:
        files = stack.files_at("http://127.0.0.1:9")
        with pytest.raises(FilesUnavailable):
            files.store(uuid4(), b"x")

    def test_credentials_that_are_missing_are_said(self, stack: Bucket) -> None:
        files = BucketFiles(stack.bucket, {"AWS_REGION": REGION})
        with pytest.raises(FilesUnavailable):
            files.upload(uuid4(), 1, NOW)

    def test_a_part_that_is_gone_while_it_is_read_is_said(self, stack: Bucket) -> None:
        import_id = uuid4()
        send(stack, import_id, 1, 2, 3)
        source = stack.files.source(import_id, "x", len(FILE))
        stack.files.delete(import_id)
        with source.open() as file, pytest.raises(FilesUnavailable):
            file.read()


def write_small(files: BucketFiles) -> None:
    with files.write_export(uuid4(), ".csv") as export:
        export.write(b"x")


@pytest.mark.parametrize(
    ("others", "origin"),
    [
        ({}, "https://todo-files.s3.eu-west-1.amazonaws.com"),
        ({"AWS_USE_DUALSTACK_ENDPOINT": "true"}, "https://todo-files.s3.dualstack.eu-west-1.amazonaws.com"),
        ({"AWS_REGION": "cn-north-1"}, "https://todo-files.s3.cn-north-1.amazonaws.com.cn"),
        ({"AWS_ENDPOINT_URL_S3": "http://127.0.0.1:5000"}, "http://127.0.0.1:5000"),
    ],
)
def test_a_page_is_told_where_the_bucket_is(others: dict[str, str], origin: str) -> None:
    files = BucketFiles("todo-files", environment() | others)
    assert files.origin == origin
    assert files.upload(uuid4(), 1, datetime.fromisoformat("2026-11-23T10:00:00+02:00")).url.startswith(origin)


def test_what_the_http_function_asks_needs_no_boto3(stack: Bucket) -> None:
    program = (
        "import sys, os, uuid, datetime\n"
        "from todo.files.s3 import BucketFiles\n"
        f"files, id = BucketFiles({stack.bucket!r}, os.environ), uuid.uuid4()\n"
        "now = datetime.datetime.now(datetime.UTC)\n"
        "files.store(id, b'x')\n"
        "assert files.received(id) == ((1, 1),)\n"
        "files.upload(id, 1, now), files.export_url(id, '.csv', 'x', now)\n"
        "assert not {'boto3', 'botocore'} & set(sys.modules)\n"
    )
    given = os.environ | environment(AWS_ENDPOINT_URL_S3=stack.url)
    subprocess.run([sys.executable, "-c", program], env=given, timeout=60, check=True)
