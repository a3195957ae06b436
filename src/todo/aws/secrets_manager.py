"""Secrets in AWS Secrets Manager."""

import json
import re
from datetime import datetime

from todo.aws.credentials import Credentials
from todo.aws.endpoints import get_endpoint, is_region, regional_endpoint
from todo.aws.errors import AwsError
from todo.aws.exchange import Failure, Reply, exchange, is_transient
from todo.aws.refusals import COMMON_ADVICE, WAIT, find_error_code
from todo.aws.signature import signed_headers

# Not compiled here, since the first call pays for it, and a start without one does not.
_ARN = r"arn:aws[a-z-]*:secretsmanager:([a-z0-9-]+):[0-9]{12}:secret:[A-Za-z0-9/_+=.@!-]{1,519}"
_NAME = r"[A-Za-z0-9/_+=.@!-]{1,512}"

_GRANT = "allow the function's role secretsmanager:GetSecretValue on it (and kms:Decrypt on a key of its own)"
_ADVICE = COMMON_ADVICE | {
    "AccessDeniedException": _GRANT,
    "DecryptionFailure": "allow the function's role kms:Decrypt on the secret's key; the key must be enabled",
    "InternalServiceError": WAIT,
    "InvalidRequestException": "check that the secret is not scheduled for deletion and that it has a value",
    "ResourceNotFoundException": "check the ARN, its Region, and that the secret has a value",
}


def get_secret_value(
    arn: str,
    credentials: Credentials,
    *,
    now: datetime,
    region: str | None = None,
    endpoint: str | None = None,
    dual_stack: bool = False,
    timeout: float = 5.0,
) -> str:
    """The current text of a secret in AWS Secrets Manager.

    `arn` is the secret's ARN, or its name. `region` is for a name; an ARN says its own. `endpoint` is the URL to ask
    instead of the Region's own (`endpoint_from`), which `dual_stack` chooses (`wants_dual_stack`). `now` carries a
    zone. `timeout` is in seconds: for connecting, for each silence, and for the whole of the reply's body. Nothing is
    retried or kept.
    https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html

    Raises `AwsError`.
    """
    region = _region_of(arn, region)
    url = get_endpoint(endpoint or regional_endpoint("secretsmanager", region, dual_stack=dual_stack))
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


def _refused(arn: str, reply: Reply) -> AwsError:
    code = find_error_code(reply)
    transient = is_transient(reply.status) or _ADVICE.get(code or "") == WAIT
    advice = _ADVICE.get(code or "", WAIT if transient else "see the errors of GetSecretValue")
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
