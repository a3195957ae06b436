"""What is written down, and for how long."""

from typing import Any

import pytest
from template.cloudformation import TEMPLATE, functions, load, resources


@pytest.fixture(scope="module")
def template() -> dict[str, Any]:
    return load(TEMPLATE)


def test_every_log_ends_some_day_and_outlives_the_stack(template: dict[str, Any]) -> None:
    for log in resources(template, "AWS::Logs::LogGroup").values():
        assert log["Properties"]["RetentionInDays"] == {"Ref": "LogRetentionDays"}
        assert log["DeletionPolicy"] == "RetainExceptOnCreate"
        assert log["UpdateReplacePolicy"] == "Retain"


def test_a_function_writes_json_to_a_log_of_its_own(template: dict[str, Any]) -> None:
    logs = [function["LoggingConfig"]["LogGroup"]["Ref"] for function in functions(template).values()]
    assert sorted([*logs, "AccessLog", "WebSocketAccessLog"]) == sorted(resources(template, "AWS::Logs::LogGroup"))
    assert len(set(logs)) == len(logs)
    for function in functions(template).values():
        assert function["LoggingConfig"]["LogFormat"] == "JSON"


def test_a_role_writes_to_the_log_of_its_function_alone(template: dict[str, Any]) -> None:
    for function in functions(template).values():
        role = template["Resources"][function["Role"]["Fn::GetAtt"][0]]
        (policy,) = [policy for policy in role["Properties"]["Policies"] if policy.get("PolicyName") == "logs"]
        (statement,) = policy["PolicyDocument"]["Statement"]
        assert statement["Resource"] == {"Fn::GetAtt": [function["LoggingConfig"]["LogGroup"]["Ref"], "Arn"]}
