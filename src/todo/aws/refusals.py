"""What AWS's services have in common when they refuse, in their JSON protocols."""

import re

from todo.aws.exchange import Reply

# Not compiled here, since the first refusal pays for it, and a start without one does not.
_ERROR_CODE = r"[A-Za-z][A-Za-z0-9.]{0,63}"

RENEW = "the credentials are not valid (any more): check the role, and that the clock is right"
WAIT = "try again in a moment"
COMMON_ADVICE = {
    "ExpiredTokenException": RENEW,
    "IncompleteSignature": RENEW,
    "InternalFailure": WAIT,
    "InvalidSignatureException": RENEW,
    "MissingAuthenticationTokenException": RENEW,
    "ServiceUnavailable": WAIT,
    "ThrottlingException": WAIT,
    "UnrecognizedClientException": RENEW,
}


def find_error_code(reply: Reply) -> str | None:
    """The code of a refusal; None where what stands there is none, and not to be repeated."""
    return as_error_code((reply.content or {}).get("__type"))


def as_error_code(kind: object) -> str | None:
    """A code, or `namespace#code`, without the namespace; None for anything else.

    https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html
    """
    last = kind.rpartition("#")[2] if isinstance(kind, str) else ""
    return last if re.fullmatch(_ERROR_CODE, last) else None
