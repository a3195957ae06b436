"""Members of a list: who sees what, changing roles, handing over, leaving."""

import uuid
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import pytest
from clients import Door, Person
from sharing import feed_of, holder_of, invite, join, link_to, roles_in
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from todo.models import Account, Member, Reminder, Scope, TaskList

ROLES = ("viewer", "editor", "owner")


@pytest.fixture
def home(ann: Person) -> dict[str, Any]:
    """A list of Ann's."""
    return ann.make_list("Home")


@pytest.fixture
def cyd(door: Door) -> Person:
    """A third one."""
    return door.sign_up(f"cyd-{uuid.uuid4()}@example.org", name="Cyd")


def member_url(task_list: Mapping[str, Any], person: Person) -> str:
    return f"{task_list['url']}/members/{person.id}"


def counted_for(door: Door, task_list: Mapping[str, Any]) -> str:
    """The account that a list counts for."""
    return str(door.database.read(lambda session: session.get_one(TaskList, UUID(task_list["id"])).owner_id))


def lists_counted(door: Door, person: Person) -> int:
    return door.database.read(lambda session: session.get_one(Scope, UUID(person.id)).item_count)


def sees_nothing(person: Person, task_list: Mapping[str, Any], task: Mapping[str, Any], label: str) -> None:
    """Nothing of a list is there for somebody: not by its address, in a filter, or in what an error says."""
    for path in ("", "/tasks", "/activity", "/members", "/links", "/invitations"):
        assert person.ask("GET", task_list["url"] + path).status == 404, path
    assert task_list["id"] not in {one["id"] for one in person.get("/v1/lists")}
    for path in ("", "/activity"):
        assert person.ask("GET", task["url"] + path).status == 404, path
    assert person.get("/v1/tasks", list=task_list["id"]) == []
    assert person.get("/v1/tasks", label=label) == []
    assert person.get("/v1/trash", list=task_list["id"]) == []
    assert label not in {one["name"] for one in person.get("/v1/labels")}
    own = person.add(person.make_list(), "Mine")
    for field, value in (("list_id", task_list["id"]), ("parent_id", task["id"]), ("after", task["id"])):
        hidden = person.ask("PATCH", own["url"], {field: value})
        never = person.ask("PATCH", own["url"], {field: str(uuid.uuid4())})
        assert (hidden.status, hidden.json["detail"]) == (never.status, never.json["detail"])
        assert hidden.status in (404, 422)
    for method, path, body in (
        ("PATCH", "", {"title": "x"}),
        ("DELETE", "", None),
        ("POST", "/tasks", {"title": "x"}),
        ("POST", "/links", {"role": "viewer"}),
        ("POST", "/invitations", {"email": "x@example.org", "role": "viewer"}),
        ("PUT", f"/members/{person.id}", {"role": "owner"}),
        ("DELETE", f"/members/{person.id}", None),
    ):
        assert person.ask(method, task_list["url"] + path, body).status == 404, (method, path)


# -- who there is -----------------------------------------------------------------------------------------------------


def test_whoever_makes_a_list_is_its_owner_and_alone(ann: Person, home: dict[str, Any]) -> None:
    (member,) = ann.get(f"{home['url']}/members")
    assert member == {
        "account_id": ann.id,
        "url": member_url(home, ann),
        "name": "Ann",
        "email": ann.email,
        "role": "owner",
    }


@pytest.mark.parametrize("role", ROLES)
def test_every_member_sees_the_members_by_name(
    ann: Person, bob: Person, cyd: Person, home: dict[str, Any], role: str
) -> None:
    join(ann, home, cyd, "viewer")
    join(ann, home, bob, role)
    people = [("Ann", ann.email), ("Bob", bob.email), ("Cyd", cyd.email)]
    for reader in (ann, bob, cyd):
        assert [(one["name"], one["email"]) for one in reader.get(f"{home['url']}/members")] == people
    assert roles_in(ann, home)[bob.id] == role


def test_holders_of_links_see_names_and_no_addresses(door: Door, ann: Person, home: dict[str, Any]) -> None:
    guest = holder_of(door, link_to(ann, home, "editor"))
    (member,) = guest.get(f"{home['url']}/members")
    assert (member["name"], member["email"], member["role"]) == ("Ann", None, "owner")


