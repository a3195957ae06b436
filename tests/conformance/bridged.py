"""Run some of Tornado's own tests with its HTTP server replaced by the bridge behind an ASGI server.

`python -m conformance.bridged uvicorn tornado.test.web_test` prints a JSON object: the name of each test ->
"passed", "skipped", or why it failed. A name after a "-" is left out. With "native" for a server nothing is
replaced. The tests are the ones that ship in the tornado package, unmodified; only
`tornado.testing.AsyncHTTPTestCase.get_http_server` is another.
"""

import json
import logging
import socket
import sys
import unittest
from collections.abc import Iterator
from typing import Any

from conformance.servers import SERVERS
from tornado.ioloop import IOLoop
from tornado.testing import AsyncHTTPTestCase

from tornado_lambda import TornadoASGI

# What tells HTTPServer how to read a request and the bridge knows too; anything else is for the ASGI server.
OPTIONS = ("chunk_size", "decompress_request", "max_body_size", "protocol")


class Bridged:
    """What tornado.testing takes for an HTTPServer."""

    def __init__(self, server: str, application: Any, options: dict[str, Any]) -> None:
        known = {name: options[name] for name in OPTIONS if name in options}
        self._server = SERVERS[server](TornadoASGI(application, **known))
        self.stop = self._server.stop
        self.close_all_connections = self._server.close_all_connections

    def add_socket(self, listener: socket.socket) -> None:
        self.add_sockets([listener])

    def add_sockets(self, sockets: list[socket.socket]) -> None:
        IOLoop.current().run_sync(lambda: self._server.listen(sockets))


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

    def addSubTest(self, test: unittest.TestCase, subtest: unittest.TestCase, err: Any) -> None:  # noqa: ARG002, N802
        if err is not None:
            self.addError(test, err)


def _flat(tests: unittest.TestSuite) -> Iterator[unittest.TestCase]:
    for test in tests:
        if isinstance(test, unittest.TestSuite):
            yield from _flat(test)
        else:
            yield test


def main(server: str, *names: str) -> None:
    for logger in ("tornado.access", "uvicorn", "hypercorn"):
        logging.getLogger(logger).setLevel(logging.CRITICAL)
    if server != "native":
        # mypy would not have it assigned
        setattr(  # noqa: B010
            AsyncHTTPTestCase,
            "get_http_server",
            lambda case: Bridged(server, case._app, case.get_httpserver_options()),
        )
    outcomes = Outcomes()
    left_out = {name.removeprefix("-") for name in names if name.startswith("-")}
    found = _flat(unittest.defaultTestLoader.loadTestsFromNames([name for name in names if name[0] != "-"]))
    unittest.TestSuite(test for test in found if test.id().removeprefix("tornado.test.") not in left_out).run(outcomes)
    print(json.dumps(outcomes.by_name))  # noqa: T201


if __name__ == "__main__":
    main(*sys.argv[1:])
