"""Ids that clients make, so that what was made offline can be sent twice."""

import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from clients import Person
from clocks import MovableClock

V7 = "0190{:04x}-{:04x}-7{:03x}-8{:03x}-{:012x}"


def version_7() -> str:
    """A UUID of version 7 from mid-2024."""
    random = uuid.uuid4().int
    return V7.format(random & 0xFFFF, random >> 16 & 0xFFFF, random >> 32 & 0xFFF, random >> 44 & 0xFFF, random >> 80)


@pytest.mark.parametrize("make", [lambda: str(uuid.uuid4()), version_7])
def test_versions_4_and_7_are_taken(ann: Person, make: object) -> None:
    assert callable(make)
    list_id, task_id = make(), make()
    home = ann.make_list(id=list_id)
    assert ann.add(home, id=task_id)["id"] == task_id
    assert home["url"] == f"/v1/lists/{list_id}"


@pytest.mark.parametrize(
    "bad",
    [
        "c232ab00-9414-11ec-b3c8-9f6bdeced846",
        "5df41881-3aed-3515-88a7-2f4a814cf09e",
        "1ec9414c-232a-6b00-b3c8-9f6bdeced846",
        "00000000-0000-0000-0000-000000000000",
        "ffffffff-ffff-ffff-ffff-ffffffffffff",
        "none",
        7,
    ],
)
@pytest.mark.parametrize("session_door", ["lambda-sqlite", "server-postgresql"], indirect=True)
def test_other_ids_are_refused(ann: Person, bad: str) -> None:
    home = ann.make_list()
    for path in ("/v1/lists", home["url"] + "/tasks"):
        reply = ann.ask("POST", path, {"title": "x", "id": bad})
        assert (reply.status, reply.json["errors"][0]["pointer"]) == (422, "/id")


def test_the_time_in_an_id_is_not_trusted(ann: Person, clock: MovableClock) -> None:
    home = ann.make_list()
    first = ann.add(home, "first")
    clock.forward(seconds=1)
    old = ann.add(home, "second", id=version_7())
    assert old["created_at"] > first["created_at"]
    assert [task["title"] for task in ann.get(home["url"] + "/tasks", order_by="created")] == ["first", "second"]


def test_the_same_again_is_a_replay(ann: Person) -> None:
    new = {"id": str(uuid.uuid4()), "title": "Home"}
    lists = [ann.ask("POST", "/v1/lists", new) for _ in range(2)]
    assert [reply.status for reply in lists] == [201, 201]
    assert lists[0].body == lists[1].body
    task = {"id": str(uuid.uuid4()), "title": "Rent", "labels": ["a"]}
    tasks = [ann.ask("POST", lists[0].json["url"] + "/tasks", task) for _ in range(2)]
    assert [reply.status for reply in tasks] == [201, 201]
    assert tasks[0].body == tasks[1].body
    assert tasks[0].headers["etag"] == tasks[1].headers["etag"]
    assert len(ann.get("/v1/lists")) == len(ann.get("/v1/tasks")) == 1
    assert len(ann.get(tasks[0].json["url"] + "/activity")) == 1


def test_a_replay_shows_the_task_as_it_is_now(ann: Person) -> None:
    home = ann.make_list()
    new = {"id": str(uuid.uuid4()), "title": "Rent"}
    task = ann.ask("POST", home["url"] + "/tasks", new).json
    changed = ann.ask("PATCH", task["url"], {"title": "Pay rent"}).json
    assert ann.ask("POST", home["url"] + "/tasks", new).json == changed


def test_another_body_or_list_is_a_clash(ann: Person) -> None:
    home, work = ann.make_list(), ann.make_list()
    task = ann.add(home, "Rent", id=str(uuid.uuid4()))
    for path, body in (
        (home["url"] + "/tasks", {"id": task["id"], "title": "Other"}),
        (work["url"] + "/tasks", {"id": task["id"], "title": "Rent"}),
        ("/v1/lists", {"id": home["id"], "title": "Other"}),
    ):
        reply = ann.ask("POST", path, body)
        assert (reply.status, reply.json["code"]) == (409, "id_taken")
    assert ann.get("/v1/tasks") == [task]


def test_a_clash_reads_the_same_whoever_owns_the_id(ann: Person, bob: Person) -> None:
    home, bobs = ann.make_list("Home", id=str(uuid.uuid4())), bob.make_list()
    task = ann.add(home, "Rent", id=str(uuid.uuid4()))
    own = bob.add(bobs, "Rent", id=str(uuid.uuid4()))
    problems = []
    for path, item in (
        ("/v1/lists", {"id": home["id"], "title": "Home"}),
        (bobs["url"] + "/tasks", {"id": task["id"], "title": "Rent"}),
        (bobs["url"] + "/tasks", {"id": own["id"], "title": "Other"}),
    ):
        reply = bob.ask("POST", path, item)
        assert (reply.status, reply.json["code"]) == (409, "id_taken")
        problems.append({**reply.json, "request_id": ""})
    assert problems[0] == problems[1] == problems[2]


def test_the_id_of_an_account_is_none_for_a_list(ann: Person, bob: Person) -> None:
    for person in (ann, bob):
        reply = ann.ask("POST", "/v1/lists", {"title": "x", "id": person.id})
        assert (reply.status, reply.json["code"]) == (409, "id_taken")
    assert ann.ask("POST", "/v1/lists", {"title": "x"}).status == 201


def test_what_is_in_the_trash_keeps_its_id(ann: Person) -> None:
    home = ann.make_list()
    new = {"id": str(uuid.uuid4()), "title": "Rent"}
    task = ann.ask("POST", home["url"] + "/tasks", new).json
    ann.ask("DELETE", task["url"])
    reply = ann.ask("POST", home["url"] + "/tasks", new)
    assert (reply.status, reply.json["code"]) == (409, "conflict")
    assert ann.ask("POST", home["url"] + "/tasks", {**new, "title": "Other"}).json["code"] == "id_taken"


@pytest.mark.parametrize("session_door", ["server-sqlite", "server-postgresql"], indirect=True)
def test_eight_at_once_make_one_task_and_one_list(ann: Person) -> None:
    home = ann.make_list()
    for path, new in (
        (home["url"] + "/tasks", {"id": str(uuid.uuid4()), "title": "Rent"}),
        ("/v1/lists", {"id": str(uuid.uuid4()), "title": "Work"}),
    ):
        with ThreadPoolExecutor(8) as threads:
            replies = list(threads.map(lambda _, path=path, new=new: ann.ask("POST", path, new), range(8)))
        assert {reply.status for reply in replies} == {201}
        assert len({reply.body for reply in replies}) == 1
    assert (len(ann.get("/v1/tasks")), len(ann.get("/v1/lists"))) == (1, 2)


def test_upper_case_in_an_address_is_the_same_id(ann: Person) -> None:
    home = ann.make_list()
    assert ann.get(f"/v1/lists/{home['id'].upper()}") == home
