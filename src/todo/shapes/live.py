"""Live updates on the wire: the messages of the socket, either way. The protocol is described in docs/api/live.md."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType

from todo.shapes.activity import FieldChange
from todo.shapes.imports import ImportProgress
from todo.shapes.task import Task
from todo.shapes.task_list import Role

MOST_LISTS = 200

Position = Annotated[int, Meta(ge=0, le=2**63 - 1, description="A revision of the list.", examples=[12])]


class Ticket(Struct, frozen=True, kw_only=True):
    """Opens one socket within a minute: connect to `url`, which holds the ticket."""

    ticket: str
    url: Annotated[str, Meta(examples=["wss://todo.example.org/v1/live?ticket=..."])]
    expires_at: datetime


# -- what a client says -----------------------------------------------------------------------------------------------


class Wanted(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A list to listen to, from what comes after the revision `since`.

    Without it from now on; where the list is listened to already, from where that is. Whoever is `quiet` hears
    everything, and is not shown to others as present.
    """

    id: UUID
    since: Position | UnsetType = UNSET
    quiet: bool = False


class Subscribe(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="type", tag="subscribe"):
    """Listen to these lists, too, or in another way than before. Answered by `hello`."""

    lists: Annotated[tuple[Wanted, ...], Meta(min_length=1, max_length=MOST_LISTS)]


class Unsubscribe(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="type", tag="unsubscribe"):
    """Listen to these lists no more. Not answered."""

    lists: Annotated[tuple[UUID, ...], Meta(min_length=1, max_length=MOST_LISTS)]


class Ping(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="type", tag="ping"):
    """Say that the client is there, and ask for the revisions. To be sent every 5 minutes. Answered by `pong`."""


Said = Subscribe | Unsubscribe | Ping

# -- what the service says --------------------------------------------------------------------------------------------


class Present(Struct, frozen=True, kw_only=True):
    """Somebody who looks at the list: the id of an account or link, and its name."""

    id: UUID
    name: str


class Joined(Struct, frozen=True, kw_only=True):
    """A list that is listened to now, as it is at `revision`.

    What changed between `since` and `revision` follows as `change` messages; where it is too much, `sync` is true, and
    POST /v1/sync has it.
    """

    id: UUID
    revision: int
    role: Role
    sync: bool
    present: tuple[Present, ...]


class Refused(Struct, frozen=True, kw_only=True):
    """A list that is not listened to, and why."""

    id: UUID
    code: str
    detail: str


class Hello(Struct, frozen=True, kw_only=True, tag_field="type", tag="hello"):
    """The answer to `subscribe`. `account_revision` is null for the holder of a link."""

    lists: tuple[Joined, ...]
    refused: tuple[Refused, ...]
    account_revision: int | None


class Change(Struct, frozen=True, kw_only=True, tag_field="type", tag="change"):
    """One change of a list: revisions follow each other without a gap.

    `task` is the task as it is now, null where it is not in the list (any more), or where many were changed. Where
    `complete` is false, the message would have been too large, or concerns many tasks: POST /v1/sync has it.
    """

    list_id: UUID
    revision: int
    operation_id: UUID
    at: datetime
    actor_id: UUID | None
    actor_name: str | None
    kind: str
    task_id: UUID | None
    changes: dict[str, FieldChange]
    task: Task | None
    complete: bool


class Presence(Struct, frozen=True, kw_only=True, tag_field="type", tag="presence"):
    """Who looks at a list now."""

    list_id: UUID
    present: tuple[Present, ...]


class Lost(Struct, frozen=True, kw_only=True, tag_field="type", tag="lost"):
    """The list is not to be seen any more: it was deleted, or access to it was taken away. Nothing more comes of it."""

    list_id: UUID


class AccountChanged(Struct, frozen=True, kw_only=True, tag_field="type", tag="account"):
    """The account, or which lists it sees, changed: POST /v1/sync has it."""

    revision: int


class ImportTold(Struct, frozen=True, kw_only=True, tag_field="type", tag="import", rename={"progress": "import"}):
    """How far an import of the account is, about once a second while it goes on, and at its end."""

    progress: ImportProgress


class Pong(Struct, frozen=True, kw_only=True, tag_field="type", tag="pong"):
    """The answer to `ping`: where each list that is listened to stands. A client that is behind resumes from there."""

    revisions: dict[str, int]
    account_revision: int | None


class LiveError(Struct, frozen=True, kw_only=True, tag_field="type", tag="error"):
    """A message that was not understood, or asked for too much. Nothing was changed by it."""

    code: str
    detail: str
    errors: tuple[dict[str, Any], ...] = ()


Told = Hello | Change | Presence | Lost | AccountChanged | ImportTold | Pong | LiveError
Closing = Literal[1001, 1003, 1008, 1009, 1013]
