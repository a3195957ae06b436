"""The two doors for people: the HTTP API and the WebSocket API."""

import json
import re
from typing import Any

import pytest
from template.cloudformation import TEMPLATE, found, functions, load, resources


@pytest.fixture(scope="module")
def template() -> dict[str, Any]:
    return load(TEMPLATE)


def api(template: dict[str, Any], kind: str) -> dict[str, Any]:
    (item,) = resources(template, f"AWS::Serverless::{kind}").values()
    return dict(item["Properties"])


def test_every_request_reaches_the_function_and_cors_is_its_own(template: dict[str, Any]) -> None:
    (event,) = functions(template)["HttpFunction"]["Events"].values()
    assert event["Type"] == "HttpApi"
    assert "Path" not in event["Properties"]
    assert event["Properties"]["PayloadFormatVersion"] == "2.0"
    (api,) = resources(template, "AWS::Serverless::HttpApi").values()
    assert "CorsConfiguration" not in api["Properties"]


def test_every_event_of_a_socket_reaches_the_alias_of_its_function(template: dict[str, Any]) -> None:
    routes = api(template, "WebSocketApi")["Routes"]
    assert set(routes) == {"$connect", "$disconnect", "$default"}
    for route in routes.values():
        assert route["FunctionArn"] == {"Ref": "WebSocketFunction.Alias"}


@pytest.mark.parametrize("kind", ["HttpApi", "WebSocketApi"])
def test_an_api_is_throttled(template: dict[str, Any], kind: str) -> None:
    """The linters look at stages alone, which SAM makes: so it is said here."""
    settings = api(template, kind)["DefaultRouteSettings"]
    assert {"ThrottlingRateLimit", "ThrottlingBurstLimit"} <= set(settings)


@pytest.mark.parametrize(("kind", "name"), [("HttpApi", "AccessLog"), ("WebSocketApi", "WebSocketAccessLog")])
def test_an_api_keeps_an_access_log_of_json(template: dict[str, Any], kind: str, name: str) -> None:
    log = api(template, kind)["AccessLogSettings"]
    assert log["DestinationArn"] == {"Fn::GetAtt": [name, "Arn"]}
    line = json.loads(re.sub(r"\$context\.[A-Za-z.]+", "1", log["Format"]))
    assert {"request_id", "route", "status"} <= set(line)


@pytest.mark.parametrize("kind", ["HttpApi", "WebSocketApi"])
def test_an_access_log_holds_neither_paths_nor_headers(template: dict[str, Any], kind: str) -> None:
    logged = api(template, kind)["AccessLogSettings"]["Format"].lower()
    assert "$context.path" not in logged
    for word in ("authorization", "header", "authorizer", "querystring", "protocol"):
        assert word not in logged


def test_api_gateway_may_write_the_log_before_a_stage_names_it(template: dict[str, Any]) -> None:
    # Its name in a tag makes CloudFormation wait for it; DependsOn cannot be about what may not be there.
    ((condition, account, _),) = found(template["Resources"]["WebSocketAccessLog"], "Fn::If")
    assert (condition, account) == ("SetsApiGatewayLogs", {"Ref": "ApiGatewayAccount"})
    for name in ("ApiGatewayAccount", "ApiGatewayLogRole"):
        assert template["Resources"][name]["Condition"] == "SetsApiGatewayLogs"
