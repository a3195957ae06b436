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
    unset = [name for name in value if getattr(query, name) is None]
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
<<<<<<< HEAD


def _converted(value: Any, shape: type[S], kind: str, *, strict: bool, faults: Iterable[Fault] = ()) -> S:
    """`value` as `shape`. Raises InvalidInput for `faults`, which were found before, and for each bad field."""
    found = list(faults)
    if not strict:
        found.extend(_bare_numbers(value, shape, "/" if kind == "pointer" else "", kind))
    try:
        converted = msgspec.convert(value, shape, strict=strict)
    except msgspec.ValidationError as error:
        # It reports the first bad field only: look at each.
        known = {fault.where for fault in found}
        prefix = "/" if kind == "pointer" else ""
        more = (Fault(fault.detail, fault.where, kind) for fault in _faults(value, shape, prefix, strict=strict))
        found.extend(fault for fault in islice(more, _MOST_FAULTS) if fault.where not in known)
        raise InvalidInput(*found[:_MOST_FAULTS]) from error
    if found:
        raise InvalidInput(*found[:_MOST_FAULTS])
    return converted


def _bare_numbers(value: dict[str, Any], shape: type[msgspec.Struct], prefix: str, kind: str) -> Iterable[Fault]:
    """Faults for moments that are numbers: of a text, msgspec would take one for seconds since 1970."""
    for field in msgspec.structs.fields(shape):
        given, nested = value.get(field.encode_name), _struct_type(field.type)
        if isinstance(given, dict) and nested is not None:
            yield from _bare_numbers(given, nested, f"{prefix}{field.encode_name}/", kind)
        elif isinstance(given, list) and (item_type := _item_type(field.type)) is not None:
            for number, element in enumerate(given[:_MOST_FAULTS]):
                if isinstance(element, dict) and (item := _struct_type(item_type, element)) is not None:
                    yield from _bare_numbers(element, item, f"{prefix}{field.encode_name}/{number}/", kind)
        elif isinstance(given, str) and dt.datetime in _parts(field.type) and not _MOMENT_OR_NULL.match(given):
            yield Fault("Expected a moment (2026-11-23T09:00:00Z)", prefix + field.encode_name, kind)


def _faults(value: Any, shape: type[msgspec.Struct], prefix: str, *, strict: bool) -> Iterable[Fault]:
    if not isinstance(value, dict):
        yield Fault("Expected an object", prefix.rstrip("/"))
        return
    fields = {field.encode_name: field for field in msgspec.structs.fields(shape)}
    tag = shape.__struct_config__.tag_field
    for name in value:
        if name not in fields and name != tag:
            yield Fault("There is no such field", prefix + (_escaped(name) if prefix else name[:_MOST_NAME]))
    for name, field in fields.items():
        if name in value:
            yield from _field_faults(value[name], field.type, prefix + name, strict=strict)
        elif field.required:
            yield Fault("This field is needed", prefix + name)


def _field_faults(value: Any, kind: Any, where: str, *, strict: bool) -> Iterable[Fault]:
    try:
        msgspec.convert(value, kind, strict=strict)
    except msgspec.ValidationError as error:
        nested, item = _struct_type(kind, value), _item_type(kind)
        found: list[Fault] = []
        if nested is None and isinstance(value, dict) and (tags := _tags(kind)):
            found = [Fault("Expected one of " + ", ".join(tags), f"{where}/{_tag_field(kind)}")]
        elif nested is not None and isinstance(value, dict):
            found = list(_faults(value, nested, where + "/", strict=strict))
        elif item is not None and isinstance(value, list) and _WITHIN in str(error):
            for number, element in enumerate(value[: _MOST_FAULTS * 3]):
                found.extend(_field_faults(element, item, f"{where}/{number}", strict=strict))
        yield from found or [Fault(_words(error, kind), where)]


def _words(error: Exception, kind: Any) -> str:
    """msgspec's message for people: without the path, which the fault says, and with words for types and patterns."""
    text = str(error).partition(_WITHIN)[0]
    choices = next((get_args(part) for part in _parts(kind) if get_origin(part) is Literal), None)
    if choices is not None and text.startswith("Invalid enum value"):
        return "Expected one of " + ", ".join(str(choice) for choice in choices)
    if match := _PATTERN.search(text):
        return "Expected " + PATTERN_WORDS.get(match[1].encode().decode("unicode_escape"), "another form")
    return _QUOTED.sub(lambda match: " or ".join(_TYPE_WORDS.get(name, name) for name in match[1].split(" | ")), text)


def _escaped(name: str) -> str:
    """A reference token of a JSON pointer (RFC 6901), of bounded length."""
    return name[:_MOST_NAME].replace("~", "~0").replace("/", "~1")


def _parts(kind: Any) -> list[Any]:
    """The members of a union, without their annotations."""
    if get_origin(kind) is Annotated:
        return _parts(get_args(kind)[0])
    if get_origin(kind) in (Union, types.UnionType):
        return [part for member in get_args(kind) for part in _parts(member)]
    return [kind]


def _struct_types(kind: Any) -> list[type[msgspec.Struct]]:
    return [part for part in _parts(kind) if isinstance(part, type) and issubclass(part, msgspec.Struct)]


def _struct_type(kind: Any, value: Any = None) -> type[msgspec.Struct] | None:
    """The struct that a type stands for; of several, the one whose tag the value has."""
    found = _struct_types(kind)
    if len(found) < 2:
        return found[0] if found else None
    tag = value.get(_tag_field(kind)) if isinstance(value, dict) else None
    return next((each for each in found if each.__struct_config__.tag == tag), None)


def _tags(kind: Any) -> list[str]:
    """What the tag of a union's value may be; nothing where it is no union."""
    found = _struct_types(kind)
    return [str(each.__struct_config__.tag) for each in found] if len(found) > 1 else []


def _tag_field(kind: Any) -> str:
    return str(_struct_types(kind)[0].__struct_config__.tag_field)


def _item_type(kind: Any) -> Any:
    return next((get_args(part)[0] for part in _parts(kind) if get_origin(part) is tuple), None)
=======
>>>>>>> wt-live