def test_what_one_may_not_see_is_not_there(ann: Person, bob: Person, home: dict[str, Any]) -> None:
    task = ann.add(home, "Secret", labels=["hidden"])
    gone = ann.add(home, "Gone", labels=["hidden"])
    ann.ask("DELETE", gone["url"])
    sees_nothing(bob, home, task, "hidden")


def test_a_list_has_at_most_500_members(door: Door, ann: Person, bob: Person, home: dict[str, Any]) -> None:
    secret = invite(ann, home, bob.email)["secret"]

    def fill(session: Session) -> None:
        model = session.execute(select(*Account.__table__.columns).where(Account.id == UUID(ann.id))).one()._asdict()
        ids = [uuid.uuid4() for _ in range(499)]
        people = [{**model, "id": each, "email_key": str(each)} for each in ids]
        session.execute(insert(Account.__table__), people)  # type: ignore[arg-type]  # a Table
        scope = {"kind": "account", "revision": 1, "tail": 0, "item_count": 0, "live_until": None}
        session.execute(insert(Scope), [{**scope, "id": each} for each in ids])
        session.execute(
            insert(Member),
            [
                {"account_id": each, "list_id": UUID(home["id"]), "role": "viewer", "changed_revision": 1}
                for each in ids
            ],
        )

    door.database.write(fill)
    reply = bob.ask("POST", "/v1/invitations", {"secret": secret})
    assert (reply.status, reply.json["code"]) == (409, "limit_reached")
    members = ann.get(f"{home['url']}/members")
    assert len(members) == 500
    ann.ask("DELETE", members[-1]["url"])
    assert bob.ask("POST", "/v1/invitations", {"secret": secret}).status == 201


# -- what each role may -----------------------------------------------------------------------------------------------


def test_viewers_see_editors_change_owners_share(ann: Person, bob: Person, home: dict[str, Any]) -> None:
    task = ann.add(home)
    join(ann, home, bob, "viewer")
    changes = [("PATCH", home["url"], {"title": "x"}), ("PATCH", task["url"], {"title": "x"})]
    shares = [
        ("GET", f"{home['url']}/links", None),
        ("POST", f"{home['url']}/links", {"role": "viewer"}),
        ("DELETE", f"{home['url']}/links/{uuid.uuid4()}", None),
        ("GET", f"{home['url']}/invitations", None),
        ("POST", f"{home['url']}/invitations", {"email": "x@example.org", "role": "viewer"}),
        ("DELETE", f"{home['url']}/invitations/{uuid.uuid4()}", None),
        ("PUT", member_url(home, ann), {"role": "viewer"}),
        ("PUT", member_url(home, bob), {"role": "owner"}),
        ("DELETE", member_url(home, ann), None),
        ("DELETE", home["url"], None),
    ]
    for role, allowed in (("viewer", False), ("editor", True)):
        ann.ask("PUT", member_url(home, bob), {"role": role})
        assert bob.get(home["url"])["role"] == role
        assert bob.get(f"{home['url']}/tasks")
        for method, path, body in changes:
            assert bob.ask(method, path, body).status == (200 if allowed else 403), (role, path)
        for how, where, given in shares:
            reply = bob.ask(how, where, given)
            assert (reply.status, reply.json["code"]) == (403, "forbidden"), (role, how, where)
    assert roles_in(ann, home) == {ann.id: "owner", bob.id: "editor"}


def test_tasks_can_be_assigned_to_members_alone(ann: Person, bob: Person, home: dict[str, Any]) -> None:
    task = ann.add(home)
    assert ann.ask("PATCH", task["url"], {"assignee_id": bob.id}).status == 422
    join(ann, home, bob, "viewer")
    assert ann.ask("PATCH", task["url"], {"assignee_id": bob.id}).json["assignee_id"] == bob.id


# -- roles and handing over -------------------------------------------------------------------------------------------


