"""No more connections than the database has."""

import re
from typing import Any

import pytest
from template.cloudformation import ROOT, TEMPLATE, load
from template.deployment import KINDS, Deployment

# What PostgreSQL and RDS keep for their own: superuser_reserved_connections and rds.rds_superuser_reserved_connections.
KEPT = 5
SHARE = 0.8
CAPACITY = load(TEMPLATE)["Mappings"]["Capacity"]


def reserved(parameters: dict[str, str]) -> dict[str, int]:
    return {
        name: int(function["ReservedConcurrentExecutions"])
        for name, function in Deployment(parameters).functions.items()
        if "ReservedConcurrentExecutions" in function
    }


def test_every_size_has_its_row() -> None:
    assert list(CAPACITY) == load(TEMPLATE)["Parameters"]["DatabaseMaxCapacity"]["AllowedValues"]


@pytest.mark.parametrize("size", CAPACITY)
def test_without_a_proxy_all_functions_together_fit(size: str) -> None:
    """Each environment holds at most one connection, so the functions hold as many as may run at once."""
    held = reserved({"Database": "aurora-direct", "DatabaseMaxCapacity": size})
    assert len(held) == 5
    connections = CAPACITY[size]["Connections"]
    assert sum(held.values()) <= SHARE * (connections - KEPT)
    assert held["HttpFunction"] > 0.5 * (connections - KEPT)  # and none is wasted on what people do not wait for


@pytest.mark.parametrize("size", CAPACITY)
def test_the_cluster_takes_as_many_connections_as_its_memory_is_good_for(size: str) -> None:
    stack = Deployment({"Database": "aurora", "DatabaseMaxCapacity": size}).resources["DatabaseStack"]
    assert stack["Properties"]["Parameters"]["Connections"] == CAPACITY[size]["Connections"]
    database = load(ROOT / "infra" / "database.yaml")
    assert database["Resources"]["ParameterGroup"]["Properties"]["Parameters"]["max_connections"] == {
        "Ref": "Connections"
    }
    # Of RDS's own rule, memory / 9,531,392, with a unit of 2 GiB.
    assert CAPACITY[size]["Connections"] <= 0.75 * int(size) * 2 * 2**30 / 9_531_392
    # And Aurora allows no more where the least capacity is half a unit or none.
    assert CAPACITY[size]["Connections"] <= 2000


def test_behind_a_proxy_the_pool_is_what_fits_and_nothing_is_reserved() -> None:
    assert reserved(KINDS["aurora"]) == {}
    pool = load(ROOT / "infra" / "database.yaml")["Resources"]["ProxyTargets"]["Properties"]
    assert pool["ConnectionPoolConfigurationInfo"]["MaxConnectionsPercent"] <= 100 * SHARE


@pytest.mark.parametrize("kind", ["aurora", "a URL"])
def test_a_number_is_kept_to_whatever_the_database(kind: str) -> None:
    held = reserved({**KINDS[kind], "ReservedConcurrency": "25"})
    assert held["HttpFunction"] == 25
    assert len(held) == 5


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_reserved_in_an_account_that_has_nothing_to_reserve(kind: str) -> None:
    assert reserved({**KINDS[kind], "ReservedConcurrency": "none"}) == {}


def test_a_number_that_is_given_fits_the_pattern() -> None:
    pattern: Any = load(TEMPLATE)["Parameters"]["ReservedConcurrency"]["AllowedPattern"]
    for value in ("auto", "none", "1", "1000"):
        assert re.fullmatch(pattern, value)
    for value in ("", "0", "-1", "many"):
        assert not re.fullmatch(pattern, value)
