"""Exports as whoever wants one asks for it: what it is about, how far it is, and until when it is there."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from todo.errors import LimitReached, NotFound
from todo.formats.records import WriteOptions
from todo.models import Export, Job, Scope, TaskList, uuid7
from todo.services import file_removal, lists, roles
from todo.services.actor import Actor
from todo.services.export_names import file_name, file_stem
from todo.services.export_pages import Wanted
from todo.services.export_slices import enqueue, wanted, write_options
from todo.shapes import exports as shapes

# Also said in docs/api/exports.md.
KEPT = timedelta(hours=24)
_MOST_UNFINISHED = 5
_FORGOTTEN_AT_ONCE = 200
_NO_SUCH_EXPORT = "There is no such export, or it has expired. Ask for it again."
_FAILED = "It could not be written. Ask for it again; list by list, if it is large."
_NO_SYNC = {"synchronize_session": False}
_LOSSES = msgspec.json.Decoder(tuple[shapes.ExportLoss, ...])


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What an export is about: how large it is at most, what its file is called, how it is written."""

    wanted: Wanted
    lists: int
    tasks: int
    stem: str
    options: WriteOptions


def plan(session: Session, actor: Actor, query: shapes.ExportQuery) -> Plan:
    """What an export is about. Raises NotFound; Forbidden where the holder of a link asks for an archive."""
    if query.format == "archive":
        actor.account_id  # noqa: B018 - raises
    held = roles.access(actor)
    counted = (
        select(func.count(), func.sum(Scope.item_count))
        .select_from(TaskList)
        .join(held, held.c.list_id == TaskList.id)
        .join(Scope, Scope.id == TaskList.id)
        .where(TaskList.deleted_at.is_(None))
    )
    title = None
    if query.list is not None:
        title = lists.get(session, actor, query.list).title
        counted = counted.where(TaskList.id == query.list)
    count, tasks = session.execute(counted).one()
    return Plan(
        wanted=wanted(actor, query.format, query.list, None),
        lists=count,
        tasks=int(tasks or 0),
        stem=file_stem(title, actor),
        options=write_options(actor),
    )


def ask(session: Session, actor: Actor, query: shapes.ExportQuery, stem: str, suffix: str) -> shapes.Export:
    """Have an export written to a file. Whoever asks for the same again while it is at work gets the same one.

    Raises LimitReached.
    """
    unfinished = session.execute(
        select(Export.id, Export.format, Export.list_id)
        .join(Job, Job.id == Export.job_id)
        .where(
            _of(actor),
            Export.finished_at.is_(None),
            Export.expires_at > actor.now,
            Job.state.in_(("waiting", "running")),
        )
    ).all()
    for row in unfinished:
        if (row.format, row.list_id) == (query.format, query.list):
            return get(session, actor, row.id)
    if len(unfinished) >= _MOST_UNFINISHED:
        raise LimitReached(f"At most {_MOST_UNFINISHED} exports are written at the same time. Wait for one to end.")
    export = Export(
        id=uuid7(actor.now),
        account_id=actor.id if actor.linked_list is None else None,
        link_id=None if actor.linked_list is None else actor.id,
        list_id=query.list,
        format=query.format,
        name=stem,
        suffix=suffix,
        job_id=uuid7(actor.now),
        files=0,
        position=None,
        lists=0,
        tasks=0,
        loss_count=0,
        losses="[]",
        created_at=actor.now,
        updated_at=actor.now,
        finished_at=None,
        expires_at=actor.now + KEPT,
    )
    session.add(export)
    session.flush()
    enqueue(session, export, actor.now)
    return _shape(export, "waiting")


def job_of(session: Session, actor: Actor, export_id: UUID) -> UUID:
    """The job that is at work at an export, for the queue to be told of."""
    return session.scalars(select(Export.job_id).where(Export.id == export_id, _of(actor))).one()


def get(session: Session, actor: Actor, export_id: UUID) -> shapes.Export:
    """An export of the actor's. Raises NotFound."""
    row = session.execute(
        select(Export, Job.state)
        .outerjoin(Job, Job.id == Export.job_id)
        .where(Export.id == export_id, _of(actor), Export.expires_at > actor.now)
    ).one_or_none()
    if row is None:
        raise NotFound(_NO_SUCH_EXPORT)
    export: Export = row[0]
    return _shape(export, "done" if export.finished_at is not None else _state(row[1]))


def forget(session: Session, now: datetime, condition: Any) -> tuple[UUID, ...]:
    """Delete exports, and have their files deleted. Returns the jobs for that, of which the queue is to be told."""
    gone = session.scalars(delete(Export).where(condition).returning(Export.id), execution_options=_NO_SYNC).all()
    return file_removal.enqueue(session, now, gone)


def forget_expired(session: Session, now: datetime) -> tuple[UUID, ...]:
    """The same for some of those that have expired; none where there are no more."""
    expired = select(Export.id).where(Export.expires_at <= now).order_by(Export.expires_at).limit(_FORGOTTEN_AT_ONCE)
    return forget(session, now, Export.id.in_(expired))


def _of(actor: Actor) -> Any:
    return (Export.account_id if actor.linked_list is None else Export.link_id) == actor.id


def _state(state: str | None) -> shapes.ExportState:
    return "waiting" if state == "waiting" else "running" if state == "running" else "failed"


def _shape(export: Export, state: shapes.ExportState) -> shapes.Export:
    url = f"/v1/exports/{export.id}"
    # Those that came before one that failed are as good as if it had not.
    files = tuple(
        shapes.ExportFile(url=f"{url}?file={number}", name=file_name(export.name, number, export.suffix))
        for number in range(1, export.files + 1)
    )
    return shapes.Export(
        id=export.id,
        url=url,
        state=state,
        format=export.format,  # type: ignore[arg-type]  # one of ours
        list_id=export.list_id,
        lists=export.lists,
        tasks=export.tasks,
        loss_count=export.loss_count,
        losses=_LOSSES.decode(export.losses),
        files=files,
        error=_FAILED if state == "failed" else None,
        created_at=export.created_at,
        finished_at=export.finished_at,
        expires_at=export.expires_at,
    )
