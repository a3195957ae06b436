"""What nobody should write, and everybody does: on the page it is text, stays in its place, and none of it is lost."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest
import sharing
from browsing import DESKTOP, Troubles, Visitor
from playwright.sync_api import Page, expect
from saving import saved
from service import Service

NARROW = (320, 640)
People = Callable[..., Visitor]

# Each of these would set this flag if it were taken for anything but text.
_HOSTILE = {
    "script": "<script>window.hit = 1</script>",
    "image": "<img src=x onerror=window.hit=1>",
    "svg": "<svg onload=window.hit=1><circle r=9 /></svg>",
    "attribute": "\" autofocus onfocus=window.hit=1 x=\"' onmouseover='window.hit=1",
    "address": "javascript:window.hit=1//",
    "template": "${window.hit=1} {{window.hit=1}} </title><!--",
    "escapes": "&lt;b&gt; &amp; \\u003cscript\\u003e %3Cscript%3E",
}
_STRANGE = {
    "turned": "\u202egnp.exe ← turned\u202e",
    "isolated": "\u2066\u2067\u2068 open, never closed",
    "emoji": "👩‍👩‍👧‍👦🏳️‍🌈" * 20 + "🎉" * 60,
    "zalgo": "Z" + "\u0335\u0321\u0347\u0311\u0313" * 30 + "algo",
    "long": "W" * 500,
    "Arabic": "شراء الخبز والحليب غدًا",
    "joined": "a\u200b\u200b\u2060\ufeffb\u00ad" * 20,
}
_TITLES = _HOSTILE | _STRANGE

_NO_DATABASE = "Object.defineProperty(window, 'indexedDB', { get() { throw new Error('no'); } });"
_FORBIDDEN_DATABASE = "IDBFactory.prototype.open = () => { throw new DOMException('no', 'SecurityError'); };"
_NO_STORAGE = """for (const name of ['localStorage', 'sessionStorage']) {
  Object.defineProperty(window, name, { get() { throw new DOMException('no', 'SecurityError'); } });
}"""

_BEYOND = """() => {
  const beyond = [];
  const look = (box) => {
    const edge = box.getBoundingClientRect();
    const texts = '.task-body, .task-title, .task-meta, .task-meta > span, h1, h2, p, dd, bdi, a, button';
    for (const each of box.querySelectorAll(texts)) {
      const isSeen = each.checkVisibility({ visibilityProperty: true, opacityProperty: true });
      if (!isSeen || each.closest('.hidden')) continue;
      const at = each.getBoundingClientRect();
      // What is cut off is within what cuts it off.
      const cutting = each.parentElement.closest('bdi, .nav-title, .person-name, .task-meta > span, .panel');
      if (cutting && getComputedStyle(cutting).overflow !== 'visible') continue;
      const isWithin = at.left >= edge.left - 1 && at.right <= edge.right + 1;
      if (at.width > 1 && !isWithin) beyond.push(each.outerHTML.slice(0, 160));
    }
  };
  document.querySelectorAll('#main, .panel, dialog').forEach(look);
  return beyond;
}"""
_OVERLAPPING = """() => {
  const rows = [...document.querySelectorAll('.task, .trashed, .activity-entry, .subtask')].map((row) => [
    row.getBoundingClientRect(), row.textContent.slice(0, 40), row.parentElement]);
  const found = [];
  for (let at = 1; at < rows.length; at += 1) {
    const [[above, , list], [below, text, other]] = [rows[at - 1], rows[at]];
    if (list === other && below.top < above.bottom - 1) found.push(text);
  }
  return found;
}"""


def require_calm(page: Page) -> None:
    """Nothing was executed, nothing is beyond its box or over another, nothing is beyond the edge of the screen."""
    assert page.evaluate("() => window.hit") is None
    wide, most = page.evaluate("() => [document.documentElement.scrollWidth, innerWidth]")
    assert wide <= most, f"{page.url} is {wide} wide"
    assert page.evaluate(_BEYOND) == []
    assert page.evaluate(_OVERLAPPING) == []
    assert page.locator("script:not([src]), iframe, object, embed, #app img").count() == 0


def texts(page: Page, selector: str) -> list[str]:
    """What these elements say, to the letter."""
    found: list[str] = page.locator(selector).evaluate_all("(all) => all.map((each) => each.textContent)")
    return found


@pytest.mark.parametrize("viewport", [NARROW, DESKTOP], ids=["narrow", "desktop"])
def test_titles_are_text_everywhere(people: People, viewport: Any) -> None:
    ann = people(viewport=viewport, touch=viewport == NARROW)
    made = ann.account.make_list("Home")
    titles = [title for title in _TITLES.values() if len(title) <= 500]
    for title in titles:
        ann.account.add(made, title, due={"date": "2020-01-01"}, labels=["l"])
    stored = [task["title"] for task in ann.account.get(f"{made['url']}/tasks")]
    page = ann.open(f"/lists/{made['id']}")
    expect(page.locator(".task")).to_have_count(len(titles))
    assert texts(page, ".task-title bdi") == stored
    require_calm(page)
    for address in ("/today", "/upcoming", "/search?q=w", f"/activity?list={made['id']}", "/labels/l"):
        page = ann.open(address)
        expect(page.locator(".task, .activity-entry").first).to_be_visible()
        require_calm(page)
        page.close()
    for task in ann.account.get(f"{made['url']}/tasks"):
        page = ann.open(f"/lists/{made['id']}?task={task['id']}")
        expect(page.locator(".panel")).to_be_visible()
        expect(page.get_by_role("textbox", name="Title")).to_have_value(task["title"])
        require_calm(page)
        page.close()
        assert ann.account.ask("DELETE", task["url"]).status == 204
    page = ann.open("/trash")
    expect(page.locator(".trashed")).to_have_count(len(titles))
    assert sorted(texts(page, ".trashed .task-body > bdi")) == sorted(stored)
    require_calm(page)


def test_what_is_written_is_what_is_kept(person: Visitor) -> None:
    made = person.account.make_list("Home")
    page = person.open(f"/lists/{made['id']}")
    field = page.locator(".quick-add-input")
    wanted = [title for name, title in _TITLES.items() if name not in ("escapes", "template")]
    for title in wanted:
        field.fill(title)
        require_calm(page)
        field.press("Enter")
    expect(page.locator(".task")).to_have_count(len(wanted))
    shown = texts(page, ".task-title bdi")
    expect(page.locator(".connection")).to_have_count(0)
    page.reload()
    expect(page.locator(".task")).to_have_count(len(wanted))
    assert texts(page, ".task-title bdi") == shown
    saved(page)
    assert [task["title"] for task in person.account.get(f"{made['url']}/tasks")] == shown
    first = page.locator(".task-title").first
    first.click()
    page.locator(".task-edit").fill(_HOSTILE["svg"])
    page.locator(".task-edit").press("Enter")
    expect(first).to_have_text(_HOSTILE["svg"])
    first.focus()
    page.keyboard.press("Delete")
    expect(page.locator(".toast-text").last).to_contain_text(_HOSTILE["svg"])
    require_calm(page)


def test_text_that_turns_around_turns_nothing_beside_it(person: Visitor) -> None:
    made = person.account.make_list("\u202etsil")
    person.account.add(made, "\u202eeltit", labels=["\u202elebal"], due={"date": "2020-01-01"}, priority=2)
    page = person.open("/today")
    expect(page.locator(".task")).to_be_visible()
    # Whatever stands after a text that turns around stands to its right, also within one line.
    order = page.evaluate(
        """() => [...document.querySelectorAll('.task-meta > span')].map((each) => each.getBoundingClientRect().left)"""
    )
    assert order == sorted(order)
    page.locator(".task-check").first.focus()
    page.keyboard.press("Delete")
    expect(page.locator(".toast")).to_be_visible()
    unguarded = page.evaluate(
        r"""() => {
          const walker = document.createTreeWalker(document.getElementById('app'), NodeFilter.SHOW_TEXT);
          const found = [];
          while (walker.nextNode()) {
            const { data, parentElement } = walker.currentNode;
            if (!/[\u202a-\u202e]/.test(data) || parentElement.closest('.hidden, [role=status]')) continue;
            const style = getComputedStyle(parentElement).unicodeBidi;
            if (!['isolate', 'plaintext', 'isolate-override'].includes(style)) found.push(parentElement.outerHTML);
          }
          return found;
        }"""
    )
    assert unguarded == []


def test_notes_hold_no_links_but_those_to_pages_and_mails(person: Visitor) -> None:
    made = person.account.make_list("Home")
    notes = "\n".join(
        [
            *_TITLES.values(),
            "javascript:window.hit=1",
            "JaVaScRiPt://example.org/%0awindow.hit=1",
            "data:text/html,<script>window.hit=1</script>",
            "vbscript:hit https://example.org/<script>window.hit=1</script>",
            'https://example.org/"onmouseover="window.hit=1',
            "https://user:password@example.org/\u202egnp.exe",
            "file:///etc/passwd blob:https://example.org/x mailto:ann@example.org?subject=%3Cb%3E",
        ]
    )
    task = person.account.add(made, "Notes", notes=notes)
    page = person.open(f"/lists/{made['id']}?task={task['id']}")
    expect(page.locator(".panel-notes")).to_be_visible()
    assert page.locator(".panel-notes").evaluate("(box) => box.textContent") == person.account.get(task["url"])["notes"]
    for address in page.locator(".panel-notes a").evaluate_all("(all) => all.map((each) => each.href)"):
        assert re.match("https?://example.org/|https?://user|mailto:", address), address
    for each in page.locator(".panel-notes a").all():
        assert "noopener" in (each.get_attribute("rel") or "")
    require_calm(page)


def test_notes_of_16_kilobytes_are_kept_to_the_letter(people: People) -> None:
    ann = people(viewport=NARROW)
    made = ann.account.make_list("Home")
    task = ann.account.add(made, "Notes")
    page = ann.open(f"/lists/{made['id']}?task={task['id']}")
    page.get_by_role("button", name="Edit the notes").click()
    notes = ("W" * 2000 + " ¡árbol! 🎄\n") * 8
    page.locator(".panel-notes-edit").fill(notes.strip())
    page.keyboard.press("Control+Enter")
    expect(page.locator(".panel-notes")).to_contain_text("árbol")
    require_calm(page)
    for _ in range(100):
        if ann.account.get(task["url"])["notes"]:
            break
        page.wait_for_timeout(100)
    assert ann.account.get(task["url"])["notes"] == notes.strip()


@pytest.mark.parametrize("name", [*_HOSTILE, "turned", "emoji", "long"])
def test_names_of_people_and_lists_are_text(people: People, open_page: Callable[..., Page], name: str) -> None:
    text = _TITLES[name][:110]
    ann, bob = people("Ann", viewport=NARROW), people("Bob", account={"name": text})
    made = ann.account.make_list(_TITLES[name][:190])
    sharing.join(ann.account, made, bob.account, "editor")
    task = ann.account.add(made, "Milk", assignee_id=bob.account.id)
    assert bob.account.ask("PATCH", task["url"], {"title": "Oat milk"}).status == 200
    theirs = bob.open(f"/lists/{made['id']}")
    page = ann.open(f"/lists/{made['id']}")
    expect(page.locator(".presence")).to_be_visible()
    expect(page.locator("h1 bdi")).to_have_text(made["title"])
    require_calm(page)
    page.get_by_role("button", name="Share").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("listitem")).to_have_count(2)
    require_calm(page)
    dialog.get_by_role("button", name="Make a link").click()
    address = dialog.get_by_role("textbox", name="The secret link").input_value()
    dialog.locator(".share-row").filter(has_not_text="(you)").locator(".share-role").select_option("viewer")
    expect(theirs.locator(".quick-add-input")).to_have_count(0)
    require_calm(page)
    require_calm(theirs)
    stranger = open_page(address.removeprefix(ann.service.url), viewport=NARROW)
    expect(stranger.locator("h1 bdi")).to_have_text(made["title"])
    require_calm(stranger)
    page = ann.open(f"/activity?list={made['id']}")
    expect(page.locator(".activity-entry").first).to_be_visible()
    require_calm(page)


@pytest.mark.parametrize(
    "label",
    ["a/b", "100%", "50%25", "what?", "#1", "a&b=c", "“q” \"d\" 'e'", "...", ".a", "<b>", "ñ 🎉", "\u202eturned"],
)
def test_labels_have_addresses_whatever_they_are(person: Visitor, label: str) -> None:
    made = person.account.make_list("Home")
    person.account.add(made, "Milk", labels=[label])
    person.account.add(made, "Bread", labels=["other"])
    page = person.open("/today")
    page.locator("#sidebar .nav-way").filter(has=page.locator(f"bdi:text-is({_quoted(label)})")).click()
    expect(page.locator("h1 bdi")).to_have_text(label)
    expect(page.locator(".task-title")).to_have_text(["Milk"])
    page.reload()
    expect(page.locator("h1 bdi")).to_have_text(label)
    expect(page.locator(".task-title")).to_have_text(["Milk"])
    require_calm(page)
    page.locator(".quick-add-input").fill("Cheese")
    page.locator(".quick-add-input").press("Enter")
    expect(page.locator(".task-title")).to_have_text(["Milk", "Cheese"])
    for _ in range(100):
        labels = {task["title"]: task["labels"] for task in person.account.get(f"{made['url']}/tasks")}
        if "Cheese" in labels:
            break
        page.wait_for_timeout(100)
    assert labels["Cheese"] == [label]


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


class TestWhoItIs:
    @pytest.mark.parametrize("cookie", ["xx", "../../etc/passwd", "<script>", "e" * 3000])
    def test_a_language_that_there_is_not_is_another_one(
        self, visitor: Callable[..., Visitor], service: Service, cookie: str
    ) -> None:
        stranger = visitor(
            extra_http_headers={"Accept-Language": "xx-YY;q=nonsense, *;q=2, \u00e9".encode().decode("latin-1")}
        )
        stranger.context.add_cookies([{"name": "todo_language", "value": quote(cookie), "url": service.url}])
        page = stranger.open("/log-in")
        expect(page.get_by_role("heading", name="Log in")).to_be_visible()
        expect(page.locator("html")).to_have_attribute("lang", "en")

    @pytest.mark.parametrize("secret", ["nonsense", "todo_" + "a" * 43, "%00", "é" * 20])
    def test_a_cookie_that_is_nobodys_asks_to_log_in(
        self, visitor: Callable[..., Visitor], troubles: Troubles, secret: str
    ) -> None:
        troubles.allow("status 401")
        stranger = visitor()
        stranger.give_session(quote(secret))
        page = stranger.open("/today")
        expect(page.get_by_role("heading", name="Log in")).to_be_visible()

    def test_what_is_kept_of_another_account_is_not_shown(self, people: People, troubles: Troubles) -> None:
        troubles.allow("status 409", "WebSocket")
        ann, bob = people("Ann"), people("Bob")
        ann.account.add(ann.account.make_list("Ann's"), "Secret of Ann")
        bob.account.add(bob.account.make_list("Bob's"), "Secret of Bob")
        page = ann.open("/search?q=secret")
        expect(page.locator(".task-title")).to_have_text(["Secret of Ann"])
        ann.give_session(bob.account.token)
        page.reload()
        dialog = page.get_by_role("dialog", name="Somebody else is logged in now")
        expect(dialog).to_be_visible()
        dialog.get_by_role("button", name=re.compile("^Continue")).click()
        page.locator("#sidebar").get_by_role("link", name="Search").click()
        page.get_by_role("searchbox").fill("secret")
        expect(page.locator(".task-title")).to_have_text(["Secret of Bob"])

    def test_two_tabs_of_two_people_mix_nothing(self, people: People, troubles: Troubles) -> None:
        troubles.allow("status (401|409)", "WebSocket")
        ann, bob = people("Ann"), people("Bob")
        mine = ann.account.make_list("Ann's")
        page = ann.open(f"/lists/{mine['id']}")
        expect(page.get_by_role("heading", name="Ann's")).to_be_visible()
        page.wait_for_load_state("networkidle")
        ann.give_session(bob.account.token)
        page.locator(".quick-add-input").fill("Feed Ann's cat")
        page.locator(".quick-add-input").press("Enter")
        expect(page.get_by_role("dialog", name="Somebody else is logged in now")).to_be_visible()
        other = ann.context.new_page()
        other.goto(f"{ann.service.url}/log-in")
        expect(other.get_by_role("dialog", name="Somebody else is logged in now")).to_be_visible()
        assert bob.account.get("/v1/tasks") == []
        other.get_by_role("button", name=re.compile("^Continue")).click()
        expect(other.locator(".person-button")).to_contain_text("Bob")
        expect(other.get_by_text("Ann's")).to_have_count(0)
        # Ann's cat waits for her return.
        ann.give_session(ann.account.token)
        page.goto(f"{ann.service.url}/lists/{mine['id']}")
        page.get_by_role("button", name=re.compile("^Continue")).click()
        for _ in range(100):
            if ann.account.get("/v1/tasks"):
                break
            page.wait_for_timeout(100)
        assert [task["title"] for task in ann.account.get("/v1/tasks")] == ["Feed Ann's cat"]
        assert bob.account.get("/v1/tasks") == []


class TestWhatThereIsNot:
    @pytest.mark.parametrize(
        "script",
        [_NO_DATABASE, _FORBIDDEN_DATABASE, _NO_STORAGE],
        ids=["no database", "a database that refuses", "no storage"],
    )
    def test_without_storage_it_goes_on_from_memory(self, person: Visitor, script: str) -> None:
        made = person.account.make_list("Home")
        person.context.add_init_script(script)
        page = person.open(f"/lists/{made['id']}")
        page.locator(".quick-add-input").fill("Milk")
        page.locator(".quick-add-input").press("Enter")
        expect(page.locator(".task-title")).to_have_text(["Milk"])
        if script != _NO_STORAGE:
            expect(page.get_by_text("This browser lets nothing be kept")).to_be_visible()
        for _ in range(100):
            if person.account.get("/v1/tasks"):
                break
            page.wait_for_timeout(100)
        assert [task["title"] for task in person.account.get("/v1/tasks")] == ["Milk"]
        page.reload()
        expect(page.locator(".task-title")).to_have_text(["Milk"])

    def test_a_device_that_is_full_says_so_and_goes_on(self, person: Visitor) -> None:
        made = person.account.make_list("Home")
        person.context.add_init_script(
            "const put = IDBObjectStore.prototype.put; window.fill = () => { IDBObjectStore.prototype.put = () => {"
            " throw new DOMException('full', 'QuotaExceededError'); }; };"
        )
        page = person.open(f"/lists/{made['id']}")
        expect(page.locator(".quick-add-input")).to_be_visible()
        page.evaluate("() => window.fill()")
        page.locator(".quick-add-input").fill("Milk")
        page.locator(".quick-add-input").press("Enter")
        expect(page.get_by_text("This device is full")).to_be_visible()
        expect(page.locator(".task-title")).to_have_text(["Milk"])
        for _ in range(100):
            if person.account.get("/v1/tasks"):
                break
            page.wait_for_timeout(100)
        assert [task["title"] for task in person.account.get("/v1/tasks")] == ["Milk"]

    @pytest.mark.parametrize("hours", [-5, 5])
    def test_a_clock_that_is_off_shows_the_right_days(self, people: People, hours: int) -> None:
        ann = people(time_zone="UTC")
        now = datetime.now(UTC)
        made = ann.account.make_list("Home")
        due = now + timedelta(hours=1)
        ann.account.add(made, "Soon", due={"at": due.strftime("%Y-%m-%dT%H:%M:%S"), "time_zone": "UTC"})
        ann.account.add(made, "Today", due={"date": now.date().isoformat()})
        page = ann.context.new_page()
        page.clock.install(time=now + timedelta(hours=hours))
        page.goto(f"{ann.service.url}/lists/{made['id']}")
        expect(page.get_by_text(re.compile("The clock of this device is (299|300|301) minutes off"))).to_be_visible()
        dues = page.locator(".task-due")
        expect(dues.nth(1)).to_have_attribute("data-state", "today")
        soon = "today|later" if due.date() == now.date() else "tomorrow"
        expect(dues.first).to_have_attribute("data-state", re.compile(soon))
        page.locator("#sidebar").get_by_role("link", name="Today", exact=True).click()
        day = datetime.now(UTC)
        expect(page.locator(".view-date")).to_contain_text(str(day.day))
        expect(page.get_by_text("Overdue", exact=True)).to_have_count(0)

    @pytest.mark.parametrize(
        "address",
        ["/nowhere", "/lists/nonsense", "/lists/" + "0" * 400, "/labels/%", "/settings/../x", "/today/"],
    )
    def test_an_address_that_is_none_says_so(self, person: Visitor, troubles: Troubles, address: str) -> None:
        troubles.allow("status (400|404): GET .*/(nowhere|labels|x|lists|today)")
        page = person.open(address)
        expect(page.get_by_role("heading", level=1)).to_have_text(
            re.compile("There is nothing here|There is no such list")
        )
        page.get_by_role("link", name="Go to Today").click()
        expect(page.get_by_role("heading", name=re.compile("^Today"))).to_be_visible()

    @pytest.mark.parametrize(
        "address",
        [
            "/#link=nonsense",
            "/#link=",
            "/#link=%E0%A4%A",
            "/#invitation=%00%FF",
            "/#invitation=",
            "/#=&&=",
            "/#" + "x" * 5000,
            "/today#link=todolink_" + "a" * 500,
            "/reset-password#secret=<script>",
            "/log-in?then=%E0%A4%A",
            "/search?q=%00%FF%22%3E%3Cimg%20src=x%20onerror=window.hit=1%3E",
            "/today?task=nonsense",
            "/activity?list=nonsense",
        ],
    )
    @pytest.mark.parametrize("who", ["stranger", "person"])
    def test_a_broken_address_breaks_nothing(
        self, people: People, visitor: Callable[..., Visitor], troubles: Troubles, address: str, who: str
    ) -> None:
        troubles.allow("status (400|401|404|422)", "WebSocket")
        somebody = people() if who == "person" else visitor()
        page = somebody.open(address)
        expect(page.get_by_role("heading", level=1).first).to_be_attached()
        expect(page.locator(".waiting")).to_have_count(0)
        assert page.evaluate("() => window.hit") is None
        errors = page.evaluate("() => window.hit")
        assert errors is None


def test_many_bad_lines_at_once_are_as_many_tasks(person: Visitor) -> None:
    made = person.account.make_list("Home")
    page = person.open(f"/lists/{made['id']}")
    page.locator(".quick-add-input").focus()
    lines = [f"{number} {title}"[:400] for number, title in enumerate(list(_TITLES.values()) * 3)]
    page.evaluate(
        """(text) => {
          const clipboardData = new DataTransfer();
          clipboardData.setData('text', text);
          document.activeElement.dispatchEvent(
            new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
        }""",
        "\n".join(lines),
    )
    expect(page.locator(".task")).to_have_count(len(lines))
    for _ in range(200):
        if len(person.account.get(f"{made['url']}/tasks", limit=500)) == len(lines):
            break
        page.wait_for_timeout(100)
    assert [task["title"] for task in person.account.get(f"{made['url']}/tasks", limit=500)] == texts(
        page, ".task-title bdi"
    )
    require_calm(page)
