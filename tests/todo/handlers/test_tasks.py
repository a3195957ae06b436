"""Tasks: their fields, their place, what is below them, and moving between lists."""

import uuid
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
from clients import Door, Person
from clocks import MovableClock
from doors import ONE_DOOR_EACH
from sqlalchemy import select

from todo.models import Change, Scope, Tombstone


def titles(person: Person, task_list: dict[str, Any]) -> list[str]:
    return [task["title"] for task in person.get(task_list["url"] + "/tasks")]


def test_a_task_keeps_everything_that_was_said_of_it(ann: Person) -> None:
    home = ann.make_list()
    parent = ann.add(home, "Flat")
    said = {
        "title": "Pay rent",
        "notes": "By transfer.\nNot in cash.",
        "priority": 4,
        "due": {"date": "2026-12-01", "at": None, "time_zone": None, "recurrence": "FREQ=MONTHLY"},
        "reminders": [{"before": "P1D"}, {"at": "2026-11-30T08:00:00Z"}],
        "labels": ["money", "Flat"],
        "parent_id": parent["id"],
        "assignee_id": ann.id,
        "order": 12.5,
        "completed": False,
    }
    reply = ann.ask("POST", home["url"] + "/tasks", said)
    task = reply.json
    assert {name: task[name] for name in said} == said
    assert (task["list_id"], task["version"], task["completed_at"]) == (home["id"], 1, None)
    assert reply.headers["location"] == task["url"] == f"/v1/tasks/{task['id']}"
    assert task["created_at"] == task["updated_at"]
    assert ann.get(task["url"]) == task
    assert ann.get(home["url"] + "/tasks")[-1] == task


def test_a_task_needs_no_more_than_a_title(ann: Person) -> None:
    task = ann.add(ann.make_list(), " Buy milk ")
    assert task["title"] == "Buy milk"
    nothing = {"notes": "", "priority": 0, "due": None, "labels": [], "parent_id": None, "assignee_id": None}
    assert {name: task[name] for name in nothing} == nothing


@pytest.mark.parametrize(
    ("said", "pointers"),
    [
        ({"title": ""}, {"/title"}),
        ({"title": "x" * 501}, {"/title"}),
        ({"notes": "x" * 16_385}, {"/notes"}),
        ({"priority": 5}, {"/priority"}),
        ({"priority": -1}, {"/priority"}),
        ({"priority": 1.5}, {"/priority"}),
        ({"completed": "yes"}, {"/completed"}),
        ({"labels": ["ok", "", "x" * 61, "a\tb"]}, {"/labels/1", "/labels/2", "/labels/3"}),
        ({"labels": [f"label {number}" for number in range(101)]}, {"/labels"}),
        ({"labels": "home"}, {"/labels"}),
        ({"due": "2026-12-01"}, {"/due"}),
        ({"due": {}}, {"/due"}),
        ({"due": {"date": "2026-02-30"}}, {"/due/date"}),
        ({"due": {"date": "2026-12-01", "at": "2026-12-01T09:00:00Z"}}, {"/due"}),
        ({"due": {"date": "2026-12-01", "time_zone": "Europe/Madrid"}}, {"/due/time_zone"}),
        ({"due": {"at": "2026-12-01T09:00:00", "time_zone": "Europe/Atlantis"}}, {"/due/time_zone"}),
        ({"due": {"date": "1066-10-14"}}, {"/due/date"}),
        ({"due": {"at": "3000-01-01T00:00:00Z"}}, {"/due/at"}),
        ({"due": {"date": "2026-12-01", "recurrence": "FREQ=HOURLY"}}, {"/due/recurrence"}),
        ({"due": {"recurrence": "FREQ=DAILY"}}, {"/due"}),
        ({"due": {"date": "2026-12-01", "when": "noon"}}, {"/due/when"}),
        ({"parent_id": "none"}, {"/parent_id"}),
        ({"parent_id": str(uuid.uuid4())}, {"/parent_id"}),
        ({"assignee_id": str(uuid.uuid4())}, {"/assignee_id"}),
        ({"after": str(uuid.uuid4())}, {"/after"}),
        ({"order": 1e16}, {"/order"}),
        ({"version": 3, "url": "x"}, {"/version", "/url"}),
        ({"title": 1, "priority": "high", "due": {"date": 5}}, {"/title", "/priority", "/due/date"}),
        ({"x/y~z": 0}, {"/x~1y~0z"}),
    ],
)
@ONE_DOOR_EACH
def test_each_bad_field_is_named_when_adding_and_when_changing(
    ann: Person, said: dict[str, Any], pointers: set[str]
) -> None:
    home = ann.make_list()
    task = ann.add(home, "there")
    for reply in (
        ann.ask("POST", home["url"] + "/tasks", {"title": "x", **said}),
        ann.ask("PATCH", task["url"], said),
    ):
        assert (reply.status, reply.json["code"]) == (422, "invalid_input")
        assert {fault["pointer"] for fault in reply.json["errors"]} == pointers
    assert ann.get(home["url"] + "/tasks") == [task]


