"""What each recorded event in events/ is answered with: the status, and what the body holds.

Read by the tests, which run the function in a process, and by scripts/sam_local_test.py, which runs what was
built.
"""

import base64
from typing import Any

EXPECTED = {
    "alb-index": (200, '"routes"'),
    "function-url-index": (200, '"routes"'),
    "http-bad-token": (401, '"code"'),
    "http-cookies-and-repeated-query": (401, '"code"'),  # a cookie is no token; who asks comes before what
    "http-encoded-slash": (401, '"code"'),  # one path segment; were it two, the path would be unknown: 404
    "http-health": (200, '"ok"'),
    "http-index": (200, '"routes"'),
    "http-malformed-json": (400, '"code"'),
    "http-method-not-allowed": (405, '"code"'),
    "http-named-stage": (200, '"routes"'),
    "http-preflight": (204, ""),
    "http-sign-up": (201, "ada@example.org"),
    "http-sign-up-base64": (201, "Zoë Łukasik 🧮"),
    "http-sign-up-form": (201, "grace@example.org"),
    "http-unknown-path": (404, '"code"'),
    "rest-index": (200, '"routes"'),
    "unknown-schedule": (400, '"code"'),
}


def fault(name: str, reply: Any) -> str | None:
    """How `reply` to the event `name` differs from what is expected; None when it does not."""
    status, part = EXPECTED[name]
    body = reply.get("body") or ""
    if reply.get("isBase64Encoded"):
        body = base64.b64decode(body).decode()
    if reply.get("statusCode") == status and part in body:
        return None
    return f"expected {status} with {part!r}, got {str(reply)[:2000]}"
