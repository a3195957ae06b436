"""`todo serve` as a process of its own, on SQLite in a folder: it can be stopped, killed, and started again."""

import http.client
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Self

from clients import Asking, Reply

_STARTS_WITHIN = 60  # seconds; it takes one on a machine that does nothing else
_STOPS_WITHIN = 30
_INHERITED = ("PATH", "HOME", "TMPDIR", "LANG", "PYTHONPATH", "PYTHONPYCACHEPREFIX")


class Service(Asking):
    """The service on a port of its own, which it keeps when it is started again. `settings` become `TODO_...`."""

    def __init__(self, folder: Path, port: int = 0, **settings: str) -> None:
        self.folder = folder
        self.port = port
        self._settings = {f"TODO_{name.upper()}": value for name, value in settings.items()}
        self._process: subprocess.Popen[bytes] | None = None
        self._log = folder / "service.log"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """Its address, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def runs(self) -> bool:
        """Whether there is a process."""
        return self._process is not None

    def start(self) -> None:
        """Start it, and wait until it listens."""
        assert self._process is None, "it runs already"
        said_before = len(self.said())
        inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "todo.entrypoints.cli", "serve"),
                    *("--port", str(self.port), "--data", str(self.folder)),
                ],
                env=inherited | self._settings,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        give_up = time.monotonic() + _STARTS_WITHIN
        while (found := re.search(r"served at http://127\.0\.0\.1:(\d+)", self.said()[said_before:])) is None:
            if time.monotonic() > give_up or self._ended(within=0.05):
                self.kill()
                raise AssertionError(f"the service does not start:\n{self.said()[said_before:]}")
        self.port = int(found[1])

    def stop(self) -> None:
        """Stop it as an operator does: what it was asked is answered first."""
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            ended = self._ended(within=_STOPS_WITHIN)
            self.kill()
            assert ended, f"the service does not stop:\n{self.said()}"

    def kill(self) -> None:
        """End it at once, as a crash would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def restart(self) -> None:
        """Stop it and start it again, on the same data and the same port."""
        self.stop()
        self.start()

    def said(self) -> str:
        """What it wrote to its terminal since it was first started."""
        return self._log.read_text(encoding="utf-8") if self._log.exists() else ""

    def mails(self) -> list[str]:
        """The mails that it sent so far, the oldest first."""
        return [path.read_text(encoding="utf-8") for path in sorted((self.folder / "outbox").glob("*.eml"))]

    def send(self, method: str, path: str, headers: list[tuple[str, str]], body: bytes) -> Reply:
        """One request from outside of a browser, on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body or None, dict(headers))
            response = connection.getresponse()
            found: dict[str, Any] = {name.lower(): value for name, value in response.getheaders()}
            return Reply(response.status, found, response.read())
        finally:
            connection.close()

    def _ended(self, within: float) -> bool:
        assert self._process is not None
        try:
            self._process.wait(within)
        except subprocess.TimeoutExpired:
            return False
        return True
