"""One contract at both doors: the server's socket and Lambda's events give the same answers to the same requests."""

import json
import re
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from clients import PASSWORD, Door, LambdaDoor, Reply, ServerDoor
from clocks import MovableClock
from sqlalchemy import make_url

# What the transport owns, or what no two replies share.
_OF_THE_TRANSPORT = {"date", "connection", "x-request-id", "content-length", "keep-alive", "transfer-encoding"}
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_MOMENT = re.compile(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
_SECRET = re.compile(r"todo[a-z]*_[\w-]{43}")
_CURSOR = re.compile(r"cursor=[\w%-]+")
_DIGEST = re.compile(r'"[0-9a-f]{40}"')

Step = tuple[str, str, dict[str, Any]]


class Names:
    """Ids as `id1`, `id2` ... in the order in which they appear."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def normalised(self, text: str) -> str:
        text = _CURSOR.sub("cursor=C", _SECRET.sub("secret", _MOMENT.sub("moment", text)))
        text = _DIGEST.sub('"digest"', text)
        return _ID.sub(lambda match: self._known.setdefault(match[0], f"id{len(self._known) + 1}"), text)


def steps() -> list[Step]:
    """Every kind of success and refusal, as a story; braces hold what earlier replies gave."""
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    new = {"title": "Rent", "labels": ["money"], "due": {"at": "2026-12-01T09:00:00", "time_zone": "Europe/Madrid"}}
    recurring = {"title": "Water", "due": {"date": "2026-12-01", "recurrence": "FREQ=DAILY"}}
    return [
        ("GET", "/health", {"token": None}),
        ("GET", "/ready", {"token": None}),
        ("GET", "/v1", {"token": None}),
        ("HEAD", "/v1", {"token": None}),
        ("GET", "/openapi.json", {"token": None}),
        ("GET", "/v1/me", {}),
        ("GET", "/v1/me", {"token": None}),
        ("GET", "/v1/me", {"token": "todo_unknown"}),
        ("PATCH", "/v1/me", {"json": {"name": "Änne"}}),
        ("PATCH", "/v1/me", {"json": {"password": "another one"}}),
        ("POST", "/v1/accounts", {"token": None, "json": {"email": "nobody"}}),
        ("POST", "/v1/accounts", {"token": None, "json": {"email": "{email}", "password": PASSWORD}}),
        ("POST", "/v1/sessions", {"token": None, "json": {"email": "{email}", "password": "a wrong one"}}),
        ("POST", "/v1/sessions", {"token": None, "json": {"email": "{email}", "password": PASSWORD}}),
        ("POST", "/v1/password-resets", {"token": None, "json": {"email": "{email}"}}),
        ("POST", "/v1/password-resets", {"token": None, "json": {"email": "nobody"}}),
        ("PUT", "/v1/password-resets", {"token": None, "json": {"secret": "unknown", "password": PASSWORD}}),
        ("PUT", "/v1/password-resets", {"token": None, "json": {"secret": "", "password": ""}}),
        ("POST", "/v1/tokens", {"json": {"name": "backup"}, "headers": {"Idempotency-Key": "token"}}),
        ("POST", "/v1/tokens", {"json": {"name": "backup"}, "headers": {"Idempotency-Key": "token"}}),
        ("GET", "/v1/tokens", {}),
        ("POST", "/v1/lists", {"json": {"title": "Home"}, "keep": "list"}),
        ("POST", "/v1/lists", {"json": {"title": "", "colour": "red"}}),
        ("POST", "/v1/lists", {"json": {"title": "x", "id": "{list}"}}),
        ("POST", "/v1/lists", {"body": b"{"}),
        ("POST", "/v1/lists", {"body": b""}),
        ("POST", "/v1/lists", {"body": b"\xff", "headers": {"Content-Type": "application/octet-stream"}}),
        ("POST", "/v1/lists", {"body": b"title=W%C3%A4sche&notes=", "headers": form}),
        ("GET", "/v1/lists", {}),
        ("GET", "/v1/lists?limit=1", {}),
        ("GET", "/v1/lists?limit=0&colour=red", {}),
        ("GET", "/v1/lists?cursor=x", {}),
        ("GET", "/v1/lists/{list}", {}),
        ("HEAD", "/v1/lists/{list}", {}),
        ("GET", "/v1/lists/{list}", {"headers": {"If-None-Match": '"{list}-1"'}}),
        ("HEAD", "/v1/lists/{list}", {"headers": {"If-None-Match": "*"}}),
        ("PATCH", "/v1/lists/{list}", {"json": {"title": "House"}, "headers": {"If-Match": 'W/"{list}-1"'}}),
        ("PATCH", "/v1/lists/{list}", {"json": {"title": "House"}, "headers": {"If-Match": '"{list}-1"'}}),
        ("PATCH", "/v1/lists/{list}", {"json": {"title": "x"}, "headers": {"If-Match": "bare"}}),
        ("PATCH", "/v1/lists/{list}", {"json": {"title": "x"}, "headers": {"Idempotency-Key": ""}}),
        ("POST", "/v1/lists/{list}/tasks", {"json": new, "headers": {"Idempotency-Key": "k"}, "keep": "task"}),
        ("POST", "/v1/lists/{list}/tasks", {"json": new, "headers": {"Idempotency-Key": "k"}}),
        ("POST", "/v1/lists/{list}/tasks", {"json": {"title": "Other"}, "headers": {"Idempotency-Key": "k"}}),
        ("POST", "/v1/lists/{list}/tasks", {"json": {"title": "x", "id": "{task}"}}),
        ("POST", "/v1/lists/{list}/tasks", {"json": recurring, "keep": "recurring"}),
        ("PATCH", "/v1/tasks/{recurring}", {"json": {"completed": True}}),
        ("PATCH", "/v1/tasks/{recurring}", {"json": {"completed": True}, "headers": {"If-Match": "*"}}),
        ("GET", "/v1/tasks?q=%C3%84&label=a+b%2Bc&order_by=-due", {}),
        ("GET", "/v1/tasks?limit=1&q=e", {}),
        ("GET", "/v1/tasks?q=%ff", {}),
        ("GET", "/v1/tasks?q=a&q=b", {}),
        ("GET", "/v1/tasks/{task}", {}),
        ("GET", "/v1/tasks/none", {}),
        ("GET", "/v1/tasks/" + "0" * 8 + "-0000-4000-8000-" + "0" * 12, {}),
        ("GET", "/v1/labels", {}),
        ("PATCH", "/v1/labels/money", {"json": {"name": "a/b ü"}}),
        ("DELETE", "/v1/labels/a%2Fb%20%C3%BC", {}),
        ("DELETE", "/v1/labels/none", {}),
        ("GET", "/v1/tasks/{task}/activity", {}),
        ("GET", "/v1/lists/{list}/activity?limit=2", {}),
        ("DELETE", "/v1/tasks/{task}", {}),
        ("GET", "/v1/trash", {}),
        ("POST", "/v1/tasks/{task}/restore", {}),
        ("POST", "/v1/tasks/{task}/restore", {}),
        ("DELETE", "/v1/lists/{list}/tasks?completed=false", {}),
        ("GET", "/v1/lists/{list}/members", {}),
        ("POST", "/v1/lists/{list}/links", {"json": {"role": "viewer", "name": "Fridge"}, "keep": "link"}),
        ("POST", "/v1/lists/{list}/links", {"json": {"role": "owner"}}),
        ("GET", "/v1/lists/{list}/links", {}),
        ("DELETE", "/v1/lists/{list}/links/{link}", {}),
        (
            "POST",
            "/v1/lists/{list}/invitations",
            {"json": {"email": "bob@example.org", "role": "editor"}, "keep": "bob"},
        ),
        ("GET", "/v1/lists/{list}/invitations", {}),
        ("DELETE", "/v1/lists/{list}/invitations/{bob}", {}),
        ("POST", "/v1/invitations", {"json": {"secret": "unknown"}}),
        ("PUT", "/v1/lists/{list}/members/{list}", {"json": {"role": "viewer"}}),
        ("DELETE", "/v1/lists/{list}/members/{list}", {}),
        ("PUT", "/v1/me", {"json": {}}),
        ("TRACE", "/v1/me", {}),
        ("OPTIONS", "/v1/tasks/{task}", {"token": None, "headers": {"Origin": "https://elsewhere.example"}}),
        ("OPTIONS", "/nowhere", {"token": None}),
        ("GET", "/nowhere", {}),
        ("GET", "/v1/lists/", {}),
        ("GET", "//v1/lists", {}),
        ("GET", "/v1/%6Cists", {}),
        ("DELETE", "/v1/lists/{list}", {}),
        ("DELETE", "/v1/lists/{list}", {}),
        ("POST", "/v1/lists", {"body": b'{"title": "' + b"x" * 1_048_577 + b'"}'}),
        ("DELETE", "/v1/sessions/current", {}),
        ("GET", "/v1/me", {}),
    ]


def told(door: Door) -> Iterator[tuple[str, Reply, str, dict[str, str]]]:
    """What one door says to each step: the reply, and its body and headers with ids and times taken out."""
    email = f"{uuid.uuid4()}@example.org"
    person = door.sign_up(email, name="Ann")
    names, kept = Names(), {"email": email}

    def filled(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: filled(item) for key, item in value.items()}
        return re.sub(r"\{(\w+)\}", lambda match: kept[match[1]], value) if isinstance(value, str) else value

    for method, path, options in steps():
        keep = options.pop("keep", None)
        reply = door.ask(method, filled(path), **{"token": person.token, **filled(options)})
        if keep:
            kept[keep] = reply.json["id"]
        body = reply.body.decode()
        if reply.headers.get("content-type", "").startswith("application/problem"):
            body = json.dumps({**reply.json, "request_id": ""})
        headers = {
            name: names.normalised(value) for name, value in reply.headers.items() if name not in _OF_THE_TRANSPORT
        }
        yield f"{method} {path}", reply, names.normalised(body).replace(email, "email"), headers


@pytest.fixture
def doors(database_url: str) -> Iterator[tuple[Door, Door]]:
    """Both doors over each database in turn."""
    url, clock = make_url(database_url), MovableClock()
    with ServerDoor(url, clock) as server, LambdaDoor(url, clock) as function:
        yield server, function


def test_both_doors_give_the_same_status_headers_and_body(doors: tuple[Door, Door]) -> None:
    seen = set()
    for by_socket, by_event in zip(*(told(door) for door in doors), strict=True):
        step, reply, body, headers = by_socket
        assert (step, reply.status, body) == (by_event[0], by_event[1].status, by_event[2])
        assert headers == by_event[3], step
        assert reply.headers["x-request-id"], step
        assert by_event[1].headers["x-request-id"], step
        seen.add(reply.status)
    assert seen == {200, 201, 202, 204, 304, 400, 401, 403, 404, 405, 409, 412, 413, 415, 422, 428}
