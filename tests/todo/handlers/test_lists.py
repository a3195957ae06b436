"""Lists, through both doors, on both databases."""

import uuid
from typing import Any

import pytest
from clients import Person
from clocks import MovableClock


def test_a_list_that_was_made_is_there(ann: Person) -> None:
    made = ann.make_list("Groceries")
    assert ann.get(made["url"]) == made
    assert ann.get("/v1/lists") == [made]


def test_nobody_else_sees_it(ann: Person, bob: Person) -> None:
    made = ann.make_list("Groceries")
    assert bob.ask("GET", made["url"]).status == 404
    assert bob.get("/v1/lists") == []


def test_a_list_of_somebody_else_is_404_everywhere(ann: Person, bob: Person) -> None:
    made = ann.make_list()
    for path in (made["url"], f"/v1/lists/{uuid.uuid4()}", f"/v1/lists/{ann.id}", "/v1/lists/none"):
        for method, below, body in (
            ("GET", "", None),
            ("PATCH", "", {"title": "mine"}),
            ("DELETE", "", None),
            ("GET", "/tasks", None),
            ("POST", "/tasks", {"title": "x"}),
            ("DELETE", "/tasks", None),
            ("GET", "/activity", None),
        ):
            reply = bob.ask(method, path + below, body)
            assert (reply.status, reply.json["code"]) == (404, "not_found"), (method, path + below)
    assert ann.get(made["url"]) == made


def test_a_new_list_says_where_it_is_and_how_it_begins(ann: Person) -> None:
    reply = ann.ask("POST", "/v1/lists", {"title": "  Home  ", "notes": "Line one\nline two"})
    made = reply.json
    assert (reply.status, reply.headers["location"], made["url"]) == (201, made["url"], f"/v1/lists/{made['id']}")
    assert (made["title"], made["notes"], made["role"], made["version"]) == ("Home", "Line one\nline two", "owner", 1)
    assert reply.headers["etag"] == f'"{made["id"]}-1"'
    assert uuid.UUID(made["id"]).version == 7


def test_lists_come_in_their_order_the_newest_last(ann: Person) -> None:
    for title in ("one", "two", "three"):
        ann.make_list(title)
    first = ann.make_list("first", order=-5)
    ann.ask("PATCH", ann.get("/v1/lists")[1]["url"], {"order": 99.5})
    assert [one["title"] for one in ann.get("/v1/lists")] == ["first", "two", "three", "one"]
    assert first["order"] == -5


def test_a_list_after_one_with_a_high_order_comes_behind_it(ann: Person) -> None:
    ann.make_list("high", order=1000)
    assert ann.make_list("next")["order"] > 1000


def test_a_change_shows_in_the_list_and_its_version(ann: Person, clock: MovableClock) -> None:
    made = ann.make_list("Home")
    clock.forward(minutes=1)
    reply = ann.ask("PATCH", made["url"], {"title": "House", "notes": "n", "order": 7})
    changed = reply.json
    assert (reply.status, changed["title"], changed["notes"], changed["order"]) == (200, "House", "n", 7)
    assert (changed["version"], changed["created_at"]) == (2, made["created_at"])
    assert changed["updated_at"] > made["updated_at"]
    assert ann.get(made["url"]) == changed


def test_changing_nothing_counts_as_nothing(ann: Person) -> None:
    made = ann.make_list("Home")
    assert ann.ask("PATCH", made["url"], {}).json == made
    assert ann.ask("PATCH", made["url"], {"title": " Home "}).json == made


def test_a_list_does_not_change_when_its_tasks_do(ann: Person) -> None:
    made = ann.make_list("Home")
    ann.add(made)
    assert ann.get(made["url"]) == made


