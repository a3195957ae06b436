"""Reminders: when they come, which rows are kept of them, and that each is claimed once."""

import json
import os
import threading
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from postgresql import new_database, until
from sqlalchemy import URL, delete, event, insert, make_url, select, text, update
from sqlalchemy.orm import Session

from todo.database import Database, build_database
from todo.errors import InvalidInput
from todo.migrations.run import migrate
from todo.models import Account, Job, Member, Reminder, Task, uuid7
from todo.services import accounts, dues, lists, reminders, task_update, tasks, trash
from todo.services import actor as actors
from todo.services.actor import Actor
from todo.services.dues import StoredDue
from todo.shapes import task as shapes
from todo.shapes.account import NewAccount
from todo.shapes.task import Due, NewTask, TaskPatch
from todo.shapes.task_list import NewList

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
ZONES = ["UTC", "Europe/Madrid", "America/St_Johns", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia"]
MANY = 10_000 if os.environ.get("PROVE") else 1_000
# What one invocation, each minute, has.
SECONDS_FOR_10_000 = 60


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


# -- when they come ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "at", "zone", "expected"),
    [
        ("PT30M", "2026-12-01T09:00", "Europe/Madrid", "2026-12-01T07:30"),
        ("PT0S", "2026-12-01T09:00", "Europe/Madrid", "2026-12-01T08:00"),
        ("P1D", "2026-12-01T09:00", "Europe/Madrid", "2026-11-30T08:00"),
        ("P1W", "2026-12-01T09:00", "Europe/Madrid", "2026-11-24T08:00"),
        ("P1DT2H", "2026-12-01T09:00", "Europe/Madrid", "2026-11-30T06:00"),
        ("-PT15M", "2026-12-01T09:00", "Europe/Madrid", "2026-12-01T08:15"),
        ("-P1D", "2026-12-31T09:00", "Europe/Madrid", "2027-01-01T08:00"),
        ("PT2H", "2027-01-01T01:00", "UTC", "2026-12-31T23:00"),
        # Leap days, and the years without one.
        ("P1D", "2028-03-01T09:00", "UTC", "2028-02-29T09:00"),
        ("P1D", "2027-03-01T09:00", "UTC", "2027-02-28T09:00"),
        ("P366D", "2028-12-31T09:00", "UTC", "2027-12-31T09:00"),
        # The clocks went forward on 28 March: a day before 9:00 is 9:00, 24 hours before it is 8:00.
        ("P1D", "2027-03-28T09:00", "Europe/Madrid", "2027-03-27T08:00"),
        ("PT24H", "2027-03-28T09:00", "Europe/Madrid", "2027-03-27T07:00"),
        ("-P1D", "2027-03-27T09:00", "Europe/Madrid", "2027-03-28T07:00"),
        # They went back on 25 October.
        ("P1D", "2026-10-25T09:00", "Europe/Madrid", "2026-10-24T07:00"),
        ("PT24H", "2026-10-25T09:00", "Europe/Madrid", "2026-10-24T08:00"),
        # A day before lies in the hour that was skipped: it moves forward. Or in the one that came twice: the first.
        ("P1D", "2027-03-29T02:30", "Europe/Madrid", "2027-03-28T01:30"),
        ("P1DT1H", "2027-03-29T02:30", "Europe/Madrid", "2027-03-28T00:30"),
        ("P1D", "2026-10-26T02:30", "Europe/Madrid", "2026-10-25T00:30"),
        # Zones of half hours and quarters; on Lord Howe the clocks change by half an hour.
        ("P1D", "2026-12-01T09:00", "Asia/Kolkata", "2026-11-30T03:30"),
        ("PT45M", "2026-12-01T09:00", "Asia/Kathmandu", "2026-12-01T02:30"),
        ("P1D", "2026-10-04T09:00", "Australia/Lord_Howe", "2026-10-02T22:30"),
        ("PT24H", "2026-10-04T09:00", "Australia/Lord_Howe", "2026-10-02T22:00"),
        ("P1D", "2026-10-05T02:15", "Australia/Lord_Howe", "2026-10-03T15:45"),
        ("P1D", "2027-04-04T09:00", "Australia/Lord_Howe", "2027-04-02T22:00"),
        # Samoa left out 30 December 2011: what would have been on that day is a day later.
        ("P1D", "2011-12-31T09:00", "Pacific/Apia", "2011-12-30T19:00"),
    ],
)
def test_before_a_moment_days_are_those_of_its_clock_and_hours_pass(
    before: str, at: str, zone: str, expected: str
) -> None:
    due = dues.stored(Due(at=datetime.fromisoformat(at), time_zone=zone), "UTC")
    elsewhere = ZoneInfo("America/New_York")
    assert reminders.moments((shapes.Reminder(before=before),), due, elsewhere) == (utc(expected),)