def test_a_task_of_somebody_else_is_404_everywhere(ann: Person, bob: Person) -> None:
    task = ann.add(ann.make_list())
    bobs = bob.make_list()
    for path in (task["url"], f"/v1/tasks/{uuid.uuid4()}", "/v1/tasks/none"):
        for method, below, body in (
            ("GET", "", None),
            ("PATCH", "", {"title": "x"}),
            ("PATCH", "", {"list_id": bobs["id"]}),
            ("DELETE", "", None),
            ("POST", "/restore", None),
            ("GET", "/activity", None),
        ):
            reply = bob.ask(method, path + below, body)
            assert (reply.status, reply.json["code"]) == (404, "not_found"), (method, path + below)
    for field in ("parent_id", "after"):
        assert bob.ask("POST", bobs["url"] + "/tasks", {"title": "x", field: task["id"]}).status == 422
    assert bob.get("/v1/tasks") == []
    assert bob.get("/v1/tasks", list=task["list_id"]) == []
    assert ann.get(task["url"]) == task


def test_each_field_can_be_changed_and_emptied(ann: Person, clock: MovableClock) -> None:
    task = ann.add(ann.make_list(), "Old", notes="n", labels=["a"], due={"date": "2026-12-01"}, assignee_id=ann.id)
    changes: list[dict[str, Any]] = [
        {"title": "New"},
        {"notes": ""},
        {"priority": 3},
        {"labels": ["b", "c"]},
        {"labels": []},
        {"due": None},
        {"assignee_id": None},
        {"order": -1},
    ]
    for number, change in enumerate(changes, 2):
        clock.forward(seconds=1)
        reply = ann.ask("PATCH", task["url"], change)
        assert reply.status == 200, reply.body
        changed = reply.json
        assert {**task, **change, "version": number, "updated_at": changed["updated_at"]} == changed
        assert changed["updated_at"] > task["updated_at"]
        assert reply.headers["etag"] == f'"{task["id"]}-{number}"'
        task = changed
    assert ann.get(task["url"]) == task


def test_changing_nothing_counts_as_nothing(ann: Person) -> None:
    task = ann.add(ann.make_list(), labels=["a"], due={"date": "2026-12-01"}, priority=2)
    same = {name: task[name] for name in ("title", "notes", "priority", "labels", "due", "completed", "order")}
    assert ann.ask("PATCH", task["url"], same).json == task
    assert ann.ask("PATCH", task["url"], {}).json == task


@pytest.mark.parametrize("field", ["title", "notes", "completed", "priority", "labels", "list_id", "order"])
@ONE_DOOR_EACH
def test_what_cannot_be_empty_cannot_be_null(ann: Person, field: str) -> None:
    task = ann.add(ann.make_list())
    reply = ann.ask("PATCH", task["url"], {field: None})
    assert (reply.status, reply.json["errors"][0]["pointer"]) == (422, f"/{field}")


