"""What stands before the body: methods, paths, ids, tokens, headers, cursors, and events that are none."""

import base64
import hashlib
import json
import uuid
from typing import Any

import pytest
from bad_input.matrix import OPERATIONS, Case, example, named, new_world, problem, with_ids
from clients import Door, FakeContext, LambdaDoor, Person, event_of
from tables import rows

from todo.handlers.resources import RESOURCES

PRIVATE = [case for case in OPERATIONS if not case.described.public]
WITH_ID = [case for case in PRIVATE if "{" in case.path]
KEYED = [case for case in OPERATIONS if case.described.keyed]
GUARDED = [case for case in OPERATIONS if case.described.guarded]
PAGES = [case for case in OPERATIONS if case.described.page]


def body_of(case: Case) -> Any:
    """A good body where one is taken."""
    return example(case) if case.described.body is not None else None


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "GET", "TRACE", "BREW", "CONNECT", "get", "HEAD"])
def test_a_method_that_is_not_there_is_refused_with_those_that_are(ann: Person, method: str) -> None:
    world = new_world(ann)
    for path, handler in RESOURCES.items():
        served = handler.methods()
        if method in served or (method == "HEAD" and "GET" in served):
            continue
        reply = ann.ask(method, path.format(**world.ids))
        if method == "HEAD":
            assert reply.status == 405
        else:
            problem(reply, 405)
        assert set(reply.headers["allow"].split(", ")) == set(served)


@pytest.mark.parametrize(
    "path",
    ["/v1/", "/v2", "/v1/lists/", "//v1/lists", "/v1/lists/../me", "/v1/%6cists/x/y", "/.env", "/" + "a" * 8000],
)
def test_a_path_that_is_not_there_is_not_found(ann: Person, path: str) -> None:
    for method in ("GET", "POST", "DELETE"):
        problem(ann.ask(method, path), 404)


BAD_IDS = [
    "x",
    "0",
    "%00",
    "%2e%2e",
    "null",
    "-" * 36,
    "g" * 36,
    "1" * 400,
    "%F0%9F%92%A9",
    "1234567812345678_234567812345678----",
]


@pytest.mark.parametrize("bad", [*BAD_IDS, "%ff", "%ed%a0%80"])
def test_an_id_that_is_none_names_nothing(door: Door, ann: Person, bad: str) -> None:
    before = rows(door)
    for case in WITH_ID:
        problem(ann.ask(case.method.upper(), with_ids(case.path, bad), body_of(case)), 404, 400)
    assert rows(door) == before


def test_what_belongs_to_somebody_else_is_not_there(door: Door, ann: Person, bob: Person) -> None:
    world = new_world(ann)
    before = rows(door)
    for case in WITH_ID:
        reply = bob.ask(case.method.upper(), case.path.format(**world.ids), body_of(case))
        assert problem(reply, 404)["code"] == "not_found"
        unknown = {name: str(uuid.uuid4()) for name in world.ids}
        never = bob.ask(case.method.upper(), case.path.format(**unknown), body_of(case))
        hidden = {name: value for name, value in reply.json.items() if name != "request_id"}
        assert hidden == {name: value for name, value in never.json.items() if name != "request_id"}
    assert rows(door) == before


def test_ids_of_others_in_queries_and_bodies_tell_nothing(door: Door, ann: Person, bob: Person) -> None:
    world, own = new_world(ann), new_world(bob)
    task = f"/v1/tasks/{own.ids['task_id']}"
    before = rows(door)
    assert bob.get("/v1/tasks", list=world.ids["list_id"]) == []
    assert bob.get("/v1/trash", list=world.ids["list_id"]) == []
    for field, status in (("parent_id", 422), ("assignee_id", 422), ("after", 422), ("list_id", 404)):
        value = ann.id if field == "assignee_id" else world.ids["list_id" if field == "list_id" else "task_id"]
        taken = problem(bob.ask("PATCH", task, {field: value}), status)
        never = problem(bob.ask("PATCH", task, {field: str(uuid.uuid4())}), status)
        assert taken["detail"] == never["detail"]
    for path, key in (("/v1/lists", "list_id"), (f"/v1/lists/{own.ids['list_id']}/tasks", "task_id")):
        problem(bob.ask("POST", path, {"title": "x", "id": world.ids[key]}), 409)
    assert rows(door) == before