@pytest.mark.parametrize(
    ("before", "day", "zone", "expected"),
    [
        ("PT0S", "2026-12-01", "Europe/Madrid", "2026-11-30T23:00"),
        ("-PT9H", "2026-12-01", "Europe/Madrid", "2026-12-01T08:00"),
        ("P1D", "2026-12-01", "Asia/Kolkata", "2026-11-29T18:30"),
        ("PT15H", "2026-12-01", "Asia/Kathmandu", "2026-11-30T03:15"),
        ("-PT9H", "2028-02-29", "UTC", "2028-02-29T09:00"),
        ("P1DT15H", "2028-03-01", "UTC", "2028-02-28T09:00"),
        ("PT15H", "2027-01-01", "UTC", "2026-12-31T09:00"),
        # 9:00 is 9:00, also on a day that has 23, 25 or 23½ hours.
        ("-PT9H", "2027-03-28", "Europe/Madrid", "2027-03-28T07:00"),
        ("-PT9H", "2026-10-25", "Europe/Madrid", "2026-10-25T08:00"),
        ("-PT9H", "2026-10-04", "Australia/Lord_Howe", "2026-10-03T22:00"),
        # 2:30 is skipped, or comes twice; so does midnight, in Havana.
        ("-PT2H30M", "2027-03-28", "Europe/Madrid", "2027-03-28T01:30"),
        ("-PT2H30M", "2026-10-25", "Europe/Madrid", "2026-10-25T00:30"),
        ("PT0S", "2027-03-14", "America/Havana", "2027-03-14T05:00"),
    ],
)
def test_before_a_date_all_of_it_is_on_the_clock_of_whoever_set_it(
    before: str, day: str, zone: str, expected: str
) -> None:
    due = StoredDue(due_date=date.fromisoformat(day))
    assert reminders.moments((shapes.Reminder(before=before),), due, ZoneInfo(zone)) == (utc(expected),)


def test_the_time_that_a_recurring_due_was_meant_to_have_counts() -> None:
    """Where it is skipped on the day of the due itself, a day before it is as it was meant."""
    skipped = StoredDue(due_at=utc("2027-03-28T01:30"), due_zone="Europe/Berlin", due_wall="2027-03-28T02:30:00")
    told = (shapes.Reminder(before="P1D"), shapes.Reminder(before="PT30M"))
    assert reminders.moments(told, skipped, ZoneInfo("UTC")) == (utc("2027-03-27T01:30"), utc("2027-03-28T01:00"))


def test_of_a_due_at_the_second_of_two_equal_times_hours_count_from_there() -> None:
    second = StoredDue(due_at=utc("2026-10-25T01:30"), due_zone="Europe/Madrid")
    assert reminders.moments((shapes.Reminder(before="PT1H"),), second, ZoneInfo("UTC")) == (utc("2026-10-25T00:30"),)


