"""Lists."""

from uuid import UUID

from todo.handlers.api_handler import ApiHandler
from todo.handlers.operation import operation
from todo.services import lists
from todo.shapes.task_list import ListFilter, ListPatch, NewList, TaskList


class ListsHandler(ApiHandler):
    """`/v1/lists`."""

    @operation("Your lists", query=ListFilter, returns=TaskList, page=True)
    async def get(self) -> None:
        """A page of the lists you see."""
        self.reply_page(await self.read(lists.mine, self.query(ListFilter)))

    @operation("Make a list", body=NewList, returns=TaskList, status=201, keyed=True, tagged=True, refusals=(409,))
    async def post(self) -> None:
        """Make a list that you own."""
        self.reply_created(await self.commit(lists.create, self.body(NewList)))


class ListHandler(ApiHandler):
    """`/v1/lists/{list_id}`."""

    @operation("A list", returns=TaskList, tagged=True)
    async def get(self, list_id: UUID) -> None:
        """Show a list."""
        self.reply_versioned(await self.read(lists.get, list_id))

    @operation("Change a list", body=ListPatch, returns=TaskList, guarded=True, keyed=True, tagged=True)
    async def patch(self, list_id: UUID) -> None:
        """Change a list."""
        self.reply_versioned(await self.commit(lists.update_one, list_id, self.body(ListPatch), self.if_match()))

    @operation("Move a list to the trash", status=204, guarded=True, keyed=True)
    async def delete(self, list_id: UUID) -> None:
        """Move a list with its tasks to the trash; restoring one of them brings it back."""
        await self.commit(lists.delete, list_id, self.if_match())
        self.reply_nothing()


ROUTES = {"/v1/lists": ListsHandler, "/v1/lists/{list_id}": ListHandler}
