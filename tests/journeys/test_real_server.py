"""The program that people start on a laptop: `todo serve`, with the real clock, argon2 and SQLite file."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

PASSWORD = "a password that is long"


class Served:
    """A running `todo serve`; `token` is sent once it is set."""

    def __init__(self, process: subprocess.Popen[str], address: str) -> None:
        self.process = process
        self.address = address
        self.token = ""

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Status and JSON of one request."""
        request = Request(  # noqa: S310 - http, to a process of ours
            self.address + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json", "Authorization": f"Bearer {self.token}"},
        )
        try:
            with urlopen(request, timeout=30) as reply:  # noqa: S310 - the same
                text = reply.read()
                return reply.status, json.loads(text) if text else None
        except HTTPError as refusal:
            with refusal:
                return refusal.code, json.loads(refusal.read())

    def kill(self, number: int) -> int:
        """End the process by its id, and give its exit status."""
        os.kill(self.process.pid, number)
        return self.process.wait(20)


@contextmanager
def serve(data: Path, **settings: str) -> Iterator[Served]:
    """`todo serve` on a free port over the folder `data`."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TODO_")}
    with subprocess.Popen(
        [sys.executable, "-m", "todo.entrypoints.cli", "serve", "--port", "0", "--data", str(data)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment | {"PYTHONUNBUFFERED": "1"} | settings,
    ) as process:
        # One that never speaks is ended, so that the line below cannot wait for ever.
        too_long = threading.Timer(30, process.kill)
        too_long.start()
        try:
            assert process.stdout is not None
            match = re.search(r"http://[\d.]+:\d+", process.stdout.readline())
            assert match, process.stderr.read() if process.stderr else ""
            too_long.cancel()
            yield Served(process, match[0])
        finally:
            too_long.cancel()
            if process.poll() is None:
                process.kill()
            process.communicate(timeout=20)


def test_what_was_answered_survives_the_death_of_the_process(tmp_path: Path) -> None:
    with serve(tmp_path) as server:
        assert server.ask("GET", "/ready") == (200, {"status": "ok"})
        status, signed_in = server.ask("POST", "/v1/accounts", {"email": "ann@example.org", "password": PASSWORD})
        assert status == 201
        server.token = token = signed_in["token"]["secret"]
        _, home = server.ask("POST", "/v1/lists", {"title": "Home"})
        status, task = server.ask("POST", home["url"] + "/tasks", {"title": "Pay rent", "labels": ["money"]})
        assert status == 201
        assert server.kill(signal.SIGKILL) == -signal.SIGKILL

    with serve(tmp_path) as server:
        server.token = token
        assert server.ask("GET", task["url"]) == (200, task)
        assert server.ask("POST", "/v1/sessions", {"email": "ann@example.org", "password": "wrong"})[0] == 401
        status, signed_in = server.ask("POST", "/v1/sessions", {"email": "ANN@example.org", "password": PASSWORD})
        assert (status, signed_in["account"]["email"]) == (201, "ann@example.org")
        assert server.kill(signal.SIGTERM) == 0

    with (tmp_path / "todo.db").open("rb") as stored:
        raw = stored.read()
    assert PASSWORD.encode() not in raw
    assert token.encode() not in raw
    assert b"$argon2id$v=19$m=65536,t=3,p=4$" in raw


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_stops_when_it_is_told_to(tmp_path: Path, number: signal.Signals) -> None:
    with serve(tmp_path) as server:
        assert server.ask("GET", "/health")[0] == 200
        assert server.kill(number) == 0


def test_it_obeys_its_settings_and_takes_what_the_command_line_makes(tmp_path: Path) -> None:
    def todo(*arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "todo.entrypoints.cli", *arguments, "--data", str(tmp_path)],
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        return done.stdout.strip()

    invite = todo("user", "invite")
    with serve(tmp_path, TODO_SIGN_UP="invite") as server:
        new = {"email": "ann@example.org", "password": PASSWORD}
        assert server.ask("POST", "/v1/accounts", new)[0] == 403
        assert server.ask("POST", "/v1/accounts", {**new, "invite": invite})[0] == 201
        # Beside the running server.
        server.token = todo("token", "create", "ann@example.org", "--name", "backup", "--access", "read")
        assert server.ask("GET", "/v1/me")[1]["email"] == "ann@example.org"
        assert server.ask("POST", "/v1/lists", {"title": "x"})[0] == 403
