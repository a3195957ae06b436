"""Tasks: one at a time."""

import hashlib
from typing import Any
from uuid import UUID

import msgspec
from msgspec import UnsetType
from sqlalchemy import select
from sqlalchemy.orm import Session

from todo.database import StaleRead, insert_later, insert_missing
from todo.errors import Conflict, Fault, IdTaken, InvalidInput, LimitReached, NotFound
from todo.models import Member, Scope, Task
from todo.services import dues, ordering, reminders, roles, scopes, subtasks, task_labels
from todo.services.actor import Actor
from todo.services.identifiers import chosen_or_new
from todo.services.task_shape import contents, shape
from todo.shapes import task as shapes
from todo.shapes.index import Limits

NO_SUCH_TASK = "There is no such task, or you may not see it."


def get(session: Session, actor: Actor, task_id: UUID) -> shapes.Task:
    """One task that is not in the trash. Raises NotFound."""
    return shape(get_with_role(session, actor, task_id)[0])


def create(
    session: Session, actor: Actor, list_id: UUID, new: shapes.NewTask, *, digest: bytes | None = None
) -> shapes.Task:
    """Add a task to a list. Repeating it with the same id is harmless; `digest` is of what makes it a repetition.

    Raises NotFound, Forbidden, InvalidInput, IdTaken, LimitReached.
    """
    digest = digest or hashlib.sha256(msgspec.json.encode([actor.id, list_id, new])).digest()
    task_id, is_chosen = chosen_or_new(new.id, actor.now)
    if is_chosen and (earlier := made_before(session, actor, task_id, digest)) is not None:
        return earlier
    due = dues.stored(new.due, actor.time_zone)
    told = reminders.checked(new.reminders, actor.time_zone, due)
    scope = roles.lock(session, actor, list_id, "editor", items=1)
    require_room(scope)
    if new.parent_id is not None:
        subtasks.require_parent(session, list_id, None, new.parent_id)
    if new.assignee_id is not None:
        require_assignee(session, list_id, new.assignee_id)
    order = place(session, actor, scope, new.order, new.after)
    names = task_labels.distinct(new.labels)
    task = Task(
        id=task_id,
        list_id=list_id,
        creation_digest=digest,
        order=scope.tail if order is None else order,
        changed_revision=scope.revision,
        labels=task_labels.to_text(list(names.values())),
        **reminders.columns(actor, told),
        **due.columns(),
        **_first_columns(actor, new),
    )
    if not is_chosen:
        insert_later(session, task)
    elif not insert_missing(session, task):
        raise StaleRead("somebody made a task with this id just now")
    task_labels.index(session, task_id, list_id, names, fresh=True)
    reminders.store(session, actor, task, fresh=True)
    created = shape(task)
    fields = {key: (None, value) for key, value in contents(created).items() if value not in (None, "", [], False)}
    scopes.record(session, actor, scope, "task.created", task_id, fields)
    return created


def made_before(session: Session, actor: Actor, task_id: UUID, digest: bytes) -> shapes.Task | None:
    """The task that the same request made before. Raises IdTaken where another did, Conflict where it is gone."""
    earlier = session.get(Task, task_id)
    if earlier is None:
        return None
    if earlier.created_by != actor.id or earlier.creation_digest != digest:
        raise IdTaken("This id is in use. Choose another one.")
    if earlier.trashed:
        raise Conflict("This task was made before and is in the trash. Restore it, or choose another id.")
    return get(session, actor, earlier.id)


def _first_columns(actor: Actor, new: shapes.NewTask) -> dict[str, Any]:
    """The columns of a new task that follow from what was sent, and by whom."""
    return {
        **text_columns(new.title.strip(), new.notes),
        "parent_id": new.parent_id,
        "completed": new.completed,
        "completed_at": actor.now if new.completed else None,
        "priority": new.priority,
        "assignee_id": new.assignee_id,
        "version": 1,
        "created_by": actor.id,
        "created_at": actor.now,
        "updated_at": actor.now,
        "trashed": False,
        "deleted_at": None,
        "deletion_id": None,
    }


def list_of(session: Session, actor: Actor, task_id: UUID, *, trashed: bool = False) -> UUID:
    """The list that a visible task is in, read before any lock. Raises NotFound."""
    held = roles.access(actor)
    list_id = session.scalar(
        select(Task.list_id)
        .join(held, held.c.list_id == Task.list_id)
        .where(Task.id == task_id, Task.trashed.is_(trashed))
    )
    if list_id is None:
        raise NotFound(NO_SUCH_TASK)
    return list_id


def get_with_role(session: Session, actor: Actor, task_id: UUID, *, trashed: bool = False) -> tuple[Task, str]:
    """A visible task and the actor's role in its list. Raises NotFound."""
    held = roles.access(actor)
    found = session.execute(
        select(Task, held.c.role)
        .join(held, held.c.list_id == Task.list_id)
        .where(Task.id == task_id, Task.trashed.is_(trashed)),
        execution_options={"populate_existing": True},
    ).one_or_none()
    if found is None:
        raise NotFound(NO_SUCH_TASK)
    return found[0], found[1]


def require_room(scope: Scope) -> None:
    """Raise LimitReached when a list holds more than it may."""
    if scope.item_count > Limits().tasks_per_list:
        raise LimitReached(f"A list holds at most {Limits().tasks_per_list} tasks.")


def require_assignee(session: Session, list_id: UUID, account_id: UUID) -> None:
    """Raise InvalidInput unless the account is a member of the list."""
    if session.get(Member, (account_id, list_id)) is None:
        raise InvalidInput(Fault("Expected the account id of a member of the list", "/assignee_id"))


def place(
    session: Session, actor: Actor, scope: Scope, order: float | UnsetType, after: UUID | UnsetType
) -> float | None:
    """The order that was asked for, by number or by neighbour; None where neither was. Raises InvalidInput for both."""
    if isinstance(order, UnsetType) and isinstance(after, UnsetType):
        return None
    if isinstance(after, UUID):
        if not isinstance(order, UnsetType):
            raise InvalidInput(Fault("Expected either `order` or `after`", "/after"))
        order = ordering.place_after(session, actor, scope, after)
    chosen = float(order) if isinstance(order, (int, float)) else 0.0
    ordering.raise_tail(scope, chosen)
    return chosen


def text_columns(title: str, notes: str) -> dict[str, Any]:
    """The columns that hold a task's text, and what it is sorted and searched by."""
    return {
        "title": title,
        "title_key": title.casefold(),
        "notes": notes,
        "search": f"{title}\n{notes}".casefold(),
    }
