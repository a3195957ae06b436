"""The page: one document for all of its addresses."""

import json
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tornado.httputil import HTTPServerRequest
from tornado.web import HTTPError, RequestHandler

from todo.handlers.api_handler import ApiHandler
from todo.handlers.session_cookie import is_private

if TYPE_CHECKING:
    from tornado.template import Template

    from todo.files import Files

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'{live}{files}; "
    "manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types service-worker"
)
_HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Vary": "Cookie, Accept-Language",
    # Not `no-referrer`: under it, browsers send no Origin with a form.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
# Strict-Transport-Security is left to whoever ends TLS: it holds for all ports of a host, which is seldom ours alone.


class PageHandler(ApiHandler):
    """Every address of the page: which of them it is, its script finds out."""

    def get(self, **_path: str) -> None:
        """Send the document."""
        self.reply_document()

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """To a browser, an address that is no UTF-8 is one where nothing is."""
        if status_code == 400 and is_visit(self.request):
            self.set_status(404)
            self.reply_document()
        else:
            super().write_error(status_code, **kwargs)

    def reply_document(self) -> None:
        """Send the document; to a stranger at `/` it says what this is."""
        from todo.web import assets
        from todo.web.locales import get_locale

        backend, is_known = self.backend, self.cookie.secret() is not None
        language = chosen_language(self)
        locale = get_locale(language)
        static = f"/static/{assets.static_hash()}"
        for name, value in _HEADERS.items():
            self.set_header(name, value)
        # Where the page's socket is, and where it sends files.
        elsewhere = {"live": _live_origin(backend.live_url), "files": _files_origin(backend.files)}
        self.set_header("Content-Security-Policy", _POLICY.format(**elsewhere))
        self.clear_header("Access-Control-Allow-Origin")
        self.clear_header("Access-Control-Expose-Headers")
        facts = {
            "version": backend.version,
            "static": static,
            "language": language,
            "languages": list(_languages()),
            "sign_up": backend.sign_up,
            "signed_in": is_known,
            "insecure": not is_private(self.request, backend.public_url),
        }
        self.finish(
            _document().generate(
                _=locale.translate,
                language=language,
                direction="rtl" if locale.rtl else "ltr",
                static=static,
                facts=json.dumps(facts),
                sign_up=backend.sign_up,
                is_stranger=self.request.path == "/" and not is_known,
                has_picture=assets.find_asset("today-light.webp") is not None,
            )
        )


class NowhereHandler(PageHandler):
    """What answers where nothing is: the document, which says so, to a browser; a problem to everybody else."""

    def prepare(self) -> None:
        """Answer, whatever the method."""
        if not is_visit(self.request) or self.request.path.startswith(("/v1", "/static/")):
            raise HTTPError(404)
        self.set_status(404)
        self.reply_document()


def is_visit(request: HTTPServerRequest) -> bool:
    """Whether a browser asks for something to be shown."""
    return request.method in ("GET", "HEAD") and "text/html" in request.headers.get("Accept", "").lower()


def chosen_language(handler: RequestHandler) -> str:
    """The language that the page was set to, else the best that the browser asks for."""
    from todo.web.catalogue import negotiate

    return negotiate(handler.get_cookie("todo_language"), handler.request.headers.get("Accept-Language"))


def _languages() -> tuple[str, ...]:
    from todo.web.catalogue import languages

    return languages()


def _files_origin(files: "Files | None") -> str:
    return f" {files.origin}" if files is not None and files.origin else ""


def _live_origin(live_url: str | None) -> str:
    parts = urlsplit(live_url or "")
    return f" {parts.scheme}://{parts.netloc}" if live_url else ""


@cache
def _document() -> "Template":
    from pathlib import Path

    from tornado.template import Loader

    from todo import web

    loader: Any = Loader(str(Path(web.__file__).parent))
    template: Template = loader.load("page.html")
    return template


# Each has a view in the page (app/router.js).
ADDRESSES = (
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
ROUTES: dict[str, type[ApiHandler]] = dict.fromkeys(ADDRESSES, PageHandler)
# What logs and metrics call all of them, and all that is nowhere.
NAMES: dict[type[ApiHandler], str] = {PageHandler: "/{page}", NowhereHandler: "none"}
