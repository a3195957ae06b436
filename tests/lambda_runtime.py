"""The Lambda Runtime API in thirty lines: a test runs a function in its own process, with AWS's own client.

`awslambdaric` runs the handler just as it does in Lambda: it imports it, asks here for the next event, and
posts the reply or the error here.
"""

import json
import os
import subprocess
import sys
import tempfile
import threading
import uuid
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Empty, Queue
from time import monotonic, time
from types import TracebackType
from typing import Any, Self

ARN = "arn:aws:lambda:eu-central-1:123456789012:function:todo-http"


class FunctionError(Exception):
    """The function raised, could not be imported, or ended. Holds what its runtime said of it."""

    def __init__(self, error: Mapping[str, Any]) -> None:
        super().__init__(f"{error.get('errorType')}: {error.get('errorMessage')}")
        self.error = error


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Nothing: a function that is killed leaves its connection open."""


class LambdaRuntime:
    """One Lambda environment: it starts cold, serves one event at a time, and is frozen at the end."""

    def __init__(
        self,
        handler: str,
        env: Mapping[str, str] | None = None,
        *,
        python: str = sys.executable,
        time_limit: float = 29,
        at_snapshot: Callable[[int], None] | None = None,
    ) -> None:
        """With `at_snapshot` the environment starts as under SnapStart: that is called with its process's id at the
        moment at which Lambda would copy its memory. https://docs.aws.amazon.com/lambda/latest/dg/snapstart.html
        """
        self.handler = handler
        self.time_limit = time_limit
        self._at_snapshot = at_snapshot
        self._python = python
        self._env = dict(env or {})
        self._events: Queue[tuple[str, bytes] | None] = Queue()
        self._replies: Queue[tuple[str, Any]] = Queue()

    def __enter__(self) -> Self:
        self._server = _Server(("127.0.0.1", 0), self._requests())
        threading.Thread(target=self._server.serve_forever, name="lambda-runtime", daemon=True).start()
        self._log = tempfile.NamedTemporaryFile(prefix="function-", suffix=".log")
        inherited = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR", "LANG") if name in os.environ}
        self._process = subprocess.Popen(
            [self._python, "-m", "awslambdaric", self.handler],
            env=inherited
            | {
                "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{self._server.server_port}",
                "AWS_LAMBDA_FUNCTION_NAME": "todo-http",
                "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
                "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "1024",
                "AWS_LAMBDA_INITIALIZATION_TYPE": "snap-start" if self._at_snapshot else "on-demand",
                "AWS_LAMBDA_LOG_FORMAT": "JSON",
                "AWS_REGION": "eu-central-1",
                "LAMBDA_TASK_ROOT": str(Path(__file__).parent.parent / "src"),
                "_HANDLER": self.handler,
            }
            | self._env,
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()  # a Lambda environment gets no farewell either
        self._process.wait()
        self._events.put(None)
        self._server.shutdown()
        self._server.server_close()
        self._log.close()

    @property
    def logs(self) -> str:
        """What the function has written so far."""
        return Path(self._log.name).read_text()

    @property
    def process(self) -> int:
        """The id of the function's process."""
        return self._process.pid

    def invoke(self, event: object) -> Any:
        """The reply to `event`. Raises FunctionError with what the function raised."""
        self._events.put((str(uuid.uuid4()), json.dumps(event).encode()))
        end = monotonic() + self.time_limit + 1
        while monotonic() < end:
            try:
                outcome, reply = self._replies.get(timeout=0.2)
            except Empty:
                if self._process.poll() is None:
                    continue
                try:  # what it said on its way out may just have arrived
                    outcome, reply = self._replies.get(timeout=0.2)
                except Empty:
                    raise FunctionError({"errorType": "Runtime.ExitError", "errorMessage": self.logs}) from None
            if outcome == "response":
                return reply
            raise FunctionError(reply)
        raise FunctionError(
            {"errorType": "Sandbox.Timedout", "errorMessage": f"no reply in {self.time_limit} s\n{self.logs}"}
        )

    def _requests(self) -> type[BaseHTTPRequestHandler]:
        runtime = self

        class Requests(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:  # /2018-06-01/runtime/invocation/next, or .../restore/next
                if self.path.endswith("/restore/next") and runtime._at_snapshot:
                    runtime._at_snapshot(runtime.process)
                    self._reply(200, b"{}", {"Content-Type": "application/json"})
                    return
                event = runtime._events.get()
                if event is None:
                    self.close_connection = True
                    return
                request_id, body = event
                headers = {
                    "Content-Type": "application/json",  # AWS's client crashes without it
                    "Lambda-Runtime-Aws-Request-Id": request_id,
                    "Lambda-Runtime-Deadline-Ms": str(int((time() + runtime.time_limit) * 1000)),
                    "Lambda-Runtime-Invoked-Function-Arn": ARN,
                    "Lambda-Runtime-Trace-Id": "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=0",
                }
                self._reply(200, body, headers)

            def do_POST(
                self,
            ) -> None:  # .../invocation/{id}/response, .../invocation/{id}/error, .../init/error
                body = self.rfile.read(int(self.headers["Content-Length"] or 0))
                runtime._replies.put((self.path.rpartition("/")[2], json.loads(body or b"null")))
                self._reply(202, b'{"status":"OK"}', {})

            def _reply(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
                self.send_response(status)
                for name, value in {**headers, "Content-Length": str(len(body))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_args: object) -> None:
                """Nothing: a test's output is its own."""

        return Requests
