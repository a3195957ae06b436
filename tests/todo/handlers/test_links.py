"""Secret links: bearer tokens for one list."""

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from clients import Door, Person
from clocks import MovableClock
from sharing import feed_of, holder_of, join, link_to
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from todo.models import Link
from todo.services.actor import digest_of


@pytest.fixture
def home(ann: Person) -> dict[str, Any]:
    """A list of Ann's."""
    return ann.make_list("Home")


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


# -- making and listing -----------------------------------------------------------------------------------------------


def test_the_secret_is_shown_once_and_only_its_digest_is_kept(door: Door, ann: Person, home: dict[str, Any]) -> None:
    reply = ann.ask("POST", f"{home['url']}/links", {"role": "viewer", "name": "The neighbours"})
    made = reply.json
    assert (reply.status, reply.headers["location"]) == (201, made["url"])
    assert made["secret"].startswith("todolink_")
    assert len(made["secret"]) >= 43 + len("todolink_")
    assert made["fragment"] == f"/#link={made['secret']}"
    listed = ann.ask("GET", f"{home['url']}/links")
    assert listed.json == [{key: value for key, value in made.items() if key not in ("secret", "fragment")}]
    row = door.database.read(lambda session: session.get_one(Link, UUID(made["id"])))
    assert row.digest == digest_of(made["secret"])
    for path in (f"{home['url']}/links", f"{home['url']}/activity", f"{home['url']}/members"):
        assert made["secret"].encode() not in ann.ask("GET", path).body
    assert feed_of(door, home["id"])[-1] == (
        "link.created",
        made["id"],
        '{"name":[null,"The neighbours"],"role":[null,"viewer"]}',
    )


def test_a_link_is_good_for_30_days_for_as_long_as_wanted_or_for_ever(
    door: Door, ann: Person, home: dict[str, Any], clock: MovableClock
) -> None:
    month = link_to(ann, home)
    until = (datetime.now(UTC) + timedelta(days=2)).isoformat()
    short, forever = link_to(ann, home, expires_at=until), link_to(ann, home, expires_at=None)
    assert moment(month["expires_at"]) - moment(month["created_at"]) == timedelta(days=30)
    assert forever["expires_at"] is None
    links = (short, month, forever)
    secret = ann.ask("POST", "/v1/tokens", {"name": "long"}).json["secret"]
    for days, good in ((1, links), (3, links[1:]), (40, links[2:]), (4000, links[2:])):
        clock.reset()
        clock.forward(days=days)
        for link in links:
            status = holder_of(door, link).ask("GET", home["url"]).status
            assert status == (200 if link in good else 401), days
        listed = door.ask("GET", f"{home['url']}/links", token=secret).json
        assert {one["id"] for one in listed} == {one["id"] for one in good}


@pytest.mark.parametrize(
    ("new", "pointer"),
    [
        ({}, "/role"),
        ({"role": "owner"}, "/role"),
        ({"role": "viewer", "name": "n" * 121}, "/name"),
        ({"role": "viewer", "expires_at": "2020-01-01T00:00:00Z"}, "/expires_at"),
        ({"role": "viewer", "expires_at": "2999-01-01T00:00:00"}, "/expires_at"),
        ({"role": "viewer", "secret": "mine"}, "/secret"),
    ],
)
@pytest.mark.parametrize("session_door", ["lambda-sqlite", "server-postgresql"], indirect=True)
def test_a_bad_link_is_refused_with_the_field(
    ann: Person, home: dict[str, Any], new: dict[str, str], pointer: str
) -> None:
    reply = ann.ask("POST", f"{home['url']}/links", new)
    assert (reply.status, [fault["pointer"] for fault in reply.json["errors"]]) == (422, [pointer])


def test_under_a_key_a_link_is_made_once_and_its_secret_is_not_given_again(ann: Person, home: dict[str, Any]) -> None:
    first, second = (
        ann.ask("POST", f"{home['url']}/links", {"role": "viewer"}, headers={"Idempotency-Key": "k"}) for _ in "12"
    )
    assert (second.status, second.json["code"], second.json["id"]) == (409, "already_done", first.json["id"])
    assert len(ann.get(f"{home['url']}/links")) == 1


