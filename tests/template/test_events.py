"""The recorded events, answered by the real functions, each in a process of its own, by AWS's own runtime client."""

import json
import runpy
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from lambda_runtime import FunctionError, LambdaRuntime
from sqlalchemy import create_engine
from template.cloudformation import ROOT
from template.deployment import Deployment

from todo.models import Base

EXPECTATIONS = runpy.run_path(str(ROOT / "scripts" / "expected_replies.py"))
# Where nothing answers, and with credentials that are not looked for elsewhere.
NO_GATEWAY = {
    "TODO_LIVE_ENDPOINT": "http://127.0.0.1:1/live",
    "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "secret",
    "AWS_DEFAULT_REGION": "eu-central-1",
}
EVENTS = sorted((ROOT / "events").glob("*/*.json"))


def name_of(event: Path) -> str:
    return f"{event.parent.name}/{event.stem}"


@pytest.fixture(scope="module")
def runtime_of(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], LambdaRuntime]]:
    """An environment of each function, over a database of its own: as the template says, but for the address."""
    deployed = Deployment({"Database": "external", "SignUp": "open"})
    started: dict[str, LambdaRuntime] = {}
    with ExitStack() as stack:

        def start(folder: str) -> LambdaRuntime:
            if folder not in started:
                file = tmp_path_factory.mktemp("function") / "todo.db"
                if folder != "migrate":
                    engine = create_engine(f"sqlite:///{file}")
                    Base.metadata.create_all(engine)
                    engine.dispose()
                function = deployed.functions[EXPECTATIONS["FUNCTIONS"][folder]]
                given = function["Environment"]["Variables"]
                plain = {name: value for name, value in given.items() if isinstance(value, str)}
                own = {"TODO_DATABASE_URL": f"sqlite:///{file}", "AWS_SAM_LOCAL": "true"} | NO_GATEWAY
                started[folder] = stack.enter_context(LambdaRuntime(function["Handler"], plain | own))
            return started[folder]

        yield start


def test_every_recorded_event_has_an_expected_reply() -> None:
    assert {name_of(path) for path in EVENTS} == set(EXPECTATIONS["EXPECTED"])


@pytest.mark.parametrize("event", EVENTS, ids=name_of)
def test_a_recorded_event_is_answered_as_expected(runtime_of: Callable[[str], LambdaRuntime], event: Path) -> None:
    try:
        reply: Any = runtime_of(event.parent.name).invoke(json.loads(event.read_text()))
    except FunctionError as error:
        reply = error.error
    assert EXPECTATIONS["fault"](name_of(event), reply) is None
