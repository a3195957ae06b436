"""The five functions."""

import re
from pathlib import Path
from typing import Any

import pytest
from template.cloudformation import ROOT, TEMPLATE, functions, load, resources
from template.deployment import KINDS, Deployment

HANDLERS = {
    "HttpFunction": "todo.entrypoints.http.handler",
    "WebSocketFunction": "todo.entrypoints.websocket.handler",
    "ScheduleFunction": "todo.entrypoints.schedule.handler",
    "WorkerFunction": "todo.entrypoints.worker.handler",
    "MigrateFunction": "todo.entrypoints.migrate.handler",
}


@pytest.fixture(scope="module")
def template() -> dict[str, Any]:
    return load(TEMPLATE)


def test_there_are_five(template: dict[str, Any]) -> None:
    assert {name: function["Handler"] for name, function in functions(template).items()} == HANDLERS


@pytest.mark.parametrize("handler", HANDLERS.values())
def test_a_handler_is_there(handler: str) -> None:
    module, _, name = handler.rpartition(".")
    source = ROOT / "src" / Path(*module.split(".")).with_suffix(".py")
    assert re.search(rf"^(async )?(def {name}\(|{name}\b.* = )", source.read_text(), re.MULTILINE)


def test_they_share_one_artifact(template: dict[str, Any]) -> None:
    """SAM builds once what has the same source and the same way of building."""
    assert {function["CodeUri"] for function in functions(template).values()} == {"src/"}
    built = resources(template, "AWS::Serverless::Function").values()
    assert {function["Metadata"]["BuildMethod"] for function in built} == {"python-uv"}
    assert (
        len({(function["Runtime"], str(function["Architectures"])) for function in functions(template).values()}) == 1
    )


def test_bytecode_is_compiled_for_the_python_that_runs_them(template: dict[str, Any]) -> None:
    artifact = (ROOT / "scripts" / "artifact.py").read_text()
    version = re.search(r'^PYTHON = "([0-9.]+)"', artifact, re.MULTILINE)
    assert version
    for function in functions(template).values():
        assert function["Runtime"] == f"python{version[1]}"


def test_a_change_of_any_kind_makes_a_version_that_the_alias_moves_to(template: dict[str, Any]) -> None:
    for function in functions(template).values():
        assert function["AutoPublishAlias"] == "live"
        assert function["AutoPublishAliasAllProperties"] is True


@pytest.mark.parametrize(
    ("kind", "snapshots"),
    [("aurora", True), ("aurora-direct", False), ("a URL", False), ("a URL that is always awake", True)],
)
def test_people_do_not_wait_for_a_start_where_they_do_not_wait_for_the_database(kind: str, snapshots: bool) -> None:
    for name in ("HttpFunction", "WebSocketFunction"):
        wanted = "PublishedVersions" if snapshots else "None"
        assert Deployment(KINDS[kind]).functions[name]["SnapStart"] == {"ApplyOn": wanted}


def test_snapshots_can_be_had_or_done_without_whatever_the_database() -> None:
    for choice, wanted in {"on": "PublishedVersions", "off": "None"}.items():
        for kind in KINDS.values():
            function = Deployment({**kind, "SnapStart": choice}).functions["HttpFunction"]
            assert function["SnapStart"] == {"ApplyOn": wanted}


def test_a_function_that_calls_itself_without_end_is_stopped(template: dict[str, Any]) -> None:
    for function in functions(template).values():
        assert function["RecursiveLoop"] == "Terminate"


def test_what_nobody_waits_for_is_kept_when_it_fails(template: dict[str, Any]) -> None:
    for name in ("ScheduleFunction", "MigrateFunction"):
        failure = functions(template)[name]["EventInvokeConfig"]["DestinationConfig"]["OnFailure"]
        assert failure == {"Type": "SQS", "Destination": {"Fn::GetAtt": ["FailedEvents", "Arn"]}}
