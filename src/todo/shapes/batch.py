"""Many changes in one request."""

from typing import Annotated, Any, ClassVar
from uuid import UUID

from msgspec import Meta, Struct

from todo.shapes.problem import Problem
from todo.shapes.task import NewTask, TaskPatch
from todo.shapes.task_list import ListPatch, NewList

MOST_OPERATIONS = 500

Version = Annotated[
    int, Meta(ge=1, le=2**31 - 1, description="As it was read: refused when it was changed since.", examples=[3])
]


class Operation(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="do"):
    """One change; `do` says which. It may refer to what an operation before it makes, by an id that the client made."""


class CreateList(Operation, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="create_list"):
    """Make a list."""

    list: NewList


class UpdateList(Operation, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="update_list"):
    """Change a list."""

    id: UUID
    changes: ListPatch
    version: Version | None = None


class DeleteList(Operation, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="delete_list"):
    """Move a list to the trash."""

    id: UUID
    version: Version | None = None


class CreateTask(Operation, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="create_task"):
    """Add a task to a list."""

    list_id: UUID
    task: NewTask


class UpdateTask(Operation, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="update_task"):
    """Change a task: `completed` completes it, `list_id` moves it."""

    id: UUID
    changes: TaskPatch
    version: Version | None = None


class DeleteTask(Operation, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="delete_task"):
    """Move a task to the trash."""

    id: UUID
    version: Version | None = None


class RestoreTask(Operation, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="restore_task"):
    """Bring a task back from the trash."""

    id: UUID


AnyOperation = CreateList | UpdateList | DeleteList | CreateTask | UpdateTask | DeleteTask | RestoreTask


class Batch(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Changes in their order: all or none where `atomic`, else each for itself, whatever becomes of the others."""

    example: ClassVar[dict[str, Any]] = {
        "operations": [
            {"do": "create_list", "list": {"title": "Home"}},
            {"do": "create_list", "list": {"title": "Work", "order": 2}},
        ],
    }

    operations: Annotated[tuple[AnyOperation, ...], Meta(min_length=1, max_length=MOST_OPERATIONS)]
    atomic: bool = True


class OperationResult(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What became of one operation: its `status` as if it had been a request of its own.

    `id` and `version` are of the list or task (no `version` where it went to the trash); `problem` says what was wrong.
    """

    status: int
    id: UUID | None = None
    version: int | None = None
    problem: Problem | None = None


class BatchReply(Struct, frozen=True, kw_only=True):
    """What became of each operation, in their order."""

    results: tuple[OperationResult, ...]
