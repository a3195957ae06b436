"""Tornado's own tests of its web framework pass through the bridge, except for those ASGI has no room for."""

import json
import subprocess
import sys
from pathlib import Path

CANNOT_PASS = {
    "web_test.ClientCloseTest.test_client_close": "closes the raw socket, which ASGI does not hand over",
    "web_test.RaiseWithReasonTest.test_raise_with_reason": "a status that no server knows",
    "web_test.StatusReasonTest.test_header_injection": "a reason phrase of its own",
    "web_test.StatusReasonTest.test_reason_xss": "a reason phrase of its own",
    "web_test.StatusReasonTest.test_status": "a reason phrase of its own",
}


def test_tornados_web_tests_pass_except_for_what_asgi_cannot_say() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "conformance.bridged", "tornado.test.web_test"],
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    outcomes: dict[str, str] = json.loads(done.stdout)
    failed = {name: why for name, why in outcomes.items() if why not in {"passed", "skipped"}}

    assert {name: why for name, why in failed.items() if name not in CANNOT_PASS} == {}
    assert CANNOT_PASS.keys() - failed.keys() == set(), (
        "listed as impossible, and passed: take them off the list"
    )
    assert sum(outcome == "passed" for outcome in outcomes.values()) >= 267
