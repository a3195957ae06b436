"""Labels."""

from collections.abc import Callable
from typing import Any

from todo.errors import NotFound
from todo.handlers.api_handler import ApiHandler
from todo.handlers.operation import operation
from todo.services import labels
from todo.shapes.label import Label, LabelChange, LabelFilter, LabelPatch


class LabelsHandler(ApiHandler):
    """`/v1/labels`."""

    @operation("Labels in use", query=LabelFilter, returns=Label, page=True)
    async def get(self) -> None:
        """A page of the labels on the tasks you see, with counts."""
        self.reply_page(await self.read(labels.in_use, self.query(LabelFilter)))


class LabelHandler(ApiHandler):
    """`/v1/labels/{name}`."""

    @operation("Rename a label", body=LabelPatch, returns=LabelChange, keyed=True)
    async def patch(self, name: str) -> None:
        """Rename a label wherever you may change it."""
        self.reply(await self._everywhere(labels.rename, name, self.body(LabelPatch)))

    @operation("Remove a label", returns=LabelChange, keyed=True)
    async def delete(self, name: str) -> None:
        """Take a label off all tasks that you may change."""
        self.reply(await self._everywhere(labels.remove, name))

    async def _everywhere(self, work: Callable[..., LabelChange], *args: Any) -> LabelChange:
        """Repeat a unit until no list is left, each time under a key of its own."""
        change = total = await self.commit(work, *args)
        while change.lists == labels.LISTS_A_UNIT:
            self.unit_number += 1
            try:
                change = await self.commit(work, *args)
            except NotFound:
                break
            total = LabelChange(name=total.name, lists=total.lists + change.lists, tasks=total.tasks + change.tasks)
        return total


ROUTES = {"/v1/labels": LabelsHandler, "/v1/labels/{name}": LabelHandler}
