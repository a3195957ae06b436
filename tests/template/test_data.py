"""What holds data: it is encrypted, backed up, and not lost by mistake."""

from typing import Any

import pytest
from template.cloudformation import NESTED, ROOT, TEMPLATE, load, resources
from template.deployment import KINDS, Deployment

# What would be lost with the data in it, or costs money when it is forgotten.
STATEFUL = {
    "AWS::CloudFormation::CustomResource",
    "AWS::CloudFormation::Stack",
    "AWS::Logs::LogGroup",
    "AWS::RDS::DBCluster",
    "AWS::S3::Bucket",
    "AWS::RDS::DBInstance",
    "AWS::SecretsManager::Secret",
    "AWS::SQS::Queue",
}


@pytest.fixture(scope="module")
def database() -> dict[str, Any]:
    return load(ROOT / "infra" / "database.yaml")


@pytest.fixture(scope="module")
def cluster(database: dict[str, Any]) -> dict[str, Any]:
    (item,) = resources(database, "AWS::RDS::DBCluster").values()
    return dict(item)


@pytest.mark.parametrize("path", [TEMPLATE, *NESTED], ids=lambda path: path.name)
def test_what_holds_something_says_what_becomes_of_it(path: Any) -> None:
    for name, item in load(path)["Resources"].items():
        if item["Type"] in STATEFUL:
            assert {"DeletionPolicy", "UpdateReplacePolicy"} <= set(item), name


def test_the_cluster_leaves_a_snapshot_and_refuses_to_go_while_it_is_protected(cluster: dict[str, Any]) -> None:
    assert cluster["DeletionPolicy"] == cluster["UpdateReplacePolicy"] == "Snapshot"
    assert cluster["Properties"]["DeletionProtection"] == {"Ref": "DeletionProtection"}
    assert load(TEMPLATE)["Parameters"]["DatabaseDeletionProtection"]["Default"] == "true"


def test_the_cluster_can_be_restored_to_any_second_of_a_week(cluster: dict[str, Any]) -> None:
    assert cluster["Properties"]["BackupRetentionPeriod"] == {"Ref": "BackupRetentionDays"}
    days = load(TEMPLATE)["Parameters"]["BackupRetentionDays"]
    assert days["MinValue"] >= 7
    assert days["Default"] >= days["MinValue"]


def test_the_cluster_is_encrypted_at_rest_and_on_the_wire(database: dict[str, Any], cluster: dict[str, Any]) -> None:
    assert cluster["Properties"]["StorageEncrypted"] is True
    assert database["Resources"]["ParameterGroup"]["Properties"]["Parameters"]["rds.force_ssl"] == "1"
    assert database["Resources"]["DatabaseProxy"]["Properties"]["RequireTLS"] is True


def test_no_password_is_typed_and_the_service_has_none(database: dict[str, Any], cluster: dict[str, Any]) -> None:
    assert cluster["Properties"]["ManageMasterUserPassword"] is True
    assert "MasterUserPassword" not in cluster["Properties"]
    assert cluster["Properties"]["EnableIAMDatabaseAuthentication"] is True
    proxy = database["Resources"]["DatabaseProxy"]["Properties"]
    assert proxy["DefaultAuthScheme"] == "IAM_AUTH"
    assert "Auth" not in proxy
    assert not resources(database, "AWS::SecretsManager::Secret")


@pytest.mark.parametrize(("kind", "least", "pause"), [("aurora", 0.5, None), ("aurora-direct", 0, 300)])
def test_a_cluster_without_a_proxy_pauses(database: dict[str, Any], kind: str, least: float, pause: int | None) -> None:
    stack = Deployment(KINDS[kind]).resources["DatabaseStack"]["Properties"]["Parameters"]
    given = {name: str(value) for name, value in stack.items() if not isinstance(value, dict)}
    nested = Deployment(given, database).resources
    scaling = nested["Cluster"]["Properties"]["ServerlessV2ScalingConfiguration"]
    assert scaling["MinCapacity"] == least
    assert scaling.get("SecondsUntilAutoPause") == pause
    assert ("DatabaseProxy" in nested) is (kind == "aurora")


def test_the_authority_of_the_cluster_is_one_that_ships(database: dict[str, Any]) -> None:
    assert database["Resources"]["Writer"]["Properties"]["CACertificateIdentifier"] == "rds-ca-rsa2048-g1"
    assert "Root CA RSA2048 G1" in (ROOT / "src" / "todo" / "aws" / "amazon-roots.pem").read_text()
