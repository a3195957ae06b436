"""When a message comes again, as moto's SQS has it."""

import logging
import uuid
from typing import Any

import boto3
import pytest
from botocore.config import Config
from moto_server import REGION, MotoServer

from todo.delivery.visibility import Visibility


def client(url: str) -> Any:
    keys = {"aws_access_key_id": "AKID", "aws_secret_access_key": "secret"}
    config = Config(retries={"total_max_attempts": 1}, connect_timeout=1)
    return boto3.client("sqs", region_name=REGION, endpoint_url=url, config=config, **keys)


def receive(moto: MotoServer, queue: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = moto.sqs("ReceiveMessage", QueueUrl=queue).get("Messages", [])
    return found


def test_a_message_is_away_for_as_long_as_it_was_postponed(moto: MotoServer) -> None:
    queue = moto.make_queue(f"queue-{uuid.uuid4()}")
    moto.sqs("SendMessage", QueueUrl=queue, MessageBody="x")
    visibility = Visibility(queue, client=client(moto.url))
    (message,) = receive(moto, queue)
    assert receive(moto, queue) == []
    visibility.postpone(message["ReceiptHandle"], 0)
    (again,) = receive(moto, queue)
    visibility.postpone(again["ReceiptHandle"], 1_920.4)
    assert receive(moto, queue) == []


@pytest.mark.parametrize("seconds", [50_000.0, 0.2])
def test_what_sqs_does_not_take_is_never_asked_for(moto: MotoServer, seconds: float) -> None:
    queue = moto.make_queue(f"queue-{uuid.uuid4()}")
    moto.sqs("SendMessage", QueueUrl=queue, MessageBody="x")
    (message,) = receive(moto, queue)
    Visibility(queue, client=client(moto.url)).postpone(message["ReceiptHandle"], seconds)
    assert receive(moto, queue) == []


def test_a_queue_that_is_away_is_no_reason_to_fail(caplog: pytest.LogCaptureFixture) -> None:
    away = Visibility("http://127.0.0.1:1/123456789012/jobs", client=client("http://127.0.0.1:1"))
    with caplog.at_level(logging.WARNING, "todo"):
        away.postpone("receipt", 30)
    assert "was not postponed" in caplog.text
