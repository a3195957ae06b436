"""The queue's messages, in and out. Whatever else is in the queue is not ours."""

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class DoJob:
    """A job can be done."""

    job_id: UUID


@dataclass(frozen=True, slots=True)
class Arm:
    """The moment of the next reminder or digest may be another one."""


@dataclass(frozen=True, slots=True)
class MailReturned:
    """Amazon SES says that nothing more is to be sent to these addresses: they bounced for good, or complained."""

    addresses: tuple[str, ...]


class NotOurs(Exception):
    """A message that no part of this service writes. The text holds nothing of it."""


Message = DoJob | Arm | MailReturned


def write_message(message: DoJob | Arm) -> str:
    """The body of a message."""
    if isinstance(message, DoJob):
        return json.dumps({"kind": "job", "id": str(message.job_id)})
    return json.dumps({"kind": "arm"})


def parse_message(body: str) -> Message | None:
    """What a message says; None for news of Amazon SES that changes nothing. Raises NotOurs."""
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        raise NotOurs("a message is not JSON") from None
    if not isinstance(content, dict):
        raise NotOurs("a message is not a JSON object")
    if content.get("kind") == "arm":
        return Arm()
    if content.get("kind") == "job":
        try:
            return DoJob(UUID(content.get("id")))
        except (TypeError, ValueError, AttributeError):
            raise NotOurs("a message names no job") from None
    if "eventType" in content:
        return _news_of_mail(content)
    raise NotOurs("a message is of an unknown kind")


def _news_of_mail(event: dict[str, Any]) -> MailReturned | None:
    """https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html"""
    bounce, complaint = event.get("bounce"), event.get("complaint")
    if event["eventType"] == "Bounce" and isinstance(bounce, dict) and bounce.get("bounceType") == "Permanent":
        recipients = bounce.get("bouncedRecipients")
    elif event["eventType"] == "Complaint" and isinstance(complaint, dict):
        recipients = complaint.get("complainedRecipients")
    else:
        return None
    if not isinstance(recipients, list):
        raise NotOurs("news of mail names nobody")
    addresses = (each.get("emailAddress") for each in recipients if isinstance(each, dict))
    return MailReturned(tuple(address for address in addresses if isinstance(address, str)))
