"""Requests into shapes: JSON and form bodies, queries and headers, with a fault for each bad field."""

import re
from typing import Any, TypeVar

import msgspec

from todo.errors import Fault, InvalidInput, MalformedRequest
from todo.shapes.conversion import MOST_NAME, converted, decoded, escaped, item_type, struct_type

S = TypeVar("S", bound=msgspec.Struct)

_TAG = re.compile(r'\s*(?:(?:W/)?"([^"]*)"|(\*))\s*')
_KEY = re.compile(r"[\x21-\x7e]{1,200}")


def parse_json(body: bytes, shape: type[S]) -> S:
    """A JSON body as `shape`. Raises MalformedRequest for what is not JSON, InvalidInput for each bad field."""
    return converted(decoded(body), shape, "pointer", strict=True)


def parse_form(arguments: dict[str, list[bytes]], shape: type[S]) -> S:
    """A form as `shape`: every value is text, arrays are repeated names, nested objects dotted ones (`due.date`).

    In an array of objects each value is an object with that one field (`reminders.before`).
    """
    value: dict[str, Any] = {}
    faults: list[Fault] = []
    items = {field.encode_name: item_type(field.type) for field in msgspec.structs.fields(shape)}
    arrays = {name for name, item in items.items() if item is not None}
    for name, raw in arguments.items():
        place, _, key = name.partition(".")
        where = "/".join(("", escaped(place), escaped(key))) if key else f"/{escaped(name)}"
        texts = [_text(item, where, "pointer", faults) for item in raw]
        if key and struct_type(items.get(place)) is not None and isinstance(value.setdefault(place, []), list):
            value[place] += [{key: text} for text in texts]
            continue
        if len(texts) > 1 and name not in arrays:
            faults.append(Fault("Given more than once", where))
        nested = value.setdefault(place, {}) if key else None
        if isinstance(nested, dict):
            nested[key] = texts[-1]
        elif key or name in value:
            faults.append(Fault("Given both whole and in parts", where))
        else:
            value[name] = texts if name in arrays else texts[-1]
    return converted(value, shape, "pointer", strict=False, faults=faults)


def parse_query(arguments: dict[str, list[bytes]], shape: type[S]) -> S:
    """A query string as `shape`. Raises InvalidInput with a fault for each bad parameter."""
    value: dict[str, Any] = {}
    faults: list[Fault] = []
    for name, raw in arguments.items():
        if len(raw) > 1:
            faults.append(Fault("Given more than once", name[:MOST_NAME], "parameter"))
        value[name] = _text(raw[-1], name[:MOST_NAME], "parameter", faults)
    query = converted(value, shape, "parameter", strict=False, faults=faults)
    # Where a field may be null, the word "null" was taken for it: as if the condition had not been given.
    attributes = {field.encode_name: field.name for field in msgspec.structs.fields(shape)}
    unset = [name for name in value if getattr(query, attributes[name]) is None]
    if unset:
        raise InvalidInput(*(Fault("Expected a value; leave it out for none", name, "parameter") for name in unset))
    return query


def parse_if_match(header: str | None) -> frozenset[str] | None:
    """The tags of If-Match (RFC 9110, section 13.1.1), without quotes and `W/`; `*` stays. None without one."""
    if header is None:
        return None
    tags = [_TAG.fullmatch(part) for part in header.split(",")]
    if not all(tags):
        raise MalformedRequest(
            "If-Match cannot be read.",
            Fault('Expected an ETag as it was given, such as "<id>-3"', "If-Match", "header"),
        )
    # A tag of nothing but a quoted star is none of ours, and not the star that matches whatever there is.
    return frozenset(match[2] or match[1].replace("*", "") for match in tags if match)


def parse_idempotency_key(header: str | None) -> str | None:
    """The Idempotency-Key: 1 to 200 visible ASCII characters."""
    if header is None:
        return None
    if not _KEY.fullmatch(header):
        raise MalformedRequest(
            "Idempotency-Key cannot be used.",
            Fault("Expected 1 to 200 visible ASCII characters, such as a UUID", "Idempotency-Key", "header"),
        )
    return header


def _text(raw: bytes, where: str, kind: str, faults: list[Fault]) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        faults.append(Fault("Expected UTF-8", where, kind))
        return raw.decode(errors="replace")
