"""Tests in a browser: Chromium, driven by Playwright, against the service as `make run` starts it.

Fixtures: `service` (a process of this worker, which a test may stop, kill and start again), `own_service` (one of this
test alone, with settings), `people` (makes people who are signed up and in, each with a browser), `person` (one of
them), `visitor` (makes strangers), `open_page` (a stranger's page at an address), `troubles` (what went wrong on any
page: the test fails of it, unless it is allowed), `axe` (fails of what is not accessible).
"""

import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import axe as axe_core
import pytest
from browsing import Loop, Troubles, Visitor, chromium, context_options, find_chromium
from playwright.sync_api import Browser, BrowserContext, Page, expect
from service import Service

# A machine that runs other tests beside has its slow moments. A test that is about time measures it.
_PATIENCE = 15_000  # milliseconds


@pytest.fixture(scope="session")
def loop() -> Loop:
    """Playwright's event loop, which other tests of this worker must not meet."""
    return Loop()


@pytest.fixture(scope="session")
def session_browser(loop: Loop) -> Iterator[Browser]:
    """A browser, started once a worker."""
    executable = find_chromium()
    if executable is None:
        pytest.skip("there is no Chromium: apt-get install chromium")
    expect.set_options(timeout=_PATIENCE)
    with chromium(executable) as (_playwright, browser):
        loop.unset()
        yield browser
        loop.set()


@pytest.fixture
def browser(session_browser: Browser, loop: Loop) -> Iterator[Browser]:
    """The browser, for as long as the test runs."""
    loop.set()
    yield session_browser
    loop.unset()


@pytest.fixture(scope="session")
def session_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The service, started once a worker."""
    with Service(tmp_path_factory.mktemp("service")) as service:
        yield service
    assert "Traceback" not in service.said()


@pytest.fixture
def service(session_service: Service) -> Iterator[Service]:
    """The service. It holds other tests' people, too, and runs again when the test is done."""
    yield session_service
    if not session_service.runs:
        session_service.start()


@pytest.fixture
def own_service(tmp_path: Path) -> Iterator[Callable[..., Service]]:
    """Starts a service with settings, of this test alone: `own_service(sign_up="closed")`."""
    with ExitStack() as running:
        yield lambda **settings: running.enter_context(Service(tmp_path, **settings))


@pytest.fixture
def troubles(service: Service) -> Iterator[Troubles]:
    """What goes wrong on a page of this test: errors, refused requests, requests to elsewhere."""
    noticed = Troubles(service.url)
    yield noticed
    left = noticed.left()
    assert not left, "the pages of this test had trouble:\n" + "\n".join(left)


@pytest.fixture
def new_context(browser: Browser, troubles: Troubles) -> Iterator[Callable[..., BrowserContext]]:
    """Makes browsers of their own: `new_context(locale="es-ES", viewport=PHONE)`."""
    contexts: list[BrowserContext] = []

    def new(**options: Any) -> BrowserContext:
        context = browser.new_context(**context_options(**options))
        context.set_default_timeout(_PATIENCE)
        troubles.watch(context)
        contexts.append(context)
        return context

    yield new
    for context in contexts:
        context.close()


@pytest.fixture
def visitor(service: Service, new_context: Callable[..., BrowserContext]) -> Callable[..., Visitor]:
    """Makes strangers, each with a browser."""
    return lambda **options: Visitor(service, new_context(**options))


@pytest.fixture
def people(service: Service, new_context: Callable[..., BrowserContext]) -> Callable[..., Visitor]:
    """Makes people who have signed up, each with a browser that is logged in: `people("Ann", viewport=PHONE)`.

    `account` are further fields of the sign-up; the language and the time zone are the browser's unless it says others.
    """

    def make(name: str = "Ann", *, account: dict[str, Any] | None = None, **options: Any) -> Visitor:
        given = context_options(**options)
        mine = {"name": name, "language": given["locale"][:2], "time_zone": given["timezone_id"], **(account or {})}
        person = service.sign_up(f"{name.lower()}-{uuid.uuid4()}@example.org", **mine)
        return Visitor(service, new_context(**options), person)

    return make


@pytest.fixture
def person(people: Callable[..., Visitor]) -> Visitor:
    """Ann, who speaks English and has just signed up."""
    return people()


@pytest.fixture
def open_page(visitor: Callable[..., Visitor]) -> Callable[..., Page]:
    """Opens an address as a stranger: `open_page("/log-in", locale="es-ES")`."""
    return lambda path="/", **options: visitor(**options).open(path)


@pytest.fixture(scope="session")
def axe() -> Callable[..., None]:
    """Fails of what is not accessible on a page as it stands: `axe(page)`; `within` and `without` as in `axe.py`."""

    def check(page: Page, **options: Any) -> None:
        found = axe_core.violations(page, **options)
        assert not found, f"{len(found)} violations at {page.url}:\n" + "\n".join(found)

    return check
