"""Who may do what: every route and method of the OpenAPI document, for everybody there is.

The table is written by hand and its rows are those of the document: a route without a row fails, and so does a row
without a route. Everybody asks for things of one list; what can be done once is done in a world of its own.
"""

import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from clients import PASSWORD, Door, Person, Reply
from exporting import ask_for_export

from todo import __version__
from todo.handlers.contract.document import document
from todo.handlers.resources import RESOURCES
from todo.models import Import, Member
from todo.services import password_resets

ROLES = ("owner", "editor", "viewer", "editing link", "viewing link", "stranger", "nobody")
EVERYBODY = (200,) * 7
# A read that depends on the list, and a change that an editor, or an owner, may make.
SEEN = (200, 200, 200, 200, 200, 404, 401)
OWN = (200, 200, 200, 200, 200, 200, 401)  # each sees what is there for them
ACCOUNT = (200, 200, 200, 403, 403, 200, 401)
MINE = (200, 404, 404, 403, 403, 404, 401)  # the owner's, whoever sees the list


def changed(status: int) -> tuple[int, ...]:
    """By editors."""
    return (status, status, 403, status, 403, 404, 401)


def owned(status: int) -> tuple[int, ...]:
    """By owners."""
    return (status, 403, 403, 403, 403, 404, 401)


def personal(status: int) -> tuple[int, ...]:
    """By whoever has an account."""
    return (status, status, status, 403, 403, status, 401)


TABLE: dict[str, tuple[int, ...]] = {
    "GET /v1": EVERYBODY,
    "POST /v1/accounts": (201,) * 7,
    "POST /v1/sessions": (201,) * 7,
    "POST /v1/password-resets": (202,) * 7,
    "PUT /v1/password-resets": (204,) * 7,
    "DELETE /v1/sessions/current": personal(204),
    "GET /v1/me": ACCOUNT,
    "PATCH /v1/me": ACCOUNT,
    "DELETE /v1/me": personal(204),
    "GET /v1/tokens": ACCOUNT,
    "POST /v1/tokens": personal(201),
    "DELETE /v1/tokens/{token_id}": (204, 404, 404, 403, 403, 404, 401),
    "GET /v1/lists": OWN,
    "POST /v1/lists": personal(201),
    "GET /v1/lists/{list_id}": SEEN,
    "PATCH /v1/lists/{list_id}": changed(200),
    "DELETE /v1/lists/{list_id}": owned(204),
    "GET /v1/lists/{list_id}/members": SEEN,
    "PUT /v1/lists/{list_id}/members/{account_id}": owned(200),
    "DELETE /v1/lists/{list_id}/members/{account_id}": owned(204),
    "GET /v1/lists/{list_id}/invitations": owned(200),
    "POST /v1/lists/{list_id}/invitations": owned(201),
    "DELETE /v1/lists/{list_id}/invitations/{invitation_id}": owned(204),
    "POST /v1/invitations": personal(201),
    "GET /v1/lists/{list_id}/links": owned(200),
    "POST /v1/lists/{list_id}/links": owned(201),
    "DELETE /v1/lists/{list_id}/links/{link_id}": owned(204),
    "GET /v1/lists/{list_id}/tasks": SEEN,
    "POST /v1/lists/{list_id}/tasks": changed(201),
    "DELETE /v1/lists/{list_id}/tasks": changed(200),
    "POST /v1/quick-add": changed(201),
    "GET /v1/tasks": OWN,
    "GET /v1/tasks/{task_id}": SEEN,
    "PATCH /v1/tasks/{task_id}": changed(200),
    "DELETE /v1/tasks/{task_id}": changed(204),
    "GET /v1/trash": OWN,
    "POST /v1/tasks/{task_id}/restore": changed(200),
    "GET /v1/labels": OWN,
    # What one may not change is, among labels, as if it were not there.
    "PATCH /v1/labels/{name}": (200, 200, 404, 200, 404, 404, 401),
    "DELETE /v1/labels/{name}": (200, 200, 404, 200, 404, 404, 401),
    "GET /v1/lists/{list_id}/activity": SEEN,
    "GET /v1/tasks/{task_id}/activity": SEEN,
    "POST /v1/sync": OWN,
    "POST /v1/batch": changed(200),
    "POST /v1/operations/{operation_id}/undo": (200, 200, 403, 403, 403, 404, 401),
    "GET /v1/imports": ACCOUNT,
    "POST /v1/imports": personal(201),
    "GET /v1/imports/{import_id}": MINE,
    "POST /v1/imports/{import_id}/start": (202, 404, 404, 403, 403, 404, 401),
    "POST /v1/imports/{import_id}/cancel": (200, 404, 404, 403, 403, 404, 401),
    "GET /v1/imports/{import_id}/problems": MINE,
    # Whoever has the signed fields; these have none.
    "POST /v1/imports/{import_id}/parts": (422,) * 7,
    "POST /v1/live/tickets": (201, 201, 201, 201, 201, 201, 401),
    "GET /v1/live": (426,) * 7,
    "GET /v1/export": OWN,
    "GET /v1/exports/{export_id}": (200, 404, 404, 404, 404, 404, 401),
    "GET /v1/feeds": ACCOUNT,
    "POST /v1/feeds": personal(201),
    "GET /v1/feeds/{secret}.ics": EVERYBODY,
    "DELETE /v1/feeds/{feed_id}": (204, 404, 404, 403, 403, 404, 401),
    "GET /openapi.json": EVERYBODY,
    "GET /docs": EVERYBODY,
    "GET /health": EVERYBODY,
    "GET /ready": EVERYBODY,
}


