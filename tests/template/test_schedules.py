"""What runs by the clock."""

import json
from typing import Any

import pytest
from template.cloudformation import TEMPLATE, functions, load, resources
from template.deployment import KINDS, Deployment

JOBS = {"reminders", "digest", "housekeeping", "alarm"}

AWAKE = ("aurora", "a URL that is always awake")
ASLEEP = ("aurora-direct", "a URL", "a secret in a VPC", "a user of IAM")


@pytest.fixture(scope="module")
def template() -> dict[str, Any]:
    return load(TEMPLATE)


def events(kind: str) -> dict[str, dict[str, Any]]:
    return {
        json.loads(event["Properties"]["Input"])["job"]: event["Properties"]
        for event in Deployment(KINDS[kind]).functions["ScheduleFunction"]["Events"].values()
    }


def targets(template: dict[str, Any]) -> list[dict[str, Any]]:
    """Of every schedule, what is said of where it goes."""
    recurring = [event["Properties"] for event in functions(template)["ScheduleFunction"]["Events"].values()]
    return [*recurring, template["Resources"]["NextSchedule"]["Properties"]["Target"]]


def test_every_schedule_names_a_job_and_every_job_has_its_schedule(template: dict[str, Any]) -> None:
    said = [json.loads(target["Input"]) for target in targets(template)]
    assert sorted(one["job"] for one in said) == sorted(JOBS)
    for one in said:
        assert one["scheduled_at"] == "<aws.scheduler.scheduled-time>"
        assert set(one) == {"job", "scheduled_at"}


@pytest.mark.parametrize("kind", AWAKE)
def test_a_database_that_is_awake_is_asked_by_the_minute(kind: str) -> None:
    when = {job: event["ScheduleExpression"] for job, event in events(kind).items() if event["State"] == "ENABLED"}
    assert when == {
        "reminders": "rate(1 minute)",
        "digest": "cron(0/15 * * * ? *)",
        "housekeeping": "cron(20 * * * ? *)",
    }
    assert "NextSchedule" not in Deployment(KINDS[kind]).resources


@pytest.mark.parametrize("kind", ASLEEP)
def test_a_database_that_sleeps_is_woken_once_a_day_and_at_the_next_due_moment(kind: str) -> None:
    when = {job: event["ScheduleExpression"] for job, event in events(kind).items() if event["State"] == "ENABLED"}
    assert when == {"housekeeping": "cron(20 3 * * ? *)"}
    following = Deployment(KINDS[kind]).resources["NextSchedule"]["Properties"]
    assert following["State"] == "DISABLED"  # until a function moves it
    told = Deployment(KINDS[kind]).functions["ScheduleFunction"]["Environment"]["Variables"]["TODO_ALARM_SCHEDULE"]
    assert told == {"Fn::Sub": "${ScheduleGroup}/" + following["Name"]}
    assert following["GroupName"] == {"Ref": "ScheduleGroup"}


def test_schedules_of_two_stacks_never_meet(template: dict[str, Any]) -> None:
    for event in functions(template)["ScheduleFunction"]["Events"].values():
        assert event["Type"] == "ScheduleV2"
        assert event["Properties"]["GroupName"] == {"Ref": "ScheduleGroup"}
    assert "Properties" not in template["Resources"]["ScheduleGroup"]


def test_an_event_that_cannot_be_handed_over_is_tried_again_and_then_kept(template: dict[str, Any]) -> None:
    for target in targets(template):
        assert target["RetryPolicy"]["MaximumRetryAttempts"] >= 1
        assert 60 <= target["RetryPolicy"]["MaximumEventAgeInSeconds"] <= 3600
        assert target["DeadLetterConfig"] == {"Arn": {"Fn::GetAtt": ["FailedEvents", "Arn"]}}


def test_schedules_act_as_one_role_that_may_do_these_two_things(template: dict[str, Any]) -> None:
    for target in targets(template):
        assert target["RoleArn"] == {"Fn::GetAtt": ["SchedulerRole", "Arn"]}
    policies = template["Resources"]["SchedulerRole"]["Properties"]["Policies"]
    allowed = [
        (statement["Action"], statement["Resource"]) for p in policies for statement in p["PolicyDocument"]["Statement"]
    ]
    assert allowed == [
        ("lambda:InvokeFunction", {"Ref": "ScheduleFunction.Alias"}),
        ("sqs:SendMessage", {"Fn::GetAtt": ["FailedEvents", "Arn"]}),
    ]


def test_the_next_schedule_calls_the_alias(template: dict[str, Any]) -> None:
    (following,) = resources(template, "AWS::Scheduler::Schedule").values()
    assert following["Properties"]["Target"]["Arn"] == {"Ref": "ScheduleFunction.Alias"}
