"""Many changes in one request: all or none, or each for itself; in their order, and once."""

import itertools
import uuid
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from clients import Door, Person, Reply, ServerDoor
from clocks import MovableClock
from device import Device
from doors import ONE_DOOR_EACH
from postgresql import ask, new_database
from sqlalchemy import func, make_url, select
from sqlalchemy.orm import Session

from todo.database import build_database
from todo.handlers import batch as handler
from todo.migrations.run import migrate
from todo.models import Change, Scope

Operation = dict[str, Any]


def send(person: Person, *operations: Operation, key: str | None = None, **fields: Any) -> Reply:
    headers = {} if key is None else {"Idempotency-Key": key}
    return person.ask("POST", "/v1/batch", {"operations": operations, **fields}, headers=headers)


def done(person: Person, *operations: Operation, **options: Any) -> list[dict[str, Any]]:
    reply = send(person, *operations, **options)
    assert reply.status == 200, reply.body
    results: list[dict[str, Any]] = reply.json["results"]
    assert len(results) == len(operations)
    return results


def statuses(results: list[dict[str, Any]]) -> list[int]:
    return [each["status"] for each in results]


def new_list(title: str = "New", **fields: Any) -> Operation:
    return {"do": "create_list", "list": {"title": title, **fields}}


def new_task(list_id: str, title: str = "New", **fields: Any) -> Operation:
    return {"do": "create_task", "list_id": list_id, "task": {"title": title, **fields}}


def change(task_id: str, **changes: Any) -> Operation:
    return {"do": "update_task", "id": task_id, "changes": changes}


def world(person: Person) -> Any:
    """Everything that a batch might have left something in, the feed and the counts included."""

    def look(session: Session) -> list[Any]:
        mine = [UUID(each["id"]) for each in person.get("/v1/lists")] + [UUID(person.id)]
        rows = select(Change.scope_id, Change.revision, Change.kind).where(Change.scope_id.in_(mine))
        counts = select(Scope.id, Scope.revision, Scope.tail, Scope.item_count).where(Scope.id.in_(mine))
        return [sorted(map(tuple, session.execute(each).all())) for each in (rows, counts)]

    return [person.get(path) for path in ("/v1/lists", "/v1/tasks", "/v1/trash", "/v1/labels")] + [
        person.door.database.read(look)
    ]


# -- all or none -------------------------------------------------------------------------------------------------------


def test_each_kind_of_change_is_made_in_the_order_given(ann: Person) -> None:
    list_id, other_id, task_id, gone_id = (str(uuid.uuid4()) for _ in range(4))
    results = done(
        ann,
        new_list("Home", id=list_id),
        new_list("Other", id=other_id),
        new_task(list_id, "Rent", id=task_id, labels=["money"]),
        new_task(list_id, "Gone", id=gone_id, parent_id=task_id),
        {"do": "update_list", "id": list_id, "changes": {"notes": "Ours"}, "version": 1},
        change(task_id, title="The rent", list_id=other_id),
        change(task_id, completed=True),
        {"do": "delete_task", "id": gone_id},
        {"do": "restore_task", "id": gone_id},
        {"do": "delete_task", "id": gone_id, "version": 4},
        {"do": "delete_list", "id": list_id},
    )
    assert statuses(results) == [201, 201, 201, 201, 200, 200, 200, 204, 200, 204, 204]
    assert [each["id"] for each in results] == [
        list_id, other_id, task_id, gone_id, list_id, task_id, task_id, gone_id, gone_id, gone_id, list_id,
    ]  # fmt: skip
    assert [each.get("version") for each in results] == [1, 1, 1, 1, 2, 2, 3, None, 4, None, None]
    assert all("problem" not in each for each in results)
    (task,) = ann.get("/v1/tasks")
    assert (task["title"], task["completed"], task["list_id"], task["version"]) == ("The rent", True, other_id, 3)
    assert [each["id"] for each in ann.get("/v1/lists")] == [other_id]
    assert [each["id"] for each in ann.get("/v1/trash")] == [gone_id]
    # They are one operation.
    activity = ann.get(f"/v1/lists/{other_id}/activity")
    assert [each["kind"] for each in activity][-1] == "list.created"
    assert len({each["operation_id"] for each in activity}) == 1


