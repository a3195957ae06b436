"""What is true of every template."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from template.cloudformation import NESTED, ROOT, TEMPLATE, functions, load, resources

ALL = pytest.mark.parametrize("path", [TEMPLATE, *NESTED], ids=lambda path: path.name)

# What has to have a name, and gets one that no other stack can have: with this one's id in it, or in its own group.
NAMED = {"Queue", "DatabaseProxy", "NextSchedule"}


@ALL
def test_a_template_begins_with_what_it_owns_and_why(path: Path) -> None:
    head = path.read_text().partition("\nResources:")[0]
    comment = "\n".join(re.findall(r"^# (.*)$", head, re.MULTILINE))
    assert len(comment) > 200
    assert re.search(r"\bOwns\b|^What is here", comment, re.MULTILINE)
    assert re.search(r"stack of its\s+own|nested stacks", comment)


@ALL
def test_every_parameter_and_output_is_described(path: Path) -> None:
    template = load(path)
    for part in ("Parameters", "Outputs"):
        for name, item in template.get(part, {}).items():
            assert item.get("Description"), name


def test_every_parameter_is_in_a_group() -> None:
    template = load(TEMPLATE)
    groups = template["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    listed = [name for group in groups for name in group["Parameters"]]
    assert sorted(listed) == sorted(template["Parameters"])


@ALL
def test_no_parameter_and_no_condition_is_left_over(path: Path) -> None:
    template = load(path)
    text = json.dumps({part: template[part] for part in template if part not in ("Metadata", "Parameters")})
    for name in template.get("Parameters", {}):
        assert re.search(rf'"{name}"|\$\{{{name}\}}', text), name
    for name in template.get("Conditions", {}):
        uses = text.count(f'"{name}"')
        assert uses > 1, name


@ALL
def test_nothing_has_a_name_that_another_stack_could_have(path: Path) -> None:
    for logical, item in load(path)["Resources"].items():
        if item["Type"] == "AWS::CloudFormation::Stack" or logical in NAMED:
            continue
        for key in (
            "FunctionName",
            "RoleName",
            "LogGroupName",
            "AlarmName",
            "QueueName",
            "DBClusterIdentifier",
            "Name",
        ):
            value = item.get("Properties", {}).get(key)
            assert not isinstance(value, str), (logical, key)


def test_a_name_that_must_be_holds_the_id_of_the_stack() -> None:
    own = {"Id": {"Fn::Select": [2, {"Fn::Split": ["/", {"Ref": "AWS::StackId"}]}]}}
    for path, logical, key in (
        (TEMPLATE, "Queue", "QueueName"),
        (ROOT / "infra" / "database.yaml", "DatabaseProxy", "DBProxyName"),
    ):
        assert load(path)["Resources"][logical]["Properties"][key] == {"Fn::Sub": ["todo-${Id}", own]}


def test_every_nested_template_is_used_and_given_what_it_needs() -> None:
    used = set()
    for path in (TEMPLATE, *NESTED):
        for stack in resources(load(path), "AWS::CloudFormation::Stack").values():
            nested = (path.parent / stack["Properties"]["TemplateURL"]).resolve()
            used.add(nested)
            parameters = load(nested).get("Parameters", {})
            given = set(stack["Properties"].get("Parameters", {}))
            needed = {name for name, parameter in parameters.items() if "Default" not in parameter}
            assert needed <= given <= set(parameters), nested.name
    assert used == set(NESTED)


def test_what_is_read_of_a_nested_stack_is_given_out_by_it() -> None:
    template = load(TEMPLATE)
    nested = {
        name: load(ROOT / stack["Properties"]["TemplateURL"])
        for name, stack in resources(template, "AWS::CloudFormation::Stack").items()
    }
    read = re.findall(r'\["(\w+)", "Outputs\.(\w+)"\]', json.dumps([template["Resources"], functions(template)]))
    assert read
    for stack, output in read:
        assert output in nested[stack]["Outputs"]


def test_a_skipped_check_has_its_reason_beside_it() -> None:
    for path in (TEMPLATE, *NESTED):
        for name, item in load(path)["Resources"].items():
            for skip in item.get("Metadata", {}).get("checkov", {}).get("skip", []):
                assert re.fullmatch(r"CKV2?_AWS_\d+", skip["id"]), name
                assert len(skip["comment"]) > 40, name
        for ignored in re.finditer(r"\n(.*)\n *ignore_checks: (.*)", path.read_text()):
            assert "#" in ignored[1] + ignored[2], ignored[0]


def test_the_build_takes_what_is_pinned() -> None:
    config = tomllib.loads((ROOT / "samconfig.toml").read_text())
    assert config["default"]["build"]["parameters"]["manifest"] == "requirements.txt"
    assert "--hash=sha256:" in (ROOT / "requirements.txt").read_text()


def overrides(environment: str) -> dict[str, Any]:
    config = tomllib.loads((ROOT / "samconfig.toml").read_text())
    given = config[environment]["deploy"]["parameters"]["parameter_overrides"]
    return dict(one.split("=", 1) for one in given)


@pytest.mark.parametrize("environment", ["dev", "staging", "prod"])
def test_an_environment_sets_what_the_template_knows(environment: str) -> None:
    parameters = load(TEMPLATE)["Parameters"]
    for name, value in overrides(environment).items():
        allowed = parameters[name].get("AllowedValues")
        assert not allowed or value in map(str, allowed), name


def test_production_is_protected_watched_and_moved_to_in_steps() -> None:
    parameters = {
        name: str(item["Default"]) for name, item in load(TEMPLATE)["Parameters"].items() if "Default" in item
    }
    chosen = parameters | overrides("prod")
    assert chosen["DatabaseDeletionProtection"] == "true"
    assert chosen["Observability"] == "true"
    assert chosen["DeploymentType"].startswith("Canary")
    assert int(chosen["BackupRetentionDays"]) >= 14


def test_under_sam_local_there_is_neither_a_queue_nor_a_schedule_nor_a_gateway() -> None:
    """SAM would give their logical names for their addresses."""
    config = tomllib.loads((ROOT / "samconfig.toml").read_text())["default"]
    for command in ("local_invoke", "local_start_api"):
        options = config[command]["parameters"]
        assert options["parameter_overrides"] == "Database=external SignUp=open"
        given = json.loads((ROOT / options["env_vars"]).read_text())["Parameters"]
        # Of the gateway an address where nothing answers: without one, events name it, on the internet.
        assert given.pop("TODO_LIVE_ENDPOINT") == "http://127.0.0.1:1/live"
        empty = ("TODO_QUEUE_URL", "TODO_FILES_BUCKET", "TODO_ALARM_SCHEDULE", "TODO_PUBLIC_URL", "TODO_LIVE_URL")
        assert given == dict.fromkeys(empty, "")
        for function in functions(load(TEMPLATE)).values():
            assert {*given, "TODO_LIVE_ENDPOINT"} <= set(function["Environment"]["Variables"])
