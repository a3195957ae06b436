"""Bad values for every field there is, made from the shapes: a field that is added is covered without being named."""

import datetime as dt
import re
import types
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Union, get_args, get_origin
from uuid import UUID

import msgspec
from clients import Person, Reply
from exporting import ask_for_export
from msgspec import Meta, UnsetType

from todo.handlers.contract.document import METHODS
from todo.handlers.contract.examples import request_example
from todo.handlers.operation import Operation, find_operation
from todo.handlers.resources import RESOURCES
from todo.models import Import
from todo.services import password_resets

# What no reply to a client may hold.
INSIDES = ("Traceback", "sqlalchemy", "psycopg", "sqlite", "SELECT ", "INSERT ", "UPDATE ", ".py", "/src/", "msgspec")
_BAD: dict[Any, list[Any]] = {
    str: [5, True, {}, ["x"]],
    int: ["many", 1.5, True, {}, 10**30, -(10**30), "1"],
    float: ["many", True, [], 10**30, "1"],
    bool: ["yes", 1, 0, {}, "true"],
    UUID: ["not-a-uuid", "", 5, "0" * 400, "{00000000-0000-4000-8000-000000000000}"],
    dt.date: ["yesterday", "", 5, "2026-02-30", "2026-11-23T09:00:00Z", "10000-01-01"],
    dt.datetime: ["soon", "", 5, "2026-11-23T25:00:00Z", "2026-11-23", "10000-01-01T00:00:00Z"],
}
_BAD_TEXT: dict[Any, list[str]] = {
    int: ["many", "1.5", "", "9" * 5000, "1e999", "nan", "null"],
    bool: ["perhaps", "", "2", "null"],
    UUID: ["not-a-uuid", "", "0" * 400, "null"],
    dt.datetime: [
        "soon",
        "",
        "0",
        "1e999",
        "nan",
        "2026-11-23",
        "null",
        "2026-11-23T09:00:00",
        "0001-01-01T00:00:00+14:00",
    ],
    str: [""],
}


@dataclass(frozen=True)
class Case:
    """One operation: its path, method, description."""

    path: str
    method: str
    described: Operation

    def __str__(self) -> str:
        return f"{self.method.upper()} {self.path}"


OPERATIONS = [
    Case(path, method, described)
    for path, handler in RESOURCES.items()
    for method in METHODS
    if (described := find_operation(handler, method)) is not None
    and described.status != 101  # a handshake, which is judged as one
]


@dataclass(frozen=True)
class World:
    """Somebody's list, task, label and token, by the names that paths have for them; the secrets that paths take."""

    person: Person
    ids: dict[str, str]
    secrets: dict[str, str]

    def good_body(self, case: "Case") -> dict[str, Any]:
        """The example of an operation's body, with a secret that is one."""
        body = example(case)
        return body | {"secret": self.secrets[case.path]} if "secret" in body else body

    def ask(self, case: Case, **sent: Any) -> Reply:
        """Do the operation on what there is."""
        return self.person.ask(case.method.upper(), case.path.format(**self.ids), **sent)


def new_world(person: Person) -> World:
    """Something of everything, and a guest in the list."""
    task_list = person.make_list()
    task = person.add(task_list, labels=["home"])
    token = person.ask("POST", "/v1/tokens", {"name": "spare"}).json
    link = person.ask("POST", f"{task_list['url']}/links", {"role": "viewer"}).json
    feed = person.ask("POST", "/v1/feeds", {"shows": "due"}).json
    invitations = [invited(person, task_list["url"]) for _ in range(2)]
    guest = person.door.sign_up(f"guest-{uuid.uuid4()}@example.org", invite=invitations[0]["secret"])
    ids = {
        "list_id": task_list["id"],
        "task_id": task["id"],
        "token_id": token["id"],
        "name": "home",
        "account_id": guest.id,
        "link_id": link["id"],
        "invitation_id": invitations[1]["id"],
        "import_id": checked_import(person),
        "operation_id": person.get(f"{task_list['url']}/activity")[-1]["operation_id"],
        "export_id": ask_for_export(person.door.database, person.id),
        "feed_id": feed["id"],
        "secret": feed["url"].removeprefix("/v1/feeds/").removesuffix(".ics"),
    }
    reset, _ = person.door.database.write(password_resets.make, dt.datetime.now(dt.UTC), guest.email)
    return World(person, ids, {"/v1/invitations": invitations[1]["secret"], "/v1/password-resets": reset})


