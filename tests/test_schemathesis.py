"""The service keeps to its OpenAPI document, whatever schemathesis sends it.

Left out: `deleteMe` and `deleteSessionsCurrent` would end the account and token that all else is asked with; they are
run apart, without a token. The check `positive_data_acceptance` takes every 422 to a request that fits the schemas for
a fault; in its place a check of our own looks at what the 422 names. `negative_data_rejection` and `use_after_free` are
called by others, which know what only looks wrong (`bad_input/schemathesis_hooks.py`).
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from clients import ServerDoor
from clocks import MovableClock
from sqlalchemy import make_url

HERE = Path(__file__).parent
SEED = "20261123"
EXCLUDED = "positive_data_acceptance,negative_data_rejection,use_after_free"


class HurryingClock(MovableClock):
    """Every look at it is 20 minutes later, so that no throttle ever turns a sign-up or log-in away."""

    def __call__(self) -> datetime:
        """A moment later than ever before."""
        self.forward(minutes=20)
        return super().__call__()


def run_schemathesis(door: ServerDoor, tmp_path: Path, *options: str, token: str | None) -> None:
    """Run it over the document of the running server; its report is the assertion's message."""
    program = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(HERE / "bad_input" / "schemathesis.toml")]
    command = [*program, "run", f"http://127.0.0.1:{door.port}/openapi.json", *options]
    command += ["--seed", SEED, "--warnings", "off", "--exclude-checks", EXCLUDED]
    if token is not None:
        command += ["--header", f"Authorization: Bearer {token}"]
    environment = os.environ | {"SCHEMATHESIS_HOOKS": "schemathesis_hooks", "PYTHONPATH": str(HERE / "bad_input")}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, (done.stdout + done.stderr)[-20_000:]


@pytest.fixture
def server(sqlite_url: str) -> Iterator[ServerDoor]:
    """The server over SQLite, where time flies."""
    with ServerDoor(make_url(sqlite_url), HurryingClock()) as door:
        yield door


def test_every_reply_is_one_that_the_document_describes(server: ServerDoor, tmp_path: Path) -> None:
    ann = server.sign_up("schemathesis@example.org")
    secret = ann.ask("POST", "/v1/tokens", {"name": "does not expire"}).json["secret"]
    bounds = ["--max-time", "300", "-n", "100"] if os.environ.get("PROVE") else ["-n", "3", "--no-shrink"]
    left_out = ["--exclude-operation-id", "deleteMe", "--exclude-operation-id", "deleteSessionsCurrent"]
    run_schemathesis(server, tmp_path, *bounds, *left_out, token=secret)


def test_leaving_is_refused_as_the_document_says_to_those_without_a_token(server: ServerDoor, tmp_path: Path) -> None:
    chosen = ["--include-operation-id", "deleteMe", "--include-operation-id", "deleteSessionsCurrent"]
    run_schemathesis(server, tmp_path, "-n", "5", "--phases", "coverage,fuzzing", *chosen, token=None)
