"""Imports: files of other programs, and our own, become lists and tasks."""

import hashlib
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy.orm import Session
from tornado.web import HTTPError

from todo.errors import Fault, FilesUnavailable, InvalidInput, Unreadable
from todo.files import Files
from todo.formats import HEAD_BYTES, open_reader, recognise
from todo.formats.memory_file import MemoryFile
from todo.handlers import parsing
from todo.handlers.api_handler import ApiHandler
from todo.handlers.operation import operation
from todo.services import import_checking, import_states, imports, lists
from todo.services.actor import Actor
from todo.services.import_options import read_options
from todo.services.import_rows import Conversion
from todo.shapes import imports as shapes

_FORM = "multipart/form-data"
_NO_PLACE = "This service has no place for files: nothing can be imported."


class ImportsHandler(ApiHandler):
    """`/v1/imports`."""

    @operation("Your imports", query=shapes.ImportFilter, returns=shapes.Import, page=True, refusals=(403,))
    async def get(self) -> None:
        """A page of your imports, latest first; `GET` of one has its problems."""
        self.reply_page(await self.read(imports.mine, self.query(shapes.ImportFilter)))

    @operation(
        "Import a file",
        body=shapes.NewImport,
        query=shapes.ImportQuery,
        returns=shapes.Import,
        status=201,
        also={200: shapes.ImportPreview, 202: shapes.Import},
        takes_file=True,
        forms=False,
        keyed=True,
        refusals=(404,),
    )
    async def post(self) -> None:
        """Import a file of up to 4 MiB, which is the body, of any media type, or a part of a form: 202, and it goes on
        by itself. With `dry_run`: 200, what would happen.

        JSON without `format` or `name` in the query announces a file that is sent by address: 201, and `upload` says
        how.
        """
        if (announced := self._announced()) is not None:
            await self._announce(announced)
            return
        file, query = self._file()
        options = self._options(query)
        wanted = _new_import(file, query, options)
        if query.dry_run:
            into = await self.read(_title_of_target, wanted.list)
            time_zone, language = await self.read(_habits)
            preview = await self.run(lambda: self._previewed(file, wanted, into, time_zone, language))
            self.reply(preview)
            return
        files = self._files()
        made = await self.commit(imports.create, wanted)
        if made.state == "uploading":
            await self.run(lambda: files.store(made.id, file.content))
            job_id = await self.store(import_states.arrived, made.id, self.backend.clock())
            await self.tell_of_jobs(*([job_id] if job_id else []))
        self.set_header("Location", made.url)
        self.reply(await self.read(imports.get, made.id), 202)

    def _announced(self) -> shapes.NewImport | None:
        """What announces a file: JSON of which nobody says that it is one. Raises MalformedRequest, InvalidInput."""
        media_type = self.request.headers.get("Content-Type", "application/json").partition(";")[0].strip().lower()
        if media_type != "application/json" or {"format", "name"} & self.request.query_arguments.keys():
            return None
        announced, query = self.body(shapes.NewImport, forms=False), self.query(shapes.ImportQuery)
        # What the query says holds where the announcement says nothing of it.
        return msgspec.structs.replace(
            announced,
            list=announced.list or query.list,
            dry_run=announced.dry_run or query.dry_run,
            all_or_nothing=announced.all_or_nothing or query.all_or_nothing,
            again=announced.again or query.again,
            encoding=announced.encoding or query.encoding,
            separator=announced.separator or query.separator,
            mapping=announced.mapping or self._options(query),
        )

    async def _announce(self, announced: shapes.NewImport) -> None:
        files = self._files()
        made = await self.commit(imports.create, announced)
        self.set_header("Location", made.url)
        self.reply(await self.run(lambda: _with_upload(made, files, self.backend.clock())), 201)

    def _file(self) -> tuple[MemoryFile, shapes.ImportQuery]:
        """The file that came, and what is said of it."""
        media_type = self.request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if self.request.headers.get("Content-Encoding", "identity") != "identity":
            raise HTTPError(415, reason="Compressed bodies are not taken")
        said = dict(self.request.query_arguments)
        name, content = None, self.request.body
        if media_type == _FORM:
            parts = [part for several in self.request.files.values() for part in several]
            if len(parts) != 1:
                raise InvalidInput(Fault("Expected one file in the form", "/file"))
            name, content = parts[0]["filename"], parts[0]["body"]
            said |= self.request.body_arguments
        query = parsing.parse_query(said, shapes.ImportQuery)
        if not content:
            raise Unreadable("The file is empty. Send one with at least one row.")
        return MemoryFile((query.name or _file_name(name)).strip(), content), query

    def _options(self, query: shapes.ImportQuery) -> dict[str, str] | None:
        if query.mapping is None:
            return None
        try:
            found = msgspec.json.decode(query.mapping, type=shapes.Mapping)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            wanted = 'Expected field -> column as JSON, such as {"title": "Task name"}'
            raise InvalidInput(Fault(wanted, "mapping", "parameter")) from error
        return found

    def _previewed(
        self, file: MemoryFile, wanted: shapes.NewImport, into: str | None, time_zone: str, language: str
    ) -> shapes.ImportPreview:
        now = self.backend.clock()
        options = read_options(now, time_zone, language, msgspec.structs.asdict(wanted))
        format_name = wanted.format or ""
        reader = open_reader(format_name, file, options)
        conversion = Conversion(columns=reader.columns, time_zone=time_zone, now=now)
        return import_checking.preview_of(
            reader.records(), reader, conversion, format_name=format_name, file=file.name, into=into
        )

    def _files(self) -> Files:
        return _files_of(self.backend.files)


