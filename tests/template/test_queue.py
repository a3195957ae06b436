"""The queue, its worker, and where what failed ends."""

from typing import Any

import pytest
from template.cloudformation import TEMPLATE, functions, load, resources

FOURTEEN_DAYS = 14 * 24 * 3600


@pytest.fixture(scope="module")
def queues() -> dict[str, dict[str, Any]]:
    return {name: item["Properties"] for name, item in resources(load(TEMPLATE), "AWS::SQS::Queue").items()}


@pytest.fixture(scope="module")
def messages() -> dict[str, Any]:
    (event,) = functions(load(TEMPLATE))["WorkerFunction"]["Events"].values()
    assert event["Type"] == "SQS"
    return dict(event["Properties"])


def test_every_queue_is_encrypted(queues: dict[str, dict[str, Any]]) -> None:
    assert set(queues) == {"Queue", "DeadLetters", "FailedEvents"}
    for queue in queues.values():
        assert queue["SqsManagedSseEnabled"] is True


def test_a_poison_message_ends_among_the_dead_letters_after_five_tries(queues: dict[str, dict[str, Any]]) -> None:
    redrive = queues["Queue"]["RedrivePolicy"]
    assert redrive == {"deadLetterTargetArn": {"Fn::GetAtt": ["DeadLetters", "Arn"]}, "maxReceiveCount": 5}


def test_dead_letters_come_from_this_queue_alone(queues: dict[str, dict[str, Any]]) -> None:
    policy = queues["DeadLetters"]["RedriveAllowPolicy"]
    assert policy["redrivePermission"] == "byQueue"
    ((arn, names),) = [source["Fn::Sub"] for source in policy["sourceQueueArns"]]
    # The name of the queue in both places, since the two cannot refer to each other.
    assert [arn.rpartition(":")[2], names] == queues["Queue"]["QueueName"]["Fn::Sub"]
    assert queues["FailedEvents"]["RedriveAllowPolicy"] == {"redrivePermission": "denyAll"}


def test_what_failed_waits_for_as_long_as_it_can(queues: dict[str, dict[str, Any]]) -> None:
    for name in ("DeadLetters", "FailedEvents"):
        assert queues[name]["MessageRetentionPeriod"] == FOURTEEN_DAYS
    assert queues["Queue"]["MessageRetentionPeriod"] < FOURTEEN_DAYS  # or a message would die in the second queue


def test_one_bad_message_does_not_bring_back_the_others(messages: dict[str, Any]) -> None:
    assert messages["Queue"] == {"Fn::GetAtt": ["Queue", "Arn"]}
    assert messages["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert 1 < messages["BatchSize"] <= 10


def test_no_more_messages_are_received_at_once_than_can_be_worked_at(messages: dict[str, Any]) -> None:
    most = messages["ScalingConfig"]["MaximumConcurrency"]
    for row in load(TEMPLATE)["Mappings"]["Capacity"].values():
        assert most <= row["Worker"]
