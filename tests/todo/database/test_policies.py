"""What each policy holds open, and what is sent to PostgreSQL, as the server itself tells it."""

import asyncio
import re
import sys
import uuid
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from clients import PASSWORD, LambdaDoor, Person
from clocks import MovableClock
from postgresql import ask, new_database
from sqlalchemy import URL, event, make_url, text

from todo.database import Database, StaleRead, build_database
from todo.database.postgresql.connection import UnitConnection
from todo.errors import DatabaseBusy
from todo.handlers.resources import RESOURCES
from todo.handlers.tasks import TaskListHandler
from todo.migrations.run import migrate
from todo.services import lists, tasks
from todo.shapes.task_list import ListFilter

# What pins a session of RDS Proxy to a connection of its own.
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-proxy-pinning.html
PINS = re.compile(
    r"^\s*(SET|RESET|PREPARE|EXECUTE|DEALLOCATE|DISCARD|LISTEN|UNLISTEN|DECLARE|LOAD|SAVEPOINT"
    r"|CREATE\s+(LOCAL\s+|GLOBAL\s+)?TEMP)\b|set_config|nextval|setval|currval|lastval|pg_(try_)?advisory",
    re.IGNORECASE,
)
LARGEST = 16_384


@pytest.fixture
def url(postgresql_server: str) -> URL:
    made = new_database(postgresql_server)
    database = build_database(made, "server")
    migrate(database.engine)
    database.close()
    return made


def held(url: URL) -> list[tuple[object, ...]]:
    """The connections of the application to this database, and what they do."""
    return ask(
        make_url(url).set(database="postgres"),
        "SELECT pid, state FROM pg_stat_activity WHERE datname = %s AND application_name LIKE 'todo%%'",
        url.database,
    )


def one(database: Database) -> object:
    return database.read(lambda session: session.scalar(text("SELECT pg_backend_pid()")))


def journey(person: Person) -> None:
    """A bit of everything."""
    house, garden = person.make_list("House"), person.make_list("Garden")
    task = person.add(house, "Paint", labels=["red", "blue"], notes="x" * 16_000)
    for number in range(120):
        person.add(garden, f"Plant {number}")
    assert len(person.get(f"{garden['url']}/tasks", limit=100)) == 100
    assert person.ask("PATCH", task["url"], {"list_id": garden["id"]}).status == 200
    assert person.ask("PATCH", task["url"], {"completed": True}).status == 200
    assert person.ask("DELETE", task["url"]).status in (200, 204)
    assert person.ask("DELETE", f"{garden['url']}/tasks").status in (200, 204)
    person.get("/v1/trash")
    person.get("/v1/labels")
    person.get("/v1/tasks", q="paint")
    assert person.ask("GET", "/ready").status == 200
    assert person.ask("DELETE", garden["url"]).status in (200, 204)


@pytest.mark.parametrize("policy", ["invocation", "proxy"])
def test_nothing_that_pins_rds_proxy_is_sent_from_the_first_connect_on(
    policy: str, url: URL, clock: MovableClock, postgresql_server: str
) -> None:
    # The server logs what it is sent: also BEGIN, COMMIT, and the named statements that no event of a driver shows.
    elsewhere = make_url(postgresql_server)
    database = str(url.database)
    ask(elsewhere, f"ALTER DATABASE {database} SET log_statement = 'all'")
    ask(elsewhere, f"ALTER DATABASE {database} SET log_min_duration_statement = 0")
    size = ask(elsewhere, "SELECT size FROM pg_stat_file('log')")
    start = size[0][0]
    with LambdaDoor(url, clock, policy=policy) as door:
        journey(door.sign_up(f"{uuid.uuid4()}@example.org"))
    (log,) = ask(elsewhere, f"SELECT pg_read_file('log', {start}, 100000000)")[0]
    statements = re.findall(r"(?:statement|execute (\S+)|parse (\S+)|bind (\S+)): (.*)", str(log))
    assert len(statements) > 500
    names = {name for found in statements for name in found[:3] if name}
    assert names <= {"<unnamed>"}
    texts = [found[3] for found in statements]
    assert any(line.startswith("BEGIN") for line in texts)
    assert [line for line in texts if PINS.search(line)] == []
    assert max(map(len, texts)) <= LARGEST


