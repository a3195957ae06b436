"""The trash: what goes there, how long it stays, how it comes back."""

from typing import Any

from clients import Person
from clocks import MovableClock
from doors import ONE_DOOR_EACH


def trashed(person: Person, **query: Any) -> list[str]:
    return [task["title"] for task in person.get("/v1/trash", **query)]


def restore(person: Person, task: dict[str, Any]) -> dict[str, Any]:
    reply = person.ask("POST", task["url"] + "/restore")
    assert reply.status == 200, reply.body
    assert reply.headers["etag"] == f'"{task["id"]}-{reply.json["version"]}"'
    restored: dict[str, Any] = reply.json
    return restored


def test_a_deleted_task_is_in_the_trash_and_nowhere_else(ann: Person, clock: MovableClock) -> None:
    home = ann.make_list()
    task = ann.add(home, labels=["a"])
    clock.forward(minutes=1)
    reply = ann.ask("DELETE", task["url"])
    assert (reply.status, reply.body) == (204, b"")
    assert ann.ask("GET", task["url"]).status == 404
    assert ann.ask("DELETE", task["url"]).status == 404
    assert ann.ask("PATCH", task["url"], {"title": "x"}).status == 404
    assert ann.get(home["url"] + "/tasks") == ann.get("/v1/tasks") == ann.get("/v1/labels") == []
    (in_trash,) = ann.get("/v1/trash")
    assert in_trash["deleted_at"] > task["updated_at"]
    assert {**task, "version": 2, "deleted_at": in_trash["deleted_at"]} == in_trash


def test_a_restored_task_is_as_it_was(ann: Person) -> None:
    home = ann.make_list()
    task = ann.add(home, labels=["a"], due={"date": "2026-12-01"}, priority=2, completed=True)
    ann.ask("DELETE", task["url"])
    back = restore(ann, task)
    assert {**task, "version": 3, "updated_at": back["updated_at"]} == back
    assert ann.get(task["url"]) == back
    assert ann.get("/v1/trash") == []
    assert ann.get(home["url"] + "/tasks", label="a") == [back]
    assert ann.ask("POST", task["url"] + "/restore").status == 404


def test_the_trash_is_kept_thirty_days(ann: Person, clock: MovableClock) -> None:
    home = ann.make_list()
    early, late = ann.add(home, "early"), ann.add(home, "late")
    ann.ask("DELETE", early["url"])
    clock.forward(days=2)
    ann.ask("DELETE", late["url"])
    token = ann.ask("POST", "/v1/tokens", {"name": "long"}).json["secret"]
    patient = Person(ann.door, ann.email, ann.id, token)
    clock.forward(days=27, hours=23)
    assert trashed(patient) == ["late", "early"]
    clock.forward(hours=2)
    assert trashed(patient) == ["late"]
    assert patient.ask("POST", early["url"] + "/restore").status == 404
    assert restore(patient, late)["title"] == "late"


def test_what_is_below_a_task_goes_and_comes_with_it(ann: Person) -> None:
    home = ann.make_list()
    top = ann.add(home, "top")
    child = ann.add(home, "child", parent_id=top["id"])
    leaf = ann.add(home, "leaf", parent_id=child["id"])
    ann.add(home, "other")
    ann.ask("DELETE", top["url"])
    assert sorted(trashed(ann)) == ["child", "leaf", "top"]
    restore(ann, top)
    assert trashed(ann) == []
    assert ann.get(leaf["url"])["parent_id"] == child["id"]
    assert ann.get(child["url"])["parent_id"] == top["id"]


def test_what_was_deleted_before_its_parent_does_not_come_back_with_it(ann: Person) -> None:
    home = ann.make_list()
    top = ann.add(home, "top")
    ann.add(home, "with it", parent_id=top["id"])
    before = ann.add(home, "before", parent_id=top["id"])
    ann.ask("DELETE", before["url"])
    ann.ask("DELETE", top["url"])
    restore(ann, top)
    assert trashed(ann) == ["before"]
    assert restore(ann, before)["parent_id"] == top["id"]


def test_a_task_whose_parent_is_gone_comes_back_on_the_top_level(ann: Person) -> None:
    home = ann.make_list()
    top = ann.add(home, "top")
    child = ann.add(home, "child", parent_id=top["id"])
    leaf = ann.add(home, "leaf", parent_id=child["id"])
    ann.ask("DELETE", top["url"])
    assert restore(ann, child)["parent_id"] is None
    assert ann.get(leaf["url"])["parent_id"] == child["id"]
    assert trashed(ann) == ["top"]


