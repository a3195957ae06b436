"""Who did what, and when: the change feed as people read it."""

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from todo.models import Account, Change, ChangedItem, Link
from todo.services import roles, tasks
from todo.services.actor import Actor
from todo.services.paging import Page, beyond, cursor_id, decode_cursor, encode_cursor, fingerprint, page_of
from todo.shapes import activity as shapes


def of_list(session: Session, actor: Actor, list_id: UUID, query: shapes.ActivityFilter) -> Page[shapes.Activity]:
    """A page of what happened in a list, latest first. Raises NotFound, BadCursor."""
    roles.get_role(session, actor, list_id)
    selection = fingerprint(query, "list activity", list_id)
    statement = _changes().where(Change.scope_id == list_id).order_by(Change.revision.desc()).limit(query.limit + 1)
    if query.cursor is not None:
        revision, _ = decode_cursor(query.cursor, selection, int)
        statement = statement.where(Change.revision < revision)
    return page_of(
        session.execute(statement).all(),
        query.limit,
        lambda row: _shape(*row),
        lambda row: encode_cursor(selection, row[0].revision, row[0].operation_id),
    )


def of_task(session: Session, actor: Actor, task_id: UUID, query: shapes.ActivityFilter) -> Page[shapes.Activity]:
    """A page of what happened to a task, in the lists the actor sees, latest first. Raises NotFound, BadCursor."""
    tasks.get_with_role(session, actor, task_id)
    selection = fingerprint(query, "task activity", task_id)
    in_bulk = select(ChangedItem.scope_id, ChangedItem.revision).where(ChangedItem.item_id == task_id)
    seen = select(roles.access(actor).c.list_id)
    statement = (
        _changes()
        .where(
            (Change.item_id == task_id) | tuple_(Change.scope_id, Change.revision).in_(in_bulk),
            Change.scope_id.in_(seen),
        )
        .order_by(Change.at.desc(), Change.operation_id.desc())
        .limit(query.limit + 1)
    )
    if query.cursor is not None:
        at, operation_id = decode_cursor(query.cursor, selection, datetime)
        statement = statement.where(
            beyond(Change.at, at, Change.operation_id, cursor_id(operation_id), descending=True)
        )
    return page_of(
        session.execute(statement).all(),
        query.limit,
        lambda row: _shape(*row),
        lambda row: encode_cursor(selection, row[0].at, row[0].operation_id),
    )


def between(session: Session, list_id: UUID, after: int, until: int | None) -> tuple[shapes.Activity, ...]:
    """What happened in a list after one revision, up to another, in order. Asks nobody for a role."""
    statement = _changes().where(Change.scope_id == list_id, Change.revision > after).order_by(Change.revision)
    if until is not None:
        statement = statement.where(Change.revision <= until)
    return tuple(_shape(*row) for row in session.execute(statement))


def after(session: Session, list_id: UUID, revision: int, limit: int) -> tuple[shapes.Activity, ...]:
    """The first things that happened in a list after a revision, in order. Asks nobody for a role."""
    statement = _changes().where(Change.scope_id == list_id, Change.revision > revision)
    return tuple(_shape(*row) for row in session.execute(statement.order_by(Change.revision).limit(limit)))


def _changes() -> Any:
    name = func.coalesce(Account.name, Link.name)
    return (
        select(Change, name)
        .outerjoin(Account, Account.id == Change.actor_id)
        .outerjoin(Link, Link.id == Change.actor_id)
    )


def _shape(change: Change, actor_name: str | None) -> shapes.Activity:
    about_task = change.item_id is not None and change.kind.startswith("task.")
    return shapes.Activity(
        operation_id=change.operation_id,
        revision=change.revision,
        at=change.at,
        actor_id=change.actor_id,
        actor_name=actor_name,
        kind=change.kind,
        list_id=change.scope_id,
        task_id=change.item_id if about_task else None,
        item_id=change.item_id,
        many=change.item_id is None,
        undoes=change.undoes,
        changes={
            name: shapes.FieldChange(before=before, after=after)
            for name, (before, after) in json.loads(change.fields).items()
        },
    )
