"""Synchronisation: what a client has, after the last page, is what the server has; nothing is missed on the way."""

import base64
import uuid
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
import pytest
from clients import Person
from clocks import MovableClock
from device import Device
from doors import ONE_DOOR_EACH
from sharing import appoint, dismiss, holder_of, join, link_to
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from todo.models import Scope, Task
from todo.services import live, purge, sync_token
from todo.services.sync_token import Followed, Position


def ask(person: Person, **fields: Any) -> dict[str, Any]:
    reply = person.ask("POST", "/v1/sync", fields)
    assert reply.status == 200, reply.body
    page: dict[str, Any] = reply.json
    return page


def titles(page: dict[str, Any], of: str = "tasks") -> list[str]:
    return [each["title"] for each in page[of]]


def ids(page: dict[str, Any], of: str) -> list[str]:
    return [each if isinstance(each, str) else each["id"] for each in page[of]]


def over(pages: list[dict[str, Any]], of: str) -> list[str]:
    return [each for page in pages for each in ids(page, of)]


def patient(person: Person) -> Person:
    """The same person with a token that does not expire while a test lets time pass."""
    reply = person.ask("POST", "/v1/tokens", {"name": "phone"})
    return Person(person.door, person.email, person.id, reply.json["secret"])


def synced(person: Person, limit: int = 500) -> Device:
    device = Device(person, limit)
    device.sync()
    return device


def test_without_a_token_everything_comes_with_what_is_needed_to_show_it(ann: Person) -> None:
    home = ann.make_list("Home", notes="Ours")
    task = ann.add(home, "Rent", labels=["Money"], due={"date": "2026-12-01", "recurrence": "FREQ=MONTHLY"})
    page = ask(ann)
    assert page["account"] == ann.get("/v1/me")
    assert page["tasks"] == [task]
    assert page["revisions"] == {home["id"]: 2}
    (given,) = page["lists"]
    assert given == {
        **home,
        "whole": True,
        "members": [{"account_id": ann.id, "name": "Ann", "role": "owner"}],
    }
    assert (page["more"], page["reset"], page["removed_lists"], page["removed_tasks"]) == (False, False, [], [])


def test_with_the_token_only_what_changed_comes_and_then_nothing(ann: Person) -> None:
    home, work = ann.make_list("Home"), ann.make_list("Work")
    rent, milk = ann.add(home, "Rent"), ann.add(home, "Milk")
    ann.add(work, "Report")
    first = ask(ann)
    ann.ask("PATCH", milk["url"], {"completed": True})
    second = ask(ann, token=first["token"])
    assert (second["tasks"], second["lists"], second["account"]) == ([ann.get(milk["url"])], [], None)
    third = ask(ann, token=second["token"])
    assert not any(third[name] for name in ("tasks", "lists", "removed_tasks", "removed_lists", "account", "more"))
    # A token can be used again, and gives the same.
    assert ask(ann, token=first["token"])["tasks"] == second["tasks"]
    ann.ask("PATCH", "/v1/me", {"name": "Anna"})
    assert ask(ann, token=third["token"])["account"]["name"] == "Anna"
    ann.ask("PATCH", rent["url"], {"title": "The rent"})
    assert titles(ask(ann, token=third["token"])) == ["The rent"]


@ONE_DOOR_EACH
def test_pages_of_every_size_give_everything_once(ann: Person) -> None:
    for number in range(4):
        made = ann.make_list(f"List {number}")
        for other in range(number * 2):
            ann.add(made, f"{number}-{other}")
    whole = ask(ann)
    assert len(whole["lists"] + whole["tasks"]) == 16
    for limit in range(1, 19):
        device = Device(ann, limit)
        pages = device.sync()
        assert sorted(over(pages, "lists")) == sorted(ids(whole, "lists"))
        assert sorted(over(pages, "tasks")) == sorted(ids(whole, "tasks"))
        # One more is let in behind a list, so that each page gets on.
        assert all(1 <= len(page["lists"] + page["tasks"]) <= limit + 1 for page in pages)
        device.require_as_server()


