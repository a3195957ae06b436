"""The base of the tests in this folder: it notices trouble, and lets other tests live."""

import asyncio
from collections.abc import Callable

import pytest
from browsing import PHONE, Loop, Troubles, Visitor
from playwright.sync_api import Error, Page
from service import Service

# Strings that a page never says by itself.
TROUBLE = {
    "an error on the console": ("() => console.error('oh dear')", "console: oh dear"),
    "an error that nobody catches": (
        "() => new Promise((done) => { setTimeout(() => { done(); throw new Error('oh no'); }); })",
        "page error: .*oh no",
    ),
    "a promise that nobody catches": ("() => { Promise.reject(new Error('never')); }", "page error: .*never"),
    "a reply that is an error": ("() => fetch('/v1/lists').then(() => {})", "status 401: GET .*/v1/lists"),
    "what the policy forbids": (
        """() => new Promise((done) => {
          const sheet = Object.assign(document.createElement('link'), { rel: 'stylesheet', href: 'data:text/css,' });
          sheet.onerror = () => done();
          document.head.append(sheet);
        })""",
        "console: .*Content Security Policy",
    ),
    "another host": ("() => fetch('https://example.org/').catch(() => {})", "Content Security Policy"),
}


# HTML made of text is forbidden on the page, for tests as well.
_SHOW = """(names) => {
  const main = document.createElement('main');
  for (const name of names) main.append(Object.assign(document.createElement(name), { textContent: 'To-do' }));
  main.querySelector('img')?.setAttribute('src', 'data:,');
  document.body.replaceChildren(main);
}"""


@pytest.mark.parametrize(("script", "said"), TROUBLE.values(), ids=TROUBLE)
def test_trouble_on_a_page_is_noticed(
    open_page: Callable[..., Page], troubles: Troubles, script: str, said: str
) -> None:
    page = open_page("/")
    assert troubles.left() == []
    page.evaluate(script)
    page.wait_for_function("() => new Promise((done) => setTimeout(done))")
    assert troubles.left()
    troubles.allow(said)
    assert troubles.left() == []


def test_a_request_to_another_host_is_noticed(visitor: Callable[..., Visitor], troubles: Troubles) -> None:
    page = visitor().context.new_page()
    with pytest.raises(Error):
        page.goto("https://example.org/")
    assert len(troubles.left()) == 2
    troubles.allow("outside: GET https://example.org/", "failed: GET https://example.org/: net::ERR_NAME_NOT_RESOLVED")


def test_a_person_has_the_cookie_of_a_session(person: Visitor) -> None:
    assert "todo_session" in {cookie["name"] for cookie in person.context.cookies(person.service.url)}
    assert '"signed_in": true' in str(person.open("/").get_attribute("meta[name=todo]", "content"))


def test_a_browser_has_what_it_was_made_with(open_page: Callable[..., Page]) -> None:
    page = open_page(
        "/", locale="es-ES", time_zone="America/Bogota", viewport=PHONE, scale=2, colours="dark", touch=True
    )
    assert page.evaluate(
        """() => [navigator.language, Intl.DateTimeFormat().resolvedOptions().timeZone, innerWidth, devicePixelRatio,
                  matchMedia('(prefers-color-scheme: dark)').matches, matchMedia('(pointer: coarse)').matches]"""
    ) == ["es-ES", "America/Bogota", 390, 2, True, True]


def test_a_browser_can_be_cut_off(person: Visitor, troubles: Troubles) -> None:
    page = person.open("/")
    troubles.allow_disconnected()
    with person.offline():
        assert page.evaluate("() => fetch('/v1').then(() => true, () => navigator.onLine)") is False
    assert page.evaluate("() => fetch('/v1').then((reply) => reply.status)") == 200


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_the_service_comes_back_with_its_data(service: Service, person: Visitor, troubles: Troubles, end: str) -> None:
    made = person.account.make_list("Home")
    page = person.open("/")
    troubles.allow_disconnected()
    getattr(service, end)()
    assert page.evaluate("() => fetch('/v1').then(() => true, () => false)") is False
    service.start()
    page.reload()
    assert [each["id"] for each in person.account.get("/v1/lists")] == [made["id"]]


def test_a_test_may_have_a_service_of_its_own(own_service: Callable[..., Service]) -> None:
    reply = own_service(sign_up="closed").ask("POST", "/v1/accounts", {"email": "a@example.org", "password": "x" * 12})
    assert reply.status == 403


def test_what_is_not_accessible_is_told(open_page: Callable[..., Page], axe: Callable[..., None]) -> None:
    page = open_page("/")
    page.evaluate(_SHOW, ["h1", "img"])
    with pytest.raises(AssertionError, match="image-alt"):
        axe(page, within="main")
    page.evaluate(_SHOW, ["h1"])
    axe(page)


def test_others_can_run_a_loop_when_a_test_of_this_folder_is_done(person: Visitor, loop: Loop) -> None:
    async def answer() -> int:
        await asyncio.sleep(0)
        return 42

    page = person.open("/")
    loop.unset()
    assert asyncio.run(answer()) == 42
    loop.set()
    assert page.evaluate("() => fetch('/v1').then((reply) => reply.status)") == 200
