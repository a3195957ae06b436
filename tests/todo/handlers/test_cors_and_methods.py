"""Methods, and the headers of every reply."""

import re
import uuid
from typing import Any

import pytest
from clients import Door, Person

from todo.handlers.resources import RESOURCES


def filled(path: str) -> str:
    return re.sub(r"\{\w+\}", str(uuid.uuid4()), path)


@pytest.mark.parametrize("path", RESOURCES)
@pytest.mark.parametrize("session_door", ["lambda-sqlite", "server-sqlite"], indirect=True)
def test_a_method_that_is_not_served_is_405_with_those_that_are(door: Door, path: str) -> None:
    allowed = RESOURCES[path].methods()
    refused = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE"} - set(allowed)
    for method in refused:
        reply = door.ask(method, filled(path))
        assert (reply.status, reply.headers["allow"]) == (405, ", ".join(allowed)), method
        if method != "HEAD":
            assert reply.json["code"] == "method_not_allowed"


@pytest.mark.parametrize("path", RESOURCES)
@pytest.mark.parametrize("session_door", ["lambda-sqlite", "server-sqlite"], indirect=True)
def test_options_says_what_is_allowed_and_needs_no_token(door: Door, path: str) -> None:
    reply = door.ask(
        "OPTIONS",
        filled(path),
        headers={"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "PATCH"},
    )
    methods = ", ".join(RESOURCES[path].methods())
    assert (reply.status, reply.body, reply.headers["allow"]) == (204, b"", methods)
    assert reply.headers["access-control-allow-methods"] == methods
    allowed = set(reply.headers["access-control-allow-headers"].split(", "))
    assert allowed >= {"Authorization", "Content-Type", "Idempotency-Key", "If-Match", "If-None-Match"}
    assert int(reply.headers["access-control-max-age"]) > 0


def test_the_index_lists_every_route_with_its_methods(door: Door) -> None:
    index = door.ask("GET", "/v1").json
    assert {route["path"]: tuple(route["methods"]) for route in index["routes"]} == {
        path: handler.methods() for path, handler in RESOURCES.items()
    }
    assert index["name"] == "todo"
    assert index["limits"]["tasks_per_list"] == 100_000


def test_head_answers_as_get_does_without_a_body(ann: Person, caplog: pytest.LogCaptureFixture) -> None:
    home = ann.make_list()
    for title in "ab":
        ann.add(home, title)
    for path in ("/health", "/ready", "/v1", "/v1/me", home["url"], home["url"] + "/tasks?limit=1", "/openapi.json"):
        get, head = (ann.ask(method, path) for method in ("GET", "HEAD"))
        assert (head.status, head.body) == (get.status, b"") == (200, b"")
        ignored = {"date", "x-request-id"}
        assert {k: v for k, v in head.headers.items() if k not in ignored} == {
            k: v for k, v in get.headers.items() if k not in ignored
        }, path
    assert ann.ask("HEAD", f"/v1/tasks/{uuid.uuid4()}").status == 404
    assert [record.getMessage() for record in caplog.records if record.levelname == "ERROR"] == []


def replies(ann: Person) -> list[tuple[str, Any]]:
    home = ann.make_list()
    task = ann.add(home)
    stale = {"If-Match": '"stale"'}
    return [
        ("200", ann.ask("GET", home["url"])),
        ("201", ann.ask("POST", "/v1/lists", {"title": "x"})),
        ("204", ann.ask("DELETE", task["url"])),
        ("304", ann.ask("GET", home["url"], headers={"If-None-Match": "*"})),
        ("400", ann.ask("POST", "/v1/lists", body=b"{")),
        ("401", ann.door.ask("GET", "/v1/me")),
        ("404", ann.ask("GET", "/v1/nowhere")),
        ("404", ann.ask("GET", "/nowhere")),
        ("405", ann.ask("PUT", "/v1/me")),
        ("412", ann.ask("PATCH", home["url"], {"title": "x"}, headers=stale)),
        ("415", ann.ask("POST", "/v1/lists", body=b"x", headers={"Content-Type": "text/plain"})),
        ("422", ann.ask("POST", "/v1/lists", {})),
    ]


def test_every_reply_has_a_request_id_cors_and_what_it_varies_by(ann: Person) -> None:
    ids = set()
    for expected, reply in replies(ann):
        assert str(reply.status) == expected, reply.body
        headers = reply.headers
        ids.add(headers["x-request-id"])
        assert headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in headers
        exposed = set(headers["access-control-expose-headers"].split(", "))
        assert exposed == {"ETag", "Link", "Location", "Retry-After", "X-Operation-Id", "X-Request-Id"}
        assert headers["vary"] == "Authorization, Cookie"
        assert headers["cache-control"] == "private, no-cache"
        assert headers["x-content-type-options"] == "nosniff"
        assert "server" not in headers
        if reply.status >= 400:
            assert headers["content-type"].startswith("application/problem+json")
            problem = reply.json
            assert (problem["status"], problem["request_id"]) == (reply.status, headers["x-request-id"])
            assert problem["title"]
            assert problem["code"]
    assert len(ids) == len(replies(ann))


def test_the_request_id_is_in_the_logs(ann: Person, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "todo.request")
    reply = ann.ask("GET", "/v1/lists")
    # The line is written once the reply is on its way, and before the next request is looked at.
    ann.ask("GET", "/v1/me")
    logged = [record for record in caplog.records if record.name == "todo.request"]
    assert reply.headers["x-request-id"] in [record.__dict__["request_id"] for record in logged]
    assert "/v1/lists" in [record.__dict__["route"] for record in logged]


def test_health_and_readiness_need_no_token(door: Door) -> None:
    for path in ("/health", "/ready"):
        reply = door.ask("GET", path)
        assert (reply.status, reply.json) == (200, {"status": "ok"})


@pytest.mark.parametrize("path", ["/v1/", "/v2", "/v1/lists/", "/v1/tasks//", "/v1/listsx", "/V1", "/v1/me/x"])
@pytest.mark.parametrize("session_door", ["lambda-sqlite", "server-sqlite"], indirect=True)
def test_there_is_nothing_beside_the_resources(door: Door, path: str) -> None:
    for method in ("GET", "POST", "DELETE"):
        reply = door.ask(method, path)
        assert (reply.status, reply.json["code"]) == (404, "not_found")