def test_relative_ones_sleep_without_a_due_and_equal_moments_are_one() -> None:
    at = shapes.Reminder(at=utc("2026-12-01T08:00"))
    told = (shapes.Reminder(before="PT1H"), at, shapes.Reminder(before="PT30M"))
    assert reminders.moments(told, StoredDue(), ZoneInfo("UTC")) == (utc("2026-12-01T08:00"),)
    due = StoredDue(due_at=utc("2026-12-01T09:00"), due_zone="UTC")
    assert reminders.moments(told, due, ZoneInfo("UTC")) == (utc("2026-12-01T08:00"), utc("2026-12-01T08:30"))


@given(
    at=st.datetimes(datetime(2020, 1, 1), datetime(2037, 1, 1)),  # noqa: DTZ001 - a time of day in the zone
    zone=st.sampled_from(ZONES),
    days=st.integers(-366, 366),
)
def test_days_before_shows_the_same_time_unless_the_clocks_skip_it(at: datetime, zone: str, days: int) -> None:
    due = dues.stored(Due(at=at, time_zone=zone), "UTC")
    assert due.due_at
    shown = due.due_at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    told = shapes.Reminder(before=f"{'-' if days < 0 else ''}P{abs(days)}D")
    (found,) = reminders.moments((told,), due, ZoneInfo("UTC"))
    wall = found.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    assert (
        timedelta() <= wall - (shown - timedelta(days=days)) <= timedelta(days=1 if zone == "Pacific/Apia" else 1 / 24)
    )


# -- what clients say -------------------------------------------------------------------------------------------------


def test_they_are_kept_in_one_form_and_each_once() -> None:
    due = StoredDue(due_date=date(2026, 12, 1))
    told = [
        shapes.Reminder(before="PT60M"),
        shapes.Reminder(at=datetime(2026, 12, 1, 9)),  # noqa: DTZ001 - a time of day in the account's zone
        shapes.Reminder(before="PT1H"),
        shapes.Reminder(at=datetime(2026, 12, 1, 8, 0, 0, 999, UTC)),
        shapes.Reminder(before="P7D"),
    ]
    kept = reminders.checked(told, "Europe/Madrid", due)
    assert kept == (
        shapes.Reminder(before="PT1H"),
        shapes.Reminder(at=utc("2026-12-01T08:00")),
        shapes.Reminder(before="P1W"),
    )
    assert reminders.checked(kept, "Asia/Tokyo", due) == kept


def test_each_bad_one_is_pointed_at() -> None:
    told = [
        shapes.Reminder(),
        shapes.Reminder(at=NOW),
        shapes.Reminder(at=NOW, before="PT1H"),
        shapes.Reminder(at=datetime(3000, 1, 1, tzinfo=UTC)),
        shapes.Reminder(before="P367D"),
        shapes.Reminder(before="PT1H"),
    ]
    with pytest.raises(InvalidInput) as refused:
        reminders.checked(told, "UTC", StoredDue())
    assert [fault.where for fault in refused.value.faults] == [
        "/reminders/0",
        "/reminders/2",
        "/reminders/3/at",
        "/reminders/4/before",
        "/reminders/5/before",
    ]


# -- the rows that are kept -------------------------------------------------------------------------------------------


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> URL:
    """A database of this test's own: what is claimed is all there is."""
    if request.param == "sqlite":
        own = make_url(f"sqlite:///{tmp_path}/todo.db")
    else:
        own = new_database(request.getfixturevalue("postgresql_server"))
    opened = build_database(own, "server")
    migrate(opened.engine)
    opened.close()
    return own


@pytest.fixture
def own(url: URL) -> Iterator[Database]:
    """Units of work on it."""
    opened = build_database(url, "server", pool_size=5)
    yield opened
    opened.close()


def signed_up(database: Database, zone: str = "UTC") -> Actor:
    new = NewAccount(email=f"{uuid.uuid4()}@example.org", password="long enough", time_zone=zone)
    signed_in = database.write(accounts.sign_up, NOW, new, "no hash", invited=False)
    return database.read(actors.authenticate, str(signed_in.token.secret), NOW)


