"""The role's credentials come from variables, or from the endpoint beside the function, as botocore takes them."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from unittest import mock
from urllib.parse import urlsplit

import pytest
from aws_calls import refusal
from hypothesis import given
from hypothesis import strategies as st
from loopback import Answering, answering

from todo.aws import Credentials, get_credentials
from todo.aws.credential_source import is_trusted

botocore_credentials = pytest.importorskip("botocore.credentials")
botocore_utils = pytest.importorskip("botocore.utils")

REPLY: dict[str, object] = {
    "AccessKeyId": "AKIDROLE",
    "SecretAccessKey": "secret-access-key",
    "Token": "session-token",
    "Expiration": "2099-11-23T16:00:00Z",
}
VARIABLES = {"AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "S", "AWS_SESSION_TOKEN": "T"}


@pytest.fixture
def endpoint() -> Iterator[Answering]:
    """It gives the role's credentials, unless told otherwise."""
    with answering() as server:
        server.answer = json.dumps(REPLY).encode()
        yield server


@pytest.fixture
def environ(endpoint: Answering) -> dict[str, str]:
    """What Lambda sets with SnapStart."""
    return {
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{endpoint.url}/2021-04-23/credentials?role=todo",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN": "token-of-the-container",
    }


def _by_botocore(environ: dict[str, str]) -> Credentials:
    fetcher = botocore_utils.ContainerMetadataFetcher(sleep=lambda _seconds: None)
    found = botocore_credentials.ContainerProvider(environ, fetcher).load()
    frozen = found.get_frozen_credentials()
    return Credentials(frozen.access_key, frozen.secret_key, frozen.token, found._expiry_time)


def test_variables_go_before_the_endpoint_which_is_not_asked(endpoint: Answering, environ: dict[str, str]) -> None:
    assert get_credentials(environ | VARIABLES) == Credentials("A", "S", "T")
    assert endpoint.received == []


def test_half_of_the_variables_is_an_error_that_names_the_other_half(environ: dict[str, str]) -> None:
    error = refusal(lambda: get_credentials(environ | {"AWS_ACCESS_KEY_ID": "A"}))
    assert "AWS_SECRET_ACCESS_KEY not set" in str(error)
    assert not error.transient


@pytest.mark.parametrize("environ", [{}, {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "", "AWS_ACCESS_KEY_ID": ""}])
def test_without_either_both_ways_are_named(environ: dict[str, str]) -> None:
    error = str(refusal(lambda: get_credentials(environ)))
    assert "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY not set" in error
    assert "AWS_CONTAINER_CREDENTIALS_FULL_URI" in error


def test_the_endpoint_gives_what_it_gives_botocore_and_is_asked_the_same(
    endpoint: Answering, environ: dict[str, str]
) -> None:
    found = get_credentials(environ)
    assert found == Credentials(
        "AKIDROLE", "secret-access-key", "session-token", datetime(2099, 11, 23, 16, 0, tzinfo=UTC)
    )
    assert found == _by_botocore(environ)
    ours, theirs = endpoint.received
    assert (ours.method, ours.path, ours.body) == (theirs.method, theirs.path, theirs.body)
    for name in ("host", "authorization", "accept"):
        assert ours.headers[name] == theirs.headers[name]
    assert ours.headers["authorization"] == "token-of-the-container"


def test_empty_variables_are_none(environ: dict[str, str]) -> None:
    assert get_credentials(environ | dict.fromkeys(VARIABLES, "")).access_key_id == "AKIDROLE"


