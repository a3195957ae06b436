"""Examples of shapes: of each field the example that its type gives, else one for its kind of value."""

import datetime as dt
import types
from typing import Annotated, Any, Literal, Union, get_args, get_origin
from uuid import UUID

import msgspec
from msgspec import Meta, UnsetType

_ID = "019ab0f2-7c3a-7e21-9f04-5b1c6d7e8f90"
_PLAIN: dict[Any, Any] = {
    UUID: _ID,
    dt.datetime: "2026-11-23T09:00:00Z",
    dt.date: "2026-11-23",
    bool: False,
    int: 1,
    float: 1.0,
    str: "text",
}


def example_of(shape: Any) -> Any:
    """What a reply with this shape may look like, as JSON: every field, and null where that is all one can say."""
    origin, parts = get_origin(shape), get_args(shape)
    if origin is None:
        return _of_struct(shape) if isinstance(shape, type) and issubclass(shape, msgspec.Struct) else _PLAIN.get(shape)
    if origin is Annotated:
        given = _given(shape)
        return example_of(parts[0]) if given is None else given
    if origin in (Union, types.UnionType):
        members = [part for part in parts if part not in (type(None), UnsetType)]
        return example_of(members[0]) if len(members) == 1 else None
    if origin is Literal:
        return parts[0]
    return {"title": example_of(parts[1])} if origin is dict else [example_of(parts[0])]


def _of_struct(shape: type[msgspec.Struct]) -> dict[str, Any]:
    own: dict[str, Any] | None = getattr(shape, "example", None)
    return own or {field.encode_name: example_of(field.type) for field in msgspec.structs.fields(shape)}


def request_example(shape: type[msgspec.Struct]) -> dict[str, Any]:
    """A body to send: its `example` where the shape has one, else the fields that are needed."""
    own = getattr(shape, "example", None)
    if own is not None:
        return dict(own)
    fields = msgspec.structs.fields(shape)
    needed = [field for field in fields if field.required] or fields[:1]
    return {field.encode_name: example_of(field.type) for field in needed}


def form_example(example: dict[str, Any]) -> dict[str, Any]:
    """The same body as a form."""
    flat: dict[str, Any] = {}
    for name, value in example.items():
        if isinstance(value, dict):
            flat |= {f"{name}.{key}": part for key, part in value.items()}
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            # Each of these has one field.
            for key, part in (pair for item in value for pair in item.items()):
                flat.setdefault(f"{name}.{key}", []).append(part)
        else:
            flat[name] = value
    return flat


def _given(kind: Any) -> Any:
    metas = [meta for meta in get_args(kind)[1:] if isinstance(meta, Meta) and meta.examples]
    return metas[-1].examples[0] if metas and metas[-1].examples else None
