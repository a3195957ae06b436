"""The custom resource of the stack: the function in a process of its own, and CloudFormation's end of it."""

import json
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from clients import PASSWORD, LambdaDoor
from clocks import MovableClock
from lambda_runtime import FunctionError, LambdaRuntime
from loopback import Answering, answering
from postgresql import ask, new_database, until
from resets import NEW_PASSWORD, log_in, set_password
from sqlalchemy import URL, make_url
from template.cloudformation import ROOT

EVENTS = ROOT / "events" / "migrate"
TABLES = "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'"
REVISION = "SELECT version_num FROM alembic_version"


@contextmanager
def function(url: URL, *, time_limit: float = 60, **variables: str) -> Iterator[LambdaRuntime]:
    given = {"TODO_DATABASE_URL": url.render_as_string(hide_password=False), **variables}
    with LambdaRuntime("todo.entrypoints.migrate.handler", given, time_limit=time_limit) as runtime:
        yield runtime


@pytest.fixture
def url(postgresql_server: str) -> URL:
    """An empty database."""
    return new_database(postgresql_server)


@pytest.fixture
def cloudformation() -> Iterator[Answering]:
    with answering() as server:
        yield server


def event(name: str, cloudformation: Answering, **fields: Any) -> dict[str, Any]:
    recorded: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text())
    return recorded | {"ResponseURL": f"{cloudformation.url}/answer?X-Amz-Signature=hunter2"} | fields


def answer(cloudformation: Answering) -> Mapping[str, Any]:
    (request,) = cloudformation.received
    assert (request.method, request.path) == ("PUT", "/answer?X-Amz-Signature=hunter2")
    told: Mapping[str, Any] = json.loads(request.body)
    cloudformation.received.clear()
    return told


def test_each_deployment_brings_the_database_to_its_version(url: URL, cloudformation: Answering) -> None:
    with function(url) as runtime:
        assert runtime.invoke(event("create", cloudformation))["status"] == "SUCCESS"
        created = answer(cloudformation)
        assert (created["Status"], created["Data"]) == ("SUCCESS", {"Revision": "0008"})
        assert created["LogicalResourceId"] == "Migration"
        assert ask(url, REVISION) == [("0008",)]
        runtime.invoke(event("update", cloudformation))
        updated = answer(cloudformation)
        assert (updated["Status"], updated["PhysicalResourceId"]) == ("SUCCESS", created["PhysicalResourceId"])
        assert "hunter2" not in runtime.logs


def test_taking_the_stack_down_leaves_the_data(url: URL, cloudformation: Answering) -> None:
    with function(url) as runtime:
        runtime.invoke(event("create", cloudformation))
        before = ask(url, TABLES)
        cloudformation.received.clear()
        runtime.invoke(event("delete", cloudformation))
    assert answer(cloudformation)["Status"] == "SUCCESS"
    assert ask(url, TABLES) == before


def test_a_migration_that_fails_half_way_leaves_nothing_and_takes_the_deployment_back(
    url: URL, cloudformation: Answering
) -> None:
    ask(url, "CREATE TABLE tasks (id int)")  # in the way of the migration's tenth step or so
    with function(url) as runtime:
        runtime.invoke(event("create", cloudformation))
    told = answer(cloudformation)
    assert told["Status"] == "FAILED"
    assert "tasks" in told["Reason"]
    assert ask(url, TABLES) == [(1,)]


def test_a_database_that_cannot_be_reached_takes_the_deployment_back(cloudformation: Answering) -> None:
    with function(make_url("postgresql://todo:hunter2@127.0.0.1:1/todo"), time_limit=25) as runtime:
        runtime.invoke(event("create", cloudformation))
        assert "hunter2" not in runtime.logs
    told = answer(cloudformation)
    assert told["Status"] == "FAILED"
    assert "hunter2" not in told["Reason"]


