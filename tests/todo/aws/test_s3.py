"""What is signed for S3 is botocore's, byte for byte; moto and a server of the test's own answer it."""

from datetime import UTC, datetime
from typing import Any
from unittest import mock
from uuid import uuid4

import boto3
import pytest
from aws_calls import ARN, CREDENTIALS, NEVER_TOLD, NOW, refusal
from botocore import auth, awsrequest, credentials
from botocore.config import Config
from loopback import answering
from moto_server import REGION, MotoServer

from todo.aws import (
    Bucket,
    Credentials,
    list_objects,
    presigned_download,
    presigned_upload,
    put_object,
    signed_headers,
)

WITHOUT_TOKEN = Credentials("AKIDEXAMPLE", "secret-access-key")
KEY = "uploads/01a20630-1de1-792f-a54a-dd1d6539ceaa/1"
PREFIX = KEY.removesuffix("1")
DISPOSITION = "attachment; filename=\"a b.csv\"; filename*=UTF-8''a%20b%C3%A9.csv"
PLACES = [
    ("eu-west-1", False, None),
    ("eu-west-1", True, None),
    ("us-east-1", False, None),
    ("cn-north-1", True, None),
    ("eu-west-1", False, "http://127.0.0.1:5000"),
]


def client(who: Credentials, region: str, *, dual_stack: bool, endpoint: str | None) -> Any:
    style = "path" if endpoint else "virtual"
    options = {
        "addressing_style": style,
        "use_dualstack_endpoint": dual_stack,
        "us_east_1_regional_endpoint": "regional",
    }
    return boto3.client(
        "s3",
        region_name=region,
        endpoint_url=endpoint,
        aws_access_key_id=who.access_key_id,
        aws_secret_access_key=who.secret_access_key,
        aws_session_token=who.session_token,
        config=Config(signature_version="s3v4", s3=options),
    )


@pytest.fixture(autouse=True)
def the_same_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    """botocore signs at the moment of the tests."""
    monkeypatch.setattr(auth, "get_current_datetime", lambda *_remove_tzinfo, **_named: NOW.replace(tzinfo=None))


@pytest.mark.parametrize("who", [CREDENTIALS, WITHOUT_TOKEN], ids=["role", "user"])
@pytest.mark.parametrize(("region", "dual_stack", "endpoint"), PLACES)
def test_a_form_is_that_of_botocore(who: Credentials, region: str, dual_stack: bool, endpoint: str | None) -> None:
    bucket = Bucket.of("todo-files", region, endpoint=endpoint, dual_stack=dual_stack)
    asked = client(who, region, dual_stack=dual_stack, endpoint=endpoint)
    with mock.patch("botocore.signers.get_current_datetime", return_value=NOW):  # of the policy's end
        expected = asked.generate_presigned_post(
            "todo-files", PREFIX + "${filename}", Conditions=[["content-length-range", 0, 8_388_608]], ExpiresIn=86_400
        )
    fields = presigned_upload(bucket, PREFIX, 8_388_608, who, now=NOW, expires=86_400)
    assert bucket.url.rstrip("/") == expected["url"].rstrip("/")
    assert fields | {"key": PREFIX + "${filename}"} == expected["fields"]


@pytest.mark.parametrize("who", [CREDENTIALS, WITHOUT_TOKEN], ids=["role", "user"])
@pytest.mark.parametrize(("region", "dual_stack", "endpoint"), PLACES)
def test_an_address_is_that_of_botocore(who: Credentials, region: str, dual_stack: bool, endpoint: str | None) -> None:
    bucket = Bucket.of("todo-files", region, endpoint=endpoint, dual_stack=dual_stack)
    asked = client(who, region, dual_stack=dual_stack, endpoint=endpoint)
    parameters = {"Bucket": "todo-files", "Key": KEY, "ResponseContentDisposition": DISPOSITION}
    expected = asked.generate_presigned_url("get_object", Params=parameters, ExpiresIn=300)
    assert presigned_download(bucket, KEY, DISPOSITION, who, now=NOW, expires=300) == expected


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", KEY, b"bytes"),
        ("PUT", KEY, b""),
        ("GET", "?list-type=2&prefix=uploads%2Fx%2F", b""),
        ("GET", "?continuation-token=a%2Bb%3D&list-type=2&prefix=uploads%2Fx%2F", b""),
    ],
)
def test_a_request_is_signed_as_botocore_does(method: str, path: str, body: bytes) -> None:
    url = Bucket.of("todo-files", "eu-west-1").url + path
    request = awsrequest.AWSRequest(method, url, data=body)
    keys = credentials.Credentials(CREDENTIALS.access_key_id, CREDENTIALS.secret_access_key, CREDENTIALS.session_token)
    auth.S3SigV4Auth(keys, "s3", "eu-west-1").add_auth(request)
    signed = signed_headers(
        method, url, headers={}, body=body, credentials=CREDENTIALS, region="eu-west-1", service="s3", now=NOW
    )
    assert signed["authorization"] == request.headers["Authorization"]
    assert signed["x-amz-content-sha256"] == request.headers["X-Amz-Content-SHA256"]


