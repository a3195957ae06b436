"""Imports: asked for, looked at, cancelled; and the steps from one state to the next."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from msgspec import UNSET
from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from todo.database import insert_all
from todo.errors import Conflict, NotFound
from todo.formats.records import Problem, ReadOptions
from todo.models import Account, Import, ImportProblem, Job, uuid7
from todo.services import jobs, roles
from todo.services.actor import Actor, Authority
from todo.services.import_ids import Naming
from todo.services.jobs import NewJob
from todo.services.paging import Page, beyond, cursor_id, decode_cursor, encode_cursor, fingerprint, page_of
from todo.shapes import imports as shapes

KIND = "import"
MOST_PROBLEMS = 1_000
_SHOWN_PROBLEMS = 50
_LONGEST_ERROR = 500
_ENDED = ("done", "failed", "cancelled")
_AT_WORK = ("waiting", "checking", "running")
_NO_SUCH_IMPORT = "There is no such import, or it is not yours."
_NO_SYNC = {"synchronize_session": False}


class Overtaken(Exception):
    """Somebody else went on with the import, or it was cancelled: nothing of the unit is stored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """An import as a worker finds it: what is to be done, and how far it is."""

    id: UUID
    account_id: UUID
    state: str
    phase: str
    name: str
    size: int
    format: str | None
    sha256: bytes | None
    list_id: UUID | None
    options: Mapping[str, Any]
    operation_id: UUID
    rows: int | None
    rows_done: int
    records_done: int
    late_parents: int
    problem_count: int
    error_count: int
    preview: str | None
    created_at: datetime
    started_at: datetime | None
    time_zone: str
    language: str

    @property
    def naming(self) -> Naming:
        """How it names what it makes; once format and digest are known."""
        return Naming(
            account_id=self.account_id,
            import_id=self.id,
            format=self.format or "",
            sha256=self.sha256 or b"",
            again=bool(self.options.get("again")),
        )

    def actor(self, now: datetime) -> Actor:
        """Who asked for it, acting in its one operation."""
        return Actor(
            self.account_id, Authority(), "write", self.time_zone, now, self.operation_id, language=self.language
        )


# -- what clients ask for ---------------------------------------------------------------------------------------------


def create(session: Session, actor: Actor, new: shapes.NewImport) -> shapes.Import:
    """Note an import whose file is not here yet. Raises Forbidden, NotFound."""
    require_target(session, actor, new.list)
    options = {
        name: value
        for name in ("dry_run", "all_or_nothing", "again", "encoding", "separator", "mapping")
        if (value := getattr(new, name))
    }
    row = Import(
        id=uuid7(actor.now),
        account_id=actor.account_id,
        list_id=new.list,
        format=new.format,
        name=new.name.strip(),
        size=new.size,
        sha256=None if new.sha256 is None else bytes.fromhex(new.sha256),
        options=_to_text(options),
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
        created_at=actor.now,
        started_at=None,
        updated_at=actor.now,
        finished_at=None,
    )
    session.add(row)
    session.flush()
    return _shape(row, ())


def require_target(session: Session, actor: Actor, list_id: UUID | None) -> None:
    """Raise Forbidden or NotFound unless the actor has an account, and may put tasks into the list."""
    _ = actor.account_id
    if list_id is not None:
        roles.require(roles.get_role(session, actor, list_id), "editor")


def get(session: Session, actor: Actor, import_id: UUID) -> shapes.Import:
    """One import of the actor's own. Raises NotFound, Forbidden."""
    row = _get(session, actor, import_id)
    return _shape(row, _problems(session, row.id, _SHOWN_PROBLEMS))


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
    return page_of(
        session.scalars(statement).all(),
        query.limit,
        lambda row: msgspec.structs.replace(_shape(row, ()), preview=None),
        lambda row: encode_cursor(selection, row.created_at, row.id),
    )


def problems(session: Session, actor: Actor, import_id: UUID, query: shapes.ImportFilter) -> Page[shapes.ImportProblem]:
    """A page of what did not go in as it was, as far as it was kept. Raises NotFound, BadCursor, Forbidden."""
    row = _get(session, actor, import_id)
    selection = fingerprint(query, "import problems", row.id)
    statement = (
        select(ImportProblem)
        .where(ImportProblem.import_id == row.id)
        .order_by(ImportProblem.number)
        .limit(query.limit + 1)
    )
    if query.cursor is not None:
        number, _ = decode_cursor(query.cursor, selection, int)
        statement = statement.where(ImportProblem.number > min(max(number, -1), MOST_PROBLEMS))
    return page_of(
        session.scalars(statement).all(),
        query.limit,
        _problem_shape,
        lambda each: encode_cursor(selection, each.number, each.import_id),
    )


