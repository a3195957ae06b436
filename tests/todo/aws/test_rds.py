"""The password for an IAM role is the one that botocore makes, byte for byte; a host says its Region."""

from datetime import UTC, datetime, timedelta, timezone
from types import SimpleNamespace
from typing import Any
from unittest import mock

import pytest
from aws_calls import CREDENTIALS, EXAMPLES, NOW, refusal
from hypothesis import example, given, settings
from hypothesis import strategies as st

from todo.aws import Credentials, find_rds_region, rds_auth_token

botocore_auth = pytest.importorskip("botocore.auth")
botocore_credentials = pytest.importorskip("botocore.credentials")
botocore_hooks = pytest.importorskip("botocore.hooks")
botocore_model = pytest.importorskip("botocore.model")
botocore_session = pytest.importorskip("botocore.session")
botocore_signers = pytest.importorskip("botocore.signers")

HOST = "todo.proxy-abcdefghijkl.eu-west-1.rds.amazonaws.com"


_EMITTER = botocore_hooks.HierarchicalEmitter()  # a signer does not keep it alive


def _by_botocore(host: str, port: int, user: str, *, region: str, credentials: Credentials, now: datetime) -> str:
    keys = (credentials.access_key_id, credentials.secret_access_key, credentials.session_token)
    signer = botocore_signers.RequestSigner(
        botocore_model.ServiceId("RDS"),
        region,
        "rds",
        "v4",
        botocore_credentials.Credentials(*keys),
        _EMITTER,
    )
    client = SimpleNamespace(_request_signer=signer, meta=SimpleNamespace(region_name="us-west-2"))
    with mock.patch.object(botocore_auth, "get_current_datetime", return_value=now.astimezone(UTC)):
        return str(botocore_signers.generate_db_auth_token(client, host, port, user, region))


_label = st.text(st.sampled_from("abcXYZ019-_"), min_size=1, max_size=12)
_printable = st.characters(min_codepoint=33, max_codepoint=126)
_calls = st.fixed_dictionaries(
    {
        "host": st.lists(_label, min_size=1, max_size=6).map(".".join),
        "port": st.integers(1, 65_535) | st.sampled_from([80, 443, 5432]),
        "user": st.text(max_size=63) | st.text(st.sampled_from("a Z0&=+%/?#~-._:@\"'\\ü漢😀"), max_size=20),
        "region": st.sampled_from(["us-east-1", "eu-central-2", "cn-north-1", "us-gov-west-1", "us-isob-east-1"]),
        "credentials": st.builds(
            Credentials,
            st.text(_printable, min_size=1, max_size=20),
            st.text(_printable, min_size=1, max_size=40),
            st.none() | st.text(_printable, min_size=1, max_size=400),
        ),
        "now": st.datetimes(
            min_value=datetime(2000, 1, 1),  # noqa: DTZ001 - the zone is drawn on the next line
            timezones=st.sampled_from([UTC, timezone(timedelta(hours=-8)), timezone(timedelta(hours=5.5))]),
        ),
    }
)


@settings(deadline=None, max_examples=EXAMPLES)
@given(call=_calls)
@example(call={"host": HOST, "port": 443, "user": "", "region": "eu-west-1", "credentials": CREDENTIALS, "now": NOW})
def test_any_token_is_the_one_that_botocore_makes(call: dict[str, Any]) -> None:
    assert rds_auth_token(**call) == _by_botocore(**call)


def test_a_token_is_the_one_that_the_client_of_botocore_makes() -> None:
    client = botocore_session.Session().create_client(
        "rds",
        region_name="us-east-1",
        aws_access_key_id=CREDENTIALS.access_key_id,
        aws_secret_access_key=CREDENTIALS.secret_access_key,
        aws_session_token=CREDENTIALS.session_token,
    )
    with mock.patch.object(botocore_auth, "get_current_datetime", return_value=NOW):
        expected = client.generate_db_auth_token(HOST, 5432, "todo app", "eu-west-1")
    client.close()
    token = rds_auth_token(HOST, 5432, "todo app", region="eu-west-1", credentials=CREDENTIALS, now=NOW)
    assert token == expected
    assert token.startswith(f"{HOST}:5432/?Action=connect&DBUser=todo%20app&X-Amz-Algorithm=AWS4-HMAC-SHA256&")


