"""Each gives up before whoever waits for it: the database, then the function, then what called it."""

import re
from typing import Any

import pytest
from template.cloudformation import ROOT, TEMPLATE, functions, load

from todo.migrations import roles

# What API Gateway gives up after. https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
HTTP_API_SECONDS = 30
WEBSOCKET_API_SECONDS = 29


@pytest.fixture(scope="module")
def template() -> dict[str, Any]:
    return load(TEMPLATE)


def seconds(setting: str) -> int:
    number, unit = re.fullmatch(r"(\d+)(s)", roles._TIME_OUTS[setting]).groups()  # type: ignore[union-attr]
    assert unit == "s"
    return int(number)


def test_a_statement_ends_before_any_function_that_waits_for_it(template: dict[str, Any]) -> None:
    statement = seconds("statement_timeout")
    assert seconds("lock_timeout") < statement
    for name in ("HttpFunction", "WebSocketFunction", "ScheduleFunction", "WorkerFunction"):
        assert statement < functions(template)[name]["Timeout"]


def test_a_request_gives_up_before_its_function_and_the_function_before_the_api(template: dict[str, Any]) -> None:
    function = functions(template)["HttpFunction"]
    source = (ROOT / "src" / "todo" / "invocation.py").read_text()
    reserve = re.search(r"^_RESERVE_SECONDS = ([\d.]+)$", source, re.MULTILINE)
    assert reserve
    assert float(reserve[1]) > 0
    integration = function["Events"]["EveryRequest"]["Properties"]["TimeoutInMillis"] / 1000
    assert function["Timeout"] < integration <= HTTP_API_SECONDS


def test_a_message_of_a_socket_is_answered_before_the_api_gives_up(template: dict[str, Any]) -> None:
    routes = template["Resources"]["WebSocketApi"]["Properties"]["Routes"]
    for route in routes.values():
        assert functions(template)["WebSocketFunction"]["Timeout"] < route["IntegrationTimeout"] / 1000
        assert route["IntegrationTimeout"] / 1000 <= WEBSOCKET_API_SECONDS


def test_a_proxy_says_that_it_has_no_connection_before_the_request_gives_up(template: dict[str, Any]) -> None:
    database = load(ROOT / "infra" / "database.yaml")["Resources"]
    pool = database["ProxyTargets"]["Properties"]["ConnectionPoolConfigurationInfo"]
    assert pool["ConnectionBorrowTimeout"] < functions(template)["HttpFunction"]["Timeout"] - 1.5


def test_a_job_ends_before_its_next_tick(template: dict[str, Any]) -> None:
    assert functions(template)["ScheduleFunction"]["Timeout"] <= 60


def test_a_message_is_handed_out_again_only_long_after_its_worker_gave_up(template: dict[str, Any]) -> None:
    visibility = template["Resources"]["Queue"]["Properties"]["VisibilityTimeout"]
    assert visibility >= 6 * functions(template)["WorkerFunction"]["Timeout"]


def test_cloudformation_waits_for_a_migration_a_little_longer_than_lambda(template: dict[str, Any]) -> None:
    waits = template["Resources"]["Migration"]["Properties"]["ServiceTimeout"]
    assert functions(template)["MigrateFunction"]["Timeout"] < waits <= 3600