AUTHORIZATIONS = {
    "empty": "",
    "no scheme": "todo_x",
    "another scheme": "Basic YW5uOnBhc3N3b3Jk",
    "no secret": "Bearer ",
    "unknown": "Bearer todo_unknown",
    "not ASCII": "Bearer \xe9\xff\xa0",
    "a control character": "Bearer a\tb",
    "SQL": "Bearer ' OR 1=1 --",
    "long": "Bearer " + "x" * 20_000,
}


@pytest.mark.parametrize("header", AUTHORIZATIONS.values(), ids=AUTHORIZATIONS)
def test_a_bad_token_opens_nothing(door: Door, ann: Person, header: str) -> None:
    world = new_world(ann)
    before = rows(door)
    for case in PRIVATE:
        path = case.path.format(**world.ids)
        reply = door.ask(case.method.upper(), path, body_of(case), headers={"Authorization": header})
        problem(reply, 401)
        assert reply.headers["www-authenticate"].startswith("Bearer")
    assert rows(door) == before


def test_without_a_token_nothing_else_of_the_request_is_judged(door: Door) -> None:
    for case in PRIVATE:
        path = with_ids(case.path, "%00")
        headers = {"If-Match": "garbage", "Idempotency-Key": " ", "Content-Type": "text/plain"}
        problem(door.ask(case.method.upper(), f"{path}?no_such=1", body=b"{", headers=headers), 401)


def test_tokens_that_expired_were_revoked_or_may_only_read_change_nothing(door: Door, ann: Person, clock: Any) -> None:
    world = new_world(ann)
    made = [
        ann.ask("POST", "/v1/tokens", {"name": "short", "expires_at": "2099-01-01T00:00:00Z"}).json,
        ann.ask("POST", "/v1/tokens", {"name": "revoked"}).json,
        ann.ask("POST", "/v1/tokens", {"name": "reader", "access": "read"}).json,
    ]
    assert ann.ask("DELETE", made[1]["url"]).status == 204
    before = rows(door)

    def ask_all(secret: str, *statuses: int) -> None:
        for case in PRIVATE:
            # Whoever may only read may sync and listen.
            if case.method != "get" and (statuses == (401,) or not case.described.reads):
                path = case.path.format(**world.ids)
                problem(door.ask(case.method.upper(), path, body_of(case), token=secret), *statuses)

    ask_all(made[1]["secret"], 401)
    ask_all(made[2]["secret"], 403)
    clock.forward(days=365 * 80)
    ask_all(made[0]["secret"], 401)
    assert rows(door) == before


@pytest.mark.parametrize("header", ["garbage", '"unclosed', "W/", '"a" "b"', ",", "", '"a",', "\xff", "*, *x"])
def test_an_if_match_that_cannot_be_read_is_named(door: Door, ann: Person, header: str) -> None:
    world = new_world(ann)
    before = rows(door)
    for case in GUARDED:
        assert named(problem(world.ask(case, json=body_of(case), headers={"If-Match": header}), 400)) == {"If-Match"}
    assert rows(door) == before


@pytest.mark.parametrize("tag", ['"x"', '"*"', 'W/""', '"' + "x" * 5000 + '"', '"a","b"'])
def test_an_if_match_of_another_state_changes_nothing(door: Door, ann: Person, tag: str) -> None:
    world = new_world(ann)
    before = rows(door)
    for case in GUARDED:
        assert "current" in problem(world.ask(case, json=body_of(case), headers={"If-Match": tag}), 412)
    assert rows(door) == before


@pytest.mark.parametrize("key", ["", "two words", "x" * 201, "schlüssel", "a\tb", "\xa0"])
def test_an_idempotency_key_that_cannot_be_used_is_named(door: Door, ann: Person, key: str) -> None:
    world = new_world(ann)
    before = rows(door)
    for case in KEYED:
        reply = world.ask(case, json=body_of(case), headers={"Idempotency-Key": key})
        assert named(problem(reply, 400)) == {"Idempotency-Key"}
    assert rows(door) == before


def test_ten_thousand_arguments_are_refused(door: Door, ann: Person) -> None:
    before = rows(door)
    for path in ("/v1/tasks", "/v1/lists"):
        problem(ann.ask("GET", f"{path}?" + "&".join(f"a{number}=1" for number in range(10_000))), 400)
    assert rows(door) == before


def test_a_host_that_is_none_is_refused(door: Door) -> None:
    for host in ("a b", "a/b", "a,b", "\xff"):
        problem(door.send("GET", "/v1", [("Host", host)], b""), 400)


