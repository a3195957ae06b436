"""What an operation may answer: what it does when all is well, and each way it may refuse."""

from http import HTTPStatus
from typing import Any

from todo.handlers.contract.schemas import Shapes
from todo.handlers.operation import Operation
from todo.handlers.problems import CODES, STATUS
from todo.shapes.problem import Problem

Reply = dict[str, Any]

_REQUEST_ID = "019ab0f2-7c3a-7e21-9f04-5b1c6d7e8f90"
_BODY_METHODS = ("post", "patch", "put")
# Written out here, since Python's own phrases change between its versions.
_PHRASES = {
    400: "The request cannot be read.",
    401: "No token, or one that is unknown, expired or revoked.",
    403: "It is there, and this may not be done to it.",
    404: "There is no such thing, or you may not know of it.",
    409: "It contradicts what there is.",
    410: "It was there, and was deleted for good.",
    412: "It was changed since it was read; `current` is how it is now.",
    413: "The body is too large.",
    415: "The body is of a kind that is not taken here.",
    422: "The request cannot be accepted as it is; `errors` names each bad part.",
    426: "This is for WebSockets; `detail` says where they are taken.",
    428: "The request must say what it was based on.",
    429: "Too many attempts; wait for as long as `Retry-After` says.",
    503: "The database is not to be had; try again after `Retry-After` seconds.",
}
_HEADERS: dict[str, tuple[str, dict[str, Any]]] = {
    "X-Request-Id": ("What the request is called in the logs.", {"type": "string"}),
    "ETag": ("Names this state of it: for `If-Match` and `If-None-Match`.", {"type": "string"}),
    "Location": ("Where it is, relative to the service.", {"type": "string"}),
    "Link": ('Where the next page is, as `<...>; rel="next"` (RFC 8288); missing on the last one.', {"type": "string"}),
    "Retry-After": ("Seconds to wait.", {"type": "integer", "minimum": 0}),
    "WWW-Authenticate": ("How to prove who you are.", {"type": "string"}),
    "X-Operation-Id": ("The operation, as it is in the activity; where something was changed.", {"type": "string"}),
}


def header_components() -> dict[str, Any]:
    """Every header of a reply, to be referred to by its name."""
    return {
        name: {"description": description, "required": name in ("X-Request-Id", "Retry-After"), "schema": schema}
        for name, (description, schema) in _HEADERS.items()
    }


def replies(path: str, method: str, described: Operation, shapes: Shapes) -> dict[str, Reply]:
    """Every reply of an operation by its status."""
    found: dict[str, Reply] = {str(described.status): _success(method, described, shapes)}
    if method == "get" and described.status == 200:
        found["304"] = {
            "description": "It has not changed: `If-None-Match` named its ETag.",
            "headers": _headers("X-Request-Id", "ETag"),
        }
    for status, returns in described.also.items():
        found[str(status)] = _also(status, returns, shapes)
    for status in sorted(_refusals(path, method, described)):
        found[str(status)] = {"$ref": f"#/components/responses/Problem{status}"}
    return found


def problem_components(shapes: Shapes) -> dict[str, Reply]:
    """Every refusal, to be referred to as `Problem404` and so on."""
    return {f"Problem{status}": _problem(status, shapes) for status in sorted(_PHRASES)}


def _success(method: str, described: Operation, shapes: Shapes) -> Reply:
    names = ["X-Request-Id"]
    if described.tagged or (method == "get" and described.status == 200):
        names.append("ETag")
    if method != "get" and not described.public:
        names.append("X-Operation-Id")
    if described.status == 201:
        names.append("Location")
    success: Reply = {"description": HTTPStatus(described.status).phrase}
    if described.returns is not None:
        schema = shapes.refer(described.returns)
        if described.page:
            schema = {"type": "array", "items": schema}
            names.append("Link")
        success["content"] = {described.media_type: {"schema": schema}}
    if described.file_types:
        content = success.setdefault("content", {})
        content |= {
            name: {"schema": {"type": "object" if name.endswith("json") else "string"}} for name in described.file_types
        }
    return success | {"headers": _headers(*names)}


def _also(status: int, returns: Any, shapes: Shapes) -> Reply:
    names = ["X-Request-Id", *(["Location"] if status in (202, 303) else [])]
    also: Reply = {"description": HTTPStatus(status).phrase, "headers": _headers(*names)}
    if returns is not None:
        also["content"] = {"application/json": {"schema": shapes.refer(returns)}}
    return also


def _problem(status: int, shapes: Shapes) -> Reply:
    names = ["X-Request-Id"]
    if status == 401:
        names.append("WWW-Authenticate")
    if status in (429, 503):
        names.append("Retry-After")
    codes = _codes(status)
    example = {
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": next(iter(codes)),
        "request_id": _REQUEST_ID,
    }
    return {
        "description": _PHRASES[status] + "\n\n" + "\n".join(f"- `{code}`: {text}" for code, text in codes.items()),
        "headers": _headers(*names),
        "content": {"application/problem+json": {"schema": shapes.refer(Problem), "example": example}},
    }


def _codes(status: int) -> dict[str, str]:
    """The codes under a status, each with what it means: the first line of its error's docstring."""
    found = {
        error.code: (error.__doc__ or "").strip().partition("\n")[0]
        for error, its_status in STATUS.items()
        for error in (error, *error.__subclasses__())
        if its_status == status
    }
    return found or {CODES[status]: _PHRASES[status]}


def _headers(*names: str) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _refusals(path: str, method: str, described: Operation) -> set[int]:
    refusals = set(described.refusals) | {400, 503}
    if not described.public:
        refusals.add(401)
        if method != "get" and not described.reads:
            refusals.add(403)
    if "{" in path:
        refusals.add(404)
    if described.query is not None:
        refusals.add(422)
    if method in _BODY_METHODS and described.body is not None:
        refusals |= {413, 415, 422}
    if described.guarded:
        refusals.add(412)
    if described.keyed:
        refusals |= {409, 422}
    return refusals
