"""`/docs`: the contract for people, made of the same document that programs read."""

from todo.handlers.api_handler import ApiHandler
from todo.handlers.operation import operation

# The viewer holds some of its icons as data.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


class DocsHandler(ApiHandler):
    """`/docs`."""

    @operation("The documentation", returns=str, public=True, media_type="text/html")
    def get(self) -> None:
        """Send the page that shows every operation, and tries them."""
        from pathlib import Path

        from tornado.template import Loader

        from todo.web import assets

        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.set_header("Content-Security-Policy", _POLICY)
        self.set_header("Referrer-Policy", "same-origin")
        document = Loader(str(Path(assets.__file__).parent)).load("docs.html")
        self.finish(document.generate(static=f"/static/{assets.static_hash()}"))


ROUTES = {"/docs": DocsHandler}