@ONE_DOOR_EACH
def test_pages_of_changes_give_each_once_and_none_of_what_was_known(ann: Person) -> None:
    home, work = ann.make_list(), ann.make_list()
    tasks = [ann.add(each, f"{number}") for number in range(6) for each in (home, work)]
    before = synced(ann)
    for task in tasks[:4]:
        ann.ask("PATCH", task["url"], {"priority": 3})
    for task in tasks[4:8]:
        ann.ask("DELETE", task["url"])
    for limit in range(1, 10):
        device = Device(ann, limit, token=before.token)
        pages = device.sync()
        assert sorted(over(pages, "tasks")) == sorted(task["id"] for task in tasks[:4])
        removed = over(pages, "removed_tasks")
        assert sorted(removed) == sorted(task["id"] for task in tasks[4:8])
        assert over(pages, "lists") == []


@ONE_DOOR_EACH
def test_a_page_is_no_larger_than_others_are(ann: Person) -> None:
    """4 MiB, whatever the limit: such replies do not pass through a function."""
    home = ann.make_list()
    new = [{"do": "create_task", "list_id": home["id"], "task": {"title": "x", "notes": "x" * 16_384}}] * 60
    for _ in range(5):
        assert ann.ask("POST", "/v1/batch", {"operations": new}).status == 200
    pages = Device(ann).sync()
    assert [page["more"] for page in pages] == [True, False]
    assert sum(len(page["tasks"]) for page in pages) == 300
    assert all(len(msgspec.json.encode(page)) < 4_500_000 for page in pages)


def test_what_was_deleted_restored_or_moved_is_told_as_what_it_is_now(ann: Person) -> None:
    home, work = ann.make_list("Home"), ann.make_list("Work")
    top = ann.add(home, "top")
    below = ann.add(home, "below", parent_id=top["id"])
    other = ann.add(home, "other")
    device = synced(ann)

    ann.ask("DELETE", top["url"])
    (page,) = device.sync()
    assert sorted(ids(page, "removed_tasks")) == sorted([top["id"], below["id"]])
    device.require_as_server()

    ann.ask("POST", top["url"] + "/restore")
    (page,) = device.sync()
    assert sorted(titles(page)) == ["below", "top"]
    device.require_as_server()

    ann.ask("PATCH", top["url"], {"list_id": work["id"]})
    (page,) = device.sync()
    assert sorted((each["id"], each["list_id"]) for each in page["removed_tasks"]) == sorted(
        (each["id"], home["id"]) for each in (top, below)
    )
    assert {each["list_id"] for each in page["tasks"]} == {work["id"]}
    device.require_as_server()

    # There and back between two looks: it was gone from here, and is here.
    ann.ask("PATCH", other["url"], {"list_id": work["id"]})
    ann.ask("PATCH", other["url"], {"list_id": home["id"]})
    device.sync()
    device.require_as_server()


@ONE_DOOR_EACH
def test_a_task_that_moves_stays_whichever_list_comes_first_and_wherever_pages_end(ann: Person) -> None:
    lists = [ann.make_list(f"{number}") for number in range(3)]
    tasks = [ann.add(lists[number % 3], f"{number}") for number in range(6)]
    devices = [synced(ann, limit) for limit in (1, 2, 3, 500)]
    for turn in range(4):
        for number, task in enumerate(tasks):
            ann.ask("PATCH", task["url"], {"list_id": lists[(number + turn) % 3]["id"]})
            for device in devices[:3]:
                device.page()
    for device in devices:
        device.sync()
        device.require_as_server()


@ONE_DOOR_EACH
def test_what_was_purged_from_the_trash_is_told_to_whoever_had_it(ann: Person, clock: MovableClock) -> None:
    person = patient(ann)
    home, gone_list = person.make_list("Home"), person.make_list("Gone")
    gone, kept = person.add(home, "gone"), person.add(home, "kept")
    person.add(gone_list, "in it")
    early, late = synced(person), synced(person)
    person.ask("DELETE", gone["url"])
    person.ask("DELETE", gone_list["url"])
    late.sync()
    clock.forward(days=31)
    while person.door.database.write(purge.purge_tasks, clock()):
        pass
    while person.door.database.write(purge.purge_lists, clock()):
        pass
    pages = early.sync()
    assert over(pages, "removed_tasks") == [gone["id"]]
    assert over(pages, "removed_lists") == [gone_list["id"]]
    assert late.sync()[0]["removed_tasks"] == []
    for device in (early, late, synced(person)):
        device.require_as_server()
        assert list(device.store.tasks) == [kept["id"]]


