"""The replies that the bridge itself gives, as problem documents (RFC 9457)."""

import json
from dataclasses import dataclass
from http import HTTPStatus

from tornado_lambda.request import Message


@dataclass(frozen=True, slots=True)
class Problem:
    """A refusal in the bridge's own name, where no handler was asked or none answered.

    `detail` is for whoever sent the request: it says what to do about it and nothing of the inside.
    `code` is stable, for programs.
    """

    status: int
    code: str
    detail: str

    @property
    def body(self) -> bytes:
        return json.dumps(
            {
                "type": "about:blank",
                "title": HTTPStatus(self.status).phrase,
                "status": self.status,
                "detail": self.detail,
                "code": self.code,
            }
        ).encode()

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        return [
            (b"content-type", b"application/problem+json"),
            (b"content-length", str(len(self.body)).encode()),
        ]

    def messages(self) -> list[Message]:
        """The two ASGI events that are this reply."""
        return [
            {"type": "http.response.start", "status": self.status, "headers": self.headers},
            {"type": "http.response.body", "body": self.body, "more_body": False},
        ]


def bad_request(detail: str) -> Problem:
    return Problem(400, "bad_request", detail)


def too_large(limit: int) -> Problem:
    return Problem(413, "body_too_large", f"The body of a request may hold at most {limit} bytes here.")


def internal_error() -> Problem:
    detail = "The service failed before it could answer; whether it did what was asked is not known."
    return Problem(500, "internal_error", detail)


def deadline_exceeded() -> Problem:
    detail = "The service could not answer in time; whether it did what was asked is not known."
    return Problem(504, "deadline_exceeded", detail)


def reply_too_large(limit: int) -> Problem:
    detail = f"The reply is longer than the {limit} bytes that AWS passes on. Ask for less at a time."
    return Problem(500, "reply_too_large", detail)