def start(session: Session, actor: Actor, import_id: UUID, how: shapes.StartImport) -> shapes.Import:
    """Let a checked file go in; it is checked again, by another mapping perhaps. Repeating it is harmless.

    Its job is to be told of (`jobs_of`). Raises NotFound, Conflict, Forbidden.
    """
    row = _get(session, actor, import_id, lock=True)
    if row.state in (*_AT_WORK, "done"):
        return get(session, actor, import_id)
    if row.state != "checked":
        raise Conflict(f"This import is {row.state}; only one that was checked can be started.")
    options = json.loads(row.options)
    options.pop("dry_run", None)
    if how.mapping is not UNSET:
        options["mapping"] = how.mapping
    if how.list is not UNSET:
        require_target(session, actor, how.list)
        row.list_id = how.list
    session.execute(delete(ImportProblem).where(ImportProblem.import_id == row.id), execution_options=_NO_SYNC)
    row.options, row.preview = _to_text(options), None
    row.problem_count = row.error_count = row.records_done = row.rows_done = 0
    row.rows = None
    _wait(session, actor.now, row)
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
    if row.state in _ENDED:
        return ()
    row.state, row.finished_at, row.updated_at = "cancelled", actor.now, actor.now
    session.flush()
    return call_next(session, actor.now, row.account_id)


# -- from one state to the next ---------------------------------------------------------------------------------------


def find_work(session: Session, import_id: UUID) -> Work | None:
    """The import as it is; None where it is gone."""
    found = session.execute(
        select(Import, Account.time_zone, Account.language)
        .join(Account, Account.id == Import.account_id)
        .where(Import.id == import_id),
        execution_options={"populate_existing": True},
    ).one_or_none()
    if found is None:
        return None
    row, time_zone, language = found
    names = set(Work.__dataclass_fields__) - {"options", "time_zone", "language"}
    same = {name: getattr(row, name) for name in names}
    return Work(**same, options=json.loads(row.options), time_zone=time_zone, language=language)


def find_size(session: Session, import_id: UUID) -> int | None:
    """How long the file will be of an import that waits for it; None where none does."""
    return session.scalar(select(Import.size).where(Import.id == import_id, Import.state == "uploading"))


def arrived(session: Session, import_id: UUID, now: datetime) -> UUID | None:
    """The file is here: write the job. Returns it, None where it was written before. Repeating it is harmless."""
    row = session.scalar(select(Import).where(Import.id == import_id, Import.state == "uploading").with_for_update())
    return None if row is None else _wait(session, now, row)


def is_its_turn(session: Session, work: Work) -> bool:
    """Whether no earlier import of the same account is at work: each account has one at a time."""
    earlier = select(Import.id).where(
        Import.account_id == work.account_id,
        Import.state.in_(_AT_WORK),
        or_(Import.created_at < work.created_at, (Import.created_at == work.created_at) & (Import.id < work.id)),
    )
    return session.scalar(earlier.limit(1)) is None


def begin(session: Session, work: Work, now: datetime, format_name: str, sha256: bytes) -> None:
    """What the file is, is known: it is checked next. Raises Overtaken."""
    values = {"state": "checking", "format": format_name, "sha256": sha256, "updated_at": now}
    _advance(session, work, values)


def fail(session: Session, import_id: UUID, now: datetime, error: str) -> tuple[UUID, ...]:
    """End an import that cannot go on. Returns the job of the account's next one."""
    account_id = session.scalar(
        update(Import)
        .where(Import.id == import_id, Import.state.not_in(_ENDED))
        .values(state="failed", error=error[:_LONGEST_ERROR], finished_at=now, updated_at=now)
        .returning(Import.account_id),
        execution_options=_NO_SYNC,
    )
    return () if account_id is None else call_next(session, now, account_id)


def call_next(session: Session, now: datetime, account_id: UUID) -> tuple[UUID, ...]:
    """Let the job of the account's next import be done now."""
    following = session.scalar(
        select(Import.job_id)
        .where(Import.account_id == account_id, Import.state.in_(_AT_WORK))
        .order_by(Import.created_at, Import.id)
        .limit(1)
    )
    if following is None:
        return ()
    session.execute(
        update(Job).where(Job.id == following, Job.state == "waiting").values(run_at=now, announced_at=now),
        execution_options=_NO_SYNC,
    )
    return (following,)


def go_on(
    session: Session, work: Work, values: Mapping[str, Any], found: Sequence[tuple[Problem, UUID | None]]
) -> None:
    """Note what was done of an import, with the problems that were found, in the transaction that did it.

    Raises Overtaken.
    """
    room = max(0, MOST_PROBLEMS - work.problem_count)
    rows = [
        {
            "import_id": work.id,
            "number": work.problem_count + number,
            "file_row": problem.row,
            "file_column": None if problem.column is None else _storable(problem.column, 200),
            "detail": _storable(problem.detail, 500),
            "level": problem.level,
            "item": None if problem.item is None else _storable(problem.item, 500),
            "task_id": task_id,
        }
        for number, (problem, task_id) in enumerate(found[:room])
    ]
    errors = sum(problem.level == "error" for problem, _ in found)
    counted = {"problem_count": work.problem_count + len(found), "error_count": work.error_count + errors}
    _advance(session, work, {**values, **counted})
    if rows:
        insert_all(session, ImportProblem.__table__, rows)


