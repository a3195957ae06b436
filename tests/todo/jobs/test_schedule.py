"""What schedules ask for: reminders, digests, housekeeping; each once, and on in the next tick."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from clients import Person, ServerDoor
from clocks import MovableClock
from job_ends import Alarm, Announced, Mailbox
from sqlalchemy import make_url

from todo.database import build_database, deadline_in
from todo.errors import DatabaseBusy
from todo.jobs import alarm, schedule, worker
from todo.jobs.backend import Backend
from todo.jobs.schedule import JOBS, UnknownJob


@pytest.mark.parametrize(
    "event", [None, [], "reminders", {}, {"job": None}, {"job": ["reminders"]}, {"job": "Reminders"}, {"detail": {}}]
)
def test_an_event_that_names_no_job_is_refused_with_those_there_are(event: Any) -> None:
    with pytest.raises(UnknownJob) as caught:
        schedule.job_named_in(event)
    for name in JOBS:
        assert name in str(caught.value)


def in_minutes(clock: MovableClock, minutes: float) -> str:
    return (clock() + timedelta(minutes=minutes)).isoformat()


def remind(person: Person, clock: MovableClock, *minutes: float, title: str = "Pay the rent") -> dict[str, Any]:
    reminders = [{"at": in_minutes(clock, each)} for each in minutes]
    return person.add(person.make_list(), title, reminders=reminders)


def test_a_reminder_is_a_mail_when_it_is_due_and_once(
    backend: Backend, ann: Person, clock: MovableClock, mails: Mailbox, told: Announced
) -> None:
    remind(ann, clock, 5)
    assert schedule.run("reminders", backend).done == 0
    clock.forward(minutes=6)
    report = schedule.run("reminders", backend)
    assert (report.job, report.done, report.stopped_early) == ("reminders", 1, False)
    assert 50 < report.seconds_behind < 70
    assert schedule.run("reminders", backend).done == 0
    (job_id,) = told.job_ids
    for _ in range(3):
        worker.work(backend, job_id)
    (mail,) = mails.received
    assert (mail.id, mail.to) == (job_id, ann.email)
    assert "Pay the rent" in mail.subject


def test_two_ticks_at_the_same_time_send_nothing_twice(
    backend: Backend, ann: Person, clock: MovableClock, mails: Mailbox, told: Announced
) -> None:
    for number in range(30):
        remind(ann, clock, 1, 2, title=f"Task {number}")
    clock.forward(minutes=3)
    with ThreadPoolExecutor(4) as pool:
        reports = list(pool.map(lambda _: schedule.run("reminders", backend), range(4)))
    assert sum(report.done for report in reports) == 60
    assert len(told.job_ids) == len(set(told.job_ids)) == 60
    worker.work_through(backend)
    assert len(mails.received) == 60


def test_a_task_that_is_gone_done_or_moved_by_then_is_told_of_as_it_is(
    backend: Backend, ann: Person, clock: MovableClock, mails: Mailbox, told: Announced
) -> None:
    kept, done, gone = (remind(ann, clock, 5, title=title) for title in ("Kept", "Done", "Gone"))
    clock.forward(minutes=6)
    schedule.run("reminders", backend)
    assert len(told.job_ids) == 3
    assert ann.ask("PATCH", done["url"], {"completed": True}).status == 200
    assert ann.ask("DELETE", gone["url"]).status == 204
    assert ann.ask("PATCH", kept["url"], {"title": "Kept, and renamed"}).status == 200
    outcomes = worker.work_through(backend)
    assert [outcome.state for outcome in outcomes] == ["done"] * 3
    assert ["Kept, and renamed" in mail.subject for mail in mails.received] == [True]


def test_what_a_lost_queue_was_told_is_told_again(
    backend: Backend, ann: Person, clock: MovableClock, told: Announced
) -> None:
    remind(ann, clock, 5)
    clock.forward(minutes=6)
    schedule.run("reminders", backend)
    (first,) = told.job_ids
    clock.forward(minutes=16)
    schedule.run("reminders", backend)
    schedule.run("reminders", backend)
    assert told.job_ids == [first, first]


def test_a_job_stops_before_its_time_is_up_and_says_so(backend: Backend, ann: Person, clock: MovableClock) -> None:
    remind(ann, clock, 5)
    clock.forward(minutes=6)
    for name in ("reminders", "digest", "housekeeping"):
        with deadline_in(3):
            assert schedule.run(name, backend).stopped_early
    assert schedule.run("reminders", backend).done == 1


@pytest.mark.parametrize("name", sorted(JOBS))
def test_a_database_that_is_away_is_said_and_nothing_is_lost(
    name: str, backend: Backend, ann: Person, clock: MovableClock, told: Announced
) -> None:
    remind(ann, clock, 5)
    clock.forward(minutes=6)
    nobody = build_database(make_url("postgresql://todo:x@127.0.0.1:1/todo"), "invocation")
    rang = Alarm()
    away = replace(backend, database=nobody, alarm=rang)
    with deadline_in(2.5), pytest.raises(DatabaseBusy):
        schedule.run(name, away)
    nobody.close()
    assert rang.at is not None
    assert clock() < rang.at <= clock() + timedelta(minutes=5)
    assert not told.job_ids
    assert schedule.run("reminders", backend).done == 1


def seconds_until(rings: Alarm, clock: MovableClock) -> float:
    assert rings.at is not None
    return (rings.at - clock()).total_seconds()


def test_the_alarm_is_set_to_the_next_thing_that_is_due(
    backend: Backend, ann: Person, clock: MovableClock, told: Announced
) -> None:
    rings = Alarm(at=clock())
    sleeping = replace(backend, alarm=rings)
    schedule.run("housekeeping", sleeping)
    assert not rings.at
    remind(ann, clock, 5)
    remind(ann, clock, 90)
    alarm.arm(sleeping)
    assert seconds_until(rings, clock) == pytest.approx(300, abs=30)
    clock.forward(minutes=6)
    assert schedule.run("alarm", sleeping).done == 1
    # Until its mail is sent, the job that the queue may have lost is the next thing.
    assert seconds_until(rings, clock) == pytest.approx(900, abs=30)
    for job_id in told.job_ids:
        worker.work(sleeping, job_id)
    alarm.arm(sleeping)
    assert seconds_until(rings, clock) == pytest.approx(84 * 60, abs=30)


# -- digests ----------------------------------------------------------------------------------------------------------


def wants_digest(person: Person) -> None:
    assert person.ask("PATCH", "/v1/me", {"digest": True}).status == 200


def to_next(clock: MovableClock, hour: int, minute: int, zone: str) -> datetime:
    """Move the clock to the next such time of the day in the zone, and a second."""
    local = clock().astimezone(ZoneInfo(zone))
    there = local.replace(hour=hour, minute=minute, second=1, microsecond=0)
    if there <= local:
        there += timedelta(days=1)
    clock.forward(seconds=(there - local).total_seconds())
    return there


def test_each_person_has_the_digest_at_seven_of_their_own_and_once_a_day(
    backend: Backend, ann: Person, bob: Person, clock: MovableClock, mails: Mailbox
) -> None:
    for person in (ann, bob):
        wants_digest(person)
        person.add(person.make_list(), "Overdue", due={"date": "2026-01-01"})
    to_next(clock, 6, 59, "Asia/Kolkata")
    schedule.run("digest", backend)
    worker.work_through(backend)
    mails.received.clear()
    to_next(clock, 7, 0, "Asia/Kolkata")
    for _ in range(3):
        schedule.run("digest", backend)
        worker.work_through(backend)
    assert [mail.to for mail in mails.received] == [bob.email]
    to_next(clock, 7, 0, "Europe/Madrid")
    for _ in range(3):
        schedule.run("digest", backend)
        worker.work_through(backend)
    assert [mail.to for mail in mails.received] == [bob.email, ann.email]


def test_a_digest_has_what_is_overdue_and_due_today_in_ones_own_language(
    backend: Backend, bob: Person, clock: MovableClock, mails: Mailbox
) -> None:
    wants_digest(bob)
    morning = to_next(clock, 7, 0, "Asia/Kolkata")
    home = bob.make_list("Casa")
    bob.add(home, "Ayer", due={"date": (morning - timedelta(days=1)).date().isoformat()})
    bob.add(home, "Hoy", due={"date": morning.date().isoformat()})
    late = morning.replace(hour=23, minute=30)
    bob.add(home, "Hoy, tarde", due={"at": late.isoformat(), "time_zone": "Asia/Kolkata"})
    bob.add(home, "Mañana", due={"date": (morning + timedelta(days=1)).date().isoformat()})
    bob.add(home, "Hecho", due={"date": morning.date().isoformat()}, completed=True)
    schedule.run("digest", backend)
    worker.work_through(backend)
    (mail,) = mails.received
    assert mail.language == "es"
    for text in (mail.text, mail.html):
        assert all(word in text for word in ("Ayer", "Hoy", "Hoy, tarde", "Casa"))
        assert not any(word in text for word in ("Mañana", "Hecho"))


def test_who_has_nothing_to_do_is_not_written_to(
    backend: Backend, ann: Person, clock: MovableClock, mails: Mailbox
) -> None:
    wants_digest(ann)
    to_next(clock, 7, 0, "Europe/Madrid")
    assert schedule.run("digest", backend).done == 1
    worker.work_through(backend)
    assert not mails.received


def test_a_digest_that_is_a_day_late_waits_for_the_next_morning(
    backend: Backend, ann: Person, clock: MovableClock, mails: Mailbox
) -> None:
    wants_digest(ann)
    ann.add(ann.make_list(), "Overdue", due={"date": "2026-01-01"})
    to_next(clock, 7, 0, "Europe/Madrid")
    clock.forward(hours=11)
    schedule.run("digest", backend)
    worker.work_through(backend)
    assert not mails.received
    to_next(clock, 7, 0, "Europe/Madrid")
    schedule.run("digest", backend)
    worker.work_through(backend)
    assert len(mails.received) == 1


def test_two_digests_at_the_same_time_write_to_each_person_once(
    backend: Backend, door: ServerDoor, clock: MovableClock, told: Announced
) -> None:
    people = [
        door.sign_up(f"p{n}@example.org", digest=True, time_zone=zone)
        for n, zone in enumerate(["Europe/Madrid", "Asia/Kathmandu", "America/Los_Angeles"] * 20)
    ]
    clock.forward(hours=24)
    with ThreadPoolExecutor(4) as pool:
        reports = list(pool.map(lambda _: schedule.run("digest", backend), range(4)))
    assert sum(report.done for report in reports) == len(people)
    assert len(told.job_ids) == len(set(told.job_ids))


# -- housekeeping -----------------------------------------------------------------------------------------------------


def test_housekeeping_takes_what_is_old_and_says_how_far_behind_it_was(
    backend: Backend, ann: Person, clock: MovableClock
) -> None:
    task = ann.add(ann.make_list())
    assert ann.ask("DELETE", task["url"]).status == 204
    clock.forward(days=29)
    schedule.run("housekeeping", backend)
    clock.forward(days=3)
    report = schedule.run("housekeeping", backend)
    assert report.done
    assert 0 < report.seconds_behind < 3 * 86_400
    again = schedule.run("housekeeping", backend)
    assert (again.done, again.seconds_behind) == (0, 0.0)
