"""Undo: each kind of change, undone and done again, and what stands in its way."""

import uuid
from typing import Any

import pytest
from clients import Person, Reply
from clocks import MovableClock
from sharing import join


def last_operation(person: Person, task_list: dict[str, Any]) -> str:
    """The id of the latest operation in a list."""
    latest: str = person.get(f"{task_list['url']}/activity")[0]["operation_id"]
    return latest


def undo(person: Person, operation_id: str, **options: Any) -> Reply:
    """Undo an operation."""
    return person.ask("POST", f"/v1/operations/{operation_id}/undo", **options)


def undone(person: Person, operation_id: str) -> str:
    """Undo an operation, which must succeed. Returns the operation that did it."""
    reply = undo(person, operation_id)
    assert reply.status == 200, reply.body
    assert reply.json["undoes"] == operation_id
    made: str = reply.json["operation_id"]
    return made


def contents(task: dict[str, Any]) -> dict[str, Any]:
    """A task without what counts its changes."""
    return {key: value for key, value in task.items() if key not in ("version", "updated_at")}


def world(person: Person, *lists: dict[str, Any]) -> Any:
    """All that is in these lists."""
    return [[contents(task) for task in person.get(f"{each['url']}/tasks", limit=500)] for each in lists]


CHANGES: list[dict[str, Any]] = [
    {"title": "Other", "notes": "Something", "priority": 3},
    {"completed": True},
    {"due": {"at": "2026-12-01T09:00:00", "time_zone": "Europe/Madrid"}, "reminders": [{"before": "PT30M"}]},
    {"labels": ["b", "c"]},
    {"order": -5},
    {"due": None, "reminders": []},
]


@pytest.mark.parametrize("change", CHANGES, ids="-".join)
def test_a_change_is_undone_and_the_undoing_too(ann: Person, change: dict[str, Any]) -> None:
    home = ann.make_list()
    task = ann.add(home, labels=["a"], due={"date": "2026-12-24"}, reminders=[{"before": "P1D"}])
    before = world(ann, home)
    assert ann.ask("PATCH", task["url"], change).status == 200
    after = world(ann, home)

    first = undone(ann, last_operation(ann, home))
    assert world(ann, home) == before
    second = undone(ann, first)
    # When it was completed is when it was completed again.
    assert [set(each) for each in world(ann, home)[0]] == [set(each) for each in after[0]]
    assert world(ann, home)[0][0]["completed"] == after[0][0]["completed"]
    undone(ann, second)
    assert world(ann, home) == before


def test_the_completion_of_a_recurring_task_is_undone(ann: Person) -> None:
    home = ann.make_list()
    task = ann.add(home, due={"date": "2026-12-01", "recurrence": "FREQ=DAILY"})
    ann.ask("PATCH", task["url"], {"completed": True, "due": task["due"]})
    assert ann.get(task["url"])["due"]["date"] == "2026-12-02"
    undone(ann, last_operation(ann, home))
    assert ann.get(task["url"])["due"] == task["due"]


def test_a_new_task_is_taken_back_and_made_again(ann: Person) -> None:
    home = ann.make_list()
    task = ann.add(home, labels=["a"])
    first = undone(ann, last_operation(ann, home))
    assert world(ann, home) == [[]]
    undone(ann, first)
    assert contents(ann.get(task["url"])) == contents(task)


def test_a_new_task_that_was_changed_stays(ann: Person) -> None:
    home = ann.make_list()
    task = ann.add(home)
    made = last_operation(ann, home)
    ann.ask("PATCH", task["url"], {"notes": "Work that nobody wants to lose"})
    reply = undo(ann, made)
    assert reply.status == 409
    assert reply.json["code"] == "undo_blocked"
    assert reply.json["errors"] == [
        {"detail": "The task's notes was changed again.", "pointer": f"/tasks/{task['id']}/notes"}
    ]
    ann.ask("PATCH", task["url"], {"notes": ""})
    ann.add(home, "Below", parent_id=task["id"])
    assert undo(ann, made).json["errors"][0]["detail"] == "Tasks were put below it since."


