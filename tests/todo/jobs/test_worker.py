"""One job after the other: done, tried again, given up; and none of it twice."""

import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from clients import Person
from clocks import MovableClock
from job_ends import Alarm, Announced, Mailbox

from todo.database import deadline_in
from todo.delivery.mailer import MailDelayed, MailRefused
from todo.jobs import schedule, worker
from todo.jobs.backend import Backend
from todo.jobs.messages import Arm, DoJob, MailReturned
from todo.jobs.worker import Outcome
from todo.services import jobs
from todo.services.jobs import MOST_ATTEMPTS, NewJob


@pytest.fixture
def reminder(backend: Backend, ann: Person, clock: MovableClock, told: Announced) -> UUID:
    """The job of a reminder of Ann's that is due."""
    at = (clock() + timedelta(minutes=5)).isoformat()
    ann.add(ann.make_list(), "Pay the rent", reminders=[{"at": at}])
    clock.forward(minutes=6)
    schedule.run("reminders", backend)
    (job_id,) = told.job_ids
    return job_id


def put(backend: Backend, person: Person, kind: str, payload: dict[str, object]) -> UUID:
    (job_id,) = backend.database.write(jobs.enqueue, backend.clock(), [NewJob(kind, payload, UUID(person.id))])
    return job_id


def test_a_message_that_comes_often_sends_one_mail(backend: Backend, reminder: UUID, mails: Mailbox) -> None:
    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(lambda _: worker.receive(backend, DoJob(reminder)), range(8)))
    assert [outcome.state for outcome in outcomes].count("done") == 1
    assert {outcome.state for outcome in outcomes} <= {"done", "not_yet", "nothing"}
    assert len(mails.received) == 1


def test_a_mail_that_is_delayed_is_tried_again_and_goes_out_once(
    backend: Backend, reminder: UUID, mails: Mailbox, clock: MovableClock
) -> None:
    mails.refusal = MailDelayed("Amazon SES is busy")
    first = worker.work(backend, reminder)
    assert (first.kind, first.state, first.seconds) == ("email", "retried", 30)
    mails.refusal = None
    assert worker.work(backend, reminder).state == "not_yet"
    clock.forward(seconds=31)
    assert worker.work(backend, reminder).state == "done"
    assert worker.work(backend, reminder).state == "nothing"
    assert len(mails.received) == 1


def test_a_mail_that_is_delayed_for_ever_is_given_up_and_says_why(
    backend: Backend, reminder: UUID, mails: Mailbox, clock: MovableClock, caplog: pytest.LogCaptureFixture
) -> None:
    mails.refusal = MailDelayed("Amazon SES is busy")
    states = []
    for _ in range(MOST_ATTEMPTS):
        states.append(worker.work(backend, reminder).state)
        clock.forward(hours=1)
    assert states == ["retried"] * (MOST_ATTEMPTS - 1) + ["given_up"]
    assert any(record.levelno == logging.ERROR and "given up" in record.message for record in caplog.records)
    (failed,) = backend.database.read(jobs.given_up, 10)
    assert (failed.id, failed.error) == (reminder, "Amazon SES is busy")


def test_a_mail_that_is_refused_is_given_up_at_once(backend: Backend, reminder: UUID, mails: Mailbox) -> None:
    mails.refusal = MailRefused("the address is not one")
    assert worker.work(backend, reminder).state == "given_up"


def test_a_fault_of_ours_is_logged_and_tried_again(
    backend: Backend, reminder: UUID, mails: Mailbox, caplog: pytest.LogCaptureFixture
) -> None:
    mails.refusal = KeyError("Pay the rent")
    assert worker.work(backend, reminder).state == "retried"
    assert [record.levelno for record in caplog.records if "failed" in record.message] == [logging.ERROR]


def test_without_a_sender_mails_are_given_up_and_it_is_said_what_to_set(
    backend: Backend, reminder: UUID, caplog: pytest.LogCaptureFixture
) -> None:
    assert worker.work(replace(backend, mailer=None), reminder).state == "given_up"
    assert "TODO_MAIL_FROM" in caplog.text


@pytest.mark.usefixtures("reminder")
@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        ("coffee", {}),
        ("email", {}),
        ("email", {"letter": "love"}),
        ("email", {"letter": "reminder"}),
        ("email", {"letter": "reminder", "task_id": "x", "remind_at": "y"}),
        ("email", {"letter": "digest", "day": "someday"}),
    ],
)
def test_a_job_of_another_version_is_given_up_and_the_others_go_on(
    backend: Backend, ann: Person, mails: Mailbox, kind: str, payload: dict[str, object]
) -> None:
    put(backend, ann, kind, payload)
    assert sorted(outcome.state for outcome in worker.work_through(backend)) == ["done", "given_up"]
    assert len(mails.received) == 1


def test_mail_that_came_back_is_the_last_one(backend: Backend, ann: Person, reminder: UUID, mails: Mailbox) -> None:
    addresses = (ann.email.upper(), "nobody@example.org")
    assert worker.receive(backend, MailReturned(addresses)) == Outcome("mail_returned", "done")
    me = ann.get("/v1/me")
    assert me["mail_stopped_at"] is not None
    worker.receive(backend, MailReturned(addresses))
    assert ann.get("/v1/me") == me
    assert worker.work(backend, reminder).state == "done"
    assert not mails.received


def test_another_address_is_written_to_again(backend: Backend, ann: Person) -> None:
    worker.receive(backend, MailReturned((ann.email,)))
    patch = {"email": f"new-{ann.email}", "current_password": "correct horse battery"}
    reply = ann.ask("PATCH", "/v1/me", patch)
    assert reply.status == 200
    assert reply.json["mail_stopped_at"] is None


def test_an_account_that_is_gone_has_no_jobs(backend: Backend, ann: Person, reminder: UUID, mails: Mailbox) -> None:
    assert ann.ask("DELETE", "/v1/me").status == 204
    assert worker.work(backend, reminder).state == "nothing"
    assert not mails.received


def test_the_message_that_asks_for_the_alarm_sets_it(backend: Backend, ann: Person, clock: MovableClock) -> None:
    rings = Alarm()
    at = clock().replace(microsecond=0) + timedelta(minutes=5)
    ann.add(ann.make_list(), "Pay the rent", reminders=[{"at": at.isoformat()}])
    assert worker.receive(replace(backend, alarm=rings), Arm()) == Outcome("arm", "done")
    assert rings.at == at


def test_news_that_change_nothing_are_taken(backend: Backend) -> None:
    assert worker.receive(backend, None).state == "nothing"


def test_what_there_is_no_time_for_stays_where_it_is(backend: Backend, reminder: UUID, mails: Mailbox) -> None:
    with deadline_in(2):
        assert worker.receive(backend, DoJob(reminder)).state == "not_yet"
        assert worker.work_through(backend) == ()
    assert not mails.received
    assert worker.work(backend, reminder).state == "done"