def joined(database: Database, actor: Actor, list_id: UUID, role: str = "editor") -> Actor:
    def join(session: Session) -> None:
        session.add(Member(account_id=actor.account_id, list_id=list_id, role=role, changed_revision=1))

    database.write(join)
    return actor


def later(actor: Actor, **amount: float) -> Actor:
    """The same person at a later time."""
    return replace(actor, now=actor.now + timedelta(**amount))


def kept(database: Database) -> list[tuple[datetime, UUID]]:
    """The moments that are kept, and for whom."""

    def look(session: Session) -> list[tuple[datetime, UUID]]:
        rows = session.execute(select(Reminder.remind_at, Reminder.account_id).order_by(Reminder.remind_at))
        return [(row.remind_at, row.account_id) for row in rows]

    return database.read(look)


def moments_kept(database: Database) -> list[datetime]:
    return [at for at, _ in kept(database)]


def changed(database: Database, actor: Actor, task_id: UUID, **fields: Any) -> shapes.Task:
    return database.write(task_update.change, actor, task_id, TaskPatch(**fields), None, repeatable=True)


@pytest.fixture
def ann(own: Database) -> Actor:
    """Somebody in Madrid."""
    return signed_up(own, "Europe/Madrid")


@pytest.fixture
def home(own: Database, ann: Actor) -> UUID:
    """Her list."""
    return own.write(lists.create, ann, NewList(title="Home")).id


def at_nine(day: str, zone: str = "Europe/Madrid", recurrence: str | None = None) -> Due:
    return Due(at=datetime.fromisoformat(f"{day}T09:00"), time_zone=zone, recurrence=recurrence)


def before(*durations: str) -> tuple[shapes.Reminder, ...]:
    return tuple(shapes.Reminder(before=duration) for duration in durations)


def test_only_moments_that_are_to_come_are_kept(own: Database, ann: Actor, home: UUID) -> None:
    told = (*before("P1D", "P1W"), shapes.Reminder(at=NOW), shapes.Reminder(at=NOW + timedelta(seconds=1)))
    own.write(tasks.create, ann, home, NewTask(title="Rent", due=at_nine("2026-12-01"), reminders=told))
    assert kept(own) == [
        (NOW + timedelta(seconds=1), ann.account_id),
        (utc("2026-11-30T08:00"), ann.account_id),
    ]


def test_they_follow_the_due_and_sleep_while_there_is_none(own: Database, ann: Actor, home: UUID) -> None:
    new = NewTask(title="Rent", due=at_nine("2026-12-01"), reminders=before("P1D"))
    task = own.write(tasks.create, ann, home, new)
    changed(own, ann, task.id, due=at_nine("2026-12-02"))
    assert moments_kept(own) == [utc("2026-12-01T08:00")]
    asleep = changed(own, ann, task.id, due=None)
    assert (asleep.reminders, moments_kept(own)) == (before("P1D"), [])
    changed(own, ann, task.id, due=Due(date=date(2026, 12, 3)))
    assert moments_kept(own) == [utc("2026-12-01T23:00")]


def test_they_follow_a_recurring_task(own: Database, ann: Actor, home: UUID) -> None:
    due = at_nine("2026-11-25", recurrence="FREQ=WEEKLY")
    told = (*before("P1D", "PT1H"), shapes.Reminder(at=utc("2026-12-24T18:00")))
    task = own.write(tasks.create, ann, home, NewTask(title="Bins", due=due, reminders=told))
    assert moments_kept(own) == [utc("2026-11-25T07:00"), utc("2026-12-24T18:00")]
    done = changed(own, ann, task.id, completed=True)
    assert (done.completed, done.reminders) == (False, told)
    assert moments_kept(own) == [utc("2026-12-01T08:00"), utc("2026-12-02T07:00"), utc("2026-12-24T18:00")]


def test_they_are_replaced_whole_and_removed(own: Database, ann: Actor, home: UUID) -> None:
    new = NewTask(title="Rent", due=at_nine("2026-12-01"), reminders=before("P1D", "PT1H"))
    task = own.write(tasks.create, ann, home, new)
    changed(own, ann, task.id, reminders=before("PT2H"))
    assert moments_kept(own) == [utc("2026-12-01T06:00")]
    assert changed(own, ann, task.id, reminders=()).reminders == ()
    assert kept(own) == []


