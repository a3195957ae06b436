"""Modules of the page, run by a real browser in the languages there are, without the rest of the page."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import resources
from typing import Any

from browsing import chromium
from playwright.sync_api import Browser, Page

from todo.web.assets import generated


class Modules:
    """Calls what the modules export, in a page of one language, for a browser of one region and zone."""

    def __init__(self, page: Page, language: str) -> None:
        self._page = page
        self._language = language

    def call(self, module: str, function: str, *arguments: Any) -> Any:
        """What a function returns, as JSON."""
        return self._page.evaluate(
            "async ([url, name, given]) => (await import(url))[name](...given)",
            [f"/{self._language}/app/{module}", function, list(arguments)],
        )

    def run(self, module: str, program: str, given: Any = None) -> Any:
        """What `program`, a function of the module and of `given`, returns."""
        return self._page.evaluate(
            f"async ([url, given]) => ({program})(await import(url), given)",
            [f"/{self._language}/app/{module}", given],
        )


class PageModules:
    """Hands out pages; each kind is opened once."""

    def __init__(self, browser: Browser, url: str) -> None:
        self._browser = browser
        self._url = url
        self._open: dict[tuple[str, str, str], Modules] = {}

    def __call__(self, language: str = "en", locale: str = "en-GB", time_zone: str = "Europe/Madrid") -> Modules:
        kind = (language, locale, time_zone)
        if kind not in self._open:
            page = self._browser.new_context(locale=locale, timezone_id=time_zone).new_page()
            page.goto(f"{self._url}/{language}/")
            self._open[kind] = Modules(page, language)
        return self._open[kind]


@contextmanager
def page_modules(executable: str) -> Iterator[PageModules]:
    """The modules as `src/` has them, behind a server of their own, in a browser."""
    with _server() as url, chromium(executable) as (_playwright, browser):
        yield PageModules(browser, url)


@contextmanager
def _server() -> Iterator[str]:
    root = resources.files("todo.web")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            language, _, path = self.path.lstrip("/").partition("/")
            if path.startswith("app/generated/"):
                kind, content = "text/javascript", generated(language)[path].encode()
            elif path.endswith(".js"):
                kind, content = "text/javascript", root.joinpath(path).read_bytes()
            else:
                kind, content = "text/html", b"<!doctype html><title>modules</title>"
            self.send_response(200)
            self.send_header("Content-Type", f"{kind}; charset=utf-8")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name in the base class
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