def raised(name: str, by: int) -> Any:
    """A counter of an import, raised."""
    return getattr(Import, name) + by


def ended(now: datetime) -> dict[str, Any]:
    """The columns of an import that is done."""
    return {"state": "done", "finished_at": now}


def read_options(now: datetime, time_zone: str, language: str, options: Mapping[str, Any]) -> ReadOptions:
    """How a file is read: the same way each time."""
    return ReadOptions(
        now=now,
        time_zone=time_zone,
        language=language,
        mapping=options.get("mapping"),
        encoding=options.get("encoding"),
        separator=options.get("separator"),
        parse_due=partial(_due_in_words, now),
    )


def _due_in_words(now: datetime, text: str, language: str, time_zone: str) -> dict[str, str] | None:
    # Not at the start of an environment, which may never be asked for it.
    from todo.services.quick_syntax.words import due_in_words

    return due_in_words(text, language=language, now=now, zone=ZoneInfo(time_zone))


def progress_of(session: Session, import_id: UUID) -> tuple[UUID, shapes.ImportProgress] | None:
    """Whose import it is, and how far it is; None where it is gone."""
    row = session.get(Import, import_id, populate_existing=True)
    if row is None:
        return None
    shape = _shape(row, ())
    names = shapes.ImportProgress.__struct_fields__
    return row.account_id, shapes.ImportProgress(**{name: getattr(shape, name) for name in names})


# -- what they share ---------------------------------------------------------------------------------------------------


def problem_shape(problem: Problem, task_id: UUID | None = None) -> shapes.ImportProblem:
    """A problem as clients see it."""
    return shapes.ImportProblem(
        row=problem.row,
        column=problem.column,
        detail=problem.detail,
        level=problem.level,
        item=problem.item,
        task_id=task_id,
    )


def _advance(session: Session, work: Work, values: Mapping[str, Any]) -> None:
    advanced = session.execute(
        update(Import)
        .where(
            Import.id == work.id,
            Import.state == work.state,
            Import.phase == work.phase,
            Import.records_done == work.records_done,
        )
        .values(**values)
        .returning(Import.id),
        execution_options=_NO_SYNC,
    ).one_or_none()
    if advanced is None:
        raise Overtaken


def _wait(session: Session, now: datetime, row: Import) -> UUID:
    job = NewJob(kind=KIND, payload={"import_id": str(row.id)}, account_id=row.account_id, id=uuid7(now))
    (job_id,) = jobs.enqueue(session, now, [job])
    row.state, row.phase, row.job_id, row.updated_at = "waiting", "check", job_id, now
    session.flush()
    return job_id


def _get(session: Session, actor: Actor, import_id: UUID, *, lock: bool = False) -> Import:
    statement = select(Import).where(Import.id == import_id, Import.account_id == actor.account_id)
    row = session.scalar(
        statement.with_for_update() if lock else statement, execution_options={"populate_existing": True}
    )
    if row is None:
        raise NotFound(_NO_SUCH_IMPORT)
    return row


def _problems(session: Session, import_id: UUID, most: int) -> Iterable[ImportProblem]:
    return session.scalars(
        select(ImportProblem).where(ImportProblem.import_id == import_id).order_by(ImportProblem.number).limit(most)
    )


def _shape(row: Import, found: Iterable[ImportProblem]) -> shapes.Import:
    ended = row.finished_at or row.updated_at
    seconds = 0.0 if row.started_at is None else (ended - row.started_at).total_seconds()
    preview = None
    if row.preview is not None and row.state == "checked":
        preview = msgspec.json.decode(row.preview, type=shapes.ImportPreview)
    return shapes.Import(
        id=row.id,
        url=f"/v1/imports/{row.id}",
        state=row.state,  # type: ignore[arg-type]  # as the table's constraint says
        format=row.format,  # type: ignore[arg-type]  # one of the names
        name=row.name,
        size=row.size,
        sha256=None if row.sha256 is None else row.sha256.hex(),
        list_id=row.list_id,
        rows=row.rows,
        rows_done=row.rows_done,
        tasks=row.created_tasks,
        unchanged=row.unchanged_tasks,
        problem_count=row.problem_count,
        problems=tuple(_problem_shape(each) for each in found),
        rows_per_second=round(row.rows_done / seconds, 1) if seconds > 0 else None,
        error=row.error,
        operation_id=row.operation_id,
        upload=None,
        preview=preview,
        created_at=row.created_at,
        finished_at=row.finished_at,
    )


def _problem_shape(each: ImportProblem) -> shapes.ImportProblem:
    return shapes.ImportProblem(
        row=each.row,
        column=each.column,
        detail=each.detail,
        level=each.level,  # type: ignore[arg-type]  # as the table's constraint says
        item=each.item,
        task_id=each.task_id,
    )


def _storable(text: str, most: int) -> str:
    """Neither database takes NUL, nor half of a surrogate pair."""
    return text.replace("\0", "").encode(errors="replace").decode()[:most]


def _to_text(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
