"""A person's way through everything: in two languages, by keyboard, with a finger, with others, on a bad network."""

import email
import re
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from email import policy
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sharing
from browsing import PHONE, Troubles, Visitor, holding
from clients import PASSWORD, Person
from playwright.sync_api import Locator, Page, expect
from saving import require_stored
from service import Service

from todo.web.locales import get_locale

Item = dict[str, Any]
People = Callable[..., Visitor]

# What has the focus, if one could not see it: nowhere, or without an outline around it. Where a view begins the focus
# is on its heading, for whoever hears it.
_UNSEEN = """() => {
  const element = document.activeElement;
  if (!element || element === document.body) return 'nowhere';
  if (element.matches('h1, main, .panel')) return '';
  const { outlineStyle, outlineWidth } = getComputedStyle(element);
  const isSeen = outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2;
  return isSeen && element.checkVisibility({ opacityProperty: true }) ? '' : element.outerHTML.slice(0, 200);
}"""
_NAME = """() => {
  const element = document.activeElement;
  return (element.getAttribute('aria-label') ?? element.labels?.[0]?.textContent ?? element.textContent).trim();
}"""


def new_address(name: str = "ann") -> str:
    """An address that nobody has."""
    return f"{name}-{uuid.uuid4()}@journeys.example.org"


def person_of(service: Service, address: str) -> Person:
    """Somebody who signed up by the page, in the API's words."""
    reply = service.ask("POST", "/v1/sessions", {"email": address, "password": PASSWORD})
    assert reply.status == 201, reply.body
    return Person(service, address, reply.json["account"]["id"], reply.json["token"]["secret"])  # type: ignore[arg-type]  # a door


def row(page: Page, title: str) -> Locator:
    """The task of a title, as a line of a list."""
    return page.locator(".task").filter(has=page.locator(".task-title", has_text=title))


def titles(page: Page, *expected: str) -> None:
    """Exactly these are shown, in this order."""
    expect(page.locator(".task-title")).to_have_text(list(expected))


def saved(page: Page) -> None:
    """Wait until there is nothing left to send."""
    expect(page.locator(".connection")).to_have_count(0)


def add(page: Page, *lines: str) -> None:
    """Write tasks into the line at the end of the view."""
    for line in lines:
        page.locator(".quick-add-input").fill(line)
        page.locator(".quick-add-input").press("Enter")


