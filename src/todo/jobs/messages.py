"""The queue's messages, in and out. Whatever else is in the queue is not ours."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_plus
from uuid import UUID

_UPLOAD = r"uploads/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/[^/]+"


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


@dataclass(frozen=True, slots=True)
class TellChanges:
    """Lists and accounts that somebody listens to reached these revisions, each named once."""

    changes: tuple[tuple[UUID, int], ...]


@dataclass(frozen=True, slots=True)
class TellPresence:
    """Other people than before may have these lists open."""

    scopes: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class UploadArrived:
    """A part of a file that is to be imported lies in the bucket."""

    import_id: UUID


class NotOurs(Exception):
    """A message that no part of this service writes. The text holds nothing of it."""


Message = DoJob | Arm | MailReturned | TellChanges | TellPresence | UploadArrived


def write_message(message: DoJob | Arm | TellChanges | TellPresence) -> str:
    """The body of a message."""
    match message:
        case DoJob():
            content: dict[str, Any] = {"kind": "job", "id": str(message.job_id)}
        case Arm():
            content = {"kind": "arm"}
        case TellChanges():
            content = {"kind": "live", "changes": [[str(scope), revision] for scope, revision in message.changes]}
        case TellPresence():
            content = {"kind": "presence", "scopes": [str(scope) for scope in message.scopes]}
    return json.dumps(content, separators=(",", ":"))


def parse_message(body: str) -> Message | None:
    """What a message says; None for news of AWS that changes nothing. Raises NotOurs."""
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        raise NotOurs("a message is not JSON") from None
    if not isinstance(content, dict):
        raise NotOurs("a message is not a JSON object")
    kind = content.get("kind")
    read = _KINDS.get(kind) if isinstance(kind, str) else None
    if read is not None:
        try:
            return read(content)
        except (KeyError, TypeError, ValueError, AttributeError):
            raise NotOurs("a message does not say what its kind needs") from None
    if "eventType" in content:
        return _news_of_mail(content)
    if content.get("Event") == "s3:TestEvent":  # what S3 writes when it is told of the queue
        return None
    if "Records" in content:
        return _news_of_files(content)
    raise NotOurs("a message is of an unknown kind")


def _changes(content: dict[str, Any]) -> TellChanges:
    pairs = tuple((UUID(scope), revision) for scope, revision in content["changes"])
    if not all(type(revision) is int for _, revision in pairs):
        raise TypeError
    return TellChanges(pairs)


_KINDS: Mapping[str, Callable[[dict[str, Any]], Message]] = {
    "job": lambda content: DoJob(UUID(content["id"])),
    "arm": lambda _content: Arm(),
    "live": _changes,
    "presence": lambda content: TellPresence(tuple(UUID(scope) for scope in content["scopes"])),
}


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


def _news_of_files(event: dict[str, Any]) -> UploadArrived:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html

    There is one record in each, though it is a list. The key is encoded as in a URL.
    """
    try:
        (record,) = event["Records"]
        created = record["eventSource"] == "aws:s3" and record["eventName"].startswith("ObjectCreated:")
        found = re.fullmatch(_UPLOAD, unquote_plus(record["s3"]["object"]["key"])) if created else None
        if found is not None:
            return UploadArrived(UUID(found[1]))
    except (KeyError, TypeError, ValueError, AttributeError):
        pass
    raise NotOurs("news of S3 is not of a part of an upload")
