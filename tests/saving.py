"""Whether a page has sent what was done on it."""

from collections.abc import Callable
from typing import Any

from clients import Person
from playwright.sync_api import Page, expect


def saved(page: Page) -> None:
    """Wait until there is nothing left to send."""
    expect(page.locator("html")).to_have_attribute("data-pending", "0")


def require_stored(
    page: Page, person: Person, wanted: Callable[[list[dict[str, Any]]], bool], path: str = "/v1/tasks"
) -> None:
    """Wait until what the service has of a person's tasks is as wanted."""
    found: list[dict[str, Any]] = []
    for _ in range(200):
        found = person.get(path)
        if wanted(found):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"the service has other tasks: {[(each['title'], each['completed']) for each in found]}")
