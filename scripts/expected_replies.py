"""What each recorded event in events/ is answered with, by the function whose folder it is in.

Read by the tests, which run the functions in a process, and by scripts/sam_local_test.py, which runs what was built.
"""

import base64
from typing import Any

# The folder in events/, and the resource in template.yaml.
FUNCTIONS = {
    "http": "HttpFunction",
    "migrate": "MigrateFunction",
    "schedule": "ScheduleFunction",
    "websocket": "WebSocketFunction",
    "worker": "WorkerFunction",
}

# Of a reply over HTTP the status, and what the body holds; of another, what it holds; of an error, its type.
EXPECTED: dict[str, tuple[int, str] | dict[str, Any] | str] = {
    "http/alb-index": (200, '"routes"'),
    "http/bad-token": (401, '"code"'),
    "http/cookies-and-repeated-query": (401, '"code"'),  # a cookie is no token; who asks comes before what
    "http/encoded-slash": (401, '"code"'),  # one path segment; were it two, the path would be unknown: 404
    "http/function-url-index": (200, '"routes"'),
    "http/health": (200, '"ok"'),
    "http/index": (200, '"routes"'),
    "http/malformed-json": (400, '"code"'),
    "http/method-not-allowed": (405, '"code"'),
    "http/named-stage": (200, '"routes"'),
    "http/not-a-request": (400, '"code"'),
    "http/preflight": (204, ""),
    "http/rest-index": (200, '"routes"'),
    "http/sign-up": (201, "ada@example.org"),
    "http/sign-up-base64": (201, "Zoë Łukasik 🧮"),
    "http/sign-up-form": (201, "grace@example.org"),
    "http/unknown-path": (404, '"code"'),
    "migrate/create": {"status": "SUCCESS"},
    "migrate/delete": {"status": "SUCCESS", "revision": None},
    "migrate/update": {"status": "SUCCESS"},
    "schedule/alarm": {"job": "alarm", "done": 0, "stopped_early": False},
    "schedule/digest": {"job": "digest", "done": 0, "stopped_early": False},
    "schedule/housekeeping": {"job": "housekeeping", "done": 0, "stopped_early": False},
    "schedule/no-job": "UnknownJob",
    "schedule/reminders": {"job": "reminders", "done": 0, "stopped_early": False},
    "schedule/unknown-job": "UnknownJob",
    "websocket/connect": (401, ""),  # without a ticket
    "websocket/connect-bad-ticket": (401, ""),
    "websocket/connect-from-another-page": (403, ""),
    "websocket/disconnect": (200, ""),
    # The socket is not known: it is ended. That no gateway is there changes nothing.
    "websocket/message-binary": (200, ""),
    "websocket/message-not-json": (200, ""),
    "websocket/message-ping": (200, ""),
    "websocket/message-subscribe": (200, ""),
    "worker/alarm": {"batchItemFailures": []},
    "worker/bounce": {"batchItemFailures": []},
    "worker/job-that-is-gone": {"batchItemFailures": []},
    "worker/live-where-nobody-listens": {"batchItemFailures": []},
    "worker/one-of-three-is-not-ours": {
        "batchItemFailures": [{"itemIdentifier": "059f36b4-87a3-44ab-83d2-661970000005"}]
    },
}


def fault(name: str, reply: Any) -> str | None:
    """How `reply` to the event `name` differs from what is expected; None when it does not."""
    expected = EXPECTED[name]
    if isinstance(expected, tuple):
        status, part = expected
        body = reply.get("body") or ""
        if reply.get("isBase64Encoded"):
            body = base64.b64decode(body).decode()
        right = reply.get("statusCode") == status and part in body
    elif isinstance(expected, str):
        right = reply.get("errorType") == expected
    else:
        right = expected.items() <= {key: reply.get(key) for key in expected}.items()
    return None if right else f"expected {expected!r}, got {str(reply)[:2000]}"
