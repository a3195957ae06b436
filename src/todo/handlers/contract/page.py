"""The document as a page: what a template needs of it, with every reference followed."""

import json
import re
import shlex
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tornado.escape import xhtml_escape
from tornado.template import Loader

from todo.handlers.contract.document import Resources, document

_WEB = Path(__file__).parents[2] / "web"
_SAMPLE_ADDRESS = "http://127.0.0.1:8080"
_CODE = re.compile("`([^`]*)`")
_LIMITS = {
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "minimum": "at least {}",
    "maximum": "at most {}",
    "maxItems": "at most {} items",
}


@dataclass(frozen=True, slots=True)
class Field:
    """One parameter or field: its name, where it goes (`query`, `header` ...), its kind of value, its limits."""

    name: str
    place: str
    kind: str
    required: bool
    limits: str
    text: str


@dataclass(frozen=True, slots=True)
class ReplyRow:
    """One reply: its status, what it means, the codes that a problem may then carry, what its body holds."""

    status: str
    text: str
    codes: tuple[tuple[str, str], ...]
    holds: str


@dataclass(frozen=True, slots=True)
class OperationView:
    """One operation as the page shows it."""

    anchor: str
    method: str
    path: str
    summary: str
    text: str
    public: bool
    parameters: tuple[Field, ...]
    fields: tuple[Field, ...]
    replies: tuple[ReplyRow, ...]
    curl: str
    example: str


@dataclass(frozen=True, slots=True)
class Group:
    """The operations under one tag."""

    name: str
    text: str
    operations: tuple[OperationView, ...]


@lru_cache(maxsize=4)
def page(version: str, resources: Resources) -> bytes:
    """The page, as HTML in UTF-8."""
    contract = document(version, resources)
    template = Loader(str(_WEB)).load("docs.html")
    shapes = [
        (name, schema.get("description", ""), tuple(_fields(schema, contract)))
        for name, schema in contract["components"]["schemas"].items()
        if not name.endswith("Form")
    ]
    errors = [
        _reply(name.removeprefix("Problem"), reply) for name, reply in contract["components"]["responses"].items()
    ]
    return template.generate(
        info=contract["info"], groups=_groups(contract), errors=errors, shapes=shapes, prose=prose, inline=inline
    )


@lru_cache(maxsize=1)
def style_sheet() -> bytes:
    """The style sheet of the page."""
    return (_WEB / "docs.css").read_bytes()


def prose(text: str) -> str:
    """A description as HTML: paragraphs, and `code` between backquotes."""
    paragraphs = re.split(r"\n\s*\n", text.strip())
    return "".join(f"<p>{inline(part)}</p>" for part in paragraphs)


def inline(text: str) -> str:
    """One line of a description as HTML."""
    return _CODE.sub(r"<code>\1</code>", xhtml_escape(text))


def _groups(contract: dict[str, Any]) -> list[Group]:
    return [
        Group(
            name=tag["name"],
            text=tag["description"],
            operations=tuple(
                _view(path, method, found, contract)
                for path, item in contract["paths"].items()
                for method, found in item.items()
                if found["tags"] == [tag["name"]]
            ),
        )
        for tag in contract["tags"]
    ]


def _view(path: str, method: str, found: dict[str, Any], contract: dict[str, Any]) -> OperationView:
    body = found.get("requestBody", {}).get("content", {}).get("application/json")
    schema = _followed(body["schema"], contract) if body else {}
    parameters = [_followed(parameter, contract) for parameter in found["parameters"]]
    return OperationView(
        anchor=found["operationId"],
        method=method.upper(),
        path=path,
        summary=found["summary"],
        text=found["description"],
        public=not found["security"],
        parameters=tuple(
            _field(one["name"], one["in"], one["schema"], one.get("required", False), one.get("description", ""))
            for one in parameters
        ),
        fields=tuple(_fields(schema, contract)),
        replies=tuple(_reply(status, _followed(reply, contract)) for status, reply in found["responses"].items()),
        curl=_curl(path, method, found, body),
        example=_reply_example(found, contract),
    )


def _followed(part: dict[str, Any], contract: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in part:
        return part
    found: Any = contract
    for name in part["$ref"].removeprefix("#/").split("/"):
        found = found[name]
    return dict(found)


def _fields(schema: dict[str, Any], contract: dict[str, Any], prefix: str = "") -> Iterable[Field]:
    """The fields of an object, those of a nested one after it."""
    for name, value in schema.get("properties", {}).items():
        required = name in schema.get("required", ())
        yield _field(prefix + name, "body", value, required, value.get("description", ""))
        for part in (value, *value.get("anyOf", ()), value.get("items", {})):
            if "$ref" in part and not prefix:
                yield from _fields(_followed(part, contract), contract, f"{name}.")


def _field(name: str, place: str, schema: dict[str, Any], required: bool, text: str) -> Field:
    parts = [part for part in schema.get("anyOf", [schema]) if part.get("type") != "null"]
    limits = [
        "not empty" if (key, part[key]) == ("minLength", 1) else words.format(_number(part[key]))
        for part in parts
        for key, words in _LIMITS.items()
        if key in part
    ]
    if "default" in schema and schema["default"] is not None:
        limits.append(f"{json.dumps(schema['default'])} unless given")
    told = text or next((part["description"] for part in parts if "description" in part), "")
    return Field(name, place, _kind(schema), required, ", ".join(limits), told)


def _number(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) else str(value)


def _kind(schema: dict[str, Any]) -> str:
    """A schema's type in a few words."""
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    if "anyOf" in schema:
        return " or ".join(_kind(part) for part in schema["anyOf"])
    if "enum" in schema:
        return "one of " + ", ".join(schema["enum"])
    if schema.get("type") == "array":
        return f"array of {_kind(schema.get('items', {}))}"
    return str(schema.get("format") or schema.get("type") or "anything")


def _reply(status: str, reply: dict[str, Any]) -> ReplyRow:
    text, _, listed = reply["description"].partition("\n\n")
    codes = tuple((code, meaning) for code, meaning in re.findall(r"- `(\w+)`: (.*)", listed))
    media = next(iter(reply.get("content", {}).values()), None)
    return ReplyRow(status, text, codes, _kind(media["schema"]) if media else "")


def _curl(path: str, method: str, found: dict[str, Any], body: dict[str, Any] | None) -> str:
    target = re.sub(r"\{(\w+)\}", lambda match: f"${match[1].upper()}", quote(path, safe="/{}"))
    lines = [f'curl "{_SAMPLE_ADDRESS}{target}"' if "$" in target else f"curl {_SAMPLE_ADDRESS}{target}"]
    if method != ("post" if body else "get"):
        lines[0] += f" -X {method.upper()}"
    if found["security"]:
        lines.append('-H "Authorization: Bearer $TOKEN"')
    if body:
        lines.append("-H 'Content-Type: application/json'")
        lines.append(f"-d {shlex.quote(json.dumps(body['example'], ensure_ascii=False))}")
    return " \\\n  ".join(lines)


def _reply_example(found: dict[str, Any], contract: dict[str, Any]) -> str:
    reply = next(iter(found["responses"].values()))
    schema = reply.get("content", {}).get("application/json", {}).get("schema", {})
    many = schema.get("type") == "array"
    examples = _followed(schema.get("items", {}) if many else schema, contract).get("examples")
    if not examples:
        return ""
    return json.dumps(examples if many else examples[0], indent=2, ensure_ascii=False)
