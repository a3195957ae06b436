"""What is old goes away: in small units, beside whoever else is at work, and nothing else goes with it."""

import threading
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from clients import Person
from clocks import MovableClock
from postgresql import ask, new_database, tcp_server
from sqlalchemy import delete, event, func, insert, make_url, select, text, update
from sqlalchemy.orm import Session

from todo.database import Database, build_database, deadline_in
from todo.errors import DatabaseBusy, NotFound
from todo.migrations.run import migrate
from todo.models import (
    Base,
    Change,
    ChangedItem,
    Connection,
    IdempotencyRecord,
    Import,
    Invitation,
    Invite,
    Job,
    Link,
    Member,
    PasswordReset,
    Reminder,
    Scope,
    Subscription,
    Task,
    TaskLabel,
    TaskList,
    Throttle,
    Ticket,
    Token,
    Tombstone,
    uuid7,
)
from todo.services import accounts, lists, purge, task_update, tasks, throttles, tokens, trash
from todo.services import actor as actors
from todo.services.actor import Actor
from todo.services.housekeeping import STEPS, Step, behind
from todo.services.purge import purge_lists, purge_tasks
from todo.services.removal import MOST_ROWS
from todo.shapes.account import NewAccount
from todo.shapes.task import NewTask, TaskPatch
from todo.shapes.task_list import NewList

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
DAY, HOUR, SECOND = timedelta(days=1), timedelta(hours=1), timedelta(seconds=1)
# Thirty days in the trash, and an hour of grace.
OLD = 30 * DAY + HOUR
UNITS = dict(STEPS)
# For what happens at once: on SQLite writers take turns.
ON_POSTGRESQL = pytest.mark.parametrize("own_database", ["postgresql"], indirect=True)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def own_database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    if request.param == "sqlite":
        url = make_url(f"sqlite:///{tmp_path_factory.mktemp('housekeeping')}/todo.db")
    else:
        url = new_database(request.getfixturevalue("postgresql_server"))
    database = build_database(url, "server", pool_size=6)
    migrate(database.engine)
    yield database
    database.close()


@pytest.fixture
def house(own_database: Database) -> Database:
    """A database in which nothing is but what the test puts there."""
    own_database.write(empty)
    return own_database


@pytest.fixture
def ann(house: Database) -> Actor:
    return sign_up(house)


def empty(session: Session) -> None:
    session.execute(update(Task).values(parent_id=None))
    for table in reversed(Base.metadata.sorted_tables):
        session.execute(delete(table))


def sign_up(database: Database) -> Actor:
    """Somebody who signed up a year ago, and has no token any more."""
    then = NOW - 365 * DAY
    new = NewAccount(email=f"{uuid.uuid4()}@example.org", password="long enough")
    signed_in = database.write(accounts.sign_up, then, new, "no hash", invited=False)
    actor = database.read(actors.authenticate, str(signed_in.token.secret), then)
    database.write(tokens.revoke_current, actor)
    return actor


def at(actor: Actor, now: datetime) -> Actor:
    return replace(actor, now=now, operation_id=uuid7(now))


def count(database: Database, model: Any, *conditions: Any) -> int:
    return (
        database.read(lambda session: session.scalar(select(func.count()).select_from(model).where(*conditions))) or 0
    )


def rows_written(session: Session) -> int:
    """How many rows the transaction has written so far, over all tables; on SQLite the connection."""
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        changes: int = connection.connection.driver_connection.total_changes  # type: ignore[union-attr]  # it is open
        return changes
    written = "SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0) FROM pg_stat_xact_user_tables"
    return int(session.scalar(text(written)) or 0)


def one_unit(database: Database, step: Step, now: datetime = NOW) -> int:
    """Run one unit, and see that it writes no more than it may."""

    def counted(session: Session) -> int:
        before = rows_written(session)
        removed = step(session, now)
        assert rows_written(session) - before <= MOST_ROWS
        assert removed >= 0
        return removed

    return database.write(counted)


def keep_house(database: Database, now: datetime = NOW) -> int:
    """Run each step until nothing is left. Returns the number of units that removed something."""
    units = 0
    for _, step in STEPS:
        while one_unit(database, step, now):
            units += 1
    return units