class ImportHandler(ApiHandler):
    """`/v1/imports/{import_id}`."""

    @operation("An import", returns=shapes.Import, refusals=(403,))
    async def get(self, import_id: UUID) -> None:
        """Show how far an import is; of one whose file is still to come, also which parts are there."""
        found = await self.read(imports.get, import_id)
        if found.state == "uploading" and (files := self.backend.files) is not None:
            found = await self.run(lambda: _with_upload(found, files, self.backend.clock()))
        self.reply(found)


class ImportStartHandler(ApiHandler):
    """`/v1/imports/{import_id}/start`."""

    @operation(
        "Let a checked file go in",
        body=shapes.StartImport,
        returns=shapes.Import,
        status=202,
        forms=False,
        keyed=True,
        refusals=(409,),
    )
    async def post(self, import_id: UUID) -> None:
        """Start an import that was announced with `dry_run` and has been checked; in another way, if it is wished."""
        await self.commit(imports.start, import_id, self.body(shapes.StartImport, forms=False))
        job_ids = await self.read(imports.jobs_of, import_id)
        await self.tell_of_jobs(*job_ids)
        self.reply(await self.read(imports.get, import_id), 202)


class ImportCancelHandler(ApiHandler):
    """`/v1/imports/{import_id}/cancel`."""

    @operation("Cancel an import", returns=shapes.Import, keyed=True)
    async def post(self, import_id: UUID) -> None:
        """Stop an import. What went in stays, and undo of its operation takes it back. Harmless where it has ended."""
        job_ids = await self.commit(imports.cancel, import_id)
        await self.tell_of_jobs(*job_ids)
        self.reply(await self.read(imports.get, import_id))


class ImportProblemsHandler(ApiHandler):
    """`/v1/imports/{import_id}/problems`."""

    @operation(
        "What did not go in", query=shapes.ImportFilter, returns=shapes.ImportProblem, page=True, refusals=(403,)
    )
    async def get(self, import_id: UUID) -> None:
        """A page of what did not go in as it was, as it was found; the first 1,000 are kept."""
        self.reply_page(await self.read(imports.problems, import_id, self.query(shapes.ImportFilter)))


def _new_import(file: MemoryFile, query: shapes.ImportQuery, mapping: Mapping[str, str] | None) -> shapes.NewImport:
    format_name = query.format or recognise(file.name, file.content[:HEAD_BYTES])
    return shapes.NewImport(
        name=file.name,
        size=file.size,
        sha256=hashlib.sha256(file.content).hexdigest(),
        format=format_name,  # type: ignore[arg-type]  # one of the names
        list=query.list,
        all_or_nothing=query.all_or_nothing,
        again=query.again,
        encoding=query.encoding,
        separator=query.separator,
        mapping=None if mapping is None else dict(mapping),
    )


def _with_upload(made: shapes.Import, files: Files, now: Any) -> shapes.Import:
    upload = files.upload(made.id, made.size, now)
    return msgspec.structs.replace(
        made,
        upload=shapes.ImportUpload(
            method=upload.method,
            url=upload.url,
            fields=dict(upload.fields),
            part_size=upload.part_size,
            parts=upload.parts,
            received=tuple(part.number for part in files.received(made.id)),
            expires_at=upload.expires_at,
        ),
    )


def _files_of(files: Files | None) -> Files:
    if files is None:
        raise FilesUnavailable(_NO_PLACE)
    return files


def _file_name(given: str | None) -> str:
    """What a form calls its file: the last part of a path, as one line."""
    name = "".join(each for each in (given or "").replace("\\", "/").rpartition("/")[2] if each.isprintable()).strip()
    return name[:255] or "import"


def _title_of_target(session: Session, actor: Actor, list_id: UUID | None) -> str | None:
    imports.require_target(session, actor, list_id)
    return None if list_id is None else lists.get(session, actor, list_id).title


def _habits(_session: Session, actor: Actor) -> tuple[str, str]:
    return actor.time_zone, actor.language


ROUTES = {
    "/v1/imports": ImportsHandler,
    "/v1/imports/{import_id}": ImportHandler,
    "/v1/imports/{import_id}/start": ImportStartHandler,
    "/v1/imports/{import_id}/cancel": ImportCancelHandler,
    "/v1/imports/{import_id}/problems": ImportProblemsHandler,
}
