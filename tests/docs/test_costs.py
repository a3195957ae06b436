"""What the stack costs: the sums of the page are those of its rows, and the README's are the page's."""

import re
from decimal import Decimal

import pytest
from docs.tour import ROOT
from template.cloudformation import load, resources
from template.deployment import KINDS, Deployment

MODES = ("aurora", "aurora-direct", "external")
PAGE = (ROOT / "docs" / "operations" / "deploy.md").read_text()
README = (ROOT / "README.md").read_text()

Row = tuple[Decimal, ...]


def table(head: str) -> dict[str, Row]:
    """The rows below `| head | aurora | aurora-direct | external |`."""
    below = PAGE.partition(f"| {head} | {' | '.join(MODES)} |\n")[2].partition("\n\n")[0]
    rows = re.findall(r"^\| (.+?) \| ([\d.]+) \| ([\d.]+) \| ([\d.]+) \|$", below, re.MULTILINE)
    return {what: tuple(map(Decimal, numbers)) for what, *numbers in rows}


def sum_of(head: str) -> dict[str, Decimal]:
    return dict(zip(MODES, table(head)["sum"], strict=True))


def alarmed_metrics(kind: str) -> int:
    """As many metrics as alarms look at, by which CloudWatch counts."""
    stack = Deployment(KINDS[kind])
    given = stack.resources["ObservabilityStack"]["Properties"]["Parameters"]
    watching = Deployment({name: str(value) for name, value in given.items()}, load(ROOT / "infra/observability.yaml"))
    own = load(ROOT / "infra" / "function-alarms.yaml")["Resources"]
    count = 0
    for name, item in (stack.resources | watching.resources).items():
        if item["Type"] == "AWS::CloudWatch::Alarm":
            count += _metrics(item)
        elif name in resources({"Resources": watching.resources}, "AWS::CloudFormation::Stack"):
            count += sum(map(_metrics, own.values()))
    return count


def _metrics(alarm: dict[str, dict[str, list[dict[str, object]]]]) -> int:
    return len([part for part in alarm["Properties"].get("Metrics", []) if "MetricStat" in part]) or 1


@pytest.mark.parametrize("head", ["idle", "besides"])
def test_a_sum_is_that_of_its_rows(head: str) -> None:
    rows = table(head)
    total = rows.pop("sum")
    assert len(rows) > 5
    assert tuple(map(sum, zip(*rows.values(), strict=True))) == total


def test_a_million_requests_come_on_top_of_an_idle_month() -> None:
    rows, idle = table("besides"), sum_of("idle")
    (base,) = (row for what, row in rows.items() if what.startswith("idle"))
    (woken,) = (row[1] for what, row in table("idle").items() if what.startswith("Aurora"))
    assert base == (idle["aurora"], idle["aurora-direct"] - woken, idle["external"])


def test_alarms_are_counted() -> None:
    counts = [alarmed_metrics(kind) for kind in ("aurora", "aurora-direct", "a URL")]
    ((what, prices),) = ((what, row) for what, row in table("idle").items() if what.startswith("alarms"))
    assert what.startswith("alarms: {}, {} or {} metrics, less ten".format(*counts))
    assert prices == tuple((count - 10) * Decimal("0.10") for count in counts)


def test_the_readme_says_the_same() -> None:
    for mode in MODES:
        row = re.search(rf"^\| `{mode}`.*$", README.partition("**What it costs**")[2], re.MULTILINE)
        assert row
        for head in ("idle", "besides"):
            assert str(sum_of(head)[mode]) in row[0], (mode, head)
