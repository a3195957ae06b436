"""Exports become files: read a page at a time, written as they are read, and gone again after a day."""

from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar
from uuid import UUID

from sqlalchemy.orm import Session

from todo.database import seconds_left
from todo.errors import FilesUnavailable, NotFound
from todo.files import Files
from todo.formats import open_writer
from todo.formats.records import Writer
from todo.jobs.backend import Backend
from todo.jobs.refusals import JobDelayed, JobRefused
from todo.jobs.report import is_time_left
from todo.services import export_names, export_slices, exports
from todo.services.actor import Actor
from todo.services.export_pages import Progress, Read, pieces
from todo.services.export_slices import Slice
from todo.services.jobs import Claimed

P = ParamSpec("P")
T = TypeVar("T")


def write(backend: Backend, job: Claimed) -> None:
    """Write the file that the job is for, unless it is written, or for nobody any more.

    Raises JobRefused, JobDelayed, and what units of work raise.
    """
    try:
        export_id = UUID(job.payload["export_id"])
    except (KeyError, TypeError, ValueError) as error:
        raise JobRefused("the job does not say which export it is for") from error
    part = backend.database.read(export_slices.find_slice, export_id, job.id, backend.clock())
    if part is None:
        return
    if backend.files is None:
        raise JobRefused("there is no place for files: TODO_FILES_BUCKET, or the stack's bucket")
    try:
        _write(backend, backend.files, job, part)
    except NotFound as error:
        raise JobRefused("the list was deleted, or is not shared any more") from error
    except FilesUnavailable as error:
        raise JobDelayed(str(error)) from error


def forget_old(backend: Backend) -> int:
    """Delete exports that have expired, and have their files deleted. Returns by how many jobs."""
    written = 0
    while is_time_left() and (job_ids := backend.database.write(exports.forget_expired, backend.clock())):
        backend.queue.announce(job_ids)
        written += len(job_ids)
    return written


def _write(backend: Backend, files: Files, job: Claimed, part: Slice) -> None:
    writer, progress = open_writer(part.format, part.options), Progress()
    with files.write_export(part.export_id, export_names.stored_suffix(part.number, writer.suffix)) as sink:
        for piece in pieces(_reading(backend, part.actor), writer, part.wanted, progress, _half_over()):
            if not is_time_left():
                raise JobDelayed("one list took longer than a worker may run")
            if piece:
                sink.write(piece)
    announced = _note(backend, job, part, progress, writer)
    if announced is None:
        files.delete(part.export_id)
    else:
        backend.queue.announce(announced)


def _note(backend: Backend, job: Claimed, part: Slice, progress: Progress, writer: Writer) -> tuple[UUID, ...] | None:
    return backend.database.write(
        export_slices.note_file, part, job.id, backend.clock(), progress, writer.losses, writer.losses_count
    )


def _half_over() -> Callable[[], bool]:
    """Whether half of the time is over: what is left is enough for one more list, however long."""
    half = seconds_left() / 2
    return lambda: seconds_left() < half


def _reading(backend: Backend, actor: Actor) -> Read:
    def read(work: Callable[Concatenate[Session, Actor, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        return backend.database.read(lambda session: work(session, actor, *args, **kwargs))

    return read
