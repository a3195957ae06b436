"""The server's own schedules and worker."""

import logging
import sys
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from clients import Person
from clocks import MovableClock
from job_ends import Mailbox
from postgresql import until
from sqlalchemy import make_url

from todo.database import build_database
from todo.jobs.backend import Backend
from todo.jobs.job_loop import JobLoop
from todo.jobs.queue import Queue


def loop_over(backend: Backend) -> JobLoop:
    def build(queue: Queue) -> Backend:
        return replace(backend, queue=queue)

    return JobLoop(build)


def remind(person: Person, clock: MovableClock) -> None:
    at = (clock() + timedelta(minutes=5)).isoformat()
    person.add(person.make_list(), "Pay the rent", reminders=[{"at": at}])


def test_a_reminder_that_was_due_while_the_machine_was_off_is_a_mail_at_the_start(
    backend: Backend, ann: Person, clock: MovableClock, mails: Mailbox
) -> None:
    remind(ann, clock)
    clock.forward(hours=3)
    loop = loop_over(backend)
    loop.start()
    until(lambda: len(mails.received) == 1, "the mail")
    assert loop.stop()


def test_one_round_takes_a_reminder_the_whole_way_and_the_next_none_of_it(
    backend: Backend, ann: Person, clock: MovableClock, mails: Mailbox
) -> None:
    remind(ann, clock)
    loop = loop_over(backend)
    loop.round()
    assert not mails.received
    clock.forward(minutes=6)
    loop.round()
    loop.round()
    assert [mail.to for mail in mails.received] == [ann.email]


def test_requests_get_the_interpreter_sooner_while_there_are_jobs(backend: Backend) -> None:
    usual = sys.getswitchinterval()
    seen = []

    def clock() -> datetime:
        seen.append(sys.getswitchinterval())
        return backend.clock()

    loop_over(replace(backend, clock=clock)).round()
    assert seen
    assert all(turn < usual / 5 for turn in seen)
    assert sys.getswitchinterval() == pytest.approx(usual)


def test_a_database_that_is_away_ends_no_loop_and_what_was_due_is_still_due(
    backend: Backend, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("todo.jobs.job_loop._ROUND_SECONDS", 4.5)
    nobody = build_database(make_url("postgresql://x@127.0.0.1:1/x"), "server")
    loop = loop_over(replace(backend, database=nobody))
    with caplog.at_level(logging.WARNING, "todo"):
        loop.start()
        until(lambda: "is tried again in a minute" in caplog.text, "the warning")
        assert loop.stop()
    nobody.close()
    assert "reminders" in loop._timetable.due(backend.clock())


def test_a_loop_that_is_stopped_begins_nothing_more(
    backend: Backend, ann: Person, clock: MovableClock, mails: Mailbox
) -> None:
    remind(ann, clock)
    clock.forward(minutes=6)
    loop = loop_over(backend)
    loop._stopping = True
    loop.round()
    assert not mails.received