def cursor_of(*parts: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


def test_a_cursor_that_was_not_given_out_is_refused(door: Door, ann: Person) -> None:
    world = new_world(ann)
    ann.make_list("another")
    ann.add({"url": f"/v1/lists/{world.ids['list_id']}"}, labels=["work"])
    before = rows(door)
    for case in PAGES:
        path = case.path.format(**world.ids)
        garbage = [
            "x",
            "====",
            "%%%",
            "\xff",
            "A" * 1024,
            cursor_of(),
            cursor_of(1),
            cursor_of("a", "b", "c"),
            "bnVsbA",
        ]
        garbage += [base64.urlsafe_b64encode(b"[" * 700).decode(), base64.urlsafe_b64encode(b"\xff" * 30).decode()]
        for cursor in garbage:
            found = problem(ann.ask("GET", path, query={"cursor": cursor}), 400)
            assert found["code"] == "bad_cursor"
        assert named(problem(ann.ask("GET", path, query={"cursor": "x" * 2000}), 422)) == {"cursor"}
    assert rows(door) == before


def test_a_cursor_with_bad_insides_for_the_right_query_is_refused(ann: Person) -> None:
    """Its hash is no secret: whoever reads one can make others."""
    world = new_world(ann)
    ann.make_list("another")
    ann.add({"url": f"/v1/lists/{world.ids['list_id']}"}, labels=["work"])
    values: list[Any] = [
        None,
        True,
        10**30,
        -(10**400),
        "a\0b",
        "\ud800",
        [],
        {},
        "0001-01-01T00:00:00+14:00",
        "soon",
        1e308,
        "",
        "x" * 500,
    ]
    seen = 0
    for case in PAGES:
        path = case.path.format(**world.ids)
        sorts: list[str | None] = [None]
        if "tasks" in path and "activity" not in path:
            sorts = [None, "due", "-priority", "-created"]
        for order_by in sorts:
            query = {"limit": 1} | ({"order_by": order_by} if order_by else {})
            first = ann.ask("GET", path, query=query)
            assert first.status == 200
            if "link" not in first.headers:
                continue
            seen += 1
            cursor = (
                first.headers["link"].partition("cursor=")[2].partition(">")[0].partition("&")[0].replace("%3D", "")
            )
            made_for, key, item_id = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
            for value in values:
                for parts in ((made_for, value, item_id), (made_for, key, value)):
                    forged = cursor_of(*parts)
                    reply = ann.ask("GET", path, query={**query, "cursor": forged})
                    if reply.status != 200:  # a value that might have been one is no harm
                        problem(reply, 400, 422)
            other = ann.ask("GET", path, query={"limit": 1, "cursor": cursor_of("another", key, item_id)})
            assert problem(other, 400)["code"] == "bad_cursor"
    assert seen >= 8


EVENTS: list[Any] = [
    None,
    {},
    [],
    "text",
    5,
    {"Records": [{"eventSource": "aws:sqs", "body": "{}"}]},
    {"version": "2.0"},
    {"version": "2.0", "requestContext": None},
    {"version": "2.0", "requestContext": {"http": None}},
    {"version": "2.0", "requestContext": {"http": {}}},
    {"version": "9.9", "requestContext": {"http": {"method": "GET", "path": "/v1"}}},
    {"httpMethod": "GET", "path": None, "resource": "/", "requestContext": {}},
    {"httpMethod": 5, "path": "/v1", "resource": "/", "requestContext": {}, "headers": []},
]


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: hashlib.sha256(repr(event).encode()).hexdigest()[:6])
def test_an_event_that_is_no_request_is_refused(door: Door, event: Any) -> None:
    if isinstance(door, LambdaDoor):
        reply = door._handler(event, FakeContext())
        assert reply["statusCode"] == 400, reply
        assert json.loads(reply["body"])["code"] in ("bad_request", "malformed_request")


@pytest.mark.parametrize("field", ["headers", "rawPath", "rawQueryString", "body", "isBase64Encoded", "cookies"])
@pytest.mark.parametrize("value", [None, 5, [], {}, "\ud800"], ids=["null", "number", "array", "object", "surrogate"])
def test_an_event_with_a_field_of_a_wrong_type_is_answered(door: Door, field: str, value: Any) -> None:
    if isinstance(door, LambdaDoor):
        event = event_of("POST", "/v1/lists", [("Host", "todo.example.org")], b"{}") | {field: value}
        reply = door._handler(event, FakeContext())
        assert 400 <= reply["statusCode"] < 500, reply
        assert "Traceback" not in reply["body"]