class Keyboard:
    """A person who has nothing but a keyboard. After each key the focus is somewhere, and can be seen."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, *keys: str) -> None:
        """Press keys, one after the other."""
        for key in keys:
            self.page.keyboard.press(key)
            self.require_seen(f"after {key}")

    def write(self, text: str) -> None:
        """Write where the focus is."""
        self.page.keyboard.type(text)

    def tab_to(self, name: str | re.Pattern[str], key: str = "Tab", most: int = 80) -> None:
        """Go on with the tab key until this has the focus, and look at every stop on the way."""
        passed = []
        for _ in range(most):
            self.page.keyboard.press(key)
            self.require_seen(f"on the way to {name}")
            passed.append(self.page.evaluate(_NAME))
            if re.fullmatch(name, passed[-1]):
                return
        raise AssertionError(f"the tab key does not come to {name}, but to {passed}")

    def require_seen(self, when: str) -> None:
        """The focus comes to rest where one sees it."""
        for _ in range(40):
            unseen = self.page.evaluate(_UNSEEN)
            if not unseen:
                return
            self.page.wait_for_timeout(50)
        raise AssertionError(f"{when} the focus is not to be seen: {unseen}")


# -- through everything -----------------------------------------------------------------------------------------------

_ENGLISH = {
    "locale": "en-GB",
    "zone": "Europe/London",
    "line": "Pay rent tomorrow 9am #money !1 every month",
    "title": "Pay rent",
    "label": "money",
}
_SPANISH = {
    "locale": "es-ES",
    "zone": "Europe/Madrid",
    "line": "Pagar el alquiler mañana a las 9 #dinero !1 cada mes",
    "title": "Pagar el alquiler",
    "label": "dinero",
}


@pytest.mark.parametrize("words", [_ENGLISH, _SPANISH], ids=["English", "Spanish"])
def test_from_signing_up_to_logging_out(service: Service, visitor: Callable[..., Visitor], words: Any) -> None:
    say = get_locale(words["locale"][:2]).translate
    page, address = visitor(locale=words["locale"], time_zone=words["zone"]).open("/"), new_address()
    expect(page.locator("html")).to_have_attribute("lang", words["locale"][:2])
    page.get_by_role("link", name=say("Sign up")).click()
    page.locator("[name=name]").fill("Lucía")
    page.locator("[name=email]").fill(address)
    page.locator("[name=password]").fill(PASSWORD)
    page.get_by_role("button", name=say("Sign up")).click()
    expect(page).to_have_url(re.compile("/today$"))
    expect(page.locator("html")).to_have_attribute("lang", words["locale"][:2])
    person = person_of(service, address)

    # The first list, and a line that says everything.
    page.get_by_role("button", name=say("Add a list")).click()
    page.keyboard.type("Casa")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Casa")).to_be_visible()
    page.locator(".quick-add-input").fill(words["line"])
    for part in (words["title"], words["label"]):
        expect(page.locator("#quick-add-preview")).to_contain_text(part)
    page.keyboard.press("Enter")
    titles(page, words["title"])
    require_stored(page, person, lambda tasks: len(tasks) == 1)
    [rent] = person.get("/v1/tasks")
    tomorrow = (datetime.now(ZoneInfo(words["zone"])) + timedelta(days=1)).date()
    assert (rent["title"], rent["labels"], rent["priority"]) == (words["title"], [words["label"]], 4)
    assert rent["due"]["at"].startswith(f"{tomorrow}T09:00:00")
    assert (rent["due"]["time_zone"], rent["due"]["recurrence"]) == (words["zone"], "FREQ=MONTHLY")

    # Edited, dated, put below another one.
    add(page, "Pan", "Leche")
    row(page, "Pan").locator(".task-title").click()
    page.locator(".task-edit").fill("Pan de centeno")
    page.keyboard.press("Enter")
    page.keyboard.press("d")
    picker = page.get_by_role("dialog", name=say("Due"))
    picker.get_by_role("button", name=re.compile(f"^{say('Today')}")).click()
    expect(row(page, "Pan de centeno").locator(".task-due")).to_have_text(say("Today"))
    row(page, "Leche").locator(".task-check").focus()
    page.keyboard.press("Alt+ArrowRight")
    expect(row(page, "Pan de centeno").locator(".task-fold")).to_be_attached()

    # Completed, and taken back.
    row(page, "Leche").locator(".task-check").check()
    require_stored(page, person, lambda tasks: any(task["completed"] for task in tasks))
    page.get_by_role("button", name=say("Undo")).click()
    require_stored(page, person, lambda tasks: not any(task["completed"] for task in tasks))
    by_title = {task["title"]: task for task in person.get("/v1/tasks")}
    assert by_title["Leche"]["parent_id"] == by_title["Pan de centeno"]["id"]

    # Everywhere else.
    ways = page.locator("#sidebar")
    ways.get_by_role("link", name=say("Today"), exact=True).click()
    titles(page, "Pan de centeno")
    ways.get_by_role("link", name=say("Upcoming")).click()
    expect(row(page, words["title"])).to_be_visible()
    ways.get_by_role("link", name=say("Search")).click()
    page.get_by_role("searchbox").fill("centeno")
    titles(page, "Pan de centeno")
    ways.get_by_role("link", name=words["label"]).click()
    titles(page, words["title"])
    row(page, words["title"]).locator(".task-check").focus()
    page.keyboard.press("Delete")
    expect(page.locator(".task")).to_have_count(0)
    saved(page)
    ways.get_by_role("link", name=say("Trash")).click()
    page.get_by_role("button", name=say("Restore")).click()
    expect(page.locator(".trashed")).to_have_count(0)
    require_stored(page, person, lambda tasks: len(tasks) == 3)
    ways.get_by_role("link", name=say("Activity")).click()
    expect(page.locator(".activity-entry").first).to_contain_text(words["title"])
    page.locator(".person-button").click()
    page.get_by_role("menuitem", name=say("Settings")).click()
    page.locator("[name=name]").fill("Lucía la Segunda")
    page.get_by_role("button", name=say("Save")).click()
    expect(page.locator(".person-button")).to_contain_text("Lucía la Segunda")
    page.locator(".person-button").click()
    page.get_by_role("menuitem", name=say("Log out")).click()
    expect(page.get_by_role("link", name=say("Log in"))).to_be_visible()
    assert person.get("/v1/me")["name"] == "Lucía la Segunda"


def test_by_keyboard_alone(service: Service, visitor: Callable[..., Visitor]) -> None:
    page, address = visitor().open("/"), new_address()
    keys = Keyboard(page)
    keys.tab_to("Sign up")
    keys.press("Enter")
    expect(page.get_by_label("Your name")).to_be_focused()
    keys.write("Ann")
    keys.press("Tab")
    keys.write(address)
    keys.press("Tab")
    keys.write(PASSWORD)
    keys.press("Enter")
    expect(page).to_have_url(re.compile("/today$"))
    person = person_of(service, address)

    keys.tab_to("Add a list", "Shift+Tab")
    keys.press("Enter")
    keys.write("Home")
    keys.press("Enter")
    expect(page.get_by_role("heading", name="Home")).to_be_visible()
    keys.press("q")
    for line in ("Bread", "Milk", "Cheese tomorrow"):
        keys.write(line)
        keys.press("Enter")
    titles(page, "Bread", "Milk", "Cheese")
    keys.press("Escape", "Home", "Enter")
    keys.write(" and butter")
    keys.press("Enter")
    titles(page, "Bread and butter", "Milk", "Cheese")
    keys.press("d")
    expect(page.get_by_role("dialog", name="Due")).to_be_visible()
    keys.write("today")
    keys.press("Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(row(page, "Bread and butter").locator(".task-due")).to_have_text("Today")
    keys.press("ArrowDown", "Alt+ArrowRight", "1", "Space")
    require_stored(page, person, lambda tasks: any(task["completed"] for task in tasks))
    keys.press("z")
    require_stored(page, person, lambda tasks: not any(task["completed"] for task in tasks))

    # The panel, and back to the row.
    keys.press("Home", "o")
    panel = page.locator(".panel")
    expect(panel).to_be_visible()
    keys.tab_to("Edit the notes")
    keys.press("Enter")
    keys.write("Rye")
    keys.press("Control+Enter", "Escape")
    expect(panel).to_have_count(0)
    expect(row(page, "Bread and butter").locator(":focus")).to_have_count(1)

    # Several at once.
    keys.press("End", "x", "ArrowUp", "x")
    keys.tab_to("Select nothing")
    keys.press("Enter")
    expect(page.get_by_role("toolbar")).to_have_count(0)

    # The list itself.
    keys.tab_to("More for this list", "Shift+Tab")
    keys.press("Enter", "Enter")
    expect(page.get_by_label("Title of the list")).to_be_focused()
    keys.write("Sweet home")
    keys.press("Enter")
    expect(page.get_by_role("heading", name="Sweet home")).to_be_visible()
    keys.tab_to("Share", "Tab")
    keys.press("Enter")
    keys.tab_to("Email")
    keys.write("bob@example.org")
    keys.press("Enter")
    expect(page.get_by_role("list", name="Open invitations")).to_be_visible()
    keys.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)

    # Everywhere else.
    keys.press("g", "t")
    titles(page, "Bread and butter")
    keys.press("g", "u")
    expect(row(page, "Cheese")).to_be_visible()
    keys.press("/")
    keys.write("butter")
    titles(page, "Bread and butter")
    keys.tab_to(re.compile("Complete “Bread and butter”"))
    keys.press("Delete")
    expect(page.locator(".task")).to_have_count(0)
    saved(page)
    keys.tab_to("Trash", "Shift+Tab")
    keys.press("Enter")
    expect(page.get_by_role("heading", name="Trash")).to_be_visible()
    expect(page.get_by_role("button", name="Restore “Bread and butter”")).to_be_visible()
    keys.tab_to("Restore “Bread and butter”")
    keys.press("Enter")
    require_stored(page, person, lambda tasks: len(tasks) == 3)
    keys.tab_to("Activity", "Shift+Tab")
    keys.press("Enter")
    expect(page.locator(".activity-entry").first).to_be_visible()
    keys.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    keys.press("Escape")
    keys.tab_to(re.compile("Ann: settings, log out"), "Shift+Tab")
    keys.press("Enter", "End")
    # Where the focus is need not be looked at any more: the page is left.
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Log in")).to_be_visible()


def test_with_a_finger(service: Service, visitor: Callable[..., Visitor]) -> None:
    page, address = visitor(viewport=PHONE, touch=True).open("/"), new_address()
    page.get_by_role("link", name="Sign up").tap()
    page.get_by_label("Your name").fill("Ann")
    page.get_by_label("Email").fill(address)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign up").tap()
    expect(page).to_have_url(re.compile("/today$"))
    person = person_of(service, address)
    page.get_by_role("button", name="Menu").tap()
    page.get_by_role("button", name="Add a list").tap()
    page.get_by_label("Title of the new list").fill("Home")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Home")).to_be_visible()
    expect(page.locator(".shell")).to_have_attribute("data-menu", "closed")
    require_fits(page)
    page.locator(".quick-add-input").tap()
    for line in ("Bread", "Milk tomorrow #errands", "Cheese"):
        page.locator(".quick-add-input").fill(line)
        page.get_by_role("button", name="Add", exact=True).tap()
    titles(page, "Bread", "Milk", "Cheese")
    row(page, "Bread").locator(".task-title").tap()
    page.locator(".task-edit").fill("Rye bread")
    page.locator(".task-edit").press("Enter")
    row(page, "Rye bread").locator(".task-open").tap()
    panel = page.get_by_role("dialog", name="Task: Rye bread")
    expect(panel).to_be_visible()
    require_fits(page)
    panel.locator("[data-fact=due]").tap()
    picker = page.get_by_role("dialog", name="Due")
    require_fits(page)
    picker.get_by_role("button", name=re.compile("^Today")).tap()
    expect(panel.locator("[data-fact=due]")).to_contain_text("Today")
    panel.get_by_label("Add a subtask").fill("Sliced")
    panel.get_by_label("Add a subtask").press("Enter")
    panel.get_by_role("button", name="Close", exact=True).tap()
    expect(panel).to_have_count(0)
    titles(page, "Rye bread", "Sliced", "Milk", "Cheese")
    row(page, "Cheese").locator(".task-check").tap()
    page.get_by_role("button", name="Undo").tap()
    require_stored(page, person, lambda tasks: len(tasks) == 4 and not any(task["completed"] for task in tasks))
    for name, heading in (("Today", "Today"), ("Upcoming", "Upcoming"), ("Trash", "Trash"), ("Activity", "Activity")):
        page.get_by_role("button", name="Menu").tap()
        page.locator("#sidebar").get_by_role("link", name=name, exact=True).tap()
        expect(page.get_by_role("heading", name=re.compile(f"^{heading}")).first).to_be_visible()
        require_fits(page)
    page.get_by_role("link", name="Search").first.tap()
    page.get_by_role("searchbox").fill("errands")
    titles(page, "Milk")
    require_fits(page)
    page.get_by_role("button", name="Menu").tap()
    page.locator(".person-button").tap()
    page.get_by_role("menuitem", name="Settings").tap()
    expect(page.get_by_role("heading", name="Profile")).to_be_visible()
    require_fits(page)
    page.get_by_role("button", name="Menu").tap()
    page.locator(".person-button").tap()
    page.get_by_role("menuitem", name="Log out").tap()
    expect(page.get_by_role("link", name="Log in")).to_be_visible()


def require_fits(page: Page) -> None:
    """Nothing is beyond the edge of the screen."""
    wide, most = page.evaluate("() => [document.documentElement.scrollWidth, innerWidth]")
    assert wide <= most, f"{page.url} is {wide} wide"


# -- with others ------------------------------------------------------------------------------------------------------


def test_two_people_on_one_list(service: Service, people: People, troubles: Troubles) -> None:
    troubles.allow_disconnected()
    troubles.allow("status 412")
    ann, bob = people("Ann"), people("Bob")
    made = ann.account.make_list("Our house")
    page = ann.open(f"/lists/{made['id']}")
    page.get_by_role("button", name="Share").click()
    page.get_by_role("dialog").get_by_label("Email").fill(bob.account.email)
    page.get_by_role("button", name="Invite", exact=True).click()
    expect(page.get_by_role("list", name="Open invitations")).to_be_visible()
    page.keyboard.press("Escape")
    theirs = bob.open("/today")
    theirs.goto(f"{service.url}/#invitation={invitation_for(theirs, service, bob.account.email)}")
    theirs.get_by_role("button", name="Join").click()
    expect(theirs.get_by_role("heading", name="Our house")).to_be_visible()
    expect(page.get_by_role("img", name="Here now: Bob")).to_be_visible()
    expect(theirs.get_by_role("img", name="Here now: Ann")).to_be_visible()

    # What one does is there at the other's.
    add(page, "Bread", "Milk")
    titles(theirs, "Bread", "Milk")
    add(theirs, "Cheese")
    titles(page, "Bread", "Milk", "Cheese")
    row(theirs, "Bread").locator(".task-check").check()
    titles(page, "Milk", "Cheese", "Bread")
    row(page, "Cheese").locator(".task-check").focus()
    page.keyboard.press("Alt+ArrowUp")
    titles(theirs, "Cheese", "Milk", "Bread")

    # Both change one title, one of them offline.
    with ann.offline():
        row(page, "Milk").locator(".task-title").click()
        page.locator(".task-edit").fill("Oat milk")
        page.locator(".task-edit").press("Enter")
        titles(page, "Cheese", "Oat milk", "Bread")
        row(theirs, "Milk").locator(".task-title").click()
        theirs.locator(".task-edit").fill("Goat milk")
        theirs.locator(".task-edit").press("Enter")
        require_stored(theirs, bob.account, lambda tasks: any(task["title"] == "Goat milk" for task in tasks))
    conflict = page.get_by_role("group", name="A conflict")
    expect(conflict).to_contain_text("Bob changed")
    conflict.get_by_role("button", name="Keep mine").click()
    expect(conflict).to_have_count(0)
    titles(page, "Cheese", "Oat milk", "Bread")
    titles(theirs, "Cheese", "Oat milk", "Bread")
    theirs.close()
    expect(page.get_by_role("img", name="Here now: Bob")).to_have_count(0)


def invitation_for(page: Page, service: Service, address: str) -> str:
    """The secret in the mail that invites somebody, once it is there."""
    for _ in range(200):
        for raw in reversed(service.mails()):
            message = email.message_from_string(raw, policy=policy.default)
            part = message.get_body(("plain",))
            if part and message["To"].addresses[0].addr_spec == address:
                found = re.search(r"todoinvitation_[\w-]+", part.get_content())
                if found:
                    return found[0]
        page.wait_for_timeout(100)
    raise AssertionError(f"no mail came to {address}")


# -- on a bad network -------------------------------------------------------------------------------------------------


def kept(page: Page) -> None:
    """Wait until the page would open without a network, with what is on it now."""
    page.wait_for_function(
        "() => navigator.serviceWorker.controller"
        " && caches.open('todo-page').then((cache) => cache.match('/log-in')).then(Boolean)"
    )
    saved(page)


def sent_keys(page: Page) -> list[str]:
    """The keys of what the page sends from now on."""
    keys: list[str] = []
    page.on(
        "request",
        lambda request: keys.append(request.headers["idempotency-key"]) if "/v1/batch" in request.url else None,
    )
    return keys


def test_offline_and_back(person: Visitor, troubles: Troubles) -> None:
    troubles.allow_disconnected()
    made = person.account.make_list("Home")
    for title in ("Bread", "Milk"):
        person.account.add(made, title)
    page = person.open(f"/lists/{made['id']}")
    titles(page, "Bread", "Milk")
    kept(page)
    with person.offline():
        add(page, "Cheese")
        row(page, "Milk").locator(".task-check").check()
        row(page, "Bread").locator(".task-title").click()
        page.locator(".task-edit").fill("Rye bread")
        page.locator(".task-edit").press("Enter")
        expect(page.get_by_text("You are offline. 3 changes are sent when you are back.")).to_be_visible()
        page.reload()
        titles(page, "Rye bread", "Cheese", "Milk")
        expect(page.get_by_text("You are offline. 3 changes are sent when you are back.")).to_be_visible()
        page.locator("#sidebar").get_by_role("link", name="Upcoming").click()
        expect(page.get_by_role("heading", name="Upcoming")).to_be_visible()
        page.goto(f"{person.service.url}/search?q=rye")
        titles(page, "Rye bread")
        keys = sent_keys(page)
    require_stored(
        page,
        person.account,
        lambda tasks: (
            sorted((task["title"], task["completed"]) for task in tasks)
            == [("Cheese", False), ("Milk", True), ("Rye bread", False)]
        ),
    )
    expect(page.get_by_text("You are offline.")).to_have_count(0)
    saved(page)
    assert len(keys) == len(set(keys)) == 3


@contextmanager
def slow(page: Page) -> Iterator[None]:
    """A network as in a train: 400 ms to the service and back, 50 KB a second."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    slowness = {"offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
    session.send("Network.emulateNetworkConditions", slowness)
    yield
    session.detach()


