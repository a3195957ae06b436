"""Activity: who did what, when, and what it was before and after."""

import uuid
from typing import Any

from clients import Person
from clocks import MovableClock
from doors import ONE_DOOR_EACH


def kinds(person: Person, thing: dict[str, Any]) -> list[str]:
    return [entry["kind"] for entry in person.get(thing["url"] + "/activity")]


def test_what_happened_says_who_when_and_what_it_was_before_and_after(
    ann: Person, bob: Person, share: Any, clock: MovableClock
) -> None:
    home = ann.make_list()
    share(home, bob, "editor")
    task = ann.add(home, "Rent", priority=1, labels=["a"])
    clock.forward(hours=1)
    changed = bob.ask("PATCH", task["url"], {"title": "Pay rent", "labels": [], "due": {"date": "2026-12-01"}}).json
    latest, first = ann.get(task["url"] + "/activity")
    assert (latest["actor_id"], latest["actor_name"], latest["kind"]) == (bob.id, "Bob", "task.updated")
    assert (latest["at"], latest["list_id"], latest["task_id"]) == (changed["updated_at"], home["id"], task["id"])
    assert latest["changes"] == {
        "title": {"before": "Rent", "after": "Pay rent"},
        "labels": {"before": ["a"], "after": []},
        "due": {
            "before": None,
            "after": {"date": "2026-12-01", "at": None, "time_zone": None, "recurrence": None},
        },
    }
    assert (first["actor_id"], first["kind"]) == (ann.id, "task.created")
    assert first["changes"]["title"] == {"before": None, "after": "Rent"}
    assert latest["revision"] > first["revision"]
    assert latest["operation_id"] != first["operation_id"]


def test_each_thing_that_happens_to_a_task_has_a_name(ann: Person) -> None:
    home = ann.make_list()
    task = ann.add(home)
    ann.ask("PATCH", task["url"], {"completed": True})
    ann.ask("PATCH", task["url"], {"completed": False})
    ann.ask("DELETE", task["url"])
    ann.ask("POST", task["url"] + "/restore")
    expected = ["task.restored", "task.trashed", "task.reopened", "task.completed", "task.created"]
    assert kinds(ann, task) == expected
    assert kinds(ann, home) == [*expected, "list.created"]


def test_each_thing_that_happens_to_a_list_is_in_its_activity(ann: Person) -> None:
    home = ann.make_list("Home")
    task = ann.add(home)
    ann.ask("PATCH", home["url"], {"title": "House"})
    ann.ask("DELETE", home["url"])
    ann.ask("POST", task["url"] + "/restore")
    entries = ann.get(home["url"] + "/activity")
    assert [entry["kind"] for entry in entries] == [
        "task.restored",
        "list.restored",
        "list.trashed",
        "list.updated",
        "task.created",
        "list.created",
    ]
    assert entries[3]["changes"] == {"title": {"before": "Home", "after": "House"}}
    assert entries[3]["task_id"] is None
    assert kinds(ann, task) == ["task.restored", "list.trashed", "task.created"]


def test_what_changed_nothing_leaves_no_trace(ann: Person) -> None:
    home = ann.make_list()
    task = ann.add(home)
    ann.ask("PATCH", task["url"], {"title": task["title"]})
    ann.ask("PATCH", home["url"], {"title": home["title"]})
    ann.ask("PATCH", task["url"], {"title": ""})
    ann.ask("DELETE", home["url"] + "/tasks?completed=true")
    assert kinds(ann, home) == ["task.created", "list.created"]


def test_a_bulk_operation_is_one_entry_of_the_list_and_one_of_each_task(ann: Person) -> None:
    home = ann.make_list()
    tasks = [ann.add(home, str(number), labels=["a"]) for number in range(3)]
    other = ann.add(home, "other")
    ann.ask("PATCH", "/v1/labels/a", {"name": "b"})
    ann.ask("DELETE", "/v1/labels/b")
    entries = ann.get(home["url"] + "/activity")
    assert [entry["kind"] for entry in entries[:2]] == ["label.removed", "label.renamed"]
    assert entries[1]["changes"] == {"labels": {"before": ["a"], "after": ["b"]}}
    assert entries[1]["actor_id"] == ann.id
    assert entries[0]["task_id"] is None
    for task in tasks:
        assert ann.get(task["url"] + "/activity")[:2] == entries[:2]
    assert kinds(ann, other) == ["task.created"]


