"""The trash."""

from uuid import UUID

from todo.handlers.api_handler import ApiHandler
from todo.handlers.operation import operation
from todo.services import trash
from todo.shapes.task import Task, TrashedTask, TrashFilter


class TrashHandler(ApiHandler):
    """`/v1/trash`."""

    @operation("The trash", query=TrashFilter, returns=TrashedTask, page=True)
    async def get(self) -> None:
        """A page of the trash, latest first."""
        self.reply_page(await self.read(trash.contents, self.query(TrashFilter)))


class RestoreHandler(ApiHandler):
    """`/v1/tasks/{task_id}/restore`."""

    @operation("Restore a task", returns=Task, keyed=True, tagged=True, refusals=(409,))
    async def post(self, task_id: UUID) -> None:
        """Bring a task back, with its list where that was deleted."""
        restored = await self.commit(trash.restore, task_id)
        await self.tell_of_reminders(changed=bool(restored.reminders))
        self.reply_versioned(restored)


ROUTES = {"/v1/trash": TrashHandler, "/v1/tasks/{task_id}/restore": RestoreHandler}
