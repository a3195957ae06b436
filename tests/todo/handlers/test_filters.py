"""Finding tasks: each filter, all of them together, and what they refuse."""

from itertools import product
from typing import Any

import pytest
from clients import Person
from clocks import MovableClock

# What is asked of the database is the same whatever door the question came through.
pytestmark = pytest.mark.parametrize("session_door", ["lambda-sqlite", "lambda-postgresql"], indirect=True)


def found(person: Person, **query: Any) -> set[str]:
    """The titles found across lists; the same are found in the one list that there is."""
    across = {task["title"] for task in person.get("/v1/tasks", **query)}
    for one in person.get("/v1/lists"):
        inside = {task["title"] for task in person.get(one["url"] + "/tasks", **query)}
        assert inside <= across
    return across


@pytest.fixture
def home(ann: Person) -> dict[str, Any]:
    return ann.make_list()


def test_without_a_filter_everything_is_found(ann: Person, home: dict[str, Any]) -> None:
    other = ann.make_list()
    ann.add(home, "a", completed=True)
    ann.add(other, "b")
    assert found(ann) == {"a", "b"}
    assert {task["title"] for task in ann.get("/v1/tasks", list=home["id"])} == {"a"}


def test_by_completion(ann: Person, home: dict[str, Any]) -> None:
    ann.add(home, "done", completed=True)
    ann.add(home, "open")
    assert found(ann, completed="true") == {"done"}
    assert found(ann, completed="false") == {"open"}


def test_by_priority(ann: Person, home: dict[str, Any]) -> None:
    for priority in range(5):
        ann.add(home, str(priority), priority=priority)
    for priority in range(5):
        assert found(ann, priority=priority) == {str(priority)}


def test_by_label_in_any_case(ann: Person, home: dict[str, Any]) -> None:
    ann.add(home, "a", labels=["Straße", "x"])
    ann.add(home, "b", labels=["other"])
    for name in ("Straße", "STRASSE", " strasse "):
        assert found(ann, label=name) == {"a"}
    assert found(ann, label="stra") == set()


def test_by_assignee_and_by_parent(ann: Person, bob: Person, home: dict[str, Any], share: Any) -> None:
    share(home, bob, "editor")
    top = ann.add(home, "top", assignee_id=bob.id)
    ann.add(home, "below", parent_id=top["id"], assignee_id=ann.id)
    ann.add(home, "nobody's")
    assert found(ann, assignee=bob.id) == {"top"}
    assert found(bob, assignee=ann.id) == {"below"}
    assert found(ann, parent=top["id"]) == {"below"}


DUES: dict[str, dict[str, str] | None] = {
    "22": {"date": "2026-11-22"},
    "23": {"date": "2026-11-23"},
    "24": {"date": "2026-11-24"},
    # The 23rd at 23:30 in New York is the 24th at 04:30 in UTC.
    "23 late": {"at": "2026-11-23T23:30:00", "time_zone": "America/New_York"},
    # The 24th at 08:00 in Auckland is the 23rd at 19:00 in UTC.
    "24 early": {"at": "2026-11-24T08:00:00", "time_zone": "Pacific/Auckland"},
    "never": None,
}


BY_DUE: list[tuple[dict[str, str], set[str]]] = [
    ({"due_before": "2026-11-23"}, {"22"}),
    ({"due_before": "2026-11-24"}, {"22", "23", "23 late"}),
    ({"due_before": "2026-11-25"}, {"22", "23", "24", "23 late", "24 early"}),
    ({"due_after": "2026-11-24"}, {"24", "24 early"}),
    ({"due_after": "2026-11-25"}, set()),
    ({"due_after": "2026-11-23", "due_before": "2026-11-24"}, {"23", "23 late"}),
    ({"due_before": "2026-11-23T19:00:00Z"}, {"22"}),
    ({"due_before": "2026-11-23T19:00:01Z"}, {"22", "24 early"}),
    ({"due_before": "2026-11-24T04:30:00Z"}, {"22", "23", "24 early"}),
    ({"due_before": "2026-11-24T04:30:01Z"}, {"22", "23", "24 early", "23 late"}),
    ({"due_before": "2026-11-24T05:30:01+01:00"}, {"22", "23", "24 early", "23 late"}),
    ({"due_after": "2026-11-23T19:00:00Z"}, {"23", "24", "24 early", "23 late"}),
    ({"due_after": "2026-11-23T19:00:01Z"}, {"23", "24", "23 late"}),
    ({"due_after": "2026-11-24T04:30:00Z"}, {"24", "23 late"}),
    ({"due_after": "2026-11-24T04:30:01Z"}, {"24"}),
]


def test_by_due_dates_and_moments(ann: Person, home: dict[str, Any]) -> None:
    for title, due in DUES.items():
        ann.add(home, title, due=due)
    for query, expected in BY_DUE:
        assert found(ann, **query) == expected, query


BY_TEXT: list[tuple[str, set[str]]] = [
    ("100%", {"100% wool"}),
    ("%", {"100% wool"}),
    ("_", {"snake_case"}),
    ("e_c", {"snake_case"}),
    ("/", {"a/b"}),
    ("\\", {"back\\slash"}),
    ("WOOL", {"100% wool", "notes"}),
    ("äpfel", {"ÄPFEL kaufen"}),
    ("Ä", {"ÄPFEL kaufen"}),
    ("strasse", {"Straße"}),
    ("STRAßE", {"Straße"}),
    ("İ", {"İstanbul"}),
    ("i̇stanbul", {"İstanbul"}),
    ("δ", {"ΔΕΛΤΑ"}),
    ("日本", {"日本語"}),
    ("wool\x20", set()),
    ("'; DROP TABLE tasks; --", set()),
]
TITLES = ["100% wool", "snake_case", "a/b", "back\\slash", "ÄPFEL kaufen", "Straße", "İstanbul", "ΔΕΛΤΑ", "日本語"]


