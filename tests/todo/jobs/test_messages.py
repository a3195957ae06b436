"""The queue's messages."""

import json
from uuid import uuid4

import pytest

from todo.jobs.messages import (
    Arm,
    DoJob,
    MailReturned,
    NotOurs,
    TellChanges,
    TellPresence,
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