def test_a_changed_role_is_another_version_of_the_list_and_in_both_feeds(
    door: Door, ann: Person, bob: Person, home: dict[str, Any]
) -> None:
    join(ann, home, bob, "viewer")
    before = bob.ask("GET", home["url"])
    reply = ann.ask("PUT", member_url(home, bob), {"role": "editor"})
    assert (reply.status, reply.json["role"], reply.json["account_id"]) == (200, "editor", bob.id)
    after = bob.ask("GET", home["url"], headers={"If-None-Match": before.headers["etag"]})
    assert (after.status, after.json["role"], after.json["version"]) == (200, "editor", before.json["version"] + 1)
    fields = '{"role":["viewer","editor"]}'
    assert feed_of(door, home["id"])[-1] == ("member.role_changed", bob.id, fields)
    assert feed_of(door, bob.id)[-1] == ("list.role_changed", home["id"], fields)
    (entry,) = bob.get(f"{home['url']}/activity", limit=1)
    assert (entry["kind"], entry["actor_name"], entry["changes"]["role"]) == (
        "member.role_changed",
        "Ann",
        {"before": "viewer", "after": "editor"},
    )


def test_a_role_that_one_has_already_changes_nothing(
    door: Door, ann: Person, bob: Person, home: dict[str, Any]
) -> None:
    join(ann, home, bob, "viewer")
    seen, feed = ann.get(home["url"]), feed_of(door, home["id"])
    assert ann.ask("PUT", member_url(home, bob), {"role": "viewer"}).status == 200
    assert (ann.get(home["url"]), feed_of(door, home["id"])) == (seen, feed)


def test_whoever_is_no_member_has_no_role_to_change_whether_there_is_such_an_account(
    ann: Person, bob: Person, home: dict[str, Any]
) -> None:
    asked: tuple[tuple[str, Any], ...] = (("PUT", {"role": "viewer"}), ("DELETE", None))
    for how, given in asked:
        known = ann.ask(how, member_url(home, bob), given)
        never = ann.ask(how, f"{home['url']}/members/{uuid.uuid4()}", given)
        assert (known.status, known.json["detail"]) == (never.status, never.json["detail"])
        assert known.status == 404


def test_a_list_is_handed_over_and_counts_for_the_new_owner(
    door: Door, ann: Person, bob: Person, home: dict[str, Any]
) -> None:
    join(ann, home, bob, "editor")
    assert ann.ask("PUT", member_url(home, bob), {"role": "owner"}).status == 200
    assert counted_for(door, home) == ann.id
    assert ann.ask("PUT", member_url(home, ann), {"role": "viewer"}).status == 200
    assert counted_for(door, home) == bob.id
    assert (lists_counted(door, ann), lists_counted(door, bob)) == (0, 1)
    assert roles_in(bob, home) == {ann.id: "viewer", bob.id: "owner"}
    assert ann.ask("DELETE", home["url"]).status == 403
    assert bob.ask("DELETE", home["url"]).status == 204
    assert lists_counted(door, bob) == 0


def test_it_passes_to_whoever_has_been_an_owner_for_longest(
    door: Door, ann: Person, bob: Person, cyd: Person, home: dict[str, Any]
) -> None:
    join(ann, home, bob, "editor")
    join(ann, home, cyd, "owner")
    ann.ask("PUT", member_url(home, bob), {"role": "owner"})
    assert ann.ask("DELETE", member_url(home, ann)).status == 204
    assert counted_for(door, home) == cyd.id


@pytest.mark.parametrize(("method", "body"), [("DELETE", None), ("PUT", {"role": "editor"})])
def test_the_last_owner_stays(ann: Person, bob: Person, home: dict[str, Any], method: str, body: Any) -> None:
    join(ann, home, bob, "editor")
    reply = ann.ask(method, member_url(home, ann), body)
    assert (reply.status, reply.json["code"]) == (409, "last_owner")
    assert roles_in(ann, home) == {ann.id: "owner", bob.id: "editor"}
    ann.ask("PUT", member_url(home, bob), {"role": "owner"})
    assert ann.ask(method, member_url(home, ann), body).status in (200, 204)
    assert bob.ask(method, member_url(home, bob), body).json["code"] == "last_owner"


