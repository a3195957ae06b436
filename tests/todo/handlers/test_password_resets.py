"""Forgotten passwords: what is asked, what is told to whom, and what ends with the old password."""

import uuid
from typing import Any
from uuid import UUID

import pytest
from clients import PASSWORD, Door, Person, Reply
from clocks import MovableClock
from resets import NEW_PASSWORD, SECRET, ask_reset, is_open, jobs_of, log_in, new_reset, payload_of, set_password
from sharing import feed_of
from tables import rows

from todo.models import Account, PasswordReset
from todo.services import password_resets

pytestmark = pytest.mark.usefixtures("fresh_counters")


def nobody() -> str:
    return f"nobody-{uuid.uuid4()}@example.org"


def faults(reply: Reply) -> set[str]:
    assert reply.status == 422, reply.body
    return {fault["pointer"] for fault in reply.json["errors"]}


def refused(reply: Reply) -> bool:
    return (reply.status, reply.json["code"]) == (404, "unknown_reset")


# -- asking -----------------------------------------------------------------------------------------------------------


def test_the_reply_is_empty_and_the_same_whether_or_not_there_is_an_account(door: Door, ann: Person) -> None:
    known, unknown = ask_reset(door, ann.email), ask_reset(door, nobody())
    of_the_request = {"x-request-id", "date"}
    for reply in (known, unknown):
        assert (reply.status, reply.body) == (202, b"")
    assert {k: v for k, v in known.headers.items() if k not in of_the_request} == {
        k: v for k, v in unknown.headers.items() if k not in of_the_request
    }


def test_what_is_written_is_the_same_whether_or_not_there_is_an_account(door: Door, ann: Person) -> None:
    """So neither takes longer, nor does what comes after."""

    written = []
    for email in (ann.email, nobody()):
        before = rows(door)
        ask_reset(door, email)
        written.append({name: count - before[name] for name, count in rows(door).items() if count != before[name]})
    assert written[0].pop("throttles") == 2
    assert written[1].pop("throttles") == 1, "that of the client is there"
    assert written[0] == written[1] == {"password_resets": 1, "jobs": 1}


def test_nothing_that_is_stored_for_good_holds_the_secret(door: Door, ann: Person) -> None:
    secret = new_reset(door, ann.email)
    (job_id,) = jobs_of(door, ann.email)
    assert SECRET.fullmatch(secret)

    def look(session: Any) -> PasswordReset:
        row: PasswordReset = session.get_one(PasswordReset, job_id)
        return row

    row = door.database.read(look)
    assert secret.encode() not in row.digest
    assert len(row.digest) == 32
    assert set(payload_of(door, job_id)) == {"letter", "reset_id", "secret"}, "no address"


@pytest.mark.parametrize("there", [True, False])
def test_asking_is_slowed_down_by_address_the_same_for_any(
    door: Door, ann: Person, clock: MovableClock, there: bool
) -> None:
    email = ann.email if there else nobody()
    replies = [ask_reset(door, email if number % 2 else email.upper()) for number in range(7)]
    assert [reply.status for reply in replies] == [202] * 6 + [429]
    assert replies[-1].json["code"] == "too_many_attempts"
    assert len(jobs_of(door, email)) == 6
    clock.forward(seconds=int(replies[-1].headers["retry-after"]) + 1)
    assert ask_reset(door, email).status == 202


def test_asking_is_slowed_down_by_client(door: Door) -> None:
    statuses = [ask_reset(door, nobody()).status for _ in range(52)]
    assert statuses == [202] * 51 + [429]


def test_asking_costs_no_attempt_to_log_in(door: Door, ann: Person) -> None:
    for _ in range(7):
        ask_reset(door, ann.email)
    assert log_in(door, ann.email, PASSWORD).status == 201


def test_what_is_no_address_is_refused(door: Door) -> None:
    assert faults(door.ask("POST", "/v1/password-resets", {"email": "nobody"})) == {"/email"}
    assert faults(door.ask("POST", "/v1/password-resets", {"password": "x"})) == {"/email", "/password"}
    assert faults(ask_reset(door, "ΐ" * 200 + "@x")) == {"/email"}


def test_a_form_will_do(door: Door, ann: Person) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    body = f"email={ann.email}".encode()
    assert door.ask("POST", "/v1/password-resets", body=body, headers=form).status == 202
    assert len(jobs_of(door, ann.email)) == 1


# -- setting ----------------------------------------------------------------------------------------------------------


def test_the_secret_sets_the_password_once(door: Door, ann: Person) -> None:
    secret = new_reset(door, ann.email.upper())
    reply = set_password(door, secret)
    assert (reply.status, reply.body) == (204, b"")
    assert log_in(door, ann.email, PASSWORD).status == 401
    assert log_in(door, ann.email, NEW_PASSWORD).status == 201
    assert refused(set_password(door, secret, "another one again"))
    assert log_in(door, ann.email, NEW_PASSWORD).status == 201


def test_every_log_in_ends_and_named_tokens_stay(door: Door, ann: Person, bob: Person) -> None:
    other = log_in(door, ann.email, PASSWORD).json["token"]["secret"]
    program = ann.ask("POST", "/v1/tokens", {"name": "backup"}).json["secret"]
    assert set_password(door, new_reset(door, ann.email)).status == 204
    for secret in (ann.token, other):
        assert door.ask("GET", "/v1/me", token=secret).status == 401
    assert door.ask("GET", "/v1/me", token=program).status == 200
    assert bob.ask("GET", "/v1/me").status == 200


