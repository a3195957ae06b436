"""The service worker: the page opens without a network, and the next release is there on the visit after it."""

import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from browsing import Troubles, Visitor, context_options
from playwright.sync_api import Browser, Error, Page, expect
from service import Service

from todo.web import assets

WORKER = (Path(assets.__file__).parent / "service-worker.js").read_text()
KEPT = "caches.open('todo-page').then((cache) => cache.match('/log-in')).then((kept) => kept?.text())"


@dataclass
class Site:
    """A site with the service worker and nothing of the service: each test says what it has. `files` may be changed."""

    port: int = 0
    files: dict[str, tuple[str, str]] = field(default_factory=dict)  # by path: media type, content
    asked: list[str] = field(default_factory=list)
    cookies: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.port}"

    def release(self, number: int, *more: str) -> None:
        """Put a version of the page there, and take the files of others away."""
        static = f"/static/{number}"
        for name in [name for name in self.files if name.startswith("/static/")]:
            del self.files[name]
        links = "".join(f'<link rel="icon" href="{static}/{name}">' for name in more)
        script = f'<script src="{static}/app.js"></script>'
        document = f'<title>Release {number}</title><link rel="stylesheet" href="{static}/style.css">{links}{script}'
        self.files |= {
            "/log-in": ("text/html", document),
            "/": ("text/html", "<title>What this is</title>"),
            "/docs": ("text/html", "<title>Documentation</title>"),
            "/v1/me": ("application/json", "{}"),
            "/service-worker.js": ("text/javascript", WORKER),
            f"{static}/app.js": ("text/javascript", f"window.release = {number};"),
            f"{static}/style.css": ("text/css", ""),
        }


