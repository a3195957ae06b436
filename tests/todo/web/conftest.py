"""`modules` runs the page's modules in Chromium: `modules("es", "es-MX", "America/Mexico_City")`."""

from collections.abc import Iterator

import pytest
from browsing import Loop, find_chromium
from page_modules import PageModules, page_modules


@pytest.fixture(scope="session")
def modules_loop() -> Loop:
    """Playwright's event loop, which other tests of this worker must not meet."""
    return Loop()


@pytest.fixture(scope="session")
def session_modules(modules_loop: Loop) -> Iterator[PageModules]:
    """The modules, in a browser that is started once a worker."""
    executable = find_chromium()
    if executable is None:
        pytest.skip("there is no Chromium: apt-get install chromium")
    with page_modules(executable) as found:
        modules_loop.unset()
        yield found
        modules_loop.set()


@pytest.fixture
def modules(session_modules: PageModules, modules_loop: Loop) -> Iterator[PageModules]:
    """Pages of any language, region and zone, for as long as the test runs."""
    modules_loop.set()
    yield session_modules
    modules_loop.unset()
