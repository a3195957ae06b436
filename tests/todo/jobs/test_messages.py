"""The queue's messages."""

import json
from uuid import UUID, uuid4

import pytest

from todo.jobs.messages import (
    Arm,
    DoJob,
    MailReturned,
    NotOurs,
    TellChanges,
    TellPresence,
    UploadArrived,
    parse_message,
    write_message,
)


@pytest.mark.parametrize(
    "message",
    [DoJob(uuid4()), Arm(), TellChanges(((uuid4(), 5), (uuid4(), 2**62))), TellPresence((uuid4(), uuid4()))],
    ids=lambda message: type(message).__name__,
)
def test_what_is_written_is_read(message: DoJob | Arm | TellChanges | TellPresence) -> None:
    assert parse_message(write_message(message)) == message


@pytest.mark.parametrize(
    "body",
    [
        "",
        "hunter2",
        "[]",
        "null",
        '"job"',
        "{}",
        '{"kind": "hunter2"}',
        '{"kind": "job"}',
        '{"kind": "job", "id": 5}',
        '{"kind": "job", "id": null}',
        '{"kind": "job", "id": "hunter2"}',
        '{"kind": ["arm"]}',
        '{"kind": "live"}',
        '{"kind": "live", "changes": 5}',
        '{"kind": "live", "changes": [["hunter2", 5]]}',
        '{"kind": "live", "changes": [["01a20630-1de1-792f-a54a-dd1d6539ceaa", 1e400]]}',
        '{"kind": "live", "changes": [["01a20630-1de1-792f-a54a-dd1d6539ceaa"]]}',
        '{"kind": "presence", "scopes": {"hunter2": 5}}',
        '{"kind": "presence", "scopes": 5}',
        "[" * 100_000,
        '{"Records": []}',
        '{"Records": "hunter2"}',
        '{"Records": [{"eventSource": "aws:s3", "eventName": "ObjectCreated:Post", "s3": "hunter2"}]}',
        '{"Records": [{"eventSource": "aws:s3", "eventName": 5}]}',
        '{"eventType": "Bounce", "bounce": {"bounceType": "Permanent"}}',
        '{"eventType": "Complaint", "complaint": {"complainedRecipients": "hunter2"}}',
    ],
)
def test_what_is_not_ours_is_refused_and_not_repeated(body: str) -> None:
    with pytest.raises(NotOurs) as caught:
        parse_message(body)
    assert "hunter2" not in str(caught.value)


def bounce(kind: str) -> str:
    return json.dumps(
        {
            "eventType": "Bounce",
            "bounce": {"bounceType": kind, "bouncedRecipients": [{"emailAddress": "ann@example.org"}, {}, 5]},
            "mail": {"destination": ["ann@example.org"]},
        }
    )


def test_a_bounce_for_good_and_a_complaint_name_whom_not_to_write_to() -> None:
    assert parse_message(bounce("Permanent")) == MailReturned(("ann@example.org",))
    complaint = {"eventType": "Complaint", "complaint": {"complainedRecipients": [{"emailAddress": "bob@example.org"}]}}
    assert parse_message(json.dumps(complaint)) == MailReturned(("bob@example.org",))


@pytest.mark.parametrize(
    "body", [bounce("Transient"), bounce("Undetermined"), '{"eventType": "Delivery"}', '{"eventType": "Bounce"}']
)
def test_other_news_of_mail_changes_nothing(body: str) -> None:
    assert parse_message(body) is None


IMPORT_ID = UUID("01a20630-1de1-792f-a54a-dd1d6539ceaa")


def arrival(key: str, **changed: str) -> str:
    record = {"eventSource": "aws:s3", "eventName": "ObjectCreated:Post", **changed}
    return json.dumps({"Records": [{**record, "s3": {"bucket": {"name": "todo-files"}, "object": {"key": key}}}]})


@pytest.mark.parametrize("name", ["ObjectCreated:Post", "ObjectCreated:Put"])
def test_a_part_in_the_bucket_names_its_import(name: str) -> None:
    assert parse_message(arrival(f"uploads/{IMPORT_ID}/7", eventName=name)) == UploadArrived(IMPORT_ID)


def test_the_key_of_an_upload_is_encoded_as_in_an_address() -> None:
    """S3 says so of all keys, and leaves the slash as it is; others do not."""
    assert parse_message(arrival(f"uploads%2F{IMPORT_ID}%2F7")) == UploadArrived(IMPORT_ID)


@pytest.mark.parametrize(
    "body",
    [
        arrival("hunter2"),
        arrival("uploads/hunter2/1"),
        arrival(f"exports/{IMPORT_ID}/1"),
        arrival(f"uploads/{IMPORT_ID}"),
        arrival(f"uploads/{IMPORT_ID}/1", eventName="ObjectRemoved:Delete"),
        arrival(f"uploads/{IMPORT_ID}/1", eventSource="hunter2"),
    ],
)
def test_other_news_of_s3_is_refused(body: str) -> None:
    with pytest.raises(NotOurs) as caught:
        parse_message(body)
    assert "hunter2" not in str(caught.value)


def test_that_s3_tries_the_queue_is_nothing() -> None:
    tried = {"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "todo-files"}
    assert parse_message(json.dumps(tried)) is None