def test_what_was_changed_again_stands_in_the_way(ann: Person) -> None:
    home = ann.make_list()
    task = ann.add(home)
    ann.ask("PATCH", task["url"], {"title": "One", "priority": 1})
    operation = last_operation(ann, home)
    ann.ask("PATCH", task["url"], {"title": "Two"})
    reply = undo(ann, operation)
    assert reply.status == 409
    assert [fault["pointer"] for fault in reply.json["errors"]] == [f"/tasks/{task['id']}/title"]
    assert ann.get(task["url"])["priority"] == 1, "nothing of it was undone"


def test_a_deleted_tree_comes_back_and_goes_again(ann: Person) -> None:
    home = ann.make_list()
    parent = ann.add(home)
    ann.add(home, "Below", parent_id=parent["id"])
    before = world(ann, home)
    ann.ask("DELETE", parent["url"])
    first = undone(ann, last_operation(ann, home))
    assert world(ann, home) == before
    second = undone(ann, first)
    assert world(ann, home) == [[]]
    undone(ann, second)
    assert world(ann, home) == before


def test_an_emptied_list_is_full_again_but_for_what_was_never_there(ann: Person) -> None:
    home = ann.make_list()
    tasks = [ann.add(home, str(number)) for number in range(5)]
    before = world(ann, home)
    ann.ask("DELETE", f"{home['url']}/tasks")
    emptied = last_operation(ann, home)
    ann.ask("POST", f"{tasks[0]['url']}/restore")
    first = undone(ann, emptied)
    assert world(ann, home) == before
    undone(ann, first)
    assert [task["title"] for task in world(ann, home)[0]] == ["0"]


def test_a_move_is_undone_with_what_is_below_and_who_it_was_given_to(ann: Person) -> None:
    home, work = ann.make_list("Home"), ann.make_list("Work")
    top = ann.add(home)
    parent = ann.add(home, "Parent", parent_id=top["id"])
    ann.add(home, "Below", parent_id=parent["id"], assignee_id=ann.id)
    before = world(ann, home, work)
    ann.ask("PATCH", parent["url"], {"list_id": work["id"], "title": "Moved"})
    after = world(ann, home, work)
    first = undone(ann, last_operation(ann, work))
    assert world(ann, home, work) == before
    undone(ann, first)
    assert world(ann, home, work) == after


def test_labels_are_undone_task_by_task(ann: Person) -> None:
    home = ann.make_list()
    ann.add(home, labels=["Red", "blue"])
    ann.add(home, labels=["red"])
    before = world(ann, home)
    ann.ask("PATCH", "/v1/labels/red", {"name": "blue"})
    first = undone(ann, last_operation(ann, home))
    assert world(ann, home) == before
    second = undone(ann, first)
    assert [task["labels"] for task in world(ann, home)[0]] == [["blue"], ["blue"]]
    undone(ann, second)
    ann.ask("DELETE", "/v1/labels/red")
    undone(ann, last_operation(ann, home))
    assert world(ann, home) == before


def test_lists_are_undone_even_empty_ones(ann: Person) -> None:
    home = ann.make_list(notes="Here")
    ann.ask("PATCH", home["url"], {"title": "House", "notes": ""})
    undone(ann, last_operation(ann, home))
    assert ann.get(home["url"])["title"] == "Home"
    made = ann.get(f"{home['url']}/activity")[-1]["operation_id"]
    deleted = undone(ann, made)
    assert ann.ask("GET", home["url"]).status == 404
    undone(ann, deleted)
    assert ann.get(home["url"])["title"] == "Home"

    ann.add(home)
    assert undo(ann, made).json["errors"][0]["detail"] == "Tasks were added to it since."
    before = world(ann, home)
    deleting = ann.ask("DELETE", home["url"])
    assert deleting.status == 204
    undone(ann, deleting.headers["x-operation-id"])
    assert world(ann, home) == before