def trashed_task(database: Database, owner: Actor, list_id: UUID, age: timedelta, **fields: Any) -> UUID:
    """A task that was deleted `age` before now."""
    then = at(owner, NOW - age)
    task = database.write(tasks.create, at(then, then.now - DAY), list_id, NewTask(**{"title": "Secret", **fields}))
    database.write(trash.discard, then, task.id, None)
    return task.id


def many_tasks(database: Database, owner: Actor, list_id: UUID, number: int, labels: int = 0) -> list[UUID]:
    """Old tasks in the trash, with as many labels each and the rows of the feed that made and trashed them."""
    model = trashed_task(database, owner, list_id, OLD)

    def copy(session: Session) -> list[UUID]:
        row = session.execute(select(*Task.__table__.columns).where(Task.id == model)).one()._asdict()
        ids = [uuid.uuid4() for _ in range(number - 1)]
        session.execute(insert(Task.__table__), [{**row, "id": each} for each in ids])  # type: ignore[arg-type]  # a Table
        ids.append(model)
        pairs = [(each, f"label {label}") for each in ids for label in range(labels)]
        if pairs:
            label = [{"task_id": each, "label_key": key, "list_id": list_id, "name": key} for each, key in pairs]
            session.execute(insert(TaskLabel), label)
        fill_feed(session, list_id, ids)
        return ids

    return database.write(copy)


def fill_feed(session: Session, list_id: UUID, item_ids: list[UUID]) -> None:
    """One row with content about each, above what is there."""
    scope = session.get_one(Scope, list_id)
    session.execute(
        insert(Change),
        [
            {
                "scope_id": list_id,
                "revision": scope.revision + number,
                "operation_id": uuid.uuid4(),
                "actor_id": None,
                "at": NOW,
                "kind": "task.updated",
                "item_id": item_id,
                "fields": '{"title":["Secret","More secret"]}',
            }
            for number, item_id in enumerate(item_ids, 1)
        ],
    )
    scope.revision += len(item_ids)


def token(account_id: UUID, expires_at: datetime | None) -> Token:
    return Token(
        id=uuid.uuid4(),
        account_id=account_id,
        digest=uuid.uuid4().bytes * 2,
        kind="token",
        name="a program",
        access="read",
        created_at=NOW,
        expires_at=expires_at,
    )


def job(state: str, run_at: datetime) -> Job:
    return Job(
        id=uuid.uuid4(),
        kind="email",
        state=state,
        account_id=None,
        payload="{}",
        attempts=1,
        run_at=run_at,
        announced_at=run_at,
        error=None,
        created_at=run_at,
        finished_at=run_at if state in ("done", "failed") else None,
    )


def expiring(kind: str, since: datetime, account_id: UUID, list_id: UUID | None = None) -> Any:
    """A row of each kind that goes some time after `since`; links and invitations are to the list."""
    digest = uuid.uuid4().bytes * 2
    match kind:
        case "tokens":
            return token(account_id, since)
        case "idempotency records":
            return IdempotencyRecord(
                account_id=account_id, key=str(uuid.uuid4()), digest=digest, outcome="{}", created_at=since
            )
        case "throttles":
            return Throttle(key=digest, attempts=9, blocked_until=since + timedelta(minutes=15), updated_at=since)
        case "expired invites" | "used invites":
            used = kind == "used invites"
            ended = {"expires_at": NOW + DAY, "used_at": since} if used else {"expires_at": since, "used_at": None}
            return Invite(digest=digest, created_at=since - DAY, **ended)
        case "links" | "invitations":
            to = list_id or account_id
            return link(to, since) if kind == "links" else invitation(to, account_id, since)
        case "password resets":
            return PasswordReset(
                id=uuid.uuid4(),
                email_key="cyd@example.org",
                digest=digest,
                created_at=since - HOUR,
                expires_at=since,
            )
        case "tickets":
            return Ticket(digest=digest, token_id=None, link_id=None, created_at=since, expires_at=since)
        case "connections":
            return connection(since)
        case "tombstones":
            return Tombstone(scope_id=account_id, revision=1, item_id=uuid.uuid4(), kind="task", deleted_at=since)
        case _:
            state = kind.partition(" ")[0]  # "imports" is over
            return an_import(account_id, since, state) if kind.endswith("imports") else job(state, since)