def test_the_token_may_be_in_a_file_which_is_read_each_time(
    endpoint: Answering, environ: dict[str, str], tmp_path: Path
) -> None:
    file = tmp_path / "token"
    environ["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = str(file)
    for token in ("one", "another"):
        file.write_text(token)
        assert get_credentials(environ) == _by_botocore(environ)
    sent = [received.headers["authorization"] for received in endpoint.received]
    assert sent == ["one", "one", "another", "another"]


def test_without_a_token_none_is_sent(endpoint: Answering, environ: dict[str, str]) -> None:
    del environ["AWS_CONTAINER_AUTHORIZATION_TOKEN"]
    assert get_credentials(environ) == _by_botocore(environ)
    assert not [received for received in endpoint.received if "authorization" in received.headers]


@pytest.mark.parametrize("token", ["token-of-the-container\n", "token-of-the-container\r\nX-Other: 1", "ü\x00"])
def test_a_token_that_no_header_can_carry_is_neither_sent_nor_told(
    endpoint: Answering, environ: dict[str, str], tmp_path: Path, token: str
) -> None:
    file = tmp_path / "token"
    file.write_bytes(token.encode())
    as_file = {"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": str(file)}
    for variables in ({"AWS_CONTAINER_AUTHORIZATION_TOKEN": token}, as_file):
        error = refusal(lambda variables=variables: get_credentials(environ | variables))  # type: ignore[misc]
        assert "AWS_CONTAINER_AUTHORIZATION_TOKEN" in str(error)
    assert endpoint.received == []


def test_a_file_of_the_token_that_cannot_be_read_is_named_by_its_variable(
    endpoint: Answering, environ: dict[str, str], tmp_path: Path
) -> None:
    large = tmp_path / "large"
    large.write_bytes(b"x" * 65_537)
    for file, told in ((tmp_path / "none", "No such file"), (tmp_path, "directory"), (large, "larger than 65536")):
        environ["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = str(file)
        error = str(refusal(lambda: get_credentials(environ)))
        assert "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE" in error
        assert told in error
    assert endpoint.received == []


def test_nothing_is_kept_between_two_calls(endpoint: Answering, environ: dict[str, str]) -> None:
    get_credentials(environ)
    endpoint.answer = json.dumps(REPLY | {"AccessKeyId": "AKIDNEXT"}).encode()
    assert get_credentials(environ).access_key_id == "AKIDNEXT"
    assert len(endpoint.received) == 2


# Whom to ask

_HOSTS = [
    "localhost",
    "LOCALHOST",
    "localhost.evil.example",
    "127.0.0.1",
    "127.9.9.9",
    "127.1",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "169.254.170.2",
    "169.254.170.23",
    "169.254.170.24",
    "169.254.169.254",
    "[fd00:ec2::23]",
    "[fd00:ec2::24]",
    "[fd00:ec2::254]",
    "0.0.0.0",  # noqa: S104 - nothing listens there
    "10.0.0.1",
    "example.com",
]


@given(
    scheme=st.sampled_from(["http", "https"]),
    host=st.sampled_from(_HOSTS) | st.ip_addresses(v=4).map(str) | st.ip_addresses(v=6).map("[{}]".format),
    port=st.sampled_from(["", ":80", ":9001"]),
)
def test_those_are_trusted_whom_botocore_trusts(scheme: str, host: str, port: str) -> None:
    url = f"{scheme}://{host}{port}/role"
    try:
        botocore_utils.ContainerMetadataFetcher(session=mock.sentinel.none)._validate_allowed_url(url)
    except ValueError:
        assert not is_trusted(urlsplit(url))
    else:
        assert is_trusted(urlsplit(url))


@pytest.mark.parametrize("host", ["10.0.0.1", "example.com", "169.254.169.254", "[fd00:ec2::24]"])
def test_a_host_that_is_not_trusted_is_not_asked(environ: dict[str, str], host: str) -> None:
    environ["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = f"http://{host}/role"
    with mock.patch("socket.create_connection") as connect:
        error = refusal(lambda: get_credentials(environ))
    assert not connect.called
    assert "https" in str(error)
    assert not error.transient


@pytest.mark.parametrize(
    "url", ["ftp://127.0.0.1/", "127.0.0.1/role", "http:///role", "http://u:p@localhost/", "http://["]
)
def test_what_is_no_url_is_told_and_not_repeated(url: str) -> None:
    error = str(refusal(lambda: get_credentials({"AWS_CONTAINER_CREDENTIALS_FULL_URI": url})))
    assert "AWS_CONTAINER_CREDENTIALS_FULL_URI is not a URL" in error
    assert url not in error


# What it may answer


@pytest.mark.parametrize(("status", "transient"), [(400, False), (403, False), (404, False), (429, True), (500, True)])
def test_a_refusal_is_told_by_its_status_and_says_what_to_look_at(
    endpoint: Answering, environ: dict[str, str], status: int, transient: bool
) -> None:
    endpoint.status = status
    endpoint.answer = json.dumps({"code": "Denied", "message": "token-of-the-container"}).encode()
    error = refusal(lambda: get_credentials(environ))
    assert error.transient is transient
    assert f"HTTP {status}" in str(error)
    assert "AWS_CONTAINER_AUTHORIZATION_TOKEN" in str(error)
    assert "role=todo" not in str(error)


@pytest.mark.parametrize("name", list(REPLY))
@pytest.mark.parametrize("value", [None, 7, ["secret-access-key"]])
def test_an_answer_without_one_of_its_parts_is_an_error(
    endpoint: Answering, environ: dict[str, str], name: str, value: object
) -> None:
    endpoint.answer = json.dumps(REPLY | {name: value}).encode()
    error = refusal(lambda: get_credentials(environ))
    assert "AccessKeyId, SecretAccessKey, Token and Expiration" in str(error)
    assert not error.transient


@pytest.mark.parametrize("expiration", ["", "secret-access-key", "2099-11-23T16:00:00", "tomorrow"])
def test_an_end_that_is_no_moment_is_an_error(endpoint: Answering, environ: dict[str, str], expiration: str) -> None:
    endpoint.answer = json.dumps(REPLY | {"Expiration": expiration}).encode()
    assert "Expiration" in str(refusal(lambda: get_credentials(environ)))


@pytest.mark.parametrize("name", ["AccessKeyId", "SecretAccessKey", "Token"])
@pytest.mark.parametrize("value", ["secret-access-key\r\nX-Other: 1", "pässword-of-the-database"])
def test_credentials_that_no_header_can_carry_are_not_told(
    endpoint: Answering, environ: dict[str, str], name: str, value: str
) -> None:
    endpoint.answer = json.dumps(REPLY | {name: value}).encode()
    assert "non-ASCII" in str(refusal(lambda: get_credentials(environ)))
