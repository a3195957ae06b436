"""Imports as their account asks for them: announced, looked at, started, cancelled."""

import json
from datetime import datetime
from uuid import UUID

import msgspec
from msgspec import UNSET
from sqlalchemy import select
from sqlalchemy.orm import Session

from todo.errors import Conflict, NotFound
from todo.models import Import, uuid7
from todo.services import import_options, import_problems, import_states, import_turns, imported_lists, roles
from todo.services.actor import Actor
from todo.services.import_shape import shape
from todo.services.paging import Page, beyond, cursor_id, decode_cursor, encode_cursor, fingerprint, page_of
from todo.shapes import imports as shapes

_NO_SUCH_IMPORT = "There is no such import, or it is not yours."


def create(session: Session, actor: Actor, new: shapes.NewImport) -> shapes.Import:
    """Note an import whose file is not here yet. Raises Forbidden, NotFound."""
    require_target(session, actor, new.list)
    row = Import(
        id=uuid7(actor.now),
        account_id=actor.account_id,
        list_id=new.list,
        format=new.format,
        name=new.name.strip(),
        size=new.size,
        sha256=None if new.sha256 is None else bytes.fromhex(new.sha256),
        options=import_options.stored(actor, new),
        state="uploading",
        phase="check",
        operation_id=uuid7(actor.now),
        job_id=None,
        rows=None,
        rows_done=0,
        records_done=0,
        created_tasks=0,
        unchanged_tasks=0,
        late_parents=0,
        problem_count=0,
        error_count=0,
        error=None,
        preview=None,
        lists=None,
        created_at=actor.now,
        started_at=None,
        updated_at=actor.now,
        finished_at=None,
    )
    session.add(row)
    session.flush()
    return shape(row)


def require_target(session: Session, actor: Actor, list_id: UUID | None) -> None:
    """Raise Forbidden or NotFound unless the actor has an account, and may put tasks into the list."""
    _ = actor.account_id
    if list_id is not None:
        roles.require(roles.get_role(session, actor, list_id), "editor")


def get(session: Session, actor: Actor, import_id: UUID) -> shapes.Import:
    """One import of the actor's own. Raises NotFound, Forbidden."""
    row = _get(session, actor, import_id)
    return shape(row, import_problems.first(session, row.id), imported_lists.shown(session, actor, [row])[row.id])


def mine(session: Session, actor: Actor, query: shapes.ImportFilter) -> Page[shapes.Import]:
    """A page of the actor's imports, latest first; their problems are only counted. Raises BadCursor, Forbidden."""
    selection = fingerprint(query, "imports")
    statement = (
        select(Import)
        .where(Import.account_id == actor.account_id)
        .order_by(Import.created_at.desc(), Import.id.desc())
        .limit(query.limit + 1)
    )
    if query.cursor is not None:
        at, item_id = decode_cursor(query.cursor, selection, datetime)
        statement = statement.where(beyond(Import.created_at, at, Import.id, cursor_id(item_id), descending=True))
    rows = session.scalars(statement).all()
    lists = imported_lists.shown(session, actor, rows)
    return page_of(
        rows,
        query.limit,
        lambda row: msgspec.structs.replace(shape(row, lists=lists[row.id]), preview=None),
        lambda row: encode_cursor(selection, row.created_at, row.id),
    )


def problems(session: Session, actor: Actor, import_id: UUID, query: shapes.ImportFilter) -> Page[shapes.ImportProblem]:
    """A page of what did not go in as it was, as far as it was kept. Raises NotFound, BadCursor, Forbidden."""
    row = _get(session, actor, import_id)
    return import_problems.page(session, row.id, query)


def start(session: Session, actor: Actor, import_id: UUID, how: shapes.StartImport) -> shapes.Import:
    """Let a checked file go in, or be checked once more: in another way, perhaps. Repeating it is harmless.

    Its job is to be told of (`jobs_of`). Raises NotFound, Conflict, Forbidden.
    """
    row = _get(session, actor, import_id, lock=True)
    is_dry = bool(json.loads(row.options).get("dry_run"))
    if row.state in (*import_turns.AT_WORK, "done") and is_dry == how.dry_run:
        return get(session, actor, import_id)
    if row.state != "checked":
        raise Conflict(f"This import is {row.state}; only one that was checked can be started.")
    if how.list is not UNSET:
        require_target(session, actor, how.list)
        row.list_id = how.list
    if how.format is not UNSET:
        row.format = how.format
    row.options = import_options.wished_anew(actor, row.options, how)
    import_problems.forget(session, row.id)
    import_states.wait(session, actor.now, row)
    return get(session, actor, import_id)


def jobs_of(session: Session, actor: Actor, import_id: UUID) -> tuple[UUID, ...]:
    """The job of an import that waits for it."""
    row = _get(session, actor, import_id)
    return (row.job_id,) if row.job_id is not None and row.state == "waiting" else ()


def cancel(session: Session, actor: Actor, import_id: UUID) -> tuple[UUID, ...]:
    """Stop an import where it is; what went in stays, and undo takes it back. Repeating it is harmless.

    Returns the job of the account's next import. Raises NotFound, Forbidden.
    """
    row = _get(session, actor, import_id, lock=True)
    if row.state in import_states.ENDED:
        return ()
    row.state, row.finished_at, row.updated_at = "cancelled", actor.now, actor.now
    session.flush()
    return import_turns.call_next(session, actor.now, row.account_id)


def _get(session: Session, actor: Actor, import_id: UUID, *, lock: bool = False) -> Import:
    statement = select(Import).where(Import.id == import_id, Import.account_id == actor.account_id)
    row = session.scalar(
        statement.with_for_update() if lock else statement, execution_options={"populate_existing": True}
    )
    if row is None:
        raise NotFound(_NO_SUCH_IMPORT)
    return row