def test_a_list_has_at_most_100_links_that_work(
    door: Door, ann: Person, home: dict[str, Any], clock: MovableClock
) -> None:
    def fill(session: Session) -> None:
        row = {"list_id": UUID(home["id"]), "name": "", "role": "viewer", "created_at": clock()}
        ends = [clock() + timedelta(days=1)] * 99 + [clock() - timedelta(days=1)] * 50
        session.execute(
            insert(Link), [{**row, "id": uuid.uuid4(), "digest": uuid.uuid4().bytes * 2, "expires_at": e} for e in ends]
        )

    door.database.write(fill)
    last = link_to(ann, home)
    refused = ann.ask("POST", f"{home['url']}/links", {"role": "viewer"})
    assert (refused.status, refused.json["code"]) == (409, "limit_reached")
    assert len(ann.get(f"{home['url']}/links")) == 100
    ann.ask("DELETE", last["url"])
    link_to(ann, home)


# -- what its holder may ----------------------------------------------------------------------------------------------


def test_whoever_holds_an_editors_link_does_what_an_editor_does(door: Door, ann: Person, home: dict[str, Any]) -> None:
    link = link_to(ann, home, "editor", name="The neighbours")
    guest = holder_of(door, link)
    assert [(one["id"], one["role"]) for one in guest.get("/v1/lists")] == [(home["id"], "editor")]
    assert guest.ask("PATCH", home["url"], {"title": "House"}).json["title"] == "House"
    task = guest.add(home, "Water the plants", labels=["green"])
    assert guest.ask("PATCH", task["url"], {"completed": True, "assignee_id": ann.id}).status == 200
    assert [one["name"] for one in guest.get("/v1/labels")] == ["green"]
    assert guest.ask("PATCH", "/v1/labels/green", {"name": "garden"}).json["tasks"] == 1
    assert [one["id"] for one in guest.get("/v1/tasks", label="garden")] == [task["id"]]
    assert guest.ask("DELETE", task["url"]).status == 204
    assert [one["id"] for one in guest.get("/v1/trash")] == [task["id"]]
    assert guest.ask("POST", f"{task['url']}/restore").status == 200
    entry = ann.get(f"{home['url']}/activity", limit=1)[0]
    assert (entry["actor_id"], entry["actor_name"]) == (link["id"], "The neighbours")
    first, second = (
        guest.ask("POST", f"{home['url']}/tasks", {"title": "x"}, headers={"Idempotency-Key": "k"}) for _ in "12"
    )
    assert (first.status, first.body) == (201, second.body)


def test_whoever_holds_a_viewers_link_changes_nothing(door: Door, ann: Person, home: dict[str, Any]) -> None:
    task = ann.add(home, labels=["green"])
    guest = holder_of(door, link_to(ann, home, "viewer"))
    assert guest.get(task["url"]) == task
    for method, path, body in (
        ("PATCH", home["url"], {"title": "x"}),
        ("POST", f"{home['url']}/tasks", {"title": "x"}),
        ("DELETE", f"{home['url']}/tasks", None),
        ("PATCH", task["url"], {"title": "x"}),
        ("DELETE", task["url"], None),
    ):
        reply = guest.ask(method, path, body)
        assert (reply.status, reply.json["code"]) == (403, "forbidden"), (method, path)
    assert guest.ask("DELETE", "/v1/labels/green").status == 404
    assert ann.get(task["url"]) == task


@pytest.mark.parametrize("role", ["editor", "viewer"])
def test_a_link_is_for_its_list_alone_and_no_account(door: Door, ann: Person, home: dict[str, Any], role: str) -> None:
    link = link_to(ann, home, role)
    guest = holder_of(door, link)
    for method, path, body in (
        ("GET", "/v1/me", None),
        ("PATCH", "/v1/me", {"name": "x"}),
        ("DELETE", "/v1/me", None),
        ("GET", "/v1/tokens", None),
        ("POST", "/v1/tokens", {"name": "x"}),
        ("DELETE", "/v1/sessions/current", None),
        ("POST", "/v1/lists", {"title": "x"}),
        ("POST", "/v1/invitations", {"secret": "x"}),
        ("DELETE", home["url"], None),
        ("GET", f"{home['url']}/links", None),
        ("POST", f"{home['url']}/links", {"role": "viewer"}),
        ("DELETE", link["url"], None),
        ("GET", f"{home['url']}/invitations", None),
        ("POST", f"{home['url']}/invitations", {"email": "x@example.org", "role": "viewer"}),
        ("PUT", f"{home['url']}/members/{ann.id}", {"role": "viewer"}),
        ("DELETE", f"{home['url']}/members/{ann.id}", None),
        ("DELETE", f"{home['url']}/members/{link['id']}", None),
    ):
        reply = guest.ask(method, path, body)
        assert (reply.status, reply.json["code"]) == (403, "forbidden"), (method, path, reply.body)
    assert [one["id"] for one in ann.get("/v1/lists")] == [home["id"]]


