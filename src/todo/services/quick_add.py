"""A task from one line of text."""

import hashlib
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from todo.errors import Fault, InvalidInput
from todo.models import TaskList
from todo.services import lists, roles, scopes, tasks
from todo.services.actor import Actor
from todo.services.time_zones import get_zone
from todo.shapes.index import Limits
from todo.shapes.quick_add import QuickAdd
from todo.shapes.task import Due, NewTask, Task
from todo.shapes.task_list import NewList


def create(session: Session, actor: Actor, new: QuickAdd) -> Task:
    """Add the task that a line describes. Repeating it with the same id is harmless, whatever the day.

    Raises NotFound, Forbidden, InvalidInput, IdTaken, LimitReached.
    """
    # Not at the start of an environment, which may never be asked for it.
    from todo.services.quick_syntax.parse import parse

    digest = hashlib.sha256(msgspec.json.encode(["quick_add", actor.id, new])).digest()
    if isinstance(new.id, UUID) and (earlier := tasks.made_before(session, actor, new.id, digest)) is not None:
        return earlier
    language = new.language or actor.language
    said = parse(
        new.text,
        language=language,
        now=actor.now,
        zone=get_zone(new.time_zone or actor.time_zone, "/time_zone"),
        lists=_lists_to_name(session, actor) if "+" in new.text else (),
    )
    if len(said.title) > Limits().title_characters:
        raise InvalidInput(
            Fault(
                f"Expected a title of at most {Limits().title_characters} characters, without what is understood",
                "/text",
            )
        )
    list_id = said.list[0] if said.list is not None else new.list_id
    task = NewTask(
        title=said.title,
        priority=said.priority,
        due=None if said.due is None else msgspec.convert(said.due, Due),
        labels=said.labels,
        id=new.id,
    )
    return tasks.create(session, actor, list_id or _first_list(session, actor, language), task, digest=digest)


def _lists_to_name(session: Session, actor: Actor) -> list[tuple[UUID, str]]:
    """The lists that the actor may add to, by order: of two with one title the first is meant."""
    held = roles.access(actor)
    statement = (
        select(TaskList.id, TaskList.title)
        .join(held, held.c.list_id == TaskList.id)
        .where(
            TaskList.deleted_at.is_(None),
            held.c.role.in_([role for role in roles.ROLES if roles.reaches(role, "editor")]),
        )
        .order_by(TaskList.order, TaskList.id)
    )
    return [(row.id, row.title) for row in session.execute(statement)]


def _first_list(session: Session, actor: Actor, language: str) -> UUID:
    """Where a task goes that names no list: the list of a link; the first one that the actor owns, else a new one."""
    if actor.linked_list is not None:
        return actor.linked_list
    own = _find_first_own(session, actor)
    if own is None:
        scopes.hold(session, [actor.account_id])
        # Another request of the same person may have made it just now.
        own = _find_first_own(session, actor) or _make_first(session, actor, language)
    return own


def _find_first_own(session: Session, actor: Actor) -> UUID | None:
    held = roles.access(actor)
    return session.scalar(
        select(TaskList.id)
        .join(held, held.c.list_id == TaskList.id)
        .where(TaskList.deleted_at.is_(None), held.c.role == "owner")
        .order_by(TaskList.order, TaskList.id)
        .limit(1)
    )


def _make_first(session: Session, actor: Actor, language: str) -> UUID:
    from todo.services.quick_syntax.language import get_language

    return lists.create(session, actor, NewList(title=get_language(language).first_list)).id
