"""From JSON to shapes, with a fault for each bad field: bodies of requests and messages of a socket are read alike."""

import datetime as dt
import json
import re
import types
from collections.abc import Iterable
from itertools import islice
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

import msgspec

from todo.errors import Fault, InvalidInput, MalformedRequest
from todo.shapes.fields import PATTERN_WORDS

S = TypeVar("S", bound=msgspec.Struct)

MOST_NAME = 80
_MOST_FAULTS = 50
_MOST_DIGITS = 40
_MOMENT_OR_NULL = re.compile(r"[0-9]{4}-|null$", re.IGNORECASE)
_PATTERN = re.compile(r"matching regex '(.*)'$", re.DOTALL)
_WITHIN = " - at `"  # in a message of msgspec, what comes before the place within the value
_QUOTED = re.compile(r"`([^`]*)`")
_TYPE_WORDS = {
    "str": "text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "null": "null",
    "object": "an object",
    "array": "an array",
    "uuid": "a UUID",
    "date": "a date (2026-11-23)",
    "datetime": "a moment (2026-11-23T09:00:00Z)",
}


def decoded(text: bytes, what: str = "body") -> Any:
    """What JSON in UTF-8 says. Raises MalformedRequest, which calls the text `what`."""
    too_deep = f"The {what} is nested too deeply."
    try:
        value = _DECODER.decode(text)
    except msgspec.ValidationError:
        # A number beyond all limits: read on, so that the field that holds it can be named.
        value = None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise MalformedRequest(f"The {what} is not JSON in UTF-8: {_reason(error)}.") from error
    except RecursionError as error:
        raise MalformedRequest(too_deep) from error
    try:
        # msgspec keeps the last of two equal keys; one of them was meant to be something else.
        checked = json.loads(text, object_pairs_hook=_unique, parse_int=_whole, parse_float=_number)
    except RecursionError as error:
        raise MalformedRequest(too_deep) from error
    return checked if value is None else value


def _whole(digits: str) -> float:
    """Python takes quadratic time for a long number and refuses one of thousands of digits; no field takes either."""
    return int(digits) if len(digits) < _MOST_DIGITS else float(digits)


def _number(text: str) -> float:
    """A number with a fraction or an exponent; to JSON Schema, and so to clients, 2.0 and 2e0 are whole."""
    number = float(text)
    return int(number) if abs(number) < 2**53 and number.is_integer() else number


_DECODER = msgspec.json.Decoder(float_hook=_number)


def _reason(error: Exception) -> str:
    return "it is not UTF-8" if isinstance(error, UnicodeDecodeError) else str(error).rstrip(".")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        twice = [name for name, _ in pairs if name in seen or seen.add(name)]  # type: ignore[func-returns-value]  # adds
        raise MalformedRequest(
            "A field is given twice.",
            *(Fault("Given more than once", f"/{escaped(name)}") for name in twice[:5]),
        )
    return found


def converted(value: Any, shape: type[S], kind: str, *, strict: bool, faults: Iterable[Fault] = ()) -> S:
    """`value` as `shape`. Raises InvalidInput for `faults`, which were found before, and for each bad field.

    `kind` is that of the faults; `strict` that a text is no number, date or true.
    """
    found = list(faults)
    if not strict:
        found.extend(_bare_numbers(value, shape, "/" if kind == "pointer" else "", kind))
    try:
        shaped = msgspec.convert(value, shape, strict=strict)
    except msgspec.ValidationError as error:
        # It reports the first bad field only: look at each.
        known = {fault.where for fault in found}
        prefix = "/" if kind == "pointer" else ""
        more = (Fault(fault.detail, fault.where, kind) for fault in _faults(value, shape, prefix, strict=strict))
        found.extend(fault for fault in islice(more, _MOST_FAULTS) if fault.where not in known)
        raise InvalidInput(*found[:_MOST_FAULTS]) from error
    if found:
        raise InvalidInput(*found[:_MOST_FAULTS])
    return shaped


def _bare_numbers(value: dict[str, Any], shape: type[msgspec.Struct], prefix: str, kind: str) -> Iterable[Fault]:
    """Faults for moments that are numbers: of a text, msgspec would take one for seconds since 1970."""
    for field in msgspec.structs.fields(shape):
        given, nested = value.get(field.encode_name), struct_type(field.type)
        if isinstance(given, dict) and nested is not None:
            yield from _bare_numbers(given, nested, f"{prefix}{field.encode_name}/", kind)
        elif isinstance(given, list) and (kind_of_item := item_type(field.type)) is not None:
            for number, element in enumerate(given[:_MOST_FAULTS]):
                if isinstance(element, dict) and (item := struct_type(kind_of_item, element)) is not None:
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
            yield Fault("There is no such field", prefix + (escaped(name) if prefix else name[:MOST_NAME]))
    for name, field in fields.items():
        if name in value:
            yield from _field_faults(value[name], field.type, prefix + name, strict=strict)
        elif field.required:
            yield Fault("This field is needed", prefix + name)


def _field_faults(value: Any, kind: Any, where: str, *, strict: bool) -> Iterable[Fault]:
    try:
        msgspec.convert(value, kind, strict=strict)
    except msgspec.ValidationError as error:
        nested, item = struct_type(kind, value), item_type(kind)
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


def escaped(name: str) -> str:
    """A reference token of a JSON pointer (RFC 6901), of bounded length."""
    return name[:MOST_NAME].replace("~", "~0").replace("/", "~1")


def _parts(kind: Any) -> list[Any]:
    """The members of a union, without their annotations."""
    if get_origin(kind) is Annotated:
        return _parts(get_args(kind)[0])
    if get_origin(kind) in (Union, types.UnionType):
        return [part for member in get_args(kind) for part in _parts(member)]
    return [kind]


def _struct_types(kind: Any) -> list[type[msgspec.Struct]]:
    return [part for part in _parts(kind) if isinstance(part, type) and issubclass(part, msgspec.Struct)]


def struct_type(kind: Any, value: Any = None) -> type[msgspec.Struct] | None:
    """The struct that a type stands for, None where there is none; of several, the one whose tag the value has."""
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


def item_type(kind: Any) -> Any:
    """What an array holds, None where the type is none."""
    return next((get_args(part)[0] for part in _parts(kind) if get_origin(part) is tuple), None)
