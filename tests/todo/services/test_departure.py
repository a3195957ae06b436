"""Deleting an account that shares lists: what others go on with stays, and all of it is in the feed."""

import json
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from todo.database import Database
from todo.errors import NotFound, Unauthenticated
from todo.models import (
    Account,
    Change,
    ChangedItem,
    IdempotencyRecord,
    Invitation,
    Link,
    Member,
    Scope,
    TaskList,
    uuid7,
)
from todo.services import accounts, invitations, links, lists, members, scopes, tasks
from todo.services import actor as actors
from todo.services.actor import Actor
from todo.shapes.account import NewAccount
from todo.shapes.sharing import Acceptance, NewInvitation, NewLink
from todo.shapes.task import NewTask
from todo.shapes.task_list import NewList, Role

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
ON_POSTGRESQL = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


def sign_up(database: Database) -> Actor:
    new = NewAccount(email=f"{uuid.uuid4()}@example.org", password="long enough")
    signed_in = database.write(accounts.sign_up, NOW, new, "no hash", invited=False)
    return database.read(actors.authenticate, str(signed_in.token.secret), NOW)


def again(actor: Actor) -> Actor:
    """The same one, in another operation."""
    return replace(actor, operation_id=uuid7(NOW))


@pytest.fixture
def ann(database: Database) -> Actor:
    return sign_up(database)


@pytest.fixture
def bob(database: Database) -> Actor:
    return sign_up(database)


def make_list(database: Database, owner: Actor, title: str = "Home") -> UUID:
    return database.write(lists.create, again(owner), NewList(title=title)).id


def secret_of(database: Database, owner: Actor, list_id: UUID, role: Role) -> str:
    new = NewInvitation(email="somebody@example.org", role=role)
    return database.write(invitations.create, again(owner), list_id, new).secret


def join(database: Database, owner: Actor, list_id: UUID, person: Actor, role: Role) -> None:
    secret = secret_of(database, owner, list_id, role)
    database.write(invitations.accept, again(person), Acceptance(secret=secret))


def count(database: Database, model: Any, *conditions: Any) -> int:
    found = select(func.count()).select_from(model).where(*conditions)
    return database.read(lambda session: session.scalar(found)) or 0


def scope_of(database: Database, scope_id: UUID) -> Scope:
    return database.read(lambda session: session.get_one(Scope, scope_id))


def feed_of(database: Database, scope_id: UUID) -> list[tuple[str, UUID | None, dict[str, Any]]]:
    rows = select(Change).where(Change.scope_id == scope_id).order_by(Change.revision)
    changes = database.read(lambda session: session.scalars(rows).all())
    assert [change.revision for change in changes] == list(range(1, len(changes) + 1)), "without a gap"
    return [(change.kind, change.item_id, json.loads(change.fields)) for change in changes]


def test_a_list_with_another_owner_passes_to_that_one(database: Database, ann: Actor, bob: Actor) -> None:
    home = make_list(database, ann)
    join(database, ann, home, bob, "owner")
    task = database.write(tasks.create, again(ann), home, NewTask(title="Rent", assignee_id=ann.id))
    version = database.read(lists.get, bob, home).version
    database.write(accounts.delete_me, again(ann), None)
    left = database.read(lists.get, bob, home)
    assert (left.role, left.version) == ("owner", version + 1)
    now = database.read(tasks.get, bob, task.id)
    assert (now.title, now.assignee_id, now.version) == ("Rent", None, 2)
    assert feed_of(database, home)[-2:] == [
        ("member.left", ann.id, {"role": ["owner", None]}),
        ("tasks.unassigned", None, {"assignee_id": [str(ann.id), None]}),
    ]
    assert scope_of(database, bob.id).item_count == 1
    assert count(database, ChangedItem, ChangedItem.item_id == task.id) == 1
    assert [member.account_id for member in database.read(members.of_list, bob, home)] == [bob.id]


def test_one_in_the_trash_passes_on_and_is_not_counted_until_it_is_back(
    database: Database, ann: Actor, bob: Actor
) -> None:
    home = make_list(database, ann)
    join(database, ann, home, bob, "owner")
    database.write(lists.delete, again(ann), home, None)
    database.write(accounts.delete_me, again(ann), None)
    row = database.read(lambda session: session.get_one(TaskList, home))
    assert (row.owner_id, row.deleted_at) == (bob.id, NOW)
    assert scope_of(database, bob.id).item_count == 0


def test_the_lists_of_others_go_on_and_say_that_somebody_left(database: Database, ann: Actor, bob: Actor) -> None:
    theirs, other = make_list(database, bob), make_list(database, bob)
    for list_id in (theirs, other):
        join(database, bob, list_id, ann, "editor")
    assigned = [
        database.write(tasks.create, again(bob), theirs, NewTask(title=title, assignee_id=ann.id)) for title in "ab"
    ]
    own = database.write(tasks.create, again(bob), theirs, NewTask(title="Mine", assignee_id=bob.id))
    database.write(accounts.delete_me, again(ann), None)
    for task in assigned:
        now = database.read(tasks.get, bob, task.id)
        assert (now.assignee_id, now.version) == (None, task.version + 1)
    assert database.read(tasks.get, bob, own.id) == own
    assert [kind for kind, _, _ in feed_of(database, theirs)][-2:] == ["member.left", "tasks.unassigned"]
    assert [kind for kind, _, _ in feed_of(database, other)][-1] == "member.left"
    changed = (
        select(TaskList.id)
        .join(Change, (Change.scope_id == TaskList.id) & (Change.revision == TaskList.changed_revision))
        .where(TaskList.id.in_((theirs, other)), Change.kind == "member.left")
    )
    assert set(database.read(lambda session: session.scalars(changed).all())) == {theirs, other}


