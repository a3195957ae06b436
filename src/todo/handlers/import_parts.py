"""The parts of a file that is sent by address, where the server itself takes them."""

from uuid import UUID

from todo.errors import Fault, InvalidInput, NotFound
from todo.files import Files, OwnFiles
from todo.handlers.api_handler import ApiHandler
from todo.handlers.operation import operation
from todo.services import import_states


class ImportPartsHandler(ApiHandler):
    """`/v1/imports/{import_id}/parts`: where the server takes files that are sent by address."""

    @operation("Send a part of a file", status=204, public=True, takes_parts=True, refusals=(403, 413, 415, 422))
    async def post(self, import_id: UUID) -> None:
        """Keep a part that comes with the fields that `upload` of the import gave. In a stack they go to S3 instead."""
        files = self.backend.files
        if not isinstance(files, OwnFiles):
            raise NotFound("Files are not sent here: `upload` of the import says where.")
        parts = [part for several in self.request.files.values() for part in several]
        if len(parts) != 1:
            raise InvalidInput(Fault("Expected one part of the file in a form", "/file"))
        fields = {name: values[-1].decode(errors="replace") for name, values in self.request.body_arguments.items()}
        now = self.backend.clock()
        await self.run(lambda: files.take_part(import_id, fields, parts[0]["body"], now))
        await self._begin_if_whole(files, import_id)
        self.reply_nothing()

    async def _begin_if_whole(self, files: Files, import_id: UUID) -> None:
        """Let the import begin where that was the last part. Raises NotFound where it is gone, and the part with it."""
        size = await self.run(lambda: self.backend.database.read(import_states.find_size, import_id))
        if size is None:
            if await self.run(lambda: self.backend.database.read(import_states.is_gone, import_id)):
                await self.run(lambda: files.delete(import_id))
                raise NotFound("There is no such import any more.")
            return
        there = await self.run(lambda: files.received(import_id))
        if sum(part.size for part in there) >= size:
            job_id = await self.store(import_states.arrived, import_id, self.backend.clock())
            await self.tell_of_jobs(*([job_id] if job_id else []))


ROUTES = {"/v1/imports/{import_id}/parts": ImportPartsHandler}
