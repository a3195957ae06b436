"""What an operation takes besides a body: ids in the path, a query, headers."""

import re
from typing import Any

import msgspec

from todo.handlers.contract.schemas import portable, without_null
from todo.handlers.operation import Operation
from todo.shapes.fields import LabelName

Parameter = dict[str, Any]

# Sent by name: every operation that takes one refers to it.
HEADERS: dict[str, Parameter] = {
    "If-Match": {
        "name": "If-Match",
        "in": "header",
        "description": "The ETag that was read; 412, with how it is now, when it was changed since.",
        "schema": {
            "type": "string",
            "pattern": r'^(\*|(W/)?"[^",]*")$',
            "examples": ['"019ab0f2-7c3a-7e21-9f04-5b1c6d7e8f90-3"'],
        },
    },
    "If-None-Match": {
        "name": "If-None-Match",
        "in": "header",
        "description": "The ETag that was read; 304 while it has not changed.",
        "schema": {"type": "string"},
    },
    "Idempotency-Key": {
        "name": "Idempotency-Key",
        "in": "header",
        "description": "Under one key a command is carried out once within 24 hours.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"},
    },
}


def parameters(path: str, method: str, described: Operation) -> list[Parameter]:
    """The parameters of an operation."""
    found: list[Parameter] = [_in_path(name) for name in re.findall(r"\{(\w+)\}", path)]
    if described.query is not None:
        schema = msgspec.json.schema(described.query)["$defs"][described.query.__name__]
        found.extend(_in_query(name, without_null(value)) for name, value in schema["properties"].items())
    wanted = {
        "If-Match": described.guarded,
        "If-None-Match": method == "get" and described.status == 200,
        "Idempotency-Key": described.keyed,
    }
    found.extend({"$ref": f"#/components/parameters/{name}"} for name, taken in wanted.items() if taken)
    return found


def _in_path(name: str) -> Parameter:
    schema = {"type": "string", "format": "uuid"} if name.endswith("_id") else portable(msgspec.json.schema(LabelName))
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _in_query(name: str, schema: dict[str, Any]) -> Parameter:
    plain = portable(schema)
    described = {"description": plain.pop("description")} if "description" in plain else {}
    return {"name": name, "in": "query", **described, "schema": plain}