def test_a_deleted_list_is_gone_with_its_tasks(ann: Person) -> None:
    made, other = ann.make_list("Home"), ann.make_list("Work")
    task, kept = ann.add(made), ann.add(other)
    reply = ann.ask("DELETE", made["url"])
    assert (reply.status, reply.body) == (204, b"")
    assert ann.ask("GET", made["url"]).status == 404
    assert ann.ask("GET", task["url"]).status == 404
    assert ann.ask("PATCH", task["url"], {"title": "x"}).status == 404
    assert ann.ask("POST", made["url"] + "/tasks", {"title": "x"}).status == 404
    assert ann.ask("DELETE", made["url"]).status == 404
    assert [one["title"] for one in ann.get("/v1/lists")] == ["Work"]
    assert ann.get("/v1/tasks") == [kept]


def test_a_viewer_sees_and_may_change_nothing(ann: Person, bob: Person, share: Any) -> None:
    made = ann.make_list("Home")
    task = ann.add(made)
    share(made, bob, "viewer")
    assert bob.get(made["url"]) == {**made, "role": "viewer"}
    assert bob.get(task["url"]) == task
    for method, path, body in (
        ("PATCH", made["url"], {"title": "x"}),
        ("DELETE", made["url"], None),
        ("POST", made["url"] + "/tasks", {"title": "x"}),
        ("DELETE", made["url"] + "/tasks", None),
        ("PATCH", task["url"], {"title": "x"}),
        ("DELETE", task["url"], None),
    ):
        reply = bob.ask(method, path, body)
        assert (reply.status, reply.json["code"]) == (403, "forbidden"), (method, path)


def test_an_editor_changes_everything_and_deletes_no_list(ann: Person, bob: Person, share: Any) -> None:
    made = ann.make_list("Home")
    share(made, bob, "editor")
    task = bob.add(made, "From Bob", assignee_id=ann.id)
    assert bob.ask("PATCH", made["url"], {"title": "House"}).status == 200
    assert bob.ask("DELETE", task["url"]).status == 204
    assert bob.ask("DELETE", made["url"]).status == 403
    assert ann.get(made["url"])["title"] == "House"


@pytest.mark.parametrize(
    ("new", "pointers"),
    [
        ({}, {"/title"}),
        ({"title": ""}, {"/title"}),
        ({"title": " \u00a0 "}, {"/title"}),
        ({"title": "x" * 501}, {"/title"}),
        ({"title": "a\nb"}, {"/title"}),
        ({"title": 5}, {"/title"}),
        ({"title": "x", "notes": "n" * 16_385}, {"/notes"}),
        ({"title": "x", "notes": "a\u0000b"}, {"/notes"}),
        ({"title": "x", "order": "1"}, {"/order"}),
        ({"title": "x", "order": 2e15}, {"/order"}),
        ({"title": None, "colour": "red", "order": True}, {"/title", "/colour", "/order"}),
    ],
)
@pytest.mark.parametrize("session_door", ["lambda-sqlite", "lambda-postgresql"], indirect=True)
def test_each_bad_field_is_named(ann: Person, new: dict[str, Any], pointers: set[str]) -> None:
    reply = ann.ask("POST", "/v1/lists", new)
    assert (reply.status, reply.json["code"]) == (422, "invalid_input")
    assert {fault["pointer"] for fault in reply.json["errors"]} == pointers
    assert ann.get("/v1/lists") == []


@pytest.mark.parametrize("body", [b"", b"{", b'{"title": "x"', b"\xff\xfe", b'{"title":"\\ud800"}', b'{"title": NaN}'])
@pytest.mark.parametrize("session_door", ["lambda-sqlite", "server-sqlite"], indirect=True)
def test_what_is_no_json_is_400(ann: Person, body: bytes) -> None:
    reply = ann.ask("POST", "/v1/lists", body=body)
    assert (reply.status, reply.json["code"]) == (400, "malformed_request")


def test_titles_may_be_in_any_script_and_as_long_as_it_says(ann: Person) -> None:
    title = "🛒" * 500
    assert ann.make_list(title)["title"] == title
    right_to_left = "قائمة \N{RIGHT-TO-LEFT MARK}المهام"
    assert ann.make_list(right_to_left)["title"] == right_to_left
