"""`/v1`: what the service is, its limits, and every route."""

from todo.handlers.api_handler import ApiHandler
from todo.handlers.operation import operation
from todo.shapes.index import Index, Limits, Route


class IndexHandler(ApiHandler):
    """The way in."""

    @operation("Name, version, limits and routes", returns=Index, public=True)
    def get(self) -> None:
        """Describe the service."""
        routes = tuple(
            Route(path=path, methods=handler.methods()) for path, handler in self.settings["resources"].items()
        )
        self.reply(Index(name="todo", version=self.backend.version, limits=Limits(), routes=routes))


ROUTES = {"/v1": IndexHandler}