def test_by_text_in_title_and_notes_in_any_case_with_no_wildcards(ann: Person, home: dict[str, Any]) -> None:
    for title in TITLES:
        ann.add(home, title)
    ann.add(home, "notes", notes="some\nwool")
    for q, expected in BY_TEXT:
        assert found(ann, q=q) == expected, q


def test_by_when_it_was_changed(ann: Person, home: dict[str, Any], clock: MovableClock) -> None:
    old = ann.add(home, "old")
    clock.forward(minutes=1)
    new = ann.add(home, "new")
    assert found(ann, updated_since=new["updated_at"]) == {"new"}
    assert found(ann, updated_since=old["updated_at"]) == {"old", "new"}
    clock.forward(minutes=1)
    ann.ask("PATCH", old["url"], {"priority": 1})
    assert found(ann, updated_since=new["updated_at"].replace("Z", "+00:00")) == {"old", "new"}
    clock.forward(minutes=1)
    since = ann.ask("PATCH", old["url"], {"priority": 2}).json["updated_at"]
    assert found(ann, updated_since=since) == {"old"}


def test_together_they_narrow(ann: Person, home: dict[str, Any]) -> None:
    """Every combination of three filters finds what satisfies all of them."""
    choices = list(product((False, True), (0, 3), ("a", "b"), ("2026-11-22", None)))
    for completed, priority, label, due in choices:
        ann.add(
            home,
            f"{completed} {priority} {label} {due}",
            completed=completed,
            priority=priority,
            labels=[label],
            due=due and {"date": due},
        )
    for completed, priority, label, due in choices:
        query: dict[str, Any] = {"completed": str(completed).lower(), "priority": priority, "label": label}
        expected = {f"{completed} {priority} {label} {one}" for one in ("2026-11-22", None)}
        assert found(ann, **query) == expected
        if due is not None:
            query |= {"due_before": "2026-11-23", "q": str(completed), "list": home["id"]}
            assert {task["title"] for task in ann.get("/v1/tasks", **query)} == {
                f"{completed} {priority} {label} {due}"
            }


def test_nothing_of_others_is_ever_found(ann: Person, bob: Person) -> None:
    theirs = bob.make_list()
    task = bob.add(theirs, "secret", labels=["a"], due={"date": "2026-11-23"}, assignee_id=bob.id)
    queries: list[dict[str, Any]] = [
        {},
        {"list": theirs["id"]},
        {"q": "secret"},
        {"label": "a"},
        {"assignee": bob.id},
        {"parent": task["id"]},
        {"due_after": "2000-01-01"},
    ]
    for query in queries:
        assert ann.get("/v1/tasks", **query) == []


@pytest.mark.parametrize(
    ("query", "parameters"),
    [
        ({"completed": "yes?"}, {"completed"}),
        ({"priority": "5"}, {"priority"}),
        ({"priority": "high"}, {"priority"}),
        ({"due_before": "tomorrow!!"}, {"due_before"}),
        ({"due_before": "2026-11-23T09:00:00"}, {"due_before"}),
        ({"due_after": "2026-02-30"}, {"due_after"}),
        ({"due_after": "9999-12-31T23:59:59-12:00"}, {"due_after"}),
        ({"updated_since": "2026-11-23T09:00:00"}, {"updated_since"}),
        ({"updated_since": "9999-12-31T23:59:59-12:00"}, {"updated_since"}),
        ({"updated_since": "0001-01-01T00:00:00+12:00"}, {"updated_since"}),
        ({"assignee": "me"}, {"assignee"}),
        ({"list": "1"}, {"list"}),
        ({"q": ""}, {"q"}),
        ({"q": "x" * 201}, {"q"}),
        ({"q": "a\0b"}, {"q"}),
        ({"label": ""}, {"label"}),
        ({"order_by": "colour"}, {"order_by"}),
        ({"colour": "red"}, {"colour"}),
        ({"limit": "0"}, {"limit"}),
        ({"limit": "501"}, {"limit"}),
        ({"limit": "-1"}, {"limit"}),
        ({"limit": "ten", "priority": "9", "colour": "red"}, {"limit", "priority", "colour"}),
        ([("priority", "1"), ("priority", "2")], {"priority"}),
    ],
)
def test_each_bad_parameter_is_named(ann: Person, query: Any, parameters: set[str]) -> None:
    reply = ann.ask("GET", "/v1/tasks", query=query)
    assert (reply.status, reply.json["code"]) == (422, "invalid_input")
    assert {fault["parameter"] for fault in reply.json["errors"]} == parameters


def test_text_that_is_no_utf_8_is_refused(ann: Person) -> None:
    assert ann.ask("GET", "/v1/tasks?q=%ff").status == 422


def test_a_list_cannot_be_asked_for_another(ann: Person, home: dict[str, Any]) -> None:
    reply = ann.ask("GET", home["url"] + "/tasks", query={"list": home["id"]})
    assert (reply.status, reply.json["errors"][0]["parameter"]) == (422, "list")