def test_the_account_and_its_feed_tell_that_the_password_changed_and_not_to_what(door: Door, ann: Person) -> None:
    program = Person(door, ann.email, ann.id, ann.ask("POST", "/v1/tokens", {"name": "backup"}).json["secret"])
    before = program.get("/v1/me")
    set_password(door, new_reset(door, ann.email))
    after = program.get("/v1/me")
    assert after["version"] == before["version"] + 1
    assert after["updated_at"] > before["updated_at"]
    assert feed_of(door, ann.id)[-1] == ("account.updated", "None", '{"password":[null,null]}')


def test_each_secret_of_several_is_good_until_one_is_used(door: Door, ann: Person) -> None:
    first, second, third = (new_reset(door, ann.email) for _ in range(3))
    assert set_password(door, second).status == 204
    assert refused(set_password(door, first))
    assert refused(set_password(door, third))
    assert jobs_of(door, ann.email) == []


def test_a_secret_is_good_for_an_hour(door: Door, ann: Person, clock: MovableClock) -> None:
    secret = new_reset(door, ann.email)
    clock.forward(minutes=59)
    late = new_reset(door, ann.email)
    clock.forward(minutes=1, seconds=1)
    assert refused(set_password(door, secret))
    assert set_password(door, late).status == 204


def test_a_clock_that_was_put_back_makes_it_good_for_longer_and_not_again(
    door: Door, ann: Person, clock: MovableClock
) -> None:
    secret = new_reset(door, ann.email)
    clock.forward(hours=-5)
    assert set_password(door, secret).status == 204
    assert refused(set_password(door, secret))


@pytest.mark.parametrize("secret", ["?", "todoreset_" + "x" * 43, "todo_unknown", "ü" * 1024, "' OR 1=1 --", "a\0b"])
def test_another_secret_is_refused_with_a_code_of_its_own(door: Door, ann: Person, secret: str) -> None:
    new_reset(door, ann.email)
    reply = set_password(door, secret)
    assert refused(reply)
    assert "another mail" in reply.json["detail"]
    assert secret not in reply.body.decode()
    assert log_in(door, ann.email, PASSWORD).status == 201


def test_the_secret_of_an_address_without_an_account_reads_like_none(door: Door) -> None:
    assert refused(set_password(door, new_reset(door, nobody())))


def test_a_bad_password_is_named_and_does_not_use_the_secret_up(door: Door, ann: Person) -> None:
    secret = new_reset(door, ann.email)
    assert faults(set_password(door, secret, "short")) == {"/password"}
    assert faults(set_password(door, "", "short")) == {"/secret", "/password"}
    assert faults(door.ask("PUT", "/v1/password-resets", {})) == {"/secret", "/password"}
    assert set_password(door, secret).status == 204


def test_nobody_logs_in_with_it_and_it_is_in_no_reply(door: Door, ann: Person) -> None:
    secret = new_reset(door, ann.email)
    assert door.ask("GET", "/v1/me", token=secret).status == 401
    assert secret.encode() not in ask_reset(door, ann.email).body


def test_who_guessed_too_often_may_log_in_at_once(door: Door, ann: Person) -> None:
    secret = new_reset(door, ann.email)
    while log_in(door, ann.email, "a wrong guess").status == 401:
        pass
    assert log_in(door, ann.email, PASSWORD).status == 429
    assert set_password(door, secret).status == 204
    assert log_in(door, ann.email, NEW_PASSWORD).status == 201


# -- what happens in between -------------------------------------------------------------------------------------------


def test_a_password_that_was_changed_meanwhile_ends_it(door: Door, ann: Person) -> None:
    secret = new_reset(door, ann.email)
    ann.ask("PATCH", "/v1/me", {"name": "Änne"})
    assert is_open(door, secret)
    ann.ask("PATCH", "/v1/me", {"password": "remembered after all", "current_password": PASSWORD})
    assert refused(set_password(door, secret))
    assert log_in(door, ann.email, "remembered after all").status == 201


def test_an_address_that_was_changed_meanwhile_ends_it(door: Door, ann: Person) -> None:
    secret, address = new_reset(door, ann.email), "new-" + ann.email
    changed = ann.ask("PATCH", "/v1/me", {"email": address, "current_password": PASSWORD})
    assert changed.status == 200
    assert refused(set_password(door, secret))
    assert not is_open(door, secret)
    assert set_password(door, new_reset(door, address)).status == 204


def test_it_goes_with_the_account_and_is_not_that_of_the_next_with_its_address(door: Door, ann: Person) -> None:
    secret = new_reset(door, ann.email)
    assert ann.ask("DELETE", "/v1/me").status == 204
    assert refused(set_password(door, secret))
    assert jobs_of(door, ann.email) == []
    door.sign_up(ann.email)
    assert refused(set_password(door, secret))
    assert log_in(door, ann.email, PASSWORD).status == 201


def test_where_mail_came_back_whoever_runs_the_service_can_help(door: Door, ann: Person, clock: MovableClock) -> None:
    def stop(session: Any) -> None:
        session.get_one(Account, UUID(ann.id)).mail_stopped_at = clock()

    door.database.write(stop)
    assert ask_reset(door, ann.email).status == 202
    secret, expires = door.database.write(password_resets.make, clock(), ann.email)
    assert expires > clock()
    assert set_password(door, secret).status == 204
    assert log_in(door, ann.email, NEW_PASSWORD).status == 201
