"""The recorded events, answered by the real function in a process of its own, by AWS's own runtime client."""

import json
import runpy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lambda_runtime import LambdaRuntime
from sqlalchemy import create_engine
from template.cloudformation import ROOT
from template.deployment import Deployment

from todo.models import Base

EXPECTATIONS = runpy.run_path(str(ROOT / "scripts" / "expected_replies.py"))
EVENTS = sorted((ROOT / "events").glob("*.json"))


@pytest.fixture(scope="module")
def runtime(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LambdaRuntime]:
    """One environment over a database of its own: what the stack's template says, but for the address."""
    file = tmp_path_factory.mktemp("function") / "todo.db"
    engine = create_engine(f"sqlite:///{file}")
    Base.metadata.create_all(engine)
    engine.dispose()
    function = Deployment({"Database": "external"}).functions["HttpFunction"]
    variables = {name: value for name, value in function["Environment"]["Variables"].items() if isinstance(value, str)}
    with LambdaRuntime(
        function["Handler"],
        variables | {"TODO_DATABASE_URL": f"sqlite:///{file}", "AWS_SAM_LOCAL": "true"},
    ) as runtime:
        yield runtime


def test_every_recorded_event_has_an_expected_reply() -> None:
    assert {path.stem for path in EVENTS} == set(EXPECTATIONS["EXPECTED"])


@pytest.mark.parametrize("event", EVENTS, ids=lambda path: path.stem)
def test_a_recorded_event_is_answered_as_expected(runtime: LambdaRuntime, event: Path) -> None:
    reply: Any = runtime.invoke(json.loads(event.read_text()))
    assert EXPECTATIONS["fault"](event.stem, reply) is None
