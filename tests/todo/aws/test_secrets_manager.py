"""A secret is read over a real socket, and never told on."""

import json
import uuid
from collections.abc import Iterator
from typing import Any
from unittest import mock

import pytest
from aws_calls import ARN, CREDENTIALS, NEVER_TOLD, NOW, SECRET, refusal
from loopback import Answering, answering
from moto_server import REGION, MotoServer

from todo.aws import AwsError, get_secret_value, signed_headers


@pytest.fixture
def service() -> Iterator[Answering]:
    """It gives the secret, unless told otherwise."""
    with answering() as server:
        server.answer = json.dumps({"ARN": ARN, "SecretString": SECRET}).encode()
        yield server


def ask(server: Answering, arn: str = ARN, **options: Any) -> str:
    return get_secret_value(arn, CREDENTIALS, now=NOW, endpoint=server.url, **options)


def test_returns_the_text_of_the_secret(service: Answering) -> None:
    assert ask(service) == SECRET
    (received,) = service.received
    assert (received.method, received.path) == ("POST", "/")
    assert json.loads(received.body) == {"SecretId": ARN}


def test_what_arrives_is_what_was_signed(service: Answering) -> None:
    ask(service)
    (received,) = service.received
    arrived = received.headers
    scheme, credential, names, _signature = arrived["authorization"].replace(",", "").split()
    assert scheme == "AWS4-HMAC-SHA256"
    assert credential == "Credential=AKIDEXAMPLE/20261123/eu-west-1/secretsmanager/aws4_request"
    assert names == "SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;x-amz-target"
    assert arrived["x-amz-date"] == "20261123T100000Z"
    assert arrived["x-amz-target"] == "secretsmanager.GetSecretValue"

    again = signed_headers(
        "POST",
        f"http://{arrived['host']}/",
        headers={name: arrived[name] for name in ("content-type", "x-amz-target")},
        body=received.body,
        credentials=CREDENTIALS,
        region="eu-west-1",
        service="secretsmanager",
        now=NOW,
    )
    assert again["authorization"] == arrived["authorization"]


def test_a_secret_is_found_by_its_name_in_the_given_region(service: Answering) -> None:
    assert ask(service, "todo/db", region="us-gov-west-1") == SECRET
    assert "/us-gov-west-1/secretsmanager/" in service.received[0].headers["authorization"]


def test_the_region_of_an_arn_goes_before_the_given_one(service: Answering) -> None:
    ask(service, region="us-east-1")
    assert "/eu-west-1/secretsmanager/" in service.received[0].headers["authorization"]


@pytest.mark.parametrize(
    ("region", "host"),
    [
        ("eu-west-1", "secretsmanager.eu-west-1.amazonaws.com"),
        ("us-gov-west-1", "secretsmanager.us-gov-west-1.amazonaws.com"),
        ("cn-north-1", "secretsmanager.cn-north-1.amazonaws.com.cn"),
        ("eusc-de-east-1", "secretsmanager.eusc-de-east-1.amazonaws.eu"),
    ],
)
def test_asks_the_region_itself_over_https_when_no_endpoint_is_given(region: str, host: str) -> None:
    with mock.patch("socket.create_connection", side_effect=ConnectionRefusedError("refused")) as connect:
        error = refusal(lambda: get_secret_value("todo/db", CREDENTIALS, now=NOW, region=region))
    assert connect.call_args.args[0] == (host, 443)
    assert host in str(error)


@pytest.mark.parametrize(
    ("region", "host"),
    [
        ("eu-west-1", "secretsmanager.eu-west-1.amazonaws.com"),
        ("eusc-de-east-1", "secretsmanager.eusc-de-east-1.api.amazonwebservices.eu"),
    ],
)
def test_asks_the_host_with_both_kinds_of_addresses_where_that_is_wanted(region: str, host: str) -> None:
    with mock.patch("socket.create_connection", side_effect=ConnectionRefusedError("refused")) as connect:
        refusal(lambda: get_secret_value("todo/db", CREDENTIALS, now=NOW, region=region, dual_stack=True))
    assert connect.call_args.args[0] == (host, 443)


@pytest.mark.parametrize(
    ("status", "kind", "told", "transient"),
    [
        (400, "AccessDeniedException", "secretsmanager:GetSecretValue", False),
        (400, "com.amazonaws.secretsmanager#ResourceNotFoundException", "check the ARN", False),
        (400, "InvalidSignatureException", "clock", False),
        (400, "DecryptionFailure", "kms:Decrypt", False),
        (400, "ThrottlingException", "try again", True),
        (500, "InternalServiceError", "try again", True),
        (400, "NewlyInventedException", "GetSecretValue", False),
    ],
)
def test_a_refusal_says_which_secret_which_code_and_what_to_do(
    service: Answering, status: int, kind: str, told: str, transient: bool
) -> None:
    service.status = status
    service.answer = json.dumps({"__type": kind, "Message": " ".join(NEVER_TOLD)}).encode()
    error = refusal(lambda: ask(service))
    assert error.code == kind.rpartition("#")[2]
    assert error.transient is transient
    assert all(part in str(error) for part in (ARN, error.code, f"HTTP {status}", told))