@ONE_DOOR_EACH
def test_where_one_cannot_be_done_nothing_is_not_even_in_the_feed(ann: Person) -> None:
    home, work = ann.make_list("Home"), ann.make_list("Work")
    task = ann.add(home, "task", labels=["a"])
    before = world(ann)
    first = (
        new_list("Never"),
        new_task(home["id"], "never"),
        change(task["id"], list_id=work["id"], labels=["b"]),
        {"do": "delete_task", "id": task["id"]},
        {"do": "update_list", "id": home["id"], "changes": {"title": "Never"}},
        {"do": "delete_list", "id": work["id"]},
    )
    nowhere = str(uuid.uuid4())
    for last, status, code in (
        (change(nowhere, title="x"), 404, "not_found"),
        (new_task(nowhere), 404, "not_found"),
        (new_task(home["id"], id=task["id"]), 409, "id_taken"),
        ({"do": "update_list", "id": home["id"], "changes": {"title": "x"}, "version": 1}, 412, "version_mismatch"),
        (new_task(home["id"], parent_id=nowhere), 422, "invalid_input"),
        (new_task(work["id"]), 404, "not_found"),
    ):
        reply = send(ann, *first, last)
        assert (reply.status, reply.json["code"]) == (status, code), reply.body
        assert reply.json["errors"][0]["pointer"].startswith("/operations/6")
        assert world(ann) == before


@ONE_DOOR_EACH
def test_what_is_wrong_is_named_where_it_stands(ann: Person) -> None:
    home = ann.make_list()
    task = ann.add(home)
    nowhere = str(uuid.uuid4())
    good = new_task(home["id"])
    for operation, pointers in (
        (new_list(id="00000000-0000-1000-8000-000000000000"), ["/list/id"]),
        (new_task(home["id"], parent_id=nowhere), ["/task/parent_id"]),
        (new_task(home["id"], assignee_id=nowhere), ["/task/assignee_id"]),
        (new_task(home["id"], after=nowhere), ["/task/after"]),
        (new_task(home["id"], due={"date": "2026-12-01", "recurrence": "FREQ=NEVER"}), ["/task/due/recurrence"]),
        (change(task["id"], after=nowhere), ["/changes/after"]),
        (change(task["id"], parent_id=task["id"]), ["/changes/parent_id"]),
        (change(task["id"], title="x", version=3), ["/changes"]),
        (new_task(home["id"], title=""), ["/task/title"]),
        ({**good, "id": nowhere}, [""]),
        ({"do": "explode"}, ["/do"]),
        ({"list": {"title": "x"}}, [""]),
        ({"do": "delete_task"}, [""]),
        ({"do": "delete_task", "id": 7}, ["/id"]),
        ({"do": "delete_task", "id": nowhere}, [""]),
        ({"do": "delete_task", "id": task["id"], "version": 0}, ["/version"]),
    ):
        reply = send(ann, good, operation)
        assert reply.status in (404, 422), reply.body
        found = [fault["pointer"] for fault in reply.json["errors"]]
        assert len(found) == len(pointers)
        for pointer, expected in zip(found, pointers, strict=True):
            assert pointer.startswith(f"/operations/1{expected}"), (operation, reply.json)
    assert len(ann.get(home["url"] + "/tasks")) == 1


@ONE_DOOR_EACH
def test_there_is_at_least_one_and_at_most_five_hundred(ann: Person) -> None:
    home = ann.make_list()
    many = [new_task(home["id"], f"{number}") for number in range(501)]
    for operations in ([], many):
        reply = send(ann, *operations)
        assert (reply.status, reply.json["errors"][0]["pointer"]) == (422, "/operations")
    reply = send(ann, *many[:500])
    assert statuses(reply.json["results"]) == [201] * 500
    # No contents come back: it is far below what a function may answer.
    assert set(reply.json["results"][0]) == {"status", "id", "version"}
    assert len(reply.body) < 60_000
    assert len(ann.get(home["url"] + "/tasks", limit=500)) == 500
    assert ann.ask("POST", "/v1/batch", {"operations": {}}).status == 422
    assert ann.ask("POST", "/v1/batch", {}).status == 422
    assert (
        ann.ask("POST", "/v1/batch", body=b"a=b", headers={"Content-Type": "application/x-www-form-urlencoded"}).status
        == 415
    )


@ONE_DOOR_EACH
def test_an_operation_may_refer_to_what_is_made_before_it_and_to_nothing_after(ann: Person) -> None:
    list_id, top, below = (str(uuid.uuid4()) for _ in range(3))
    made = (new_list(id=list_id), new_task(list_id, "top", id=top), new_task(list_id, "below", id=below, parent_id=top))
    for order in itertools.permutations(made):
        if order != made:
            assert send(ann, *order).status in (404, 422)
            assert ann.get("/v1/lists") == []
    assert statuses(done(ann, *made)) == [201] * 3
    assert ann.get(f"/v1/tasks/{below}")["parent_id"] == top
    # What is made before is repeated, and nothing is made twice.
    assert statuses(done(ann, *made)) == [201] * 3
    assert len(ann.get("/v1/tasks")) == 2