def test_on_a_slow_network_nothing_waits(people: People) -> None:
    person = people(service_workers="block")
    made = person.account.make_list("Home")
    person.account.add(made, "Bread", due={"date": "2020-01-01"})
    page = person.context.new_page()
    with slow(page):
        page.goto(f"{person.service.url}/lists/{made['id']}")
        titles(page, "Bread")
        answered: list[str] = []
        page.on("response", lambda response: answered.append(response.url) if "/v1/batch" in response.url else None)
        # Whoever writes before the second script is there is understood all the same.
        add(page, "Milk tomorrow")
        titles(page, "Bread", "Milk")
        add(page, "Cheese", "Eggs")
        row(page, "Bread").locator(".task-check").check()
        titles(page, "Milk", "Cheese", "Eggs", "Bread")
        assert len(answered) < 5, "nothing was done before it was answered"
        page.locator("#sidebar").get_by_role("link", name="Upcoming").click()
        expect(row(page, "Milk").locator(".task-due")).to_be_visible()
        page.go_back()
        saved(page)
    require_stored(
        page, person.account, lambda tasks: len(tasks) == 4 and sum(task["completed"] for task in tasks) == 1
    )


def test_what_is_done_on_a_slow_network_is_seen_at_once(people: People) -> None:
    person = people(service_workers="block")
    made = person.account.make_list("Home")
    page = person.open(f"/lists/{made['id']}")
    expect(page.locator(".quick-add-input")).to_be_visible()
    page.wait_for_load_state("networkidle")
    with slow(page):
        page.evaluate(
            """() => {
              window.seen = new Promise((done) => {
                const looking = new MutationObserver(() => document.querySelector('.task') && done(performance.now()));
                looking.observe(document.body, { childList: true, subtree: true });
              });
              document.querySelector('.quick-add').addEventListener(
                'submit', () => { window.began = performance.now(); }, true);
            }"""
        )
        add(page, "Bread")
        assert page.evaluate("() => window.seen.then((at) => at - window.began)") < 350


