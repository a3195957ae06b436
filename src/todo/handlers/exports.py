"""Exports: everything that somebody sees, or one list, as a file."""

from collections.abc import Callable, Iterator
from typing import Concatenate, ParamSpec, TypeVar
from urllib.parse import quote
from uuid import UUID

from sqlalchemy.orm import Session
from tornado.iostream import StreamClosedError

from todo.errors import FilesUnavailable, NotFound
from todo.files import OwnFiles
from todo.formats import open_writer
from todo.formats.records import Writer
from todo.handlers.api_handler import ApiHandler
from todo.handlers.operation import operation
from todo.services import export_names, export_slices, exports
from todo.services.actor import Actor
from todo.services.export_pages import Progress, Read, pieces
from todo.services.exports import Plan
from todo.shapes.exports import Export, ExportFileQuery, ExportPreview, ExportQuery

P = ParamSpec("P")
T = TypeVar("T")

# What goes into one reply where it is held back until it is whole. AWS passes 6 MiB on, as JSON, in which a text may be
# twice as long and other bytes are a third longer.
MOST_TASKS_INLINE = 2_000
MOST_BYTES_INLINE = 2 * 1024 * 1024
_READ_BYTES = 256 * 1024
_MEDIA_TYPES = (
    "application/vnd.todo+json",
    "application/zip",
    "text/calendar",
    "text/csv",
    "text/tab-separated-values",
)
_LISTS_APART = "This is too much for one reply, and this service has no place for files. Export it list by list."


class FileHandler(ApiHandler):
    """A resource that is a file to be saved."""

    def name_file(self, name: str, media_type: str) -> None:
        """Say what the file is, and what it is to be called (RFC 6266)."""
        plain = "".join(each if each.isascii() else "_" for each in name)
        self.set_header("Content-Type", media_type)
        self.set_header("Content-Disposition", f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}")

    async def stream(self, chunks: Iterator[bytes]) -> None:
        """Send a file as it is read, on the threads of units, no faster than the client takes it.

        What fails once it has begun breaks the connection: half a file must not look like a whole one.
        """
        try:
            while (chunk := await self.run(lambda: next(chunks, None))) is not None:
                if chunk:
                    self.write(chunk)
                    await self.flush()
        except StreamClosedError:
            pass  # the client is gone; nobody reads on
        except Exception:
            self._break_off()
            raise

    def _break_off(self) -> None:
        """Close the connection of a reply that has begun. Behind ASGI, the bridge does as much for what is raised."""
        stream = getattr(self.request.connection, "stream", None)
        if self._headers_written and stream is not None:
            stream.close()


