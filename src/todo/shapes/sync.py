"""Synchronisation on the wire. The protocol is described in docs/api/sync.md."""

from typing import Annotated, ClassVar
from uuid import UUID

from msgspec import Meta, Struct

from todo.shapes.account import Account
from todo.shapes.fields import Limit
from todo.shapes.task import Task
from todo.shapes.task_list import Role, TaskList

# Of 10,000 lists it has 310,000 characters at most.
SyncToken = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=1_000_000,
        description="From the last reply, as it was.",
        extra_json_schema={"format": "sync-token"},
    ),
]


class SyncRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What changed since `token`; without it, everything. `limit` bounds lists, tasks and removals together."""

    example: ClassVar[dict[str, int]] = {"limit": 500}

    token: SyncToken | None = None
    limit: Limit = 500


class ListMember(Struct, frozen=True, kw_only=True):
    """Somebody who sees the list, and whom its tasks can be assigned to."""

    account_id: UUID
    name: str
    role: Role


class SyncedList(TaskList, frozen=True, kw_only=True):
    """A list with all its members.

    Where it is `whole`, everything the client has of this list is to be forgotten first: all of its tasks follow.
    """

    whole: bool
    members: tuple[ListMember, ...]


class RemovedTask(Struct, frozen=True, kw_only=True):
    """A task that is in this list no more: in the trash, deleted for good, or moved where it may be seen again."""

    id: UUID
    list_id: UUID


class SyncReply(Struct, frozen=True, kw_only=True):
    """What changed, to be applied in this order: `reset`, `removed_lists`, `lists`, `removed_tasks`, `tasks`.

    Where `reset` is true, the token was too old or from elsewhere: everything the client has is to be forgotten, and
    all there is follows. `more` says to ask again at once, with the new token. `account` is null where it did not
    change. `revisions` says of each list that the client did not have as it was, and has now, up to which of its
    revisions: what live updates tell of an earlier one is old. Applying the same twice is harmless.
    """

    token: SyncToken
    more: bool
    reset: bool
    account: Account | None
    removed_lists: tuple[UUID, ...]
    lists: tuple[SyncedList, ...]
    removed_tasks: tuple[RemovedTask, ...]
    tasks: tuple[Task, ...]
    revisions: dict[str, int]