@ONE_DOOR_EACH
def test_a_deleted_list_goes_and_comes_back_with_its_task(ann: Person) -> None:
    home, other = ann.make_list("Home"), ann.make_list("Other")
    task, left = ann.add(home, "task"), ann.add(home, "left in the trash")
    away, there = synced(ann), synced(ann)
    ann.ask("DELETE", home["url"])
    (page,) = there.sync()
    assert (page["removed_lists"], page["tasks"], page["removed_tasks"]) == ([home["id"]], [], [])
    there.require_as_server()
    ann.ask("POST", task["url"] + "/restore")
    for device in (away, there):
        (page,) = device.sync()
        assert (ids(page, "lists"), page["removed_lists"]) == ([home["id"]], [])
        device.require_as_server()
        assert set(device.store.lists) == {home["id"], other["id"]}
        assert left["id"] not in device.store.tasks
    # Who was away had the list, and is told only what changed in it.
    assert page["lists"][0]["whole"] is True


def test_access_that_is_lost_takes_the_list_along_and_brings_it_back_whole(ann: Person, bob: Person) -> None:
    home = ann.make_list("Home")
    task = ann.add(home, "task")
    device = synced(bob)
    assert device.store.lists == {}
    join(ann, home, bob, "viewer")
    (page,) = device.sync()
    assert (page["lists"][0]["role"], page["lists"][0]["whole"], titles(page)) == ("viewer", True, ["task"])
    device.require_as_server()
    ann.ask("PATCH", task["url"], {"title": "changed"})
    dismiss(ann, home, bob)
    away = Device(bob, token=device.token, store=device.store)
    (page,) = device.sync()
    assert (page["removed_lists"], page["tasks"], page["lists"]) == ([home["id"]], [], [])
    device.require_as_server()
    join(ann, home, bob, "editor")
    (page,) = device.sync()
    assert (page["lists"][0]["whole"], titles(page)) == (True, ["changed"])
    # Who did not look meanwhile has what it had, and hears of what changed.
    (page,) = away.sync()
    assert (page["removed_lists"], titles(page)) == ([], ["changed"])
    for each in (device, away):
        each.require_as_server()


def test_a_change_of_roles_reaches_everybody_on_the_list(ann: Person, bob: Person) -> None:
    home = ann.make_list("Home")
    join(ann, home, bob, "viewer")
    devices = [synced(ann), synced(bob)]
    for role in ("editor", "owner", "viewer"):
        appoint(ann, home, bob, role)
        for device, own in zip(devices, ("owner", role), strict=True):
            (page,) = device.sync()
            assert (page["lists"][0]["role"], page["lists"][0]["whole"]) == (own, False)
            assert {each["name"]: each["role"] for each in page["lists"][0]["members"]} == {"Ann": "owner", "Bob": role}
            device.require_as_server()


def test_a_task_of_who_left_is_told_to_be_nobodys(ann: Person, bob: Person) -> None:
    home = ann.make_list("Home")
    join(ann, home, bob, "editor")
    task = ann.add(home, assignee_id=bob.id)
    device = synced(ann)
    assert bob.ask("DELETE", f"{home['url']}/members/{bob.id}").status == 204
    device.sync()
    assert device.store.tasks[task["id"]]["assignee_id"] is None
    device.require_as_server()


def test_whoever_holds_a_link_follows_its_list_alone(ann: Person) -> None:
    home, work = ann.make_list("Home"), ann.make_list("Work")
    seen, hidden = ann.add(home, "seen"), ann.add(work, "hidden")
    holder = holder_of(ann.door, link_to(ann, home, "viewer"))
    device = synced(holder)
    assert (device.store.account, list(device.store.lists), list(device.store.tasks)) == (
        None,
        [home["id"]],
        [seen["id"]],
    )
    assert device.store.lists[home["id"]]["role"] == "viewer"
    ann.ask("PATCH", seen["url"], {"list_id": work["id"]})
    ann.ask("PATCH", hidden["url"], {"list_id": home["id"]})
    (page,) = device.sync()
    assert (ids(page, "removed_tasks"), titles(page)) == ([seen["id"]], ["hidden"])
    assert work["id"] not in str(page["tasks"]) + str(page["removed_tasks"])
    ann.ask("DELETE", home["url"])
    assert ask(holder, token=device.token)["removed_lists"] == [home["id"]]