def checked_import(person: Person) -> str:
    """An import that was checked, and can be started."""
    import_id: str = person.ask("POST", "/v1/imports", {"name": "tasks.csv", "size": 10}).json["id"]

    def check(session: Any) -> None:
        session.get_one(Import, UUID(import_id)).state = "checked"

    person.door.database.write(check)
    return import_id


def invited(person: Person, list_url: str) -> dict[str, Any]:
    """A new invitation to a list."""
    made: dict[str, Any] = person.ask(
        "POST", f"{list_url}/invitations", {"email": "guest@example.org", "role": "editor"}
    ).json
    return made


def with_ids(path: str, value: str) -> str:
    """The path with the same value for each of its names."""
    return re.sub(r"\{\w+\}", lambda _: value, path)


def problem(reply: Reply, *statuses: int) -> dict[str, Any]:
    """The problem that a refusal holds, once it is seen to be a proper one that tells nothing of the inside."""
    assert reply.status in statuses, (reply.status, reply.body[:500])
    assert reply.headers["content-type"].startswith("application/problem+json"), reply.headers
    found: dict[str, Any] = reply.json
    assert found["status"] == reply.status
    assert found["code"]
    assert found["request_id"] == reply.headers["x-request-id"]
    text = reply.body.decode()
    assert not [word for word in INSIDES if word in text], text
    return found


def named(found: dict[str, Any]) -> set[str]:
    """What a problem's errors point at."""
    return {fault.get("pointer") or fault.get("parameter") or fault.get("header") for fault in found.get("errors", ())}


def bad_bodies(shape: type[msgspec.Struct]) -> Iterator[dict[str, Any]]:
    """Bodies in which every field is bad, each time in another way, until each way of each field had its turn."""
    return _rounds({field.encode_name: _bad_values(field.type, _BAD) for field in msgspec.structs.fields(shape)})


def bad_queries(shape: type[msgspec.Struct]) -> Iterator[dict[str, Any]]:
    """The same for a query string, where all is text."""
    return _rounds({field.encode_name: _bad_values(field.type, _BAD_TEXT) for field in msgspec.structs.fields(shape)})


def example(case: Case) -> dict[str, Any]:
    """A good body."""
    assert case.described.body is not None
    return request_example(case.described.body)


def _rounds(values: dict[str, list[Any]]) -> Iterator[dict[str, Any]]:
    for turn in range(max(len(ways) for ways in values.values())):
        yield {name: ways[turn % len(ways)] for name, ways in values.items()}


def _bad_values(kind: Any, table: dict[Any, list[Any]]) -> list[Any]:
    values: list[Any] = []
    text = table is _BAD_TEXT
    members = list(_members(kind, ()))
    if not text and not any(base is type(None) for base, _ in members):
        values.append(None)
    for base, metas in members:
        if base is type(None) or base is UnsetType:
            continue
        values += table.get(base, [])
        if get_origin(base) is Literal:
            values += ["no-such-choice", ""] if text else ["no-such-choice", "", 5]
        if get_origin(base) is tuple:
            values += ["text", 5, [5], ["x"] * 5000, [None]]
        if get_origin(base) is dict:
            values += ["text", 5, ["x"], {"x": 5}]
        if isinstance(base, type) and issubclass(base, msgspec.Struct):
            values += ["text", 5, [], {"no_such_field": 1}]
        for meta in metas:
            values += _beyond(meta, base, text=text)
    # An empty text is bad only where a length or a pattern says so.
    bounded = any(meta.min_length for _, metas in members for meta in metas)
    return [value for value in values if value != "" or bounded or str not in [base for base, _ in members]]


def _beyond(meta: Meta, base: Any, *, text: bool) -> list[Any]:
    found: list[Any] = []
    say: Callable[[Any], Any] = str if text else lambda value: value
    if meta.max_length is not None and base is str:
        found.append("x" * (meta.max_length + 1))
    if meta.pattern is not None:
        found += ["a\0b", "\x7f"]
    if meta.ge is not None:
        found.append(say(meta.ge - 1 if base is int else meta.ge * 2))
    if meta.le is not None:
        found.append(say(meta.le + 1 if base is int else meta.le * 2))
    return found


def _members(kind: Any, metas: tuple[Meta, ...]) -> Iterator[tuple[Any, tuple[Meta, ...]]]:
    if get_origin(kind) is Annotated:
        inner, *found = get_args(kind)
        yield from _members(inner, (*metas, *(meta for meta in found if isinstance(meta, Meta))))
    elif get_origin(kind) in (Union, types.UnionType):
        for member in get_args(kind):
            yield from _members(member, metas)
    else:
        yield kind, metas
