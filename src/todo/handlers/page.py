"""The page: one document for all of its addresses, and what the document loads."""

import json
from pathlib import Path

from tornado.template import Loader
from tornado.web import HTTPError

from todo.handlers.api_handler import ApiHandler
from todo.web import assets

_WEB = Path(assets.__file__).parent


class PageHandler(ApiHandler):
    """Every address of the page: which of them it is, its script finds out."""

    def get(self, **_path: str) -> None:
        """Send the document."""
        language, static = "en", f"/static/{assets.static_hash()}"
        facts = {
            "version": self.backend.version,
            "static": static,
            "language": language,
            "languages": ["en", "es"],
            "sign_up": self.backend.sign_up,
            "signed_in": self.get_cookie("todo_session") is not None,
        }
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.set_header("Content-Security-Policy", _POLICY)
        document = Loader(str(_WEB)).load("page.html")
        self.finish(document.generate(language=language, direction="ltr", static=static, facts=json.dumps(facts)))


class StaticHandler(ApiHandler):
    """`/static/{version}/{name}`."""

    def get(self, version: str, name: str) -> None:
        """Send a file of the page."""
        asset = assets.find_asset(name)
        if asset is None or version != assets.static_hash():
            raise HTTPError(404)
        self.set_header("Content-Type", asset.media_type)
        self.set_header("Cache-Control", "public, max-age=31536000, immutable")
        if asset.gzipped is not None and "gzip" in self.request.headers.get("Accept-Encoding", ""):
            self.set_header("Content-Encoding", "gzip")
            self.finish(asset.gzipped)
        else:
            self.finish(asset.body)


_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_ADDRESSES = (
    "/",
    "/log-in",
    "/sign-up",
    "/forgotten-password",
    "/reset-password",
    "/today",
    "/upcoming",
    "/lists/{list}",
    "/labels/{label}",
    "/search",
    "/trash",
    "/activity",
    "/settings",
    "/settings/{section}",
)
ROUTES = {"/static/{version}/{name}": StaticHandler} | dict.fromkeys(_ADDRESSES, PageHandler)