class ExportHandler(FileHandler):
    """`/v1/export`."""

    @operation(
        "Everything, or one list, as a file",
        name="exportTasks",
        query=ExportQuery,
        returns=ExportPreview,
        file_types=_MEDIA_TYPES,
        also={202: Export},
        refusals=(403, 404, 409),
    )
    async def get(self) -> None:
        """Send a file: `json` is complete, and `archive` a zip of it and of tables; the others hold what they can.

        With `dry_run` it says instead what that is. Where a file is too large for one reply, 202 says where it will be.
        """
        query = self.query(ExportQuery)
        plan = await self.read(exports.plan, query)
        writer = await self.run(lambda: open_writer(query.format, plan.options))
        progress = Progress()
        chunks = pieces(self._reading(), writer, plan.wanted, progress)
        if query.dry_run:
            await self._preview(query, plan, writer, progress, chunks)
        elif self.request.method == "HEAD":
            self._name(plan, writer)
            self.finish()
        elif self.backend.streams:
            self._name(plan, writer)
            await self.stream(chunks)
        elif plan.tasks <= MOST_TASKS_INLINE and (content := await self._whole(chunks)) is not None:
            self._name(plan, writer)
            self.finish(content)
        else:
            await self._write_later(query, plan, writer)

    def _name(self, plan: Plan, writer: Writer) -> None:
        # Plain JSON is what says how an export would be.
        media_type = "application/vnd.todo+json" if writer.suffix == ".json" else writer.media_type
        self.name_file(export_names.file_name(plan.stem, 1, writer.suffix), media_type)

    async def _preview(
        self, query: ExportQuery, plan: Plan, writer: Writer, progress: Progress, chunks: Iterator[bytes]
    ) -> None:
        """Write it for nobody, and say what was lost."""
        while await self.run(lambda: next(chunks, None)) is not None:
            pass
        self.reply(
            ExportPreview(
                format=query.format,
                name=export_names.file_name(plan.stem, 1, writer.suffix),
                lists=progress.lists,
                tasks=progress.tasks,
                loss_count=writer.losses_count,
                losses=tuple(export_slices.loss_of(each) for each in writer.losses),
            )
        )

    async def _whole(self, chunks: Iterator[bytes]) -> bytes | None:
        """All of a file; None where it is too large for a reply."""
        content = bytearray()
        while (chunk := await self.run(lambda: next(chunks, None))) is not None:
            content += chunk
            if len(content) > MOST_BYTES_INLINE:
                return None
        return bytes(content)

    async def _write_later(self, query: ExportQuery, plan: Plan, writer: Writer) -> None:
        if self.backend.files is None:
            raise FilesUnavailable(_LISTS_APART)
        secret, now = self.bearer(), self.backend.clock()

        def unit(session: Session) -> tuple[Export, UUID]:
            # Not as a change of what is exported: a token that may only read may have it, too.
            actor = self.authenticated(session, secret, now)
            export = exports.ask(session, actor, query, plan.stem, writer.suffix)
            return export, exports.job_of(session, actor, export.id)

        export, job_id = await self.store(unit)
        await self.tell_of_jobs(job_id)
        self.set_header("Location", export.url)
        self.reply(export, 202)

    def _reading(self) -> Read:
        """How the pages are read: each authenticates anew, so that nothing goes to a token that was revoked."""
        secret = self.bearer()

        def read(work: Callable[Concatenate[Session, Actor, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
            now = self.backend.clock()

            def unit(session: Session) -> T:
                return work(session, self.authenticated(session, secret, now), *args, **kwargs)

            return self.backend.database.read(unit)

        return read


class ExportFileHandler(FileHandler):
    """`/v1/exports/{export_id}`."""

    @operation(
        "An export that is written to a file",
        query=ExportFileQuery,
        returns=Export,
        file_types=_MEDIA_TYPES,
        also={303: None},
    )
    async def get(self, export_id: UUID) -> None:
        """Say how far it is; once it is done, lead to the file, or to the one of several that `file` names."""
        query = self.query(ExportFileQuery)
        export = await self.read(exports.get, export_id)
        number = query.file or (1 if export.state == "done" and len(export.files) == 1 else None)
        if number is None:
            self.reply(export)
            return
        if number > len(export.files):
            raise NotFound(f"It has {len(export.files)} files by now.")
        name = export.files[number - 1].name
        if self.backend.files is None:
            raise FilesUnavailable("There is no place for files here any more.")
        await self._lead_to(export_id, number, name)

    async def _lead_to(self, export_id: UUID, number: int, name: str) -> None:
        files, now = self.backend.files, self.backend.clock()
        suffix = export_names.stored_suffix(number, name[name.rindex(".") :])
        if isinstance(files, OwnFiles):
            file = await self.run(lambda: files.open_export(export_id, suffix))
            if file is None:
                raise NotFound("The file is not there any more. Ask for the export again.")
            with file:
                self.name_file(name, "application/octet-stream")
                await self.stream(iter(lambda: file.read(_READ_BYTES), b""))
            return
        address = None if files is None else await self.run(lambda: files.export_url(export_id, suffix, name, now))
        if address is None:
            raise FilesUnavailable("There is no place for files here any more.")
        self.set_header("Location", address)
        self.reply_nothing(303)


ROUTES = {"/v1/export": ExportHandler, "/v1/exports/{export_id}": ExportFileHandler}
