"""A client as a phone would have it: what it knows, what it has still to send, and how both become the server's.

It follows docs/api/sync.md and docs/api/live.md to the letter, and knows nothing of the service but its API.
"""

import json
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from clients import Person, Reply
from websockets.sync.client import ClientConnection, connect

Item = dict[str, Any]

_SECONDS = 20.0
# Of a list as it is synchronised, what is not the list's own representation.
_OF_SYNC = ("whole", "members")


class Store:
    """What a device knows of the server: each list with its members and the own role, each task by its id."""

    def __init__(self) -> None:
        self.account: Item | None = None
        self.lists: dict[str, Item] = {}
        self.members: dict[str, dict[str, str]] = {}
        self.tasks: dict[str, Item] = {}
        self.positions: dict[str, int] = {}  # up to which revision of a list nothing is missing

    def apply(self, reply: Mapping[str, Any]) -> None:
        """A page of sync, in the order that is documented."""
        if reply["reset"]:
            self.__init__()  # type: ignore[misc]  # everything is forgotten
        self.account = reply["account"] or self.account
        for list_id in reply["removed_lists"]:
            self.forget(list_id)
        for each in reply["lists"]:
            list_id = each["id"]
            if each["whole"]:
                self.forget(list_id)
            self.lists[list_id] = {name: value for name, value in each.items() if name not in _OF_SYNC}
            self.members[list_id] = {member["account_id"]: member["role"] for member in each["members"]}
        for removed in reply["removed_tasks"]:
            self.remove(removed["id"], removed["list_id"])
        for task in reply["tasks"]:
            self.tasks[task["id"]] = task
        for list_id, revision in reply["revisions"].items():
            self.positions[list_id] = max(revision, self.positions.get(list_id, 0))

    def forget(self, list_id: str) -> None:
        """A list with everything in it."""
        for kept in (self.lists, self.members, self.positions):
            kept.pop(list_id, None)
        self.tasks = {task_id: task for task_id, task in self.tasks.items() if task["list_id"] != list_id}

    def remove(self, task_id: str, list_id: str) -> None:
        """A task that is in this list no more; if it is known to be in another one, it stays there."""
        if task_id in self.tasks and self.tasks[task_id]["list_id"] == list_id:
            del self.tasks[task_id]

    def tell(self, change: Mapping[str, Any]) -> bool:
        """A `change` that somebody made just now. Whether that is all there is to it; else sync has the rest."""
        self.positions[change["list_id"]] = change["revision"]
        if change["task_id"] is not None:
            task = change["task"]
            if task is None:
                self.remove(change["task_id"], change["list_id"])
            elif task["version"] >= self.tasks.get(task["id"], task)["version"]:
                self.tasks[task["id"]] = task
        return bool(change["complete"]) and change["kind"].startswith(("task.", "link."))


@dataclass
class Device:
    """One device of one person. `limit` is how much it takes at a time."""

    person: Person
    limit: int = 500
    store: Store = field(default_factory=Store)
    token: str | None = None
    outbox: list[Item] = field(default_factory=list)
    refused: list[tuple[Item, Item]] = field(default_factory=list)
    _sending: tuple[str, list[Item]] | None = None

    # -- what the server says ---------------------------------------------------------------------------------------

    def page(self, **fields: Any) -> Item:
        """One page of what changed, applied."""
        body = {"limit": self.limit, **({} if self.token is None else {"token": self.token}), **fields}
        reply = self.person.ask("POST", "/v1/sync", body)
        assert reply.status == 200, reply.body
        page: Item = reply.json
        self.store.apply(page)
        self.token = page["token"]
        return page

    def sync(self, most_pages: int = 10_000) -> list[Item]:
        """Everything that changed, applied; the pages it came in."""
        pages = [self.page()]
        while pages[-1]["more"]:
            assert len(pages) < most_pages, "it does not come to an end"
            pages.append(self.page())
        return pages

    def require_as_server(self) -> None:
        """Fail unless this device knows exactly what its person would be told."""
        lists = {each["id"]: each for each in everything(self.person, "/v1/lists")}
        assert self.store.lists == lists
        for list_id in lists:
            members = everything(self.person, f"/v1/lists/{list_id}/members")
            assert self.store.members[list_id] == {each["account_id"]: each["role"] for each in members}
        tasks = {each["id"]: each for each in everything(self.person, "/v1/tasks")}
        assert self.store.tasks == tasks

    # -- what the person does, whether there is a network or not -----------------------------------------------------

    @property
    def tasks(self) -> dict[str, Item]:
        """The tasks as the person sees them: what is known, with what is still to be sent."""
        seen = dict(self.store.tasks)
        for operation in self.outbox:
            _foresee(seen, operation)
        return seen

    def create(self, list_id: str, title: str, **fields: Any) -> str:
        """Write a new task down; its id."""
        task_id = str(uuid.uuid4())
        self.outbox.append({"do": "create_task", "list_id": list_id, "task": {"id": task_id, "title": title, **fields}})
        return task_id

    def update(self, task_id: str, **changes: Any) -> None:
        """Change, complete or move a task. What recurs is completed as it was seen."""
        self.outbox.append({"do": "update_task", "id": task_id, "changes": changes})

    def delete(self, task_id: str) -> None:
        """Throw a task away."""
        self.outbox.append({"do": "delete_task", "id": task_id})

    def restore(self, task_id: str) -> None:
        """Take a task out of the trash again."""
        self.outbox.append({"do": "restore_task", "id": task_id})

    def push(self, *, is_answered: bool = True) -> None:
        """Send what was done meanwhile. Where no answer comes, it is sent again, under its key, the next time."""
        if self._sending is None:
            if not self.outbox:
                return
            self._sending = (str(uuid.uuid4()), list(self.outbox))
        key, operations = self._sending
        body = {"operations": operations, "atomic": False}
        reply = self.person.ask("POST", "/v1/batch", body, headers={"Idempotency-Key": key})
        if is_answered and reply.status < 500:
            self._settle(operations, reply)

    def _settle(self, operations: Sequence[Item], reply: Reply) -> None:
        """Strike out what was done or refused; what was not tried stays."""
        assert reply.status == 200, reply.body
        results = reply.json["results"]
        assert len(results) == len(operations)
        again = []
        for operation, result in zip(operations, results, strict=True):
            if result["status"] == 503:
                again.append(operation)
            elif result["status"] >= 400:
                self.refused.append((operation, result))
        self.outbox = again + self.outbox[len(operations) :]
        # The key is for these operations as they are: what is left of them is sent under another one.
        self._sending = None