def test_emptying_a_list_moves_all_of_it_to_the_trash(ann: Person) -> None:
    home, work = ann.make_list(), ann.make_list()
    for title in "abc":
        ann.add(home, title)
    kept = ann.add(work, "kept")
    reply = ann.ask("DELETE", home["url"] + "/tasks")
    assert (reply.status, reply.json) == (200, {"tasks": 3})
    assert ann.get(home["url"] + "/tasks") == []
    assert ann.get("/v1/tasks") == [kept]
    assert ann.ask("DELETE", home["url"] + "/tasks").json == {"tasks": 0}


def test_emptying_can_take_only_what_is_done_with_what_is_below_it(ann: Person) -> None:
    home = ann.make_list()
    done = ann.add(home, "done", completed=True)
    ann.add(home, "open below done", parent_id=done["id"])
    open_task = ann.add(home, "open")
    ann.add(home, "done below open", parent_id=open_task["id"], completed=True)
    assert ann.ask("DELETE", home["url"] + "/tasks?completed=true").json == {"tasks": 3}
    assert [task["title"] for task in ann.get(home["url"] + "/tasks")] == ["open"]
    assert ann.ask("DELETE", home["url"] + "/tasks?completed=maybe").status == 422
    assert ann.ask("DELETE", home["url"] + "/tasks?done=true").status == 422


def test_restoring_a_task_brings_its_deleted_list_back(ann: Person) -> None:
    home = ann.make_list("Home")
    task, other = ann.add(home, "task"), ann.add(home, "other")
    ann.ask("DELETE", home["url"])
    assert sorted(trashed(ann)) == ["other", "task"]
    restore(ann, task)
    back = ann.get(home["url"])
    assert (back["title"], back["version"]) == ("Home", 3)
    assert [one["title"] for one in ann.get(home["url"] + "/tasks")] == ["task"]
    assert trashed(ann) == ["other"]
    restore(ann, other)
    assert ann.get(home["url"]) == back


def test_only_the_owner_brings_a_deleted_list_back(ann: Person, bob: Person, share: Any) -> None:
    home = ann.make_list()
    share(home, bob, "editor")
    one, two = ann.add(home, "one"), ann.add(home, "two")
    ann.ask("DELETE", one["url"])
    assert restore(bob, one)["title"] == "one"
    ann.ask("DELETE", home["url"])
    assert bob.ask("POST", two["url"] + "/restore").status == 403
    restore(ann, two)


def test_a_viewer_sees_the_trash_and_restores_nothing(ann: Person, bob: Person, share: Any) -> None:
    home = ann.make_list()
    share(home, bob, "viewer")
    task = ann.add(home, "gone")
    ann.ask("DELETE", task["url"])
    assert trashed(bob) == ["gone"]
    assert bob.ask("POST", task["url"] + "/restore").status == 403


def test_the_trash_of_somebody_else_is_not_there(ann: Person, bob: Person) -> None:
    home = ann.make_list()
    task = ann.add(home)
    ann.ask("DELETE", task["url"])
    assert bob.get("/v1/trash") == bob.get("/v1/trash", list=home["id"]) == []
    assert bob.ask("POST", task["url"] + "/restore").status == 404


@ONE_DOOR_EACH
def test_the_trash_comes_latest_first_by_pages_and_by_list(ann: Person, clock: MovableClock) -> None:
    home, work = ann.make_list(), ann.make_list()
    for number in range(6):
        task = ann.add(home if number % 2 else work, str(number))
        if number % 3 == 0:  # some at the same moment, some not
            clock.forward(seconds=1)
        ann.ask("DELETE", task["url"])
    assert trashed(ann, list=home["id"]) == ["5", "3", "1"]
    seen: list[str] = []
    reply = ann.ask("GET", "/v1/trash", query={"limit": 2})
    while True:
        seen += [task["title"] for task in reply.json]
        if "link" not in reply.headers:
            break
        reply = ann.ask("GET", reply.headers["link"].split(">")[0].lstrip("<"))
    assert seen == trashed(ann)
    assert sorted(seen) == list("012345")


@ONE_DOOR_EACH
def test_a_task_moved_while_something_below_it_is_in_the_trash_takes_that_along(ann: Person) -> None:
    home, work = ann.make_list(), ann.make_list()
    top = ann.add(home, "top")
    child = ann.add(home, "child", parent_id=top["id"], labels=["a"])
    ann.ask("DELETE", child["url"])
    ann.ask("PATCH", top["url"], {"list_id": work["id"]})
    assert trashed(ann, list=work["id"]) == ["child"]
    back = restore(ann, child)
    assert (back["list_id"], back["parent_id"]) == (work["id"], top["id"])
    assert ann.get(work["url"] + "/tasks", label="a") == [back]
