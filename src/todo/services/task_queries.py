"""Finding tasks: filters, sorting, pages."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from todo.models import Task, TaskLabel
from todo.services import dues, roles
from todo.services.actor import Actor
from todo.services.paging import Page, beyond, cursor_id, decode_cursor, encode_cursor, fingerprint, page_of
from todo.services.task_labels import label_key
from todo.services.task_shape import shape
from todo.services.time_zones import in_utc
from todo.shapes import task as shapes
from todo.shapes.fields import Priority

# What each `order_by` sorts by: the mapped attribute, and the type of its values.
_SORTS: dict[str, tuple[Any, Any]] = {
    "order": (Task.order, float),
    "due": (Task.due_sort, str),
    "priority": (Task.priority, Priority),
    "title": (Task.title_key, str),
    "created": (Task.created_at, datetime),
    "updated": (Task.updated_at, datetime),
}


def in_list(session: Session, actor: Actor, list_id: UUID, query: shapes.TaskFilter) -> Page[shapes.Task]:
    """A page of the tasks of one list, by order unless `order_by` says otherwise. Raises NotFound, BadCursor."""
    page = _page(session, actor, query, list_id, query.order_by or "order")
    if not page.items:
        # One query serves the ordinary case; an empty answer may also mean that there is nothing to see.
        roles.get_role(session, actor, list_id)
    return page


def across_lists(session: Session, actor: Actor, query: shapes.AnyTaskFilter) -> Page[shapes.Task]:
    """A page of the tasks of every list the actor sees, by due unless `order_by` says otherwise. Raises BadCursor."""
    return _page(session, actor, query, query.list, query.order_by or "due")


def _page(
    session: Session, actor: Actor, query: shapes.TaskFilter, list_id: UUID | None, order_by: str
) -> Page[shapes.Task]:
    descending = order_by.startswith("-")
    key, kind = _SORTS[order_by.lstrip("-")]
    selection = fingerprint(query, list_id, order_by)
    held = roles.access(actor)
    statement = (
        select(Task)
        .join(held, held.c.list_id == Task.list_id)
        .where(Task.trashed.is_(False), *_conditions(query))
        .order_by(*((key.desc(), Task.id.desc()) if descending else (key, Task.id)))
        .limit(query.limit + 1)
    )
    if list_id is not None:
        statement = statement.where(Task.list_id == list_id)
    if query.cursor is not None:
        value, item_id = decode_cursor(query.cursor, selection, kind)
        statement = statement.where(beyond(key, value, Task.id, cursor_id(item_id), descending=descending))
    return page_of(
        session.scalars(statement).all(),
        query.limit,
        shape,
        lambda task: encode_cursor(selection, getattr(task, key.key), task.id),
    )


def _conditions(query: shapes.TaskFilter) -> list[Any]:
    conditions: list[Any] = []
    for attribute, value in (
        (Task.completed, query.completed),
        (Task.priority, query.priority),
        (Task.assignee_id, query.assignee),
        (Task.parent_id, query.parent),
    ):
        if value is not None:
            conditions.append(attribute == value)
    if query.label is not None:
        conditions.append(
            exists().where(
                TaskLabel.list_id == Task.list_id,
                TaskLabel.label_key == label_key(query.label),
                TaskLabel.task_id == Task.id,
            )
        )
    if query.due_before is not None:
        conditions.append(dues.condition(query.due_before, "due_before", before=True))
    if query.due_after is not None:
        conditions.append(dues.condition(query.due_after, "due_after", before=False))
    if query.q is not None:
        conditions.append(Task.search.contains(query.q.casefold(), autoescape=True))
    if query.updated_since is not None:
        conditions.append(Task.updated_at >= in_utc(query.updated_since, "updated_since", "parameter"))
    return conditions