def _foresee(tasks: dict[str, Item], operation: Item) -> None:
    """What the server is likely to make of an operation."""
    match operation:
        case {"do": "create_task", "list_id": list_id, "task": new}:
            tasks[new["id"]] = {"completed": False, "version": 0, **new, "list_id": list_id}
        case {"do": "update_task", "id": task_id, "changes": changes} if task_id in tasks:
            tasks[task_id] = {**tasks[task_id], **changes}
        case {"do": "delete_task", "id": task_id}:
            tasks.pop(task_id, None)


def everything(person: Person, path: str, **query: Any) -> list[Item]:
    """All pages of a collection."""
    found: list[Item] = []
    target: str | None = path
    query = {"limit": 500, **query} if path.endswith(("/tasks", "/lists")) else query
    while target:
        reply = person.ask("GET", target, query=query)
        assert reply.status == 200, (target, reply.body)
        found += reply.json
        link = reply.headers.get("link", "")
        target, query = (link[1 : link.index(">")] if link else None), {}
    return found


class Live:
    """A device's socket: what it hears is applied; what it only hears of is synchronised."""

    def __init__(self, device: Device) -> None:
        self.device = device
        self.heard = 0
        self._socket: ClientConnection | None = None
        self._open = ExitStack()
        self._told: set[str] = set()
        self._account_revision: int | None = None

    def __enter__(self) -> Self:
        self.connect()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.close()

    def connect(self) -> None:
        """Open a socket with a ticket, and listen to every list that the device sees, from where it stands."""
        person = self.device.person
        reply = person.ask("POST", "/v1/live/tickets")
        assert reply.status == 201, reply.body
        port = person.door.port  # type: ignore[attr-defined]  # the server's
        address = f"ws://127.0.0.1:{port}/v1/live?ticket={reply.json['ticket']}"
        opened = connect(address, proxy=None, open_timeout=_SECONDS, close_timeout=_SECONDS)
        self._socket = self._open.enter_context(opened)
        self._subscribe(self.device.store.lists)

    def close(self) -> None:
        """Go away; harmless where it is not there."""
        self._open.close()
        self._socket = None

    @property
    def is_open(self) -> bool:
        """Whether there is a socket."""
        return self._socket is not None

    def catch_up(self) -> None:
        """Hear everything that was done until now."""
        self._say({"type": "ping"})
        pong = next(message for message in self._messages() if message["type"] == "pong")
        known = self.device.store
        if pong["account_revision"] != self._account_revision or not self._told <= set(pong["revisions"]):
            # Which lists there are, or what they are to this person, changed.
            self.device.sync()
            self._account_revision = pong["account_revision"]
            self._told &= set(pong["revisions"])
        behind = {each for each in self._told & set(known.lists) if known.positions[each] < pong["revisions"][each]}
        assert not behind, "what was told is told before it is said to be"
        missing = set(known.lists) - self._told
        if missing:
            self._subscribe(missing)
            self.catch_up()

    def _subscribe(self, list_ids: Any) -> None:
        wanted = [{"id": list_id, "since": self.device.store.positions[list_id]} for list_id in sorted(list_ids)]
        if wanted:
            self._say({"type": "subscribe", "lists": wanted})
            for message in self._messages():
                if message["type"] == "hello":
                    break

    def _messages(self) -> Iterator[Item]:
        """What comes, each applied when it is given; endless."""
        assert self._socket is not None
        while True:
            message = json.loads(self._socket.recv(_SECONDS))
            self._hear(message)
            yield message

    def _hear(self, message: Item) -> None:
        store = self.device.store
        match message["type"]:
            case "hello":
                self._account_revision = message["account_revision"]
                for joined in message["lists"]:
                    self._told.add(joined["id"])
                    if joined["sync"]:
                        self.device.sync()
                        store.positions[joined["id"]] = max(joined["revision"], store.positions.get(joined["id"], 0))
                for refused in message["refused"]:
                    self._told.discard(refused["id"])
                    self.device.sync()
            case "change":
                self._change(message)
            case "lost":
                # Sync says what to forget: who may see the list again by then has missed nothing of it.
                self._told.discard(message["list_id"])
                self.device.sync()
            case "account":
                self.device.sync()
            case "error":
                raise AssertionError(message)

    def _change(self, message: Item) -> None:
        store = self.device.store
        list_id, revision = message["list_id"], message["revision"]
        position = store.positions.get(list_id)
        if position is None or revision <= position:
            return
        assert revision == position + 1, "the server's sockets have no gaps"
        self.heard += 1
        if not store.tell(message):
            self.device.sync()

    def _say(self, message: Item) -> None:
        assert self._socket is not None
        self._socket.send(json.dumps(message))
