"""Exports: what they are about, and those that a worker writes to files.

A worker writes one file in one job. Where its time is not enough for all lists, the next job goes on behind the last
list that was written, with another file: each is whole by itself. That a job is done twice changes nothing: a file is
written anew until it is noted, and noted once.
"""

import json
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from todo.errors import LimitReached, NotFound, Unauthenticated
from todo.formats.records import Problem, WriteOptions
from todo.models import Account, Export, Job, Scope, TaskList, uuid7
from todo.services import jobs, lists, roles
from todo.services.actor import Actor, Authority, actor_with
from todo.services.export_pages import Place, Progress, Wanted
from todo.services.jobs import NewJob
from todo.services.time_zones import get_zone
from todo.shapes import exports as shapes

KIND = "export"
# Also said in docs/api/exports.md.
KEPT = timedelta(hours=24)
_MOST_UNFINISHED = 5
_LOSSES_KEPT = 50
_LONGEST_STEM = 80
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """One file of an export that is to be written, by this actor; `number` counts from 1."""

    export_id: UUID
    number: int
    format: str
    actor: Actor
    wanted: Wanted
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
        wanted=_wanted(actor, query.format, query.list, None),
        lists=count,
        tasks=int(tasks or 0),
        stem=file_stem(title, actor),
        options=_options(actor),
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
    _enqueue(session, export, actor.now)
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
        wanted=_wanted(actor, export.format, export.list_id, after),
        options=_options(actor),
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
    return _enqueue(session, export, now)


def loss_of(problem: Problem, before: int = 0) -> shapes.ExportLoss:
    """What a writer says of what it cannot hold, as clients see it; `before` is how many tasks came in other files."""
    return shapes.ExportLoss(row=problem.row + before, field=problem.column, detail=problem.detail, item=problem.item)


def expire(session: Session, now: datetime, condition: Any) -> None:
    """Let exports be nobody's any more; what says anything of their content goes at once, their files soon."""
    session.execute(
        update(Export).where(condition).values(expires_at=now, name="", losses="[]"), execution_options=_NO_SYNC
    )


def expired(session: Session, now: datetime, limit: int) -> tuple[UUID, ...]:
    """Exports whose files are to be deleted."""
    return tuple(session.scalars(select(Export.id).where(Export.expires_at <= now).limit(limit)))


def remove(session: Session, ids: Sequence[UUID]) -> int:
    """Delete exports whose files are gone. Returns how many."""
    session.execute(delete(Export).where(Export.id.in_(ids)), execution_options=_NO_SYNC)
    return len(ids)


def file_stem(title: str | None, actor: Actor) -> str:
    """What a file is called, without its suffix: after the list or the service, and the day where the actor is."""
    day = actor.now.astimezone(get_zone(actor.time_zone, "/time_zone")).date()
    kept = "".join(each if _is_harmless(each) else "-" for each in unicodedata.normalize("NFC", title or ""))
    name = re.sub(r"[\s-]{2,}", "-", kept)[:_LONGEST_STEM].strip(" .-") or "todo"
    return f"{name}-{day.isoformat()}"


def _is_harmless(character: str) -> bool:
    """Whether every file system takes the character, and it shows as what it is."""
    return character == " " or (character not in '\\/:*?"<>|%' and unicodedata.category(character)[0] not in "CZ")


def file_name(stem: str, number: int, suffix: str) -> str:
    """What the file of that number is called."""
    return f"{stem}{suffix}" if number == 1 else f"{stem}-{number}{suffix}"


def stored_suffix(number: int, suffix: str) -> str:
    """Under which suffix a file is stored beside the others of its export."""
    return f".{number}{suffix}"


def _wanted(actor: Actor, name: str, list_id: UUID | None, after: Place | None) -> Wanted:
    details = name in ("json", "archive") and actor.linked_list is None
    return Wanted(list_id=list_id, after=after, details=details)


def _options(actor: Actor) -> WriteOptions:
    return WriteOptions(now=actor.now, time_zone=actor.time_zone, language=actor.language)


def _of(actor: Actor) -> Any:
    return (Export.account_id if actor.linked_list is None else Export.link_id) == actor.id


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


def _enqueue(session: Session, export: Export, now: datetime) -> tuple[UUID, ...]:
    payload = {"export_id": str(export.id)}
    job = NewJob(kind=KIND, payload=payload, account_id=export.account_id, id=export.job_id)
    return jobs.enqueue(session, now, [job])


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
