"""What a handler's method does, said beside it: the OpenAPI document and the tests read it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import msgspec

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One method of one resource.

    `returns` is what a reply holds (None: nothing), `page` that it is a page of an array; `public` that no token is
    needed, `reads` that a token that may only read will do, whatever the method, `forms` that a form is taken for the
    body, too, `guarded` that If-Match is obeyed, `keyed` that Idempotency-Key is; `refusals` are the statuses that it
    may answer besides those that follow from the rest. `also` are other statuses of success, each with what the reply
    holds. With `takes_file` the body may be a file, too, and with `takes_parts` it is a part of one, in a form;
    `file_types` are the media types of files that it may answer with instead. `name` is its operationId where method
    and path would make another's.
    """

    summary: str
    name: str | None = None
    body: type[msgspec.Struct] | None = None
    query: type[msgspec.Struct] | None = None
    returns: Any = None
    status: int = 200
    page: bool = False
    public: bool = False
    reads: bool = False
    forms: bool = True
    guarded: bool = False
    keyed: bool = False
    tagged: bool = False
    media_type: str = "application/json"
    file_types: tuple[str, ...] = ()
    refusals: tuple[int, ...] = ()
    also: Mapping[int, Any] = field(default_factory=dict)
    takes_file: bool = False
    takes_parts: bool = False


def operation(summary: str, **described: Any) -> Callable[[F], F]:
    """Describe the decorated method; the arguments are those of Operation."""

    def describe(method: F) -> F:
        method.operation = Operation(summary=summary, **described)  # type: ignore[attr-defined]  # functions hold attributes
        return method

    return describe


def find_operation(handler: type, method: str) -> Operation | None:
    """The description of a handler's method (`"get"`), None where it has none of its own."""
    return getattr(getattr(handler, method, None), "operation", None)