# -- tokens ------------------------------------------------------------------------------------------------------


def forged(person: Person, **changes: Any) -> str:
    """A token as the service makes it, for what the client may have."""
    return sync_token.encode(UUID(person.id), Followed(**{"at": datetime.now(UTC), **changes}))


@ONE_DOOR_EACH
def test_a_token_that_is_not_ones_own_is_refused(ann: Person, bob: Person) -> None:
    ann.add(ann.make_list())
    token = ask(ann)["token"]
    for wrong in (
        ask(bob)["token"],
        token[:-1],
        token[:20],
        token + "A",
        "nonsense",
        "ä",
        "=" * 8,
        base64.urlsafe_b64encode(b"\xc1" * 30).decode(),
        base64.urlsafe_b64encode(msgspec.msgpack.encode([[[[]]]])).decode(),
        base64.urlsafe_b64encode(b"\x91" * 100_000).decode().rstrip("="),
    ):
        reply = ann.ask("POST", "/v1/sync", {"token": wrong})
        assert (reply.status, reply.json["code"]) == (422, "invalid_input"), wrong
        assert [fault["pointer"] for fault in reply.json["errors"]] == ["/token"]
    for fields, pointer in (({"token": ""}, "/token"), ({"limit": 0}, "/limit"), ({"limit": 501}, "/limit")):
        reply = ann.ask("POST", "/v1/sync", fields)
        assert (reply.status, reply.json["errors"][0]["pointer"]) == (422, pointer)
    assert ann.door.ask("POST", "/v1/sync", {}).status == 401


@ONE_DOOR_EACH
def test_a_token_from_the_future_starts_over(ann: Person, door: Any) -> None:
    """The database was restored from a backup: what came after it never happened."""
    home = ann.make_list()
    tasks = [ann.add(home, f"{number}") for number in range(4)]
    device, within = synced(ann), Device(ann, 2)
    within.page()
    phantom = str(uuid.uuid4())
    for each in (device, within):
        each.store.tasks[phantom] = {**tasks[0], "id": phantom}

    def restore(session: Session) -> None:
        session.execute(update(Task).where(Task.list_id == UUID(home["id"])).values(changed_revision=1))
        session.execute(update(Scope).where(Scope.id == UUID(home["id"])).values(revision=1))

    door.database.write(restore)
    for each in (device, within):
        assert each.sync()[0]["reset"] is True
        each.require_as_server()
        assert each.sync()[0]["reset"] is False


@pytest.mark.parametrize("revision", [2**63 - 1, 2**63, 2**64 - 1])
@ONE_DOOR_EACH
def test_a_token_with_any_number_in_it_is_answered(ann: Person, revision: int) -> None:
    home = ann.make_list()
    ann.add(home)
    list_id = UUID(home["id"])
    for token in (
        forged(ann, revisions={list_id: revision}),
        forged(ann, position=Position(list_id, revision, revision, list_id)),
        forged(ann, position=Position(list_id, 0, revision, list_id), last=list_id),
        forged(ann, revisions={UUID(int=number): revision for number in range(3)}),
    ):
        assert len(Device(ann, token=token).sync()) == 1


@ONE_DOOR_EACH
def test_a_token_older_than_what_is_remembered_starts_over(ann: Person, clock: MovableClock) -> None:
    person = patient(ann)
    task = person.add(person.make_list())
    old, older = synced(person), synced(person)
    person.ask("DELETE", task["url"])
    clock.forward(days=88)
    (page,) = old.sync()
    assert (page["reset"], ids(page, "removed_tasks")) == (False, [task["id"]])
    clock.forward(days=2)
    (page,) = older.sync()
    assert page["reset"] is True
    # Each complete answer counts anew.
    assert old.sync()[0]["reset"] is False
    for device in (old, older):
        device.require_as_server()
        assert device.store.tasks == {}


@ONE_DOOR_EACH
def test_pages_that_were_not_finished_do_not_make_a_token_younger(ann: Person, clock: MovableClock) -> None:
    person = patient(ann)
    home = person.make_list()
    for number in range(3):
        person.add(home, f"{number}")
    device = Device(person, 1)
    device.page()
    clock.forward(days=50)
    assert device.page()["more"] is True
    clock.forward(days=40)
    assert device.page()["reset"] is True