@dataclass(frozen=True)
class World:
    """A list that is shared in every way, what a case needs of all that is in it, and the secrets of everybody."""

    ids: dict[str, str]
    secrets: dict[str, str | None]
    emails: dict[str, str]


# What can be done once, besides removing something: after it, the next role needs a world of its own.
ONCE = {
    "PUT /v1/password-resets",
    "PATCH /v1/labels/{name}",
    "POST /v1/invitations",
    "POST /v1/tasks/{task_id}/restore",
    "POST /v1/operations/{operation_id}/undo",
    "POST /v1/imports/{import_id}/start",
}
# Secrets that are in a case's body.
IN_BODIES = {"POST /v1/invitations": "invitation", "PUT /v1/password-resets": "reset"}


def new_world(door: Door, *cases: str) -> World:
    """Everybody there is, around one list."""
    people = {
        name: door.sign_up(f"{uuid.uuid4()}@example.org") for name in ("owner", "editor", "viewer", "stranger", "guest")
    }
    owner = people["owner"]
    shared = owner.make_list()
    members = {people[role].id: role for role in ("editor", "viewer")} | {people["guest"].id: "viewer"}
    _share(door, shared["id"], members)
    task = owner.add(shared, labels=["home"])
    ids = {"list_id": shared["id"], "task_id": task["id"], "account_id": people["guest"].id, "name": "home"}
    makers = _makers(door, owner, people["guest"], shared)
    for case in cases:
        for name in [*re.findall(r"{(\w+)}", case), *([IN_BODIES[case]] if case in IN_BODIES else [])]:
            ids[name] = ids.get(name) or makers[name]()
    if cases == ("POST /v1/tasks/{task_id}/restore",):
        assert owner.ask("DELETE", task["url"]).status == 204
    secrets = {name: person.token for name, person in people.items()} | {
        "editing link": _made(owner, f"{shared['url']}/links", {"role": "editor"})["secret"],
        "viewing link": _made(owner, f"{shared['url']}/links", {"role": "viewer"})["secret"],
        "nobody": None,
    }
    return World(ids, secrets, {name: person.email for name, person in people.items()})


def _makers(door: Door, owner: Person, guest: Person, shared: dict[str, Any]) -> dict[str, Callable[[], str]]:
    """How to make what few cases need; each gives its id or its secret."""

    def made(path: str, body: dict[str, Any], name: str = "id") -> str:
        return str(_made(owner, path, body)[name])

    def invited(list_url: str, name: str) -> str:
        return made(f"{list_url}/invitations", {"email": "friend@example.org", "role": "editor"}, name)

    return {
        "invitation_id": lambda: invited(shared["url"], "id"),
        "invitation": lambda: invited(owner.make_list("Another")["url"], "secret"),
        "reset": lambda: door.database.write(password_resets.make, datetime.now(UTC), guest.email)[0],
        "link_id": lambda: made(f"{shared['url']}/links", {"role": "viewer"}),
        "token_id": lambda: made("/v1/tokens", {"name": "spare"}),
        "operation_id": lambda: str(owner.get(f"{shared['url']}/activity")[0]["operation_id"]),
        "import_id": lambda: _import(door, owner),
        "export_id": lambda: ask_for_export(door.database, owner.id),
        "feed_id": lambda: made("/v1/feeds", {"shows": "due"}),
        "secret": lambda: made("/v1/feeds", {"shows": "due"}, "url").removeprefix("/v1/feeds/").removesuffix(".ics"),
    }


def _import(door: Door, owner: Person) -> str:
    """An import of a file that was checked, and can be started."""
    made = _made(owner, "/v1/imports", {"name": "tasks.csv", "size": 10, "dry_run": True})

    def check(session: Any) -> None:
        session.get(Import, uuid.UUID(made["id"])).state = "checked"

    door.database.write(check)
    found: str = made["id"]
    return found


