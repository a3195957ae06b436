"""AWS Signature Version 4, as botocore writes it; for S3 only where the path needs no percent-encoding.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

import hashlib
import hmac
import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import SplitResult, quote, urlsplit, urlunsplit

from todo.aws.credentials import Credentials

_ALGORITHM = "AWS4-HMAC-SHA256"


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

    The latter are Host, X-Amz-Date, X-Amz-Security-Token and Authorization, and for S3 X-Amz-Content-SHA256. `url` is
    as it will be sent, already percent-encoded: the signature normalises its path and encodes it once more. Every given
    header is signed, so one that a proxy may change has no place here. `now` carries a zone.
    """
    moment = _moment(now)
    parts = urlsplit(url)
    sent = {name.lower(): value for name, value in headers.items()}
    sent |= {"host": _host(parts), "x-amz-date": moment}
    if credentials.session_token:
        sent["x-amz-security-token"] = credentials.session_token

    scope = f"{moment[:8]}/{region}/{service}/aws4_request"
    digest = hashlib.sha256(body).hexdigest()
    if service == "s3":
        sent["x-amz-content-sha256"] = digest
    signature = _signature(_canonical_request(method, parts, sent, digest), moment, scope, credentials)
    credential = f"{credentials.access_key_id}/{scope}"
    names = _names(sent)
    sent["authorization"] = f"{_ALGORITHM} Credential={credential}, SignedHeaders={names}, Signature={signature}"
    return sent


def presigned_url(
    method: str,
    url: str,
    *,
    credentials: Credentials,
    region: str,
    service: str,
    now: datetime,
    expires: int,
) -> str:
    """The URL with a signature in its query, for a request without a body and with no header but Host.

    `url` is as it will be sent, already percent-encoded. `now` carries a zone; `expires` is in seconds from then.
    """
    moment = _moment(now)
    parts = urlsplit(url)
    sent = {"host": _host(parts)}
    scope = f"{moment[:8]}/{region}/{service}/aws4_request"
    added = {
        "X-Amz-Algorithm": _ALGORITHM,
        "X-Amz-Credential": f"{credentials.access_key_id}/{scope}",
        "X-Amz-Date": moment,
        "X-Amz-Expires": str(expires),
        "X-Amz-SignedHeaders": _names(sent),
    }
    if credentials.session_token:
        added["X-Amz-Security-Token"] = credentials.session_token
    pairs = [f"{name}={quote(value, safe='')}" for name, value in added.items()]
    parts = parts._replace(query="&".join([parts.query, *pairs] if parts.query else pairs))
    # Who signs an address for S3 does not know what will be sent to it.
    digest = "UNSIGNED-PAYLOAD" if service == "s3" else hashlib.sha256(b"").hexdigest()
    signature = _signature(_canonical_request(method, parts, sent, digest), moment, scope, credentials)
    return f"{urlunsplit(parts)}&X-Amz-Signature={signature}"


def presigned_form(
    conditions: Sequence[object], *, credentials: Credentials, region: str, now: datetime, expires: int
) -> dict[str, str]:
    """The fields of a form with which a browser may POST a file to S3, under these conditions of a POST policy.

    Besides them the form has what they are about. `now` carries a zone; `expires` is in seconds from then.
    https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html
    """
    moment = _moment(now)
    scope = f"{moment[:8]}/{region}/s3/aws4_request"
    fields = {
        "x-amz-algorithm": _ALGORITHM,
        "x-amz-credential": f"{credentials.access_key_id}/{scope}",
        "x-amz-date": moment,
    }
    if credentials.session_token:
        fields["x-amz-security-token"] = credentials.session_token
    expiration = (now + timedelta(seconds=expires)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    policy = {"expiration": expiration, "conditions": [*conditions, *({name: value} for name, value in fields.items())]}
    fields["policy"] = b64encode(json.dumps(policy).encode()).decode()
    fields["x-amz-signature"] = _signed(fields["policy"], scope, credentials)
    return fields


def _moment(now: datetime) -> str:
    if now.tzinfo is None:
        raise ValueError("`now` needs a time zone")
    return now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _names(headers: Mapping[str, str]) -> str:
    return ";".join(sorted(headers))


def _canonical_request(method: str, url: SplitResult, headers: Mapping[str, str], digest: str) -> str:
    return "\n".join(
        (
            method.upper(),
            quote(_normalised(url.path), safe="/~"),
            _sorted_query(url.query),
            *(f"{name}:{' '.join(headers[name].split())}" for name in sorted(headers)),
            "",
            _names(headers),
            digest,
        )
    )


def _signature(canonical_request: str, moment: str, scope: str, credentials: Credentials) -> str:
    digest = hashlib.sha256(canonical_request.encode()).hexdigest()
    return _signed(f"{_ALGORITHM}\n{moment}\n{scope}\n{digest}", scope, credentials)


def _signed(text: str, scope: str, credentials: Credentials) -> str:
    key = f"AWS4{credentials.secret_access_key}".encode()
    for step in scope.split("/"):
        key = hmac.digest(key, step.encode(), "sha256")
    return hmac.digest(key, text.encode(), "sha256").hex()


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
