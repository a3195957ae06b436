"""A secret that several bring at once, and log-ins that meet it: one password is set, and no log-in outlives it."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from uuid import UUID

import pytest
from clients import PASSWORD, Person, Reply, ServerDoor
from clocks import MovableClock
from postgresql import new_database, until
from resets import NEW_PASSWORD, log_in, new_reset, set_password
from sharing import feed_of
from sqlalchemy import delete, text

from todo.database import build_database
from todo.errors import Unauthenticated, UnknownReset
from todo.migrations.run import migrate
from todo.models import Throttle
from todo.services import accounts, password_resets
from todo.services.actor import on_behalf_of

_ROUNDS = 8
_WAITING = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()")


@pytest.fixture(scope="module")
def door(postgresql_server: str, session_clock: MovableClock) -> Iterator[ServerDoor]:
    """The server over a PostgreSQL database of its own."""
    url = new_database(postgresql_server)
    database = build_database(url, "server")
    migrate(database.engine)
    database.close()
    with ServerDoor(url, session_clock) as opened:
        yield opened


@pytest.fixture
def ann(door: ServerDoor, request: pytest.FixtureRequest) -> Person:
    """Somebody new, of whom no attempt is counted."""
    door.database.write(lambda session: session.execute(delete(Throttle)))
    return door.sign_up(f"{abs(hash(request.node.name))}@example.org")


def at_once(*asked: Callable[[], Reply]) -> list[int]:
    """Ask all at the same time. Returns the statuses, in their order."""
    gate = threading.Barrier(len(asked), timeout=30)

    def one(ask: Callable[[], Reply]) -> int:
        gate.wait()
        return ask().status

    with ThreadPoolExecutor(len(asked)) as pool:
        return list(pool.map(one, asked))


def resets_of(door: ServerDoor, person: Person) -> int:
    """How often the feed says that the password changed."""
    return sum(1 for _, _, fields in feed_of(door, person.id) if fields == '{"password":[null,null]}')


@pytest.mark.parametrize("secrets", [1, 4])
def test_of_many_who_bring_secrets_at_once_one_sets_the_password(
    door: ServerDoor, ann: Person, clock: MovableClock, secrets: int
) -> None:
    for number in range(1, _ROUNDS + 1):
        clock.forward(hours=2)  # of attempts, nothing is known any more
        made = [new_reset(door, ann.email) for _ in range(secrets)]
        passwords = [f"password number {number} {each}" for each in range(4)]
        statuses = at_once(
            *(
                lambda secret=made[each % secrets], password=password: set_password(door, secret, password)
                for each, password in enumerate(passwords)
            )
        )
        assert sorted(statuses) == [204, 404, 404, 404]
        assert log_in(door, ann.email, passwords[statuses.index(204)]).status == 201
        assert resets_of(door, ann) == number


def test_a_secret_that_meets_the_end_of_the_account_sets_the_password_before_it_or_never(door: ServerDoor) -> None:
    for number in range(_ROUNDS):
        leaver = door.sign_up(f"leaver-{number}@example.org")
        secret = new_reset(door, leaver.email)
        put, gone = at_once(
            lambda secret=secret: set_password(door, secret),  # type: ignore[misc]  # no defaults
            lambda leaver=leaver: leaver.ask("DELETE", "/v1/me"),  # type: ignore[misc]  # no defaults
        )
        # Where the password was set first, the log-in that wanted to delete had ended.
        assert (put, gone) in ((404, 204), (204, 204), (204, 401))
        if gone == 204:
            assert log_in(door, leaver.email, NEW_PASSWORD).status == 401


def test_a_secret_that_meets_the_end_of_the_account_finds_nothing_to_set(door: ServerDoor, ann: Person) -> None:
    secret, now = new_reset(door, ann.email), datetime.now(UTC)
    with ThreadPoolExecutor(1) as pool:
        with door.database.session() as session:
            accounts.delete_me(session, on_behalf_of(UUID(ann.id), now), None)
            asked = pool.submit(door.database.write, password_resets.use, now, secret, "a hash")
            until(lambda: bool(door.database.read(lambda other: other.scalar(_WAITING))), "the wait for the account")
        with pytest.raises(UnknownReset):
            asked.result(30)


def test_a_log_in_with_the_old_password_that_is_under_way_waits_and_is_refused(door: ServerDoor, ann: Person) -> None:
    secret, now = new_reset(door, ann.email), datetime.now(UTC)
    found = door.database.read(accounts.find_by_address, ann.email)
    assert found is not None
    with ThreadPoolExecutor(1) as pool:
        with door.database.session() as session:
            password_resets.use(session, now, secret, "a hash")
            asked = pool.submit(lambda: door.database.write(accounts.log_in, now, *found))
            until(lambda: bool(door.database.read(lambda other: other.scalar(_WAITING))), "the wait for the account")
        with pytest.raises(Unauthenticated):
            asked.result(30)


def test_a_log_in_with_the_old_password_that_was_first_is_ended(door: ServerDoor, ann: Person) -> None:
    secret, now = new_reset(door, ann.email), datetime.now(UTC)
    found = door.database.read(accounts.find_by_address, ann.email)
    assert found is not None
    with ThreadPoolExecutor(1) as pool:
        with door.database.session() as session:
            token = accounts.log_in(session, now, *found).token.secret
            asked = pool.submit(door.database.write, password_resets.use, now, secret, "a hash")
            until(lambda: bool(door.database.read(lambda other: other.scalar(_WAITING))), "the wait for the log-in")
        asked.result(30)
    assert door.ask("GET", "/v1/me", token=token).status == 401


def test_many_log_ins_and_resets_at_once_wait_for_nobody_for_ever(
    door: ServerDoor, ann: Person, clock: MovableClock
) -> None:
    deadlocks = text("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
    password = PASSWORD
    for number in range(_ROUNDS):
        clock.forward(hours=2)
        secret, new = new_reset(door, ann.email), f"password number {number}"
        statuses = at_once(
            lambda password=password: log_in(door, ann.email, password),  # type: ignore[misc]  # no defaults
            lambda secret=secret, new=new: set_password(door, secret, new),  # type: ignore[misc]  # no defaults
            lambda password=password: log_in(door, ann.email, password),  # type: ignore[misc]  # no defaults
            lambda: door.ask("POST", "/v1/password-resets", {"email": ann.email}),
        )
        assert statuses[1:4:2] == [204, 202]
        assert {statuses[0], statuses[2]} <= {201, 401}
        password = new
    assert log_in(door, ann.email, password).status == 201
    assert door.database.read(lambda session: session.scalar(deadlocks)) == 0