def test_completing_says_when_and_reopening_forgets_it(ann: Person, clock: MovableClock) -> None:
    task = ann.add(ann.make_list())
    clock.forward(hours=1)
    done = ann.ask("PATCH", task["url"], {"completed": True}).json
    assert done["completed"]
    assert done["completed_at"] == done["updated_at"] > task["created_at"]
    clock.forward(hours=1)
    again = ann.ask("PATCH", task["url"], {"completed": True}).json
    assert again == done
    reopened = ann.ask("PATCH", task["url"], {"completed": False}).json
    assert (reopened["completed"], reopened["completed_at"], reopened["version"]) == (False, None, 3)


def test_a_task_can_be_added_as_done(ann: Person) -> None:
    task = ann.add(ann.make_list(), completed=True)
    assert (task["completed"], task["completed_at"]) == (True, task["created_at"])


# -- due ------------------------------------------------------------------------------------------------------------


def test_a_due_date_is_a_date_and_has_no_zone(ann: Person) -> None:
    ann.ask("PATCH", "/v1/me", {"time_zone": "Pacific/Auckland"})
    due = ann.add(ann.make_list(), due={"date": "2026-12-01"})["due"]
    assert due == {"date": "2026-12-01", "at": None, "time_zone": None, "recurrence": None}


@pytest.mark.parametrize(
    ("at", "zone", "shown"),
    [
        ("2026-12-01T09:00:00", "Europe/Madrid", "2026-12-01T09:00:00+01:00"),
        ("2026-07-01T09:00:00", "Europe/Madrid", "2026-07-01T09:00:00+02:00"),
        ("2026-12-01T09:00:00Z", "Europe/Madrid", "2026-12-01T10:00:00+01:00"),
        ("2026-12-01T09:00:00-05:00", "Asia/Kolkata", "2026-12-01T19:30:00+05:30"),
        ("2026-12-01T09:00:00", "UTC", "2026-12-01T09:00:00Z"),
        # The clock skips from 2 to 3, and shows 2:30 twice.
        ("2027-03-28T02:30:00", "Europe/Berlin", "2027-03-28T03:30:00+02:00"),
        ("2026-10-25T02:30:00", "Europe/Berlin", "2026-10-25T02:30:00+02:00"),
        ("2026-10-25T02:30:00+01:00", "Europe/Berlin", "2026-10-25T02:30:00+01:00"),
        ("2026-12-01T09:00:00.987654", "Europe/Madrid", "2026-12-01T09:00:00+01:00"),
    ],
)
@ONE_DOOR_EACH
def test_a_due_moment_keeps_its_zone_and_is_shown_in_it(ann: Person, at: str, zone: str, shown: str) -> None:
    task = ann.add(ann.make_list(), due={"at": at, "time_zone": zone})
    assert (task["due"]["at"], task["due"]["time_zone"], task["due"]["date"]) == (shown, zone, None)
    assert ann.get(task["url"]) == task


def test_a_due_moment_without_a_zone_is_in_that_of_the_account(ann: Person) -> None:
    ann.ask("PATCH", "/v1/me", {"time_zone": "America/New_York"})
    task = ann.add(ann.make_list(), due={"at": "2026-12-01T09:00:00"})
    assert task["due"]["at"] == "2026-12-01T09:00:00-05:00"
    assert task["due"]["time_zone"] == "America/New_York"
    ann.ask("PATCH", "/v1/me", {"time_zone": "Asia/Tokyo"})
    assert ann.get(task["url"]) == task


def test_a_due_is_replaced_whole(ann: Person) -> None:
    task = ann.add(ann.make_list(), due={"at": "2026-12-01T09:00:00Z", "recurrence": "FREQ=DAILY"})
    due = ann.ask("PATCH", task["url"], {"due": {"date": "2026-12-02"}}).json["due"]
    assert due == {"date": "2026-12-02", "at": None, "time_zone": None, "recurrence": None}