def _share(door: Door, list_id: str, members: dict[str, str]) -> None:
    def add(session: Any) -> None:
        for account_id, role in members.items():
            member = {"account_id": uuid.UUID(account_id), "list_id": uuid.UUID(list_id)}
            session.add(Member(**member, role=role, changed_revision=1))

    door.database.write(add)


def _made(person: Person, path: str, body: dict[str, Any]) -> dict[str, Any]:
    reply = person.ask("POST", path, body)
    assert reply.status == 201, reply.body
    made: dict[str, Any] = reply.json
    return made


BODIES: dict[str, Callable[[World, str], dict[str, Any]]] = {
    "POST /v1/accounts": lambda _world, _role: {"email": f"{uuid.uuid4()}@example.org", "password": PASSWORD},
    "POST /v1/sessions": lambda world, role: {
        "email": world.emails.get(role, world.emails["stranger"]),
        "password": PASSWORD,
    },
    "POST /v1/password-resets": lambda world, role: {"email": world.emails.get(role, "nobody@example.org")},
    "PUT /v1/password-resets": lambda world, _role: {"secret": world.ids["reset"], "password": PASSWORD},
    "PATCH /v1/me": lambda _world, _role: {"name": "Somebody"},
    "POST /v1/tokens": lambda _world, _role: {"name": "program"},
    "POST /v1/lists": lambda _world, _role: {"title": "Mine"},
    "PATCH /v1/lists/{list_id}": lambda _world, _role: {"title": "Ours"},
    "PUT /v1/lists/{list_id}/members/{account_id}": lambda _world, _role: {"role": "editor"},
    "POST /v1/lists/{list_id}/invitations": lambda _world, _role: {"email": "friend@example.org", "role": "viewer"},
    "POST /v1/invitations": lambda world, _role: {"secret": world.ids["invitation"]},
    "POST /v1/lists/{list_id}/links": lambda _world, _role: {"role": "viewer"},
    "POST /v1/lists/{list_id}/tasks": lambda _world, _role: {"title": "More"},
    "POST /v1/quick-add": lambda world, _role: {"text": "More tomorrow", "list_id": world.ids["list_id"]},
    "PATCH /v1/tasks/{task_id}": lambda _world, _role: {"priority": 1},
    "PATCH /v1/labels/{name}": lambda _world, _role: {"name": "house"},
    "POST /v1/feeds": lambda _world, _role: {"shows": "today"},
    "POST /v1/imports": lambda _world, _role: {"name": "tasks.csv", "size": 10},
    "POST /v1/imports/{import_id}/start": lambda _world, _role: {},
    "POST /v1/sync": lambda _world, _role: {},
    "POST /v1/batch": lambda world, _role: {
        "operations": [{"do": "create_task", "list_id": world.ids["list_id"], "task": {"title": "More"}}]
    },
}


def ask(door: Door, world: World, case: str, role: str) -> Reply:
    """Do it as somebody."""
    method, path = case.split(" ")
    body = BODIES[case](world, role) if case in BODIES else None
    return door.ask(method, path.format(**world.ids), body, token=world.secrets[role])


def test_every_operation_of_the_document_has_its_row() -> None:
    paths = document(__version__, tuple(RESOURCES.items()))["paths"]
    there = {f"{method.upper()} {path}" for path, methods in paths.items() for method in methods}
    assert set(TABLE) == there


@pytest.mark.parametrize("case", TABLE)
def test_everybody_may_do_what_the_table_says_and_nothing_else(door: Door, case: str) -> None:
    world = new_world(door, case)
    found: dict[str, int] = {}
    # Those that are refused first: what can be done once is used up then.
    for role, expected in sorted(zip(ROLES, TABLE[case], strict=True), key=lambda row: row[1], reverse=True):
        reply = ask(door, world, case, role)
        found[role] = reply.status
        if expected < 300 and (case.startswith("DELETE") or case in ONCE):
            world = new_world(door, case)
        if expected == 404:
            assert "Home" not in reply.body.decode()
    assert found == dict(zip(ROLES, TABLE[case], strict=True))


def test_what_one_may_not_see_reads_like_what_is_not_there(door: Door) -> None:
    world = new_world(door, *TABLE)
    for case in TABLE:
        if "{" not in case or TABLE[case][ROLES.index("stranger")] != 404:
            continue
        method, path = case.split(" ")
        body = BODIES[case](world, "stranger") if case in BODIES else None
        unknown = {name: str(uuid.uuid4()) for name in world.ids}
        replies = [
            door.ask(method, path.format(**ids), body, token=world.secrets["stranger"]) for ids in (world.ids, unknown)
        ]
        assert replies[0].status == replies[1].status == 404, case
        assert replies[0].json["detail"] == replies[1].json["detail"], case
