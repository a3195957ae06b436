"""Errors on the wire: RFC 9457."""

from typing import Any, ClassVar

from msgspec import Struct


class ProblemFault(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One bad part of the request: a JSON pointer into the body, or the name of a parameter or header."""

    detail: str
    pointer: str | None = None
    parameter: str | None = None
    header: str | None = None


class Problem(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What went wrong. `code` is stable, `detail` is for people, `errors` names each bad part of the request."""

    example: ClassVar[dict[str, Any]] = {
        "type": "about:blank",
        "title": "Unprocessable Entity",
        "status": 422,
        "code": "invalid_input",
        "request_id": "019ab0f2-7c3a-7e21-9f04-5b1c6d7e8f90",
        "detail": "/title: This field is needed",
        "errors": [{"detail": "This field is needed", "pointer": "/title"}],
    }

    title: str
    status: int
    code: str
    request_id: str
    type: str = "about:blank"
    detail: str | None = None
    errors: tuple[ProblemFault, ...] = ()
    current: Any = None
    id: str | None = None