def test_the_start_up_packet_holds_only_what_rds_proxy_takes(url: URL, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[dict[str, Any]] = []
    connect = UnitConnection.connect

    def noting(*arguments: Any, **options: Any) -> Any:
        seen.append(options)
        return connect(*arguments, **options)

    monkeypatch.setattr(UnitConnection, "connect", noting)
    database = build_database(url, "invocation")
    one(database)
    database.close()
    assert "options" not in seen[0]
    assert seen[0]["prepare_threshold"] is None
    assert seen[0]["application_name"] == "todo"
    assert seen[0]["connect_timeout"] == 3


def test_reads_of_every_resource_only_select(url: URL, clock: MovableClock) -> None:
    with LambdaDoor(url, clock) as door:
        ann = door.sign_up("ann@example.org")
        task = ann.add(ann.make_list())
        assert ann.ask("PATCH", task["url"], {"title": "Other"}).status == 200
        seen: list[str] = []
        event.listen(door.database._reading, "before_cursor_execute", lambda *arguments: seen.append(arguments[2]))
        event.listen(door.database.engine, "before_cursor_execute", lambda *arguments: seen.append(arguments[2]))
        asked = 0
        for path in RESOURCES:
            full = path.replace("{list_id}", task["list_id"]).replace("{task_id}", task["id"])
            asked += ann.ask("GET", full).status == 200
        assert asked >= 12
        assert len(seen) >= 10
        assert [line for line in seen if not line.startswith("SELECT")] == []


def refused(_session: Any) -> None:
    raise DatabaseBusy("on purpose")


def broken(session: Any) -> None:
    session.execute(text("SELECT 1"))
    raise ZeroDivisionError


def test_invocation_holds_nothing_after_any_end_of_an_invocation(url: URL, clock: MovableClock) -> None:
    with LambdaDoor(url, clock, policy="invocation") as door:
        ann = door.sign_up("ann@example.org")
        assert held(url) == []
        assert ann.ask("GET", "/v1/lists").status == 200
        assert held(url) == []
        assert ann.ask("GET", f"/v1/lists/{uuid.uuid4()}").status == 404
        assert ann.ask("POST", "/v1/lists", {"titel": ""}).status == 422
        assert door.ask("GET", "/v1/lists", token="no such token").status == 401
        assert held(url) == []
        for work in (refused, broken):
            with pytest.raises((DatabaseBusy, ZeroDivisionError)):
                door.database.write(work)
            with pytest.raises((DatabaseBusy, ZeroDivisionError)):
                door.database.read(work)
        assert held(url) == []


def test_proxy_holds_one_connection_and_keeps_it(url: URL, clock: MovableClock) -> None:
    with LambdaDoor(url, clock, policy="proxy") as door:
        ann = door.sign_up("ann@example.org")
        ann.make_list()
        first = held(url)
        assert [state for _, state in first] == ["idle"]
        for path in ("/v1/lists", f"/v1/lists/{uuid.uuid4()}", "/v1/tasks"):
            ann.ask("GET", path)
        for work in (refused, broken):
            with pytest.raises((DatabaseBusy, ZeroDivisionError)):
                door.database.write(work)
        assert held(url) == first
    assert held(url) == []


def test_proxy_replaces_a_connection_that_was_terminated_and_the_client_sees_nothing(
    url: URL, clock: MovableClock
) -> None:
    with LambdaDoor(url, clock, policy="proxy") as door:
        ann = door.sign_up("ann@example.org")
        for method, path, body in (("POST", "/v1/lists", {"title": "House"}), ("GET", "/v1/lists", None)):
            ((pid, _),) = held(url)
            ask(make_url(url).set(database="postgres"), f"SELECT pg_terminate_backend({pid}, 5000)")
            assert ann.ask(method, path, body).status in (200, 201)
        assert len(ann.get("/v1/lists")) == 1


@pytest.mark.parametrize(("idle", "kept"), [(239, True), (241, False), (100_000, False), (-5, False)])
def test_proxy_replaces_a_connection_that_was_idle_for_over_4_minutes_of_the_wall_clock(
    url: URL, idle: float, kept: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1_795_424_400.0
    wall = SimpleNamespace(time=lambda: now)
    monkeypatch.setattr(sys.modules["todo.database.policies.liveness"], "time", wall)
    database = build_database(url, "proxy")
    first = one(database)
    assert one(database) == first
    now += idle
    assert (one(database) == first) is kept
    assert len(held(url)) == 1
    database.close()


def test_server_is_bounded_and_replaces_what_died(url: URL) -> None:
    database = build_database(url, "server", pool_size=2)
    with database.session() as first, database.session() as second:
        assert first.scalar(text("SELECT 1")) == second.scalar(text("SELECT 1")) == 1
        assert len(held(url)) == 2
    for pid, _ in held(url):
        ask(make_url(url).set(database="postgres"), f"SELECT pg_terminate_backend({pid}, 5000)")
    assert one(database)
    database.close()
    assert held(url) == []


@pytest.mark.parametrize("policy", ["invocation", "proxy"])
def test_an_invocation_leaves_what_its_policy_keeps_however_it_ends(
    url: URL, clock: MovableClock, policy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with LambdaDoor(url, clock, policy=policy, watched=True) as door:
        ann = door.sign_up("ann@example.org")
        home = ann.make_list()
        path = f"{home['url']}/tasks"
        seen = {
            "well": ann.ask("POST", path, {"title": "Rent"}).status,
            "in a log-in of several units": door.ask(
                "POST", "/v1/sessions", {"email": ann.email, "password": PASSWORD}
            ).status,
            "refused at the door": door.ask("GET", "/v1/lists", token="no such token").status,
            "refused in the unit": ann.ask("POST", path, {"title": "Rent", "parent_id": str(uuid.uuid4())}).status,
        }
        for name, work in ENDS.items():
            with monkeypatch.context() as patched:
                patched.setattr(tasks, "create", work)
                patched.setattr("clients.FakeContext.get_remaining_time_in_millis", lambda _self: 2_600)
                seen[name] = ann.ask("POST", path, {"title": "Rent"}).status
        with monkeypatch.context() as patched:
            patched.setattr(TaskListHandler, "post", never)
            patched.setattr("clients.FakeContext.get_remaining_time_in_millis", lambda _self: 1_000)
            seen["never"] = ann.ask("POST", path, {"title": "Rent"}).status
        assert len(ann.get(path)) == 1
    assert seen == {
        "well": 201,
        "in a log-in of several units": 201,
        "refused at the door": 401,
        "refused in the unit": 422,
        "with a fault of ours": 500,
        "with a mistake in SQL": 500,
        "cancelled": 500,
        "out of time": 503,
        "terminated": 503,
        "stale for ever": 503,
        "never": 504,
    }


def fault(session: Any, *_arguments: Any) -> Any:
    session.execute(text("SELECT 1"))
    raise ZeroDivisionError


def mistake(session: Any, *_arguments: Any) -> Any:
    session.execute(text("SELEC 1"))


def cancelled(session: Any, *_arguments: Any) -> Any:
    session.execute(text("SELECT 1"))
    raise asyncio.CancelledError


def out_of_time(session: Any, *_arguments: Any) -> Any:
    session.execute(text("SELECT pg_sleep(30)"))


def terminated(session: Any, *_arguments: Any) -> Any:
    session.execute(text("SELECT pg_terminate_backend(pg_backend_pid()), pg_sleep(5)"))


def stale(session: Any, *_arguments: Any) -> Any:
    session.execute(text("SELECT 1"))
    raise StaleRead


async def never(self: Any, **_path: Any) -> None:
    """A handler that has used the database and then waits for what does not come."""
    await self.read(lists.mine, ListFilter())
    await asyncio.Event().wait()


ENDS = {
    "with a fault of ours": fault,
    "with a mistake in SQL": mistake,
    "cancelled": cancelled,
    "out of time": out_of_time,
    "terminated": terminated,
    "stale for ever": stale,
}


@pytest.fixture(autouse=True)
def _nothing_stays_open(postgresql_server: str) -> Iterator[None]:
    yield
    left = ask(
        make_url(postgresql_server),
        # The database `postgres` belongs to the doors that other tests share.
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE application_name LIKE 'todo%' AND state <> 'idle' AND datname <> 'postgres'",
    )
    assert left == [(0,)]
