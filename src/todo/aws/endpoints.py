"""Where AWS is asked: Regions, the names of their hosts, and URLs that replace them."""

import re
from collections.abc import Mapping
from urllib.parse import SplitResult, urlsplit

from todo.aws.errors import AwsError

REGION = r"[a-z]{2,5}(?:-[a-z]+)+-[0-9]{1,2}"

# How hosts are named that have IPv4 addresses only, and those that have both kinds.
_DNS_SUFFIXES = ("amazonaws.com", "api.aws")
# The same where the partition is neither the public one nor GovCloud.
_OTHER_DNS_SUFFIXES = {
    "cn-": ("amazonaws.com.cn", "api.amazonwebservices.com.cn"),
    "eusc-": ("amazonaws.eu", "api.amazonwebservices.eu"),
    "us-iso-": ("c2s.ic.gov", "api.aws.ic.gov"),
    "us-isob-": ("sc2s.sgov.gov", "api.aws.scloud"),
    "us-isof-": ("csp.hci.ic.gov", "api.aws.hci.ic.gov"),
    "eu-isoe-": ("cloud.adc-e.uk", "api.cloud-aws.adc-e.uk"),
}
# Where Secrets Manager has a host of its own for both kinds of addresses; elsewhere its usual one has them.
# https://docs.aws.amazon.com/secretsmanager/latest/userguide/ip-access.html
_TWO_HOSTS_FOR_SECRETS = ("eusc-", "us-iso", "eu-isoe-")


def region_from(environ: Mapping[str, str]) -> str | None:
    """The Region in AWS_REGION, which Lambda sets, else in AWS_DEFAULT_REGION; None where neither says."""
    return environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION") or None


def endpoint_from(environ: Mapping[str, str], service: str) -> str | None:
    """The URL that replaces a service's own: AWS_ENDPOINT_URL_<service>, else AWS_ENDPOINT_URL, else None.

    `service` is written as in the variable: `SECRETS_MANAGER`. Both are passed over where
    AWS_IGNORE_CONFIGURED_ENDPOINT_URLS is `true`.
    https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
    """
    if environ.get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "").lower() == "true":
        return None
    return environ.get(f"AWS_ENDPOINT_URL_{service}") or environ.get("AWS_ENDPOINT_URL") or None


def wants_dual_stack(environ: Mapping[str, str]) -> bool:
    """Whether AWS_USE_DUALSTACK_ENDPOINT asks for hosts that have IPv6 addresses, too.

    A network without NAT reaches no others. https://docs.aws.amazon.com/sdkref/latest/guide/feature-endpoints.html
    """
    return environ.get("AWS_USE_DUALSTACK_ENDPOINT", "").lower() == "true"


def regional_endpoint(service: str, region: str, *, dual_stack: bool) -> str:
    """The URL of a service in a Region. `service` is written as in the host's name: `secretsmanager`."""
    if service == "secretsmanager" and not region.startswith(_TWO_HOSTS_FOR_SECRETS):
        dual_stack = False
    return f"https://{service}.{region}.{dns_suffix(region, dual_stack=dual_stack)}"


def is_region(text: str) -> bool:
    """Whether it has the form of a Region's name; whether there is such a Region is not known here."""
    return re.fullmatch(REGION, text) is not None


def dns_suffix(region: str, *, dual_stack: bool = False) -> str:
    """How the names of the Region's hosts end, without the dot before it."""
    found = (suffixes for start, suffixes in _OTHER_DNS_SUFFIXES.items() if region.startswith(start))
    return next(found, _DNS_SUFFIXES)[dual_stack]


def find_url(text: str) -> SplitResult | None:
    """The parts of an http or https URL, with a path, since what is signed must be what is sent.

    None where it is no such URL, or holds a user, a fragment, a space or a non-ASCII character.
    """
    try:
        url = urlsplit(text)
        usable = url.scheme in {"http", "https"} and url.hostname and url.port != 0
    except ValueError:
        return None
    if not usable or url.fragment or "@" in url.netloc or not re.fullmatch(r"[!-~]+", text):
        return None
    return url._replace(path=url.path or "/")


def get_endpoint(text: str) -> SplitResult:
    """The parts of the URL of a service. Raises AwsError where it cannot be asked."""
    url = find_url(text)
    if url is None or url.query:
        raise AwsError("The AWS endpoint is not a URL such as https://secretsmanager.eu-west-1.amazonaws.com")
    return url
