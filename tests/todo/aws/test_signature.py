"""The signature is botocore's, byte for byte: in headers, and in the query of a URL."""

import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from unittest import mock
from urllib.parse import quote

import pytest
from aws_calls import CREDENTIALS, EXAMPLES, NOW
from hypothesis import given, settings
from hypothesis import strategies as st

from todo.aws import Credentials, presigned_url, signed_headers

_STORED = Path(__file__).with_name("sigv4-vectors.json").read_text(encoding="utf-8")
VECTORS: list[dict[str, Any]] = json.loads(_STORED)["vectors"]


def _signed(vector: dict[str, Any]) -> str:
    return signed_headers(
        vector["method"],
        vector["url"],
        headers=vector["headers"],
        body=vector["body"].encode(),
        credentials=Credentials(vector["access_key_id"], vector["secret_access_key"], vector["session_token"]),
        region=vector["region"],
        service=vector["service"],
        now=datetime.fromisoformat(vector["now"]),
    )["authorization"]


def _signed_by_botocore(vector: dict[str, Any]) -> str:
    """What botocore writes; this also made `authorization` in sigv4-vectors.json."""
    auth = pytest.importorskip("botocore.auth")
    awsrequest = pytest.importorskip("botocore.awsrequest")
    credentials = pytest.importorskip("botocore.credentials")
    request = awsrequest.AWSRequest(
        vector["method"], vector["url"], headers=vector["headers"], data=vector["body"].encode()
    )
    keys = (vector["access_key_id"], vector["secret_access_key"], vector["session_token"])
    now = datetime.fromisoformat(vector["now"]).astimezone(UTC)
    with mock.patch.object(auth, "get_current_datetime", return_value=now):
        auth.SigV4Auth(credentials.Credentials(*keys), vector["service"], vector["region"]).add_auth(request)
    return str(request.headers["Authorization"])


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["about"] for vector in VECTORS])
def test_signs_as_botocore_did(vector: dict[str, Any]) -> None:
    assert _signed(vector) == vector["authorization"]


def test_signs_the_first_request_of_the_suite_that_aws_publishes_as_aws_does() -> None:
    assert _signed(VECTORS[0]).endswith("5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31")


def test_the_stored_signatures_are_those_of_the_installed_botocore() -> None:
    assert [vector["authorization"] for vector in VECTORS] == [_signed_by_botocore(v) for v in VECTORS]


_printable = st.characters(min_codepoint=33, max_codepoint=126)
_segment = st.text(st.sampled_from("abcXYZ019-._~%!$&'()*+,;=:@é漢"), max_size=8)
_name = st.text(st.sampled_from("abcXYZ019-"), min_size=1, max_size=12).map(lambda text: f"X-{text}")
_vectors = st.fixed_dictionaries(
    {
        "method": st.sampled_from(["GET", "POST", "put", "DELETE"]),
        "url": st.builds(
            "{}://{}{}{}{}".format,
            st.sampled_from(["https", "http"]),
            st.sampled_from(["example.amazonaws.com", "EXAMPLE.com", "127.0.0.1", "[::1]"]),
            st.sampled_from(["", ":80", ":443", ":8443"]),
            st.lists(_segment | st.sampled_from([".", ".."]), max_size=5).map(
                lambda segments: "".join(f"/{segment}" for segment in segments)
            ),
            st.just("") | st.lists(_segment, min_size=1, max_size=5).map(lambda pairs: "?" + "&".join(pairs)),
        ),
        "headers": st.lists(
            st.tuples(_name, st.text(st.sampled_from("abc XYZ\t09;=/é"), max_size=20)),
            max_size=5,
            unique_by=lambda pair: pair[0].lower(),
        ).map(dict),
        "body": st.text(max_size=200),
        "access_key_id": st.text(_printable, min_size=1, max_size=20),
        "secret_access_key": st.text(_printable, min_size=1, max_size=40),
        "session_token": st.none() | st.text(_printable, min_size=1, max_size=400),
        "region": st.sampled_from(["us-east-1", "eu-central-2", "cn-north-1", "us-gov-west-1"]),
        "service": st.sampled_from(["secretsmanager", "sqs", "execute-api"]),
        "now": st.datetimes(
            min_value=datetime(2000, 1, 1),  # noqa: DTZ001 - the zone is drawn on the next line
            timezones=st.sampled_from([UTC, timezone(timedelta(hours=-8)), timezone(timedelta(hours=5.5))]),
        ).map(datetime.isoformat),
    }
)


@settings(deadline=None, max_examples=EXAMPLES)
@given(vector=_vectors)
def test_signs_any_request_as_botocore_does(vector: dict[str, Any]) -> None:
    assert _signed(vector) == _signed_by_botocore(vector)


def test_sends_what_it_signed_under_lower_case_names() -> None:
    headers = signed_headers(
        "POST",
        "http://127.0.0.1:5000/",
        headers={"Content-Type": "text/plain"},
        body=b"",
        credentials=CREDENTIALS,
        region="eu-west-1",
        service="sqs",
        now=NOW,
    )
    assert headers.pop("authorization").startswith("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261123/")
    assert headers == {
        "content-type": "text/plain",
        "host": "127.0.0.1:5000",
        "x-amz-date": "20261123T100000Z",
        "x-amz-security-token": "session-token",
    }


def test_refuses_a_time_without_a_zone() -> None:
    with pytest.raises(ValueError, match="zone"):
        _signed(VECTORS[0] | {"now": "2026-01-01T00:00:00"})


# In a URL


@settings(deadline=None, max_examples=EXAMPLES)
@given(
    vector=_vectors,
    query=st.dictionaries(st.text(min_size=1, max_size=8), st.text(max_size=8), max_size=4),
    expires=st.integers(1, 604_800),
)
def test_signs_any_url_as_botocore_does(vector: dict[str, Any], query: dict[str, str], expires: int) -> None:
    auth = pytest.importorskip("botocore.auth")
    awsrequest = pytest.importorskip("botocore.awsrequest")
    credentials = pytest.importorskip("botocore.credentials")
    keys = (vector["access_key_id"], vector["secret_access_key"], vector["session_token"])
    now = datetime.fromisoformat(vector["now"])
    pairs = "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in query.items())
    url = vector["url"].partition("?")[0] + (f"?{pairs}" if pairs else "")

    request = awsrequest.AWSRequest(vector["method"], url)
    with mock.patch.object(auth, "get_current_datetime", return_value=now.astimezone(UTC)):
        auth.SigV4QueryAuth(
            credentials.Credentials(*keys), vector["service"], vector["region"], expires=expires
        ).add_auth(request)
    signed = presigned_url(
        vector["method"],
        url,
        credentials=Credentials(*keys),
        region=vector["region"],
        service=vector["service"],
        now=now,
        expires=expires,
    )
    assert signed == request.url