def an_import(account_id: UUID, since: datetime, state: str) -> Import:
    """An import in which nothing happened since: it is `done`, or else its file never came."""
    ended = state != "unfinished"
    counters = dict.fromkeys(
        ("size", "rows_done", "records_done", "created_tasks", "unchanged_tasks", "late_parents"), 0
    )
    return Import(
        id=uuid.uuid4(),
        account_id=account_id,
        name="tasks.csv",
        options="{}",
        state="done" if ended else "uploading",
        phase="check",
        operation_id=uuid.uuid4(),
        problem_count=0,
        error_count=0,
        created_at=since,
        updated_at=since,
        finished_at=since if ended else None,
        **counters,
    )


def connection(expires_at: datetime) -> Connection:
    """A socket of API Gateway that listens to nothing."""
    return Connection(
        id=uuid.uuid4().hex,
        actor_id=uuid.uuid4(),
        token_id=uuid.uuid4(),
        link_id=None,
        connected_at=expires_at - 2 * HOUR,
        expires_at=expires_at,
    )


def link(list_id: UUID, expires_at: datetime | None) -> Link:
    return Link(
        id=uuid.uuid4(),
        list_id=list_id,
        digest=uuid.uuid4().bytes * 2,
        name="",
        role="viewer",
        created_at=NOW - 365 * DAY,
        expires_at=expires_at,
    )


def invitation(list_id: UUID, invited_by: UUID, expires_at: datetime) -> Invitation:
    return Invitation(
        id=uuid.uuid4(),
        list_id=list_id,
        digest=uuid.uuid4().bytes * 2,
        email="cyd@example.org",
        role="viewer",
        invited_by=invited_by,
        created_at=expires_at - 14 * DAY,
        expires_at=expires_at,
    )


KEPT = {
    "tokens": DAY,
    "idempotency records": 25 * HOUR,
    "throttles": DAY + timedelta(minutes=15),
    "expired invites": 30 * DAY,
    "used invites": 30 * DAY,
    "invitations": 30 * DAY,
    "links": 30 * DAY,
    "password resets": HOUR,
    "tickets": HOUR,
    "connections": HOUR,
    "imports": 30 * DAY,
    "unfinished imports": 7 * DAY,
    "tombstones": 90 * DAY,
    "done jobs": 30 * DAY,
    "failed jobs": 30 * DAY,
}


def add(session: Session, *rows: Any) -> None:
    session.add_all(rows)


def test_every_step_has_a_name_of_its_own_and_tasks_go_before_their_lists() -> None:
    assert list(UNITS) == ["tasks", "lists", "subscriptions", "import problems", *KEPT]
    assert len(UNITS) == len(STEPS)


@pytest.mark.parametrize("kind", KEPT)
def test_what_has_its_time_goes_and_what_is_a_second_younger_stays(house: Database, ann: Actor, kind: str) -> None:
    home = house.write(lists.create, ann, NewList(title="Home")).id
    moments = (NOW - KEPT[kind], NOW - KEPT[kind] + SECOND)
    old, young = (expiring(kind, since, ann.account_id, home) for since in moments)
    model = type(old)
    before = count(house, model)
    house.write(add, old, young)
    assert house.read(behind, NOW + HOUR) == pytest.approx(3600)
    assert one_unit(house, UNITS[kind]) == 1
    assert one_unit(house, UNITS[kind]) == 0
    assert count(house, model) == before + 1
    assert one_unit(house, UNITS[kind], NOW + SECOND) == 1


def test_what_does_not_end_never_goes(house: Database, ann: Actor) -> None:
    house.write(add, token(ann.account_id, None), job("waiting", NOW - 400 * DAY), job("running", NOW - 400 * DAY))
    home = house.write(lists.create, ann, NewList(title="Home"))
    house.write(add, link(home.id, None))
    tables = {mapper.class_: count(house, mapper.class_) for mapper in Base.registry.mappers}
    assert keep_house(house) == 0
    assert {model: count(house, model) for model in tables} == tables
    assert house.read(behind, NOW + 1000 * DAY) == 0


