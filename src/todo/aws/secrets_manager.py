"""Secrets in AWS Secrets Manager."""

import json
import re
from datetime import datetime
from urllib.parse import SplitResult

from todo.aws.credentials import Credentials
from todo.aws.endpoints import dns_suffix, find_url, is_region
from todo.aws.errors import AwsError
from todo.aws.exchange import Failure, Reply, exchange, is_transient
from todo.aws.signature import signed_headers

# Not compiled here, since the first call pays for it, and a start without one does not.
_ARN = r"arn:aws[a-z-]*:secretsmanager:([a-z0-9-]+):[0-9]{12}:secret:[A-Za-z0-9/_+=.@!-]{1,519}"
_NAME = r"[A-Za-z0-9/_+=.@!-]{1,512}"
_ERROR_CODE = r"[A-Za-z][A-Za-z0-9.]{0,63}"

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

    `arn` is the secret's ARN, or its name. `region` is for a name; an ARN says its own. `endpoint` is the URL to ask
    instead of the Region's own (`endpoint_from`). `now` carries a zone. `timeout` is in seconds: for connecting, for
    each silence, and for the whole of the reply's body. Nothing is retried or kept.
    https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html

    Raises `AwsError`.
    """
    region = _region_of(arn, region)
    url = _endpoint(endpoint or f"https://secretsmanager.{region}.{dns_suffix(region)}")
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
    reply = exchange("POST", url, headers, body, timeout=timeout)
    if isinstance(reply, Failure):
        raise AwsError(
            f"Secrets Manager at {url.netloc} did not give the secret {arn}: {reply.reason}. "
            "Check that the network reaches it (in a VPC: through a NAT gateway or a VPC endpoint).",
            transient=reply.transient,
        )
    if reply.status != 200:
        raise _refused(arn, reply)
    return _secret_in(arn, reply)


def _region_of(arn: str, fallback: str | None) -> str:
    in_arn = re.fullmatch(_ARN, arn)
    if not in_arn and not re.fullmatch(_NAME, arn):
        # Not repeated: what stands here by mistake may be the password itself, or a URL that holds it.
        raise AwsError(
            "What should name the secret is neither an ARN "
            "(arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME) nor a name of letters, digits and /_+=.@!-"
        )
    region = in_arn[1] if in_arn else fallback
    if region is None:
        raise AwsError(f"No Region for the secret {arn}: give its ARN, or set AWS_REGION.")
    if not is_region(region):
        raise AwsError(f"{region[:40]!r} is not a Region such as eu-west-1 (for the secret {arn}).")
    return region


def _endpoint(text: str) -> SplitResult:
    url = find_url(text)
    if url is None or url.query:
        raise AwsError("The AWS endpoint is not a URL such as https://secretsmanager.eu-west-1.amazonaws.com")
    return url


def _refused(arn: str, reply: Reply) -> AwsError:
    # `__type` is a code, or `namespace#code`. https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html
    kind = (reply.content or {}).get("__type")
    last = kind.rpartition("#")[2] if isinstance(kind, str) else ""
    code = last if re.fullmatch(_ERROR_CODE, last) else None
    transient = is_transient(reply.status) or _ADVICE.get(code or "") == _WAIT
    advice = _ADVICE.get(code or "", _WAIT if transient else "see the errors of GetSecretValue")
    refusal = f"{code or 'no error code'} (HTTP {reply.status})"
    return AwsError(
        f"Secrets Manager did not give the secret {arn}: {refusal}; {advice}.",
        code=code,
        transient=transient,
    )


def _secret_in(arn: str, reply: Reply) -> str:
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
