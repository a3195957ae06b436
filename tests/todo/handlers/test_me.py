"""One's own account: showing it, changing it, deleting it."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from clients import PASSWORD, Door, Person
from clocks import MovableClock
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from todo.models import (
    Account,
    Change,
    ChangedItem,
    IdempotencyRecord,
    Job,
    Member,
    Reminder,
    Scope,
    Task,
    TaskLabel,
    TaskList,
    Token,
    Tombstone,
)
from todo.services import jobs

pytestmark = pytest.mark.usefixtures("fresh_counters")

NEW_PASSWORD = "a staple of another kind"


def session_of(door: Door, person: Person, password: str = PASSWORD) -> str:
    reply = door.ask("POST", "/v1/sessions", {"email": person.email, "password": password})
    assert reply.status == 201, reply.body
    secret: str = reply.json["token"]["secret"]
    return secret


def test_the_account_says_who_one_is(ann: Person) -> None:
    me = ann.get("/v1/me")
    assert {
        name: me[name] for name in ("id", "url", "email", "name", "time_zone", "language", "digest", "version")
    } == {
        "id": ann.id,
        "url": "/v1/me",
        "email": ann.email,
        "name": "Ann",
        "time_zone": "UTC",
        "language": "en",
        "digest": False,
        "version": 1,
    }


def test_name_and_zone_can_be_changed_and_are_counted(ann: Person) -> None:
    reply = ann.ask("PATCH", "/v1/me", {"name": "Änne", "time_zone": "Asia/Kathmandu"})
    assert (reply.status, reply.json["name"], reply.json["time_zone"]) == (200, "Änne", "Asia/Kathmandu")
    assert reply.json["version"] == 2
    assert reply.json == ann.get("/v1/me")


def digest_of(door: Door, person: Person) -> datetime | None:
    """When the next digest is due."""
    return door.database.read(lambda session: session.get_one(Account, UUID(person.id)).digest_at)


def test_language_and_digest_can_be_changed_and_are_counted(door: Door, ann: Person) -> None:
    changed = ann.ask("PATCH", "/v1/me", {"language": "es", "digest": True}).json
    assert (changed["language"], changed["digest"], changed["version"]) == ("es", True, 2)
    assert changed == ann.get("/v1/me")
    assert ann.ask("PATCH", "/v1/me", {"language": "es", "digest": True}).json == changed
    assert digest_of(door, ann) is not None
    assert ann.ask("PATCH", "/v1/me", {"digest": False}).json["digest"] is False
    assert digest_of(door, ann) is None


def test_the_digest_is_due_at_seven_where_one_is(door: Door, ann: Person, clock: MovableClock) -> None:
    ann.ask("PATCH", "/v1/me", {"time_zone": "Asia/Kathmandu", "digest": True})
    for zone in ("Asia/Kathmandu", "America/Los_Angeles", "Australia/Lord_Howe"):
        ann.ask("PATCH", "/v1/me", {"time_zone": zone})
        at = digest_of(door, ann)
        assert at is not None
        assert at.astimezone(ZoneInfo(zone)).strftime("%H:%M:%S") == "07:00:00"
        assert timedelta() < at - clock() <= timedelta(hours=25)
    ann.ask("PATCH", "/v1/me", {"name": "Ann of Lord Howe"})
    assert digest_of(door, ann) == at


def test_who_wants_no_digest_gets_none_by_moving(door: Door, ann: Person) -> None:
    ann.ask("PATCH", "/v1/me", {"time_zone": "Asia/Kathmandu"})
    assert digest_of(door, ann) is None


def test_a_new_address_may_be_written_to_where_the_old_one_refused(
    door: Door, ann: Person, clock: MovableClock
) -> None:
    def stop(session: Session) -> None:
        session.get_one(Account, UUID(ann.id)).mail_stopped_at = clock()

    def is_stopped() -> bool:
        return door.database.read(lambda session: session.get_one(Account, UUID(ann.id)).mail_stopped_at is not None)

    door.database.write(stop)
    ann.ask("PATCH", "/v1/me", {"email": ann.email.upper(), "current_password": PASSWORD})
    assert is_stopped(), "it is the same address"
    ann.ask("PATCH", "/v1/me", {"email": "new-" + ann.email, "current_password": PASSWORD})
    assert not is_stopped()


def test_changing_nothing_counts_as_nothing(ann: Person) -> None:
    assert ann.ask("PATCH", "/v1/me", {}).json["version"] == 1
    assert ann.ask("PATCH", "/v1/me", {"name": "Ann"}).json["version"] == 1


@pytest.mark.parametrize(
    ("patch", "pointer"),
    [
        ({"name": None}, "/name"),
        ({"name": "n" * 121}, "/name"),
        ({"time_zone": "Nowhere/At_All"}, "/time_zone"),
        ({"language": "fr"}, "/language"),
        ({"language": None}, "/language"),
        ({"digest": "daily"}, "/digest"),
        ({"email": "nobody"}, "/email"),
        ({"password": "short"}, "/password"),
        ({"version": 7}, "/version"),
        ({"password": NEW_PASSWORD}, "/current_password"),
        ({"email": "other@example.org"}, "/current_password"),
        ({"password": NEW_PASSWORD, "current_password": "wrong"}, "/current_password"),
    ],
)
@pytest.mark.parametrize("session_door", ["lambda-sqlite", "server-postgresql"], indirect=True)
def test_a_bad_change_is_refused_with_the_field(ann: Person, patch: dict[str, Any], pointer: str) -> None:
    reply = ann.ask("PATCH", "/v1/me", patch)
    assert (reply.status, [fault["pointer"] for fault in reply.json["errors"]]) == (422, [pointer])
    assert ann.get("/v1/me")["version"] == 1


def test_a_new_password_ends_the_other_sessions_and_leaves_this_one_and_the_tokens(door: Door, ann: Person) -> None:
    other = session_of(door, ann)
    program = ann.ask("POST", "/v1/tokens", {"name": "backup"}).json["secret"]
    reply = ann.ask("PATCH", "/v1/me", {"password": NEW_PASSWORD, "current_password": PASSWORD})
    assert reply.status == 200
    assert door.ask("GET", "/v1/me", token=other).status == 401
    assert door.ask("GET", "/v1/me", token=program).status == 200
    assert ann.ask("GET", "/v1/me").status == 200
    assert door.ask("POST", "/v1/sessions", {"email": ann.email, "password": PASSWORD}).status == 401
    session_of(door, ann, NEW_PASSWORD)


def test_a_new_address_is_the_one_to_log_in_with(door: Door, ann: Person) -> None:
    address = "new-" + ann.email
    changed = ann.ask("PATCH", "/v1/me", {"email": address, "current_password": PASSWORD})
    assert (changed.status, changed.json["email"]) == (200, address)
    assert door.ask("POST", "/v1/sessions", {"email": ann.email, "password": PASSWORD}).status == 401
    assert door.ask("POST", "/v1/sessions", {"email": address, "password": PASSWORD}).status == 201
    assert door.ask("POST", "/v1/accounts", {"email": ann.email, "password": PASSWORD}).status == 201


def test_the_address_of_somebody_else_cannot_be_taken(ann: Person, bob: Person) -> None:
    reply = ann.ask("PATCH", "/v1/me", {"email": bob.email.upper(), "current_password": PASSWORD})
    assert (reply.status, reply.json["errors"][0]["pointer"]) == (422, "/email")


def test_ones_own_address_can_be_spelled_anew(ann: Person) -> None:
    reply = ann.ask("PATCH", "/v1/me", {"email": ann.email.upper(), "current_password": PASSWORD})
    assert (reply.status, reply.json["email"]) == (200, ann.email.upper())


def test_a_stolen_session_cannot_guess_the_password_at_will(ann: Person, clock: MovableClock) -> None:
    guess = {"password": NEW_PASSWORD, "current_password": "a wrong guess"}
    statuses = [ann.ask("PATCH", "/v1/me", guess).status for _ in range(7)]
    assert statuses == [422] * 6 + [429]
    clock.forward(minutes=20)
    assert ann.ask("PATCH", "/v1/me", {**guess, "current_password": PASSWORD}).status == 200


def test_a_change_of_address_can_be_repeated_under_its_key(ann: Person) -> None:
    change = {"email": "new-" + ann.email, "current_password": PASSWORD}
    first, second = (ann.ask("PATCH", "/v1/me", change, headers={"Idempotency-Key": "k"}) for _ in range(2))
    assert (first.status, first.body) == (second.status, second.body)
    assert first.json["version"] == 2


def test_the_account_obeys_if_match(ann: Person) -> None:
    tag = ann.ask("GET", "/v1/me").headers["etag"]
    assert ann.ask("PATCH", "/v1/me", {"name": "A"}, headers={"If-Match": tag}).status == 200
    stale = ann.ask("DELETE", "/v1/me", headers={"If-Match": tag})
    assert (stale.status, stale.json["current"]["name"]) == (412, "A")
    assert ann.ask("GET", "/v1/me").status == 200


def rows_of(session: Session, account_id: UUID, list_ids: list[UUID], task_ids: list[UUID]) -> dict[str, int]:
    """How many rows there are of an account, its lists and tasks, by table."""
    scopes = [account_id, *list_ids]
    conditions: dict[Any, Any] = {
        Account: Account.id == account_id,
        Token: Token.account_id == account_id,
        TaskList: TaskList.owner_id == account_id,
        Task: Task.list_id.in_(list_ids) | (Task.assignee_id == account_id),
        TaskLabel: TaskLabel.list_id.in_(list_ids) | TaskLabel.task_id.in_(task_ids),
        Member: (Member.account_id == account_id) | Member.list_id.in_(list_ids),
        Scope: Scope.id.in_(scopes),
        Change: Change.scope_id.in_(scopes),
        ChangedItem: ChangedItem.scope_id.in_(scopes),
        Tombstone: Tombstone.scope_id.in_(scopes),
        IdempotencyRecord: IdempotencyRecord.account_id == account_id,
        Reminder: (Reminder.account_id == account_id) | Reminder.task_id.in_(task_ids),
        Job: Job.account_id == account_id,
    }
    return {
        model.__tablename__: session.scalar(select(func.count()).select_from(model).where(condition)) or 0
        for model, condition in conditions.items()
    }


def test_deleting_oneself_deletes_everything_and_touches_nobody_else(
    door: Door, ann: Person, bob: Person, share: Any
) -> None:
    home, work = ann.make_list("Home"), ann.make_list("Work")
    parent = ann.add(home, "Move house", labels=["big"], assignee_id=ann.id)
    child = ann.add(home, "Pack", parent_id=parent["id"], reminders=[{"at": "2999-12-01T09:00:00Z"}])
    moved = ann.add(home, "Report")
    ann.ask("PATCH", moved["url"], {"list_id": work["id"]}, headers={"Idempotency-Key": "move"})
    share(home, bob, "editor")
    bob.ask("PATCH", parent["url"], {"reminders": [{"at": "2999-12-02T09:00:00Z"}]})
    ann.ask("DELETE", parent["url"])
    ann.ask("DELETE", work["url"])
    ann.ask("POST", "/v1/tokens", {"name": "backup"})
    theirs = bob.make_list("Bob's")
    share(theirs, ann, "editor")
    mail = jobs.NewJob(kind="email", account_id=UUID(ann.id), payload={"letter": "digest", "day": "2026-11-24"})
    door.database.write(jobs.enqueue, datetime.now(UTC), [mail])
    assigned = bob.add(theirs, "Call Ann", assignee_id=ann.id, labels=["big"])
    ann.ask("PATCH", assigned["url"], {"reminders": [{"at": "2999-12-02T09:00:00Z"}]})
    kept = bob.add(theirs, "Call Bob", assignee_id=bob.id)
    lists, tasks = [UUID(home["id"]), UUID(work["id"])], [UUID(t["id"]) for t in (parent, child, moved)]
    assert all(door.database.read(rows_of, UUID(ann.id), lists, tasks).values())

    assert ann.ask("DELETE", "/v1/me").status == 204

    assert set(door.database.read(rows_of, UUID(ann.id), lists, tasks).values()) == {0}
    assert ann.ask("GET", "/v1/me").status == 401
    assert door.ask("POST", "/v1/sessions", {"email": ann.email, "password": PASSWORD}).status == 401
    assert [one["id"] for one in bob.get("/v1/lists")] == [theirs["id"]]
    assert bob.get(kept["url"]) == kept
    left = bob.get(assigned["url"])
    assert (left["title"], left["labels"], left["assignee_id"]) == ("Call Ann", ["big"], None)
    assert [label["name"] for label in bob.get("/v1/labels")] == ["big"]


def test_an_address_is_free_again_once_its_account_is_deleted(door: Door, ann: Person) -> None:
    ann.ask("DELETE", "/v1/me")
    assert door.sign_up(ann.email).id != ann.id
