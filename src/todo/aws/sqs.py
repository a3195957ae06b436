"""Messages for a queue of Amazon SQS."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import SplitResult

from todo.aws.credentials import Credentials
from todo.aws.endpoints import REGION, find_url, get_endpoint, is_region, regional_endpoint
from todo.aws.errors import AwsError
from todo.aws.exchange import Connection, Failure, Reply, is_transient
from todo.aws.refusals import COMMON_ADVICE, WAIT, as_error_code, find_error_code
from todo.aws.signature import signed_headers

_MOST_A_REQUEST = 10
# Not compiled here, since the first call pays for it, and a start without one does not.
_HOST = rf"sqs\.({REGION})\.[a-z0-9.-]+"

_HEADERS = {"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": "AmazonSQS.SendMessageBatch"}

_REACH = "check that the network reaches it (in a VPC: through a NAT gateway or a VPC endpoint)"
_GRANT = "allow the function's role sqs:SendMessage on it (and kms:GenerateDataKey and kms:Decrypt on a key of its own)"
_ADVICE = COMMON_ADVICE | {
    "AccessDenied": _GRANT,
    "AccessDeniedException": _GRANT,
    "BatchRequestTooLong": "send shorter messages",
    "InternalError": WAIT,
    "KmsAccessDenied": _GRANT,
    "KmsThrottled": WAIT,
    "NonExistentQueue": "check the URL and its Region",
    "QueueDoesNotExist": "check the URL and its Region",
    "RequestThrottled": WAIT,
}


def send_messages(
    queue_url: str,
    bodies: Sequence[str],
    credentials: Credentials,
    *,
    now: datetime,
    region: str | None = None,
    endpoint: str | None = None,
    dual_stack: bool = False,
    timeout: float = 5.0,
) -> None:
    """Send messages to a queue, ten a request, over one connection.

    The queue's URL names its Region; `region` is for a URL that does not. As in AWS's own SDKs the Region's own
    endpoint is asked, which `dual_stack` chooses (`wants_dual_stack`), or `endpoint` instead (`endpoint_from`).
    `now` carries a zone. `timeout` is in seconds, for each request: for connecting, for each silence, and for the
    whole of the reply's body. What fails in a moment's trouble is sent once more, so a message may arrive twice.
    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html

    Raises `AwsError`, saying how many were not sent; those before them were.
    """
    region = _region_of(queue_url, region)
    url = get_endpoint(endpoint or regional_endpoint("sqs", region, dual_stack=dual_stack))
    with Connection(url, timeout=timeout) as connection:

        def post(entries: Mapping[str, str]) -> Reply | Failure:
            body = _request(queue_url, entries)
            headers = signed_headers(
                "POST",
                url.geturl(),
                headers=_HEADERS,
                body=body,
                credentials=credentials,
                region=region,
                service="sqs",
                now=now,
            )
            return connection.exchange("POST", headers, body)

        for start in range(0, len(bodies), _MOST_A_REQUEST):
            batch = bodies[start : start + _MOST_A_REQUEST]
            unsent, problem = _send(batch, post)
            if problem is not None:
                raise _unsent(queue_url, url, unsent + len(bodies) - start - len(batch), len(bodies), problem)


class _Problem(NamedTuple):
    """Why a batch was not sent, or not all of it."""

    reason: str
    advice: str
    transient: bool
    code: str | None = None


def _send(bodies: Sequence[str], post: Callable[[Mapping[str, str]], Reply | Failure]) -> tuple[int, _Problem | None]:
    """Send a batch, what is left of it once more. How many are left then, and why."""
    entries = {str(place): body for place, body in enumerate(bodies)}
    problem = None
    for _try in range(2):
        entries, problem = _left_of(entries, post(entries))
        if problem is None or not problem.transient:
            break
    return len(entries), problem


def _left_of(entries: dict[str, str], outcome: Reply | Failure) -> tuple[dict[str, str], _Problem | None]:
    if isinstance(outcome, Failure):
        return entries, _Problem(outcome.reason, _REACH, outcome.transient)
    if outcome.status != 200:
        code = find_error_code(outcome)
        transient = is_transient(outcome.status) or _ADVICE.get(code or "") == WAIT
        advice = _ADVICE.get(code or "", WAIT if transient else "see the errors of SendMessageBatch")
        return entries, _Problem(f"{code or 'no error code'} (HTTP {outcome.status})", advice, transient, code)
    failed = None if outcome.content is None else outcome.content.get("Failed", [])
    if not isinstance(failed, list) or not all(isinstance(one, dict) for one in failed):
        reason = "the answer is not a JSON object of SendMessageBatch"
        return entries, _Problem(reason, "check the endpoint", transient=True)
    return _failed_of(entries, failed)


def _failed_of(entries: dict[str, str], failed: list[dict[str, Any]]) -> tuple[dict[str, str], _Problem | None]:
    names = {str(one.get("Id")) for one in failed}
    left = {name: text for name, text in entries.items() if name in names}
    if not left:
        return {}, None
    transient = not all(one.get("SenderFault") for one in failed)
    code = as_error_code(failed[0].get("Code"))
    advice = _ADVICE.get(code or "", WAIT if transient else "see the errors of SendMessageBatch")
    return left, _Problem(f"{code or 'no error code'} for single messages", advice, transient, code)


def _request(queue_url: str, entries: Mapping[str, str]) -> bytes:
    listed = [{"Id": name, "MessageBody": text} for name, text in entries.items()]
    return json.dumps({"QueueUrl": queue_url, "Entries": listed}).encode()


def _region_of(queue_url: str, fallback: str | None) -> str:
    url = find_url(queue_url)
    if url is None or url.path == "/":
        raise AwsError("The queue's URL is not one such as https://sqs.eu-west-1.amazonaws.com/123456789012/queue")
    in_host = re.fullmatch(_HOST, url.hostname or "")
    region = in_host[1] if in_host else fallback
    if region is None:
        raise AwsError(f"No Region for the queue {queue_url}: set AWS_REGION.")
    if not is_region(region):
        raise AwsError(f"{region[:40]!r} is not a Region such as eu-west-1 (for the queue {queue_url}).")
    return region


def _unsent(queue_url: str, url: SplitResult, unsent: int, total: int, problem: _Problem) -> AwsError:
    return AwsError(
        f"SQS at {url.netloc} did not take {unsent:,} of {total:,} messages for {queue_url}: {problem.reason}; "
        f"{problem.advice}.",
        code=problem.code,
        transient=problem.transient,
    )