def test_a_thousand_go_at_a_time(house: Database) -> None:
    house.write(add, *(expiring("done jobs", NOW - 31 * DAY, uuid.uuid4()) for _ in range(2_500)))
    assert [one_unit(house, UNITS["done jobs"]) for _ in range(4)] == [1_000, 1_000, 500, 0]


def test_a_task_goes_after_its_days_in_the_trash_and_an_hour_with_all_that_was_its_own(
    house: Database, ann: Actor
) -> None:
    home = house.write(lists.create, ann, NewList(title="Home"))
    gone, kept = (trashed_task(house, ann, home.id, age, labels=("a", "b")) for age in (OLD, OLD - SECOND))
    live = house.write(tasks.create, ann, home.id, NewTask(title="Live", labels=("a",)))
    house.write(add, *(Reminder(task_id=each, remind_at=NOW, account_id=ann.account_id) for each in (gone, kept)))
    revision = house.read(lambda session: session.get_one(Task, gone).changed_revision)
    # Of the two that are old, first what the feed says of it.
    assert one_unit(house, purge_tasks) > 0
    assert one_unit(house, purge_tasks) == 0

    def look(session: Session) -> None:
        assert set(session.scalars(select(Task.id))) == {kept, live.id}
        assert sorted(session.scalars(select(TaskLabel.task_id))) == sorted([kept, kept, live.id])
        assert session.scalars(select(Reminder.task_id)).all() == [kept]
        assert session.scalars(select(Change.fields).where(Change.item_id == gone)).all() == ["{}", "{}"]
        assert "Secret" in session.scalars(select(Change.fields).where(Change.item_id == kept)).all()[0]
        grave = session.scalars(select(Tombstone)).one()
        assert (grave.scope_id, grave.revision, grave.item_id) == (home.id, revision, gone)
        assert (grave.kind, grave.deleted_at) == ("task", NOW)

    house.read(look)


def test_what_a_task_left_in_another_list_is_blanked_and_what_others_have_is_not_touched(
    house: Database, ann: Actor
) -> None:
    bob = sign_up(house)
    home, work = (house.write(lists.create, ann, NewList(title=title)) for title in ("Home", "Work"))
    theirs = house.write(lists.create, bob, NewList(title="Bob's"))
    early = at(ann, NOW - OLD - DAY)
    task = house.write(tasks.create, early, home.id, NewTask(title="Secret"))
    house.write(task_update.change, early, task.id, TaskPatch(list_id=work.id), None, repeatable=True)
    house.write(trash.discard, at(ann, NOW - OLD), task.id, None)
    trashed_task(house, bob, theirs.id, DAY, labels=("mine",))
    house.write(tasks.create, bob, theirs.id, NewTask(title="Bob's secret"))
    others = house.read(lambda session: rows_of(session, theirs.id))
    keep_house(house)
    secrets = count(house, Change, Change.fields.contains("Secret"), Change.scope_id.in_((home.id, work.id)))
    assert (secrets, count(house, Change, Change.scope_id == home.id)) == (0, 3)
    assert house.read(lambda session: rows_of(session, theirs.id)) == others


def rows_of(session: Session, list_id: UUID) -> list[Any]:
    """Everything that is in a list."""
    return [
        tuple(row)
        for model, column in ((Task, Task.list_id), (TaskLabel, TaskLabel.list_id), (Change, Change.scope_id))
        for row in session.execute(select(*model.__table__.columns).where(column == list_id)).all()
    ]


def test_a_task_waits_for_those_below_it(house: Database, ann: Actor) -> None:
    home = house.write(lists.create, ann, NewList(title="Home"))
    early = at(ann, NOW - OLD - DAY)
    ids: list[UUID] = []
    for _ in range(5):
        new = NewTask(title="Secret", parent_id=ids[-1] if ids else None)
        ids.append(house.write(tasks.create, early, home.id, new).id)
    house.write(trash.discard, at(ann, NOW - OLD), ids[0], None)
    left = []
    while one_unit(house, purge_tasks):
        left.append(count(house, Task))
    assert left == [4, 3, 2, 1, 0]
    assert count(house, ChangedItem) == 0
    assert count(house, Tombstone) == 5


