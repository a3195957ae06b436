"""Imports, a slice at a time: a slice ends after some seconds, sooner where other jobs wait, and the next goes on.

What is true stands in the database: each step compares how far the import is and raises it together with what it did,
so that a worker that is lost, or two at once, do nothing twice.
"""

import hashlib
import logging
from datetime import datetime, timedelta
from uuid import UUID

from todo.errors import (
    Conflict,
    DomainError,
    Forbidden,
    LimitReached,
    NotFound,
    Unreadable,
    UploadIncomplete,
)
from todo.files import Files
from todo.formats import HEAD_BYTES, open_reader, recognise
from todo.formats.records import Source
from todo.jobs.backend import Backend
from todo.jobs.import_readings import Reading, readings
from todo.jobs.refusals import JobDelayed, JobGoesOn, JobRefused
from todo.jobs.report import is_time_left
from todo.services import (
    connections,
    import_checking,
    import_shape,
    import_states,
    import_trees,
    import_turns,
    import_units,
    import_work,
    jobs,
)
from todo.services.import_options import read_options
from todo.services.import_rows import Conversion
from todo.services.import_states import Overtaken
from todo.services.import_work import Work
from todo.services.jobs import Claimed
from todo.shapes.imports import ImportProgress
from todo.shapes.live import ImportTold

_log = logging.getLogger(__name__)

# How long a slice may last, and how long it may where other jobs wait.
SLICE = timedelta(seconds=20)
_SHORT_SLICE = timedelta(seconds=1)
# Between two looks at whether others wait, and between two messages to those who listen.
_BREATH = timedelta(seconds=1)
# When an import is looked at again whose turn it is not: whoever ends before it calls it sooner.
_TURN_SECONDS = 30.0
_CHECKED_AT_ONCE = 2_000
_HASHED_AT_ONCE = 1024 * 1024
_CUT_OFF = "The file is not whole: parts of it are missing, or it is not as long as was announced. Send it again."
_WRONG_DIGEST = "The file is not the one that was announced: its SHA-256 is another one. Send it again."
_GIVEN_UP = (
    "It failed too often and was given up. What went in stays; import the file again, which changes nothing twice."
)


def arrived(backend: Backend, import_id: UUID) -> None:
    """A part of a file came: where it was the last one, the import begins. Repeating it is harmless.

    Whoever deletes the account may be sending still: such a part is deleted.
    """
    if backend.files is None:
        return
    size = backend.database.read(import_states.find_size, import_id)
    if size is None:
        if backend.database.read(import_states.is_gone, import_id):
            backend.files.delete(import_id)
        return
    if sum(part.size for part in backend.files.received(import_id)) < size:
        return
    job_id = backend.database.write(import_states.arrived, import_id, backend.clock())
    if job_id is not None:
        backend.queue.announce([job_id])


def work(backend: Backend, job: Claimed) -> None:
    """Do a slice of an import. Raises JobGoesOn, JobDelayed, JobRefused."""
    try:
        import_id = UUID(str(job.payload["import_id"]))
    except (KeyError, ValueError) as error:
        raise JobRefused("the job does not say which import it is") from error
    if backend.files is None:
        raise JobRefused("there is no place for files: TODO_FILES_BUCKET, or Files of the stack")
    try:
        _Slice(backend, backend.files, job, import_id).run()
    except JobGoesOn:
        raise
    except DomainError as error:
        _give_up_at_last(backend, job, import_id, str(error))
        raise JobDelayed(str(error)) from error
    except Exception:
        _give_up_at_last(backend, job, import_id, _GIVEN_UP)
        raise