def test_who_is_an_owner_no_more_has_no_open_invitations_to_use(ann: Person, bob: Person, home: dict[str, Any]) -> None:
    join(ann, home, bob, "owner")
    kept = invite(bob, home, bob.email, "owner")["secret"]
    anns = invite(ann, home, "somebody@example.org")
    ann.ask("DELETE", member_url(home, bob))
    assert bob.ask("POST", "/v1/invitations", {"secret": kept}).status == 404
    assert [one["id"] for one in ann.get(f"{home['url']}/invitations")] == [anns["id"]]


# -- leaving ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("whose", ["own", "an owner's"])
def test_who_left_or_was_removed_sees_nothing_any_more(
    door: Door, ann: Person, bob: Person, home: dict[str, Any], role: str, whose: str
) -> None:
    join(ann, home, bob, role)
    task = ann.add(home, "Secret", labels=["hidden"])
    trashed = ann.add(home, "Old", labels=["hidden"])
    ann.ask("DELETE", trashed["url"])
    decision = bob if whose == "own" else ann
    version = ann.get(home["url"])["version"]
    assert decision.ask("DELETE", member_url(home, bob)).status == 204
    sees_nothing(bob, home, task, "hidden")
    assert bob.ask("POST", f"{trashed['url']}/restore").status == 404
    assert roles_in(ann, home) == {ann.id: "owner"}
    assert ann.get(home["url"])["version"] == version + 1
    assert feed_of(door, home["id"])[-1] == ("member.left", bob.id, f'{{"role":["{role}",null]}}')
    assert ("list.left", home["id"], "{}") in feed_of(door, bob.id)
    assert decision.ask("DELETE", member_url(home, bob)).status == 404


def test_what_was_assigned_to_who_left_is_nobodys_as_a_change_of_its_own(
    door: Door, ann: Person, bob: Person, home: dict[str, Any]
) -> None:
    join(ann, home, bob, "editor")
    theirs = [ann.add(home, title, assignee_id=bob.id) for title in ("One", "Two")]
    other = ann.add(home, "Mine", assignee_id=ann.id)
    trashed = ann.add(home, "Old", assignee_id=bob.id)
    ann.ask("DELETE", trashed["url"])
    elsewhere = bob.add(bob.make_list(), "Elsewhere", assignee_id=bob.id)
    bob.ask("DELETE", member_url(home, bob))
    for task in theirs:
        now = ann.get(task["url"])
        assert (now["assignee_id"], now["version"]) == (None, task["version"] + 1)
        assert ann.get(f"{task['url']}/activity")[0]["kind"] == "tasks.unassigned"
    assert ann.get(other["url"]) == other
    assert bob.get(elsewhere["url"]) == elsewhere
    assert ann.ask("POST", f"{trashed['url']}/restore").json["assignee_id"] is None
    kinds = [kind for kind, _, _ in feed_of(door, home["id"])]
    assert kinds[-3:] == ["member.left", "tasks.unassigned", "task.restored"]
    entry = ann.get(f"{home['url']}/activity", limit=2)[1]
    assert (entry["many"], entry["changes"]) == (True, {"assignee_id": {"before": bob.id, "after": None}})


def test_who_left_is_reminded_of_nothing(door: Door, ann: Person, bob: Person, home: dict[str, Any]) -> None:
    join(ann, home, bob, "editor")
    for person in (ann, bob):
        person.add(home, reminders=[{"at": "2999-12-01T09:00:00Z"}])
    bob.ask("DELETE", member_url(home, bob))
    people = (UUID(ann.id), UUID(bob.id))
    left = select(Reminder.account_id).where(Reminder.account_id.in_(people))
    assert door.database.read(lambda session: session.scalars(left).all()) == [UUID(ann.id)]


def test_a_member_who_may_only_read_by_this_token_stays(
    door: Door, ann: Person, bob: Person, home: dict[str, Any]
) -> None:
    join(ann, home, bob, "editor")
    secret = bob.ask("POST", "/v1/tokens", {"name": "look", "access": "read"}).json["secret"]
    assert door.ask("DELETE", member_url(home, bob), token=secret).status == 403
    assert door.ask("GET", f"{home['url']}/members", token=secret).status == 200
