"""Requests into shapes: every fault at once, at its place."""

import pytest

from todo.errors import InvalidInput, MalformedRequest
from todo.handlers.parsing import parse_form, parse_idempotency_key, parse_if_match, parse_json, parse_query
from todo.shapes.task import NewTask, TaskFilter


def faults_of(body: bytes) -> dict[str, str]:
    with pytest.raises(InvalidInput) as caught:
        parse_json(body, NewTask)
    return {fault.where: fault.detail for fault in caught.value.faults}


def test_every_fault_of_a_nested_body_is_told_at_once_in_words() -> None:
    found = faults_of(
        b'{"title": "", "priority": 9, "due": {"date": "x", "at": 5, "zone": 1}, "labels": ["ok", "", 5], "colour": 1}'
    )
    assert found.keys() == {
        "/title",
        "/priority",
        "/due/date",
        "/due/at",
        "/due/zone",
        "/labels/1",
        "/labels/2",
        "/colour",
    }
    assert found["/due/at"] == "Expected text or null, got a whole number" or "a moment" in found["/due/at"]
    assert found["/labels/2"] == "Expected text, got a whole number"
    assert found["/colour"] == "There is no such field"


def test_what_is_missing_is_told_with_what_is_wrong() -> None:
    assert faults_of(b'{"notes": 5}') == {
        "/title": "This field is needed",
        "/notes": "Expected text, got a whole number",
    }


def test_so_many_faults_are_cut_off() -> None:
    assert len(faults_of(b'{"title": "x", ' + b", ".join(b'"a%d": 1' % n for n in range(10_000)) + b"}")) == 50


def test_a_whole_number_may_be_written_with_a_fraction_or_an_exponent() -> None:
    assert parse_json(b'{"title": "x", "priority": 2.0}', NewTask).priority == 2
    assert parse_json(b'{"title": "x", "priority": 2e0}', NewTask).priority == 2
    assert faults_of(b'{"title": "x", "priority": 2.5}').keys() == {"/priority"}


def test_a_form_says_the_same_as_json() -> None:
    as_form = parse_form(
        {
            "title": [b"x"],
            "due.date": [b"2026-11-23"],
            "labels": [b"a", b"b"],
            "completed": [b"true"],
            "priority": [b"3"],
        },
        NewTask,
    )
    as_json = parse_json(
        b'{"title": "x", "due": {"date": "2026-11-23"}, "labels": ["a", "b"], "completed": true, "priority": 3}',
        NewTask,
    )
    assert as_form == as_json


@pytest.mark.parametrize("text", [b"0", b"-1e-3", b"1e999", b"nan", b"inf"])
def test_a_number_is_no_moment(text: bytes) -> None:
    with pytest.raises(InvalidInput):
        parse_query({"updated_since": [text]}, TaskFilter)
    with pytest.raises(InvalidInput):
        parse_form({"title": [b"x"], "due.at": [text]}, NewTask)


@pytest.mark.parametrize("name", ["label", "completed", "priority", "assignee", "updated_since", "cursor"])
def test_null_is_no_condition(name: str) -> None:
    if name in ("label", "cursor"):
        assert getattr(parse_query({name: [b"null"]}, TaskFilter), name) == "null"
        return
    with pytest.raises(InvalidInput) as caught:
        parse_query({name: [b"null"]}, TaskFilter)
    assert [(fault.where, fault.kind) for fault in caught.value.faults] == [(name, "parameter")]


@pytest.mark.parametrize(
    ("header", "tags"),
    [(None, None), ("*", {"*"}), ('"a-1"', {"a-1"}), ('W/"a-1"', {"a-1"}), ('"a-1" , W/"b-2"', {"a-1", "b-2"})],
)
def test_if_match_is_read(header: str | None, tags: set[str] | None) -> None:
    assert parse_if_match(header) == tags


@pytest.mark.parametrize("key", ["", " ", "a b", "x" * 201, "é", "a\n"])
def test_a_key_is_visible_ascii(key: str) -> None:
    with pytest.raises(MalformedRequest):
        parse_idempotency_key(key)