def test_a_list_that_a_task_brought_back_goes_with_it(ann: Person) -> None:
    home = ann.make_list()
    task = ann.add(home)
    ann.ask("DELETE", home["url"])
    ann.ask("POST", f"{task['url']}/restore")
    undone(ann, last_operation(ann, home))
    assert ann.ask("GET", home["url"]).status == 404


def test_a_batch_is_undone_as_one(ann: Person) -> None:
    home, work = ann.make_list("Home"), ann.make_list("Work")
    old = ann.add(home, "Old")
    below = ann.add(home, "Below", parent_id=old["id"])
    before = world(ann, home, work)
    new = str(uuid.uuid4())
    operations = [
        {"do": "create_task", "list_id": home["id"], "task": {"id": new, "title": "New"}},
        {"do": "update_task", "id": new, "changes": {"title": "Newer", "list_id": work["id"]}},
        {"do": "update_task", "id": new, "changes": {"completed": True}},
        {"do": "delete_task", "id": below["id"]},
        {"do": "delete_task", "id": old["id"]},
        {"do": "update_list", "id": work["id"], "changes": {"title": "Office"}},
    ]
    assert ann.ask("POST", "/v1/batch", {"operations": operations}).status == 200
    after = world(ann, home, work)
    first = undone(ann, last_operation(ann, work))
    assert world(ann, home, work) == before
    assert ann.get(work["url"])["title"] == "Work"
    undone(ann, first)
    assert [[task["title"] for task in tasks] for tasks in world(ann, home, work)] == [
        [task["title"] for task in tasks] for tasks in after
    ]


def test_what_one_said_of_oneself_is_undone_and_a_password_is_not(ann: Person) -> None:
    renamed = ann.ask("PATCH", "/v1/me", {"name": "Anna", "time_zone": "Europe/Madrid"})
    undone(ann, renamed.headers["x-operation-id"])
    assert ann.get("/v1/me")["name"] == "Ann"
    changed = ann.ask("PATCH", "/v1/me", {"password": "another long one", "current_password": "correct horse battery"})
    assert undo(ann, changed.headers["x-operation-id"]).json["code"] == "cannot_undo"


def test_what_was_deleted_for_good_is_gone(ann: Person, clock: MovableClock) -> None:
    home = ann.make_list()
    task = ann.add(home)
    ann.ask("DELETE", task["url"])
    operation = last_operation(ann, home)
    clock.forward(days=29)
    # A token lives for 30 days.
    token = ann.door.ask("POST", "/v1/sessions", {"email": ann.email, "password": "correct horse battery"}).json
    clock.forward(days=2)
    later = Person(ann.door, ann.email, ann.id, token["token"]["secret"])
    reply = undo(later, operation)
    assert (reply.status, reply.json["code"]) == (410, "gone")


def test_what_one_does_not_see_is_not_there(ann: Person, bob: Person) -> None:
    home = ann.make_list()
    operation = last_operation(ann, home)
    for unseen in (operation, str(uuid.uuid4())):
        reply = undo(bob, unseen)
        assert (reply.status, reply.json["code"]) == (404, "not_found")


def test_undoing_twice_is_refused_and_under_one_key_is_done_once(ann: Person) -> None:
    home = ann.make_list()
    ann.add(home)
    operation = last_operation(ann, home)
    first = undo(ann, operation, headers={"Idempotency-Key": "undo"})
    again = undo(ann, operation, headers={"Idempotency-Key": "undo"})
    assert (first.status, first.json) == (again.status, again.json)
    assert undo(ann, operation).status == 409