@pytest.fixture
def site() -> Iterator[Site]:
    """The site, with its first release."""
    made = Site()
    made.release(1)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            made.asked.append(path)
            media_type, content = made.files.get(path, ("text/plain", "none"))
            self.send_response(200 if path in made.files else 404)
            self.send_header("Content-Type", media_type)
            immutable = path.startswith("/static/") and path in made.files
            self.send_header("Cache-Control", "public, max-age=31536000, immutable" if immutable else "no-cache")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content.encode())

        def log_message(self, *_arguments: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.port = server.server_port
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield made
    server.shutdown()
    server.server_close()


@pytest.fixture
def page(browser: Browser, site: Site) -> Iterator[Page]:
    """A page in a browser of its own, in which the site's service worker has come to rule."""
    context = browser.new_context(**context_options())
    opened = context.new_page()
    opened.goto(f"{site.url}/log-in")
    install(opened)
    yield opened
    context.close()


def install(page: Page) -> None:
    page.evaluate("""async () => {
        const ruled = new Promise((done) => { navigator.serviceWorker.oncontrollerchange = done; });
        await navigator.serviceWorker.register('/service-worker.js');
        if (!navigator.serviceWorker.controller) await ruled;
    }""")


def until_ruled(page: Page) -> None:
    """Wait until the service's own page has its worker, which it asks for when all else is done."""
    page.evaluate("""async () => {
        const workers = navigator.serviceWorker;
        if (!workers.controller) await new Promise((done) => { workers.addEventListener('controllerchange', done); });
    }""")
    settled(page)
    assert page.evaluate(KEPT)


def settled(page: Page) -> None:
    """Wait until whatever is being renewed is renewed."""
    page.evaluate("""async () => {
        const { port1, port2 } = new MessageChannel();
        const answered = new Promise((done) => { port1.onmessage = done; });
        navigator.serviceWorker.controller.postMessage({ type: 'which' }, [port2]);
        await answered;
    }""")


def title_at(page: Page, path: str) -> str:
    page.goto(page.url.split("/", 3)[0] + "//" + page.url.split("/", 3)[2] + path)
    return page.title()


def test_every_address_of_the_page_opens_from_what_is_kept(page: Page, site: Site) -> None:
    site.files.clear()
    for path in ("/log-in", "/today", "/lists/1?show=active", "/labels/%C3%A9", "/settings/tokens", "/search?q=x"):
        assert title_at(page, path) == "Release 1"
        assert page.evaluate("[window.release, location.pathname + location.search]") == [1, path]


def test_a_new_release_is_there_on_the_visit_after_it(page: Page, site: Site) -> None:
    site.release(2)
    assert title_at(page, "/today") == "Release 1"
    settled(page)
    assert title_at(page, "/today") == "Release 2"
    assert page.evaluate("window.release") == 2
    settled(page)
    site.release(3)
    title_at(page, "/today")
    settled(page)
    kept = page.evaluate(
        "caches.open('todo-page').then((cache) => cache.keys()).then((all) => all.map(({url}) => url))"
    )
    releases = {found[1] for url in kept if (found := re.search(r"/static/(\d)/", url))}
    assert releases == {"2", "3"}, "those of the release before stay, for pages that were opened just now"


def test_an_open_page_is_told_of_a_new_release(page: Page, site: Site) -> None:
    site.release(2)
    page.evaluate("""() => {
        window.told = new Promise((done) => {
            navigator.serviceWorker.addEventListener('message', (event) => done(event.data));
        });
        navigator.serviceWorker.startMessages();
        navigator.serviceWorker.controller.postMessage({ type: 'refresh' });
    }""")
    told = page.evaluate("window.told")
    assert told == {"type": "kept", "names": ["/static/2/style.css", "/static/2/app.js"]}


def test_after_a_refresh_that_was_asked_for_the_next_visit_has_it(page: Page, site: Site) -> None:
    site.release(2)
    page.evaluate("navigator.serviceWorker.controller.postMessage({ type: 'refresh' })")
    assert title_at(page, "/today") == "Release 2"


def test_at_the_start_the_service_says_what_it_is(page: Page) -> None:
    assert title_at(page, "/") == "What this is"


def test_a_release_that_is_not_whole_is_not_kept(page: Page, site: Site) -> None:
    site.release(2)
    del site.files["/static/2/app.js"]
    title_at(page, "/today")
    settled(page)
    assert title_at(page, "/today") == "Release 1"
    assert page.evaluate("window.release") == 1


def test_a_picture_that_is_missing_keeps_nothing_from_being_kept(page: Page, site: Site) -> None:
    site.release(2, "none.png")
    title_at(page, "/today")
    settled(page)
    assert title_at(page, "/today") == "Release 2"


def test_an_error_in_place_of_the_document_is_not_kept(page: Page, site: Site) -> None:
    del site.files["/log-in"]
    title_at(page, "/today")
    settled(page)
    assert title_at(page, "/today") == "Release 1"


def test_it_installs_where_nothing_can_be_kept_yet_and_keeps_it_later(browser: Browser, site: Site) -> None:
    del site.files["/static/1/app.js"]
    context = browser.new_context(**context_options())
    page = context.new_page()
    page.goto(f"{site.url}/log-in")
    install(page)
    settled(page)
    assert page.evaluate(KEPT) is None
    site.release(2)
    assert title_at(page, "/log-in") == "Release 2"
    settled(page)
    assert "Release 2" in page.evaluate(KEPT)
    context.close()


def test_the_api_and_the_documentation_are_not_its_business(page: Page, site: Site) -> None:
    for path in ("/v1/me", "/v1/me"):
        site.asked.clear()
        assert page.evaluate("(path) => fetch(path).then((reply) => reply.json())", path) == {}
        assert path in site.asked
    assert title_at(page, "/docs") == "Documentation"
    del site.files["/docs"]
    page.goto(f"{site.url}/docs")
    assert "none" in page.content()
    kept = page.evaluate(
        "caches.open('todo-page').then((cache) => cache.keys()).then((all) => all.map(({url}) => url))"
    )
    assert not [url for url in kept if "/v1" in url or "/docs" in url]


def test_what_earlier_workers_kept_goes(browser: Browser, site: Site) -> None:
    context = browser.new_context(**context_options())
    page = context.new_page()
    page.goto(f"{site.url}/log-in")
    page.evaluate("caches.open('of-long-ago')")
    install(page)
    settled(page)
    assert page.evaluate("caches.keys()") == ["todo-page"]
    context.close()


def test_the_page_itself_opens_while_the_service_is_away(
    service: Service, visitor: Callable[..., Visitor], troubles: Troubles
) -> None:
    page = visitor().open("/log-in")
    until_ruled(page)
    troubles.allow_disconnected()
    service.stop()
    for path in ("/log-in", "/sign-up", "/"):
        page.goto(service.url + path)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
    with pytest.raises(Error):
        page.goto(service.url + "/v1")


def test_in_another_language_what_is_kept_follows(visitor: Callable[..., Visitor]) -> None:
    page = visitor(locale="en-GB").open("/log-in")
    until_ruled(page)
    page.get_by_role("button", name="Español").click()
    expect(page.locator("html")).to_have_attribute("lang", "es")
    page.reload()
    expect(page.locator("html")).to_have_attribute("lang", "es")


def test_all_of_the_page_is_kept_and_not_only_what_was_seen(
    service: Service, person: Visitor, troubles: Troubles
) -> None:
    page = person.open("/today")
    until_ruled(page)
    troubles.allow_disconnected()
    service.stop()
    page.goto(f"{service.url}/settings")
    expect(page.get_by_role("heading", name="Settings", level=1)).to_be_visible()
