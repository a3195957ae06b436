"""The mail of a forgotten password: to whoever has an account; with the secret, which is forgotten with the job."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from clients import PASSWORD, Person, ServerDoor
from clocks import MovableClock
from job_ends import Announced, Mailbox
from resets import NEW_PASSWORD, SECRET, ask_reset, is_open, jobs_of, log_in, payload_of, set_password

from todo.delivery.mailer import MailDelayed, MailRefused
from todo.jobs import worker
from todo.jobs.backend import Backend
from todo.jobs.messages import MailReturned
from todo.services import housekeeping, jobs

NOBODY = "nobody@example.org"


def asked(door: ServerDoor, email: str) -> UUID:
    """The job of a new mail."""
    before = set(jobs_of(door, email))
    assert ask_reset(door, email).status == 202
    (job_id,) = set(jobs_of(door, email)) - before
    return job_id


def test_whoever_reads_it_can_set_the_password(backend: Backend, door: ServerDoor, ann: Person, mails: Mailbox) -> None:
    assert worker.work(backend, asked(door, ann.email.upper())).state == "done"
    (mail,) = mails.received
    assert (mail.to, mail.language, mail.subject) == (ann.email, "en", "Set a new password")
    for text in (mail.text, mail.html):
        (secret,) = set(SECRET.findall(text))
        for part in ("Ann", ann.email, "PUT /v1/password-resets", "do nothing"):
            assert part in text, part
        assert "#secret=" not in text, "nobody said where the service is"
    assert set_password(door, secret).status == 204
    assert log_in(door, ann.email, NEW_PASSWORD).status == 201


def test_it_leads_to_the_page_where_its_address_is_known(
    backend: Backend, door: ServerDoor, ann: Person, mails: Mailbox
) -> None:
    worker.work(replace(backend, public_url="https://todo.example.org"), asked(door, ann.email))
    (mail,) = mails.received
    secret = SECRET.findall(mail.text)[0]
    for text in (mail.text, mail.html):
        assert f"https://todo.example.org/reset-password#secret={secret}" in text
        assert "PUT https://todo.example.org/v1/password-resets" in text


def test_it_is_in_the_language_and_by_the_clock_of_the_account(
    backend: Backend, door: ServerDoor, bob: Person, mails: Mailbox, clock: MovableClock
) -> None:
    expires = (clock() + timedelta(hours=1)).astimezone(ZoneInfo("Asia/Kolkata"))
    worker.work(backend, asked(door, bob.email))
    (mail,) = mails.received
    assert (mail.language, mail.subject) == ("es", "Elige una contraseña nueva")
    assert "Hola, Bob:" in mail.text
    assert "(Asia/Kolkata)" in mail.text
    assert any(f"{expires + timedelta(minutes=more):%H:%M}" in mail.text for more in (0, 1))


def test_nothing_is_sent_to_an_address_without_an_account(backend: Backend, door: ServerDoor, mails: Mailbox) -> None:
    job_id = asked(door, NOBODY)
    assert worker.work(replace(backend, mailer=None), job_id).state == "done"
    assert mails.received == []
    assert "secret" not in payload_of(door, job_id)


def test_nothing_is_sent_where_mail_came_back(backend: Backend, door: ServerDoor, ann: Person, mails: Mailbox) -> None:
    worker.receive(backend, MailReturned((ann.email,)))
    assert worker.work(backend, asked(door, ann.email)).state == "done"
    assert mails.received == []


def test_nothing_is_sent_of_one_that_was_used_is_old_or_whose_account_is_gone(
    backend: Backend, door: ServerDoor, ann: Person, bob: Person, mails: Mailbox, clock: MovableClock
) -> None:
    used, of_bob = [asked(door, ann.email) for _ in "12"], asked(door, bob.email)
    assert set_password(door, payload_of(door, used[0])["secret"]).status == 204
    assert bob.ask("DELETE", "/v1/me").status == 204
    old = asked(door, ann.email)
    clock.forward(hours=1)
    assert [worker.work(backend, job_id).state for job_id in (*used, of_bob, old)] == ["done"] * 4
    assert mails.received == []


@pytest.mark.parametrize("end", ["done", "refused", "delayed for ever"])
def test_the_secret_is_forgotten_when_the_job_ends(
    backend: Backend, door: ServerDoor, ann: Person, mails: Mailbox, clock: MovableClock, end: str
) -> None:
    job_id = asked(door, ann.email)
    secret = payload_of(door, job_id)["secret"]
    mails.refusal = {"refused": MailRefused("no"), "delayed for ever": MailDelayed("busy")}.get(end)
    outcome = worker.work(backend, job_id)
    while outcome.state == "retried":
        assert payload_of(door, job_id)["secret"] == secret
        clock.forward(seconds=outcome.seconds + 1)
        outcome = worker.work(backend, job_id)
    assert outcome.state == ("done" if end == "done" else "given_up")
    assert set(payload_of(door, job_id)) == {"letter", "reset_id"}
    assert is_open(door, secret)


def test_one_that_was_given_up_and_is_tried_anew_says_what_to_do(
    backend: Backend, door: ServerDoor, ann: Person, mails: Mailbox
) -> None:
    job_id = asked(door, ann.email)
    assert worker.work(replace(backend, mailer=None), job_id).state == "given_up"
    (failed,) = backend.database.read(jobs.given_up, 10)
    assert "no sender is set" in failed.error
    backend.database.write(jobs.revive, backend.clock(), 10)
    assert worker.work(backend, job_id).state == "given_up"
    (failed,) = backend.database.read(jobs.given_up, 10)
    assert "ask for another one" in failed.error
    assert ann.email not in failed.error
    assert mails.received == []


def test_a_worker_that_is_lost_after_the_mail_sends_the_same_one_again(
    backend: Backend, door: ServerDoor, ann: Person, mails: Mailbox, clock: MovableClock
) -> None:
    job_id = asked(door, ann.email)
    claimed = backend.database.write(jobs.claim, job_id, clock())
    assert isinstance(claimed, jobs.Claimed)
    worker.KINDS["email"](backend, claimed)  # and then nothing is noted any more
    clock.forward(seconds=jobs.LEASE.total_seconds() + 1)
    assert worker.work(backend, job_id).state == "done"
    first, second = mails.received
    assert first == second
    secret = SECRET.findall(second.text)[0]
    assert [set_password(door, secret).status for _ in "12"] == [204, 404]


def test_a_worker_that_is_lost_and_comes_after_the_secret_was_used_sends_nothing(
    backend: Backend, door: ServerDoor, ann: Person, mails: Mailbox, clock: MovableClock
) -> None:
    job_id = asked(door, ann.email)
    claimed = backend.database.write(jobs.claim, job_id, clock())
    assert isinstance(claimed, jobs.Claimed)
    worker.KINDS["email"](backend, claimed)
    secret = SECRET.findall(mails.received[0].text)[0]
    assert set_password(door, secret).status == 204
    clock.forward(seconds=jobs.LEASE.total_seconds() + 1)
    assert worker.work(backend, job_id).state == "done"
    assert len(mails.received) == 1
    assert set_password(door, secret).status == 404


def test_of_a_job_that_the_queue_lost_it_is_told_again_while_the_mail_is_still_good(
    backend: Backend, door: ServerDoor, ann: Person, told: Announced, clock: MovableClock, mails: Mailbox
) -> None:
    job_id = asked(door, ann.email)
    assert told.job_ids == [], "this door tells nobody"
    clock.forward(seconds=jobs.ANNOUNCED_AGAIN.total_seconds())
    assert job_id in backend.database.write(jobs.announce_again, clock(), 10)
    assert worker.work(backend, job_id).state == "done"
    assert set_password(door, SECRET.findall(mails.received[0].text)[0]).status == 204


def test_one_that_housekeeping_removed_leaves_a_job_that_ends(
    backend: Backend, door: ServerDoor, ann: Person, mails: Mailbox, clock: MovableClock
) -> None:
    job_id = asked(door, ann.email)
    clock.forward(hours=2, seconds=1)
    for _, step in housekeeping.STEPS:
        while backend.database.write(step, clock()):
            pass
    assert jobs_of(door, ann.email) == []
    assert worker.work(backend, job_id).state == "done"
    assert mails.received == []
    assert log_in(door, ann.email, PASSWORD).status == 201