@pytest.mark.parametrize("kind", [None, 7, "", "<b>", "x" * 65, "pässword-of-the-database"])
def test_an_error_code_that_is_none_is_not_repeated(service: Answering, kind: object) -> None:
    service.status = 400
    service.answer = json.dumps({"__type": kind}).encode()
    error = refusal(lambda: ask(service))
    assert error.code is None
    assert "no error code (HTTP 400)" in str(error)


def test_the_largest_secret_there_can_be_is_read(service: Answering) -> None:
    service.answer = json.dumps({"ARN": ARN, "Name": "todo/db", "SecretString": "\x01" * 65_536}).encode()
    assert ask(service) == "\x01" * 65_536


@pytest.mark.parametrize(("content", "told"), [({"SecretBinary": "c2VjcmV0"}, "binary"), ({}, "no text")])
def test_a_secret_that_is_not_text_is_told_so(service: Answering, content: dict[str, str], told: str) -> None:
    service.answer = json.dumps(content).encode()
    error = str(refusal(lambda: ask(service)))
    assert told in error
    assert "c2VjcmV0" not in error


@pytest.mark.parametrize(
    "name",
    [
        "postgresql://todo:pässword-of-the-database@db/todo",
        "a b",
        "",
        "x" * 513,
        "arn:aws:s3:::bucket",
        "n\n",
    ],
)
def test_what_is_no_name_of_a_secret_is_not_repeated_since_it_may_be_the_secret(name: str) -> None:
    error = refusal(lambda: get_secret_value(name, CREDENTIALS, now=NOW, region="eu-west-1"))
    assert "neither an ARN" in str(error)
    assert not name or name not in str(error)


@pytest.mark.parametrize("region", ["evil.example.com/", "eu-west-1.evil.example", "EU-WEST-1", "x" * 99])
def test_a_region_cannot_turn_the_request_to_another_host(region: str) -> None:
    assert "is not a Region" in str(refusal(lambda: get_secret_value("todo/db", CREDENTIALS, now=NOW, region=region)))


def test_a_name_without_a_region_says_what_to_set() -> None:
    assert "AWS_REGION" in str(refusal(lambda: get_secret_value("todo/db", CREDENTIALS, now=NOW)))


@pytest.mark.parametrize(
    "endpoint",
    [
        "ftp://a",
        "127.0.0.1:5000",
        "http://",
        "http://a:99999",
        "http://u:p@a",
        "http://a?b",
        "http://[",
        "http://é",
    ],
)
def test_an_endpoint_that_cannot_be_asked_is_an_error(endpoint: str) -> None:
    with pytest.raises(AwsError, match="endpoint"):
        get_secret_value(ARN, CREDENTIALS, now=NOW, endpoint=endpoint)


# What moto gives


def read(moto: MotoServer, arn: str) -> str:
    return get_secret_value(arn, CREDENTIALS, now=NOW, region=REGION, endpoint=moto.url)


@pytest.fixture
def name() -> str:
    """The name of a secret that there is not yet."""
    return f"todo/{uuid.uuid4()}"


@pytest.mark.parametrize("text", [SECRET, "ü€😀\n\x01\\", "x" * 65_536], ids=["JSON", "every kind", "the largest"])
def test_a_secret_that_was_put_is_read_by_its_arn_and_by_its_name(moto: MotoServer, name: str, text: str) -> None:
    arn = moto.put_secret(name, text)
    assert read(moto, arn) == text
    assert read(moto, name) == text


def test_a_rotated_secret_is_read_as_it_is_now(moto: MotoServer, name: str) -> None:
    arn = moto.put_secret(name, "first")
    assert read(moto, arn) == "first"
    moto.rotate(arn, "second")
    assert read(moto, arn) == "second"


def test_a_secret_that_is_only_being_rotated_is_read_as_it_was(moto: MotoServer, name: str) -> None:
    arn = moto.put_secret(name, "first")
    moto.secrets_manager("PutSecretValue", SecretId=arn, SecretString="second", VersionStages=["AWSPENDING"])
    assert read(moto, arn) == "first"


def test_a_missing_secret_is_told_by_its_code(moto: MotoServer, name: str) -> None:
    error = refusal(lambda: read(moto, name))
    assert error.code == "ResourceNotFoundException"
    assert not error.transient
    assert name in str(error)


def test_a_secret_that_is_to_be_deleted_is_told_so(moto: MotoServer, name: str) -> None:
    arn = moto.put_secret(name, SECRET)
    moto.secrets_manager("DeleteSecret", SecretId=arn, RecoveryWindowInDays=7)
    error = refusal(lambda: read(moto, arn))
    assert error.code == "InvalidRequestException"
    assert "scheduled for deletion" in str(error)


def test_a_secret_that_was_put_as_bytes_is_told_to_be_binary(moto: MotoServer, name: str) -> None:
    arn = moto.secrets_manager("CreateSecret", Name=name, SecretBinary="c2VjcmV0")["ARN"]
    error = str(refusal(lambda: read(moto, arn)))
    assert "is binary" in error
    assert "c2VjcmV0" not in error
