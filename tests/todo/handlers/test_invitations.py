"""Invitations to share a list: made, listed, withdrawn, accepted; and what they do for a sign-up."""

import uuid
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from clients import PASSWORD, Door, LambdaDoor, Person, ServerDoor
from clocks import MovableClock
from sharing import feed_of, holder_of, invite, join, link_to, roles_in
from sqlalchemy import make_url

from todo.models import Invitation
from todo.services.actor import digest_of

pytestmark = pytest.mark.usefixtures("fresh_counters")

ONE_OF_EACH_DOOR = pytest.mark.parametrize("session_door", ["lambda-sqlite", "server-postgresql"], indirect=True)


@pytest.fixture
def home(ann: Person) -> dict[str, Any]:
    """A list of Ann's."""
    return ann.make_list("Home")


def somebody() -> str:
    return f"somebody-{uuid.uuid4()}@example.org"


def accept(person: Person, secret: str) -> int:
    return person.ask("POST", "/v1/invitations", {"secret": secret}).status


# -- inviting ---------------------------------------------------------------------------------------------------------


def test_an_invitation_is_listed_without_its_secret_of_which_a_digest_is_kept(
    door: Door, ann: Person, home: dict[str, Any]
) -> None:
    email = somebody()
    reply = ann.ask("POST", f"{home['url']}/invitations", {"email": email, "role": "editor"})
    made = reply.json
    assert (reply.status, reply.headers["location"]) == (201, made["url"])
    assert (made["email"], made["role"], made["invited_by"]) == (email, "editor", ann.id)
    good_for = datetime.fromisoformat(made["expires_at"]) - datetime.fromisoformat(made["created_at"])
    assert good_for == timedelta(days=14)
    assert ann.get(f"{home['url']}/invitations") == [{key: made[key] for key in made if key != "secret"}]
    row = door.database.read(lambda session: session.get_one(Invitation, UUID(made["id"])))
    assert row.digest == digest_of(made["secret"])
    activity = ann.ask("GET", f"{home['url']}/activity").body
    assert made["secret"].encode() not in activity
    assert email.encode() not in activity, "viewers and holders of links read it"
    assert feed_of(door, home["id"])[-1] == ("invitation.created", made["id"], '{"role":[null,"editor"]}')


def test_inviting_tells_nothing_of_whether_there_is_an_account(ann: Person, bob: Person, home: dict[str, Any]) -> None:
    known, unknown = (
        ann.ask("POST", f"{home['url']}/invitations", {"email": email, "role": "viewer"})
        for email in (bob.email, somebody())
    )
    assert known.status == unknown.status == 201
    assert known.json.keys() == unknown.json.keys()
    own = {"id", "url", "email", "secret", "created_at", "expires_at"}
    assert {k: v for k, v in known.json.items() if k not in own} == {
        k: v for k, v in unknown.json.items() if k not in own
    }
    assert roles_in(ann, home) == {ann.id: "owner"}, "nobody is a member who did not accept"
    assert bob.ask("GET", home["url"]).status == 404


def test_a_withdrawn_invitation_is_good_for_nothing(door: Door, ann: Person, bob: Person, home: dict[str, Any]) -> None:
    made = invite(ann, home, bob.email)
    assert ann.ask("DELETE", made["url"]).status == 204
    assert ann.get(f"{home['url']}/invitations") == []
    assert accept(bob, made["secret"]) == 404
    assert ann.ask("DELETE", made["url"]).status == 404
    assert feed_of(door, home["id"])[-1] == ("invitation.withdrawn", made["id"], '{"role":["editor",null]}')


def test_the_invitation_to_another_list_cannot_be_withdrawn_through_this_one(
    ann: Person, bob: Person, home: dict[str, Any]
) -> None:
    made = invite(ann, home, somebody())
    theirs = bob.make_list()
    assert bob.ask("DELETE", f"{theirs['url']}/invitations/{made['id']}").status == 404
    assert len(ann.get(f"{home['url']}/invitations")) == 1


@pytest.mark.parametrize(
    ("new", "pointers"),
    [
        ({}, ["/email", "/role"]),
        ({"email": "nobody", "role": "editor"}, ["/email"]),
        ({"email": "a@example.org", "role": "admin"}, ["/role"]),
    ],
)
@ONE_OF_EACH_DOOR
def test_a_bad_invitation_is_refused_with_each_field(
    ann: Person, home: dict[str, Any], new: dict[str, str], pointers: list[str]
) -> None:
    reply = ann.ask("POST", f"{home['url']}/invitations", new)
    assert (reply.status, [fault["pointer"] for fault in reply.json["errors"]]) == (422, pointers)


