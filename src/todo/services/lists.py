"""Lists of tasks."""

import hashlib
from typing import Any
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from todo.database import StaleRead, insert_later, insert_missing
from todo.errors import IdTaken, LimitReached, NotFound
from todo.models import Member, Scope, Task, TaskList
from todo.services import ordering, roles, scopes
from todo.services.actor import Actor
from todo.services.identifiers import chosen_or_new
from todo.services.paging import Page, beyond, cursor_id, decode_cursor, encode_cursor, fingerprint, page_of
from todo.services.preconditions import IfMatch, require_match
from todo.shapes import task_list as shapes
from todo.shapes.index import Limits

_FIELDS = ("title", "notes", "order")
_ID_TAKEN = "This id is in use. Choose another one."


def mine(session: Session, actor: Actor, query: shapes.ListFilter) -> Page[shapes.TaskList]:
    """A page of the lists the actor sees, by order."""
    selection = fingerprint(query, "lists")
    statement = visible(actor).order_by(TaskList.order, TaskList.id).limit(query.limit + 1)
    if query.cursor is not None:
        order, item_id = decode_cursor(query.cursor, selection, float)
        statement = statement.where(beyond(TaskList.order, order, TaskList.id, cursor_id(item_id), descending=False))
    rows = session.execute(statement).all()
    return page_of(
        rows,
        query.limit,
        lambda row: shape(*row),
        lambda row: encode_cursor(selection, row[0].order, row[0].id),
    )


def get(session: Session, actor: Actor, list_id: UUID) -> shapes.TaskList:
    """One list. Raises NotFound."""
    return shape(*_get(session, actor, list_id))


def create(session: Session, actor: Actor, new: shapes.NewList) -> shapes.TaskList:
    """Make a list that the actor owns. Repeating it with the same id is harmless. Raises IdTaken, LimitReached."""
    digest = hashlib.sha256(msgspec.json.encode([actor.account_id, new])).digest()
    list_id, is_chosen = chosen_or_new(new.id, actor.now)
    if is_chosen:
        earlier = session.get(TaskList, list_id)
        if earlier is not None:
            return _replay(session, actor, earlier, digest)
    account = scopes.lock(session, actor.account_id, items=1)[actor.account_id]
    if account.item_count > Limits().lists_per_account:
        raise LimitReached(f"An account has at most {Limits().lists_per_account} lists.")
    order = account.tail if isinstance(new.order, UnsetType) else new.order
    row = TaskList(
        id=list_id,
        owner_id=actor.account_id,
        title=new.title.strip(),
        notes=new.notes,
        order=order,
        version=1,
        changed_revision=1,
        creation_digest=digest,
        created_at=actor.now,
        updated_at=actor.now,
    )
    scope = Scope(id=list_id, kind="list", revision=1, tail=0, item_count=0, live_until=None)
    if is_chosen:
        _insert_chosen(session, row, scope)
    else:
        insert_later(session, row)
        insert_later(session, scope)
    insert_later(session, Member(account_id=actor.account_id, list_id=list_id, role="owner", changed_revision=1))
    ordering.raise_tail(account, order)
    created = shape(row, "owner")
    fields = {name: (None, getattr(created, name)) for name in _FIELDS}
    scopes.record(session, actor, scope, "list.created", list_id, fields)
    scopes.record(session, actor, account, "list.created", list_id, {})
    return created


def update_one(
    session: Session, actor: Actor, list_id: UUID, patch: shapes.ListPatch, if_match: IfMatch
) -> shapes.TaskList:
    """Change a list. Raises NotFound, Forbidden, VersionMismatch."""
    scope = _lock(session, list_id)
    row, role = _get(session, actor, list_id)
    roles.require(role, "editor")
    require_match(if_match, shape(row, role))
    fields: dict[str, tuple[Any, Any]] = {}
    for name in _FIELDS:
        value = getattr(patch, name)
        if value is UNSET:
            continue
        value = value.strip() if name == "title" else value
        if value != getattr(row, name):
            fields[name] = (getattr(row, name), value)
            setattr(row, name, value)
    if fields:
        _touch(row, actor, scope)
        session.flush()
        scopes.record(session, actor, scope, "list.updated", list_id, fields)
    else:
        scopes.give_back(session, scope)
    return shape(row, role)