def test_a_task_whose_parent_lives_goes_alone(house: Database, ann: Actor) -> None:
    home = house.write(lists.create, ann, NewList(title="Home"))
    parent = house.write(tasks.create, ann, home.id, NewTask(title="Parent"))
    trashed_task(house, ann, home.id, OLD, parent_id=parent.id)
    keep_house(house)
    assert house.read(lambda session: session.scalars(select(Task.id)).all()) == [parent.id]


def test_a_tombstone_that_is_there_already_is_no_obstacle(house: Database, ann: Actor) -> None:
    home = house.write(lists.create, ann, NewList(title="Home"))
    gone = trashed_task(house, ann, home.id, OLD)
    revision = house.read(lambda session: session.get_one(Task, gone).changed_revision)
    house.write(add, Tombstone(scope_id=home.id, revision=revision, item_id=gone, kind="task", deleted_at=NOW))
    keep_house(house)
    assert (count(house, Task), count(house, Tombstone)) == (0, 1)


def test_a_task_with_a_long_history_takes_as_many_units_as_that_needs(house: Database, ann: Actor) -> None:
    home = house.write(lists.create, ann, NewList(title="Home"))
    gone = trashed_task(house, ann, home.id, OLD)
    house.write(fill_feed, home.id, [gone] * 2_500)
    removed = []
    while rows := one_unit(house, purge_tasks):
        removed.append((rows, count(house, Task)))
    # 2,500, what its creation said of it, and the task itself.
    assert removed == [(1_000, 1), (1_000, 1), (502, 0)]
    assert count(house, Change, Change.item_id == gone, Change.fields != "{}") == 0


def test_a_trash_of_a_thousand_tasks_with_labels_is_soon_emptied(house: Database, ann: Actor) -> None:
    home = house.write(lists.create, ann, NewList(title="Home"))
    ids = many_tasks(house, ann, home.id, 1_000, labels=5)
    began = time.monotonic()
    units = keep_house(house)
    assert time.monotonic() - began < 20
    assert (count(house, Task), count(house, TaskLabel), count(house, Tombstone)) == (0, 0, 1_000)
    # A task with five labels and its tombstone are seven rows, and its history is one more.
    assert 8 <= units <= 20
    assert count(house, Change, Change.item_id.in_(ids[:100]), Change.fields != "{}") == 0


def test_what_was_committed_stays_done_when_it_is_interrupted_and_the_rest_is_done_next_time(
    house: Database, ann: Actor
) -> None:
    home = house.write(lists.create, ann, NewList(title="Home"))
    many_tasks(house, ann, home.id, 300, labels=2)

    def killed(session: Session) -> None:
        purge_tasks(session, NOW)
        raise KeyboardInterrupt

    one_unit(house, purge_tasks)
    left, labels = count(house, Task), count(house, TaskLabel)
    assert 0 < left < 300
    assert labels == 2 * left
    with pytest.raises(KeyboardInterrupt):
        house.write(killed)
    assert (count(house, Task), count(house, TaskLabel), count(house, Tombstone)) == (left, labels, 300 - left)
    keep_house(house)
    assert (count(house, Task), count(house, TaskLabel), count(house, Tombstone)) == (0, 0, 300)


def deleted_list(database: Database, owner: Actor, age: timedelta) -> UUID:
    """A list with a task that was deleted `age` before now."""
    then = at(owner, NOW - age)
    made = database.write(lists.create, at(owner, then.now - DAY), NewList(title="Secret list"))
    database.write(tasks.create, at(owner, then.now - DAY), made.id, NewTask(title="Secret"))
    database.write(lists.delete, then, made.id, None)
    return made.id


