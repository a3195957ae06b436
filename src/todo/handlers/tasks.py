"""Tasks, in their lists and across them."""

from uuid import UUID

from todo.handlers.api_handler import ApiHandler
from todo.handlers.operation import operation
from todo.services import task_queries, task_update, tasks, trash
from todo.shapes.task import AnyTaskFilter, EmptyList, NewTask, Task, TaskFilter, TaskPatch, TasksTrashed


class TaskListHandler(ApiHandler):
    """`/v1/lists/{list_id}/tasks`."""

    @operation("Tasks of a list", query=TaskFilter, returns=Task, page=True)
    async def get(self, list_id: UUID) -> None:
        """A page of the list's tasks."""
        self.reply_page(await self.read(task_queries.in_list, list_id, self.query(TaskFilter)))

    @operation("Add a task", body=NewTask, returns=Task, status=201, keyed=True, tagged=True, refusals=(409,))
    async def post(self, list_id: UUID) -> None:
        """Add a task to the list."""
        created = await self.commit(tasks.create, list_id, self.body(NewTask))
        await self.tell_of_reminders(changed=bool(created.reminders))
        self.reply_created(created)

    @operation("Move all tasks of a list to the trash", query=EmptyList, returns=TasksTrashed, keyed=True)
    async def delete(self, list_id: UUID) -> None:
        """Move all, or `?completed=true`, to the trash."""
        self.reply(await self.commit(trash.empty_list, list_id, self.query(EmptyList)))


class TasksHandler(ApiHandler):
    """`/v1/tasks`."""

    @operation("Tasks of all lists", query=AnyTaskFilter, returns=Task, page=True)
    async def get(self) -> None:
        """A page of the tasks of every list you see."""
        self.reply_page(await self.read(task_queries.across_lists, self.query(AnyTaskFilter)))


class TaskHandler(ApiHandler):
    """`/v1/tasks/{task_id}`."""

    @operation("A task", returns=Task, tagged=True)
    async def get(self, task_id: UUID) -> None:
        """Show a task."""
        self.reply_versioned(await self.read(tasks.get, task_id))

    @operation(
        "Change, complete or move a task",
        body=TaskPatch,
        returns=Task,
        guarded=True,
        keyed=True,
        tagged=True,
        refusals=(409, 428),
    )
    async def patch(self, task_id: UUID) -> None:
        """Change a task."""
        repeatable = self.idempotency_key() is not None
        changed = await self.commit(
            task_update.change, task_id, self.body(TaskPatch), self.if_match(), repeatable=repeatable
        )
        await self.tell_of_reminders(changed=bool(changed.reminders))
        self.reply_versioned(changed)

    @operation("Move a task to the trash", status=204, guarded=True, keyed=True)
    async def delete(self, task_id: UUID) -> None:
        """Move a task, and what is below it, to the trash."""
        await self.commit(trash.discard, task_id, self.if_match())
        self.reply_nothing()


ROUTES = {
    "/v1/lists/{list_id}/tasks": TaskListHandler,
    "/v1/tasks": TasksHandler,
    "/v1/tasks/{task_id}": TaskHandler,
}