@pytest.mark.parametrize("script", ["doors", "more"])
def test_a_part_of_the_page_that_did_not_come_is_asked_for_again(
    person: Visitor, open_page: Callable[..., Page], troubles: Troubles, script: str
) -> None:
    troubles.allow(rf"/{script}\.\w+\.js")
    page = open_page("/") if script == "doors" else person.open("/today")
    page.context.route(f"**/{script}.*.js", lambda route: route.abort())
    page.goto(f"{person.service.url}/{'log-in' if script == 'doors' else 'trash'}")
    again = page.get_by_role("button", name="Try again")
    expect(again).to_be_visible()
    page.context.unroute(f"**/{script}.*.js")
    again.click()
    expect(page.get_by_role("heading", name="Log in" if script == "doors" else "Trash")).to_be_visible()


def test_a_login_that_ends_in_the_middle_loses_nothing(person: Visitor, service: Service, troubles: Troubles) -> None:
    troubles.allow("status 401", "WebSocket")
    made = person.account.make_list("Home")
    task = person.account.add(made, "Bread")
    page = person.open(f"/lists/{made['id']}?task={task['id']}")
    panel = page.locator(".panel")
    expect(panel).to_be_visible()
    page.wait_for_load_state("networkidle")
    with holding(page, "**/v1/batch") as until_asked:
        panel.get_by_role("textbox", name="Title").fill("Rye bread")
        panel.get_by_role("textbox", name="Title").press("Enter")
        until_asked()
        assert person.account.ask("DELETE", "/v1/sessions/current").status == 204
    dialog = page.get_by_role("dialog", name="Log in again")
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    page.goto(f"{service.url}/lists/{made['id']}")
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    add(page, "Milk")
    titles(page, "Rye bread", "Milk")
    page.locator(".standing-notice").get_by_role("button", name="Log in").click()
    dialog.get_by_label("Password", exact=True).fill(PASSWORD)
    dialog.get_by_role("button", name="Log in").click()
    expect(dialog).to_have_count(0)
    again = person_of(service, person.account.email)
    require_stored(page, again, lambda tasks: [task["title"] for task in tasks] == ["Rye bread", "Milk"])
    again.add(made, "Cheese")
    titles(page, "Rye bread", "Milk", "Cheese")


def test_a_restart_of_the_service_is_lived_through(people: People, service: Service, troubles: Troubles) -> None:
    troubles.allow_disconnected()
    ann, bob = people("Ann"), people("Bob")
    made = ann.account.make_list("Home")
    sharing.join(ann.account, made, bob.account, "editor")
    page, theirs = ann.open(f"/lists/{made['id']}"), bob.open(f"/lists/{made['id']}")
    add(page, "Bread")
    titles(theirs, "Bread")
    service.stop()
    add(page, "Milk")
    titles(page, "Bread", "Milk")
    service.start()
    # Not everybody comes back in the same moment.
    expect(theirs.locator(".task-title")).to_have_text(["Bread", "Milk"], timeout=30_000)
    add(theirs, "Cheese")
    titles(page, "Bread", "Milk", "Cheese")
    saved(page)
    expect(page.get_by_role("img", name="Here now: Bob")).to_be_visible()