def test_a_list_goes_once_its_tasks_are_gone_and_its_owner_is_left_a_tombstone(house: Database, ann: Actor) -> None:
    gone, kept = (deleted_list(house, ann, age) for age in (OLD, OLD - SECOND))
    assert one_unit(house, purge_lists) == 0
    keep_house(house)

    def look(session: Session) -> None:
        assert session.scalars(select(TaskList.id)).all() == [kept]
        assert set(session.scalars(select(Scope.id))) == {kept, ann.account_id}
        assert session.scalars(select(Member.list_id)).all() == [kept]
        assert set(session.scalars(select(Change.scope_id))) == {kept, ann.account_id}
        assert set(session.scalars(select(ChangedItem.scope_id))) == {kept}
        grave = session.scalars(select(Tombstone)).one()
        trashed = session.scalars(
            select(Change.revision).where(
                Change.scope_id == ann.account_id, Change.item_id == gone, Change.kind == "list.trashed"
            )
        ).one()
        assert (grave.scope_id, grave.revision, grave.item_id, grave.kind) == (ann.account_id, trashed, gone, "list")

    house.read(look)
    assert count(house, Task) == 1


def test_the_links_and_invitations_of_a_list_go_before_it(house: Database, ann: Actor) -> None:
    gone, kept = (deleted_list(house, ann, age) for age in (OLD, OLD - SECOND))
    for list_id in (gone, kept):
        house.write(add, link(list_id, None), invitation(list_id, ann.account_id, NOW + DAY))
    keep_house(house)
    assert count(house, TaskList) == 1
    assert count(house, Link, Link.list_id == kept) == count(house, Link) == 1
    assert count(house, Invitation, Invitation.list_id == kept) == count(house, Invitation) == 1


def test_a_connection_goes_with_all_it_listened_to_in_as_many_units_as_that_needs(house: Database) -> None:
    old, young = connection(NOW - HOUR), connection(NOW - HOUR + SECOND)
    house.write(add, old, young)
    for each, number in ((old, 1_200), (young, 2)):
        listened = [Subscription(connection_id=each.id, scope_id=uuid.uuid4(), since=1) for _ in range(number)]
        house.write(add, *listened)
    assert one_unit(house, UNITS["connections"]) == 0
    assert [one_unit(house, UNITS["subscriptions"]) for _ in "123"] == [1_000, 200, 0]
    assert one_unit(house, UNITS["connections"]) == 1
    assert (count(house, Connection), count(house, Subscription)) == (1, 2)


def test_a_list_with_a_long_history_takes_as_many_units_as_that_needs(house: Database, ann: Actor) -> None:
    gone = deleted_list(house, ann, OLD)
    house.write(fill_feed, gone, [uuid.uuid4()] * 2_500)
    while one_unit(house, purge_tasks):
        pass
    removed = []
    while rows := one_unit(house, purge_lists):
        removed.append((rows, count(house, TaskList)))
    assert [left for _, left in removed] == [1, 1, 0]
    assert [rows for rows, _ in removed[:2]] == [1_000, 1_000]
    assert count(house, Change, Change.scope_id == gone) == 0


def test_it_says_for_how_long_the_oldest_thing_should_have_been_gone(house: Database, ann: Actor) -> None:
    keep_house(house)
    assert house.read(behind, NOW) == 0
    home = house.write(lists.create, ann, NewList(title="Home"))
    trashed_task(house, ann, home.id, OLD + 3 * DAY)
    deleted_list(house, ann, OLD + 2 * DAY)
    assert house.read(behind, NOW) == 3 * 86_400
    assert house.read(behind, NOW - 3 * DAY) == 0
    while one_unit(house, purge_tasks):
        pass
    assert house.read(behind, NOW) == 2 * 86_400
    keep_house(house)
    assert house.read(behind, NOW) == 0


# At the same time


