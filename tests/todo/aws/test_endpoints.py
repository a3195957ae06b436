"""Where AWS is asked follows from the environment, as in AWS's own SDKs."""

from todo.aws import endpoint_from, region_from


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
