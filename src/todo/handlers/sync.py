"""Synchronisation."""

from todo.handlers.api_handler import ApiHandler
from todo.handlers.operation import operation
from todo.services import sync
from todo.shapes.sync import SyncReply, SyncRequest


class SyncHandler(ApiHandler):
    """`/v1/sync`."""

    @operation("What changed since", body=SyncRequest, returns=SyncReply, reads=True)
    async def post(self) -> None:
        """Everything you see, or what changed since the token of the last reply. It changes nothing."""
        self.reply(await self.read(sync.changes, self.body(SyncRequest)))


ROUTES = {"/v1/sync": SyncHandler}