def test_a_token_may_end_sooner_than_after_fifteen_minutes() -> None:
    options: dict[str, Any] = {"region": "eu-west-1", "credentials": CREDENTIALS, "now": NOW}
    assert "&X-Amz-Expires=900&" in rds_auth_token(HOST, 5432, "todo", **options)
    assert "&X-Amz-Expires=60&" in rds_auth_token(HOST, 5432, "todo", expires=60, **options)


@pytest.mark.parametrize(
    ("host", "port"),
    [
        ("", 5432),
        ("a/b", 5432),
        ("user@db", 5432),
        ("a..b", 5432),
        ("::1", 5432),
        ("db\n", 5432),
        ("db", 0),
        ("db", 65_536),
    ],
)
def test_what_is_no_address_gets_no_token(host: str, port: int) -> None:
    error = refusal(lambda: rds_auth_token(host, port, "todo", region="eu-west-1", credentials=CREDENTIALS, now=NOW))
    assert "host and port" in str(error)


def test_what_is_no_region_gets_no_token() -> None:
    error = refusal(lambda: rds_auth_token(HOST, 5432, "todo", region="Ireland", credentials=CREDENTIALS, now=NOW))
    assert "'Ireland' is not a Region" in str(error)


def test_a_time_without_a_zone_gets_no_token() -> None:
    with pytest.raises(ValueError, match="zone"):
        rds_auth_token(HOST, 5432, "todo", region="eu-west-1", credentials=CREDENTIALS, now=NOW.replace(tzinfo=None))


@pytest.mark.parametrize(
    ("host", "region"),
    [
        ("todo.abcdefghijkl.eu-west-1.rds.amazonaws.com", "eu-west-1"),
        ("todo.cluster-abcdefghijkl.us-east-2.rds.amazonaws.com", "us-east-2"),
        ("todo.cluster-ro-abcdefghijkl.ap-southeast-5.rds.amazonaws.com", "ap-southeast-5"),
        ("todo.proxy-abcdefghijkl.us-gov-west-1.rds.amazonaws.com", "us-gov-west-1"),
        ("read.endpoint.proxy-abcdefghijkl.eu-west-1.rds.amazonaws.com", "eu-west-1"),
        ("Todo.ABC.EU-WEST-1.RDS.AmazonAWS.com.", "eu-west-1"),
        ("todo.abcdefghijkl.cn-north-1.rds.amazonaws.com.cn", "cn-north-1"),
        ("todo.abcdefghijkl.rds.cn-northwest-1.amazonaws.com.cn", "cn-northwest-1"),
        ("todo.abcdefghijkl.rds.us-iso-east-1.c2s.ic.gov", "us-iso-east-1"),
    ],
)
def test_the_region_is_in_the_name_that_rds_gave(host: str, region: str) -> None:
    assert find_rds_region(host) == region


@pytest.mark.parametrize(
    "host",
    [
        "",
        "localhost",
        "10.0.0.7",
        "db.example.com",
        "eu-west-1.rds.amazonaws.com",
        "todo.global-abcdefghijkl.global.rds.amazonaws.com",
        "todo.abc.eu-west-1.rds.amazonaws.com.evil.example",
        "todo.abc.eu-west-1.rds.amazonaws.com.cn",
        "todo.abc.cn-north-1.rds.amazonaws.com",
        "todo.abc.eu-west-1.notrds.amazonaws.com",
        "todo.eu-west-1.rdsXamazonaws.com",
        "todo.abc.eu-west-1.rds.amazonaws.com\n",
        "abcdefghijklmnop.dsql.eu-west-1.on.aws",
        "todo.abc.eu-west-1.redshift.amazonaws.com",
    ],
)
def test_another_name_says_no_region(host: str) -> None:
    assert find_rds_region(host) is None
