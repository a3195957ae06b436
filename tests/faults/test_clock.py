"""Clocks jump: the machine's, by which a connection's age is told, and the one that dates things."""

import sys
from types import SimpleNamespace

import pytest
from clocks import MovableClock
from faults.story import story
from postgresql import TcpServer, ask

HELD = "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'todo%'"


@pytest.mark.parametrize("jump", [3_600.0, -3_600.0, 86_400.0 * 365])
def test_a_wall_clock_that_jumps_costs_a_connection_and_no_request(
    machine: TcpServer, clock: MovableClock, policy: str, jump: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    wall = SimpleNamespace(now=1_795_424_400.0)
    monkeypatch.setattr(sys.modules["todo.database.policies.liveness"], "time", SimpleNamespace(time=lambda: wall.now))
    with story(machine.url, clock, policy) as ours:
        for title in ("One", "Two", "Three"):
            assert ours.add(title).status == 201
            wall.now += jump
            assert ours.ann.ask("GET", "/v1/lists").status == 200
            wall.now -= jump
            assert int(str(ask(machine.url, HELD)[0][0])) <= 1
        ours.require_exact()


def test_a_clock_that_was_put_back_an_hour_keeps_order_and_versions(
    machine: TcpServer, clock: MovableClock, policy: str
) -> None:
    with story(machine.url, clock, policy) as ours:
        first = ours.add("First")
        assert first.status == 201
        clock.forward(hours=-1)
        assert ours.add("Second").status == 201
        changed = ours.ann.ask("PATCH", first.json["url"], {"notes": "changed"})
        assert (changed.status, changed.json["version"]) == (200, 2)
        listed = ours.ann.get(f"{ours.home['url']}/tasks")
        assert [task["title"] for task in listed] == ["First", "Second"]
        revisions = ask(
            machine.url, "SELECT revision FROM changes WHERE scope_id = %s ORDER BY revision", ours.home["id"]
        )
        assert [revision for (revision,) in revisions] == [1, 2, 3, 4]
        ours.require_exact()