def test_the_token_of_ten_thousand_lists_fits_into_a_request() -> None:
    revisions = {uuid.uuid4(): number * 1_000_003 for number in range(10_000)}
    place = Position(next(iter(revisions)), 2**40, 2**40, uuid.uuid4())
    followed = Followed(datetime(2026, 11, 26, tzinfo=UTC), revisions, place, uuid.uuid4())
    me = uuid.uuid4()
    token = sync_token.encode(me, followed)
    assert len(token) < 400_000
    assert sync_token.decode(token, me) == followed


# -- meanwhile ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("limit", [1, 2, 3])
@ONE_DOOR_EACH
def test_whoever_writes_between_two_pages_is_heard(ann: Person, limit: int) -> None:
    lists = [ann.make_list(f"{number}") for number in range(3)]
    tasks = [ann.add(each, "task") for each in lists for _ in range(4)]
    device = Device(ann, limit)
    written = 0
    while device.page()["more"]:
        if written < 40:
            task = tasks[written % len(tasks)]
            match written % 4:
                case 0:
                    ann.ask("PATCH", task["url"], {"title": f"changed {written}"})
                case 1:
                    ann.ask("PATCH", task["url"], {"list_id": lists[written % 3]["id"]})
                case 2:
                    ann.ask("DELETE", task["url"])
                case _:
                    ann.add(lists[written % 3], f"new {written}")
        written += 1
    device.sync()
    device.require_as_server()


@ONE_DOOR_EACH
def test_what_a_socket_tells_late_is_known_to_be_old(ann: Person) -> None:
    """It was on its way while the device asked for what changed; what it tells is gone again by then."""
    home = ann.make_list("Home")
    device = synced(ann)
    ann.add(home, "gone again")
    on_the_way = ann.door.database.read(live.changes, UUID(home["id"]), 1)
    ann.ask("DELETE", home["url"] + "/tasks")
    (page,) = device.sync()
    assert page["revisions"] == {home["id"]: 3}
    assert [change.task is not None for change in on_the_way] == [True]
    assert [change.revision <= device.store.positions[home["id"]] for change in on_the_way] == [True]


@pytest.mark.parametrize("limit", [1, 2, 5])
@ONE_DOOR_EACH
def test_a_list_that_never_rests_does_not_keep_others_away(ann: Person, limit: int) -> None:
    lists = sorted((ann.make_list(f"{number}") for number in range(3)), key=lambda each: str(each["id"]))
    for busy in lists:
        device = synced(ann, limit)
        quiet = [ann.add(each, "quiet")["id"] for each in lists if each is not busy]
        for _ in range(12):
            # More than a page holds, before each page.
            for number in range(limit + 1):
                ann.add(busy, f"busy {number}")
            device.page()
            if all(each in device.store.tasks for each in quiet):
                break
        else:
            pytest.fail("the quiet lists did not come")


@ONE_DOOR_EACH
def test_a_list_that_grows_faster_than_it_is_read_is_left_for_the_next(ann: Person) -> None:
    """Even at the very beginning, where its pages alone would never end."""
    lists = sorted((ann.make_list(f"{number}") for number in range(2)), key=lambda each: str(each["id"]))
    quiet = ann.add(lists[1], "quiet")
    for _ in range(3):
        ann.add(lists[0], "first")
    device = Device(ann, 1)
    for _ in range(8):
        for number in range(3):
            ann.add(lists[0], f"busy {number}")
        device.page()
    assert quiet["id"] in device.store.tasks


def test_reading_it_changes_nothing_and_a_reading_token_will_do(ann: Person, door: Any) -> None:
    home = ann.make_list()
    ann.add(home)
    reply = ann.ask("POST", "/v1/tokens", {"name": "wall", "access": "read"})
    wall = Person(door, ann.email, ann.id, reply.json["secret"])
    synced(wall).require_as_server()

    def revisions(session: Session) -> list[Any]:
        scopes = select(Scope.id, Scope.revision).where(Scope.id.in_([UUID(home["id"]), UUID(ann.id)]))
        return sorted(tuple(row) for row in session.execute(scopes))

    before = door.database.read(revisions)
    synced(ann)
    assert door.database.read(revisions) == before
