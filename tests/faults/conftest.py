"""What the faults share: both policies of Lambda, short deadlines, and a server for each file."""

import os
from collections.abc import Callable, Iterator

import pytest
from faults.test_commit import migrated
from postgresql import TcpServer, tcp_server
from relay import Relay

# For how long a server is away, full or silent in the tests that wait for it.
AWAY_SECONDS = 5.0 if os.environ.get("PROVE") else 1.5


@pytest.fixture(params=["invocation", "proxy"])
def policy(request: pytest.FixtureRequest) -> str:
    """Each policy of Lambda in turn."""
    chosen: str = request.param
    return chosen


@pytest.fixture(scope="module")
def machine() -> Iterator[TcpServer]:
    """A server of the file's own, that its tests may kill, pause and fill."""
    with tcp_server("-c max_connections=20") as server:
        migrated(server.url)
        yield server


@pytest.fixture
def relay(machine: TcpServer) -> Iterator[Relay]:
    """A relay in front of it."""
    with Relay(machine.port) as running:
        yield running


@pytest.fixture
def time_left(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Let Lambda end the invocations that follow after so many seconds; the function keeps 1.5 in reserve."""

    def leave(seconds: float) -> None:
        monkeypatch.setattr("clients.FakeContext.get_remaining_time_in_millis", lambda _context: int(seconds * 1000))

    return leave
