"""The certificate authorities that ship with the service, for databases of Amazon."""

import ssl
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from typing import Any

import pytest

FILE = files("todo.aws").joinpath("amazon-roots.pem")

# Regions of the public partition in which Aurora PostgreSQL Serverless v2 is offered, and whose roots are known.
REGIONS = (
    *("af-south-1", "ap-east-1", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-south-2"),
    *("ap-southeast-1", "ap-southeast-2", "ap-southeast-3", "ap-southeast-4", "ap-southeast-5", "ca-central-1"),
    *("ca-west-1", "eu-central-1", "eu-central-2", "eu-north-1", "eu-south-1", "eu-south-2", "eu-west-1"),
    *("eu-west-2", "eu-west-3", "il-central-1", "me-central-1", "me-south-1", "sa-east-1", "us-east-1", "us-east-2"),
    *("us-west-1", "us-west-2"),
)
CERTIFICATE_MANAGER = {f"Amazon Root CA {number}" for number in (1, 2, 3, 4)} | {
    "Starfield Services Root Certificate Authority - G2"
}


@pytest.fixture(scope="module")
def roots() -> list[dict[str, Any]]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=FILE.read_text())
    return context.get_ca_certs()


def name(part: Any) -> str:
    return str(dict(pair for group in part for pair in group)["commonName"])


def test_every_region_has_the_roots_of_its_databases_and_there_is_nothing_else(roots: list[dict[str, Any]]) -> None:
    kinds = ("RSA2048", "RSA4096", "ECC384")
    databases = {f"Amazon RDS {region} Root CA {kind} G1" for region in REGIONS for kind in kinds}
    assert {name(root["subject"]) for root in roots} == databases | CERTIFICATE_MANAGER
    assert len(roots) == len(databases | CERTIFICATE_MANAGER)


def test_they_are_roots_and_hold_for_five_years_yet(roots: list[dict[str, Any]]) -> None:
    for root in roots:
        assert root["subject"] == root["issuer"]
        end = datetime.fromtimestamp(ssl.cert_time_to_seconds(root["notAfter"]), UTC)
        assert end - datetime.now(UTC) > timedelta(days=5 * 365), name(root["subject"])


def test_each_is_named_above_it(roots: list[dict[str, Any]]) -> None:
    for root in roots:
        assert f"# {name(root['subject'])}\n-----BEGIN" in FILE.read_text()
