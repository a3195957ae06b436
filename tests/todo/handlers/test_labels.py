"""Labels: counted, renamed and removed over everything one sees."""

from typing import Any
from urllib.parse import quote

import pytest
from clients import Person
from doors import ONE_DOOR_EACH


def test_labels_are_counted_over_all_lists_and_without_the_trash(ann: Person) -> None:
    home, work = ann.make_list(), ann.make_list()
    ann.add(home, labels=["Money", "b"])
    ann.add(work, labels=["money"], completed=True)
    gone = ann.add(work, labels=["money", "only in the trash"])
    ann.ask("DELETE", gone["url"])
    assert ann.get("/v1/labels") == [
        {"name": "b", "url": "/v1/labels/b", "tasks": 1, "open_tasks": 1},
        {"name": "Money", "url": "/v1/labels/Money", "tasks": 2, "open_tasks": 1},
    ]


def test_nobody_sees_the_labels_of_others(ann: Person, bob: Person, share: Any) -> None:
    home, secret = ann.make_list(), ann.make_list()
    ann.add(home, labels=["shared"])
    ann.add(secret, labels=["shared", "secret"])
    assert bob.get("/v1/labels") == []
    share(home, bob, "viewer")
    assert [(label["name"], label["tasks"]) for label in bob.get("/v1/labels")] == [("shared", 1)]


def test_renaming_changes_every_task_and_counts_lists_and_tasks(ann: Person) -> None:
    home, work = ann.make_list(), ann.make_list()
    tasks = [ann.add(home, labels=["x", "Old"]), ann.add(home, labels=["OLD"]), ann.add(work, labels=["old", "y"])]
    other = ann.add(work, labels=["older"])
    reply = ann.ask("PATCH", "/v1/labels/oLd", {"name": " New "})
    assert (reply.status, reply.json) == (200, {"name": "New", "lists": 2, "tasks": 3})
    assert [ann.get(task["url"])["labels"] for task in tasks] == [["x", "New"], ["New"], ["New", "y"]]
    assert [ann.get(task["url"])["version"] for task in tasks] == [2, 2, 2]
    assert ann.get(other["url"]) == other
    assert len(ann.get("/v1/tasks", label="new")) == 3
    assert ann.ask("PATCH", "/v1/labels/old", {"name": "x"}).status == 404


def test_renaming_to_another_label_makes_one_of_both(ann: Person) -> None:
    home = ann.make_list()
    both, one = ann.add(home, labels=["a", "c", "B"]), ann.add(home, labels=["a"])
    ann.ask("PATCH", "/v1/labels/a", {"name": "b"})
    assert ann.get(both["url"])["labels"] == ["b", "c"]
    assert ann.get(one["url"])["labels"] == ["b"]
    assert [(label["name"], label["tasks"]) for label in ann.get("/v1/labels")] == [("b", 2), ("c", 1)]


def test_a_label_can_be_spelled_anew_and_given_the_name_it_has(ann: Person) -> None:
    task = ann.add(ann.make_list(), labels=["home"])
    assert ann.ask("PATCH", "/v1/labels/home", {"name": "Home"}).json["tasks"] == 1
    assert ann.ask("PATCH", "/v1/labels/home", {"name": "Home"}).json == {"name": "Home", "lists": 0, "tasks": 0}
    assert (ann.get(task["url"])["labels"], ann.get(task["url"])["version"]) == (["Home"], 2)


def test_removing_takes_it_off_every_task(ann: Person) -> None:
    home = ann.make_list()
    task = ann.add(home, labels=["a", "b"])
    reply = ann.ask("DELETE", "/v1/labels/A")
    assert (reply.status, reply.json) == (200, {"name": "A", "lists": 1, "tasks": 1})
    assert ann.get(task["url"])["labels"] == ["b"]
    assert ann.get("/v1/tasks", label="a") == []
    assert ann.ask("DELETE", "/v1/labels/a").status == 404


def test_what_is_in_the_trash_is_renamed_too(ann: Person) -> None:
    task = ann.add(ann.make_list(), labels=["a"])
    ann.ask("DELETE", task["url"])
    ann.ask("PATCH", "/v1/labels/a", {"name": "b"})
    assert ann.ask("POST", task["url"] + "/restore").json["labels"] == ["b"]


