"""Owners who leave at once, and secrets that two bring at once: a list is never without an owner."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from clients import Person, Reply, ServerDoor
from clocks import MovableClock
from postgresql import new_database
from sharing import invite, join, roles_in
from sqlalchemy import text

from todo.database import build_database
from todo.migrations.run import migrate

_ROUNDS = 12


@pytest.fixture(scope="module")
def door(postgresql_server: str, session_clock: MovableClock) -> Iterator[ServerDoor]:
    """The server over a PostgreSQL database of its own."""
    url = new_database(postgresql_server)
    database = build_database(url, "server")
    migrate(database.engine)
    database.close()
    with ServerDoor(url, session_clock) as opened:
        yield opened


def at_once(*asked: Callable[[], Reply]) -> list[int]:
    """Ask all at the same time. Returns the statuses, sorted."""
    gate = threading.Barrier(len(asked), timeout=30)

    def one(ask: Callable[[], Reply]) -> int:
        gate.wait()
        return ask().status

    with ThreadPoolExecutor(len(asked)) as pool:
        return sorted(pool.map(one, asked))


def leave(person: Person, task_list: dict[str, Any]) -> Reply:
    return person.ask("DELETE", f"{task_list['url']}/members/{person.id}")


def lower(person: Person, task_list: dict[str, Any]) -> Reply:
    return person.ask("PUT", f"{task_list['url']}/members/{person.id}", {"role": "viewer"})


def books_agree(door: ServerDoor) -> None:
    """Each account counts the lists that count for it, and each list counts for one of its owners."""
    wrong = (
        "SELECT s.id FROM scopes s WHERE s.kind = 'account' AND s.item_count <> "
        "(SELECT count(*) FROM lists l WHERE l.owner_id = s.id AND l.deleted_at IS NULL) "
        "UNION ALL SELECT l.id FROM lists l WHERE NOT EXISTS (SELECT 1 FROM members m "
        "WHERE m.list_id = l.id AND m.account_id = l.owner_id AND m.role = 'owner')"
    )
    assert door.database.read(lambda session: session.execute(text(wrong)).all()) == []


@pytest.mark.parametrize("how", [leave, lower])
def test_of_two_owners_who_leave_at_once_one_stays(door: ServerDoor, how: Callable[..., Reply]) -> None:
    ann, bob = (door.sign_up(f"{name}-{how.__name__}@example.org") for name in ("ann", "bob"))
    for _ in range(_ROUNDS):
        home = ann.make_list()
        join(ann, home, bob, "owner")
        statuses = at_once(lambda home=home: how(ann, home), lambda home=home: how(bob, home))  # type: ignore[misc]  # no defaults
        assert statuses in ([200, 409], [204, 409])
        left = next(person for person in (ann, bob) if person.ask("GET", home["url"]).json.get("role") == "owner")
        assert list(roles_in(left, home).values()).count("owner") == 1
    books_agree(door)


def test_an_owner_who_leaves_while_the_other_deletes_the_account_keeps_the_list_or_it_is_gone(door: ServerDoor) -> None:
    for number in range(4):
        ann, bob = (door.sign_up(f"{name}-{number}@example.org") for name in ("ann", "bob"))
        home = ann.make_list()
        join(ann, home, bob, "owner")
        statuses = at_once(lambda home=home, bob=bob: leave(bob, home), lambda ann=ann: ann.ask("DELETE", "/v1/me"))  # type: ignore[misc]  # no defaults
        if statuses == [204, 409]:
            assert roles_in(bob, home) == {bob.id: "owner"}
        else:
            assert statuses == [204, 204]
            assert bob.ask("GET", home["url"]).status == 404
    books_agree(door)


def test_a_list_that_is_deleted_while_it_passes_on_is_taken_off_the_right_account(door: ServerDoor) -> None:
    ann, bob = (door.sign_up(f"{name}-deleting@example.org") for name in ("ann", "bob"))
    for _ in range(_ROUNDS):
        home = ann.make_list()
        join(ann, home, bob, "owner")
        statuses = at_once(lambda home=home: lower(ann, home), lambda home=home: bob.ask("DELETE", home["url"]))  # type: ignore[misc]  # no defaults
        assert statuses in ([200, 204], [204, 404])
    books_agree(door)


def test_of_many_who_bring_one_secret_one_joins(door: ServerDoor) -> None:
    host = door.sign_up("host@example.org")
    guests = [door.sign_up(f"guest-{number}@example.org") for number in range(4)]
    for _ in range(_ROUNDS):
        home = host.make_list()
        body = {"secret": invite(host, home, "anybody@example.org")["secret"]}
        asked = [lambda guest=guest, body=body: guest.ask("POST", "/v1/invitations", body) for guest in guests]
        assert at_once(*asked) == [201, 404, 404, 404]
        assert len(roles_in(host, home)) == 2


def test_people_who_hand_lists_to_each_other_both_ways_wait_for_nobody_for_ever(door: ServerDoor) -> None:
    one, two = (door.sign_up(f"{name}@example.org") for name in ("one", "two"))
    theirs, ours = one.make_list(), two.make_list()
    join(one, theirs, two, "owner")
    join(two, ours, one, "owner")
    deadlocks = text("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
    for _ in range(_ROUNDS):
        for role in ("viewer", "owner"):
            statuses = at_once(
                lambda role=role: one.ask("PUT", f"{theirs['url']}/members/{two.id}", {"role": role}),  # type: ignore[misc]  # no defaults
                lambda role=role: two.ask("PUT", f"{ours['url']}/members/{one.id}", {"role": role}),  # type: ignore[misc]  # no defaults
            )
            assert statuses == [200, 200]
    assert door.database.read(lambda session: session.scalar(deadlocks)) == 0
    books_agree(door)