def test_whoever_edits_a_list_undoes_what_others_did_there(ann: Person, bob: Person) -> None:
    home = ann.make_list()
    join(ann, home, bob, "editor")
    task = ann.add(home)
    ann.ask("PATCH", task["url"], {"title": "By Ann"})
    undone(bob, last_operation(bob, home))
    assert ann.get(task["url"])["title"] == task["title"]
    entry = ann.get(f"{task['url']}/activity")[0]
    assert (entry["actor_id"], entry["undoes"] is not None) == (bob.id, True)


def test_who_may_only_look_undoes_nothing_not_even_the_own(ann: Person, bob: Person) -> None:
    home = ann.make_list()
    join(ann, home, bob, "editor")
    task = bob.add(home)
    made = last_operation(bob, home)
    assert ann.ask("PUT", f"{home['url']}/members/{bob.id}", {"role": "viewer"}).status == 200
    assert undo(bob, made).status == 403
    assert ann.get(task["url"])["title"] == task["title"]


def test_a_part_that_one_may_not_see_is_left_alone_and_so_is_the_rest(ann: Person, bob: Person) -> None:
    home, secret = ann.make_list("Home"), ann.make_list("Secret")
    join(ann, home, bob, "editor")
    task = ann.add(home)
    moved = ann.ask("PATCH", task["url"], {"list_id": secret["id"]}).headers["x-operation-id"]
    reply = undo(bob, moved)
    assert (reply.status, reply.json["code"]) == (403, "forbidden")
    assert "Secret" not in reply.body.decode()
    assert secret["id"] not in reply.body.decode()
    assert ann.get(task["url"])["list_id"] == secret["id"]


def test_what_was_moved_where_one_may_not_see_it_stands_in_the_way_without_saying_where(
    ann: Person, bob: Person
) -> None:
    home, secret = ann.make_list("Home"), ann.make_list("Secret")
    join(ann, home, bob, "editor")
    task = bob.add(home)
    made = last_operation(bob, home)
    ann.ask("PATCH", task["url"], {"list_id": secret["id"]})
    reply = undo(bob, made)
    assert reply.json["errors"] == [
        {"detail": "The task was moved to another list since.", "pointer": f"/tasks/{task['id']}"}
    ]


def test_who_shares_a_list_is_not_undone(ann: Person, bob: Person) -> None:
    home = ann.make_list()
    join(ann, home, bob, "editor")
    ann.add(home, assignee_id=bob.id)
    left = bob.ask("DELETE", f"{home['url']}/members/{bob.id}")
    assert left.status == 204
    assert undo(ann, left.headers["x-operation-id"]).json["code"] == "cannot_undo"
    assert bob.ask("GET", home["url"]).status == 404


def test_what_was_taken_off_somebody_who_left_is_not_given_back(ann: Person, bob: Person) -> None:
    home = ann.make_list()
    join(ann, home, bob, "editor")
    task = ann.add(home, assignee_id=bob.id)
    taken = ann.ask("PATCH", task["url"], {"assignee_id": None}).headers["x-operation-id"]
    bob.ask("DELETE", f"{home['url']}/members/{bob.id}")
    reply = undo(ann, taken)
    assert (reply.status, reply.json["code"]) == (409, "undo_blocked")
    assert [fault["pointer"] for fault in reply.json["errors"]] == [f"/tasks/{task['id']}/assignee_id"]


def test_a_place_in_a_list_is_undone_though_all_were_numbered_anew(ann: Person) -> None:
    home = ann.make_list()
    first, second, third = (ann.add(home, name) for name in ("first", "second", "third"))
    ann.ask("PATCH", second["url"], {"order": 1.0000001})
    moved = ann.ask("PATCH", third["url"], {"after": first["id"]}).headers["x-operation-id"]
    assert [task["title"] for task in world(ann, home)[0]] == ["first", "third", "second"]
    assert "tasks.renumbered" in [entry["kind"] for entry in ann.get(f"{home['url']}/activity")]
    undone(ann, moved)
    assert [task["title"] for task in world(ann, home)[0]] == ["first", "second", "third"]
