"""Tokens: bearer secrets with a name, what they may do, and their end."""

import uuid
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from clients import Door, Person
from clocks import MovableClock
from sqlalchemy import select

from todo.models import Token
from todo.services.actor import digest_of

WRITES = [
    ("POST", "/v1/lists", {"title": "x"}),
    ("PATCH", "{list}", {"title": "x"}),
    ("DELETE", "{list}", None),
    ("POST", "{list}/tasks", {"title": "x"}),
    ("DELETE", "{list}/tasks", None),
    ("PATCH", "{task}", {"title": "x"}),
    ("DELETE", "{task}", None),
    ("POST", "{task}/restore", None),
    ("PATCH", "/v1/labels/home", {"name": "x"}),
    ("DELETE", "/v1/labels/home", None),
    ("PATCH", "/v1/me", {"name": "x"}),
    ("DELETE", "/v1/me", None),
    ("POST", "/v1/tokens", {"name": "x"}),
    ("DELETE", f"/v1/tokens/{uuid.uuid4()}", None),
    ("DELETE", "/v1/sessions/current", None),
]
READS = ["/v1/me", "/v1/lists", "{list}", "{list}/tasks", "{task}", "/v1/tasks", "/v1/trash", "/v1/labels"]


def test_a_token_that_may_only_read_is_refused_every_write(door: Door, ann: Person) -> None:
    home = ann.make_list()
    task = ann.add(home, labels=["home"])
    places = {"list": home["url"], "task": task["url"]}
    secret = ann.ask("POST", "/v1/tokens", {"name": "look", "access": "read"}).json["secret"]
    for path in READS:
        assert door.ask("GET", path.format(**places), token=secret).status == 200
    for method, path, body in WRITES:
        reply = door.ask(method, path.format(**places), body, token=secret)
        assert (reply.status, reply.json["code"]) == (403, "forbidden"), (method, path)
    assert ann.get(task["url"]) == task


def test_the_token_that_asks_is_the_current_one(door: Door, ann: Person) -> None:
    made = ann.ask("POST", "/v1/tokens", {"name": "backup", "access": "read"}).json
    session, named = (door.ask("GET", "/v1/tokens", token=token).json for token in (ann.token, made["secret"]))
    assert [(each["kind"], each["current"]) for each in session] == [("token", False), ("session", True)]
    assert [(each["kind"], each["current"]) for each in named] == [("token", True), ("session", False)]


def test_the_secret_is_shown_once_and_only_its_digest_is_kept(door: Door, ann: Person) -> None:
    reply = ann.ask("POST", "/v1/tokens", {"name": "backup"})
    made = reply.json
    assert (reply.status, reply.headers["location"]) == (201, made["url"])
    assert len(made["secret"]) >= 43 + len("todo_")
    listed = ann.ask("GET", "/v1/tokens")
    assert made["secret"].encode() not in listed.body
    assert {key: value for key, value in made.items() if key != "secret"} | {"current": False} in listed.json
    row = door.database.read(lambda session: session.scalars(select(Token).where(Token.id == UUID(made["id"]))).one())
    assert row.digest == digest_of(made["secret"])
    assert made["secret"] not in str(vars(row))


def test_an_expired_token_is_refused_and_no_longer_listed(door: Door, ann: Person, clock: MovableClock) -> None:
    soon = (datetime.now(UTC) + timedelta(days=2)).isoformat()
    made = ann.ask("POST", "/v1/tokens", {"name": "guest", "expires_at": soon}).json
    clock.forward(days=1)
    assert door.ask("GET", "/v1/me", token=made["secret"]).status == 200
    clock.forward(days=2)
    assert door.ask("GET", "/v1/me", token=made["secret"]).status == 401
    assert made["id"] not in {token["id"] for token in ann.get("/v1/tokens")}


def test_a_token_without_an_expiry_outlives_sessions(door: Door, ann: Person, clock: MovableClock) -> None:
    made = ann.ask("POST", "/v1/tokens", {"name": "forever"}).json
    assert made["expires_at"] is None
    clock.forward(days=4000)
    assert door.ask("GET", "/v1/me", token=made["secret"]).status == 200


def test_a_revoked_token_stops_working_at_once(door: Door, ann: Person) -> None:
    made = ann.ask("POST", "/v1/tokens", {"name": "lost"}).json
    assert ann.ask("DELETE", made["url"]).status == 204
    assert door.ask("GET", "/v1/me", token=made["secret"]).status == 401
    assert ann.ask("DELETE", made["url"]).status == 404


def test_the_token_of_somebody_else_cannot_be_seen_or_revoked(door: Door, ann: Person, bob: Person) -> None:
    made = ann.ask("POST", "/v1/tokens", {"name": "mine"}).json
    assert made["id"] not in {token["id"] for token in bob.get("/v1/tokens")}
    assert bob.ask("DELETE", made["url"]).status == 404
    assert door.ask("GET", "/v1/me", token=made["secret"]).status == 200


def test_tokens_are_listed_latest_first_with_the_session_that_asks(ann: Person, clock: MovableClock) -> None:
    for name in ("one", "two"):
        clock.forward(seconds=1)
        ann.ask("POST", "/v1/tokens", {"name": name})
    assert [(token["name"], token["kind"]) for token in ann.get("/v1/tokens")] == [
        ("two", "token"),
        ("one", "token"),
        ("log-in", "session"),
    ]


@pytest.mark.parametrize(
    ("new", "pointer"),
    [
        ({}, "/name"),
        ({"name": "  "}, "/name"),
        ({"name": "x", "access": "admin"}, "/access"),
        ({"name": "x", "expires_at": "2020-01-01T00:00:00Z"}, "/expires_at"),
        ({"name": "x", "expires_at": "2999-01-01T00:00:00"}, "/expires_at"),
        ({"name": "x", "expires_at": "9999-12-31T23:59:59-12:00"}, "/expires_at"),
    ],
)
@pytest.mark.parametrize("session_door", ["lambda-sqlite", "lambda-postgresql"], indirect=True)
def test_a_bad_token_is_refused_with_the_field(ann: Person, new: dict[str, str], pointer: str) -> None:
    reply = ann.ask("POST", "/v1/tokens", new)
    assert (reply.status, [fault["pointer"] for fault in reply.json["errors"]]) == (422, [pointer])