@ON_POSTGRESQL
def test_four_at_once_share_the_work_and_nothing_is_done_twice(house: Database, ann: Actor) -> None:
    homes = [house.write(lists.create, ann, NewList(title="Home")) for _ in range(8)]
    for home in homes:
        many_tasks(house, ann, home.id, 50, labels=2)
    for _ in range(20):
        deleted_list(house, ann, OLD)
    house.write(add, *(expiring("done jobs", NOW - 31 * DAY, ann.account_id) for _ in range(2_500)))
    jobs: list[int] = []
    gate = threading.Barrier(4, timeout=30)

    def one() -> None:
        gate.wait()
        for name, step in STEPS:
            while rows := house.write(step, NOW):
                if name == "done jobs":
                    jobs.append(rows)

    with ThreadPoolExecutor(4) as pool:
        for each in [pool.submit(one) for _ in range(4)]:
            each.result(60)
    keep_house(house)  # what one of them had passed over because another one held it
    assert sum(jobs) <= 2_500
    assert (count(house, Task), count(house, TaskLabel), count(house, Job)) == (0, 0, 0)
    assert count(house, TaskList) == len(homes)
    assert count(house, Tombstone, Tombstone.kind == "task") == 400
    assert count(house, Tombstone, Tombstone.kind == "list") == 20


@ON_POSTGRESQL
def test_it_waits_for_nobody_who_restores_and_finds_the_task_restored(house: Database, ann: Actor) -> None:
    home = house.write(lists.create, ann, NewList(title="Home"))
    saved = trashed_task(house, ann, home.id, OLD, labels=("a",))
    # Their clock is behind: to them the task may still be restored.
    late = at(ann, NOW - 2 * HOUR)
    with house.session() as session:
        restored = trash.restore(session, late, saved)
        assert one_unit(house, purge_tasks) == 0
    assert keep_house(house) == 0
    assert house.read(tasks.get, ann, saved) == restored
    assert count(house, TaskLabel) == 1


@ON_POSTGRESQL
def test_who_restores_waits_for_it_and_is_told_that_the_task_is_gone(house: Database, ann: Actor) -> None:
    home = house.write(lists.create, ann, NewList(title="Home"))
    lost = trashed_task(house, ann, home.id, OLD, labels=("a",))
    late = at(ann, NOW - 2 * HOUR)
    waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    with ThreadPoolExecutor(1) as pool:
        with house.session() as session:
            purge_tasks(session, NOW)
            asked = pool.submit(house.write, trash.restore, late, lost)
            for _ in range(1_000):
                if house.read(lambda other: other.scalar(text(waits))):
                    break
        with pytest.raises(NotFound):
            asked.result(30)
    assert (count(house, Task), count(house, TaskLabel), count(house, Tombstone)) == (0, 0, 1)


