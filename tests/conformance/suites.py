"""Which of Tornado's own tests go through the bridge, which of them do not pass, and why.

`LOST` is what documentation can be made of: for each server, the name of a test -> its reason.
"""

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

SERVERS = ("uvicorn", "hypercorn")

# Modules, and of two of them the classes that speak to an application. Left out are those that test Tornado's own
# parser, TLS, idle connections and trusted proxies, and whose handlers take the raw socket for all that they do.
SUITES: dict[str, list[str]] = {
    "web_test": [""],
    "websocket_test": [""],
    "httpserver_test": [
        "BodyLimitsTest",
        "GzipMemoryTest",
        "GzipTest",
        "GzipUnsupportedTest",
        "HTTPConnectionTest",
        "HTTPServerTest",
        "InvalidOutputContentLengthTest",
        "KeepAliveTest",
        "ManualProtocolTest",
        "MaxHeaderSizeTest",
        "StreamingChunkSizeTest",
    ],
    "simple_httpclient_test": [
        "GzipResponseTestCase",
        "HostnameMappingTestCase",
        "MaxBufferSizeTest",
        "MaxHeaderSizeTest",
        "SimpleHTTPClientMaxBodySizeTestCase",
        "SimpleHTTPClientTestCase",
    ],
}
# How many pass natively, so that none can be missing unseen.
NATIVE = {"web_test": 272, "websocket_test": 70, "httpserver_test": 46, "simple_httpclient_test": 46}

_TABLE = tomllib.loads((Path(__file__).parent / "lost.toml").read_text())
LOST: dict[str, dict[str, str]] = {
    server: {name: entry["reason"] for name, entry in _TABLE.items() if server in entry["servers"]}
    for server in SERVERS
}


def outcomes(server: str, suite: str) -> dict[str, str]:
    """What became of each test of a suite, each class or module in a process of its own.

    Those that are lost run apart: some wait for what never comes, and need not wait for long.
    """
    lost = [name for name in LOST.get(server, {}) if name.startswith(f"{suite}.")]
    units = [f"tornado.test.{suite}" + (f".{name}" if name else "") for name in SUITES[suite]]
    without = [f"-{name}" for name in lost]
    runs = [_start(server, [unit, *without]) for unit in units]
    if lost:
        runs.append(_start(server, [f"tornado.test.{name}" for name in lost], ASYNC_TEST_TIMEOUT="1"))
    found: dict[str, str] = {}
    for run in runs:
        stdout, stderr = run.communicate(timeout=120)
        assert run.returncode == 0, stderr
        found |= json.loads(stdout)
    return found


def _start(server: str, names: list[str], **environment: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-m", "conformance.bridged", server, *names],
        cwd=Path(__file__).parents[1],
        env={"ASYNC_TEST_TIMEOUT": "30", **os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
