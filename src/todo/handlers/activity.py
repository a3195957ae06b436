"""Activity: what happened in a list, and to a task."""

from uuid import UUID

from todo.handlers.api_handler import ApiHandler
from todo.handlers.operation import operation
from todo.services import activity
from todo.shapes.activity import Activity, ActivityFilter


class ListActivityHandler(ApiHandler):
    """`/v1/lists/{list_id}/activity`."""

    @operation("What happened in a list", query=ActivityFilter, returns=Activity, page=True)
    async def get(self, list_id: UUID) -> None:
        """A page, latest first."""
        self.reply_page(await self.read(activity.of_list, list_id, self.query(ActivityFilter)))


class TaskActivityHandler(ApiHandler):
    """`/v1/tasks/{task_id}/activity`."""

    @operation("What happened to a task", query=ActivityFilter, returns=Activity, page=True)
    async def get(self, task_id: UUID) -> None:
        """A page, latest first."""
        self.reply_page(await self.read(activity.of_task, task_id, self.query(ActivityFilter)))


ROUTES = {
    "/v1/lists/{list_id}/activity": ListActivityHandler,
    "/v1/tasks/{task_id}/activity": TaskActivityHandler,
}
