"""The replies that the bridge gives in its own name, where no handler was asked or none answered."""

import json
from http import HTTPStatus

from tornado_lambda.request import Message


def problem(status: int, code: str, detail: str) -> list[Message]:
    """A problem document (RFC 9457), as the two ASGI events that send it.

    `detail` is for whoever sent the request: what to do about it, nothing of the inside. `code` is stable.
    """
    title = HTTPStatus(status).phrase
    document = {"type": "about:blank", "title": title, "status": status, "detail": detail, "code": code}
    body = json.dumps(document).encode()
    headers = [(b"content-type", b"application/problem+json"), (b"content-length", b"%d" % len(body))]
    return [
        {"type": "http.response.start", "status": status, "headers": headers},
        {"type": "http.response.body", "body": body, "more_body": False},
    ]


def internal_error() -> list[Message]:
    detail = "The service failed before it could answer; whether it did what was asked is not known."
    return problem(500, "internal_error", detail)
