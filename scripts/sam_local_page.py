"""The page under `sam local`: its files as they are sent, and a person who uses it in Chromium.

The emulator answers one request at a time and has no WebSocket API, as where sockets are not let through: the page
asks by the clock then, and says nothing of it.
"""

import gzip
import json
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html import unescape
from pathlib import Path

import httpx
from sam_local import require

_ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(_ROOT / "tests"))

from browsing import Troubles, chromium, context_options, find_chromium  # noqa: E402
from playwright.sync_api import Browser, Page, WebSocket, expect  # noqa: E402

_PATIENCE = 30_000  # milliseconds
# What the page does where no socket opens (src/todo/web/app/store/live.js).
_TRIES = 2
_POLLS_EVERY = 30_000
_MOST_POLLS = 15
_EMAIL = "grace@example.org"
_PASSWORD = "correct horse battery staple"  # noqa: S105
_ICONS = _ROOT / "src/todo/web/icons"


def visit(address: str) -> None:
    """Read the files, and use the page. Raises AssertionError."""
    check_files(address)
    executable = find_chromium()
    if executable is None:
        print("     SKIPPED: the page in a browser: there is no Chromium (apt-get install chromium)")
        return
    expect.set_options(timeout=_PATIENCE)
    with chromium(executable) as (_playwright, browser):
        read_what_it_is(browser, address)
        live_in_it(browser, address)


def check_files(address: str) -> None:
    """Every kind of file comes whole, compressed where it should be, and may be kept."""
    with httpx.Client(base_url=address, timeout=60) as client:
        document = client.get("/").raise_for_status()
        facts = json.loads(unescape(found(r'<meta name="todo" content="([^"]+)"', document.text)))
        static: str = facts["static"]
        require(facts["languages"] == ["en", "es"] and facts["sign_up"] == "open", f"the document's facts: {facts}")
        scripts = ("app.en.js", "app.es.js", "more.en.js", "doors.en.js", "docs.js")
        for name in (*scripts, "style.css", "more.css", "licences.txt"):
            sent = {"Accept-Encoding": "gzip"}
            with client.stream("GET", f"{static}/{name}", headers=sent) as reply:
                packed = b"".join(reply.iter_raw())
            require(reply.status_code == 200, f"{name}: {reply.status_code}")
            require(reply.headers.get("Content-Encoding") == "gzip", f"{name} is compressed")
            require("immutable" in reply.headers["Cache-Control"], f"{name} may be kept for ever")
            plain = client.get(f"{static}/{name}", headers={"Accept-Encoding": "identity"})
            require("Content-Encoding" not in plain.headers, f"{name} is not compressed for who does not take that")
            require(gzip.decompress(packed) == plain.content, f"{name} is the same both ways")
        for path in _ICONS.glob("*.png"):
            require(client.get(f"{static}/{path.name}").content == path.read_bytes(), f"{path.name} is whole")
        require(client.get("/favicon.ico").content == (_ICONS / "favicon.ico").read_bytes(), "favicon.ico is whole")
        other = client.get("/static/0123456789abcdef/style.css")
        require(
            (other.status_code, other.headers["Cache-Control"]) == (200, "no-store"),
            "of another version the present file is sent, and not kept",
        )
        require(client.get(f"{static}/nothing.js").status_code == 404, "a file that is not there is not found")
    print("     the page's files came whole")


def read_what_it_is(browser: Browser, address: str) -> None:
    """A stranger reads what this is, in two languages."""
    for locale, said in (("en-GB", "To-do lists for yourself"), ("es-MX", "Listas de tareas")):
        context = browser.new_context(**context_options(locale=locale))
        troubles = Troubles(address)
        troubles.watch(context)
        page = context.new_page()
        page.goto(address)
        expect(page.get_by_role("main")).to_contain_text(said)
        expect(page.locator("html")).to_have_attribute("lang", locale[:2])
        context.close()
        require(not troubles.left(), f"nothing went wrong: {troubles.left()}")
    print("     a stranger read what it is, in English and in Spanish")