class _Slice:
    """One slice of one import."""

    def __init__(self, backend: Backend, files: Files, job: Claimed, import_id: UUID) -> None:
        self._backend = backend
        self._files = files
        self._job = job
        self._id = import_id
        self._began = self._looked = backend.clock()
        self._told: datetime | None = None

    def run(self) -> None:
        """Go on until the import ends, or the slice does."""
        while (found := self._backend.database.read(import_work.find_work, self._id)) is not None:
            if found.state not in import_turns.AT_WORK:
                break
            try:
                self._step(found)
            except Overtaken:
                continue  # look again: somebody cancelled it, or went on with it
            except UploadIncomplete:
                self._fail(_CUT_OFF)
            except (Unreadable, NotFound, Forbidden, Conflict, LimitReached) as error:
                self._fail(error.detail)
            self._tell(found)
            self._end_slice()
        readings.forget(self._id)
        self._tell(None)
        _call_next(self._backend, self._job)

    def _step(self, found: Work) -> None:
        now, database = self._backend.clock(), self._backend.database
        if found.state == "waiting":
            self._begin(found, now)
            return
        reading = readings.take(found) or self._open(found)
        if found.phase == "check":
            known = dict(reading.lists) if found.options.get("dry_run") else {}
            portion = reading.take(_CHECKED_AT_ONCE)
            changes = database.write(
                import_checking.check, now, found, portion, reading.conversion, reading.reader, known
            )
        elif found.phase == "tasks":
            portion = reading.take(import_units.MOST_RECORDS)
            changes = database.write(import_units.put_in, now, found, portion, reading.conversion, reading.lists)
        else:
            portion = reading.take(import_units.MOST_RECORDS)
            changes = database.write(import_trees.join, now, found, portion, reading.conversion)
        if not portion.last:
            readings.keep(found, reading)
        if changes:
            self._backend.changed(changes)
            self._backend.queue.tell_changes(changes)

    def _begin(self, found: Work, now: datetime) -> None:
        """Look at the whole file once: is it the one that was announced, and of which kind is it?"""
        if not self._backend.database.read(import_turns.is_its_turn, found):
            raise JobGoesOn(_TURN_SECONDS)
        source = self._files.source(found.id, found.name, found.size)
        digest, head = _look_at(source)
        if found.sha256 is not None and found.sha256 != digest:
            self._fail(_WRONG_DIGEST)
            return
        name = found.format or recognise(found.name, head)
        self._backend.database.write(import_states.begin, found, now, name, digest)

    def _open(self, found: Work) -> Reading:
        source = self._files.source(found.id, found.name, found.size)
        options = read_options(found.created_at, found.time_zone, found.language, found.options)
        reader = open_reader(found.format or "", source, options)
        conversion = Conversion(columns=reader.columns, time_zone=found.time_zone, now=found.created_at)
        reading = Reading(reader, conversion, reader.records())
        reading.skip_to(found.records_done)
        return reading

    def _fail(self, error: str) -> None:
        self._backend.database.write(import_states.fail, self._id, self._backend.clock(), error)

    def _end_slice(self) -> None:
        """Raise JobGoesOn where it is others' turn."""
        now = self._backend.clock()
        is_over = now - self._began >= SLICE or not is_time_left() or self._backend.is_stopping()
        if not is_over and now - self._looked >= _BREATH:
            self._looked = now
            if now - self._began >= _SHORT_SLICE:
                is_over = self._backend.database.read(jobs.others_wait, self._job.id, now)
        if is_over:
            raise JobGoesOn

    def _tell(self, found: Work | None) -> None:
        """Tell the account's sockets how far it is; not more than once a second, and at its end."""
        now = self._backend.clock()
        if found is not None and self._told is not None and now - self._told < _BREATH:
            return
        self._told = now
        tell(self._backend, self._id)


def _call_next(backend: Backend, job: Claimed) -> None:
    """Let the account's next import begin, now that this one is no more at work. Repeating it is harmless."""
    if job.account_id is not None:
        backend.queue.announce(backend.database.write(import_turns.call_next, backend.clock(), job.account_id))


def tell(backend: Backend, import_id: UUID) -> None:
    """Tell the account's sockets how far an import is. Never fails: whoever missed it asks."""
    try:
        found = backend.database.read(import_shape.progress_of, import_id)
        if found is not None:
            backend.tell_import(*found)
            _post(backend, *found)
    except Exception as error:  # noqa: BLE001 - the import goes on whoever hears of it
        _log.warning("nobody could be told of an import: %s", type(error).__name__)


def _post(backend: Backend, account_id: UUID, progress: ImportProgress) -> None:
    if backend.sockets is None:
        return
    from todo.realtime.posting import post, text_of

    ids = backend.database.read(connections.of_account, account_id, backend.clock())
    if ids:
        text = text_of(ImportTold(progress=progress))
        post(backend.sockets, [(each, text) for each in ids], 2.0)


def _look_at(source: Source) -> tuple[bytes, bytes]:
    """The SHA-256 of a file, and its beginning."""
    digest, head = hashlib.sha256(), b""
    with source.open() as file:
        while content := file.read(_HASHED_AT_ONCE):
            digest.update(content)
            head = head or content[:HEAD_BYTES]
    return digest.digest(), head


def _give_up_at_last(backend: Backend, job: Claimed, import_id: UUID, error: str) -> None:
    """At the last attempt, let the import say that it failed."""
    if job.attempt >= jobs.MOST_ATTEMPTS:
        try:
            backend.database.write(import_states.fail, import_id, backend.clock(), error)
            _call_next(backend, job)
        except DomainError as also:
            _log.warning("an import could not be ended: %s", also)
