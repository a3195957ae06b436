"""`/docs`: the API, read and tried in a browser."""

import json
from collections.abc import Callable

from browsing import PHONE, Troubles, Visitor
from looks import in_one_look
from playwright.sync_api import Locator, Page, expect

from todo import __version__
from todo.handlers.contract import document
from todo.handlers.resources import RESOURCES

PATHS = document(__version__, tuple(RESOURCES.items()))["paths"]


def operation(page: Page, name: str) -> Locator:
    """An operation on the page, opened."""
    found = page.locator(f"[id$='-{name}'].opblock")
    found.locator(".opblock-summary-control").click()
    expect(found.locator(".opblock-body")).to_be_visible()
    return found


def tried(page: Page, name: str, body: object = None) -> Locator:
    """An operation that was tried; its reply."""
    found = operation(page, name)
    found.get_by_role("button", name="Try it out").click()
    if body is not None:
        found.get_by_label("Body of the request").fill(json.dumps(body))
    found.get_by_role("button", name="Execute").click()
    reply = found.locator(".live-responses-table .response")
    expect(reply).to_be_visible()
    return reply


def test_every_operation_is_there(open_page: Callable[..., Page]) -> None:
    page = open_page("/docs")
    page.locator(".opblock").first.wait_for()
    shown = page.locator(".opblock").evaluate_all(
        """(blocks) => blocks.map((block) => [
             block.querySelector('.opblock-summary-method').textContent.toLowerCase(),
             block.querySelector('[data-path]').dataset.path])"""
    )
    assert sorted(map(tuple, shown)) == sorted((method, path) for path, item in PATHS.items() for method in item)


def test_an_operation_says_what_may_go_wrong(open_page: Callable[..., Page]) -> None:
    shown = operation(open_page("/docs"), "deleteList")
    expect(shown.locator("tr.response[data-code='412']")).to_contain_text("version_mismatch")
    expect(shown.locator("tr.response[data-code='404']")).to_contain_text("not_found")


def test_the_address_of_an_operation_can_be_kept(open_page: Callable[..., Page]) -> None:
    page = open_page("/docs")
    operation(page, "getLists")
    assert page.url.endswith("/docs#/Lists/getLists")
    page.reload()
    expect(page.locator("#operations-Lists-getLists .opblock-body")).to_be_visible()


def test_whoever_is_logged_in_tries_it_as_themselves(person: Visitor) -> None:
    reply = tried(person.open("/docs"), "postLists", {"title": "Tried in a browser"})
    expect(reply).to_contain_text("201")
    assert [each["title"] for each in person.account.get("/v1/lists")] == ["Tried in a browser"]


def test_a_stranger_tries_it_with_a_token(person: Visitor, open_page: Callable[..., Page], troubles: Troubles) -> None:
    made = person.account.make_list("Home")
    page = open_page("/docs")
    page.get_by_role("button", name="Authorize").first.click()
    dialog = page.get_by_role("dialog")
    field = dialog.get_by_role("textbox")
    expect(field).to_be_focused()
    field.fill(person.account.token)
    field.press("Enter")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(page.get_by_role("button", name="Authorize").first).to_be_focused()
    expect(tried(page, "getLists")).to_contain_text(made["id"])
    assert troubles.left() == []


def test_a_stranger_without_a_token_is_told(open_page: Callable[..., Page], troubles: Troubles) -> None:
    troubles.allow("status 401: GET .*/v1/lists")
    expect(tried(open_page("/docs"), "getLists")).to_contain_text("unauthenticated")


def test_it_is_tried_where_it_is_read(open_page: Callable[..., Page]) -> None:
    """A service may be known under another address; the page could not reach that one."""
    page = open_page("/docs")
    page.route(
        "**/openapi.json",
        lambda route: route.fulfill(
            json={**route.fetch().json(), "servers": [{"url": "https://todo.example.org"}]},
        ),
    )
    page.reload()
    expect(tried(page, "getIndex")).to_contain_text("200")


@in_one_look
def test_all_of_it_is_accessible(
    people: Callable[..., Visitor], axe: Callable[..., None], viewport: tuple[int, int], colours: str
) -> None:
    page = people(viewport=viewport, colours=colours, touch=viewport == PHONE).open("/docs")
    page.locator(".opblock").first.wait_for()
    axe(page)
    tried(page, "postLists", {"title": "Home"})
    operation(page, "deleteList")
    operation(page, "patchTask").get_by_role("button", name="Try it out").click()
    axe(page)
    page.get_by_role("button", name="Authorize").first.click()
    page.get_by_role("dialog").wait_for()
    axe(page, within=".dialog-ux")
    page.keyboard.press("Escape")
    page.locator("section.models .models-control").click()
    page.get_by_role("button", name="TaskPatch", exact=True).first.click()
    axe(page, within="section.models")
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth"), "it is wider than the screen"


def test_without_scripts_it_says_where_the_document_is(visitor: Callable[..., Visitor]) -> None:
    page = visitor(java_script_enabled=False).open("/docs")
    expect(page.get_by_role("link", name="/openapi.json")).to_be_visible()
