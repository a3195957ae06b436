"""Undo."""

from uuid import UUID

from todo.handlers.api_handler import ApiHandler
from todo.handlers.operation import operation
from todo.services import undo
from todo.shapes.undo import Undone


class UndoHandler(ApiHandler):
    """`/v1/operations/{operation_id}/undo`."""

    @operation("Undo an operation", returns=Undone, keyed=True, refusals=(409, 410))
    async def post(self, operation_id: UUID) -> None:
        """Take back all that an operation did, by another operation, which can be undone, too.

        Activity, live updates and the header `X-Operation-Id` of each change name operations.
        """
        undone = await self.commit(undo.undo, operation_id)
        await self.tell_of_reminders(changed=True)
        self.reply(undone)


ROUTES = {"/v1/operations/{operation_id}/undo": UndoHandler}
