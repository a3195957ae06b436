"""`/docs`: the contract for people, made of the same document that programs read."""

from todo.handlers.api_handler import ApiHandler
from todo.handlers.operation import operation

# No script, no style but our own, nothing from elsewhere, and no frame around it.
_POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


class DocsHandler(ApiHandler):
    """`/docs`."""

    @operation("The documentation", returns=str, public=True, media_type="text/html")
    def get(self) -> None:
        """Send the page that describes every operation."""
        from todo.handlers.contract.page import page

        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.set_header("Content-Security-Policy", _POLICY)
        self.set_header("Referrer-Policy", "no-referrer")
        self.finish(page(self.backend.version, tuple(self.settings["resources"].items())))


class DocsStyleHandler(ApiHandler):
    """`/docs/style.css`."""

    @operation("The style of the documentation", returns=str, public=True, media_type="text/css")
    def get(self) -> None:
        """Send the style sheet of the page."""
        from todo.handlers.contract.page import style_sheet

        self.set_header("Content-Type", "text/css; charset=utf-8")
        self.finish(style_sheet())


ROUTES = {"/docs": DocsHandler, "/docs/style.css": DocsStyleHandler}
