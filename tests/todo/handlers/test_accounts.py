"""Signing up, logging in, logging out, and how guessing is slowed down."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from clients import PASSWORD, Door, LambdaDoor, Person, Reply, ServerDoor
from clocks import MovableClock
from sqlalchemy import make_url

from todo.services import accounts
from todo.settings import Settings

pytestmark = pytest.mark.usefixtures("fresh_counters")


def new_address() -> str:
    return f"somebody-{uuid.uuid4()}@example.org"


def log_in(door: Door, email: str, password: str = PASSWORD) -> Reply:
    return door.ask("POST", "/v1/sessions", {"email": email, "password": password})


def faults(reply: Reply, status: int = 422) -> set[str]:
    assert reply.status == status, reply.body
    return {fault["pointer"] for fault in reply.json["errors"]}


def test_signing_up_gives_an_account_and_a_token_that_works(door: Door) -> None:
    email = new_address()
    reply = door.ask(
        "POST",
        "/v1/accounts",
        {"email": email, "password": PASSWORD, "name": "Ann", "time_zone": "Europe/Madrid"},
    )
    account, token = reply.json["account"], reply.json["token"]
    assert (reply.status, reply.headers["location"]) == (201, "/v1/me")
    assert (account["email"], account["name"], account["time_zone"]) == (email, "Ann", "Europe/Madrid")
    assert (token["kind"], token["access"]) == ("session", "write")
    assert door.ask("GET", "/v1/me", token=token["secret"]).json == account


def test_language_and_digest_can_be_said_at_once(door: Door) -> None:
    wanted = {"email": new_address(), "password": PASSWORD, "language": "es", "digest": True}
    account = door.ask("POST", "/v1/accounts", wanted).json["account"]
    assert (account["language"], account["digest"]) == ("es", True)
    bad = {"email": new_address(), "password": PASSWORD, "language": "Spanish", "digest": None}
    assert faults(door.ask("POST", "/v1/accounts", bad)) == {"/language", "/digest"}


def test_no_password_ever_comes_back(door: Door) -> None:
    reply = door.ask("POST", "/v1/accounts", {"email": new_address(), "password": PASSWORD})
    assert PASSWORD.encode() not in reply.body
    assert b"argon2" not in reply.body


def test_an_address_signs_up_once_however_it_is_spelled(door: Door, ann: Person) -> None:
    reply = door.ask("POST", "/v1/accounts", {"email": ann.email.upper(), "password": PASSWORD})
    assert (reply.status, reply.json["code"]) == (403, "sign_up_refused")
    assert faults(reply, 403) == {"/email"}


def test_each_bad_field_of_a_sign_up_is_named(door: Door) -> None:
    assert faults(door.ask("POST", "/v1/accounts", {})) == {"/email", "/password"}
    bad = {"email": "nobody", "password": "short", "name": "a\nb", "admin": True}
    assert faults(door.ask("POST", "/v1/accounts", bad)) == {"/email", "/password", "/name", "/admin"}
    nowhere = {"email": new_address(), "password": PASSWORD, "time_zone": "Mars/Olympus"}
    assert faults(door.ask("POST", "/v1/accounts", nowhere)) == {"/time_zone"}


def test_an_address_that_grows_when_it_is_compared_is_refused_and_not_an_error(door: Door) -> None:
    # U+0390 is three characters when casefolded.
    assert faults(door.ask("POST", "/v1/accounts", {"email": "ΐ" * 200 + "@x", "password": PASSWORD})) == {"/email"}


def test_logging_in_takes_the_address_however_it_is_spelled(door: Door, ann: Person) -> None:
    reply = log_in(door, ann.email.upper())
    assert (reply.status, reply.json["account"]["id"]) == (201, ann.id)
    assert reply.headers["location"] == reply.json["token"]["url"]
    assert door.ask("GET", "/v1/me", token=reply.json["token"]["secret"]).status == 200


def test_an_unknown_address_reads_the_same_as_a_wrong_password(door: Door, ann: Person) -> None:
    wrong, unknown = log_in(door, ann.email, "not the password"), log_in(door, new_address())
    assert wrong.status == unknown.status == 401
    assert {**wrong.json, "request_id": ""} == {**unknown.json, "request_id": ""}
    assert set(wrong.headers) == set(unknown.headers)


def test_a_session_lasts_thirty_days(door: Door, ann: Person, clock: MovableClock) -> None:
    token = log_in(door, ann.email).json["token"]
    assert abs(datetime.fromisoformat(token["expires_at"]) - datetime.now(UTC) - timedelta(days=30)) < timedelta(
        minutes=5
    )
    clock.forward(days=29)
    assert door.ask("GET", "/v1/me", token=token["secret"]).status == 200
    clock.forward(days=2)
    refused = door.ask("GET", "/v1/me", token=token["secret"])
    assert (refused.status, refused.json["code"]) == (401, "unauthenticated")


def test_logging_out_ends_this_session_and_no_other(door: Door, ann: Person) -> None:
    other = log_in(door, ann.email).json["token"]["secret"]
    assert ann.ask("DELETE", "/v1/sessions/current").status == 204
    assert ann.ask("GET", "/v1/me").status == 401
    assert door.ask("GET", "/v1/me", token=other).status == 200


@pytest.mark.parametrize("header", ["", "Basic YW5uOnB3", "Bearer", "Bearer  ", "Bearer todo_unknown", "Bearer é"])
def test_without_a_good_token_nothing_is_said_of_what_exists(door: Door, ann: Person, header: str) -> None:
    mine = ann.make_list()
    for path in (mine["url"], f"/v1/lists/{uuid.uuid4()}", "/v1/me"):
        reply = door.ask("GET", path, headers={"Authorization": header} if header else {})
        assert (reply.status, reply.json["code"]) == (401, "unauthenticated")
        assert reply.headers["www-authenticate"].startswith("Bearer")


def test_guessing_a_password_is_slowed_down_and_then_possible_again(
    door: Door, ann: Person, clock: MovableClock
) -> None:
    for _ in range(6):
        assert log_in(door, ann.email, "a wrong guess").status == 401
    refused = log_in(door, ann.email)  # even the right one
    assert (refused.status, refused.json["code"]) == (429, "too_many_attempts")
    wait = int(refused.headers["retry-after"])
    assert 1 <= wait <= 4
    clock.forward(seconds=wait + 1)
    assert log_in(door, ann.email).status == 201


def test_each_further_guess_waits_longer_up_to_a_quarter_of_an_hour(
    door: Door, ann: Person, clock: MovableClock
) -> None:
    for _ in range(6):
        log_in(door, ann.email, "a wrong guess")
    waits = []
    for _ in range(11):
        waits.append(int(log_in(door, ann.email, "a wrong guess").headers["retry-after"]))
        clock.forward(seconds=waits[-1] + 1)
        assert log_in(door, ann.email, "a wrong guess").status == 401
    assert waits == sorted(waits)
    assert waits[1] >= 2 * waits[0] - 2
    assert 890 <= waits[-1] <= 900


def test_guessing_at_an_unknown_address_is_slowed_down_the_same(door: Door) -> None:
    email = new_address()
    statuses = [log_in(door, email).status for _ in range(7)]
    assert statuses == [401] * 6 + [429]


def test_a_right_password_forgets_the_wrong_ones(door: Door, ann: Person) -> None:
    for _ in range(3):
        for _ in range(4):
            assert log_in(door, ann.email, "a wrong guess").status == 401
        assert log_in(door, ann.email).status == 201


def test_an_hour_later_the_guesses_are_forgotten(door: Door, ann: Person, clock: MovableClock) -> None:
    for _ in range(6):
        log_in(door, ann.email, "a wrong guess")
    clock.forward(hours=2)
    assert [log_in(door, ann.email, "a wrong guess").status for _ in range(5)] == [401] * 5


def test_trying_to_sign_up_with_a_taken_address_is_slowed_down(door: Door, ann: Person) -> None:
    attempt = {"email": ann.email, "password": PASSWORD}
    statuses = [door.ask("POST", "/v1/accounts", attempt).status for _ in range(7)]
    assert statuses == [403] * 6 + [429]


@contextmanager
def door_with(kind: str, url: str, sign_up: Any) -> Iterator[Door]:
    clock = MovableClock()
    if kind == "server":
        settings = {"sign_up": sign_up}
        assert Settings(**settings).sign_up == sign_up
        with ServerDoor(make_url(url), clock, settings=settings) as server:
            yield server
    else:
        with LambdaDoor(make_url(url), clock, sign_up=sign_up) as function:
            yield function


@pytest.mark.parametrize("kind", ["server", "lambda"])
@pytest.mark.parametrize("session_door", ["lambda-sqlite"], indirect=True)
class TestSignUpModes:
    """`open` is what every other test uses."""

    def test_where_it_is_closed_nobody_signs_up_and_accounts_still_log_in(
        self, kind: str, sqlite_url: str, ann: Person
    ) -> None:
        with door_with(kind, sqlite_url, "closed") as closed:
            reply = closed.ask("POST", "/v1/accounts", {"email": new_address(), "password": PASSWORD})
            assert (reply.status, reply.json["code"]) == (403, "sign_up_refused")
            assert log_in(closed, ann.email).status == 201

    def test_an_invite_is_good_for_one_sign_up(self, kind: str, sqlite_url: str) -> None:
        with door_with(kind, sqlite_url, "invite") as invited:
            secret = f"invite_{uuid.uuid4()}"
            invited.database.write(accounts.make_invite, datetime.now(UTC), secret, 7)
            first, second = (
                invited.ask("POST", "/v1/accounts", {"email": new_address(), "password": PASSWORD, "invite": secret})
                for _ in range(2)
            )
            assert first.status == 201
            assert (second.status, second.json["code"]) == (403, "sign_up_refused")

    @pytest.mark.parametrize("invite", [{}, {"invite": None}, {"invite": ""}, {"invite": "invite_made_up"}])
    def test_without_a_good_invite_nobody_signs_up(self, kind: str, sqlite_url: str, invite: dict[str, Any]) -> None:
        with door_with(kind, sqlite_url, "invite") as invited:
            reply = invited.ask("POST", "/v1/accounts", {"email": new_address(), "password": PASSWORD, **invite})
            assert (reply.status, reply.json["code"]) == (403, "sign_up_refused")
            assert faults(reply, 403) == {"/invite"}

    def test_an_invite_expires(self, kind: str, sqlite_url: str) -> None:
        with door_with(kind, sqlite_url, "invite") as invited:
            secret = f"invite_{uuid.uuid4()}"
            invited.database.write(accounts.make_invite, datetime.now(UTC) - timedelta(days=8), secret, 7)
            new = {"email": new_address(), "password": PASSWORD, "invite": secret}
            assert invited.ask("POST", "/v1/accounts", new).status == 403

    def test_a_refused_sign_up_does_not_use_up_the_invite(self, kind: str, sqlite_url: str, ann: Person) -> None:
        with door_with(kind, sqlite_url, "invite") as invited:
            secret = f"invite_{uuid.uuid4()}"
            invited.database.write(accounts.make_invite, datetime.now(UTC), secret, 7)
            new = {"password": PASSWORD, "invite": secret}
            assert invited.ask("POST", "/v1/accounts", {"email": ann.email, **new}).status == 403
            assert invited.ask("POST", "/v1/accounts", {"email": new_address(), **new}).status == 201
