"""`sam local`, as the programs that try the artifact out use it: SAM CLI, one invocation, the API on a port."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx


@dataclass(frozen=True)
class SamLocal:
    """SAM CLI, what each command is told besides, and what its environment holds besides."""

    program: str
    options: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)

    def invoke(self, function: str, event: str) -> Any:
        """What a function replies to an event, which is JSON."""
        done = subprocess.run(
            [self.program, "local", "invoke", function, "--event", "-", *self.options],
            input=event,
            env=os.environ | self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        try:
            return json.loads(done.stdout.strip().splitlines()[-1])
        except (IndexError, ValueError):
            raise SystemExit(f"{function}: no reply to {event[:200]}\n{done.stdout}\n{done.stderr}") from None

    def start_api(self) -> AbstractContextManager[str]:
        """The API on a free port: its address."""
        return self._start("start-api")

    def start_lambda(self) -> AbstractContextManager[str]:
        """What invokes functions, and keeps their environments, on a free port: its address."""
        return self._start("start-lambda")

    @contextmanager
    def _start(self, what: str) -> Iterator[str]:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        command = [self.program, "local", what, "--port", str(port), "--warm-containers", "LAZY", *self.options]
        with tempfile.TemporaryFile("w+") as log:
            process = subprocess.Popen(command, env=os.environ | self.environment, stdout=log, stderr=log)
            try:
                for _ in range(300):
                    with socket.socket() as probe:
                        if probe.connect_ex(("127.0.0.1", port)) == 0:
                            break
                    if process.poll() is not None:
                        break
                    time.sleep(0.2)
                yield f"http://127.0.0.1:{port}"
            except Exception:
                log.seek(0)
                print(log.read()[-8000:], file=sys.stderr)
                raise
            finally:
                process.send_signal(signal.SIGTERM)  # in the background, SAM ignores SIGINT
                process.wait(timeout=60)


def ask(client: httpx.Client, method: str, path: str, expected: int, **options: Any) -> httpx.Response:
    """What is replied to a request, which is printed. Raises AssertionError where the status is another one."""
    started = time.monotonic()
    reply = client.request(method, path, **options)
    say(method, path, str(reply.status_code), started)
    if reply.status_code != expected:
        raise AssertionError(f"{method} {path}: {reply.status_code}, not {expected}: {reply.text[:1000]}")
    return reply


def say(what: str, of_what: str, outcome: str, started: float) -> None:
    """Print that something was done, and how long it took."""
    print(f"     {what:7}{of_what[:60]:62}{outcome}  {time.monotonic() - started:.2f} s", flush=True)


def require(truth: object, what: str) -> None:
    """Raise AssertionError unless something is so."""
    if not truth:
        raise AssertionError(f"not so: {what}")
