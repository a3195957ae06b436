"""Imports over HTTP, at both doors: files as bodies and in forms, files by address, what is refused."""

import hashlib
import json
import uuid
from typing import Any

import pytest
from clients import Door, Person, Reply
from importing import form, our_json

CSV = b"list,title,due\r\nHome,Pay the rent,2027-12-01\r\nHome,Buy milk,\r\n"


def post(person: Person, content: bytes, media_type: str = "text/csv", **query: Any) -> Reply:
    return person.ask("POST", "/v1/imports", body=content, query=query, headers={"Content-Type": media_type})


def announce(person: Person, **fields: Any) -> dict[str, Any]:
    reply = person.ask("POST", "/v1/imports", {"name": "tasks.csv", **fields})
    assert reply.status == 201, reply.body
    made: dict[str, Any] = reply.json
    assert reply.headers["location"] == made["url"]
    return made


def send_part(door: Door, upload: dict[str, Any], number: int, content: bytes) -> Reply:
    fields = {name: value.replace("{part}", str(number)) for name, value in upload["fields"].items()}
    body, media_type = form(fields, content)
    return door.ask("POST", upload["url"], body=body, headers={"Content-Type": media_type})


def test_a_dry_run_says_what_would_happen_and_stores_nothing(ann: Person) -> None:
    reply = post(ann, CSV, dry_run="true", name="tasks.csv")
    assert reply.status == 200, reply.body
    found = reply.json
    assert (found["format"], found["rows"], found["problem_count"]) == ("csv", 2, 0)
    assert found["header"] == ["list", "title", "due"]
    assert found["mapping"]["title"] == "title"
    assert [(task["list"], task["task"]["title"]) for task in found["tasks"]] == [
        ("Home", "Pay the rent"),
        ("Home", "Buy milk"),
    ]
    assert found["lists"] == [{"title": "Home", "tasks": 2}]
    assert ann.get("/v1/imports") == []


def test_a_file_is_taken_as_the_body_or_in_a_form(ann: Person) -> None:
    whole = post(ann, CSV, name="tasks.csv")
    assert whole.status == 202, whole.body
    assert whole.headers["location"] == whole.json["url"]
    assert (whole.json["state"], whole.json["format"], whole.json["name"]) == ("waiting", "csv", "tasks.csv")
    body, media_type = form({"all_or_nothing": "true"}, CSV)
    in_form = post(ann, body, media_type)
    assert (in_form.status, in_form.json["name"], in_form.json["size"]) == (202, "tasks.csv", len(CSV))
    ours = ann.ask("POST", "/v1/imports", body=our_json({}), query={"format": "json"})
    assert (ours.status, ours.json["format"]) == (202, "json")
    assert len(ann.get("/v1/imports")) == 3


def test_a_file_of_four_megabytes_is_taken_and_no_larger_one(ann: Person) -> None:
    row = b"Home," + b"x" * 90 + b",\r\n"
    limits = ann.get("/v1")["limits"]
    most = limits["file_bytes"]
    content = b"list,title,due\r\n" + row * ((most - 20) // len(row))
    assert post(ann, content).status == 202
    assert post(ann, content + row * 2000).json["code"] == "body_too_large"
    assert ann.ask("POST", "/v1/lists", body=b" " * (limits["body_bytes"] + 1)).status == 413


def test_a_key_makes_one_import_of_two_requests(ann: Person) -> None:
    headers = {"Content-Type": "text/csv", "Idempotency-Key": str(uuid.uuid4())}
    replies = [ann.ask("POST", "/v1/imports", body=CSV, headers=headers) for _ in range(2)]
    assert replies[0].status == replies[1].status == 202
    assert replies[0].json["id"] == replies[1].json["id"]


def test_a_file_by_address_begins_when_its_last_part_is_there(door: Door, ann: Person) -> None:
    size = 4 * 1024 * 1024
    content = (b"title\r\n" + b"Buy milk for the weekend\r\n" * (size // 20))[:size]
    made = announce(ann, size=size, sha256=hashlib.sha256(content).hexdigest())
    upload = made["upload"]
    assert (made["state"], upload["parts"], upload["received"]) == ("uploading", 2, [])
    cut = upload["part_size"]
    assert send_part(door, upload, 2, content[cut:]).status == 204
    again = ann.get(made["url"])
    assert (again["state"], again["upload"]["received"]) == ("uploading", [2])
    assert send_part(door, upload, 1, content[: cut - 1]).status == 422
    for _ in range(2):
        assert send_part(door, upload, 1, content[:cut]).status == 204
    assert (ann.get(made["url"])["state"], ann.get(made["url"])["upload"]) == ("waiting", None)


def test_a_part_needs_the_fields_that_were_given(door: Door, ann: Person) -> None:
    upload = announce(ann, size=10)["upload"]
    forged = {**upload, "fields": {**upload["fields"], "signature": "0" * 64}}
    refused = send_part(door, forged, 1, b"0123456789")
    assert (refused.status, refused.json["code"]) == (403, "upload_refused")


@pytest.mark.parametrize(
    ("content", "query", "code"),
    [
        (b"", {}, "unreadable_file"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), {"name": "picture.csv"}, "unreadable_file"),
        (CSV, {"format": "xls"}, "invalid_input"),
        (CSV, {"mapping": "[]"}, "invalid_input"),
        (CSV, {"list": str(uuid.uuid4())}, "not_found"),
    ],
)
def test_what_is_no_file_is_refused(ann: Person, content: bytes, query: dict[str, str], code: str) -> None:
    for more in ({}, {"dry_run": "true"}):
        reply = post(ann, content, **query, **more)
        assert reply.json["code"] == code, reply.body
    assert ann.get("/v1/imports") == []


def test_an_announcement_says_what_it_lacks(ann: Person) -> None:
    reply = ann.ask("POST", "/v1/imports", {"size": 0, "sha256": "x"})
    assert reply.status == 422
    assert {fault["pointer"] for fault in reply.json["errors"]} == {"/name", "/size", "/sha256"}


def test_somebody_elses_import_is_not_there(ann: Person, bob: Person) -> None:
    url = announce(ann, size=10)["url"]
    for method, path in (("GET", url), ("POST", f"{url}/cancel"), ("GET", f"{url}/problems")):
        assert bob.ask(method, path).status == 404
    assert bob.ask("POST", f"{url}/start", {}).status == 404


def test_cancelling_is_harmless_twice(ann: Person) -> None:
    url = announce(ann, size=10)["url"]
    for _ in range(2):
        cancelled = ann.ask("POST", f"{url}/cancel")
        assert (cancelled.status, cancelled.json["state"]) == (200, "cancelled")
    assert ann.get(url)["state"] == "cancelled"
    started = ann.ask("POST", f"{url}/start", {})
    assert (started.status, started.json["code"]) == (409, "conflict")


def test_a_file_of_our_own_may_say_its_media_type(ann: Person) -> None:
    reply = post(ann, our_json({}), "application/vnd.todo+json")
    assert (reply.status, reply.json["format"]) == (202, "json")
    assert json.loads(reply.body)["name"] == "import"
