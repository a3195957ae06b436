"""What a client may say, and how it is told that it may not."""

import json
import uuid
from typing import Any

import pytest

from todo.realtime.conversation import Allowance, NotUnderstood, encode, require_room, understand
from todo.shapes.live import LiveError, Ping, Pong, Subscribe, Unsubscribe, Wanted

ID = uuid.UUID("019ab0f2-7c3a-7e21-9f04-5b1c6d7e8f90")


def refusal(message: Any) -> NotUnderstood:
    text = message if isinstance(message, str | bytes) else json.dumps(message)
    with pytest.raises(NotUnderstood) as caught:
        understand(text)
    return caught.value


def pointers(message: Any) -> dict[str, str]:
    answer = refusal(message).answer
    assert answer.code == "invalid_message"
    return {fault["pointer"]: fault["detail"] for fault in answer.errors}


def test_what_fits_is_understood() -> None:
    assert understand('{"type": "ping"}') == Ping()
    wanted = json.dumps({"type": "subscribe", "lists": [{"id": str(ID)}, {"id": str(uuid.UUID(int=1)), "since": 12}]})
    assert understand(wanted) == Subscribe(lists=(Wanted(id=ID), Wanted(id=uuid.UUID(int=1), since=12)))
    assert understand(json.dumps({"lists": [str(ID)], "type": "unsubscribe"})) == Unsubscribe(lists=(ID,))


@pytest.mark.parametrize(
    "text", ["", "{", "ping", '{"type": "ping"}}', '{"type": "ping", "type": "ping"}', "[" * 30_000]
)
def test_what_is_not_json_is_malformed_and_ends_nothing(text: str) -> None:
    found = refusal(text)
    assert (found.answer.code, found.closing) == ("malformed_message", None)
    assert "body" not in found.answer.detail


@pytest.mark.parametrize(
    ("message", "where"),
    [
        ([], {""}),
        (None, {""}),
        ({}, {"/type"}),
        ({"type": "shout"}, {"/type"}),
        ({"type": ["ping"]}, {"/type"}),
        ({"type": "ping", "loud": True, "a/b": 1}, {"/loud", "/a~1b"}),
        ({"type": "subscribe"}, {"/lists"}),
        ({"type": "subscribe", "lists": []}, {"/lists"}),
        ({"type": "subscribe", "lists": [str(ID)]}, {"/lists/0"}),
        ({"type": "subscribe", "lists": [{"id": str(ID), "since": -1}]}, {"/lists/0/since"}),
        ({"type": "subscribe", "lists": [{"since": "1"}]}, {"/lists/0/id", "/lists/0/since"}),
        ({"type": "subscribe", "lists": [{"id": str(ID), "since": 2**63}]}, {"/lists/0/since"}),
        ({"type": "subscribe", "lists": [{"id": str(ID)}, {"id": str(ID).upper()}]}, {"/lists/1/id"}),
        ({"type": "unsubscribe", "lists": ["x", str(ID), 5]}, {"/lists/0", "/lists/2"}),
    ],
)  # fmt: skip
def test_each_bad_field_is_pointed_to(message: Any, where: set[str]) -> None:
    assert pointers(message).keys() == where
    assert all(pointers(message).values())


def test_what_is_binary_or_too_large_ends_the_socket() -> None:
    found = refusal(b'{"type": "ping"}')
    assert (found.answer.code, found.closing) == ("malformed_message", 1003)
    found = refusal(json.dumps({"type": "ping", "x": "é" * 16_400}, ensure_ascii=False))
    assert (found.answer.code, found.closing) == ("message_too_large", 1009)
    assert refusal('{"type": "ping", "x": "' + "x" * 32_700 + '"}').closing is None


def test_a_socket_listens_to_at_most_200_lists() -> None:
    ids = [uuid.UUID(int=number) for number in range(201)]
    too_many = {"type": "subscribe", "lists": [{"id": str(each)} for each in ids]}
    assert refusal(too_many).answer.code == "too_many_lists"
    some = Subscribe(lists=tuple(Wanted(id=each) for each in ids[:100]))
    require_room(ids[:200], some)
    with pytest.raises(NotUnderstood, match="too_many_lists"):
        require_room(ids[100:201], some)


def test_fifty_messages_at_once_and_ten_a_second_are_taken() -> None:
    allowance = Allowance(1000.0)
    for _ in range(50):
        allowance.spend(1000.0)
    with pytest.raises(NotUnderstood) as caught:
        allowance.spend(1000.0)
    assert (caught.value.answer.code, caught.value.closing) == ("too_many_messages", 1008)
    for second in (1001.0, 1002.0):
        for _ in range(10):
            allowance.spend(second)
        with pytest.raises(NotUnderstood):
            allowance.spend(second)
    allowance.spend(2000.0)
    for _ in range(49):
        allowance.spend(2000.0)
    with pytest.raises(NotUnderstood):
        allowance.spend(2000.0)


def test_messages_are_sent_as_json_with_their_type() -> None:
    assert json.loads(encode(Pong(revisions={"x": 1}, account_revision=None))) == {
        "type": "pong",
        "revisions": {"x": 1},
        "account_revision": None,
    }
    assert json.loads(encode(LiveError(code="x", detail="é"))) == {
        "type": "error",
        "code": "x",
        "detail": "é",
        "errors": [],
    }