# -- labels of a task -----------------------------------------------------------------------------------------------


def test_of_labels_that_differ_in_case_or_space_the_first_stays(ann: Person) -> None:
    task = ann.add(ann.make_list(), labels=["Home", "home", " HOME ", "Straße", "STRASSE", "b"])
    assert task["labels"] == ["Home", "Straße", "b"]
    assert ann.ask("PATCH", task["url"], {"labels": ["x", "X", "home"]}).json["labels"] == ["x", "home"]


def test_a_hundred_labels_fit(ann: Person) -> None:
    names = [f"{number} " + "ΐ" * 56 for number in range(100)]
    assert ann.add(ann.make_list(), labels=names)["labels"] == names


# -- place ----------------------------------------------------------------------------------------------------------


def test_new_tasks_go_to_the_end(ann: Person) -> None:
    home = ann.make_list()
    for title in "abc":
        ann.add(home, title)
    ann.add(home, "far", order=5000)
    ann.add(home, "last")
    assert titles(ann, home) == ["a", "b", "c", "far", "last"]


def test_a_task_goes_right_behind_the_one_it_is_put_after(ann: Person) -> None:
    home = ann.make_list()
    a, b, c = (ann.add(home, title) for title in "abc")
    ann.add(home, "a2", after=a["id"])
    assert titles(ann, home) == ["a", "a2", "b", "c"]
    ann.ask("PATCH", a["url"], {"after": c["id"]})
    assert titles(ann, home) == ["a2", "b", "c", "a"]
    ann.ask("PATCH", c["url"], {"after": b["id"]})
    assert titles(ann, home) == ["a2", "b", "c", "a"]
    ann.add(home, "end", after=a["id"])
    assert titles(ann, home) == ["a2", "b", "c", "a", "end"]


def test_a_place_is_given_by_number_or_by_neighbour_and_not_by_both(ann: Person) -> None:
    home, other = ann.make_list(), ann.make_list()
    a, elsewhere = ann.add(home, "a"), ann.add(other, "b")
    for said in ({"order": 1, "after": a["id"]}, {"after": elsewhere["id"]}):
        reply = ann.ask("POST", home["url"] + "/tasks", {"title": "x", **said})
        assert (reply.status, reply.json["errors"][0]["pointer"]) == (422, "/after")


@ONE_DOOR_EACH
def test_where_no_number_fits_the_list_is_renumbered_in_one_operation_that_keeps_the_order(
    ann: Person, door: Door
) -> None:
    home = ann.make_list()
    first = ann.add(home, "first")
    last = ann.add(home, "last")
    expected = ["last"]
    for number in range(25):
        ann.add(home, str(number), after=first["id"])
        expected.insert(0, str(number))
        assert titles(ann, home) == ["first", *expected]
    tasks = ann.get(home["url"] + "/tasks")
    orders = [task["order"] for task in tasks]
    assert orders == sorted(set(orders))
    assert min(after - before for before, after in pairwise(orders)) > 1e-7
    feed = door.database.read(
        lambda session: session.scalars(
            select(Change.kind).where(Change.scope_id == UUID(home["id"])).order_by(Change.revision)
        ).all()
    )
    assert feed.count("tasks.renumbered") == 1
    assert feed.count("task.created") == 27
    assert "tasks.renumbered" in [entry["kind"] for entry in ann.get(last["url"] + "/activity")]
    assert ann.get(last["url"])["version"] == 2


def test_patching_a_task_into_a_gap_that_is_too_small_works_too(ann: Person) -> None:
    home = ann.make_list()
    a, _, c = ann.add(home, "a", order=1), ann.add(home, "b", order=1 + 1e-9), ann.add(home, "c", order=2)
    moved = ann.ask("PATCH", c["url"], {"after": a["id"]}, headers={"If-Match": f'"{c["id"]}-1"'})
    assert moved.status == 200
    assert titles(ann, home) == ["a", "c", "b"]
    assert ann.get(c["url"]) == moved.json


