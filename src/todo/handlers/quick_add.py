"""Adding a task by one line of text."""

from todo.handlers.api_handler import ApiHandler
from todo.handlers.operation import operation
from todo.services import quick_add
from todo.shapes.quick_add import QuickAdd
from todo.shapes.task import Task


class QuickAddHandler(ApiHandler):
    """`/v1/quick-add`."""

    @operation(
        "Add a task by one line of text",
        body=QuickAdd,
        returns=Task,
        status=201,
        keyed=True,
        tagged=True,
        refusals=(403, 404, 409),
    )
    async def post(self) -> None:
        """Add the task that a line describes, in English or Spanish."""
        self.reply_created(await self.commit(quick_add.create, self.body(QuickAdd)))


ROUTES = {"/v1/quick-add": QuickAddHandler}