def test_objects_are_put_and_listed_page_by_page(moto: MotoServer) -> None:
    name = f"todo-files-{uuid4().hex[:12]}"
    bucket = Bucket.of(name, REGION, endpoint=moto.url)
    made = client(CREDENTIALS, REGION, dual_stack=False, endpoint=moto.url)
    made.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    put_object(bucket, PREFIX + "1", b"bytes", CREDENTIALS, now=NOW)
    for number in range(1001):
        made.put_object(Bucket=name, Key=f"exports/{number:04}", Body=b"")
    assert list_objects(bucket, PREFIX, CREDENTIALS, now=NOW) == [(PREFIX + "1", 5)]
    assert len(list_objects(bucket, "exports/", CREDENTIALS, now=NOW)) == 1001
    assert list_objects(bucket, "nothing/", CREDENTIALS, now=NOW) == []


@pytest.mark.parametrize(
    ("status", "code", "transient", "advice"),
    [
        (403, "AccessDenied", False, "allow the function's role s3:PutObject"),
        (404, "NoSuchBucket", False, "check the bucket's name"),
        (403, "ExpiredToken", False, "credentials"),
        (503, "SlowDown", True, "try again"),
        (500, "InternalError", True, "try again"),
        (301, "PermanentRedirect", False, "Region"),
    ],
)
def test_a_refusal_says_what_to_do_and_repeats_nothing(status: int, code: str, transient: bool, advice: str) -> None:
    told = " ".join(NEVER_TOLD)
    with answering() as server:
        server.status = status
        server.answer = f"<Error><Code>{code}</Code><Message>{told}</Message></Error>".encode()
        bucket = Bucket.of("todo-files", REGION, endpoint=server.url)
        for call in (
            lambda: put_object(bucket, KEY, b"", CREDENTIALS, now=NOW),
            lambda: list_objects(bucket, PREFIX, CREDENTIALS, now=NOW),
        ):
            error = refusal(call)
            assert (error.code, error.transient) == (code, transient)
            assert advice in str(error)
    assert len(server.received) == (4 if transient else 2)


def test_what_is_not_s3_is_said() -> None:
    with answering() as server:
        server.answer = b"<html></html>"
        bucket = Bucket.of("todo-files", REGION, endpoint=server.url)
        assert "not S3" in str(refusal(lambda: list_objects(bucket, PREFIX, CREDENTIALS, now=NOW)))


@pytest.mark.parametrize("name", ["", "A", "ab", "a.b.c", "-abc", ARN])
def test_what_cannot_be_a_bucket_is_refused(name: str) -> None:
    assert "not the name of a bucket" in str(refusal(lambda: Bucket.of(name, "eu-west-1")))


@pytest.mark.parametrize("region", [None, "", "hunter2"])
def test_a_bucket_needs_a_region(region: str | None) -> None:
    assert "AWS_REGION" in str(refusal(lambda: Bucket.of("todo-files", region)))


@pytest.mark.parametrize("key", ["", "/x", "a//b", "a/../b", "a b", "é", "a?b"])
def test_a_key_that_would_have_to_be_encoded_is_refused(key: str) -> None:
    bucket = Bucket.of("todo-files", "eu-west-1")
    with pytest.raises(ValueError, match="encoded"):
        presigned_download(bucket, key, DISPOSITION, CREDENTIALS, now=datetime.now(UTC), expires=1)
