"""What the server knows of a request."""

from types import SimpleNamespace
from typing import Any

import pytest
from tornado.httputil import HTTPHeaders

from todo.entrypoints import server


def request(remote: str, *forwarded: str) -> Any:
    headers = HTTPHeaders()
    for value in forwarded:
        headers.add("X-Forwarded-For", value)
    return SimpleNamespace(remote_ip=remote, headers=headers)


@pytest.mark.parametrize(
    ("remote", "forwarded", "client"),
    [
        ("203.0.113.7", ("198.51.100.1",), "203.0.113.7"),  # anybody may write the header
        ("10.0.0.1", (), "10.0.0.1"),
        ("10.0.0.1", ("203.0.113.7",), "203.0.113.7"),
        ("10.0.0.1", ("198.51.100.1, 203.0.113.7",), "203.0.113.7"),  # the first entry was sent by the client
        ("10.0.0.1", ("203.0.113.7, 10.0.0.2",), "203.0.113.7"),  # two proxies of ours in a row
        ("10.0.0.1", ("203.0.113.7", "10.0.0.2"), "203.0.113.7"),
    ],
)
def test_the_client_is_the_last_address_that_is_no_proxy_of_ours(
    remote: str, forwarded: tuple[str, ...], client: str
) -> None:
    describe = server._described(frozenset({"10.0.0.1", "10.0.0.2"}))
    call = describe(request(remote, *forwarded))
    assert call.client == client
    assert call.seconds == 20
    assert call.request_id != describe(request(remote)).request_id
