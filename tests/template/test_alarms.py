"""Who is told what, and what sends a deployment back."""

import logging
import re
from types import SimpleNamespace
from typing import Any

import pytest
from template.cloudformation import ROOT, TEMPLATE, found, functions, load, resources
from template.deployment import KINDS, Deployment

from todo.observability import log_request

OBSERVABILITY = ROOT / "infra" / "observability.yaml"
OF_A_FUNCTION = ROOT / "infra" / "function-alarms.yaml"

# What is watched besides the functions: the metric, and on what.
WATCHED = {
    ("AWS/ApiGateway", "5xx", "ApiId"),
    ("AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName"),
    ("AWS/SQS", "ApproximateAgeOfOldestMessage", "QueueName"),
    ("AWS/RDS", "DatabaseConnections", "DBClusterIdentifier"),
    ("AWS/RDS", "ACUUtilization", "DBClusterIdentifier"),
    ("AWS/RDS", "DatabaseConnectionsCurrentlySessionPinned", "ProxyName"),
    ("AWS/RDS", "DatabaseConnectionsBorrowLatency", "ProxyName"),
    ("Todo", "SecondsBehind", "job"),
    ("Todo", "StoppedEarly", "job"),
    ("Todo", "JobsGivenUp", "kind"),
}


@pytest.fixture(scope="module")
def template() -> dict[str, Any]:
    return load(TEMPLATE)


@pytest.fixture(scope="module")
def observability() -> dict[str, Any]:
    return load(OBSERVABILITY)