@ONE_DOOR_EACH
def test_no_circle_can_be_closed(ann: Person) -> None:
    home = ann.make_list()
    a, b, c = (ann.add(home, title)["id"] for title in "abc")
    before = world(ann)
    reply = send(ann, change(a, parent_id=b), change(b, parent_id=c), change(c, parent_id=a))
    assert (reply.status, reply.json["errors"][0]["pointer"]) == (422, "/operations/2/changes/parent_id")
    assert world(ann) == before


@ONE_DOOR_EACH
def test_the_same_id_twice_is_one_thing_or_taken(ann: Person, bob: Person) -> None:
    home = ann.make_list()
    chosen = str(uuid.uuid4())
    results = done(ann, new_task(home["id"], "a", id=chosen), new_task(home["id"], "a", id=chosen))
    assert (statuses(results), len(ann.get("/v1/tasks"))) == ([201, 201], 1)
    other = str(uuid.uuid4())
    reply = send(ann, new_task(home["id"], "a", id=other), new_task(home["id"], "b", id=other))
    assert (reply.status, reply.json["code"]) == (409, "id_taken")
    theirs = bob.add(bob.make_list())
    reply = send(ann, new_task(home["id"], "a", id=theirs["id"]))
    assert (reply.status, reply.json["code"]) == (409, "id_taken")


@ONE_DOOR_EACH
def test_what_belongs_to_others_does_not_exist(ann: Person, bob: Person) -> None:
    home, hidden = ann.make_list(), bob.make_list()
    mine, theirs = ann.add(home), bob.add(hidden)
    before = world(bob)
    for operation in (
        new_task(hidden["id"]),
        change(theirs["id"], title="x"),
        change(mine["id"], list_id=hidden["id"]),
        {"do": "delete_task", "id": theirs["id"]},
        {"do": "restore_task", "id": theirs["id"]},
        {"do": "update_list", "id": hidden["id"], "changes": {"title": "x"}},
        {"do": "delete_list", "id": hidden["id"]},
    ):
        reply = send(ann, operation)
        assert (reply.status, reply.json["code"]) == (404, "not_found"), operation
        assert statuses(done(ann, operation, atomic=False)) == [404]
    assert world(bob) == before


def test_a_token_that_may_only_read_changes_nothing(ann: Person, door: Door) -> None:
    home = ann.make_list()
    secret = ann.ask("POST", "/v1/tokens", {"name": "wall", "access": "read"}).json["secret"]
    wall = Person(door, ann.email, ann.id, secret)
    for atomic in (True, False):
        fields = {"atomic": atomic}
        reply = send(wall, new_task(home["id"]), atomic=atomic)
        if reply.status == 200:
            assert statuses(reply.json["results"]) == [403]
        else:
            assert (reply.status, reply.json["code"]) == (403, "forbidden")
        assert door.ask("POST", "/v1/batch", {"operations": [new_task(home["id"])], **fields}).status == 401
        assert door.ask("POST", "/v1/batch", {"operations": [new_task(home["id"])], **fields}, token="x").status == 401
    assert ann.get("/v1/tasks") == []


@ONE_DOOR_EACH
def test_a_recurring_task_is_completed_by_whoever_says_what_they_saw(ann: Person) -> None:
    home = ann.make_list()
    task = ann.add(home, due={"date": "2026-12-01", "recurrence": "FREQ=DAILY"})
    reply = send(ann, change(task["id"], completed=True))
    assert (reply.status, reply.json["errors"][0]["pointer"]) == (428, "/operations/0")
    results = done(
        ann,
        change(task["id"], completed=True, due=task["due"]),
        {**change(task["id"], completed=True), "version": 2},
    )
    assert [each["version"] for each in results] == [2, 3]
    assert ann.get(task["url"])["due"]["date"] == "2026-12-03"
    # Under a key it cannot be repeated by accident.
    for _ in range(3):
        assert [each["version"] for each in done(ann, change(task["id"], completed=True), key="once")] == [4]
    assert ann.get(task["url"])["due"]["date"] == "2026-12-04"
    assert send(ann, change(task["id"], completed=True, due=task["due"])).status == 412


@ONE_DOOR_EACH
def test_a_batch_is_repeated_under_its_key_and_another_one_is_not(ann: Person) -> None:
    home = ann.make_list()
    operations = (new_task(home["id"], "a"), new_task(home["id"], "b"))
    for atomic in (True, False):
        first, second = (send(ann, *operations, key=f"key-{atomic}", atomic=atomic) for _ in range(2))
        assert (first.status, first.body) == (second.status, second.body)
    assert len(ann.get("/v1/tasks")) == 4
    reply = send(ann, new_task(home["id"], "c"), key="key-True")
    assert (reply.status, reply.json["code"]) == (422, "idempotency_mismatch")
    results = done(ann, new_task(home["id"], "c"), operations[1], key="key-False", atomic=False)
    assert (statuses(results), results[0]["problem"]["code"]) == ([422, 201], "idempotency_mismatch")
    assert len(ann.get("/v1/tasks")) == 4


