"""Objects in a bucket of Amazon S3.

Keys hold nothing but letters, digits and `/ . _ -`.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Self
from urllib.parse import quote

from todo.aws.credentials import Credentials
from todo.aws.endpoints import dns_suffix, find_url, get_endpoint, is_region
from todo.aws.errors import AwsError
from todo.aws.exchange import Failure, Reply, exchange, is_transient
from todo.aws.refusals import COMMON_ADVICE, RENEW, WAIT, as_error_code
from todo.aws.signature import presigned_form, presigned_url, signed_headers

# Not compiled here, since the first call pays for it, and a start without one does not.
_NAME = r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]"
_KEY = r"[A-Za-z0-9_-][A-Za-z0-9/._-]*"
_OBJECT = rb"<Contents>.*?<Key>([^<]*)</Key>.*?<Size>(\d+)</Size>.*?</Contents>"
_NEXT = rb"<NextContinuationToken>([^<]+)</NextContinuationToken>"

_ADVICE = COMMON_ADVICE | {
    "AccessDenied": "allow the function's role s3:PutObject and s3:ListBucket on it",
    "ExpiredToken": RENEW,
    "InternalError": WAIT,
    "InvalidAccessKeyId": RENEW,
    "InvalidToken": RENEW,
    "NoSuchBucket": "check the bucket's name and Region",
    "PermanentRedirect": "check the bucket's Region",
    "RequestTimeTooSkewed": RENEW,
    "RequestTimeout": WAIT,
    "SignatureDoesNotMatch": RENEW,
    "SlowDown": WAIT,
}


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket and its URL, which ends with a slash."""

    name: str
    region: str
    url: str

    @classmethod
    def of(cls, name: str, region: str | None, *, endpoint: str | None = None, dual_stack: bool = False) -> Self:
        """The bucket of that name. `endpoint` is asked instead of the bucket's own host (`endpoint_from`).

        Raises AwsError where the name or the Region cannot be one.
        """
        if not re.fullmatch(_NAME, name):
            raise AwsError(f"{name[:70]!r} is not the name of a bucket of S3 (one with dots cannot be asked over TLS).")
        if region is None or not is_region(region):
            raise AwsError(f"No Region for the bucket {name}: set AWS_REGION.")
        if endpoint:
            return cls(name, region, f"{get_endpoint(endpoint).geturl().rstrip('/')}/{name}/")
        stack = "s3.dualstack" if dual_stack else "s3"
        return cls(name, region, f"https://{name}.{stack}.{region}.{dns_suffix(region)}/")


class Listed(NamedTuple):
    """An object of a bucket; `size` is in bytes."""

    key: str
    size: int


def presigned_upload(
    bucket: Bucket, prefix: str, most_bytes: int, credentials: Credentials, *, now: datetime, expires: int
) -> dict[str, str]:
    """The fields, but for `key`, with which a browser may POST objects whose keys begin with `prefix` to `bucket.url`.

    Each may have `most_bytes`. The form may hold nothing else but the file, as its last part.
    """
    conditions: list[object] = [
        ["content-length-range", 0, most_bytes],
        {"bucket": bucket.name},
        ["starts-with", "$key", prefix],
    ]
    return presigned_form(conditions, credentials=credentials, region=bucket.region, now=now, expires=expires)


def presigned_download(
    bucket: Bucket, key: str, disposition: str, credentials: Credentials, *, now: datetime, expires: int
) -> str:
    """A URL of an object, which a browser keeps as `disposition` says (a Content-Disposition)."""
    return presigned_url(
        "GET",
        f"{_url_of(bucket, key)}?response-content-disposition={quote(disposition, safe='')}",
        credentials=credentials,
        region=bucket.region,
        service="s3",
        now=now,
        expires=expires,
    )


def put_object(
    bucket: Bucket, key: str, body: bytes, credentials: Credentials, *, now: datetime, timeout: float = 5.0
) -> None:
    """Write an object whole, once more after a moment's trouble. `timeout` is for each request. Raises AwsError."""
    _ask(bucket, "PUT", _url_of(bucket, key), body, credentials, now=now, timeout=timeout)


def list_objects(
    bucket: Bucket, prefix: str, credentials: Credentials, *, now: datetime, timeout: float = 5.0
) -> list[Listed]:
    """The objects whose keys begin with `prefix`, in the order of their keys. Raises AwsError, as `put_object` does.

    https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
    """
    found: list[Listed] = []
    token: str | None = None
    while True:
        # A query's names are in order here, as they are signed.
        go_on = f"continuation-token={quote(token, safe='')}&" if token else ""
        url = f"{bucket.url}?{go_on}list-type=2&prefix={quote(prefix, safe='')}"
        body = _ask(bucket, "GET", url, b"", credentials, now=now, timeout=timeout).body
        if b"<ListBucketResult" not in body:
            raise AwsError(f"What listed the bucket {bucket.name} is not S3; check the endpoint.", transient=True)
        found += [Listed(key.decode(), int(size)) for key, size in re.findall(_OBJECT, body, re.DOTALL)]
        more = re.search(_NEXT, body)
        if more is None:
            return found
        token = more[1].decode()


def _url_of(bucket: Bucket, key: str) -> str:
    if not re.fullmatch(_KEY, key) or "//" in key or "/." in key:
        raise ValueError("a key that would have to be encoded")
    return bucket.url + key


def _ask(
    bucket: Bucket, method: str, url: str, body: bytes, credentials: Credentials, *, now: datetime, timeout: float
) -> Reply:
    parts = find_url(url)
    if parts is None:
        raise AwsError(f"The bucket {bucket.name} has no URL that can be asked.")
    headers = signed_headers(
        method,
        url,
        headers={},
        body=body,
        credentials=credentials,
        region=bucket.region,
        service="s3",
        now=now,
    )
    for last in (False, True):
        outcome = exchange(method, parts, headers, body or None, timeout=timeout)
        if isinstance(outcome, Reply) and outcome.status == 200:
            return outcome
        refusal = _refusal(bucket, method, parts.netloc, outcome)
        if last or not refusal.transient:
            break
    raise refusal


def _refusal(bucket: Bucket, method: str, host: str, outcome: Reply | Failure) -> AwsError:
    done = "take an object for" if method == "PUT" else "list"
    if isinstance(outcome, Failure):
        code, reason, transient = None, outcome.reason, outcome.transient
        advice = "check that the network reaches it (in a VPC: through a gateway endpoint, which costs nothing)"
    else:
        found = re.search(rb"<Code>([^<]+)</Code>", outcome.body)
        code = as_error_code(found[1].decode(errors="replace")) if found else None
        transient = is_transient(outcome.status) or _ADVICE.get(code or "") == WAIT
        reason = f"{code or 'no error code'} (HTTP {outcome.status})"
        advice = _ADVICE.get(code or "", WAIT if transient else "see the errors of Amazon S3")
    return AwsError(
        f"S3 at {host} did not {done} the bucket {bucket.name}: {reason}; {advice}.", code=code, transient=transient
    )
