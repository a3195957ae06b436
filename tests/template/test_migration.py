"""The schema is brought to a new version before anything that needs it."""

from typing import Any

import pytest
from template.cloudformation import TEMPLATE, found, functions, load, resources


@pytest.fixture(scope="module")
def template() -> dict[str, Any]:
    return load(TEMPLATE)


@pytest.fixture(scope="module")
def migration(template: dict[str, Any]) -> dict[str, Any]:
    (item,) = resources(template, "AWS::CloudFormation::CustomResource").values()
    return dict(item)


def test_every_deployment_of_new_code_migrates(migration: dict[str, Any]) -> None:
    """CloudFormation invokes it only when a property changes."""
    assert migration["Properties"]["Version"] == {"Ref": "MigrateFunction.Version"}


def test_the_version_that_migrates_is_the_one_that_is_deployed(migration: dict[str, Any]) -> None:
    # The ARN of the alias stays the same, which CloudFormation insists on; the alias is moved first.
    assert migration["Properties"]["ServiceToken"] == {"Ref": "MigrateFunction.Alias"}


def test_no_function_changes_before_the_schema_did(template: dict[str, Any]) -> None:
    for name, item in resources(template, "AWS::Serverless::Function").items():
        assert (item.get("DependsOn") == "Migration") is (name != "MigrateFunction"), name


def test_the_migration_waits_for_nothing_that_waits_for_it(template: dict[str, Any]) -> None:
    """Of the functions, it and what it needs know its own alone."""
    others = set(functions(template)) - {"MigrateFunction"}
    reached, ahead = set[str](), {"Migration"}
    while ahead:
        name = ahead.pop().partition(".")[0]
        if name in reached or name not in template["Resources"]:
            continue
        reached.add(name)
        item = template["Resources"][name]
        ahead |= {str(reference) for reference in found(item, "Ref")}
        ahead |= {str(reference[0]) for reference in found(item, "Fn::GetAtt")}
        ahead |= {str(item.get("DependsOn", ""))}
    assert "MigrateFunction" in reached
    assert not others & reached


def test_it_is_not_begun_again_behind_cloudformations_back(template: dict[str, Any]) -> None:
    function = functions(template)["MigrateFunction"]
    assert function["EventInvokeConfig"]["MaximumRetryAttempts"] == 0
    assert function["DeploymentPreference"]["Enabled"] is False
