"""A browser for tests: Chromium, people who use it, and whatever goes wrong on their pages."""

import asyncio
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from clients import Person
from playwright._impl._api_structures import SetCookieParam  # which the public module leaves out
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    Page,
    Playwright,
    Request,
    Response,
    Route,
    sync_playwright,
)
from service import Service

PHONE = (390, 844)
DESKTOP = (1280, 800)
# What is said where the service cannot be reached: offline, stopped, cut off.
DISCONNECTED = r"net::ERR_(INTERNET_DISCONNECTED|CONNECTION_\w+|EMPTY_RESPONSE|NETWORK_\w+)|WebSocket connection to"

_ASKED_WITHIN = 15_000  # milliseconds
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# It shall talk to nobody but the service.
_SWITCHES = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-client-side-phishing-detection",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-extensions",
    "--disable-sync",
    "--metrics-recording-only",
    "--no-pings",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    # A page that a test answers itself has no address, and would not be let through to sockets on this machine.
    "--disable-features=LocalNetworkAccessChecks",
    # Pictures of the same page are the same.
    "--font-render-hinting=none",
    "--force-color-profile=srgb",
    "--hide-scrollbars",
)


def find_chromium() -> str | None:
    """Where a Chromium is, or None."""
    return next((path for name in _NAMES if (path := shutil.which(name))), None)


@contextmanager
def chromium(executable: str) -> Iterator[tuple[Playwright, Browser]]:
    """Playwright, and a browser without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=list(_SWITCHES))
        yield playwright, browser
        browser.close()


class Loop:
    """The event loop that Playwright runs beneath the tests. While it is set, nobody else may run one."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None

    def set(self) -> None:
        """Before Playwright is asked for anything."""
        if self._loop is not None:
            asyncio._set_running_loop(self._loop)

    def unset(self) -> None:
        """When others have their turn."""
        self._loop = asyncio._get_running_loop()
        asyncio._set_running_loop(None)


class Troubles:
    """What went wrong on the pages of a test, each in a line; the test fails of what it did not allow."""

    def __init__(self, origin: str) -> None:
        self._origin = origin
        self._found: list[str] = []
        self._allowed: list[str] = []

    def allow(self, *patterns: str) -> None:
        """Let pass what one of these regular expressions finds something in, also what was noticed before."""
        self._allowed += patterns

    def allow_disconnected(self) -> None:
        """Let pass that the service cannot be reached."""
        self.allow(DISCONNECTED)

    def left(self) -> list[str]:
        """What was not allowed."""
        return [trouble for trouble in self._found if not any(re.search(each, trouble) for each in self._allowed)]

    def watch(self, context: BrowserContext) -> None:
        """Notice what goes wrong on every page of a context."""
        context.on("console", self._console)
        context.on("weberror", lambda error: self._found.append(f"page error: {error.error}"))
        context.on("request", self._request)
        context.on("requestfailed", self._failed)
        context.on("response", self._response)

    def _console(self, message: ConsoleMessage) -> None:
        # A reply that is an error is told below, with the method and the address.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self._found.append(f"console: {message.text}")

    def _request(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme not in ("data", "blob") and f"{address.scheme}://{address.netloc}" != self._origin:
            self._found.append(f"outside: {request.method} {request.url}")

    def _failed(self, request: Request) -> None:
        # Whoever leaves a page gives up what it was loading.
        if request.failure != "net::ERR_ABORTED":
            self._found.append(f"failed: {request.method} {request.url}: {request.failure}")

    def _response(self, response: Response) -> None:
        if response.status >= 400:
            self._found.append(f"status {response.status}: {response.request.method} {response.url}")


class Visitor:
    """Somebody with a browser of their own. `account` is None for a stranger, else who it is in the API's words.

    `context` is Playwright's: cookies, storage and the network of this one.
    """

    def __init__(self, service: Service, context: BrowserContext, account: Person | None = None) -> None:
        self.service = service
        self.context = context
        self._account = account
        if account is not None:
            self.give_session(account.token)

    @property
    def account(self) -> Person:
        """Who it is, to ask the API with a token."""
        assert self._account is not None, "this is a stranger"
        return self._account

    def give_session(self, secret: str) -> None:
        """Put a session's cookie into the browser, as a log-in does."""
        self.context.add_cookies([session_cookie(secret, self.service.url)])

    def open(self, path: str = "/") -> Page:
        """A new page at an address of the service, once it has loaded."""
        page = self.context.new_page()
        page.goto(self.service.url + path)
        return page

    @contextmanager
    def offline(self) -> Iterator[None]:
        """Cut the browser off from the network for a while. Sockets that are open stay so."""
        self.context.set_offline(True)
        try:
            yield
        finally:
            self.context.set_offline(False)


@contextmanager
def holding(page: Page, address: str) -> Iterator[Callable[[], None]]:
    """Hold requests to an address back; they are sent at the end. What this gives waits until there is one."""
    waiting: list[Route] = []
    page.route(address, lambda route: waiting.append(route))  # noqa: PLW0108 - Playwright wants a function

    def until_asked() -> None:
        for _ in range(_ASKED_WITHIN):
            if waiting:
                return
            page.wait_for_timeout(1)
        raise AssertionError(f"nothing was asked of {address}")

    try:
        yield until_asked
    finally:
        page.unroute(address)


def session_cookie(secret: str, url: str) -> SetCookieParam:
    """The cookie of a session, as the service gives it to a browser on the same machine."""
    return {
        "name": "todo_session",
        "value": secret,
        "url": url,
        "httpOnly": True,
        "sameSite": "Lax",
        "secure": True,
    }


def context_options(
    *,
    locale: str = "en-GB",
    time_zone: str = "Europe/Berlin",
    viewport: tuple[int, int] = DESKTOP,
    scale: float = 1,
    touch: bool = False,
    colours: str = "light",
    motion: str = "no-preference",
    **others: Any,
) -> Mapping[str, Any]:
    """The options of a context, in the words of this project. `others` are Playwright's own."""
    return {
        "locale": locale,
        "timezone_id": time_zone,
        "viewport": {"width": viewport[0], "height": viewport[1]},
        "device_scale_factor": scale,
        "has_touch": touch,
        "is_mobile": touch,
        "color_scheme": colours,
        "reduced_motion": motion,
        "service_workers": "allow",
        **others,
    }


__all__ = ["DESKTOP", "DISCONNECTED", "PHONE", "Error", "Loop", "Troubles", "Visitor", "chromium", "find_chromium"]
