"""A task as clients see it, and what changed between two looks at it."""

import json
from typing import Any

import msgspec

from todo.models import Task
from todo.services import dues, reminders
from todo.shapes import task as shapes

# What says when and how often a task changed, rather than what changed.
_BOOKKEEPING = frozenset({"id", "url", "list_id", "version", "created_at", "updated_at", "deleted_at"})


def shape(task: Task) -> shapes.Task:
    """The representation of a task."""
    return shapes.Task(**_fields(task))


def trashed_shape(task: Task) -> shapes.TrashedTask:
    """The representation of a task in the trash."""
    return shapes.TrashedTask(deleted_at=task.deleted_at or task.updated_at, **_fields(task))


def contents(task: shapes.Task) -> dict[str, Any]:
    """What a task says, as plain JSON values."""
    return {key: value for key, value in msgspec.to_builtins(task).items() if key not in _BOOKKEEPING}


def difference(before: shapes.Task, after: shapes.Task) -> dict[str, tuple[Any, Any]]:
    """The fields that differ, each with its value before and after."""
    old, new = contents(before), contents(after)
    return {key: (old[key], value) for key, value in new.items() if old[key] != value}


def _fields(task: Task) -> dict[str, Any]:
    return {
        "id": task.id,
        "url": f"/v1/tasks/{task.id}",
        "list_id": task.list_id,
        "parent_id": task.parent_id,
        "title": task.title,
        "notes": task.notes,
        "completed": task.completed,
        "completed_at": task.completed_at,
        "priority": task.priority,
        "due": dues.shape(dues.of_task(task)),
        "reminders": reminders.from_text(task.reminders),
        "labels": tuple(json.loads(task.labels)),
        "assignee_id": task.assignee_id,
        "order": float(task.order),
        "version": task.version,
        "created_at": task.created_at,
        "updated_at": task.updated_at,
    }
