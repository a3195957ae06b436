"""Tasks below tasks."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, literal, select
from sqlalchemy.orm import Session, aliased

from todo.errors import Fault, InvalidInput
from todo.models import Task
from todo.shapes.index import Limits


def below(*roots: ColumnElement[bool], through: Any = None) -> Any:
    """A subquery of the ids of the tasks that meet all of `roots`, and of everything below them.

    `through` further limits which children are followed: a function from the child entity to a condition.
    """
    tree = select(Task.id).where(*roots).cte("tree", recursive=True)
    child = aliased(Task)
    step = select(child.id).join(tree, child.parent_id == tree.c.id)
    if through is not None:
        step = step.where(through(child))
    return select(tree.union(step).c.id)


def require_parent(session: Session, list_id: UUID, task_id: UUID | None, parent_id: UUID) -> None:
    """Raise InvalidInput unless `parent_id` is a task of the list that `task_id` (None: a new one) can be put below."""
    current: UUID | None = parent_id
    room = Limits().subtask_depth - (0 if task_id is None else _levels_below(session, task_id))
    for depth in range(room):
        if current == task_id and task_id is not None:
            raise InvalidInput(Fault("A task cannot be below itself", "/parent_id"))
        row = session.execute(
            select(Task.parent_id).where(Task.id == current, Task.list_id == list_id, Task.trashed.is_(False))
        ).one_or_none()
        if row is None:
            if depth == 0:
                raise InvalidInput(Fault("There is no such task in the list", "/parent_id"))
            return
        if row.parent_id is None:
            return
        current = row.parent_id
    raise InvalidInput(Fault(f"Tasks go at most {Limits().subtask_depth} levels deep", "/parent_id"))


def _levels_below(session: Session, task_id: UUID) -> int:
    """How many levels of tasks, those in the trash included, are below a task."""
    tree = select(Task.id, literal(0).label("level")).where(Task.id == task_id).cte("levels", recursive=True)
    child = aliased(Task)
    tree = tree.union(select(child.id, tree.c.level + 1).join(tree, child.parent_id == tree.c.id))
    return session.scalar(select(func.max(tree.c.level))) or 0