@ONE_OF_EACH_DOOR
def test_nobody_can_mail_the_world(ann: Person, bob: Person, home: dict[str, Any], clock: MovableClock) -> None:
    lists = [home, ann.make_list()]
    secret = ann.ask("POST", "/v1/tokens", {"name": "long"}).json["secret"]
    ann = Person(ann.door, ann.email, ann.id, secret)
    for number in range(50):
        made = invite(ann, lists[number % 2], somebody())
        ann.ask("DELETE", made["url"])
        clock.forward(minutes=10)
    new = {"email": somebody(), "role": "viewer"}
    refused = ann.ask("POST", f"{home['url']}/invitations", new)
    assert (refused.status, refused.json["code"]) == (429, "too_many_attempts")
    assert 0 < int(refused.headers["retry-after"]) <= (24 * 60 - 500) * 60 + 1
    assert ann.get(f"{home['url']}/invitations") == []
    invite(bob, bob.make_list(), somebody())
    clock.forward(seconds=int(refused.headers["retry-after"]))
    assert ann.ask("POST", f"{home['url']}/invitations", new).status == 201


@ONE_OF_EACH_DOOR
def test_a_list_has_at_most_100_open_invitations(
    door: Door, ann: Person, home: dict[str, Any], clock: MovableClock
) -> None:
    def fill(session: Any) -> None:
        for _ in range(100):
            session.add(
                Invitation(
                    id=uuid.uuid4(),
                    list_id=UUID(home["id"]),
                    digest=uuid.uuid4().bytes * 2,
                    email=somebody(),
                    role="viewer",
                    invited_by=UUID(ann.id),
                    created_at=clock(),
                    expires_at=clock() + timedelta(days=14),
                )
            )

    door.database.write(fill)
    reply = ann.ask("POST", f"{home['url']}/invitations", {"email": somebody(), "role": "viewer"})
    assert (reply.status, reply.json["code"]) == (409, "limit_reached")
    ann.ask("DELETE", ann.get(f"{home['url']}/invitations")[0]["url"])
    invite(ann, home, somebody())


# -- accepting --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["viewer", "editor", "owner"])
def test_whoever_has_the_secret_joins_once_whatever_the_address(
    door: Door, ann: Person, bob: Person, home: dict[str, Any], role: str
) -> None:
    made = invite(ann, home, somebody(), role)
    version = ann.get(home["url"])["version"]
    reply = bob.ask("POST", "/v1/invitations", {"secret": made["secret"]})
    assert (reply.status, reply.headers["location"]) == (201, home["url"])
    assert reply.json == bob.get(home["url"])
    assert (reply.json["role"], reply.json["version"]) == (role, version + 1)
    assert reply.headers["etag"] == f'"{home["id"]}-{version + 1}"'
    assert roles_in(ann, home)[bob.id] == role
    assert ann.get(f"{home['url']}/invitations") == []
    assert feed_of(door, home["id"])[-1] == ("member.joined", bob.id, f'{{"role":[null,"{role}"]}}')
    assert feed_of(door, bob.id)[-1] == ("list.joined", home["id"], "{}")
    other = door.sign_up(somebody())
    assert accept(other, made["secret"]) == 404
    assert accept(bob, made["secret"]) == 404


def test_accepting_again_under_its_key_says_the_same(ann: Person, bob: Person, home: dict[str, Any]) -> None:
    body = {"secret": invite(ann, home, bob.email)["secret"]}
    first, second = (bob.ask("POST", "/v1/invitations", body, headers={"Idempotency-Key": "k"}) for _ in "12")
    assert (first.status, first.body) == (second.status, second.body)
    assert first.status == 201


def test_who_is_a_member_keeps_the_higher_role_and_the_invitation_is_used_up(
    ann: Person, bob: Person, home: dict[str, Any]
) -> None:
    join(ann, home, bob, "editor")
    for role, expected in (("viewer", "editor"), ("owner", "owner")):
        secret = invite(ann, home, bob.email, role)["secret"]
        reply = bob.ask("POST", "/v1/invitations", {"secret": secret})
        assert (reply.status, reply.json["role"]) == (201, expected)
        assert accept(bob, secret) == 404
    own = invite(ann, home, ann.email, "viewer")["secret"]
    assert ann.ask("POST", "/v1/invitations", {"secret": own}).json["role"] == "owner"


def test_after_14_days_it_is_good_for_nothing(
    ann: Person, bob: Person, home: dict[str, Any], clock: MovableClock
) -> None:
    made = invite(ann, home, bob.email)
    clock.forward(days=14)
    assert accept(bob, made["secret"]) == 404
    assert ann.get(f"{home['url']}/invitations") == []


