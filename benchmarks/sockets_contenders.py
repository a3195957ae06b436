"""Who holds the sockets: this service, and what its peers' documentation leads to; and how each is asked for a change.

What the peers send is text of the shape and size of this service's `change` message, which they are handed ready: they
have no database, no roles, no feed, no tickets, and check one token.
"""

import http.client
import json
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Site:
    """Where a server is found: `port` for HTTP, `live_port` for sockets."""

    host: str
    port: int
    live_port: int


@dataclass(frozen=True, slots=True)
class Way:
    """How a server is used. `change` makes the list's next change, which holds `marker`: seconds until it was answered.

    `tickets`: where one is asked for before each socket, or None where the handshake takes the token.
    """

    token: str
    tickets: str | None
    list_id: str
    change: Callable[[str], tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Contender:
    """`prepare` makes what there has to be before the first socket. `packages`: those whose versions are told."""

    title: str
    prepare: Callable[[Site, str], Way]
    packages: tuple[str, ...]
    is_ours: bool = False


def _prepare_ours(site: Site, _token: str) -> Way:
    """An account, a list; a change is a new task."""
    credentials = {"email": "ann@example.org", "password": "correct horse battery"}
    token = _made(site, "/v1/accounts", credentials, "")["token"]["secret"]
    made = _made(site, "/v1/lists", {"title": "Home"}, token)

    def change(marker: str) -> tuple[float, float]:
        return _post(site, f"/v1/lists/{made['id']}/tasks", json.dumps(_task(marker)), token)

    return Way(token, "/v1/live/tickets", made["id"], change)


def _prepare_peer(site: Site, token: str) -> Way:
    list_id = str(uuid.uuid4())

    def change(marker: str) -> tuple[float, float]:
        return _post(site, f"/lists/{list_id}", json.dumps(_text(list_id, marker), separators=(",", ":")), token)

    return Way(token, None, list_id, change)


CONTENDERS: dict[str, Contender] = {
    "ours": Contender("this service", _prepare_ours, ("tornado", "msgspec", "sqlalchemy"), is_ours=True),
    "tornado": Contender("Tornado alone", _prepare_peer, ("tornado",)),
    "aiohttp": Contender("aiohttp", _prepare_peer, ("aiohttp",)),
    "websockets": Contender("websockets", _prepare_peer, ("websockets",)),
}


def _post(site: Site, path: str, body: str, token: str) -> tuple[float, float]:
    """Send a request on a connection that is open already: when it was sent, and when its answer was there."""
    connection = http.client.HTTPConnection(site.host, site.port, timeout=_SECONDS)
    connection.connect()
    try:
        sent = time.monotonic()
        status, answer = _exchange(connection, path, body, token)
        answered = time.monotonic()
    finally:
        connection.close()
    if status != 201:
        raise SystemExit(f"{path} answers {status}: {answer[:500]!r}")
    return sent, answered


def _made(site: Site, path: str, fields: dict[str, str], token: str) -> Any:
    connection = http.client.HTTPConnection(site.host, site.port, timeout=_SECONDS)
    try:
        status, answer = _exchange(connection, path, json.dumps(fields), token)
    finally:
        connection.close()
    if status != 201:
        raise SystemExit(f"{path} answers {status}: {answer[:500]!r}")
    return json.loads(answer)


def _exchange(connection: http.client.HTTPConnection, path: str, body: str, token: str) -> tuple[int, bytes]:
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    connection.request("POST", path, body.encode(), headers)
    reply = connection.getresponse()
    return reply.status, reply.read()


def _task(marker: str) -> dict[str, Any]:
    return {"title": f"Water the plants, {marker}", "notes": "The big one twice.", "priority": 2}


def _text(list_id: str, marker: str) -> dict[str, Any]:
    """What this service tells of the same new task."""
    task_id, at = str(uuid.uuid4()), "2026-11-24T09:00:00.000000Z"
    given = _task(marker)
    added = given | {"reminders": [], "labels": [], "order": 1.0}
    task = given | {
        "id": task_id,
        "url": f"/v1/tasks/{task_id}",
        "list_id": list_id,
        "parent_id": None,
        "completed": False,
        "completed_at": None,
        "due": None,
        "reminders": [],
        "labels": [],
        "assignee_id": None,
        "order": 1.0,
        "version": 1,
        "created_at": at,
        "updated_at": at,
    }
    return {
        "type": "change",
        "list_id": list_id,
        "revision": 2,
        "operation_id": str(uuid.uuid4()),
        "at": at,
        "actor_id": str(uuid.uuid4()),
        "actor_name": "",
        "kind": "task.created",
        "task_id": task_id,
        "changes": {name: {"before": None, "after": value} for name, value in added.items()},
        "task": task,
        "complete": True,
    }
