"""What a WebSocket API tells a function is read as it was meant, and nothing else is taken for it."""

import json
from contextlib import suppress
from copy import deepcopy
from dataclasses import FrozenInstanceError
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tornado_lambda import NotAWebSocketEvent, parse_websocket_event

EVENTS = Path(__file__).parent / "events"
KINDS = ["connect", "message", "binary_message", "disconnect"]
OTHERS = sorted(file.stem for file in EVENTS.glob("*.json") if not file.stem.startswith("websocket_"))


def event(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text())
    return loaded


def refused(given: Any) -> str:
    with pytest.raises(NotAWebSocketEvent) as caught:
        parse_websocket_event(given)
    return str(caught.value)


@pytest.mark.parametrize("name", KINDS)
def test_each_event_says_which_connection_it_is_about(name: str) -> None:
    told = parse_websocket_event(event(f"websocket_{name}"))
    assert told.kind == name.removeprefix("binary_")
    assert told.connection_id == "Fqn6qd4_FiACGWg="
    assert told.source_ip == "203.0.113.7"
    assert told.connected_at == datetime(2026, 11, 24, 6, 0, 0, 123_000, UTC)


def test_a_handshake_keeps_its_headers_and_its_query() -> None:
    told = parse_websocket_event(event("websocket_connect"))
    assert (told.route_key, told.request_id) == ("$connect", "Fqn6qGlNliAFmpA=")
    assert told.headers["origin"] == told.headers["ORIGIN"] == "https://app.example.org"
    assert told.query == {"room": "küche", "since": "2"}
    assert (told.body, told.disconnect_code, told.disconnect_reason) == ("", None, None)


def test_repeated_headers_stay_apart() -> None:
    told = parse_websocket_event(event("websocket_connect"))
    assert told.headers.get_all("sec-websocket-protocol") == ["chat.v1", "chat.v2"]
    assert told.headers["Sec-WebSocket-Protocol"] == "chat.v1, chat.v2"


def test_headers_without_repetitions_do() -> None:
    sent = event("websocket_connect")
    del sent["multiValueHeaders"]
    headers = parse_websocket_event(sent).headers
    assert headers["sec-websocket-protocol"] == "chat.v2"
    assert "ORIGIN" in headers
    assert "cookie" not in headers
    assert headers.get_all("cookie") == []
    assert len(headers) == len(list(headers)) == len(sent["headers"])


def test_a_message_is_its_text() -> None:
    told = parse_websocket_event(event("websocket_message"))
    assert (told.route_key, told.body) == ("$default", '{"say": "grüß dich 👋"}')
    assert (dict(told.headers), told.query) == ({}, {})


def test_a_message_that_the_api_made_binary_is_its_bytes() -> None:
    told = parse_websocket_event(event("websocket_binary_message"))
    assert (told.route_key, told.body) == ("upload", b"\x89PNG\r\n\x1a\n")


def test_an_empty_message_is_an_empty_text() -> None:
    assert parse_websocket_event(event("websocket_message") | {"body": None}).body == ""


def test_the_end_of_a_connection_says_how() -> None:
    told = parse_websocket_event(event("websocket_disconnect"))
    assert (told.disconnect_code, told.disconnect_reason) == (1001, "Going away")


def test_the_end_of_a_connection_may_come_without_a_reason() -> None:
    sent = event("websocket_disconnect")
    del sent["requestContext"]["disconnectStatusCode"], sent["requestContext"]["disconnectReason"]
    told = parse_websocket_event(sent)
    assert (told.disconnect_code, told.disconnect_reason) == (None, None)


def test_the_api_is_managed_below_its_domain_and_stage() -> None:
    told = parse_websocket_event(event("websocket_message"))
    assert told.management_endpoint == "https://abcdef1234.execute-api.eu-central-1.amazonaws.com/live"


def test_an_event_does_not_change() -> None:
    told = parse_websocket_event(event("websocket_message"))
    with pytest.raises(FrozenInstanceError):
        told.connection_id = "another"  # type: ignore[misc]


@pytest.mark.parametrize("name", KINDS)
def test_nothing_that_a_client_sent_is_in_a_log_that_holds_the_event(name: str) -> None:
    told = repr(parse_websocket_event(event(f"websocket_{name}")))
    assert "Fqn6qd4_FiACGWg=" in told
    assert not [text for text in ("küche", "app.example.org", "grüß", "PNG", "Going away") if text in told]


@pytest.mark.parametrize("name", OTHERS)
def test_the_events_of_others_are_refused(name: str) -> None:
    assert refused(event(name)).startswith("requestContext")


@pytest.mark.parametrize("given", [None, [], "text", 3])
def test_what_is_no_object_is_refused(given: Any) -> None:
    assert refused(given) == "The event is no object"


@pytest.mark.parametrize(
    "path",
    [
        "requestContext",
        "requestContext.eventType",
        "requestContext.connectionId",
        "requestContext.routeKey",
        "requestContext.domainName",
        "requestContext.stage",
        "requestContext.identity",
        "requestContext.identity.sourceIp",
        "requestContext.connectedAt",
        "requestContext.requestId",
    ],
)
def test_a_refusal_names_what_is_missing_and_quotes_nothing(path: str) -> None:
    *way, last = path.split(".")
    sent = event("websocket_message")
    holder = sent
    for name in way:
        holder = holder[name]
    del holder[last]
    assert refused(sent) == f"{path} is missing"
    wrong: list[Any] = [[], True, {"secret": 1}, 10**30 if last == "connectedAt" else 1]
    for holder[last] in wrong:
        assert path in refused(sent)
        assert "secret" not in refused(sent)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("headers", {"Origin": 3}),
        ("multiValueHeaders", {"Origin": "secret"}),
        ("multiValueHeaders", {"Origin": [3]}),
        ("queryStringParameters", {"secret": None}),
        ("queryStringParameters", "secret"),
        ("body", {"secret": 1}),
        ("isBase64Encoded", "true"),
    ],
)
def test_a_field_of_another_type_is_named_and_not_quoted(name: str, value: Any) -> None:
    sent = event("websocket_connect")
    del sent["multiValueHeaders"]
    told = refused(sent | {name: value})
    assert told.startswith(name)
    assert "secret" not in told


def test_another_type_of_event_is_refused() -> None:
    sent = event("websocket_message")
    sent["requestContext"]["eventType"] = "secret"
    assert refused(sent) == "requestContext.eventType is none of CONNECT, MESSAGE and DISCONNECT"


def test_a_body_that_is_no_base64_is_refused() -> None:
    told = refused(event("websocket_binary_message") | {"body": "sécret"})
    assert told == "body is not the base64 that isBase64Encoded says it is"


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@settings(deadline=None)
@given(st.data())
def test_whatever_comes_is_read_or_refused(data: st.DataObject) -> None:
    sent = deepcopy(event(f"websocket_{data.draw(st.sampled_from(KINDS))}"))
    holder = data.draw(st.sampled_from([sent, sent["requestContext"], sent["requestContext"]["identity"]]))
    holder[data.draw(st.sampled_from(sorted(holder)))] = data.draw(ANYTHING)
    with suppress(NotAWebSocketEvent):
        parse_websocket_event(sent)
