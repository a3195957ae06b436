"""The mail of an invitation: to the address, whoever has it; with the secret, which is forgotten with the job."""

import re
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from clients import Person, ServerDoor
from clocks import MovableClock
from job_ends import Announced, Mailbox
from sharing import invite, roles_in

from todo.delivery.mailer import MailDelayed, MailRefused
from todo.jobs import worker
from todo.jobs.backend import Backend
from todo.jobs.messages import MailReturned
from todo.models import Job
from todo.services import jobs

SECRET = re.compile(r"todoinvitation_[\w-]{43}")


@pytest.fixture
def home(ann: Person) -> dict[str, Any]:
    """A list of Ann's."""
    return ann.make_list("Home")


def payload_of(backend: Backend, job_id: str) -> str:
    return backend.database.read(lambda session: session.get_one(Job, UUID(job_id)).payload)


def test_it_goes_to_the_address_and_whoever_reads_it_can_join(
    backend: Backend, ann: Person, bob: Person, home: dict[str, Any], mails: Mailbox
) -> None:
    made = invite(ann, home, "cyd@example.org", "viewer")
    assert worker.work(backend, UUID(made["id"])).state == "done"
    (mail,) = mails.received
    assert (mail.to, mail.language) == ("cyd@example.org", "en")
    assert mail.subject == "Ann shares a list with you: Home"
    for text in (mail.text, mail.html):
        assert set(SECRET.findall(text)) == {made["secret"]}
        for part in (f"Ann ({ann.email})", "Home", "/v1/invitations", "You could see what is in it."):
            assert part in text, part
        assert "#invitation=" not in text, "nobody said where the service is"
    bob.ask("POST", "/v1/invitations", {"secret": SECRET.findall(mail.text)[0]})
    assert roles_in(ann, home)[bob.id] == "viewer"


def test_it_leads_to_the_service_where_its_address_is_known(
    backend: Backend, ann: Person, home: dict[str, Any], mails: Mailbox
) -> None:
    made = invite(ann, home, "cyd@example.org")
    worker.work(replace(backend, public_url="https://todo.example.org"), UUID(made["id"]))
    (mail,) = mails.received
    for text in (mail.text, mail.html):
        assert f"https://todo.example.org/#invitation={made['secret']}" in text
        assert "POST https://todo.example.org/v1/invitations" in text


def test_who_has_an_account_reads_it_in_their_own_language(
    backend: Backend, ann: Person, bob: Person, home: dict[str, Any], mails: Mailbox
) -> None:
    made = invite(ann, home, bob.email.upper())
    worker.work(backend, UUID(made["id"]))
    (mail,) = mails.received
    assert (mail.to, mail.language) == (bob.email.upper(), "es")
    assert "Hola, Bob:" in mail.text
    assert "Ann comparte una lista contigo: Home" in mail.subject


def test_titles_and_names_are_no_markup(backend: Backend, ann: Person, mails: Mailbox) -> None:
    ann.ask("PATCH", "/v1/me", {"name": "<b>Ann"})
    made = invite(ann, ann.make_list("<script>alert(1)</script>"), "cyd@example.org")
    worker.work(backend, UUID(made["id"]))
    assert "<script>" not in mails.received[0].html
    assert "<b>" not in mails.received[0].html


@pytest.mark.parametrize("end", ["done", "refused", "delayed for ever"])
def test_the_secret_is_forgotten_when_the_job_ends(
    backend: Backend, ann: Person, home: dict[str, Any], mails: Mailbox, clock: MovableClock, end: str
) -> None:
    made = invite(ann, home, "cyd@example.org")
    assert made["secret"] in payload_of(backend, made["id"])
    mails.refusal = {"refused": MailRefused("no"), "delayed for ever": MailDelayed("busy")}.get(end)
    outcome = worker.work(backend, UUID(made["id"]))
    while outcome.state == "retried":
        assert made["secret"] in payload_of(backend, made["id"])
        clock.forward(hours=1)
        outcome = worker.work(backend, UUID(made["id"]))
    assert outcome.state == ("done" if end == "done" else "given_up")
    assert made["secret"] not in payload_of(backend, made["id"])
    assert made["id"] in payload_of(backend, made["id"])


def test_one_that_was_given_up_and_is_tried_anew_says_what_to_do(
    backend: Backend, ann: Person, home: dict[str, Any], mails: Mailbox
) -> None:
    made = invite(ann, home, "cyd@example.org")
    mails.refusal = MailRefused("no")
    worker.work(backend, UUID(made["id"]))
    mails.refusal = None
    backend.database.write(jobs.revive, backend.clock(), 10)
    assert worker.work(backend, UUID(made["id"])).state == "given_up"
    (failed,) = backend.database.read(jobs.given_up, 10)
    assert "invite anew" in failed.error
    assert mails.received == []


def test_nothing_is_sent_of_one_that_was_withdrawn_used_or_is_old(
    backend: Backend, ann: Person, bob: Person, home: dict[str, Any], mails: Mailbox, clock: MovableClock
) -> None:
    made = [invite(ann, home, "cyd@example.org") for _ in range(3)]
    ann.ask("DELETE", made[0]["url"])
    bob.ask("POST", "/v1/invitations", {"secret": made[1]["secret"]})
    clock.forward(days=14)
    assert [worker.work(backend, UUID(each["id"])).state for each in made] == ["done"] * 3
    assert mails.received == []


def test_nothing_is_sent_where_mail_came_back_and_whoever_invites_is_not_told(
    backend: Backend, ann: Person, bob: Person, home: dict[str, Any], mails: Mailbox
) -> None:
    worker.receive(backend, MailReturned((bob.email,)))
    made = invite(ann, home, bob.email)
    assert worker.work(backend, UUID(made["id"])).state == "done"
    assert mails.received == []
    assert len(ann.get(f"{home['url']}/invitations")) == 1


def test_it_is_sent_though_mail_to_whoever_invites_came_back(
    backend: Backend, ann: Person, home: dict[str, Any], mails: Mailbox
) -> None:
    worker.receive(backend, MailReturned((ann.email,)))
    worker.work(backend, UUID(invite(ann, home, "cyd@example.org")["id"]))
    assert len(mails.received) == 1


def test_the_job_goes_with_the_account_that_invites(
    door: ServerDoor, backend: Backend, ann: Person, home: dict[str, Any], told: Announced, mails: Mailbox
) -> None:
    made = invite(ann, home, "cyd@example.org")
    ann.ask("DELETE", "/v1/me")
    assert worker.work(backend, UUID(made["id"])).state == "nothing"
    assert door.database.read(jobs.find_next) is None
    assert (mails.received, told.job_ids) == ([], [])
