"""Whether a page has sent what was done on it."""

from playwright.sync_api import Page, expect


def saved(page: Page) -> None:
    """Wait until there is nothing left to send."""
    expect(page.locator("html")).to_have_attribute("data-pending", "0")
