"""`todo watch`: what people at terminals see, as processes of their own."""

import os
import pty
import re
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from queue import Queue
from typing import Any

import pytest
from clients import Person, ServerDoor
from clocks import MovableClock
from relay import Relay
from sqlalchemy import make_url

from todo.entrypoints import cli

WITHIN = 20.0


class Watcher:
    """A running `todo watch`, and the lines that it printed so far."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.lines: list[str] = []
        self._queue: Queue[tuple[float, str]] = Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def wait_for(self, words: str) -> tuple[float, str]:
        """The next line that holds these words, and when it came."""
        give_up = time.monotonic() + WITHIN
        while True:
            at, line = self._queue.get(timeout=max(0.0, give_up - time.monotonic()))
            self.lines.append(line)
            if words in line:
                return at, line

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._queue.put((time.monotonic(), line.rstrip("\n")))


@contextmanager
def watching(port: int, token: str, wanted: str, stdin: int = subprocess.DEVNULL) -> Iterator[Watcher]:
    """`todo watch` of a list at a port of this machine."""
    address = f"http://127.0.0.1:{port}"
    with subprocess.Popen(
        [sys.executable, "-m", "todo.entrypoints.cli", "watch", wanted, "--url", address],
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=os.environ | {"TODO_TOKEN": token},
    ) as process:
        try:
            yield Watcher(process)
        finally:
            process.kill()


@pytest.fixture
def refused(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """What `todo watch` says when it cannot; it says it in one line."""

    def say(*arguments: str, token: str = "") -> str:
        monkeypatch.setenv("TODO_TOKEN", token)
        assert cli.main(["watch", *arguments]) == 1
        said = capsys.readouterr()
        assert said.out == ""
        (line,) = said.err.splitlines()
        assert line.startswith("todo: ")
        return str(line)

    return say


@pytest.fixture(scope="module")
def server(sqlite_url: str) -> Iterator[ServerDoor]:
    """The server."""
    with ServerDoor(make_url(sqlite_url), MovableClock()) as door:
        yield door


@pytest.fixture
def cat(server: ServerDoor) -> Person:
    """Somebody with an account there."""
    return server.sign_up(f"cat-{uuid.uuid4()}@example.org", name="Cat")


def test_two_terminals_see_a_change_at_once(cat: Person, server: ServerDoor, record_property: Any) -> None:
    home = cat.make_list("Groceries")
    with ExitStack() as stack:
        watchers = [stack.enter_context(watching(server.port, cat.token, each)) for each in ("groceries", home["id"])]
        for watcher in watchers:
            assert "Cat" in watcher.wait_for("Here now")[1]
        slowest = []
        for number in range(5):
            before = time.monotonic()
            cat.add(home, f"Milk {number}")
            seen = [watcher.wait_for(f'Cat added "Milk {number}"') for watcher in watchers]
            slowest.append(max(at for at, _ in seen) - before)
        record_property("seconds_until_seen", min(slowest))
        sys.stdout.write(f"two terminals saw a change after {min(slowest) * 1000:.0f} ms\n")
        assert min(slowest) < 1
        assert re.match(r"\d\d:\d\d:\d\d Cat added", seen[0][1])
        watchers[0].process.send_signal(signal.SIGINT)
        assert watchers[0].process.wait(WITHIN) == 130


def test_after_a_cut_it_resumes_where_it_was_without_gap_or_double(cat: Person, server: ServerDoor) -> None:
    home = cat.make_list()
    with Relay(server.port, is_opaque=True) as relay, watching(relay.port, cat.token, home["id"]) as watcher:
        watcher.wait_for("Here now")
        cat.add(home, "One")
        watcher.wait_for('"One"')
        relay.refuse()
        relay.cut()
        watcher.wait_for("trying again")
        for title in ("Two", "Three"):
            cat.add(home, title)
        relay.admit()
        watcher.wait_for('"Three"')
        relay.cut()
        watcher.wait_for("trying again")
        cat.add(home, "Four")
        watcher.wait_for('"Four"')
        shown = [match[1] for line in watcher.lines if (match := re.search(r'added "(\w+)"', line))]
        assert shown == ["One", "Two", "Three", "Four"]


def test_what_is_typed_becomes_a_task(cat: Person, server: ServerDoor) -> None:
    home = cat.make_list()
    keyboard, terminal = pty.openpty()
    try:
        with watching(server.port, cat.token, home["id"], stdin=terminal) as watcher:
            watcher.wait_for("Type a line")
            watcher.wait_for("Here now")
            os.write(keyboard, "Grüße kaufen\n\n".encode())
            watcher.wait_for('Cat added "Grüße kaufen"')
            os.write(keyboard, b"x" * 501 + b"\n")
            assert "/title" in watcher.wait_for("Not added")[1]
    finally:
        os.close(keyboard)
        os.close(terminal)
    assert [task["title"] for task in cat.get(f"{home['url']}/tasks")] == ["Grüße kaufen"]


def test_it_ends_when_the_list_or_the_token_is_gone(cat: Person, server: ServerDoor) -> None:
    home, work = cat.make_list(), cat.make_list("Work")
    other = cat.ask("POST", "/v1/tokens", {"name": "other"}).json
    with (
        watching(server.port, cat.token, home["id"]) as loses,
        watching(server.port, other["secret"], work["id"]) as revoked,
    ):
        for watcher in (loses, revoked):
            watcher.wait_for("Here now")
        cat.ask("DELETE", home["url"])
        loses.wait_for("todo: The list was deleted, or you may not see it any more.")
        cat.ask("DELETE", other["url"])
        cat.add(work)
        revoked.wait_for("the token was revoked")
        assert [watcher.process.wait(WITHIN) for watcher in (loses, revoked)] == [1, 1]


def test_what_cannot_be_watched_is_said_in_one_line(
    cat: Person, server: ServerDoor, refused: Callable[..., str]
) -> None:
    address = f"http://127.0.0.1:{server.port}"
    assert "TODO_TOKEN" in refused("Home")
    assert "todo serve" in refused("Home", "--url", "http://127.0.0.1:1", token=cat.token)
    assert "token is unknown" in refused("Home", "--url", address, "--token", "todo_wrong")
    assert "no list that is called 'Nowhere'" in refused("Nowhere", "--url", address, token=cat.token)
    assert "no such list" in refused(str(uuid.uuid4()), "--url", address, token=cat.token)
    cat.make_list("Twice")
    cat.make_list("TWICE")
    assert "Several lists" in refused("twice", "--url", address, token=cat.token)


def test_what_others_write_cannot_steer_the_terminal(cat: Person, server: ServerDoor) -> None:
    home = cat.make_list()
    with watching(server.port, cat.token, home["id"]) as watcher:
        watcher.wait_for("Here now")
        cat.add(home, "Rent \u202e\u2066now")
        assert watcher.wait_for("Rent")[1].endswith('added "Rent   now"')
