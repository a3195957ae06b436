"""Run one of Tornado's own test modules with its HTTP server replaced by the bridge behind uvicorn.

`python -m conformance.bridged tornado.test.web_test` prints a JSON object: the name of each test ->
"passed", "skipped", or why it failed. The tests are the ones that ship in the tornado package, unmodified;
only `tornado.testing.AsyncHTTPTestCase.get_http_server` is another.
"""

import json
import logging
import socket
import sys
import unittest
from typing import Any

from conformance.servers import BridgedServer
from tornado.http1connection import _GzipMessageDelegate
from tornado.httputil import HTTPConnection, HTTPMessageDelegate, HTTPServerConnectionDelegate
from tornado.ioloop import IOLoop
from tornado.testing import AsyncHTTPTestCase

from tornado_lambda import TornadoASGI


class Decompressing(HTTPServerConnectionDelegate):
    """What HTTPServer(decompress_request=True) does, which is not the bridge's business."""

    def __init__(self, application: HTTPServerConnectionDelegate, chunk_size: int) -> None:
        self.application = application
        self.chunk_size = chunk_size

    def start_request(self, server_conn: object, request_conn: HTTPConnection) -> HTTPMessageDelegate:
        delegate = self.application.start_request(server_conn, request_conn)
        return _GzipMessageDelegate(delegate, self.chunk_size, 100 * 1024 * 1024)


class TestServer(BridgedServer):
    """What tornado.testing takes for an HTTPServer, with those of its options that mean something here."""

    def __init__(
        self, application: Any, *, chunk_size: int = 64 * 1024, decompress_request: bool = False
    ) -> None:
        if decompress_request:
            application = Decompressing(application, chunk_size)
        super().__init__(TornadoASGI(application, chunk_size=chunk_size))

    def add_sockets(self, sockets: list[socket.socket]) -> None:
        IOLoop.current().run_sync(lambda: self.listen(sockets))


def get_http_server(case: AsyncHTTPTestCase) -> Any:
    return TestServer(case._app, **case.get_httpserver_options())


class Outcomes(unittest.TestResult):
    def __init__(self) -> None:
        super().__init__()
        self.by_name: dict[str, str] = {}

    def note(self, test: unittest.TestCase, outcome: str) -> None:
        self.by_name.setdefault(test.id().removeprefix("tornado.test."), outcome)

    def addSuccess(self, test: unittest.TestCase) -> None:  # noqa: N802 - unittest's name
        self.note(test, "passed")

    def addSkip(self, test: unittest.TestCase, reason: str) -> None:  # noqa: ARG002, N802
        self.note(test, "skipped")

    def addError(self, test: unittest.TestCase, err: Any) -> None:  # noqa: N802
        self.note(test, f"{err[0].__name__}: {err[1]}")

    addFailure = addError  # noqa: N815


def main(module: str) -> None:
    logging.getLogger("tornado.access").setLevel(logging.CRITICAL)
    logging.getLogger("uvicorn").setLevel(logging.CRITICAL)
    setattr(AsyncHTTPTestCase, "get_http_server", get_http_server)  # noqa: B010 - mypy would not have it assigned
    outcomes = Outcomes()
    unittest.defaultTestLoader.loadTestsFromName(module).run(outcomes)
    print(json.dumps(outcomes.by_name))  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1])
