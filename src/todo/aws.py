"""The calls to AWS that the HTTP function makes, signed with the standard library.

Importing boto3 costs each new environment 0.6-0.8 s; one signed POST needs none of it.

Nothing here logs, reads the process's environment or asks for the date: credentials, endpoint and time are
arguments.
"""

import hashlib
import hmac
import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import Any, Self
from urllib.parse import SplitResult, quote, urlsplit

_ALGORITHM = "AWS4-HMAC-SHA256"

# A secret holds at most 65,536 bytes, and JSON writes a byte with at most six: `\u0000`.
# https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html
_LARGEST_REPLY = 512 * 1024

_ARN = re.compile(r"arn:aws[a-z-]*:secretsmanager:([a-z0-9-]+):[0-9]{12}:secret:[A-Za-z0-9/_+=.@!-]{1,519}")
_NAME = re.compile(r"[A-Za-z0-9/_+=.@!-]{1,512}")
_REGION = re.compile(r"[a-z]{2,5}(-[a-z]+)+-[0-9]{1,2}")
_ERROR_CODE = re.compile(r"[A-Za-z][A-Za-z0-9.]{0,63}")

# Where the partition is not the public one, whose suffix is amazonaws.com.
_DNS_SUFFIXES = {
    "cn-": "amazonaws.com.cn",
    "eusc-": "amazonaws.eu",
    "us-iso-": "c2s.ic.gov",
    "us-isob-": "sc2s.sgov.gov",
    "us-isof-": "csp.hci.ic.gov",
    "eu-isoe-": "cloud.adc-e.uk",
}

_GRANT = "allow the function's role secretsmanager:GetSecretValue on it (and kms:Decrypt on a key of its own)"
_RENEW = "the credentials are not valid (any more): check the role, and that the clock is right"
_WAIT = "try again in a moment"
_ADVICE = {
    "AccessDeniedException": _GRANT,
    "DecryptionFailure": "allow the function's role kms:Decrypt on the secret's key; the key must be enabled",
    "ExpiredTokenException": _RENEW,
    "IncompleteSignature": _RENEW,
    "InternalServiceError": _WAIT,
    "InvalidRequestException": "check that the secret is not scheduled for deletion and that it has a value",
    "InvalidSignatureException": _RENEW,
    "MissingAuthenticationTokenException": _RENEW,
    "ResourceNotFoundException": "check the ARN, its Region, and that the secret has a value",
    "ServiceUnavailable": _WAIT,
    "ThrottlingException": _WAIT,
    "UnrecognizedClientException": _RENEW,
}


