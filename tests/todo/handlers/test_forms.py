"""Bodies as HTML forms and curl send them, wherever a JSON object is taken."""

from typing import Any
from urllib.parse import urlencode

import pytest
from clients import PASSWORD, Door, Person, Reply

URLENCODED = "application/x-www-form-urlencoded"
Fields = list[tuple[str, str]]


def multipart(fields: Fields) -> tuple[str, bytes]:
    parts = [f'--cut\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields]
    return "multipart/form-data; boundary=cut", ("".join(parts) + "--cut--\r\n").encode()


def urlencoded(fields: Fields) -> tuple[str, bytes]:
    return f"{URLENCODED}; charset=utf-8", urlencode(fields).encode()


@pytest.fixture(params=[urlencoded, multipart], ids=["urlencoded", "multipart"])
def encode(request: pytest.FixtureRequest) -> Any:
    """Each way of sending a form."""
    return request.param


def send(person: Person, method: str, path: str, encoded: tuple[str, bytes], **headers: str) -> Reply:
    return person.ask(method, path, body=encoded[1], headers={"Content-Type": encoded[0], **headers})


def test_every_kind_of_field_can_come_from_a_form(ann: Person, encode: Any) -> None:
    home = ann.make_list()
    parent = ann.add(home)
    fields = [
        ("title", "Pay rent & più"),
        ("notes", "one\r\ntwo"),
        ("completed", "true"),
        ("priority", "3"),
        ("order", "2.5"),
        ("labels", "money"),
        ("labels", "Ä b"),
        ("parent_id", parent["id"]),
        ("due.at", "2026-12-01T09:00:00"),
        ("due.time_zone", "Europe/Madrid"),
        ("due.recurrence", "FREQ=WEEKLY;BYDAY=MO"),
    ]
    reply = send(ann, "POST", home["url"] + "/tasks", encode(fields))
    assert reply.status == 201, reply.body
    task = reply.json
    assert (task["title"], task["notes"], task["labels"]) == ("Pay rent & più", "one\r\ntwo", ["money", "Ä b"])
    assert (task["completed"], task["priority"], task["order"]) == (True, 3, 2.5)
    assert task["parent_id"] == parent["id"]
    assert task["due"]["at"] == "2026-12-01T09:00:00+01:00"
    assert task["due"]["recurrence"] == "FREQ=WEEKLY;BYDAY=MO"


def test_a_due_date_is_a_dotted_name(ann: Person, encode: Any) -> None:
    home = ann.make_list()
    reply = send(ann, "POST", home["url"] + "/tasks", encode([("title", "x"), ("due.date", "2026-12-01")]))
    assert reply.json["due"]["date"] == "2026-12-01"


def test_text_that_looks_like_something_else_stays_text(ann: Person, encode: Any) -> None:
    home = ann.make_list()
    for text in ("123", "true", "null", "[1]", "1e5"):
        assert send(ann, "POST", home["url"] + "/tasks", encode([("title", text)])).json["title"] == text


def test_changes_and_log_ins_can_come_from_a_form(door: Door, ann: Person, encode: Any) -> None:
    home = ann.make_list()
    assert send(ann, "PATCH", home["url"], encode([("title", "House"), ("notes", "")])).json["title"] == "House"
    content_type, body = encode([("email", ann.email), ("password", PASSWORD)])
    assert door.ask("POST", "/v1/sessions", body=body, headers={"Content-Type": content_type}).status == 201


def test_each_bad_field_of_a_form_is_named(ann: Person, encode: Any) -> None:
    home = ann.make_list()
    fields = [
        ("title", ""),
        ("priority", "high"),
        ("completed", "perhaps"),
        ("due.date", "soon"),
        ("labels", "ok"),
        ("labels", ""),
        ("colour", "red"),
    ]
    reply = send(ann, "POST", home["url"] + "/tasks", encode(fields))
    assert (reply.status, reply.json["code"]) == (422, "invalid_input")
    assert {fault["pointer"] for fault in reply.json["errors"]} == {
        "/title",
        "/priority",
        "/completed",
        "/due/date",
        "/labels/1",
        "/colour",
    }


def test_what_is_given_twice_is_refused(ann: Person, encode: Any) -> None:
    home = ann.make_list()
    for fields in ([("title", "a"), ("title", "b")], [("title", "a"), ("due.date", "1"), ("due.date", "2")]):
        reply = send(ann, "POST", home["url"] + "/tasks", encode(fields))
        assert reply.status == 422
        assert "more than once" in reply.json["detail"]


@pytest.mark.parametrize(
    ("content_type", "body", "status"),
    [
        ("text/plain", b'{"title": "x"}', 415),
        ("application/xml", b"<title/>", 415),
        ("application/json; charset=utf-8", b'{"title": "x"}', 201),
        ("application/merge-patch+json", b'{"title": "x"}', 201),
        ("APPLICATION/JSON", b'{"title": "x"}', 201),
        (URLENCODED, b"title=%ff", 422),
        (URLENCODED, b"", 422),
        ("multipart/form-data", b"--x--", 400),
        ("multipart/form-data; boundary=x", b"nothing of the kind", 400),
        ("application/json", b'{"title": "a", "title": "b"}', 400),
        ("application/json", b"[]", 422),
        ("application/json", b"null", 422),
        ("application/json", b"[" * 100_000, 400),
    ],
)
@pytest.mark.parametrize("session_door", ["lambda-sqlite", "server-sqlite"], indirect=True)
def test_what_a_body_may_be(ann: Person, content_type: str, body: bytes, status: int) -> None:
    reply = ann.ask("POST", "/v1/lists", body=body, headers={"Content-Type": content_type})
    assert reply.status == status, reply.body
    if status >= 400:
        assert reply.headers["content-type"].startswith("application/problem+json")
        assert reply.json["status"] == status


def test_a_file_or_a_compressed_body_is_not_taken(ann: Person) -> None:
    content_type, body = "multipart/form-data; boundary=cut", (
        b'--cut\r\nContent-Disposition: form-data; name="title"; filename="a.txt"\r\n\r\nx\r\n--cut--\r\n'
    )  # fmt: skip
    assert send(ann, "POST", "/v1/lists", (content_type, body)).status == 415
    compressed = send(ann, "POST", "/v1/lists", ("application/json", b"{}"), **{"Content-Encoding": "gzip"})
    assert compressed.status == 415
    assert ann.get("/v1/lists") == []


def test_a_body_over_the_limit_is_413(ann: Person) -> None:
    most = ann.get("/v1")["limits"]["body_bytes"]
    fits = b'{"title": "x"' + b" " * (most - 14) + b"}"
    assert len(fits) == most
    assert ann.ask("POST", "/v1/lists", body=fits).status == 201
    reply = ann.ask("POST", "/v1/lists", body=fits + b" ")
    assert (reply.status, reply.json["code"]) == (413, "body_too_large")