def delete(session: Session, actor: Actor, list_id: UUID, if_match: IfMatch) -> None:
    """Move a list with all its tasks to the trash. Raises NotFound, Forbidden, VersionMismatch."""
    owner_id = _get(session, actor, list_id)[0].owner_id
    locked = scopes.lock(session, list_id, owner_id)
    row, role = _get(session, actor, list_id)
    if row.owner_id != owner_id:
        raise StaleRead("the list counts for another owner since just now")
    roles.require(role, "owner")
    require_match(if_match, shape(row, role))
    scope, account = locked[list_id], locked[owner_id]
    row.deleted_at, row.deletion_id = actor.now, actor.operation_id
    _touch(row, actor, scope)
    session.flush()
    trash_all(session, actor, scope)
    account.item_count -= 1
    scopes.record(session, actor, scope, "list.trashed", list_id, {})
    scopes.record(session, actor, account, "list.trashed", list_id, {})
    ordering.note_changed_items(session, scope)


def trash_all(session: Session, actor: Actor, scope: Scope) -> None:
    """Move every task of a locked list to the trash, as part of the scope's present revision."""
    session.execute(
        update(Task)
        .where(Task.list_id == scope.id, Task.trashed.is_(False))
        .values(
            trashed=True,
            deleted_at=actor.now,
            deletion_id=actor.operation_id,
            changed_revision=scope.revision,
            version=Task.version + 1,
        ),
        execution_options={"synchronize_session": False},
    )
    scope.item_count = 0


def visible(actor: Actor) -> Any:
    """A statement of the lists the actor sees, each with the actor's role."""
    held = roles.access(actor)
    return select(TaskList, held.c.role).join(held, held.c.list_id == TaskList.id).where(TaskList.deleted_at.is_(None))


def _get(session: Session, actor: Actor, list_id: UUID) -> tuple[TaskList, str]:
    found = session.execute(
        visible(actor).where(TaskList.id == list_id), execution_options={"populate_existing": True}
    ).one_or_none()
    if found is None:
        raise NotFound(roles.NO_SUCH_LIST)
    return found[0], found[1]


def _lock(session: Session, list_id: UUID) -> Scope:
    scope = scopes.lock(session, list_id).get(list_id)
    if scope is None:
        raise NotFound(roles.NO_SUCH_LIST)
    return scope


def _insert_chosen(session: Session, row: TaskList, scope: Scope) -> None:
    """Insert a list, and its scope, under an id that may be in use."""
    if not insert_missing(session, row):
        raise StaleRead("somebody made a list with this id just now")
    if not insert_missing(session, scope):
        # No list has this id: an account has.
        raise IdTaken(_ID_TAKEN)


def _replay(session: Session, actor: Actor, earlier: TaskList, digest: bytes) -> shapes.TaskList:
    if earlier.owner_id != actor.account_id or earlier.creation_digest != digest or earlier.deleted_at is not None:
        raise IdTaken(_ID_TAKEN)
    return shape(*_get(session, actor, earlier.id))


def _touch(row: TaskList, actor: Actor, scope: Scope) -> None:
    row.version += 1
    row.changed_revision = scope.revision
    row.updated_at = actor.now


def shape(row: TaskList, role: Any) -> shapes.TaskList:
    """The representation of a list for whoever has this role in it."""
    return shapes.TaskList(
        id=row.id,
        url=f"/v1/lists/{row.id}",
        title=row.title,
        notes=row.notes,
        order=float(row.order),
        role=role,
        version=row.version,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