def test_emptying_a_list_shows_on_each_task_that_comes_back(ann: Person) -> None:
    home = ann.make_list()
    tasks = [ann.add(home, str(number)) for number in range(2)]
    ann.ask("DELETE", home["url"] + "/tasks")
    assert kinds(ann, home)[0] == "tasks.trashed"
    for task in tasks:
        ann.ask("POST", task["url"] + "/restore")
        assert kinds(ann, task) == ["task.restored", "tasks.trashed", "task.created"]


def test_what_is_below_a_task_shows_what_happened_with_it(ann: Person) -> None:
    home, work = ann.make_list(), ann.make_list()
    task = ann.add(home)
    child = ann.add(home, parent_id=task["id"])
    ann.ask("DELETE", task["url"])
    ann.ask("POST", task["url"] + "/restore")
    ann.ask("PATCH", task["url"], {"list_id": work["id"]})
    assert kinds(ann, child) == ["task.moved_in", "task.restored", "task.trashed", "task.created"]
    assert kinds(ann, task) == ["task.moved_in", "task.moved_out", "task.restored", "task.trashed", "task.created"] or (
        kinds(ann, task) == ["task.moved_out", "task.moved_in", "task.restored", "task.trashed", "task.created"]
    )


def test_whoever_does_not_see_the_old_list_does_not_see_what_happened_there(
    ann: Person, bob: Person, share: Any
) -> None:
    private, shared = ann.make_list("Private"), ann.make_list("Shared")
    share(shared, bob, "viewer")
    task = ann.add(private, "draft")
    ann.ask("PATCH", task["url"], {"title": "second draft"})
    ann.ask("PATCH", task["url"], {"list_id": shared["id"], "title": "final"})
    reply = bob.ask("GET", task["url"] + "/activity")
    assert [entry["kind"] for entry in reply.json] == ["task.moved_in"]
    assert b"draft" not in reply.body
    assert private["id"].encode() not in reply.body
    assert len(ann.get(task["url"] + "/activity")) == 4


def test_who_deleted_the_account_is_no_longer_named(ann: Person, bob: Person, share: Any) -> None:
    home = ann.make_list()
    share(home, bob, "editor")
    task = bob.add(home, "from Bob")
    bob.ask("DELETE", "/v1/me")
    (entry,) = ann.get(task["url"] + "/activity")
    assert (entry["actor_id"], entry["actor_name"]) == (bob.id, None)


@ONE_DOOR_EACH
def test_activity_comes_latest_first_by_pages(ann: Person) -> None:
    home = ann.make_list()
    task = ann.add(home)
    for number in range(6):
        ann.ask("PATCH", task["url"], {"title": str(number)})
    for thing, most in ((home, 8), (task, 7)):
        seen: list[int] = []
        reply = ann.ask("GET", thing["url"] + "/activity", query={"limit": 3})
        while True:
            seen += [entry["revision"] for entry in reply.json]
            if "link" not in reply.headers:
                break
            assert len(reply.json) == 3
            reply = ann.ask("GET", reply.headers["link"].split(">")[0].lstrip("<"))
        assert len(seen) == most
        assert seen == sorted(set(seen), reverse=True)


@ONE_DOOR_EACH
def test_a_cursor_of_one_activity_is_none_of_another(ann: Person) -> None:
    home, work = ann.make_list(), ann.make_list()
    task = ann.add(home)
    link = ann.ask("GET", home["url"] + "/activity?limit=1").headers["link"]
    query = link.split("?")[1].split(">")[0]
    for path in (work["url"], task["url"]):
        reply = ann.ask("GET", f"{path}/activity?{query}")
        assert (reply.status, reply.json["code"]) == (400, "bad_cursor")


def test_the_activity_of_what_is_not_there_is_404(ann: Person, bob: Person) -> None:
    home = ann.make_list()
    task = ann.add(home)
    ann.ask("DELETE", task["url"])
    assert ann.ask("GET", task["url"] + "/activity").status == 404
    for path in (home["url"], f"/v1/lists/{uuid.uuid4()}", f"/v1/tasks/{uuid.uuid4()}"):
        assert bob.ask("GET", path + "/activity").status == 404