# -- below each other -----------------------------------------------------------------------------------------------


def chain(person: Person, task_list: dict[str, Any], length: int) -> list[dict[str, Any]]:
    tasks = [person.add(task_list, "1")]
    for number in range(1, length):
        tasks.append(person.add(task_list, str(number + 1), parent_id=tasks[-1]["id"]))
    return tasks


def test_no_task_is_below_itself_however_far(ann: Person) -> None:
    tasks = chain(ann, ann.make_list(), 3)
    for below in tasks:
        reply = ann.ask("PATCH", tasks[0]["url"], {"parent_id": below["id"]})
        assert (reply.status, reply.json["errors"][0]["pointer"]) == (422, "/parent_id")


def test_a_task_is_below_a_task_of_the_same_list_that_is_not_in_the_trash(ann: Person) -> None:
    home, work = ann.make_list(), ann.make_list()
    task, elsewhere, trashed = ann.add(home), ann.add(work), ann.add(home)
    ann.ask("DELETE", trashed["url"])
    for parent in (elsewhere, trashed):
        reply = ann.ask("PATCH", task["url"], {"parent_id": parent["id"]})
        assert (reply.status, reply.json["errors"][0]["pointer"]) == (422, "/parent_id")


def test_a_subtask_can_go_elsewhere_and_to_the_top(ann: Person) -> None:
    home = ann.make_list()
    one, two = ann.add(home), ann.add(home)
    child = ann.add(home, parent_id=one["id"])
    assert ann.ask("PATCH", child["url"], {"parent_id": two["id"]}).json["parent_id"] == two["id"]
    assert ann.get(home["url"] + "/tasks", parent=two["id"])[0]["id"] == child["id"]
    assert ann.ask("PATCH", child["url"], {"parent_id": None}).json["parent_id"] is None


@ONE_DOOR_EACH
def test_tasks_go_as_deep_as_the_limit_says_and_a_tree_cannot_be_hung_below_it(ann: Person) -> None:
    deepest = ann.get("/v1")["limits"]["subtask_depth"]
    home = ann.make_list()
    tasks = chain(ann, home, deepest + 1)
    refused = ann.ask("POST", home["url"] + "/tasks", {"title": "x", "parent_id": tasks[-1]["id"]})
    assert (refused.status, refused.json["errors"][0]["pointer"]) == (422, "/parent_id")
    tree = chain(ann, home, 3)
    assert ann.ask("PATCH", tree[0]["url"], {"parent_id": tasks[-3]["id"]}).status == 422
    assert ann.ask("PATCH", tree[0]["url"], {"parent_id": tasks[-4]["id"]}).status == 200


# -- moving between lists -------------------------------------------------------------------------------------------


def test_a_task_moves_with_what_is_below_it_and_its_labels(ann: Person) -> None:
    home, work = ann.make_list("Home"), ann.make_list("Work")
    top = ann.add(home, "top")
    task = ann.add(home, "task", parent_id=top["id"], labels=["a"], due={"date": "2026-12-01"})
    child = ann.add(home, "child", parent_id=task["id"], labels=["b"])
    there = ann.add(work, "there")
    moved = ann.ask("PATCH", task["url"], {"list_id": work["id"]}).json
    assert (moved["list_id"], moved["parent_id"], moved["labels"], moved["version"]) == (work["id"], None, ["a"], 2)
    assert moved["order"] > there["order"]
    below = ann.get(child["url"])
    assert (below["list_id"], below["parent_id"], below["version"]) == (work["id"], task["id"], 2)
    assert titles(ann, home) == ["top"]
    assert set(titles(ann, work)) == {"there", "task", "child"}
    assert [one["title"] for one in ann.get(work["url"] + "/tasks", label="b")] == ["child"]
    assert ann.get(home["url"] + "/tasks", label="a") == []


