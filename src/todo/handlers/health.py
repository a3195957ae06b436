"""Whether the process lives, and whether it can serve."""

from todo.handlers.api_handler import ApiHandler
from todo.handlers.operation import operation
from todo.services import readiness
from todo.shapes.index import Health


class HealthHandler(ApiHandler):
    """`/health`."""

    @operation("Liveness", returns=Health, public=True)
    def get(self) -> None:
        """Answer, asking nobody."""
        self.reply(Health(status="ok"))


class ReadyHandler(ApiHandler):
    """`/ready`."""

    @operation("Readiness", returns=Health, public=True)
    async def get(self) -> None:
        """Ask the database whether it can serve."""
        await self.run(lambda: self.backend.database.read(readiness.check))
        self.reply(Health(status="ok"))


ROUTES = {"/health": HealthHandler, "/ready": ReadyHandler}
