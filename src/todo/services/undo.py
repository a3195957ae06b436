"""Undo: an operation is taken back by another one, change by change, in the reverse of their order.

It is the services' ordinary work in the other direction, so that what it does is checked, recorded and undone like any
other change. Source of truth is the feed: what it says was made is compared with what there is now.
"""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from todo.errors import CannotUndo, Forbidden, NotFound
from todo.models import Change, TaskList
from todo.services import imported, inverses, roles, scopes
from todo.services.actor import Actor
from todo.shapes.undo import Undone

_NO_SUCH_OPERATION = "There is no such operation, or you may not see what it did."


def undo(session: Session, actor: Actor, operation_id: UUID) -> Undone:
    """Take back all that an operation did in the actor's lists and account.

    Raises NotFound; Forbidden where a part of it is not the actor's to change; CannotUndo for what is no change of
    lists, tasks or the account; UndoBlocked naming what was changed again; Gone where a part was deleted for good.
    """
    actor = replace(actor, undoes=operation_id)
    account_id = actor.account_id
    rows = session.scalars(select(Change).where(Change.operation_id == operation_id)).all()
    visible = _visible(session, actor, rows)
    if not any(row.scope_id in visible for row in rows):
        raise NotFound(_NO_SUCH_OPERATION)
    if any(row.kind not in inverses.INVERSES for row in rows):
        raise CannotUndo("Who shares a list is not undone: invite, remove or change the role again.")
    # What an account hears of its lists goes with the lists' own rows.
    own = [row for row in rows if not row.kind.startswith("list.") or row.scope_id == row.item_id]
    if any(row.scope_id not in visible for row in own):
        raise Forbidden("A part of it is in a list that you may not see. Ask somebody who sees both.")
    _hold(session, own, account_id)
    imported.require_ended(session, operation_id)
    for row in sorted(own, key=lambda row: row.step or 0, reverse=True):
        inverse = inverses.INVERSES[row.kind]
        if inverse is not None:
            inverse(session, actor, row, own)
    return Undone(operation_id=actor.operation_id, undoes=operation_id)


def _visible(session: Session, actor: Actor, rows: Sequence[Change]) -> set[UUID]:
    """The scopes of the rows that the actor sees."""
    held = roles.access(actor)
    ids = {row.scope_id for row in rows}
    return {actor.id, *session.scalars(select(held.c.list_id).where(held.c.list_id.in_(ids)))} & ids


def _hold(session: Session, rows: Sequence[Change], account_id: UUID) -> None:
    ids = {row.scope_id for row in rows}
    owners = set(session.scalars(select(TaskList.owner_id).where(TaskList.id.in_(ids))))
    scopes.hold(session, ids | owners | {account_id})
