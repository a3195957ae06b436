"""The labels of one task: names kept on the task, and an index of them."""

import json
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from todo.database import execute_later
from todo.models import TaskLabel


def label_key(name: str) -> str:
    """What makes two names the same label."""
    return name.strip().casefold()


def distinct(names: Sequence[str]) -> dict[str, str]:
    """The names by their keys, in order; of two that are the same label the first stays."""
    found: dict[str, str] = {}
    for name in names:
        found.setdefault(label_key(name), name.strip())
    return found


def to_text(names: Sequence[str]) -> str:
    """How the names are kept on the task."""
    return json.dumps(list(names), ensure_ascii=False)


def index(session: Session, task_id: UUID, list_id: UUID, names: dict[str, str], *, fresh: bool = False) -> None:
    """Write the index of a task's labels; a `fresh` task has none yet."""
    if not fresh:
        execute_later(session, delete(TaskLabel).where(TaskLabel.task_id == task_id))
    if names:
        rows = [{"task_id": task_id, "label_key": key, "list_id": list_id, "name": name} for key, name in names.items()]
        execute_later(session, insert(TaskLabel).values(rows))
