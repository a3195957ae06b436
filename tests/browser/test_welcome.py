"""`/` for a stranger: what this is, drawn by the server, with script and without."""

from collections.abc import Callable

import pytest
from browsing import PHONE, Visitor
from playwright.sync_api import Page, expect
from service import Service

OpenPage = Callable[..., Page]


@pytest.mark.parametrize(
    ("locale", "said", "log_in", "sign_up"),
    [
        ("en-GB", "To-do lists for yourself", "Log in", "Sign up"),
        ("es-MX", "Listas de tareas", "Iniciar sesión", "Registrarse"),
    ],
)
@pytest.mark.parametrize("colours", ["light", "dark"])
def test_a_stranger_reads_what_this_is(
    open_page: OpenPage, axe: Callable[..., None], locale: str, said: str, log_in: str, sign_up: str, colours: str
) -> None:
    page = open_page("/", locale=locale, colours=colours)
    expect(page.get_by_role("main")).to_contain_text(said)
    expect(page.get_by_role("link", name=log_in)).to_be_visible()
    expect(page.get_by_role("link", name=sign_up)).to_be_visible()
    axe(page)


@pytest.mark.parametrize("viewport", [(320, 568), PHONE, (3840, 2160)])
def test_it_fits_every_screen(open_page: OpenPage, viewport: tuple[int, int]) -> None:
    page = open_page("/", viewport=viewport)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    expect(page.get_by_role("link", name="Log in")).to_be_in_viewport()


def test_its_links_lead_in(open_page: OpenPage) -> None:
    page = open_page("/")
    page.get_by_role("link", name="Log in").click()
    expect(page.get_by_role("button", name="Log in")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="To-do")).to_be_visible()


def test_without_script_it_is_the_same_and_every_other_address_says_what_is_missing(
    visitor: Callable[..., Visitor], service: Service
) -> None:
    page = visitor(java_script_enabled=False).open("/")
    expect(page.get_by_role("link", name="Log in")).to_be_visible()
    page.get_by_role("link", name="Log in").click()
    assert page.url == f"{service.url}/log-in"
    expect(page.get_by_role("main")).to_contain_text("This page needs JavaScript")
    expect(page.get_by_role("link", name="How programs use it")).to_be_visible()


def test_who_is_logged_in_never_sees_it(person: Visitor) -> None:
    page = person.open("/")
    expect(page).to_have_url(f"{person.service.url}/today")
