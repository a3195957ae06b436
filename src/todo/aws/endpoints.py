"""Where AWS is asked: Regions, the names of their hosts, and URLs that replace them."""

import re
from collections.abc import Mapping
from urllib.parse import SplitResult, urlsplit

REGION = r"[a-z]{2,5}(?:-[a-z]+)+-[0-9]{1,2}"

# Where the partition is not the public one, whose suffix is amazonaws.com.
_DNS_SUFFIXES = {
    "cn-": "amazonaws.com.cn",
    "eusc-": "amazonaws.eu",
    "us-iso-": "c2s.ic.gov",
    "us-isob-": "sc2s.sgov.gov",
    "us-isof-": "csp.hci.ic.gov",
    "eu-isoe-": "cloud.adc-e.uk",
}


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


def is_region(text: str) -> bool:
    """Whether it has the form of a Region's name; whether there is such a Region is not known here."""
    return re.fullmatch(REGION, text) is not None


def dns_suffix(region: str) -> str:
    """How the names of the Region's hosts end, without the dot before it."""
    suffixes = (suffix for start, suffix in _DNS_SUFFIXES.items() if region.startswith(start))
    return next(suffixes, "amazonaws.com")


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
