"""What the deployed stack promises, read from its templates."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from template.cloudformation import NESTED, ROOT, TEMPLATE, found, load, values

from todo.settings import Settings

# Read by a server only: behind API Gateway, the client's address is the one that the gateway states.
SERVER_ONLY = {"TODO_TRUSTED_PROXIES"}
POWERTOOLS = {"POWERTOOLS_SERVICE_NAME", "POWERTOOLS_METRICS_NAMESPACE"}

API_TIMEOUT = 30


@pytest.fixture(scope="module")
def template() -> dict[str, Any]:
    return load(TEMPLATE)


@pytest.fixture(scope="module")
def function(template: dict[str, Any]) -> dict[str, Any]:
    return dict(template["Resources"]["HttpFunction"]["Properties"])


def resources(template: dict[str, Any], kind: str) -> dict[str, dict[str, Any]]:
    return {name: item for name, item in template["Resources"].items() if item["Type"] == kind}


def test_the_function_is_told_every_setting_and_nothing_that_it_does_not_read(
    function: dict[str, Any],
) -> None:
    names = set(function["Environment"]["Variables"])
    assert names == (Settings.environment_names() - SERVER_ONLY) | POWERTOOLS


def test_the_environment_holds_no_secret(template: dict[str, Any], function: dict[str, Any]) -> None:
    hidden = {name for name, parameter in template["Parameters"].items() if parameter.get("NoEcho")}
    assert hidden == {"DatabaseUrl"}
    variables = function["Environment"]["Variables"]
    assert variables["TODO_DATABASE_URL"] == ""
    assert not hidden & set(found(variables, "Ref"))
    for text in found(variables, "Fn::Sub"):
        assert not any(name in str(text) for name in hidden)


def test_without_a_database_every_variable_of_it_is_empty(template: dict[str, Any], function: dict[str, Any]) -> None:
    assert template["Parameters"]["DatabaseUrl"]["Default"] == ""
    assert template["Parameters"]["DatabaseSecretArn"]["Default"] == ""
    assert function["Environment"]["Variables"]["TODO_DATABASE_SECRET_ARN"] == {
        "Fn::If": ["StoresDatabaseUrl", {"Ref": "DatabaseUrlSecret"}, {"Ref": "DatabaseSecretArn"}]
    }


def test_what_can_be_chosen_is_what_the_settings_accept(template: dict[str, Any]) -> None:
    for variable, parameter in {
        "TODO_DATABASE_CONNECTIONS": "DatabaseConnections",
        "TODO_SIGN_UP": "SignUp",
        "TODO_LOG_LEVEL": "LogLevel",
    }.items():
        for choice in template["Parameters"][parameter]["AllowedValues"]:
            Settings.from_environment({variable: choice})


def test_the_function_answers_before_the_api_gives_up(function: dict[str, Any]) -> None:
    assert function["Timeout"] < API_TIMEOUT
    integration = function["Events"]["EveryRequest"]["Properties"]["TimeoutInMillis"]
    assert function["Timeout"] * 1000 < integration <= API_TIMEOUT * 1000


def test_every_request_reaches_the_function_and_cors_is_its_own(
    template: dict[str, Any], function: dict[str, Any]
) -> None:
    (event,) = function["Events"].values()
    assert event["Type"] == "HttpApi"
    assert "Path" not in event["Properties"]
    assert event["Properties"]["PayloadFormatVersion"] == "2.0"
    assert not list(found(template, "CorsConfiguration"))


def test_bytecode_is_compiled_for_the_python_that_runs_the_function(function: dict[str, Any]) -> None:
    artifact = (ROOT / "scripts" / "artifact.py").read_text()
    version = re.search(r'^PYTHON = "([0-9.]+)"', artifact, re.MULTILINE)
    assert version
    assert function["Runtime"] == f"python{version[1]}"


def test_the_handler_is_there(function: dict[str, Any]) -> None:
    module, _, name = function["Handler"].rpartition(".")
    source = ROOT / function["CodeUri"] / Path(*module.split(".")).with_suffix(".py")
    assert re.search(rf"^(def {name}\(|{name} = )", source.read_text(), re.MULTILINE)


@pytest.mark.parametrize("path", [TEMPLATE, *NESTED], ids=lambda path: path.name)
def test_no_policy_speaks_of_any_resource_or_any_action(path: Path) -> None:
    template = load(path)
    statements = [statement for group in found(template, "Statement") for statement in group]
    for statement in statements:
        assert "NotAction" not in statement
        assert "NotResource" not in statement
        for key in ("Action", "Resource", "Principal"):
            assert not [value for value in values(statement.get(key)) if "*" in str(value)], statement


def test_the_role_reads_one_secret_and_only_when_there_is_one(template: dict[str, Any]) -> None:
    (role,) = resources(template, "AWS::IAM::Role").values()
    granting = [policy for policy in role["Properties"]["Policies"] if "secretsmanager" in json.dumps(policy)]
    ((condition, policy, otherwise),) = [policy["Fn::If"] for policy in granting]
    assert condition == "ReadsSecret"
    assert otherwise == {"Ref": "AWS::NoValue"}
    (statement,) = policy["PolicyDocument"]["Statement"]
    assert statement["Action"] == "secretsmanager:GetSecretValue"
    assert statement["Resource"] == {
        "Fn::If": ["StoresDatabaseUrl", {"Ref": "DatabaseUrlSecret"}, {"Fn::Sub": "${DatabaseSecretArn}"}]
    }


def test_the_role_logs_in_as_one_database_user_and_only_where_one_is_named(
    template: dict[str, Any], function: dict[str, Any]
) -> None:
    (role,) = resources(template, "AWS::IAM::Role").values()
    granting = [policy for policy in role["Properties"]["Policies"] if "rds-db" in json.dumps(policy)]
    ((condition, policy, otherwise),) = [policy["Fn::If"] for policy in granting]
    assert condition == "LogsInWithIam"
    assert otherwise == {"Ref": "AWS::NoValue"}
    (statement,) = policy["PolicyDocument"]["Statement"]
    assert (statement["Action"], statement["Resource"]) == ("rds-db:connect", {"Ref": "DatabaseUserArn"})
    chosen = function["Environment"]["Variables"]["TODO_DATABASE_LOGIN"]
    assert chosen == {"Fn::If": ["LogsInWithIam", "iam", "password"]}
    for value in ("iam", "password"):
        Settings.from_environment({"TODO_DATABASE_LOGIN": value})


def test_a_role_belongs_to_one_function(template: dict[str, Any]) -> None:
    functions = resources(template, "AWS::Serverless::Function")
    roles = [function["Properties"]["Role"]["Fn::GetAtt"][0] for function in functions.values()]
    assert sorted(roles) == sorted(resources(template, "AWS::IAM::Role"))


def test_the_api_is_throttled_and_keeps_an_access_log(template: dict[str, Any]) -> None:
    (api,) = resources(template, "AWS::Serverless::HttpApi").values()
    settings = api["Properties"]["DefaultRouteSettings"]
    assert {"ThrottlingRateLimit", "ThrottlingBurstLimit"} <= set(settings)
    log = api["Properties"]["AccessLogSettings"]
    assert log["DestinationArn"] == {"Fn::GetAtt": ["AccessLog", "Arn"]}
    line = json.loads(re.sub(r"\$context\.[A-Za-z.]+", "1", log["Format"]))
    assert {"request_id", "route", "status"} <= set(line)


def test_the_access_log_holds_neither_paths_nor_headers(template: dict[str, Any]) -> None:
    (api,) = resources(template, "AWS::Serverless::HttpApi").values()
    logged = api["Properties"]["AccessLogSettings"]["Format"].lower()
    assert "$context.path" not in logged
    for word in ("authorization", "header", "authorizer", "querystring", "protocol"):
        assert word not in logged


def test_every_log_ends_some_day_and_outlives_the_stack(template: dict[str, Any], function: dict[str, Any]) -> None:
    logs = resources(template, "AWS::Logs::LogGroup")
    assert function["LoggingConfig"]["LogGroup"]["Ref"] in logs
    assert function["LoggingConfig"]["LogFormat"] == "JSON"
    for log in logs.values():
        assert log["Properties"]["RetentionInDays"]
        assert log["DeletionPolicy"] == "RetainExceptOnCreate"
        assert log["UpdateReplacePolicy"] == "Retain"


def test_what_holds_a_secret_says_what_becomes_of_it(template: dict[str, Any]) -> None:
    for secret in resources(template, "AWS::SecretsManager::Secret").values():
        assert secret["DeletionPolicy"] == secret["UpdateReplacePolicy"]


@pytest.mark.parametrize("path", [TEMPLATE, *NESTED], ids=lambda path: path.name)
def test_every_parameter_is_described_and_nothing_has_a_fixed_name(path: Path) -> None:
    template = load(path)
    for name, parameter in template["Parameters"].items():
        assert parameter.get("Description"), name
    for key in ("FunctionName", "RoleName", "LogGroupName", "AlarmName", "Name"):
        for resource in template["Resources"].values():
            if resource["Type"] != "AWS::CloudFormation::Stack":
                assert key not in resource["Properties"]


def test_a_nested_stack_is_given_every_parameter_that_has_no_default(template: dict[str, Any]) -> None:
    stacks = resources(template, "AWS::CloudFormation::Stack")
    assert {stack["Properties"]["TemplateURL"] for stack in stacks.values()} == {
        str(path.relative_to(ROOT)) for path in NESTED
    }
    for stack in stacks.values():
        parameters = load(ROOT / stack["Properties"]["TemplateURL"])["Parameters"]
        given = set(stack["Properties"]["Parameters"])
        needed = {name for name, parameter in parameters.items() if "Default" not in parameter}
        assert needed <= given <= set(parameters)


def test_slowness_is_told_before_the_time_out(template: dict[str, Any], function: dict[str, Any]) -> None:
    (stack,) = resources(template, "AWS::CloudFormation::Stack").values()
    slow = int(stack["Properties"]["Parameters"]["SlowMilliseconds"])
    assert slow == function["Timeout"] * 1000 * 0.8


def test_the_build_takes_what_is_pinned() -> None:
    config = tomllib.loads((ROOT / "samconfig.toml").read_text())
    assert config["default"]["build"]["parameters"]["manifest"] == "requirements.txt"
    assert "--hash=sha256:" in (ROOT / "requirements.txt").read_text()
