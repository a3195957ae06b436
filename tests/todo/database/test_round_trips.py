"""How often the database is waited for: flights from client to server, counted on the wire by a relay.

The numbers are those of docs/operations/connections.md.
"""

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from clients import LambdaDoor, Person
from clocks import MovableClock
from debian_postgresql import debian_server
from faults.test_commit import migrated
from postgresql import tcp_server
from relay import Relay

from todo.database import build_database

# Without TLS and without a password: asking for TLS, and starting up.
CONNECT = 2
# With both: asking, TLS (twice where the first curve that is offered is not the server's), starting up, two of SCRAM.
CONNECT_WITH_TLS = 6


@pytest.fixture(scope="module")
def relay() -> Iterator[Relay]:
    with tcp_server() as server:
        migrated(server.url)
        with Relay(server.port) as running:
            running.url = server.url.set(port=running.port)  # type: ignore[attr-defined]  # for these tests
            yield running


def list_with_a_task(person: Person) -> str:
    """The address of its tasks. Of an empty one a third question tells whether there is such a list."""
    return f"/v1/lists/{person.add(person.make_list())['list_id']}/tasks"


def flights(relay: Relay, person: Person, method: str, path: str, status: int, *body: Any, **options: Any) -> int:
    with relay.counting() as counted:
        assert person.ask(method, path, *body, **options).status == status
    return counted.count


@pytest.mark.parametrize(("policy", "connect"), [("proxy", 0), ("invocation", CONNECT)])
def test_a_warm_request_takes_these_round_trips(relay: Relay, clock: MovableClock, policy: str, connect: int) -> None:
    url = relay.url  # type: ignore[attr-defined]  # see above
    with LambdaDoor(url, clock, policy=policy) as door:
        ann = door.sign_up(f"{uuid.uuid4()}@example.org")
        home = ann.make_list()
        path = f"{home['url']}/tasks"
        task = ann.add(home)
        told = {"title": "Rent", "due": {"date": "2999-12-01"}, "reminders": [{"before": "P1D"}, {"before": "-PT9H"}]}
        chosen, key = {"title": "Rent", "id": str(uuid.uuid4())}, {"Idempotency-Key": "k"}
        counted = {
            "list 50 tasks": flights(relay, ann, "GET", path, 200),
            "read a task": flights(relay, ann, "GET", task["url"], 200),
            "create a task": flights(relay, ann, "POST", path, 201, {"title": "Rent"}),
            "create one with labels": flights(relay, ann, "POST", path, 201, {"title": "Rent", "labels": ["a", "b"]}),
            "create one with reminders": flights(relay, ann, "POST", path, 201, told),
            "create one under its own id": flights(relay, ann, "POST", path, 201, chosen),
            "create one under a key": flights(relay, ann, "POST", path, 201, {"title": "Rent"}, headers=key),
            "create it again": flights(relay, ann, "POST", path, 201, {"title": "Rent"}, headers=key),
            "create a list": flights(relay, ann, "POST", "/v1/lists", 201, {"title": "Home"}),
            "change a task": flights(relay, ann, "PATCH", task["url"], 200, {"title": "Other"}),
            "change one with reminders": flights(relay, ann, "PATCH", task["url"], 200, told),
            "move its due": flights(relay, ann, "PATCH", task["url"], 200, {"due": {"date": "2999-12-02"}}),
            "be refused": flights(relay, ann, "GET", f"/v1/lists/{uuid.uuid4()}", 404),
        }
    assert {name: count - connect for name, count in counted.items()} == {
        "list 50 tasks": 2,
        "read a task": 2,
        "create a task": 4,
        "create one with labels": 4,
        "create one with reminders": 4,
        "create one under its own id": 6,
        "create one under a key": 5,
        "create it again": 4,
        "create a list": 3,
        "change a task": 6,
        "change one with reminders": 6,
        "move its due": 6,
        "be refused": 2,
    }


@pytest.mark.parametrize("policy", ["proxy", "invocation"])
def test_the_first_request_of_an_environment_takes_only_connecting_besides(
    relay: Relay, clock: MovableClock, policy: str
) -> None:
    url = relay.url  # type: ignore[attr-defined]  # see above
    with LambdaDoor(url, clock, policy=policy) as door:
        ann = door.sign_up(f"{uuid.uuid4()}@example.org")
        path = list_with_a_task(ann)
    with LambdaDoor(url, clock, policy=policy) as fresh:
        fresh_ann = Person(fresh, ann.email, ann.id, ann.token)
        assert flights(relay, fresh_ann, "GET", path, 200) == CONNECT + 2


def test_with_tls_and_a_password_the_first_request_takes_8_at_the_most(clock: MovableClock) -> None:
    with debian_server() as server:
        migrated(server.url)
        with Relay(server.port) as relay:
            url = server.url.set(port=relay.port)
            with LambdaDoor(url, clock, policy="proxy") as door:
                ann = door.sign_up(f"{uuid.uuid4()}@example.org")
                path = list_with_a_task(ann)
            with LambdaDoor(url, clock, policy="proxy") as fresh:
                fresh_ann = Person(fresh, ann.email, ann.id, ann.token)
                assert flights(relay, fresh_ann, "GET", path, 200) <= CONNECT_WITH_TLS + 2


def test_what_is_said_first_is_what_rds_proxy_takes_and_every_statement_is_without_a_name(
    relay: Relay, clock: MovableClock
) -> None:
    url = relay.url  # type: ignore[attr-defined]  # see above
    before = len(relay.conversations)
    with LambdaDoor(url, clock, policy="invocation") as door:
        ann = door.sign_up(f"{uuid.uuid4()}@example.org")
        ann.add(ann.make_list())
    said = relay.conversations[before:]
    assert len(said) == 3  # one for each invocation
    for messages in said:
        started = next(message for message in messages if message.kind == "StartUp")
        # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-proxy.limitations.html
        assert set(started.parameters) <= {"user", "database", "application_name", "client_encoding"}
        named = [message for message in messages if message.kind in ("Parse", "Bind") and message.name]
        assert named == []
        kinds = {message.kind for message in messages}
        assert kinds <= {"SSLRequest", "StartUp", "Parse", "Bind", "Describe", "Execute", "Sync", "Terminate"}


def test_a_unit_that_writes_nothing_begins_nothing(relay: Relay) -> None:
    database = build_database(relay.url, "proxy")  # type: ignore[attr-defined]  # see above
    with relay.counting() as counted:
        assert database.write(lambda _session: 7) == 7
        assert database.read(lambda _session: 8) == 8
    assert (counted.count, counted.connections) == (0, 0)
    database.close()