def alarms(template: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {name: item["Properties"] for name, item in resources(template, "AWS::CloudWatch::Alarm").items()}


def metrics(alarm: dict[str, Any]) -> list[dict[str, Any]]:
    """What an alarm looks at: one metric, or several that it calculates with."""
    several = [item["MetricStat"]["Metric"] for item in alarm.get("Metrics", []) if "MetricStat" in item]
    return several or [alarm]


def test_a_deployment_of_what_people_or_clocks_call_is_watched_by_alarms_of_its_own(template: dict[str, Any]) -> None:
    watched = {
        name: {reference["Ref"] for reference in function["DeploymentPreference"]["Alarms"]}
        for name, function in functions(template).items()
        if "Alarms" in function["DeploymentPreference"]
    }
    assert set(watched) == set(functions(template)) - {"MigrateFunction"}
    for name, its in watched.items():
        assert its <= set(alarms(template))
        failing = alarms(template)[f"{name}Fails"]
        assert (failing["Namespace"], failing["MetricName"], failing["Threshold"]) == ("AWS/Lambda", "Errors", 0)
        assert failing["Dimensions"] == [
            {"Name": "FunctionName", "Value": {"Ref": name}},
            {"Name": "Resource", "Value": {"Fn::Sub": f"${{{name}}}:live"}},
        ]
    assert set.union(*watched.values()) == set(alarms(template))


def test_those_alarms_know_nothing_that_waits_for_the_alias(template: dict[str, Any]) -> None:
    """An alias waits for its alarms, an API for its alias: an alarm on the API would close a circle."""
    for name, alarm in alarms(template).items():
        known = {str(reference) for reference in found(alarm, "Ref")}
        assert known <= set(functions(template)), name


def test_a_canary_can_be_chosen_and_production_has_one(template: dict[str, Any]) -> None:
    for name, function in functions(template).items():
        if name != "MigrateFunction":
            assert function["DeploymentPreference"]["Type"] == {"Ref": "DeploymentType"}
    kinds = template["Parameters"]["DeploymentType"]["AllowedValues"]
    assert "AllAtOnce" in kinds
    assert any(kind.startswith("Canary10Percent") for kind in kinds)


def test_what_counts_error_replies_reads_the_lines_that_are_logged(
    template: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    (counter,) = resources(template, "AWS::Logs::MetricFilter").values()
    assert counter["Properties"]["LogGroupName"] == {"Ref": "HttpFunctionLog"}
    names = re.findall(r"\$\.(\w+)", counter["Properties"]["FilterPattern"])
    assert names == ["message", "status"]
    handler: Any = SimpleNamespace(
        get_status=lambda: 503,
        request=SimpleNamespace(method="GET", request_time=lambda: 0.1),
        settings={"routes": {}},
    )
    with caplog.at_level(logging.INFO):
        log_request(handler)
    (line,) = caplog.records
    assert (line.getMessage(), line.__dict__["status"]) == ("request", 503)
    (made,) = counter["Properties"]["MetricTransformations"]
    alarm = alarms(template)["HttpFunctionAnswersErrors"]
    assert (alarm["Namespace"], alarm["MetricName"]) == (made["MetricNamespace"], made["MetricName"])


def test_every_function_is_watched(template: dict[str, Any], observability: dict[str, Any]) -> None:
    stacks = resources(observability, "AWS::CloudFormation::Stack")
    assert {stack["Properties"]["Parameters"]["FunctionName"]["Ref"] for stack in stacks.values()} == set(
        functions(template)
    )
    given = template["Resources"]["ObservabilityStack"]["Properties"]["Parameters"]
    for name in functions(template):
        assert given[name] == {"Ref": name}
    watched = {alarm.get("MetricName", "Errors") for alarm in alarms(load(OF_A_FUNCTION)).values()}
    assert watched == {"Errors", "Throttles", "Duration"}


def test_slowness_is_told_before_the_time_out(template: dict[str, Any], observability: dict[str, Any]) -> None:
    for stack in resources(observability, "AWS::CloudFormation::Stack").values():
        parameters = stack["Properties"]["Parameters"]
        timeout = functions(template)[parameters["FunctionName"]["Ref"]]["Timeout"]
        assert int(parameters["SlowMilliseconds"]) == timeout * 1000 * 0.8
    assert alarms(load(OF_A_FUNCTION))["Slowness"]["ExtendedStatistic"] == "p99"


def test_what_else_is_watched(observability: dict[str, Any]) -> None:
    seen = {
        (metric["Namespace"], metric["MetricName"], metric["Dimensions"][-1]["Name"])
        for alarm in alarms(observability).values()
        for metric in metrics(alarm)
    }
    assert seen == WATCHED


def test_both_queues_of_what_failed_are_watched(observability: dict[str, Any]) -> None:
    waiting = {
        alarm["Dimensions"][0]["Value"]["Ref"]
        for alarm in alarms(observability).values()
        if alarm.get("MetricName") == "ApproximateNumberOfMessagesVisible"
    }
    assert waiting == {"DeadLettersName", "FailedEventsName"}


@pytest.mark.parametrize(
    ("kind", "cluster", "proxy"), [("aurora", True, True), ("aurora-direct", True, False), ("a URL", False, False)]
)
def test_a_database_is_watched_where_it_is_the_stacks(kind: str, cluster: bool, proxy: bool) -> None:
    given = Deployment(KINDS[kind]).resources["ObservabilityStack"]["Properties"]["Parameters"]
    names = {name: str(value) for name, value in given.items()}
    watching = Deployment(names, load(OBSERVABILITY)).resources
    assert ("ConnectionsRunOut" in watching) is ("CapacityRunsOut" in watching) is cluster
    assert ("SessionsArePinned" in watching) is ("BorrowingIsSlow" in watching) is proxy


@pytest.mark.parametrize("path", [OBSERVABILITY, OF_A_FUNCTION], ids=lambda path: path.name)
def test_every_alarm_says_what_is_wrong_tells_the_topic_and_takes_silence_for_health(path: Any) -> None:
    for name, alarm in alarms(load(path)).items():
        assert alarm["AlarmDescription"], name
        assert alarm["TreatMissingData"] == "notBreaching"
        told = {"Fn::If": ["Tells", [{"Ref": "AlarmTopicArn"}], {"Ref": "AWS::NoValue"}]}
        assert alarm["AlarmActions"] == alarm["OKActions"] == told


def test_a_stack_may_go_unwatched() -> None:
    assert "ObservabilityStack" in Deployment({}).resources
    assert "ObservabilityStack" not in Deployment({"Observability": "false"}).resources