def test_what_nobody_else_owns_goes_with_its_links_and_invitations(database: Database, ann: Actor, bob: Actor) -> None:
    home, theirs = make_list(database, ann), make_list(database, bob)
    join(database, ann, home, bob, "editor")
    join(database, bob, theirs, ann, "owner")
    link = database.write(links.create, again(ann), home, NewLink(role="editor"))
    kept = database.write(links.create, again(ann), theirs, NewLink(role="editor"))
    secret_of(database, ann, home, "viewer")
    void = secret_of(database, ann, theirs, "owner")
    bobs = secret_of(database, bob, theirs, "viewer")
    record = IdempotencyRecord(account_id=link.id, key="k", digest=b"d" * 32, created_at=NOW, outcome="{}")
    database.write(lambda session: session.add(record))
    database.write(accounts.delete_me, again(ann), None)
    assert count(database, TaskList, TaskList.id == home) == count(database, Scope, Scope.id == home) == 0
    assert count(database, Link, Link.list_id.in_((home, theirs))) == count(database, Link, Link.id == kept.id) == 1
    assert count(database, IdempotencyRecord, IdempotencyRecord.account_id == link.id) == 0
    with pytest.raises(Unauthenticated):
        database.read(actors.authenticate, link.secret, NOW)
    assert database.read(actors.authenticate, kept.secret, NOW).linked_list == theirs
    assert count(database, Invitation, Invitation.list_id.in_((home, theirs))) == 1
    with pytest.raises(NotFound):
        database.write(invitations.accept, again(bob), Acceptance(secret=void))
    database.write(invitations.accept, again(sign_up(database)), Acceptance(secret=bobs))
    with pytest.raises(NotFound):
        database.read(lists.get, bob, home)


def test_those_who_listen_to_what_goes_are_told_to_look_again(database: Database, ann: Actor) -> None:
    listened, quiet = make_list(database, ann), make_list(database, ann)
    later = NOW.replace(hour=14)

    def listen(session: Session) -> None:
        session.get_one(Scope, listened).live_until = later

    database.write(listen)

    def leave(session: Session) -> tuple[scopes.Changed, ...]:
        accounts.delete_me(session, again(ann), None)
        return scopes.changed_in(session)

    told = database.write(leave)
    assert [(each.scope_id, each.live_until) for each in told] == [(listened, later)]
    assert count(database, Scope, Scope.id.in_((listened, quiet))) == 0


def test_it_leaves_more_lists_than_one_statement_names(
    database: Database, ann: Actor, bob: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scopes, "IDS_A_STATEMENT", 3)
    shared = [make_list(database, bob) for _ in range(8)]
    passed = [make_list(database, ann) for _ in range(4)]
    for list_id in shared:
        join(database, bob, list_id, ann, "editor")
    for list_id in passed:
        join(database, ann, list_id, bob, "owner")
    database.write(accounts.delete_me, again(ann), None)
    for list_id in shared + passed:
        assert feed_of(database, list_id)[-1][:2] == ("member.left", ann.id)
    assert scope_of(database, bob.id).item_count == 12
    assert count(database, Account, Account.id == ann.id) == count(database, Member, Member.account_id == ann.id) == 0


@ON_POSTGRESQL
def test_who_becomes_an_owner_meanwhile_has_the_list(database: Database, ann: Actor, bob: Actor) -> None:
    home = make_list(database, ann)
    secret = secret_of(database, ann, home, "owner")
    waits = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
    with ThreadPoolExecutor(1) as pool:
        with database.session() as session:
            invitations.accept(session, again(bob), Acceptance(secret=secret))
            session.flush()
            leaving = pool.submit(database.write, accounts.delete_me, again(ann), None)
            for _ in range(2_000):
                if database.read(lambda other: other.scalar(waits)):
                    break
        leaving.result(20)
    assert database.read(lists.get, bob, home).role == "owner"
    assert scope_of(database, bob.id).item_count == 1


@ON_POSTGRESQL
def test_who_accepts_while_the_account_goes_is_told_that_the_token_is_none(
    database: Database, ann: Actor, bob: Actor
) -> None:
    home = make_list(database, ann)
    secret = secret_of(database, ann, home, "editor")
    waits = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")

    def accept(session: Session) -> Any:
        # As a request does: whoever asks is looked up in each try.
        mine = actors.actor_with(session, bob.authority, NOW)
        return invitations.accept(session, mine, Acceptance(secret=secret))

    with ThreadPoolExecutor(1) as pool:
        with database.session() as session:
            accounts.delete_me(session, again(bob), None)
            accepting = pool.submit(database.write, accept)
            for _ in range(2_000):
                if database.read(lambda other: other.scalar(waits)):
                    break
        with pytest.raises(Unauthenticated):
            accepting.result(20)
    assert [member.account_id for member in database.read(members.of_list, ann, home)] == [ann.id]
