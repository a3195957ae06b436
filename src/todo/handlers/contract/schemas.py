"""Shapes as JSON Schemas (2020-12), which OpenAPI 3.1 speaks."""

import inspect
from collections.abc import Iterable
from typing import Any, get_args, get_origin

import msgspec

from todo.handlers.contract.examples import example_of

Schema = dict[str, Any]

_REF = "#/components/schemas/{name}"


class Shapes:
    """The shapes that the document refers to, collected while it is made."""

    def __init__(self) -> None:
        self._used: set[type[msgspec.Struct]] = set()
        self._forms: set[type[msgspec.Struct]] = set()

    def refer(self, shape: Any) -> Schema:
        """The schema of what a reply holds: a reference to a struct's, an array of them, text, or any object."""
        if get_origin(shape) is tuple:
            return {"type": "array", "items": self.refer(get_args(shape)[0])}
        if isinstance(shape, type) and issubclass(shape, msgspec.Struct):
            self._used.add(shape)
            return {"$ref": _REF.format(name=shape.__name__)}
        return {"type": "string" if shape is str else "object"}

    def refer_form(self, shape: type[msgspec.Struct]) -> Schema:
        """The same as a form: flat, with dotted names for what is nested."""
        self._used.add(shape)
        self._forms.add(shape)
        return {"$ref": _REF.format(name=f"{shape.__name__}Form")}

    def components(self) -> dict[str, Schema]:
        """Every schema by its name, sorted."""
        shapes = sorted(self._used, key=lambda shape: shape.__name__)
        _, raw = msgspec.json.schema_components(shapes, ref_template=_REF)
        schemas: dict[str, Schema] = {name: portable(schema) for name, schema in raw.items()}
        for shape in shapes:
            schemas[shape.__name__]["examples"] = [example_of(shape)]
        forms = {f"{shape.__name__}Form": _form(shape.__name__, schemas) for shape in self._forms}
        return dict(sorted((schemas | forms).items()))


def portable(schema: Any) -> Any:
    """A schema as other languages read it: `$` ends a pattern, and a description has no indentation."""
    if isinstance(schema, list):
        return [portable(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    found = {key: portable(value) for key, value in schema.items()}
    if isinstance(found.get("pattern"), str):
        found["pattern"] = found["pattern"].replace(r"\Z", "$")
    if isinstance(found.get("description"), str):
        found["description"] = inspect.cleandoc(found["description"])
    return found


def without_null(schema: Schema) -> Schema:
    """The schema of a value that is left out rather than null: a query parameter, a field of a form."""
    alternatives = [part for part in schema.get("anyOf", []) if part != {"type": "null"}]
    if not alternatives:
        return schema
    rest = {key: value for key, value in schema.items() if key not in ("anyOf", "default")}
    return rest | (alternatives[0] if len(alternatives) == 1 else {"anyOf": alternatives})


def _form(name: str, schemas: dict[str, Schema]) -> Schema:
    whole = schemas[name]
    return {
        "title": f"{name}Form",
        "description": f"{name} as a form: arrays are repeated names, what is nested has dotted names.",
        "type": "object",
        "properties": dict(_form_fields(whole, schemas)),
        "required": whole["required"],
        "additionalProperties": False,
    }


def _form_fields(schema: Schema, schemas: dict[str, Schema], prefix: str = "") -> Iterable[tuple[str, Schema]]:
    for name, value in schema["properties"].items():
        plain = without_null(value)
        nested = plain.get("$ref", "").rpartition("/")[2]
        if nested:
            yield from _form_fields(schemas[nested], schemas, f"{prefix}{name}.")
        elif "$ref" in plain.get("items", {}):
            each = schemas[plain["items"]["$ref"].rpartition("/")[2]]
            for key, item in _form_fields(each, schemas, f"{prefix}{name}."):
                yield key, {"type": "array", "items": item, **_bounds(plain)}
        else:
            yield prefix + name, plain


def _bounds(schema: Schema) -> Schema:
    return {key: schema[key] for key in ("maxItems", "minItems") if key in schema}
