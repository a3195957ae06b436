"""Credentials are complete, fit into a header, and do not show themselves."""

import pytest
from aws_calls import CREDENTIALS

from todo.aws import AwsError, Credentials


def test_credentials_are_read_from_a_mapping() -> None:
    environ = {"AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "S", "AWS_SESSION_TOKEN": "T"}
    assert Credentials.from_mapping(environ) == Credentials("A", "S", "T")
    assert Credentials.from_mapping(environ | {"AWS_SESSION_TOKEN": ""}) == Credentials("A", "S", None)


def test_missing_credentials_are_named_and_present_ones_are_not_shown() -> None:
    with pytest.raises(AwsError, match="AWS_ACCESS_KEY_ID") as caught:
        Credentials.from_mapping({"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "secret-access-key"})
    assert "secret-access-key" not in str(caught.value)


@pytest.mark.parametrize("bad", ["with space", "line\n", "line\r\nX-Other: 1", "é", "\x00"])
def test_credentials_that_no_header_can_carry_are_refused_without_being_told(bad: str) -> None:
    for values in (("A", "S", bad), ("A", bad, None), (bad, "S", None)):
        with pytest.raises(AwsError) as caught:
            Credentials(*values)
        assert bad not in str(caught.value)


def test_credentials_do_not_show_themselves() -> None:
    assert repr(CREDENTIALS) == "Credentials(access_key_id='AKIDEXAMPLE')"