def test_what_has_come_and_is_not_claimed_yet_survives_another_change(own: Database, ann: Actor, home: UUID) -> None:
    told = tuple(shapes.Reminder(at=NOW + timedelta(minutes=minutes)) for minutes in (1, 2, 9))
    task = own.write(tasks.create, ann, home, NewTask(title="Rent", reminders=told))
    changed(own, later(ann, minutes=5), task.id, reminders=told[1:])
    assert moments_kept(own) == [NOW + timedelta(minutes=2), NOW + timedelta(minutes=9)]


def test_moving_completing_and_deleting_a_task_keep_them(own: Database, ann: Actor, home: UUID) -> None:
    work = own.write(lists.create, ann, NewList(title="Work"))
    new = NewTask(title="Rent", due=at_nine("2026-12-01"), reminders=before("P1D"))
    task = own.write(tasks.create, ann, home, new)
    rows = kept(own)
    changed(own, ann, task.id, list_id=work.id)
    changed(own, ann, task.id, completed=True)
    own.write(trash.discard, ann, task.id, None)
    assert kept(own) == rows
    assert own.write(trash.restore, ann, task.id).reminders == before("P1D")
    assert kept(own) == rows


def test_of_a_due_date_it_is_the_clock_of_whoever_set_them_whoever_moves_it(
    own: Database, ann: Actor, home: UUID
) -> None:
    bob = joined(own, signed_up(own, "America/New_York"), home)
    new = NewTask(title="Rent", due=Due(date=date(2026, 12, 1)), reminders=before("-PT9H"))
    task = own.write(tasks.create, ann, home, new)
    changed(own, bob, task.id, due=Due(date=date(2026, 12, 2)))
    assert kept(own) == [(utc("2026-12-02T08:00"), ann.account_id)]
    changed(own, bob, task.id, title="Rent!", reminders=before("-PT9H"))
    assert kept(own) == [(utc("2026-12-02T08:00"), ann.account_id)], "sent back as they were read"
    changed(own, bob, task.id, reminders=before("-PT10H"))
    assert kept(own) == [(utc("2026-12-02T15:00"), bob.account_id)]


def test_those_of_somebody_who_left_are_gone_and_stay_so(own: Database, ann: Actor, home: UUID) -> None:
    bob = joined(own, signed_up(own), home)
    theirs = own.write(lists.create, bob, NewList(title="Bob's"))
    joined(own, ann, theirs.id)
    new = NewTask(title="Rent", due=at_nine("2026-12-01"), reminders=before("P1D"))
    task = own.write(tasks.create, bob, home, new)
    own.write(tasks.create, ann, theirs.id, new)
    assert len(kept(own)) == 2
    own.write(accounts.delete_me, bob, None)
    assert kept(own) == []
    after = changed(own, ann, task.id, due=at_nine("2026-12-02"))
    assert (after.reminders, kept(own)) == (before("P1D"), [])
    changed(own, ann, task.id, reminders=before("P2D"))
    assert kept(own) == [(utc("2026-11-30T08:00"), ann.account_id)]


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_somebody_can_leave_while_another_moves_the_due_that_the_reminders_hang_on(
    own: Database, ann: Actor, home: UUID
) -> None:
    bob = joined(own, signed_up(own), home)
    new = NewTask(title="Rent", due=at_nine("2026-12-01"), reminders=before("P1D"))
    task = own.write(tasks.create, bob, home, new)
    waiting = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
    with ThreadPoolExecutor(1) as pool:
        with own.session() as session:
            moved = TaskPatch(due=at_nine("2026-12-02"))
            task_update.change(session, ann, task.id, moved, None, repeatable=True)
            session.flush()
            leaving = pool.submit(own.write, accounts.delete_me, bob, None)
            until(lambda: own.read(lambda other: other.scalar(waiting)) == 1, "whoever leaves waits")
        leaving.result(20)
    assert kept(own) == []


