"""The gateway that the tests send through tells who may ask, and what it knows of a connection."""

import urllib.error
import urllib.request

import boto3
import pytest
from gateway_server import ACCESS_KEY, REGION, SECRET_KEY, gateway_server

from tornado_lambda import ApiGatewayConnections, ConnectionGone


def test_a_connection_is_known_until_it_is_lost() -> None:
    with gateway_server() as gateway:
        client = boto3.client(
            "apigatewaymanagementapi",
            region_name=REGION,
            endpoint_url=gateway.url,
            aws_access_key_id=ACCESS_KEY,
            aws_secret_access_key=SECRET_KEY,
            aws_session_token="of-a-role",
        )
        ann = gateway.connect()
        assert client.get_connection(ConnectionId=ann)["Identity"]["SourceIp"] == "203.0.113.7"
        gateway.lose(ann)
        with pytest.raises(client.exceptions.GoneException):
            client.get_connection(ConnectionId=ann)
        with pytest.raises(ConnectionGone):
            ApiGatewayConnections(client).close(ann)
        assert gateway.asked == [("GET", ann, 200), ("GET", ann, 410), ("DELETE", ann, 410)]


@pytest.mark.parametrize("at", ["@", "%40"])
def test_nobody_gets_in_without_a_signature(at: str) -> None:
    with gateway_server() as gateway:
        ann = gateway.connect()
        url = f"{gateway.url}/{at}connections/{ann}"
        asked = urllib.request.Request(url, b"hello", method="POST")  # noqa: S310 - the loopback interface
        with pytest.raises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(asked, timeout=20)  # noqa: S310 - the same
        with caught.value as refusal:
            assert (refusal.status, refusal.headers["x-amzn-ErrorType"]) == (403, "MissingAuthenticationTokenException")
        assert gateway.sent == []
