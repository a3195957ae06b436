"""Exports as a worker writes them: one file in one job.

Where its time is not enough for all lists, the next job goes on behind the last list that was written, with another
file: each is whole by itself. That a job is done twice changes nothing: a file is written anew until it is noted, and
noted once.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from todo.errors import Unauthenticated
from todo.formats.records import Problem, WriteOptions
from todo.models import Account, Export, uuid7
from todo.services import jobs
from todo.services.actor import Actor, Authority, actor_with
from todo.services.export_pages import Place, Progress, Wanted
from todo.services.jobs import NewJob
from todo.shapes import exports as shapes

KIND = "export"
_LOSSES_KEPT = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """One file of an export that is to be written, by this actor; `number` counts from 1."""

    export_id: UUID
    number: int
    format: str
    actor: Actor
    wanted: Wanted
    options: WriteOptions


def find_slice(session: Session, export_id: UUID, job_id: UUID, now: datetime) -> Slice | None:
    """What a job is to write; None where that is done, or nobody is there any more for whom it would be."""
    export = session.scalars(
        select(Export).where(
            Export.id == export_id, Export.job_id == job_id, Export.finished_at.is_(None), Export.expires_at > now
        )
    ).one_or_none()
    actor = None if export is None else _actor(session, export, now)
    if export is None or actor is None:
        return None
    after = None if export.position is None else Place.from_text(export.position)
    return Slice(
        export_id=export.id,
        number=export.files + 1,
        format=export.format,
        actor=actor,
        wanted=wanted(actor, export.format, export.list_id, after),
        options=write_options(actor),
    )


def note_file(
    session: Session, part: Slice, job_id: UUID, now: datetime, written: Progress, losses: Sequence[Problem], count: int
) -> tuple[UUID, ...] | None:
    """Note that a file is written, and write the job of the next where lists are left. Returns the ids of jobs.

    None where it is nobody's any more: the export expired, or its account was deleted.
    """
    export = session.scalars(
        select(Export).where(Export.id == part.export_id, Export.expires_at > now).with_for_update()
    ).one_or_none()
    if export is None:
        return None
    if export.job_id != job_id or export.finished_at is not None:
        return ()  # somebody else wrote the same file, and was quicker
    kept = list(json.loads(export.losses))
    kept += [msgspec.to_builtins(loss_of(each, export.tasks)) for each in losses[: max(0, _LOSSES_KEPT - len(kept))]]
    export.losses = json.dumps(kept, ensure_ascii=False)
    export.loss_count += count
    export.files += 1
    export.lists += written.lists
    export.tasks += written.tasks
    export.updated_at = now
    if not written.is_cut or written.place is None:
        export.finished_at = now
        session.flush()
        return ()
    export.position = written.place.to_text()
    export.job_id = uuid7(now)
    session.flush()
    return enqueue(session, export, now)


def loss_of(problem: Problem, before: int = 0) -> shapes.ExportLoss:
    """What a writer says of what it cannot hold, as clients see it; `before` is how many tasks came in other files."""
    return shapes.ExportLoss(row=problem.row + before, field=problem.column, detail=problem.detail, item=problem.item)


def enqueue(session: Session, export: Export, now: datetime) -> tuple[UUID, ...]:
    """Write the job that is at work at an export from now on. Returns its id, in a tuple."""
    payload = {"export_id": str(export.id)}
    job = NewJob(kind=KIND, payload=payload, account_id=export.account_id, id=export.job_id)
    return jobs.enqueue(session, now, [job])


def wanted(actor: Actor, name: str, list_id: UUID | None, after: Place | None) -> Wanted:
    """Which lists and tasks go into a file of this format, and how much is said of them."""
    details = name in ("json", "archive") and actor.linked_list is None
    return Wanted(list_id=list_id, after=after, details=details)


def write_options(actor: Actor) -> WriteOptions:
    """How a file is written for the actor."""
    return WriteOptions(now=actor.now, time_zone=actor.time_zone, language=actor.language)


def _actor(session: Session, export: Export, now: datetime) -> Actor | None:
    """Whoever asked for it, as far as that is still somebody."""
    if export.account_id is None:
        try:
            return actor_with(session, Authority(link_id=export.link_id), now)
        except Unauthenticated:
            return None
    account = session.execute(
        select(Account.time_zone, Account.language).where(Account.id == export.account_id)
    ).one_or_none()
    if account is None:
        return None
    return Actor(
        id=export.account_id,
        authority=Authority(),
        access="read",
        time_zone=account.time_zone,
        now=now,
        operation_id=uuid7(now),
        language=account.language,
    )