def test_a_deployment_that_is_taken_back_finds_a_newer_database_and_leaves_it(
    url: URL, cloudformation: Answering
) -> None:
    with function(url) as runtime:
        runtime.invoke(event("create", cloudformation))
        ask(url, "UPDATE alembic_version SET version_num = '0099'")
        cloudformation.received.clear()
        runtime.invoke(event("update", cloudformation))
    assert answer(cloudformation)["Status"] == "SUCCESS"
    assert ask(url, REVISION) == [("0099",)]


def test_a_migration_that_takes_too_long_is_said_once_before_lambda_ends_it(
    url: URL, cloudformation: Answering
) -> None:
    with (
        psycopg.connect(url.render_as_string(hide_password=False).replace("+psycopg", "")) as other,
        function(url, time_limit=17) as runtime,
        ThreadPoolExecutor(1) as pool,
    ):
        other.execute("SELECT pg_advisory_xact_lock(8460276131)")  # another migration that does not end
        waiting = pool.submit(runtime.invoke, event("create", cloudformation))
        until(lambda: bool(cloudformation.received), "the last word")
        other.rollback()
        waiting.result(30)
    told = answer(cloudformation)
    assert told["Status"] == "FAILED"
    assert "longer" in told["Reason"]


def test_by_hand_it_migrates_and_tells_nobody(tmp_path: Path) -> None:
    with function(make_url(f"sqlite:///{tmp_path}/todo.db"), AWS_SAM_LOCAL="true") as runtime:
        assert runtime.invoke({}) == {"status": "SUCCESS", "reason": "At revision 0008.", "revision": "0008"}


def test_an_invite_is_made_for_whoever_may_invoke_it_and_signs_one_person_up(url: URL, clock: MovableClock) -> None:
    with function(url) as runtime:
        assert runtime.invoke({})["status"] == "SUCCESS"
        made = runtime.invoke({"invite": {"days": 3}})
        assert made["invite"] not in runtime.logs
    with LambdaDoor(url, clock, sign_up="invite") as door:
        new = {"email": "ann@example.org", "password": PASSWORD}
        assert door.ask("POST", "/v1/accounts", new).status == 403
        assert door.ask("POST", "/v1/accounts", {**new, "invite": made["invite"]}).status == 201
        again = {**new, "email": "bob@example.org", "invite": made["invite"]}
        assert door.ask("POST", "/v1/accounts", again).status == 403


@pytest.mark.parametrize("days", [0, -1, 3_651, 1.5, "7", None, True])
def test_an_invite_for_no_number_of_days_is_refused_with_what_was_expected(url: URL, days: object) -> None:
    with function(url) as runtime, pytest.raises(FunctionError, match="whole number from 1 to 3650"):
        runtime.invoke({"invite": {"days": days}})


def test_a_forgotten_password_is_set_with_what_is_made_for_whoever_may_invoke_it(url: URL, clock: MovableClock) -> None:
    with function(url) as runtime, LambdaDoor(url, clock) as door:
        assert runtime.invoke({})["status"] == "SUCCESS"
        door.sign_up("ann@example.org")
        made = runtime.invoke({"password_reset": {"email": "Ann@example.org"}})
        assert made["secret"] not in runtime.logs
        assert [set_password(door, made["secret"]).status for _ in "12"] == [204, 404]
        assert log_in(door, "ann@example.org", NEW_PASSWORD).status == 201
        with pytest.raises(FunctionError, match="no account with this address"):
            runtime.invoke({"password_reset": {"email": "nobody@example.org"}})
        assert "nobody@example.org" not in runtime.logs


@pytest.mark.parametrize("wanted", [None, "ann@example.org", {}, {"email": 5}])
def test_a_password_reset_for_no_address_is_refused_with_what_was_expected(url: URL, wanted: object) -> None:
    with function(url) as runtime, pytest.raises(FunctionError, match="expected"):
        runtime.invoke({"password_reset": wanted})