def test_a_move_can_change_other_fields_and_the_place(ann: Person) -> None:
    home, work = ann.make_list(), ann.make_list()
    task = ann.add(home, "task")
    first, second = ann.add(work, "first"), ann.add(work, "second")
    change = {"list_id": work["id"], "after": first["id"], "title": "moved", "completed": True}
    assert ann.ask("PATCH", task["url"], change).status == 200
    assert titles(ann, work) == ["first", "moved", "second"]
    other = ann.add(home, "other")
    below = ann.ask("PATCH", other["url"], {"list_id": work["id"], "parent_id": second["id"]}).json
    assert below["parent_id"] == second["id"]


def test_a_move_leaves_tombstones_and_each_list_knows_nothing_of_the_other(ann: Person, door: Door) -> None:
    home, work = ann.make_list("Secret wedding"), ann.make_list("Work")
    task = ann.add(home, "task")
    child = ann.add(home, "child", parent_id=task["id"])
    ann.ask("PATCH", task["url"], {"list_id": work["id"]})
    stones = door.database.read(
        lambda session: session.scalars(
            select(Tombstone.item_id).where(Tombstone.scope_id == UUID(home["id"]), Tombstone.kind == "task")
        ).all()
    )
    assert set(stones) == {UUID(task["id"]), UUID(child["id"])}
    out, into = (ann.ask("GET", one["url"] + "/activity", query={"limit": 1}) for one in (home, work))
    assert (out.json[0]["kind"], out.json[0]["changes"]) == ("task.moved_out", {})
    assert work["id"].encode() not in out.body
    assert b"Work" not in out.body
    assert into.json[0]["kind"] == "task.moved_in"
    assert into.json[0]["changes"]["title"] == {"before": None, "after": "task"}
    assert home["id"].encode() not in into.body
    assert b"wedding" not in into.body
    assert into.json[0]["operation_id"] == out.json[0]["operation_id"]


def test_whoever_is_no_member_of_the_new_list_is_no_longer_assigned(ann: Person, bob: Person, share: Any) -> None:
    home, work = ann.make_list(), ann.make_list()
    share(home, bob, "editor")
    task = ann.add(home, assignee_id=bob.id)
    his, hers = (ann.add(home, parent_id=task["id"], assignee_id=person.id) for person in (bob, ann))
    moved = ann.ask("PATCH", task["url"], {"list_id": work["id"]}).json
    assert (moved["assignee_id"], ann.get(task["url"])) == (None, moved)
    assert ann.get(his["url"])["assignee_id"] is None
    assert ann.get(hers["url"])["assignee_id"] == ann.id


def test_a_task_moves_only_to_a_list_one_may_change(ann: Person, bob: Person, share: Any) -> None:
    home = ann.make_list()
    task = ann.add(home)
    bobs, shown, gone = bob.make_list(), bob.make_list(), ann.make_list()
    share(shown, ann, "viewer")
    ann.ask("DELETE", gone["url"])
    for list_id, status in (
        (bobs["id"], 404),
        (gone["id"], 404),
        (ann.id, 404),
        (str(uuid.uuid4()), 404),
        (shown["id"], 403),
    ):
        assert ann.ask("PATCH", task["url"], {"list_id": list_id}).status == status
    assert ann.get(task["url"]) == task
    assert bob.get("/v1/tasks") == []


@ONE_DOOR_EACH
def test_lists_go_on_counting_right_when_what_moves_has_something_in_the_trash(ann: Person, door: Door) -> None:
    home, work = ann.make_list(), ann.make_list()
    task = ann.add(home)
    child = ann.add(home, parent_id=task["id"])
    ann.ask("DELETE", child["url"])
    ann.ask("PATCH", task["url"], {"list_id": work["id"]})

    def counted(task_list: dict[str, Any]) -> int:
        return door.database.read(lambda session: session.get_one(Scope, UUID(task_list["id"])).item_count)

    assert (counted(home), counted(work)) == (0, 1)
    assert ann.ask("POST", child["url"] + "/restore").json["list_id"] == work["id"]
    assert (counted(home), counted(work)) == (0, 2)
