"""`/openapi.json`: the contract (OpenAPI 3.1)."""

from typing import Any

from todo.handlers.api_handler import ApiHandler
from todo.handlers.operation import operation


class OpenAPIHandler(ApiHandler):
    """`/openapi.json`."""

    @operation("This document", returns=dict[str, Any], public=True)
    def get(self) -> None:
        """Send the OpenAPI document."""
        from todo.handlers.contract import document

        self.reply(
            document(self.backend.version, tuple(self.settings["resources"].items()), self.backend.public_url or "/")
        )


ROUTES = {"/openapi.json": OpenAPIHandler}
