"""The bucket: whose it is, how long it keeps what, and who is told."""

from typing import Any

import pytest
from template.cloudformation import ROOT, TEMPLATE, load, resources
from template.deployment import KINDS, Deployment

from todo.files import EXPORTS_KEPT, UPLOADS_KEPT


@pytest.fixture(scope="module")
def bucket() -> dict[str, Any]:
    (item,) = resources(load(TEMPLATE), "AWS::S3::Bucket").values()
    return dict(item)


def statements(policy: str, kind: str = "aurora") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = Deployment(KINDS[kind]).resources[policy]["Properties"]["PolicyDocument"]["Statement"]
    return found


def test_nobody_else_sees_it(bucket: dict[str, Any]) -> None:
    blocked = bucket["Properties"]["PublicAccessBlockConfiguration"]
    assert len(blocked) == 4
    assert all(blocked.values())
    assert bucket["Properties"]["OwnershipControls"]["Rules"] == [{"ObjectOwnership": "BucketOwnerEnforced"}]
    (encrypted,) = bucket["Properties"]["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert encrypted == {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}


def test_it_is_asked_over_tls_alone() -> None:
    (statement,) = statements("FilesBucketPolicy")
    assert (statement["Effect"], statement["Principal"], statement["Action"]) == ("Deny", "*", "s3:*")
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert statement["Resource"] == [
        {"Fn::GetAtt": ["FilesBucket", "Arn"]},
        {"Fn::Sub": "${FilesBucket.Arn}/*"},
    ]


def test_it_keeps_files_as_long_as_the_server_does_and_nothing_unfinished(bucket: dict[str, Any]) -> None:
    rules = {rule["Id"]: rule for rule in bucket["Properties"]["LifecycleConfiguration"]["Rules"]}
    assert all(rule["Status"] == "Enabled" for rule in rules.values())
    kept = {rule["Prefix"]: rule["ExpirationInDays"] for rule in rules.values() if "Prefix" in rule}
    assert kept == {"uploads/": UPLOADS_KEPT.days, "exports/": EXPORTS_KEPT.days}
    assert rules["unfinished"]["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 1}
    assert "VersioningConfiguration" not in bucket["Properties"]


def test_the_page_may_send_to_it_and_fetch_from_it(bucket: dict[str, Any]) -> None:
    (rule,) = bucket["Properties"]["CorsConfiguration"]["CorsRules"]
    assert rule["AllowedMethods"] == ["POST", "GET"]
    assert rule["AllowedOrigins"] == ["*"]


def test_the_queue_is_told_of_what_is_brought_and_of_nothing_else(bucket: dict[str, Any]) -> None:
    (told,) = bucket["Properties"]["NotificationConfiguration"]["QueueConfigurations"]
    assert told["Event"] == "s3:ObjectCreated:*"
    assert told["Filter"] == {"S3Key": {"Rules": [{"Name": "prefix", "Value": "uploads/"}]}}
    assert told["Queue"] == {"Fn::GetAtt": ["Queue", "Arn"]}
    assert bucket["DependsOn"] == "QueuePolicy"


def test_s3_may_write_to_the_queue_for_this_account_alone() -> None:
    s3, mail = statements("QueuePolicy", "aurora")
    assert (s3["Principal"], s3["Action"]) == ({"Service": "s3.amazonaws.com"}, "sqs:SendMessage")
    assert s3["Resource"] == mail["Resource"] == {"Fn::GetAtt": ["Queue", "Arn"]}
    # The bucket is made after the policy, so its name is not in it.
    assert s3["Condition"] == {
        "ArnLike": {"aws:SourceArn": {"Fn::Sub": "arn:${AWS::Partition}:s3:::*"}},
        "StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}},
    }
    assert mail["Condition"] == {"ArnEquals": {"aws:SourceArn": {"Fn::GetAtt": ["Mail", "Outputs.RuleArn"]}}}
    assert len(statements("QueuePolicy", "aurora-direct")) == 1


def test_a_queue_has_one_policy() -> None:
    """The second one that is made would take the place of the first."""
    (own,) = resources(load(TEMPLATE), "AWS::SQS::QueuePolicy").values()
    assert own["Properties"]["Queues"] == [{"Ref": "Queue"}]
    (of_mail,) = resources(load(ROOT / "infra" / "mail.yaml"), "AWS::SQS::QueuePolicy").values()
    assert of_mail["Properties"]["Queues"] == [{"Ref": "FailedEventsUrl"}]


@pytest.mark.parametrize(
    ("role", "prefixes"), [("HttpFunctionRole", "uploads/*"), ("WorkerFunctionRole", ["uploads/*", "exports/*"])]
)
def test_a_role_lists_by_prefix_alone(role: str, prefixes: object) -> None:
    policies = {
        policy["PolicyName"]: policy["PolicyDocument"]["Statement"]
        for policy in Deployment(KINDS["aurora"]).resources[role]["Properties"]["Policies"]
    }
    (listing,) = [each for each in policies["files"] if each["Action"] == "s3:ListBucket"]
    assert listing["Condition"] == {"StringLike": {"s3:prefix": prefixes}}
