"""The document as a whole: what the service is, its resources, and what they share."""

import inspect
import re
import sys
from functools import lru_cache
from typing import Any

from todo.handlers.api_handler import ApiHandler
from todo.handlers.contract.examples import form_example, request_example
from todo.handlers.contract.parameters import HEADERS, parameters
from todo.handlers.contract.replies import header_components, problem_components, replies
from todo.handlers.contract.schemas import Shapes
from todo.handlers.operation import Operation, find_operation

Resources = tuple[tuple[str, type[ApiHandler]], ...]

METHODS = ("get", "post", "put", "patch", "delete")
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
_BINARY = {"type": "string", "contentMediaType": "application/octet-stream"}
_FILE = "title,due\r\nPay the rent,2026-12-01\r\n"
_PART = {"key": "uploads/019ab0f2-7c3a-7e21-9f04-5b1c6d7e8f90/1", "signature": "0f3c", "file": _FILE}
_FILE_FORM = {
    "type": "object",
    "properties": {"file": _BINARY},
    "required": ["file"],
    "additionalProperties": False,
}
_PART_FORM = {
    "type": "object",
    "properties": {"key": {"type": "string"}, "signature": {"type": "string"}, "file": _BINARY},
    "required": ["key", "signature", "file"],
    # A part's name is a value of its header: https://www.rfc-editor.org/rfc/rfc9110#section-5.5
    "propertyNames": {"pattern": r"^[^\u0000-\u001f\u007f]+$"},
    "additionalProperties": {"type": "string"},
}
_DESCRIPTION = """To-do lists over HTTP. JSON in and out; forms are taken wherever a JSON object is
(but for batches, whose operations nest).

Log in (`POST /v1/sessions`) and send the token as `Authorization: Bearer <secret>`. Lists of things are arrays; the
next page is in the `Link` header. Errors are problems (RFC 9457) with a stable `code`. Changes take `If-Match` with
the ETag that was read, and `Idempotency-Key`, under which a command is carried out once within 24 hours.

HEAD is answered wherever GET is, OPTIONS everywhere; another method is 405, with `Allow`."""


@lru_cache(maxsize=4)
def document(version: str, resources: Resources, server: str = "/") -> dict[str, Any]:
    """The OpenAPI document of the resources."""
    shapes = Shapes()
    paths: dict[str, Any] = {}
    tags: dict[str, str] = {}
    for path, handler in resources:
        name, description = _tag(handler)
        described = {method: found for method in METHODS if (found := find_operation(handler, method)) is not None}
        if described:
            tags.setdefault(name, description)
        paths[path] = {
            method: {"tags": [name], **_operation(path, method, handler, found, shapes)}
            for method, found in described.items()
        }
    problems = problem_components(shapes)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "To-do",
            "version": version,
            "description": _DESCRIPTION,
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": server}],
        "tags": [{"name": name, "description": description} for name, description in tags.items()],
        "paths": paths,
        "components": {
            "schemas": shapes.components(),
            "responses": problems,
            "parameters": HEADERS,
            "headers": header_components(),
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "The secret of a token, from `POST /v1/sessions` or `POST /v1/tokens`.",
                }
            },
        },
    }


def operation_id(path: str, method: str) -> str:
    """A name made of method and path, which both never change: `getLists`, `getList`, `postListTasks`.

    A segment that is followed by an id is in the singular, since it is one of them.
    """
    segments = (path.removeprefix("/v1").strip("/") or "index").split("/")
    words = [
        segment.removesuffix("s") if following.startswith("{") else segment
        for segment, following in zip(segments, [*segments[1:], ""], strict=True)
        if not segment.startswith("{")
    ]
    return method + "".join(part.capitalize() for word in words for part in re.findall(r"\w+", word))


def _tag(handler: type[ApiHandler]) -> tuple[str, str]:
    """Resources of one file belong together; its docstring says what they are."""
    module = sys.modules[handler.__module__]
    return module.__name__.rpartition(".")[2].capitalize(), inspect.cleandoc(module.__doc__ or "").partition("\n\n")[0]


def _operation(
    path: str, method: str, handler: type[ApiHandler], described: Operation, shapes: Shapes
) -> dict[str, Any]:
    found: dict[str, Any] = {
        "operationId": described.name or operation_id(path, method),
        "summary": described.summary,
        "description": inspect.getdoc(getattr(handler, method)) or described.summary,
        "parameters": parameters(path, method, described),
        "responses": replies(path, method, described, shapes),
        "security": [] if described.public else [{"token": []}],
    }
    if described.body is not None:
        example = request_example(described.body)
        content: dict[str, Any] = {"application/json": {"schema": shapes.refer(described.body), "example": example}}
        if described.forms:
            form = {"schema": shapes.refer_form(described.body), "example": form_example(example)}
            content |= dict.fromkeys(_FORMS, form)
        if described.takes_file:
            content[_FORMS[1]] = {"schema": _FILE_FORM, "example": {"file": _FILE}}
            content["application/octet-stream"] = {"schema": _BINARY, "example": _FILE}
        found["requestBody"] = {"required": True, "content": content}
    if described.takes_parts:
        found["requestBody"] = {"required": True, "content": {_FORMS[1]: {"schema": _PART_FORM, "example": _PART}}}
    return found