def live_in_it(browser: Browser, address: str) -> None:
    """Somebody signs up and does things; the page hears of others' without sockets, and opens without a network."""
    context = browser.new_context(**context_options())
    context.set_default_timeout(_PATIENCE)
    troubles = Troubles(address)
    troubles.watch(context)
    page = context.new_page()
    sign_up(page, address)
    add_and_take_back(page)
    hear_of_others(page, address)
    # That the browser writes this in its console, no page can prevent.
    troubles.allow(r"^console: WebSocket connection to 'ws://[^']+' failed: .*Unexpected response code: 4\d\d$")
    page.evaluate("navigator.serviceWorker.ready.then(() => {})")
    require(not troubles.left(), f"nothing went wrong: {troubles.left()}")

    context.set_offline(True)
    page.reload()
    expect(page.locator(".task-title")).to_have_text(["Water the plants", "Feed the cat"])
    context.close()
    print("     without a network it opened, and had everything")


def sign_up(page: Page, address: str) -> None:
    """Fill in the form, and be there with a cookie that no script reads."""
    page.goto(f"{address}/sign-up")
    page.get_by_label("Your name").fill("Grace")
    page.get_by_label("Email").fill(_EMAIL)
    page.get_by_label("Password", exact=True).fill(_PASSWORD)
    page.get_by_role("button", name="Sign up").click()
    expect(page.get_by_text("Nothing is due today.")).to_be_visible()
    (session,) = (each for each in page.context.cookies() if "todo_session" in each["name"])
    require((session["name"], session["httpOnly"], session["secure"]) == ("todo_session", True, False), "the cookie")


def add_and_take_back(page: Page) -> None:
    """Add a task by the line, complete it, take that back; after a reload it is still so."""
    tasks = page.locator(".task-title")
    line = page.locator(".quick-add-input")
    line.fill("Water the plants !1")
    with saving(page, "/v1/batch"):
        line.press("Enter")
        expect(tasks).to_have_text(["Water the plants"])
    with saving(page, "/v1/batch"):
        page.locator(".task-check").click()
        expect(tasks).to_have_count(0)
    with saving(page, "/undo"):
        page.get_by_role("button", name="Undo").click()
        expect(tasks).to_have_text(["Water the plants"])
    page.reload()
    expect(tasks).to_have_text(["Water the plants"])
    print("     somebody signed up; added, completed and took back")


def hear_of_others(page: Page, address: str) -> None:
    """Where no socket opens, the page asks by the clock, and says nothing of it."""
    sockets: list[WebSocket] = []
    page.on("websocket", lambda socket: sockets.append(socket))  # noqa: PLW0108  # Playwright marks what it is given
    page.clock.install()
    page.reload()
    tasks = page.locator(".task-title")
    expect(tasks).to_have_text(["Water the plants"])
    require(wait_for(page, lambda: len(sockets) == _TRIES), "sockets are tried")
    add_elsewhere(address, "Feed the cat")

    def polls() -> bool:
        page.clock.fast_forward(_POLLS_EVERY)
        page.wait_for_timeout(1000)
        return tasks.count() > 1

    require(any(polls() for _ in range(_MOST_POLLS)), "what was done elsewhere is shown")
    expect(tasks).to_have_text(["Water the plants", "Feed the cat"])
    expect(page.get_by_text("offline")).to_have_count(0)
    require(len(sockets) == _TRIES, "no more sockets are tried while it polls")
    print("     without sockets the page asked by the clock")


@contextmanager
def saving(page: Page, path: str) -> Iterator[None]:
    """Wait until the service has taken what is done in the meantime."""
    with page.expect_response(lambda reply: reply.url.endswith(path)) as taken:
        yield
    require(taken.value.ok, f"{path} is taken: {taken.value.status}")


def add_elsewhere(address: str, title: str) -> None:
    """Add a task for today, as another device of the same person does."""
    with httpx.Client(base_url=address, timeout=60) as client:
        who = {"email": _EMAIL, "password": _PASSWORD}
        logged_in = client.post("/v1/sessions", json=who).raise_for_status().json()
        client.headers["Authorization"] = f"Bearer {logged_in['token']['secret']}"
        (its_list,) = client.get("/v1/lists").raise_for_status().json()
        (known,) = client.get("/v1/tasks").raise_for_status().json()
        task = {"title": title, "due": {"date": known["due"]["date"]}}
        client.post(f"{its_list['url']}/tasks", json=task).raise_for_status()


def wait_for(page: Page, what: Callable[[], bool]) -> bool:
    """Whether something becomes so, while the browser goes on."""
    for _ in range(_PATIENCE // 100):
        if what():
            return True
        page.wait_for_timeout(100)
    return False


def found(pattern: str, text: str) -> str:
    match = re.search(pattern, text)
    if match is None:
        raise AssertionError(f"{pattern} is not in {text}")
    return match[1]
