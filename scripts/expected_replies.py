"""What each recorded event in events/ is answered with, by the function whose folder it is in.

Read by the tests, which run the functions in a process, and by scripts/sam_local_test.py, which runs what was built.
"""

import base64
import gzip
from typing import Any

# The folder in events/, and the resource in template.yaml.
FUNCTIONS = {
    "http": "HttpFunction",
    "migrate": "MigrateFunction",
    "schedule": "ScheduleFunction",
    "websocket": "WebSocketFunction",
    "worker": "WorkerFunction",
}

# Of a reply over HTTP the status, what the body holds when it is unpacked, and perhaps what headers and cookies begin
# with; of another, what it holds; of an error, its type.
EXPECTED: dict[str, tuple[int, str] | tuple[int, str, dict[str, str]] | dict[str, Any] | str] = {
    "http/alb-index": (200, '"routes"'),
    "http/bad-token": (401, '"code"'),
    "http/cookie-from-elsewhere": (403, '"wrong_origin"'),
    "http/cookies-and-repeated-query": (401, '"code"'),  # a cookie is no token; who asks comes before what
    "http/encoded-slash": (401, '"code"'),  # one path segment; were it two, the path would be unknown: 404
    "http/function-url-index": (200, '"routes"'),
    "http/health": (200, '"ok"'),
    "http/index": (200, '"routes"'),
    "http/log-in-by-page": (401, '"code"', {"content-type": "application/problem+json"}),
    "http/malformed-json": (400, '"code"'),
    "http/method-not-allowed": (405, '"code"'),
    "http/named-stage": (200, '"routes"'),
    "http/not-a-request": (400, '"code"'),
    "http/page": (200, '<html lang="en"', {"content-type": "text/html", "vary": "Cookie, Accept-Language"}),
    "http/page-in-spanish": (200, '<html lang="es"', {"content-security-policy": "default-src 'none'"}),
    "http/page-nowhere": (404, "<!doctype html>"),
    "http/preflight": (204, ""),
    "http/rest-index": (200, '"routes"'),
    "http/service-worker": (200, "addEventListener", {"content-encoding": "gzip", "cache-control": "no-cache"}),
    "http/sign-up": (201, "ada@example.org"),
    "http/sign-up-base64": (201, "Zoë Łukasik 🧮"),
    "http/sign-up-form": (201, "grace@example.org"),
    "http/sign-up-by-page": (201, '"secret":null', {"set-cookie": "__Host-todo_session=todo_"}),
    # Of another release: the present file is sent, and not kept.
    "http/static-picture": (200, "PNG", {"content-type": "image/png", "cache-control": "no-store"}),
    "http/static-script": (200, "function", {"content-encoding": "gzip", "cache-control": "no-store"}),
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
    "worker/s3-test": {"batchItemFailures": []},
    # Of an import that is not there: nothing to do, and nothing to come again.
    "worker/s3-upload": {"batchItemFailures": []},
    "worker/one-of-three-is-not-ours": {
        "batchItemFailures": [{"itemIdentifier": "059f36b4-87a3-44ab-83d2-661970000005"}]
    },
}


def fault(name: str, reply: Any) -> str | None:
    """How `reply` to the event `name` differs from what is expected; None when it does not."""
    expected = EXPECTED[name]
    if isinstance(expected, tuple):
        status, part, *more = expected
        headers = {name.lower(): str(value) for name, value in reply.get("headers", {}).items()}
        headers["set-cookie"] = ", ".join(reply.get("cookies", ()))
        body = (reply.get("body") or "").encode()
        if reply.get("isBase64Encoded"):
            body = base64.b64decode(body)
        if headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        right = reply.get("statusCode") == status and part.encode() in body
        for beginnings in more:
            right &= all(headers.get(name, "").startswith(begin) for name, begin in beginnings.items())
    elif isinstance(expected, str):
        right = reply.get("errorType") == expected
    else:
        right = expected.items() <= {key: reply.get(key) for key in expected}.items()
    return None if right else f"expected {expected!r}, got {str(reply)[:2000]}"
