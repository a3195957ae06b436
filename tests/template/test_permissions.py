"""Each function may do what it does, and nothing else."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from template.calls import (
    ALWAYS,
    BY_LAMBDA,
    CALLS,
    EXTERNAL,
    FAILED_EVENTS,
    IAM,
    MAIL,
    OWN,
    S3_ENDPOINT,
    SLEEPS,
    VPC,
)
from template.cloudformation import NESTED, TEMPLATE, found, functions, load, resources, values
from template.deployment import KINDS, Deployment

FUNCTIONS = sorted(functions(load(TEMPLATE)))

# The keys of files have no names before they are there; each is below the import or export that it is of.
FILES = ("${FilesBucket.Arn}/uploads/*", "${FilesBucket.Arn}/exports/*")

# What is true of each kind of deployment, in the words of the table.
FACTS = {
    "aurora": {ALWAYS, OWN, IAM, MAIL, VPC},
    "aurora-direct": {ALWAYS, OWN, IAM, SLEEPS, VPC},
    "a URL": {ALWAYS, EXTERNAL, SLEEPS, MAIL},
    "a URL that is always awake": {ALWAYS, EXTERNAL},
    "a secret in a VPC": {ALWAYS, EXTERNAL, SLEEPS, VPC},
    "a user of IAM": {ALWAYS, EXTERNAL, IAM, SLEEPS},
}


def statements(deployment: Deployment, role: str) -> Iterator[dict[str, Any]]:
    """What a role is allowed: inline, in policies of the stack, and in policies that name the role."""
    there = deployment.resources
    documents = [policy["PolicyDocument"] for policy in there[role]["Properties"].get("Policies", [])]
    managed = there[role]["Properties"].get("ManagedPolicyArns", [])
    documents += [there[policy["Ref"]]["Properties"]["PolicyDocument"] for policy in managed]
    documents += [
        item["Properties"]["PolicyDocument"]
        for item in there.values()
        if item["Type"] == "AWS::IAM::RolePolicy" and item["Properties"]["RoleName"] == {"Ref": role}
    ]
    for document in documents:
        yield from (statement for statement in document["Statement"] if statement["Effect"] == "Allow")


def actions(statement: dict[str, Any]) -> list[str]:
    named = statement["Action"]
    return [named] if isinstance(named, str) else list(named)


def role_of(function: str) -> str:
    return str(functions(load(TEMPLATE))[function]["Role"]["Fn::GetAtt"][0])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_role_allows_what_its_function_calls_and_nothing_else(function: str, kind: str) -> None:
    facts = FACTS[kind]
    called = {
        call.action
        for call in CALLS
        if call.function == function and call.path != S3_ENDPOINT and set(call.when.split(", ")) <= facts
    }
    called |= {action for action, when in BY_LAMBDA.items() if when in facts}
    called |= {FAILED_EVENTS[function]} if function in FAILED_EVENTS else set()
    allowed = {action for group in statements(Deployment(KINDS[kind]), role_of(function)) for action in actions(group)}
    assert allowed == called


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_role_may_touch_is_there(kind: str) -> None:
    """No statement about a resource that this kind of deployment does not have, or about an empty parameter."""
    deployment = Deployment(KINDS[kind])
    there = set(deployment.resources)
    for function in FUNCTIONS:
        for statement in statements(deployment, role_of(function)):
            assert statement["Resource"]
            for reference in found(statement["Resource"], "Fn::GetAtt"):
                assert reference[0] in there
            for reference in found(statement["Resource"], "Ref"):
                assert reference.partition(".")[0] in there


@pytest.mark.parametrize("path", [TEMPLATE, *NESTED], ids=lambda path: path.name)
def test_no_policy_speaks_of_any_action_or_resource(path: Path) -> None:
    template = load(path)
    for one in (one for group in found(template, "Statement") for one in group):
        statement = one["Fn::If"][1] if "Fn::If" in one else one
        assert "NotAction" not in statement
        assert "NotResource" not in statement
        if statement["Effect"] == "Deny" and statement.get("Principal") == "*":
            continue  # the bucket's, to anybody who comes without TLS
        assert "*" not in "".join(actions(statement))
        if all(action.startswith("ec2:") for action in actions(statement)):
            continue  # Lambda's, whose resources have no ARN before they exist: looked at below
        if statement.get("Principal") == "*":
            assert path.name == "network.yaml"  # the endpoint's own policy, about one kind of bucket
            continue
        if actions(statement) == ["execute-api:ManageConnections"]:
            continue  # of one stage, whose connections have no names before they are there: looked at below
        for key in ("Resource", "Principal"):
            named = [value for value in values(statement.get(key)) if value not in FILES]
            assert not [value for value in named if "*" in str(value)], statement


def test_only_those_who_send_to_connections_may_and_only_to_those_of_the_one_stage() -> None:
    stage = "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${WebSocketApi}/live"
    deployment = Deployment(KINDS["aurora-direct"])
    sending = {
        function: statement["Resource"]
        for function in FUNCTIONS
        for statement in statements(deployment, role_of(function))
        if "execute-api:ManageConnections" in actions(statement)
    }
    assert set(sending) == {"WebSocketFunction", "WorkerFunction"}
    for allowed in sending.values():
        assert allowed == [{"Fn::Sub": f"{stage}/{method}/@connections/*"} for method in ("POST", "DELETE")]


def test_a_functions_code_makes_no_network_interface() -> None:
    policy = load(TEMPLATE)["Resources"]["NetworkInterfaces"]["Properties"]["PolicyDocument"]
    allowed, denied = policy["Statement"]
    assert (allowed["Effect"], denied["Effect"]) == ("Allow", "Deny")
    assert allowed["Action"] == denied["Action"]
    # The key is there when a function's code calls, and absent when Lambda does.
    assert denied["Condition"] == {"Null": {"lambda:SourceFunctionArn": "false"}}


def test_a_role_belongs_to_one_function() -> None:
    template = load(TEMPLATE)
    roles = [role_of(function) for function in FUNCTIONS]
    assert sorted({*roles, "SchedulerRole", "ApiGatewayLogRole"}) == sorted(resources(template, "AWS::IAM::Role"))
    assert len(set(roles)) == len(roles)


def test_a_mail_is_sent_as_one_identity_and_a_secret_read_is_one() -> None:
    for kind, parameters in KINDS.items():
        for function in FUNCTIONS:
            for statement in statements(Deployment(parameters), role_of(function)):
                if "ses:SendEmail" in actions(statement):
                    identity, configuration_set = statement["Resource"]
                    assert identity == parameters["MailIdentityArn"]
                    assert {"Fn::GetAtt": ["Mail", "Outputs.ConfigurationSet"]} in configuration_set["Fn::Sub"][
                        1
                    ].values()
                if "secretsmanager:GetSecretValue" in actions(statement):
                    assert statement["Resource"] in (
                        {"Ref": "DatabaseUrlSecret"},
                        {"Fn::GetAtt": ["DatabaseStack", "Outputs.MasterSecretArn"]},
                        parameters.get("DatabaseSecretArn"),
                    ), kind
                if "rds-db:connect" in actions(statement):
                    assert statement["Resource"] in (
                        {"Fn::GetAtt": ["DatabaseStack", "Outputs.UserArn"]},
                        parameters.get("DatabaseUserArn"),
                    ), kind


def test_a_role_is_passed_to_the_scheduler_alone() -> None:
    deployment = Deployment(KINDS["aurora-direct"])
    passing = [
        statement
        for function in FUNCTIONS
        for statement in statements(deployment, role_of(function))
        if "iam:PassRole" in actions(statement)
    ]
    assert len(passing) == 2
    for statement in passing:
        assert statement["Resource"] == {"Fn::GetAtt": ["SchedulerRole", "Arn"]}
        assert statement["Condition"] == {"StringEquals": {"iam:PassedToService": "scheduler.amazonaws.com"}}


def test_only_aws_takes_a_role_and_only_for_this_account() -> None:
    for path in (TEMPLATE, *NESTED):
        for name, role in resources(load(path), "AWS::IAM::Role").items():
            (trust,) = role["Properties"]["AssumeRolePolicyDocument"]["Statement"]
            assert trust["Principal"]["Service"].endswith(".amazonaws.com")
            if trust["Principal"]["Service"] in ("scheduler.amazonaws.com", "rds.amazonaws.com"):
                assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}, name
