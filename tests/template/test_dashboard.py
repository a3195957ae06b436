"""The dashboard shows the metrics that the code writes: each of them, and no other."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from template.cloudformation import ROOT, load

OBSERVABILITY = load(ROOT / "infra" / "observability.yaml")
SOURCES = sorted((ROOT / "src" / "todo").rglob("*.py"))

_SEARCH = re.compile(r"""SEARCH\('\{Todo,(\w+),service\} MetricName="(\w+)"', '(\w+)', 300\)""")


def written(source: str) -> Iterator[str]:
    """The names in calls of `add_metric(name="...")`; a name that is no literal cannot be held to anything."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "add_metric":
            (name,) = [keyword.value for keyword in node.keywords if keyword.arg == "name"] or node.args[:1]
            assert isinstance(name, ast.Constant), f"line {node.lineno}: the name of a metric is written out"
            yield str(name.value)


def dimensions(source: str) -> Iterator[str]:
    """The names in calls of `add_dimension(name="...")`."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "add_dimension":
            (name,) = [keyword.value for keyword in node.keywords if keyword.arg == "name"] or node.args[:1]
            assert isinstance(name, ast.Constant)
            yield str(name.value)


def body(*, cluster: bool, proxy: bool) -> dict[str, Any]:
    """The dashboard, as CloudFormation puts it together."""
    text, parts = OBSERVABILITY["Resources"]["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]
    for name, there in (("OfTheCluster", cluster), ("OfTheProxy", proxy)):
        _, widget, nothing = parts[name]["Fn::If"]
        text = text.replace(f"${{{name}}}", widget["Fn::Sub"] if there else nothing)
    whole = json.loads(text.replace("${!", "${"))
    assert isinstance(whole, dict)
    return whole


def shown() -> list[tuple[str, str, str]]:
    """Of the service's own metrics: by what they are told apart, name, statistic."""
    expressions = [
        metric[0]["expression"]
        for widget in body(cluster=True, proxy=True)["widgets"]
        for metric in widget["properties"]["metrics"]
        if isinstance(metric[0], dict)
    ]
    found = [_SEARCH.fullmatch(expression) for expression in expressions]
    assert all(found)
    return [match.groups() for match in found if match]  # type: ignore[misc]


def alarmed() -> set[str]:
    """The service's own metrics that alarms look at."""
    metrics = [
        part["MetricStat"]["Metric"]
        for item in OBSERVABILITY["Resources"].values()
        for part in item["Properties"].get("Metrics", [])
        if "MetricStat" in part
    ]
    return {metric["MetricName"] for metric in metrics if metric["Namespace"] == "Todo"}


def test_the_dashboard_shows_what_the_code_writes() -> None:
    names = {name for path in SOURCES for name in written(path.read_text())}
    assert {name for _, name, _ in shown()} == names


def test_an_alarm_looks_at_what_the_code_writes() -> None:
    assert alarmed() <= {name for path in SOURCES for name in written(path.read_text())}


def test_metrics_are_told_apart_by_dimensions_that_the_code_writes() -> None:
    names = {name for path in SOURCES for name in dimensions(path.read_text())}
    assert {dimension for dimension, _, _ in shown()} == names


def test_every_metric_is_shown_once() -> None:
    names = [name for _, name, _ in shown()]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(("cluster", "proxy"), [(False, False), (True, False), (True, True)])
def test_the_dashboard_is_json_whatever_the_database(cluster: bool, proxy: bool) -> None:
    widgets = body(cluster=cluster, proxy=proxy)["widgets"]
    titles = [widget["properties"]["title"] for widget in widgets]
    assert len(set(titles)) == len(titles)
    assert ("Cluster" in titles, "Proxy" in titles) == (cluster, proxy)
    places = [(widget["x"], widget["y"]) for widget in widgets]
    assert len(set(places)) == len(places)
    assert all(widget["x"] + widget["width"] <= 24 for widget in widgets)


def test_every_reference_of_the_dashboard_is_a_parameter() -> None:
    text = json.dumps(body(cluster=True, proxy=True))
    assert set(re.findall(r"\$\{([\w:]+)\}", text)) <= set(OBSERVABILITY["Parameters"]) | {"AWS::Region"}


def test_metrics_are_found_in_code() -> None:
    code = (
        'metrics.add_metric(name="One", unit="Count", value=1)\nself.m.add_metric("Two", "Count", 2)\nother(name="No")'
    )
    assert list(written(code)) == ["One", "Two"]
    with pytest.raises(AssertionError, match="line 1"):
        list(written("metrics.add_metric(name=what, unit=unit, value=1)"))
    assert Path(__file__).name not in {path.name for path in SOURCES}