# -- each for itself ---------------------------------------------------------------------------------------------------


@ONE_DOOR_EACH
def test_each_for_itself_does_what_can_be_done_and_says_what_cannot(ann: Person) -> None:
    home = ann.make_list()
    task = ann.add(home, "task")
    chosen, nowhere = str(uuid.uuid4()), str(uuid.uuid4())
    results = done(
        ann,
        new_task(nowhere, id=chosen),
        new_task(home["id"], "new", id=chosen),
        {**change(task["id"], title="x"), "version": 7},
        change(chosen, parent_id=nowhere),
        change(chosen, parent_id=task["id"]),
        {"do": "delete_task", "id": nowhere},
        {"do": "delete_task", "id": task["id"]},
        change(chosen, title="x"),
        atomic=False,
    )
    assert statuses(results) == [404, 201, 412, 422, 200, 404, 204, 404]
    mismatch, invalid = results[2]["problem"], results[3]["problem"]
    assert (mismatch["code"], mismatch["current"]) == ("version_mismatch", task)
    assert [fault["pointer"] for fault in invalid["errors"]] == ["/changes/parent_id"]
    assert ("id" in results[0], "version" in results[0]) == (False, False)
    assert ann.get("/v1/tasks") == []
    # Each is an operation of its own.
    activity = ann.get(home["url"] + "/activity")
    assert len({each["operation_id"] for each in activity}) == len(activity) == 5


@ONE_DOOR_EACH
def test_when_the_time_is_up_the_rest_is_not_tried_and_can_be_sent_again(
    ann: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = ann.make_list()
    operations = [new_task(home["id"], f"{number}") for number in range(8)]
    ticks = itertools.count(step=6)
    with monkeypatch.context() as patched:
        patched.setattr(handler, "time", SimpleNamespace(monotonic=lambda: float(next(ticks))))
        results = done(ann, *operations, atomic=False, key="k")
    tried = statuses(results).count(201)
    assert 0 < tried < len(operations)
    assert statuses(results) == [201] * tried + [503] * (len(operations) - tried)
    assert {each["problem"]["code"] for each in results[tried:]} == {"database_busy"}
    again = done(ann, *operations, atomic=False, key="k")
    assert statuses(again) == [201] * len(operations)
    assert again[:tried] == results[:tried]
    assert sorted(task["title"] for task in ann.get("/v1/tasks")) == [f"{number}" for number in range(8)]


@ONE_DOOR_EACH
def test_a_phone_that_hears_no_answer_sends_all_of_it_again(ann: Person) -> None:
    home = ann.make_list()
    device = Device(ann)
    device.sync()
    first = device.create(home["id"], "first")
    device.create(home["id"], "below", parent_id=first)
    device.update(first, completed=True)
    device.push(is_answered=False)
    late = device.create(home["id"], "late")
    assert device.tasks[late]["title"] == "late"
    for _ in range(3):
        device.push()
    assert (device.outbox, device.refused) == ([], [])
    device.sync()
    device.require_as_server()
    assert sorted(task["title"] for task in device.tasks.values()) == ["below", "first", "late"]
    assert ann.get(f"/v1/tasks/{first}")["version"] == 2


def test_two_batches_in_opposite_orders_wait_for_each_other_in_one(postgresql_server: str, clock: MovableClock) -> None:
    """Fifty times over two lists, with what locks the account, too: no deadlock, and nobody is told of one."""
    url = new_database(postgresql_server)
    database = build_database(url, "server")
    migrate(database.engine)
    database.close()
    with ServerDoor(url, clock) as door, ThreadPoolExecutor(2) as pool:
        ann = door.sign_up("ann@example.org")
        homes = [ann.make_list(f"{number}") for number in range(2)]
        tasks = [ann.add(each) for each in homes]
        for turn in range(50):
            there = (
                change(tasks[0]["id"], title=f"{turn}"),
                new_task(homes[1]["id"]),
                change(tasks[1]["id"], list_id=homes[turn % 2]["id"]),
                new_list(f"{turn}"),
            )
            replies = [pool.submit(send, ann, *order) for order in (there, there[::-1])]
            assert [reply.result(30).status for reply in replies] == [200, 200]
        deadlocks = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
        assert ask(make_url(url), deadlocks) == [(0,)]

        def books(session: Session) -> list[Any]:
            rows = select(Scope.revision, func.count(Change.revision)).join(Change, Change.scope_id == Scope.id)
            return list(session.execute(rows.where(Scope.kind == "list").group_by(Scope.id, Scope.revision)))

        for revision, rows in door.database.read(books):
            assert revision == rows
