"""Who is told that there is a job."""

import json
import logging
from collections.abc import Sequence
from uuid import uuid4

import pytest

from todo.aws import AwsError
from todo.database import deadline_in
from todo.jobs.queue import Doorbell, MessageQueue


def test_each_job_is_a_message() -> None:
    sent: list[str] = []
    queue = MessageQueue(sent.extend)
    ids = [uuid4() for _ in range(3)]
    queue.announce(ids)
    queue.ask_for_alarm()
    assert [json.loads(body) for body in sent] == [
        *({"kind": "job", "id": str(job_id)} for job_id in ids),
        {"kind": "arm"},
    ]


def test_where_there_is_nothing_to_say_nobody_is_asked() -> None:
    def refuse(_bodies: Sequence[str]) -> None:
        raise AssertionError("nobody is to be asked")

    MessageQueue(refuse).announce([])


def test_a_queue_that_cannot_be_told_is_no_fault_of_what_was_committed(caplog: pytest.LogCaptureFixture) -> None:
    def down(_bodies: Sequence[str]) -> None:
        raise AwsError("SQS does not answer", transient=True)

    with caplog.at_level(logging.WARNING, "todo"):
        MessageQueue(down).announce([uuid4()])
    assert "SQS does not answer" in caplog.text


def test_a_queue_that_takes_too_long_is_left_before_the_function_is_ended() -> None:
    sent: list[str] = []
    with deadline_in(1):
        MessageQueue(sent.extend).announce([uuid4() for _ in range(3)])
    assert sent == []


def test_many_are_told_of_in_parts_and_in_order() -> None:
    parts: list[Sequence[str]] = []
    ids = [uuid4() for _ in range(1_001)]
    MessageQueue(parts.append).announce(ids)
    assert max(len(part) for part in parts) == 200
    assert [json.loads(body)["id"] for part in parts for body in part] == [str(job_id) for job_id in ids]


def test_the_doorbell_rings_for_jobs_alone() -> None:
    rings: list[bool] = []
    bell = Doorbell(lambda: rings.append(True))
    bell.announce([])
    bell.ask_for_alarm()
    assert not rings
    bell.announce([uuid4(), uuid4()])
    assert rings == [True]
