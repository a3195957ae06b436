"""What CloudFormation is told by a custom resource.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-responses.html
"""

import json
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any, Literal
from urllib.parse import urlsplit

_log = logging.getLogger(__name__)

_SECONDS = 10.0
_TRIES = 5
_MOST_BYTES = 4096  # of the whole answer, says CloudFormation
_LONGEST_REASON = 1000


@dataclass(frozen=True, slots=True)
class Answer:
    """The outcome of one request. `reason` is shown to whoever deploys; `data` is what `!GetAtt` finds."""

    status: Literal["SUCCESS", "FAILED"]
    reason: str = ""
    data: Mapping[str, str] = field(default_factory=dict)


def send(event: Mapping[str, Any], answer: Answer, resource_id: str) -> None:
    """Put the answer where the event's `ResponseURL` says; an event without one was sent by hand.

    Tried for about half a minute. When that fails, CloudFormation waits until the resource's ServiceTimeout. The URL
    is signed: whoever has it may answer, so it is not logged.
    """
    url = event.get("ResponseURL")
    if not url:
        return
    body = json.dumps(
        {
            "Status": answer.status,
            "Reason": answer.reason[:_LONGEST_REASON] or "See the function's log.",
            "PhysicalResourceId": event.get("PhysicalResourceId") or resource_id,
            "StackId": event.get("StackId"),
            "RequestId": event.get("RequestId"),
            "LogicalResourceId": event.get("LogicalResourceId"),
            "Data": dict(answer.data),
        },
        ensure_ascii=False,
    ).encode()
    if len(body) > _MOST_BYTES:
        raise ValueError("the answer is too long for CloudFormation")
    for attempt in range(_TRIES):
        problem = _put(str(url), body)
        if problem is None:
            return
        _log.warning("CloudFormation could not be told (attempt %d): %s", attempt + 1, problem)
        time.sleep(2**attempt / 4)
    _log.error("CloudFormation was not told that the outcome is %s", answer.status)


def _put(url: str, body: bytes) -> str | None:
    """What went wrong; None where nothing did."""
    parts = urlsplit(url)
    connect = HTTPConnection if parts.scheme == "http" else HTTPSConnection
    connection = connect(parts.hostname or "", parts.port, timeout=_SECONDS)
    try:
        # An empty type, as the signature has it.
        connection.request("PUT", f"{parts.path}?{parts.query}", body, {"Content-Type": ""})
        with connection.getresponse() as response:
            response.read(1024)
            return None if response.status < 300 else f"HTTP {response.status}"
    except (OSError, HTTPException) as error:
        return type(error).__name__
    finally:
        connection.close()
