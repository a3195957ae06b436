"""Labels: names that tasks carry, counted, renamed and removed over everything the actor sees."""

import json
from collections.abc import Mapping, Sequence
from urllib.parse import quote
from uuid import UUID

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from todo.errors import NotFound
from todo.models import Scope, Task, TaskLabel
from todo.services import ordering, roles, scopes, task_labels
from todo.services.actor import Actor
from todo.services.paging import Page, decode_cursor, encode_cursor, fingerprint, page_of
from todo.shapes import label as shapes

# Lists that one unit changes. More would make the statement that locks them longer than RDS Proxy likes.
LISTS_A_UNIT = 400


def in_use(session: Session, actor: Actor, query: shapes.LabelFilter) -> Page[shapes.Label]:
    """A page of the labels in use on tasks that are not in the trash, by name. Raises BadCursor."""
    selection = fingerprint(query, "labels")
    held = roles.access(actor)
    statement = (
        select(
            TaskLabel.label_key,
            func.min(TaskLabel.name),
            func.count(),
            func.sum(case((Task.completed.is_(False), 1), else_=0)),
        )
        .join(Task, Task.id == TaskLabel.task_id)
        .join(held, held.c.list_id == TaskLabel.list_id)
        .where(Task.trashed.is_(False))
        .group_by(TaskLabel.label_key)
        .order_by(TaskLabel.label_key)
        .limit(query.limit + 1)
    )
    if query.cursor is not None:
        key, _ = decode_cursor(query.cursor, selection, str)
        statement = statement.where(TaskLabel.label_key > key)
    return page_of(
        session.execute(statement).all(),
        query.limit,
        lambda row: shapes.Label(
            name=row[1], url=f"/v1/labels/{quote(row[1], safe='')}", tasks=row[2], open_tasks=row[3]
        ),
        lambda row: encode_cursor(selection, row[0], row[0]),
    )


def rename(session: Session, actor: Actor, name: str, patch: shapes.LabelPatch) -> shapes.LabelChange:
    """Rename a label in up to LISTS_A_UNIT lists that the actor may change, to be repeated while it says that many.

    Raises NotFound when no such list has the label.
    """
    return _replace(session, actor, name, patch.name.strip())


def remove(session: Session, actor: Actor, name: str) -> shapes.LabelChange:
    """Take a label off all tasks, like `rename`."""
    return _replace(session, actor, name, None)


def _replace(session: Session, actor: Actor, name: str, new: str | None) -> shapes.LabelChange:
    key = task_labels.label_key(name)
    # What holds a NUL names no label, and PostgreSQL would not even compare it.
    carriers = [] if "\0" in key else _lists_with(session, actor, key, None)
    if not carriers:
        raise NotFound("No task that you may change carries this label.")
    found = carriers if new is None else _lists_with(session, actor, key, new)
    locked = scopes.lock(session, *found)
    still = set(_lists_with(session, actor, key, new))
    scopes.give_back(session, *(scope for list_id, scope in locked.items() if list_id not in still))
    changed = [_replace_in_list(session, actor, locked[list_id], key, new) for list_id in found if list_id in still]
    return shapes.LabelChange(name=new or name, lists=len(changed), tasks=sum(changed))


def _lists_with(session: Session, actor: Actor, key: str, new: str | None) -> list[UUID]:
    held = roles.access(actor)
    statement = (
        select(TaskLabel.list_id)
        .distinct()
        .join(held, held.c.list_id == TaskLabel.list_id)
        .where(
            held.c.role.in_(("owner", "editor")),
            TaskLabel.label_key == key,
        )
        .order_by(TaskLabel.list_id)
        .limit(LISTS_A_UNIT)
    )
    if new is not None:
        statement = statement.where(TaskLabel.name != new)
    return list(session.scalars(statement))


def _replace_in_list(session: Session, actor: Actor, scope: Scope, key: str, new: str | None) -> int:
    carriers = session.scalars(
        select(Task)
        .join(TaskLabel, TaskLabel.task_id == Task.id)
        .where(TaskLabel.list_id == scope.id, TaskLabel.label_key == key)
        .execution_options(populate_existing=True)
    ).all()
    wanted: dict[UUID, list[str]] = {}
    for task in carriers:
        names = [
            (new if task_labels.label_key(name) == key else name)
            for name in json.loads(task.labels)
            if new is not None or task_labels.label_key(name) != key
        ]
        wanted[task.id] = [name for name in names if name is not None]
    fields = {"labels": ([key], [new] if new else [])}
    set_names(session, actor, scope, "label.renamed" if new else "label.removed", fields, carriers, wanted)
    return len(carriers)


def set_names(
    session: Session,
    actor: Actor,
    scope: Scope,
    kind: str,
    fields: scopes.Fields,
    carriers: Sequence[Task],
    wanted: Mapping[UUID, Sequence[str]],
) -> None:
    """Give tasks of a locked list other labels, as one row of the feed."""
    changed: dict[UUID, scopes.Fields] = {}
    for task in carriers:
        distinct = task_labels.distinct(wanted[task.id])
        changed[task.id] = {"labels": (json.loads(task.labels), list(distinct.values()))}
        task.labels = task_labels.to_text(list(distinct.values()))
        task.version += 1
        task.changed_revision = scope.revision
        task.updated_at = actor.now
        task_labels.index(session, task.id, task.list_id, distinct)
    session.flush()
    scopes.record(session, actor, scope, kind, None, fields)
    ordering.note_fields(session, scope, changed)
