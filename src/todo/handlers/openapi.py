"""`/openapi.json`: the contract (OpenAPI 3.1), made of the operations and the shapes."""

import re
from functools import lru_cache
from http import HTTPStatus
from typing import Any, get_args, get_origin

import msgspec

from todo.handlers.api_handler import ApiHandler
from todo.handlers.operation import Operation, find_operation, operation
from todo.shapes.problem import Problem

_REF = "#/components/schemas/{name}"
_BODY_METHODS = ("post", "patch", "put")
_DESCRIPTION = """To-do lists over HTTP. JSON in and out; forms are taken wherever a JSON object is.

Log in (`POST /v1/sessions`) and send the token as `Authorization: Bearer <secret>`. Lists of things are arrays; the
next page is in the `Link` header. Errors are problems (RFC 9457) with a stable `code`. Changes take `If-Match` with
the ETag that was read, and `Idempotency-Key`, under which a command is carried out once within 24 hours."""


class OpenAPIHandler(ApiHandler):
    """`/openapi.json`."""

    @operation("This document", returns=dict[str, Any], public=True)
    def get(self) -> None:
        """Send the OpenAPI document."""
        self.reply(document(self.backend.version, tuple(self.settings["resources"].items())))


@lru_cache(maxsize=4)
def document(version: str, resources: tuple[tuple[str, type[ApiHandler]], ...]) -> dict[str, Any]:
    """The OpenAPI document of the resources."""
    shapes: set[Any] = {Problem}
    paths: dict[str, Any] = {}
    for path, handler in resources:
        item: dict[str, Any] = {}
        for method in ("get", "post", "put", "patch", "delete"):
            described = find_operation(handler, method)
            if described is not None:
                item[method] = _operation(path, method, described, shapes)
        paths[path] = item
    ordered = sorted(shapes, key=str)
    _, components = msgspec.json.schema_components(ordered, ref_template=_REF)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "To-do",
            "version": version,
            "description": _DESCRIPTION,
            "license": {"name": "MIT"},
        },
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(path: str, method: str, described: Operation, shapes: set[Any]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "operationId": method + re.sub(r"\W+(\w)", lambda match: match[1].upper(), path.replace("/v1", "")).rstrip("}"),
        "summary": described.summary,
        "parameters": _parameters(path, described),
        "responses": _responses(path, method, described, shapes),
    }
    if not described.public:
        found["security"] = [{"token": []}]
    if described.body is not None:
        schema = _schema(described.body, shapes)
        found["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    return found


def _parameters(path: str, described: Operation) -> list[dict[str, Any]]:
    parameters: list[dict[str, Any]] = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "string", "format": "uuid"}
            if name.endswith("_id")
            else {"type": "string", "minLength": 1},
        }
        for name in re.findall(r"\{(\w+)\}", path)
    ]
    if described.query is not None:
        schema = msgspec.json.schema(described.query)["$defs"][described.query.__name__]
        for name, value in schema["properties"].items():
            parameters.append({"name": name, "in": "query", "schema": _without_null(value)})
    if described.guarded:
        parameters.append(_header("If-Match", "The ETag that was read; 412 when it was changed since."))
    if described.keyed:
        parameters.append(
            {
                **_header("Idempotency-Key", "Under one key a command is carried out once within 24 hours."),
                "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"},
            }
        )
    return parameters


def _header(name: str, description: str) -> dict[str, Any]:
    return {"name": name, "in": "header", "description": description, "schema": {"type": "string"}}


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """A query parameter cannot be null: it is left out."""
    alternatives = [part for part in schema.get("anyOf", []) if part != {"type": "null"}]
    if not alternatives:
        return schema
    rest = {key: value for key, value in schema.items() if key not in ("anyOf", "default")}
    return rest | (alternatives[0] if len(alternatives) == 1 else {"anyOf": alternatives})


def _responses(path: str, method: str, described: Operation, shapes: set[Any]) -> dict[str, Any]:
    responses: dict[str, Any] = {str(described.status): _success(described, shapes)}
    if method == "get":
        responses["304"] = {"description": "It has not changed: If-None-Match named its ETag."}
    for status in sorted(_refusals(path, method, described)):
        responses[str(status)] = {
            "description": HTTPStatus(status).phrase,
            "content": {"application/problem+json": {"schema": _schema(Problem, shapes)}},
        }
    return responses


def _success(described: Operation, shapes: set[Any]) -> dict[str, Any]:
    success: dict[str, Any] = {"description": HTTPStatus(described.status).phrase, "headers": {}}
    if described.returns is not None:
        schema = _schema(described.returns, shapes)
        if described.page:
            schema = {"type": "array", "items": schema}
            success["headers"]["Link"] = {
                "description": "The next page, where there is one.",
                "schema": {"type": "string"},
            }
        success["content"] = {described.media_type: {"schema": schema}}
    if described.tagged:
        success["headers"]["ETag"] = {"schema": {"type": "string"}}
    if described.status == 201:
        success["headers"]["Location"] = {"schema": {"type": "string"}}
    return success


def _refusals(path: str, method: str, described: Operation) -> set[int]:
    refusals = set(described.refusals) | {400, 503}
    if not described.public:
        refusals.add(401)
        if method != "get":
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


def _schema(shape: Any, shapes: set[Any]) -> dict[str, Any]:
    if get_origin(shape) is tuple:
        return {"type": "array", "items": _schema(get_args(shape)[0], shapes)}
    if isinstance(shape, type) and issubclass(shape, msgspec.Struct):
        shapes.add(shape)
        return {"$ref": _REF.format(name=shape.__name__)}
    return {"type": "object"}


ROUTES = {"/openapi.json": OpenAPIHandler}
