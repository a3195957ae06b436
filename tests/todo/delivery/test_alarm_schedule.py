"""The one-off schedule, as moto plays EventBridge Scheduler over a socket."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.config import Config
from moto_server import REGION, MotoServer

from todo.delivery.alarm_schedule import AlarmSchedule, AlarmUnavailable

NOW = datetime(2026, 11, 24, 7, 0, 30, tzinfo=UTC)
TARGET = {
    "Arn": "arn:aws:lambda:eu-west-1:123456789012:function:todo:live",
    "RoleArn": "arn:aws:iam::123456789012:role/schedule",
    "Input": '{"job": "alarm"}',
    "RetryPolicy": {"MaximumEventAgeInSeconds": 3600, "MaximumRetryAttempts": 10},
    "DeadLetterConfig": {"Arn": "arn:aws:sqs:eu-west-1:123456789012:failed"},
}


def client(url: str) -> Any:
    config = Config(retries={"total_max_attempts": 1}, connect_timeout=1)
    keys = {"aws_access_key_id": "AKID", "aws_secret_access_key": "secret"}
    return boto3.client("scheduler", region_name=REGION, endpoint_url=url, config=config, **keys)


@pytest.fixture
def group(moto: MotoServer) -> str:
    """A group with the schedule as the stack makes it."""
    name = f"group-{uuid.uuid4().hex}"
    moto.make_schedule(
        name,
        "next",
        ScheduleExpression="at(2099-12-31T23:59:00)",
        State="DISABLED",
        Description="The next due moment.",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target=TARGET,
    )
    return name


def alarm(moto: MotoServer, group: str) -> AlarmSchedule:
    return AlarmSchedule(f"{group}/next", clock=lambda: NOW, client=client(moto.url))


def shown(moto: MotoServer, group: str) -> tuple[str, str]:
    found = moto.schedule(group, "next")
    assert (found["Target"], found["Description"], found["FlexibleTimeWindow"]) == (
        TARGET,
        "The next due moment.",
        {"Mode": "OFF"},
    )
    return found["State"], found["ScheduleExpression"]


@pytest.mark.parametrize(
    ("at", "minute"),
    [
        (NOW + timedelta(minutes=5), "2026-11-24T07:06:00"),
        (datetime(2026, 11, 24, 8, 0, tzinfo=UTC), "2026-11-24T08:00:00"),
        (datetime(2026, 12, 31, 23, 59, 1, tzinfo=UTC), "2027-01-01T00:00:00"),
        (datetime.fromisoformat("2026-11-24T14:30:00+05:30"), "2026-11-24T09:00:00"),
        (NOW - timedelta(days=3), "2026-11-24T07:01:00"),
        (NOW, "2026-11-24T07:01:00"),
    ],
)
def test_it_rings_at_the_first_full_minute_that_is_not_too_early(
    moto: MotoServer, group: str, at: datetime, minute: str
) -> None:
    alarm(moto, group).set(at)
    assert shown(moto, group) == ("ENABLED", f"at({minute})")


def test_where_nothing_is_due_it_is_off(moto: MotoServer, group: str) -> None:
    alarm(moto, group).set(NOW + timedelta(hours=1))
    alarm(moto, group).set(None)
    assert shown(moto, group)[0] == "DISABLED"


def test_where_it_is_right_already_nothing_is_said(moto: MotoServer, group: str) -> None:
    alarm(moto, group).set(NOW + timedelta(hours=1))
    before = moto.schedule(group, "next")["LastModificationDate"]
    alarm(moto, group).set(NOW + timedelta(hours=1))
    assert moto.schedule(group, "next")["LastModificationDate"] == before
    alarm(moto, group).set(NOW + timedelta(hours=2))
    assert moto.schedule(group, "next")["LastModificationDate"] != before


def test_a_schedule_that_is_not_there_is_named(moto: MotoServer) -> None:
    with pytest.raises(AlarmUnavailable, match="nowhere/next: ResourceNotFoundException"):
        alarm(moto, "nowhere").set(NOW)


def test_a_scheduler_that_is_away_is_said() -> None:
    away = AlarmSchedule("group/next", clock=lambda: NOW, client=client("http://127.0.0.1:1"))
    with pytest.raises(AlarmUnavailable, match="cannot be reached"):
        away.set(NOW)