# -- claiming ---------------------------------------------------------------------------------------------------------


def mails(database: Database) -> list[tuple[UUID | None, dict[str, Any]]]:
    """To whom, and what, is to be sent; in the order of the reminders."""

    def look(session: Session) -> list[tuple[UUID | None, dict[str, Any]]]:
        rows = session.execute(select(Job.kind, Job.state, Job.account_id, Job.payload)).all()
        assert {(row.kind, row.state) for row in rows} <= {("email", "waiting")}
        found = [(row.account_id, json.loads(row.payload)) for row in rows]
        return sorted(found, key=lambda mail: str(mail[1]["remind_at"]))

    return database.read(look)


def told_at(database: Database, actor: Actor, list_id: UUID, *minutes: int, **fields: Any) -> shapes.Task:
    """A task with a reminder so many minutes from NOW."""
    told = tuple(shapes.Reminder(at=NOW + timedelta(minutes=each)) for each in minutes)
    return database.write(tasks.create, actor, list_id, NewTask(title="Rent", reminders=told, **fields))


def test_what_has_come_is_claimed_oldest_first_and_once(own: Database, ann: Actor, home: UUID) -> None:
    task = told_at(own, ann, home, 3, 1, 2, 60)
    now = NOW + timedelta(minutes=3)
    assert own.read(reminders.find_next) == NOW + timedelta(minutes=1)
    first = own.write(reminders.claim, now, 2)
    assert (first.count, first.oldest, len(first.job_ids)) == (2, NOW + timedelta(minutes=1), 2)
    second = own.write(reminders.claim, now, 2)
    assert (second.count, second.oldest, len(second.job_ids)) == (1, NOW + timedelta(minutes=3), 1)
    assert own.write(reminders.claim, now, 2) == reminders.Claimed(0, None, ())
    assert own.read(reminders.find_next) == NOW + timedelta(minutes=60)
    assert mails(own) == [
        (
            ann.account_id,
            {
                "letter": "reminder",
                "task_id": str(task.id),
                "remind_at": (NOW + timedelta(minutes=minutes)).isoformat(),
            },
        )
        for minutes in (1, 2, 3)
    ]
    stored = own.read(lambda session: set(session.scalars(select(Job.id))))
    assert stored == {*first.job_ids, *second.job_ids}


def test_without_any_there_is_no_next_one(own: Database) -> None:
    assert own.read(reminders.find_next) is None


def test_a_unit_that_fails_claims_nothing(own: Database, ann: Actor, home: UUID) -> None:
    told_at(own, ann, home, 1)

    def fail(session: Session) -> None:
        assert reminders.claim(session, NOW + timedelta(minutes=1), 10).count == 1
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        own.write(fail)
    assert (len(kept(own)), mails(own)) == (1, [])
    assert own.write(reminders.claim, NOW + timedelta(minutes=1), 10).count == 1


def test_whom_it_is_assigned_to_is_told_else_who_set_it(own: Database, ann: Actor, home: UUID) -> None:
    bob = joined(own, signed_up(own), home, "viewer")
    told_at(own, ann, home, 1, assignee_id=bob.account_id)
    told_at(own, ann, home, 2)
    assert own.write(reminders.claim, NOW + timedelta(minutes=2), 10).count == 2
    assert [account_id for account_id, _ in mails(own)] == [bob.account_id, ann.account_id]


