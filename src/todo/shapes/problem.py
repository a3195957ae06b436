"""Errors on the wire: RFC 9457."""

from typing import Any

from msgspec import Struct


class ProblemFault(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One bad part of the request: a JSON pointer into the body, or the name of a parameter or header."""

    detail: str
    pointer: str | None = None
    parameter: str | None = None
    header: str | None = None


class Problem(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What went wrong. `code` is stable, `detail` is for people, `errors` names each bad part of the request."""

    title: str
    status: int
    code: str
    request_id: str
    type: str = "about:blank"
    detail: str | None = None
    errors: tuple[ProblemFault, ...] = ()
    current: Any = None
    id: str | None = None