def test_of_other_lists_a_link_shows_nothing(door: Door, ann: Person, home: dict[str, Any]) -> None:
    other = ann.make_list("Diary")
    task = ann.add(other, "Secret", labels=["hidden"])
    own = ann.add(home)
    guest = holder_of(door, link_to(ann, home, "editor"))
    for path in (
        other["url"],
        f"{other['url']}/tasks",
        f"{other['url']}/members",
        task["url"],
        f"{task['url']}/activity",
    ):
        assert guest.ask("GET", path).status == 404, path
    assert guest.ask("POST", f"{other['url']}/links", {"role": "viewer"}).status == 404
    assert guest.get("/v1/tasks", list=other["id"]) == guest.get("/v1/trash", list=other["id"]) == []
    assert guest.get("/v1/labels") == []
    assert guest.ask("PATCH", own["url"], {"list_id": other["id"]}).status == 404
    ann.ask("PATCH", own["url"], {"list_id": other["id"]})
    assert guest.ask("GET", own["url"]).status == 404
    assert other["id"].encode() not in guest.ask("GET", f"{home['url']}/activity").body


# -- revoking ---------------------------------------------------------------------------------------------------------


def all_refused(guest: Person, task_list: Mapping[str, Any], task: Mapping[str, Any]) -> None:
    for method, path, body in (
        ("GET", "/v1/lists", None),
        ("GET", "/v1/tasks", None),
        ("GET", task_list["url"], None),
        ("GET", task["url"], None),
        ("PATCH", task["url"], {"title": "x"}),
        ("GET", f"/v1/lists/{uuid.uuid4()}", None),
        ("GET", "/v1/me", None),
    ):
        reply = guest.ask(method, path, body)
        assert (reply.status, reply.json["code"]) == (401, "unauthenticated"), (method, path)


def test_a_revoked_link_opens_nothing_at_once_and_what_it_did_stays_readable(
    door: Door, ann: Person, home: dict[str, Any]
) -> None:
    link, other = link_to(ann, home, name="Lost"), link_to(ann, home)
    guest = holder_of(door, link)
    task = guest.add(home, "Water the plants")
    assert ann.ask("DELETE", link["url"]).status == 204
    all_refused(guest, home, task)
    assert holder_of(door, other).get(task["url"]) == task
    assert [one["id"] for one in ann.get(f"{home['url']}/links")] == [other["id"]]
    assert ann.ask("DELETE", link["url"]).status == 404
    revoked, _, made, *_ = ann.get(f"{home['url']}/activity")
    assert (revoked["kind"], revoked["changes"]["name"]) == ("link.revoked", {"before": "Lost", "after": None})
    assert made["kind"] in ("task.created", "link.created")
    entry = ann.get(f"{task['url']}/activity")[0]
    assert (entry["actor_id"], entry["actor_name"]) == (link["id"], None)


def test_the_link_of_another_list_cannot_be_revoked_through_this_one(
    door: Door, ann: Person, bob: Person, home: dict[str, Any]
) -> None:
    link = link_to(ann, home)
    theirs = bob.make_list()
    assert bob.ask("DELETE", f"{theirs['url']}/links/{link['id']}").status == 404
    assert holder_of(door, link).ask("GET", home["url"]).status == 200


def test_a_link_to_a_list_in_the_trash_leads_nowhere_and_works_again_when_it_is_back(
    door: Door, ann: Person, home: dict[str, Any]
) -> None:
    task = ann.add(home)
    guest = holder_of(door, link_to(ann, home))
    ann.ask("DELETE", home["url"])
    assert (guest.ask("GET", home["url"]).status, guest.get("/v1/lists"), guest.get("/v1/tasks")) == (404, [], [])
    assert guest.ask("POST", f"{task['url']}/restore").status == 403
    ann.ask("POST", f"{task['url']}/restore")
    assert guest.ask("GET", home["url"]).status == 200


def test_a_link_outlives_whoever_made_it(door: Door, ann: Person, bob: Person, home: dict[str, Any]) -> None:
    join(ann, home, bob, "owner")
    guest = holder_of(door, link_to(bob, home))
    ann.ask("DELETE", f"{home['url']}/members/{bob.id}")
    assert guest.ask("GET", home["url"]).status == 200
    ids = select(Link.id).where(Link.list_id == UUID(home["id"]))
    assert len(door.database.read(lambda session: session.scalars(ids).all())) == 1
