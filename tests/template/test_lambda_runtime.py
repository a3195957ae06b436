"""The stand-in for the Lambda Runtime API that other tests rely on."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from lambda_runtime import FunctionError, LambdaRuntime

FUNCTION = """
import os
print("starting cold")
seen = []
def handler(event, context):
    if event == "raise": raise ValueError("not today")
    if event == "end": os._exit(3)
    seen.append(event)
    return {"seen": seen, "left": context.get_remaining_time_in_millis(), "set": os.environ["SET"]}
"""


@pytest.fixture
def runtime(tmp_path: Path) -> Iterator[LambdaRuntime]:
    (tmp_path / "function.py").write_text(FUNCTION)
    with LambdaRuntime("function.handler", {"PYTHONPATH": str(tmp_path), "SET": "here"}) as runtime:
        yield runtime


def test_one_environment_serves_event_after_event(runtime: LambdaRuntime) -> None:
    assert runtime.invoke("one")["seen"] == ["one"]
    reply = runtime.invoke("zwölf")
    assert reply["seen"] == ["one", "zwölf"]
    assert reply["set"] == "here"
    assert 0 < reply["left"] <= 29_000
    assert runtime.logs.count("starting cold") == 1


def test_what_a_function_raises_is_told_and_the_environment_lives_on(runtime: LambdaRuntime) -> None:
    with pytest.raises(FunctionError, match="ValueError: not today"):
        runtime.invoke("raise")
    assert runtime.invoke("after")["seen"] == ["after"]


def test_a_function_that_ends_is_told_at_once(runtime: LambdaRuntime) -> None:
    with pytest.raises(FunctionError, match=r"Runtime\.ExitError"):
        runtime.invoke("end")


def test_a_handler_that_cannot_be_imported_is_told(tmp_path: Path) -> None:
    with (
        LambdaRuntime("absent.handler", {"PYTHONPATH": str(tmp_path)}) as runtime,
        pytest.raises(FunctionError, match="ImportModuleError"),
    ):
        runtime.invoke({})


def test_the_environment_of_the_tests_stays_outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, "TODO_SECRET", "inherited")
    (tmp_path / "function.py").write_text("import os\ndef handler(event, context): return sorted(os.environ)")
    with LambdaRuntime("function.handler", {"PYTHONPATH": str(tmp_path)}) as runtime:
        assert "TODO_SECRET" not in runtime.invoke({})