def test_labels_change_only_where_one_may_change_the_list(ann: Person, bob: Person, share: Any) -> None:
    mine, shown, shared = ann.make_list(), bob.make_list(), bob.make_list()
    share(shown, ann, "viewer")
    share(shared, ann, "editor")
    ann.add(mine, labels=["a"])
    untouched, changed = bob.add(shown, labels=["a"]), bob.add(shared, labels=["a"])
    private = bob.add(bob.make_list(), labels=["a"])
    assert ann.ask("PATCH", "/v1/labels/a", {"name": "b"}).json == {"name": "b", "lists": 2, "tasks": 2}
    assert bob.get(untouched["url"]) == untouched
    assert bob.get(private["url"]) == private
    assert bob.get(changed["url"])["labels"] == ["b"]
    assert ann.ask("DELETE", "/v1/labels/a").status == 404


@pytest.mark.parametrize("name", ["a b", "100%", "a+b", "Straße", "İstanbul", "日本", "?#&", "...", "a\\b", "🏠"])
@ONE_DOOR_EACH
def test_a_label_is_found_by_its_address_whatever_is_in_its_name(ann: Person, name: str) -> None:
    task = ann.add(ann.make_list(), labels=[name])
    (label,) = ann.get("/v1/labels")
    assert label["name"] == name
    assert ann.ask("PATCH", label["url"], {"name": "plain"}).status == 200
    assert ann.get(task["url"])["labels"] == ["plain"]


def test_a_name_with_a_slash_is_found_by_its_address(ann: Person) -> None:
    ann.add(ann.make_list(), labels=["a/b"])
    (label,) = ann.get("/v1/labels")
    assert label["url"] == "/v1/labels/" + quote("a/b", safe="")
    assert ann.ask("DELETE", label["url"]).json == {"name": "a/b", "lists": 1, "tasks": 1}


@pytest.mark.parametrize("path", ["/v1/labels/%00", "/v1/labels/a%00b", "/v1/labels/%20", "/v1/labels/" + "x" * 2000])
@ONE_DOOR_EACH
def test_a_name_that_no_label_can_have_is_not_found(ann: Person, path: str) -> None:
    ann.add(ann.make_list(), labels=["a"])
    assert ann.ask("PATCH", path, {"name": "x"}).status == 404
    assert ann.ask("DELETE", path).status == 404


@pytest.mark.parametrize("body", [{}, {"name": ""}, {"name": "x" * 61}, {"name": "a\nb"}, {"name": "x", "color": 1}])
@ONE_DOOR_EACH
def test_a_bad_new_name_is_refused(ann: Person, body: dict[str, Any]) -> None:
    task = ann.add(ann.make_list(), labels=["a"])
    assert ann.ask("PATCH", "/v1/labels/a", body).status == 422
    assert ann.get(task["url"]) == task


@ONE_DOOR_EACH
def test_labels_come_by_name_and_by_pages(ann: Person) -> None:
    names = ["Äpfel", "apples", "Zoo", "éclair", "zebra", "100"]
    ann.add(ann.make_list(), labels=names)
    seen: list[str] = []
    reply = ann.ask("GET", "/v1/labels?limit=4")
    seen += [label["name"] for label in reply.json]
    reply = ann.ask("GET", reply.headers["link"].split(">")[0].lstrip("<"))
    seen += [label["name"] for label in reply.json]
    assert "link" not in reply.headers
    assert seen == sorted(names, key=str.casefold)


@pytest.mark.parametrize("name", [".", "..", " .. ", "\u3000."])
@ONE_DOOR_EACH
def test_what_no_address_can_name_is_no_label(ann: Person, name: str) -> None:
    home = ann.make_list()
    task = ann.add(home, labels=["a", "...", ".a", "a."])
    replies = [
        ann.ask("POST", home["url"] + "/tasks", {"title": "x", "labels": [name]}),
        ann.ask("PATCH", task["url"], {"labels": ["a", name]}),
        ann.ask("PATCH", "/v1/labels/a", {"name": name}),
    ]
    assert [reply.status for reply in replies] == [422] * 3
    pointers = [reply.json["errors"][0]["pointer"] for reply in replies]
    assert pointers == ["/labels/0", "/labels/1", "/name"]
    assert all("other than `.` and `..`" in reply.json["errors"][0]["detail"] for reply in replies)
    assert ann.ask("POST", "/v1/quick-add", {"list_id": home["id"], "text": f"x #{name.strip()}"}).json["labels"] == []
    assert ann.get(task["url"])["labels"] == task["labels"]
