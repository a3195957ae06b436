"""`modules` runs the page's modules in Chromium: `modules("es", "es-MX", "America/Mexico_City")`."""

from collections.abc import Iterator

import pytest
from page_modules import PageModules, page_modules


@pytest.fixture(scope="session")
def modules() -> Iterator[PageModules]:
    """Pages of any language, region and zone."""
    with page_modules() as found:
        yield found
