"""Where AWS is asked follows from the environment, as in AWS's own SDKs."""

import pytest

from todo.aws import endpoint_from, region_from, wants_dual_stack
from todo.aws.endpoints import regional_endpoint


def test_the_region_is_what_lambda_says_before_what_a_shell_says() -> None:
    assert region_from({"AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "us-east-1"}) == "eu-west-1"
    assert region_from({"AWS_REGION": "", "AWS_DEFAULT_REGION": "us-east-1"}) == "us-east-1"
    assert region_from({}) is None


def test_the_endpoint_of_one_service_goes_before_the_endpoint_of_all() -> None:
    both = {"AWS_ENDPOINT_URL_SECRETS_MANAGER": "http://one:1", "AWS_ENDPOINT_URL": "http://all:1"}
    assert endpoint_from(both, "SECRETS_MANAGER") == "http://one:1"
    assert endpoint_from(both, "SQS") == "http://all:1"
    assert endpoint_from({"AWS_ENDPOINT_URL": ""}, "SQS") is None
    assert endpoint_from(both | {"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "True"}, "SQS") is None


REGIONS = (
    "eu-west-1",
    "us-gov-west-1",
    "cn-north-1",
    "eusc-de-east-1",
    "us-iso-east-1",
    "us-isob-east-1",
    "us-isof-south-1",
    "eu-isoe-west-1",
)


@pytest.mark.parametrize("region", REGIONS)
@pytest.mark.parametrize("service", ["secretsmanager", "sqs"])
@pytest.mark.parametrize("dual_stack", [False, True])
def test_a_regions_endpoints_are_those_that_botocore_resolves(service: str, region: str, dual_stack: bool) -> None:
    rules = pytest.importorskip("botocore.endpoint_provider")
    loader = pytest.importorskip("botocore.session").get_session().get_component("data_loader")
    provider = rules.EndpointProvider(
        loader.load_service_model(service, "endpoint-rule-set-1"), loader.load_data("partitions")
    )
    resolved = provider.resolve_endpoint(Region=region, UseDualStack=dual_stack, UseFIPS=False)
    assert regional_endpoint(service, region, dual_stack=dual_stack) == resolved.url


def test_hosts_with_both_kinds_of_addresses_are_asked_for_as_in_the_sdks() -> None:
    assert wants_dual_stack({"AWS_USE_DUALSTACK_ENDPOINT": "True"})
    assert not wants_dual_stack({"AWS_USE_DUALSTACK_ENDPOINT": ""})
    assert not wants_dual_stack({"AWS_USE_DUALSTACK_ENDPOINT": "1"})
    assert not wants_dual_stack({})
