"""Tornado's own tests pass through the bridge, except for those in `lost.toml`, each with its reason."""

import pytest
from conformance.suites import LOST, NATIVE, SERVERS, SUITES, outcomes

# How long each list may be at most.
LIMITS = {
    ("uvicorn", "web_test"): 8,
    ("hypercorn", "web_test"): 8,
    ("uvicorn", "websocket_test"): 8,
    ("hypercorn", "websocket_test"): 11,
}


@pytest.mark.parametrize("suite", SUITES)
@pytest.mark.parametrize("server", SERVERS)
def test_tornados_own_tests_pass_except_for_those_listed_with_a_reason(server: str, suite: str) -> None:
    found = outcomes(server, suite)
    lost = {name for name in LOST[server] if name.startswith(f"{suite}.")}
    failed = {name: why for name, why in found.items() if why not in {"passed", "skipped"}}

    assert {name: why for name, why in failed.items() if name not in lost} == {}
    assert lost - failed.keys() == set(), "listed as lost, and passed: take them off the list"
    passed = sum(outcome == "passed" for outcome in found.values())
    assert passed + len(lost) == NATIVE[suite]


@pytest.mark.parametrize(("server", "suite"), LIMITS)
def test_few_tests_are_lost(server: str, suite: str) -> None:
    lost = [name for name in LOST[server] if name.startswith(f"{suite}.")]
    assert len(lost) <= LIMITS[server, suite]
    assert all(LOST[server][name] for name in lost)