def test_nobody_is_told_of_what_concerns_nobody_any_more(own: Database, ann: Actor, home: UUID) -> None:
    bob, carol = (joined(own, signed_up(own), home) for _ in range(2))
    completed, trashed = told_at(own, ann, home, 1), told_at(own, ann, home, 1)
    told_at(own, bob, home, 1)
    told_at(own, carol, home, 1)
    work = own.write(lists.create, ann, NewList(title="Work"))
    told_at(own, ann, work.id, 1)
    own.write(lists.delete, ann, work.id, None)
    changed(own, ann, completed.id, completed=True)
    own.write(trash.discard, ann, trashed.id, None)

    def leave_and_stop(session: Session) -> None:
        session.execute(delete(Member).where(Member.account_id == bob.account_id))
        session.execute(update(Account).where(Account.id == carol.account_id).values(mail_stopped_at=NOW))

    own.write(leave_and_stop)
    claimed = own.write(reminders.claim, NOW + timedelta(minutes=1), 10)
    assert (claimed.count, claimed.job_ids, kept(own), mails(own)) == (5, (), [], [])


def filled(database: Database, actor: Actor, list_id: UUID, count: int) -> None:
    """So many tasks, each with a reminder that came in the same minute."""
    old = told_at(database, actor, list_id, 1)

    def fill(session: Session) -> None:
        pattern = session.get_one(Task, old.id)
        columns = {name: getattr(pattern, name) for name in Task.__mapper__.columns.keys()}  # noqa: SIM118 - no mapping
        rows = [columns | {"id": uuid7(NOW)} for _ in range(count - 1)]
        session.execute(insert(Task), rows)
        session.execute(
            insert(Reminder),
            [
                {
                    "task_id": row["id"],
                    "remind_at": NOW + timedelta(seconds=number % 60 + 1),
                    "account_id": actor.account_id,
                }
                for number, row in enumerate(rows)
            ],
        )

    database.write(fill)


def test_two_who_claim_at_once_never_claim_the_same(own: Database, url: URL, ann: Actor, home: UUID) -> None:
    """Each has a database of its own, as two processes have."""
    filled(own, ann, home, 400)
    gate = threading.Barrier(4, timeout=60)

    def claim_all() -> list[reminders.Claimed]:
        mine = build_database(url, "server", pool_size=1)
        gate.wait()
        found = []
        while (claimed := mine.write(reminders.claim, NOW + timedelta(minutes=1), 20)).count:
            found.append(claimed)
        mine.close()
        return found

    with ThreadPoolExecutor(4) as pool:
        found = [each for one in [pool.submit(claim_all) for _ in range(4)] for each in one.result(120)]
    # Who finds the rest locked by others ends; they have it.
    assert sum(each.count for each in found) == 400
    ids = [job_id for each in found for job_id in each.job_ids]
    assert len(ids) == len(set(ids)) == 400
    assert len({mail["task_id"] for _, mail in mails(own)}) == 400


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_nobody_waits_for_what_somebody_else_is_claiming(own: Database, ann: Actor, home: UUID) -> None:
    told_at(own, ann, home, 1, 2, 3)
    now = NOW + timedelta(minutes=3)
    with own.session() as session:
        assert reminders.claim(session, now, 2).count == 2
        assert own.write(reminders.claim, now, 10).oldest == NOW + timedelta(minutes=3)
        assert own.write(reminders.claim, now, 10).count == 0
    assert len(mails(own)) == 3


def test_what_comes_in_one_minute_is_claimed_and_queued_within_it(own: Database, ann: Actor, home: UUID) -> None:
    """A tenth of it in a tenth of the time, unless PROVE is set. No statement is longer than RDS Proxy likes."""
    filled(own, ann, home, MANY)
    lengths: list[int] = []
    event.listen(own.engine, "before_cursor_execute", lambda *sent: lengths.append(len(sent[2])))
    began, counts = time.monotonic(), []
    while count := own.write(reminders.claim, NOW + timedelta(minutes=1), 1_000).count:
        counts.append(count)
    took = time.monotonic() - began
    print(f"{MANY:,} reminders were claimed and queued in {took:.2f} s on {own.engine.dialect.name}")  # noqa: T201 - with -s
    assert counts == [1_000] * (MANY // 1_000)
    assert len(mails(own)) == MANY
    assert took < SECONDS_FOR_10_000 * MANY / 10_000
    assert max(lengths) < 16_384