@ON_POSTGRESQL
def test_each_task_is_restored_whole_or_purged_whole_however_the_two_meet(
    house: Database, ann: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(purge, "_MOST_TASKS", 3)  # so that they meet more often
    homes = [house.write(lists.create, ann, NewList(title="Home")) for _ in range(4)]
    old = [trashed_task(house, ann, homes[number % 4].id, OLD, labels=("a", "b")) for number in range(80)]
    late = at(ann, NOW - 2 * HOUR)
    gate = threading.Barrier(4, timeout=30)
    restored: list[UUID] = []
    refused: list[UUID] = []

    def restore(some: list[UUID]) -> None:
        gate.wait()
        for task_id in some:
            try:
                restored.append(house.write(trash.restore, late, task_id).id)
            except NotFound:
                refused.append(task_id)

    def keep_purging() -> None:
        gate.wait()
        for _ in range(40):
            house.write(purge_tasks, NOW)

    with ThreadPoolExecutor(4) as pool:
        for each in [
            pool.submit(restore, old[:40]),
            pool.submit(restore, old[40:]),
            *(pool.submit(keep_purging) for _ in "12"),
        ]:
            each.result(60)
    keep_house(house)

    def look(session: Session) -> None:
        assert set(session.scalars(select(Task.id))) == set(restored)
        assert sorted(session.scalars(select(TaskLabel.task_id))) == sorted([*restored, *restored])
        assert set(session.scalars(select(Tombstone.item_id))) == set(refused)
        counted = sum(session.scalars(select(Scope.item_count).where(Scope.kind == "list")))
        assert counted == len(restored)

    house.read(look)
    assert set(restored) | set(refused) == set(old)
    assert not set(restored) & set(refused)


@ON_POSTGRESQL
def test_a_counter_that_goes_while_an_attempt_is_counted_is_made_anew(
    house: Database, request: pytest.FixtureRequest
) -> None:
    counted = throttles.Counted("test", "somebody", free=3)
    since = NOW - 2 * HOUR
    house.write(add, Throttle(key=counted.key, attempts=9, blocked_until=since, updated_at=since))

    found_there: list[str] = []

    def purge_once(_connection: Any, _cursor: Any, statement: str, *_others: Any) -> None:
        if statement.startswith("INSERT INTO throttles") and not found_there:
            found_there.append(statement)
            ask(house.engine.url.set(drivername="postgresql"), "DELETE FROM throttles")

    event.listen(house.engine, "after_cursor_execute", purge_once)
    request.addfinalizer(lambda: event.remove(house.engine, "after_cursor_execute", purge_once))
    assert house.write(throttles.attempt, NOW, counted) == 0
    assert house.read(lambda session: session.scalars(select(Throttle.attempts)).one()) == 1


def test_without_the_database_a_unit_is_refused_and_goes_on_when_it_is_back() -> None:
    with tcp_server() as server:
        database = build_database(server.url, "server")
        migrate(database.engine)
        ann = sign_up(database)
        home = database.write(lists.create, ann, NewList(title="Home"))
        many_tasks(database, ann, home.id, 300, labels=1)
        one_unit(database, purge_tasks)
        left = count(database, Task)
        server.stop()
        for _, step in STEPS:
            with deadline_in(0.2), pytest.raises(DatabaseBusy):
                database.write(step, NOW)
        server.start()
        assert (count(database, Task), count(database, Tombstone)) == (left, 300 - left)
        keep_house(database)
        assert (count(database, Task), count(database, Tombstone)) == (0, 300)
        database.close()


# What people see afterwards


def test_afterwards_the_trash_is_empty_the_feed_says_nothing_of_it_and_nothing_comes_back(
    ann_who_stays: Person, clock: MovableClock
) -> None:
    ann = ann_who_stays
    home = ann.make_list()
    task = ann.add(home, "Secret", notes="Very secret", labels=["hidden"])
    ann.ask("PATCH", task["url"], {"title": "Still secret"})
    ann.ask("DELETE", task["url"])
    clock.forward(days=30, hours=1, seconds=1)
    assert ann.get("/v1/trash") == []
    assert "ecret" in ann.ask("GET", home["url"] + "/activity").body.decode()
    for _, step in STEPS:
        while ann.door.database.write(step, clock()):
            pass
    assert ann.get("/v1/trash") == []
    seen = ann.ask("GET", home["url"] + "/activity")
    assert "ecret" not in seen.body.decode()
    assert "hidden" not in seen.body.decode()
    about = [(entry["kind"], entry["changes"]) for entry in seen.json if entry["task_id"] == task["id"]]
    assert about == [("task.trashed", {}), ("task.updated", {}), ("task.created", {})]
    for method, path in (("GET", ""), ("GET", "/activity"), ("POST", "/restore"), ("DELETE", "")):
        assert ann.ask(method, task["url"] + path).status == 404
    # The id is free again, and what is made under it is another task.
    assert ann.add(home, "Another", id=task["id"])["version"] == 1


@pytest.fixture
def ann_who_stays(ann_at_a_door: Person) -> Person:
    secret = ann_at_a_door.ask("POST", "/v1/tokens", {"name": "long"}).json["secret"]
    return Person(ann_at_a_door.door, ann_at_a_door.email, ann_at_a_door.id, secret)


@pytest.fixture
def ann_at_a_door(door: Any) -> Person:
    person: Person = door.sign_up(f"ann-{uuid.uuid4()}@example.org")
    return person


def test_a_token_is_refused_long_before_it_is_removed(house: Database) -> None:
    new = NewAccount(email=f"{uuid.uuid4()}@example.org", password="long enough")
    signed_in = house.write(accounts.sign_up, NOW, new, "no hash", invited=False)
    assert signed_in.token.expires_at is not None
    later = signed_in.token.expires_at + DAY - SECOND
    keep_house(house, later)
    assert count(house, Token) == 1
    keep_house(house, later + SECOND)
    assert count(house, Token) == 0