@pytest.mark.parametrize("secret", ["x", "todoinvitation_unknown", "todo_unknown", "ü" * 100])
@ONE_OF_EACH_DOOR
def test_a_secret_that_is_none_is_not_found(bob: Person, secret: str) -> None:
    assert accept(bob, secret) == 404


def test_nobody_joins_a_list_in_the_trash(ann: Person, bob: Person, home: dict[str, Any]) -> None:
    task = ann.add(home)
    made = invite(ann, home, bob.email)
    ann.ask("DELETE", home["url"])
    assert accept(bob, made["secret"]) == 404
    ann.ask("POST", f"{task['url']}/restore")
    assert accept(bob, made["secret"]) == 201


def test_the_holder_of_a_link_cannot_join(door: Door, ann: Person, home: dict[str, Any]) -> None:
    made = invite(ann, home, somebody())
    guest = holder_of(door, link_to(ann, home))
    assert accept(guest, made["secret"]) == 403
    assert len(ann.get(f"{home['url']}/invitations")) == 1


# -- signing up with one ----------------------------------------------------------------------------------------------


@pytest.fixture(params=["open", "invite", "closed"])
def strict(request: pytest.FixtureRequest, sqlite_url: str, postgresql_url: str, clock: MovableClock) -> Iterator[Door]:
    """A door with each way to sign up, over the database of the other doors."""
    kind: str = request.param
    if kind == "invite":
        with LambdaDoor(make_url(postgresql_url), clock, sign_up=kind) as function:
            yield function
    else:
        with ServerDoor(make_url(sqlite_url), clock, settings={"sign_up": kind}) as server:
            yield server


@pytest.fixture
def host(strict: Door, clock: MovableClock) -> Iterator[Person]:
    """Somebody who signed up at another door over the same database."""
    url = strict.database.engine.url
    with LambdaDoor(url, clock) as open_door:
        made = open_door.sign_up(somebody(), name="Ann")
        yield Person(strict, made.email, made.id, made.token)


def test_with_an_invitation_one_signs_up_and_is_in_the_list(
    request: pytest.FixtureRequest, strict: Door, host: Person
) -> None:
    home = host.make_list("Home")
    made = invite(host, home, somebody(), "viewer")
    new = {"email": somebody(), "password": PASSWORD, "invite": made["secret"]}
    if request.node.callspec.params["strict"] == "closed":
        assert strict.ask("POST", "/v1/accounts", new).json["code"] == "sign_up_refused"
        assert len(host.get(f"{home['url']}/invitations")) == 1
        return
    guest = strict.sign_up(**new)
    assert [(one["id"], one["role"]) for one in guest.get("/v1/lists")] == [(home["id"], "viewer")]
    assert host.get(f"{home['url']}/invitations") == []
    assert [kind for kind, _, _ in feed_of(strict, guest.id)] == ["list.joined"]


@pytest.mark.parametrize("strict", ["invite"], indirect=True)
def test_an_invitation_is_good_for_one_sign_up_and_not_used_up_by_one_that_fails(strict: Door, host: Person) -> None:
    home = host.make_list()
    made = invite(host, home, somebody())
    taken = strict.ask("POST", "/v1/accounts", {"email": host.email, "password": PASSWORD, "invite": made["secret"]})
    assert (taken.status, taken.json["code"]) == (403, "sign_up_refused")
    new = {"email": somebody(), "password": PASSWORD, "invite": made["secret"]}
    assert strict.ask("POST", "/v1/accounts", new).status == 201
    assert strict.ask("POST", "/v1/accounts", {**new, "email": somebody()}).status == 403
    withdrawn = invite(host, home, somebody())
    host.ask("DELETE", withdrawn["url"])
    again = {"email": somebody(), "password": PASSWORD, "invite": withdrawn["secret"]}
    assert strict.ask("POST", "/v1/accounts", again).status == 403


# -- who is told of the mail ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [ServerDoor, LambdaDoor])
def test_whoever_does_jobs_is_told_after_the_commit_and_a_lost_hint_changes_no_reply(
    kind: type[ServerDoor] | type[LambdaDoor], sqlite_url: str, clock: MovableClock
) -> None:
    told: list[UUID] = []

    def hear(job_ids: Sequence[UUID]) -> None:
        told.extend(job_ids)
        raise OSError("the queue cannot be reached")

    with kind(make_url(sqlite_url), clock, jobs_written=hear) as door:
        ann = door.sign_up(somebody())
        made = invite(ann, ann.make_list(), somebody())
    assert told == [UUID(made["id"])]