class AwsError(Exception):
    """AWS could not be asked, or refused.

    The message is for the operator: which secret, which AWS error code, what to do. It never holds a
    secret's content, a credential, or AWS's own text, which repeats the session token where a signature does
    not match.

    `code` is AWS's error code, None where none was received. `transient` says that the same call may succeed
    in a moment: no connection, no answer in time, throttled, or a fault on AWS's side.
    """

    def __init__(self, message: str, *, code: str | None = None, transient: bool = False) -> None:
        super().__init__(message)
        self.code = code
        self.transient = transient


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who signs. Only the access key id, which travels in clear in every request, appears in a repr."""

    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        # http.client names a header's value when it refuses one: what it would refuse must not get that far.
        for value in (self.access_key_id, self.secret_access_key, self.session_token or "-"):
            if not re.fullmatch(r"[!-~]+", value):
                raise AwsError("The AWS credentials hold a space, a line break or a non-ASCII character.")

    @classmethod
    def from_mapping(cls, environ: Mapping[str, str]) -> Self:
        """What AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN hold; "" counts as unset.

        Lambda sets all three for the function's role, except with SnapStart, where it serves them over HTTP.
        https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html

        Raises `AwsError` naming the variables that are missing.
        """
        needed = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
        missing = [name for name in needed if not environ.get(name)]
        if missing:
            raise AwsError(
                f"No AWS credentials: {' and '.join(missing)} not set. Lambda sets them for the function's "
                "role (not with SnapStart); elsewhere export those of a role that may read the secret."
            )
        key, secret = (environ[name] for name in needed)
        return cls(key, secret, environ.get("AWS_SESSION_TOKEN") or None)


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


def signed_headers(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str],
    body: bytes,
    credentials: Credentials,
    region: str,
    service: str,
    now: datetime,
) -> dict[str, str]:
    """The headers to send, names in lower case: the given ones and those that make the signature.

    The latter are Host, X-Amz-Date, X-Amz-Security-Token and Authorization. `url` is as it will be sent,
    already percent-encoded. Every given header is signed, so one that a proxy may change has no place here.
    `now` carries a zone. This is AWS Signature Version 4 as botocore writes it for all services but S3: the
    path is normalised and encoded once more.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
    """
    if now.tzinfo is None:
        raise ValueError("`now` needs a time zone")
    moment = now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    parts = urlsplit(url)
    sent = {name.lower(): value for name, value in headers.items()}
    sent |= {"host": _host(parts), "x-amz-date": moment}
    if credentials.session_token:
        sent["x-amz-security-token"] = credentials.session_token

    names = ";".join(sorted(sent))
    canonical_request = "\n".join(
        (
            method.upper(),
            quote(_normalised(parts.path), safe="/~"),
            _sorted_query(parts.query),
            *(f"{name}:{' '.join(sent[name].split())}" for name in sorted(sent)),
            "",
            names,
            hashlib.sha256(body).hexdigest(),
        )
    )
    scope = f"{moment[:8]}/{region}/{service}/aws4_request"
    digest = hashlib.sha256(canonical_request.encode()).hexdigest()

    key = f"AWS4{credentials.secret_access_key}".encode()
    for step in scope.split("/"):
        key = hmac.digest(key, step.encode(), "sha256")
    signature = hmac.digest(key, f"{_ALGORITHM}\n{moment}\n{scope}\n{digest}".encode(), "sha256").hex()
    credential = f"{credentials.access_key_id}/{scope}"
    sent["authorization"] = f"{_ALGORITHM} Credential={credential}, SignedHeaders={names}, Signature={signature}"
    return sent


def get_secret_value(
    arn: str,
    credentials: Credentials,
    *,
    now: datetime,
    region: str | None = None,
    endpoint: str | None = None,
    timeout: float = 5.0,
) -> str:
    """The current text of a secret in AWS Secrets Manager.

    `arn` is the secret's ARN, or its name. `region` is for a name; an ARN says its own. `endpoint` is the URL
    to ask instead of the Region's own (`endpoint_from`). `timeout` is in seconds: for connecting, for each
    silence, and for the whole of the reply's body. TLS is verified with the system's roots. Nothing is
    retried or kept.
    https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html

    Raises `AwsError`.
    """
    region = _region_of(arn, region)
    url = _endpoint(endpoint or f"https://secretsmanager.{region}.{_dns_suffix(region)}")
    body = json.dumps({"SecretId": arn}).encode()
    headers = signed_headers(
        "POST",
        url.geturl(),
        headers={
            "Content-Type": "application/x-amz-json-1.1",
            "X-Amz-Target": "secretsmanager.GetSecretValue",
        },
        body=body,
        credentials=credentials,
        region=region,
        service="secretsmanager",
        now=now,
    )
    reply = _post(url, headers, body, timeout)
    if isinstance(reply, _Failure):
        raise AwsError(
            f"Secrets Manager at {url.netloc} did not give the secret {arn}: {reply.reason}. "
            "Check that the network reaches it (in a VPC: through a NAT gateway or a VPC endpoint).",
            transient=reply.transient,
        )
    if reply.status != 200:
        raise _refused(arn, reply)
    return _secret_in(arn, reply)


@dataclass(frozen=True, slots=True)
class _Reply:
    status: int
    content: dict[str, Any] | None = field(repr=False)  # None: not a JSON object


@dataclass(frozen=True, slots=True)
class _Failure:
    reason: str
    transient: bool


def _host(url: SplitResult) -> str:
    name = url.hostname or ""
    host = f"[{name}]" if ":" in name else name
    usual = {"http": 80, "https": 443}.get(url.scheme)
    return host if url.port in {None, usual} else f"{host}:{url.port}"


def _normalised(path: str) -> str:
    """The path without empty, `.` and `..` segments (RFC 3986, section 5.2.4, and no doubled slashes)."""
    kept: list[str] = []
    for segment in path.split("/"):
        if segment == "..":
            del kept[-1:]
        elif segment not in {"", "."}:
            kept.append(segment)
    return "/" + "/".join(kept) + ("/" if kept and path.endswith("/") else "")


def _sorted_query(query: str) -> str:
    pairs = sorted(pair.partition("=")[::2] for pair in query.split("&")) if query else []
    return "&".join(f"{name}={value}" for name, value in pairs)


def _region_of(arn: str, fallback: str | None) -> str:
    in_arn = _ARN.fullmatch(arn)
    if not in_arn and not _NAME.fullmatch(arn):
        # Not repeated: what stands here by mistake may be the password itself, or a URL that holds it.
        raise AwsError(
            "What should name the secret is neither an ARN "
            "(arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME) nor a name of letters, digits and /_+=.@!-"
        )
    region = in_arn[1] if in_arn else fallback
    if region is None:
        raise AwsError(f"No Region for the secret {arn}: give its ARN, or set AWS_REGION.")
    if not _REGION.fullmatch(region):
        raise AwsError(f"{region[:40]!r} is not a Region such as eu-west-1 (for the secret {arn}).")
    return region


def _dns_suffix(region: str) -> str:
    suffixes = (suffix for start, suffix in _DNS_SUFFIXES.items() if region.startswith(start))
    return next(suffixes, "amazonaws.com")


def _endpoint(text: str) -> SplitResult:
    """The endpoint with a path, since what is signed must be what is sent. It holds no query and no user."""
    try:
        url = urlsplit(text)
        usable = url.scheme in {"http", "https"} and url.hostname and url.port != 0
    except ValueError:
        usable = False
    if not usable or url.query or url.fragment or "@" in url.netloc or not re.fullmatch(r"[!-~]+", text):
        raise AwsError("The AWS endpoint is not a URL such as https://secretsmanager.eu-west-1.amazonaws.com")
    return url._replace(path=url.path or "/")


def _post(url: SplitResult, headers: Mapping[str, str], body: bytes, timeout: float) -> _Reply | _Failure:
    """One POST on a connection of its own. Redirects are not followed: they would carry the signature off."""
    connect = HTTPSConnection if url.scheme == "https" else HTTPConnection
    connection = connect(url.hostname or "", url.port, timeout=timeout)
    try:
        connection.request("POST", url.path, body=body, headers={**headers, "connection": "close"})
        with connection.getresponse() as response:
            content = _bounded(response, timeout)
            status = response.status
    except TimeoutError:
        return _Failure(f"no answer in {timeout:g} s", transient=True)
    except OSError as error:
        # Operating system and TLS errors describe the connection only.
        return _Failure(f"{type(error).__name__}: {error}", transient=True)
    except HTTPException as error:
        # These quote what was received, so only the kind is told.
        return _Failure(f"the answer is not HTTP ({type(error).__name__})", transient=True)
    finally:
        connection.close()
    if content is None:
        return _Failure(f"the answer is larger than {_LARGEST_REPLY} bytes", transient=False)
    return _Reply(status, _json_object(content))


def _bounded(response: HTTPResponse, timeout: float) -> bytes | None:
    """The body, None where it is too large. One that trickles in is a time-out like one that never comes."""
    until = time.monotonic() + timeout
    received = bytearray()
    while chunk := response.read1(65_536):
        received += chunk
        if len(received) > _LARGEST_REPLY:
            return None
        if time.monotonic() > until:
            raise TimeoutError
    return bytes(received)


def _json_object(content: bytes) -> dict[str, Any] | None:
    # The error of the JSON reader holds the whole document; it ends here, and is nobody's context.
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _refused(arn: str, reply: _Reply) -> AwsError:
    # `__type` is a code, or `namespace#code`. https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html
    kind = (reply.content or {}).get("__type")
    last = kind.rpartition("#")[2] if isinstance(kind, str) else ""
    code = last if _ERROR_CODE.fullmatch(last) else None
    transient = reply.status >= 500 or reply.status == 429 or _ADVICE.get(code or "") == _WAIT
    advice = _ADVICE.get(code or "", _WAIT if transient else "see the errors of GetSecretValue")
    refusal = f"{code or 'no error code'} (HTTP {reply.status})"
    return AwsError(
        f"Secrets Manager did not give the secret {arn}: {refusal}; {advice}.",
        code=code,
        transient=transient,
    )


def _secret_in(arn: str, reply: _Reply) -> str:
    content = reply.content
    if content is None:
        raise AwsError(
            f"Secrets Manager's answer for the secret {arn} is not a JSON object: check the endpoint.",
            transient=True,
        )
    text = content.get("SecretString")
    if isinstance(text, str):
        return text
    kind = "binary" if "SecretBinary" in content else "no text"
    raise AwsError(f"The secret {arn} is {kind}: store its value as text (SecretString).")
