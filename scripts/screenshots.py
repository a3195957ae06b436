"""Takes docs/screenshots: every page of the service, light and dark, on a phone and on a desktop.

    python scripts/screenshots.py          take all
    python scripts/screenshots.py today    take those whose names begin so

The service runs in this process, on a folder that is thrown away; its clock and the page's stand at the same moment of
the same day, so that a picture changes only when the page does.
"""

import base64
import logging
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(_ROOT / "tests"))

from browsing import DESKTOP, PHONE, Troubles, chromium, context_options, find_chromium, session_cookie  # noqa: E402
from clients import Person, Reply, ServerDoor  # noqa: E402
from clocks import MovableClock  # noqa: E402
from playwright.sync_api import Browser, Page  # noqa: E402
from sqlalchemy import make_url  # noqa: E402
from tornado import httputil  # noqa: E402

from todo.database import build_database  # noqa: E402
from todo.migrations.run import migrate  # noqa: E402

_FOLDER = _ROOT / "docs/screenshots"
# The page shows these two to strangers.
_PICTURES = {
    "today-light-desktop": _ROOT / "src/todo/web/pictures/today-light.webp",
    "today-dark-desktop": _ROOT / "src/todo/web/pictures/today-dark.webp",
}
_NOW = datetime(2026, 11, 18, 8, 30, tzinfo=UTC)  # a Wednesday
_MILK = "Buy milk, bread and the good coffee"
# A file as somebody's spreadsheet has it; one row of it is wrong.
_TABLE = """Task,Date,Tags,Priority
Clean the windows,2026-11-28,house,high
Wash the curtains,2026-11-29,"house, laundry",
Beat the carpets,2026-11-31,house,
Oil the hinges,,house,low
,2026-11-30,,
"""
_QUALITY = 82
_MOST_BYTES = 4_000_000
_SCREENS: dict[str, dict[str, Any]] = {
    "desktop": {"viewport": DESKTOP, "scale": 1},
    "phone": {"viewport": PHONE, "scale": 2, "touch": True},
}


class _StoppedClock(MovableClock):
    """It is always the moment of the pictures."""

    def __call__(self) -> datetime:
        return _NOW


@dataclass(frozen=True)
class State:
    """A page as it is photographed: its address, who sees it, and what is done there first.

    `{home}`, `{work}` and so on in the address are ids, as `_furnish` names them. `who` is a key of the people that it
    makes, or None for a stranger. `meanwhile` is what Bob does while the steps are taken without a network.
    """

    name: str
    address: str
    who: str | None = "ann"
    steps: Callable[[Page], None] = lambda _page: None
    meanwhile: Callable[[Person, dict[str, str]], None] | None = None
    screens: tuple[str, ...] = ("desktop", "phone")


def _open_operation(page: Page) -> None:
    page.locator("#operations-Lists-postLists .opblock-summary-control").click()
    page.locator("#operations-Lists-postLists .opblock-body").wait_for()
    page.locator("#operations-tag-Lists").scroll_into_view_if_needed()


def _pick(fact: str) -> Callable[[Page], None]:
    """Open a picker of a task."""
    return lambda page: page.locator(f".panel [data-fact={fact}]").first.click()


def _recur(page: Page) -> None:
    _pick("due")(page)
    page.locator("[data-opens=recurrence]").click()
    page.locator("[role=option]").last.click()
    page.locator(".recurrence-form").wait_for()


def _share(page: Page) -> None:
    page.get_by_role("button", name="Share").click()
    page.get_by_role("button", name="Make a link").click()
    page.locator(".secret").wait_for()


def _select(page: Page) -> None:
    page.locator(".task-check").first.focus()
    for _ in range(2):
        page.keyboard.press("Shift+ArrowDown")
    page.get_by_role("toolbar").wait_for()


def _write_line(page: Page) -> None:
    page.locator(".quick-add-input").fill("Call the dentist tomorrow 9am #errand !2 every 6 months")
    page.locator("#quick-add-preview .chip").first.wait_for()


def _open_menu(page: Page) -> None:
    page.get_by_role("button", name="Menu").click()
    page.locator("#sidebar").get_by_role("link", name="Upcoming").wait_for()


def _rename(page: Page) -> None:
    page.locator(".task-title", has_text=_MILK).click()
    page.locator(".task-edit").fill(_MILK.replace("milk", "oat milk"))
    page.locator(".task-edit").press("Enter")


def _go_offline(page: Page) -> None:
    page.context.set_offline(True)
    _rename(page)
    page.get_by_text("You are offline.").wait_for()
    page.locator(".connection").wait_for(state="attached")


def _import(page: Page) -> None:
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Import a file…").click()
    chooser.value.set_files({"name": "Spring cleaning.csv", "mimeType": "text/csv", "buffer": _TABLE.encode()})
    page.locator(".transfer-what").wait_for()


def _export(page: Page) -> None:
    page.get_by_role("button", name="Export…").click()
    page.get_by_role("dialog").get_by_label("Todoist").check()


def _calendar(page: Page) -> None:
    # Of one, whichever picture it is.
    page.evaluate(
        """async () => {
          const feeds = await (await fetch('/v1/feeds')).json();
          for (const { url } of feeds) await fetch(url, { method: 'DELETE' });
        }"""
    )
    page.get_by_role("button", name="Calendar addresses…").click()
    page.get_by_label("Name").fill("On my phone")
    page.get_by_role("button", name="Make an address").click()
    page.locator(".secret").wait_for()


def _rename_too(bob: Person, ids: dict[str, str]) -> None:
    milk = f"/v1/tasks/{ids['milk']}"
    _done(bob.ask("PATCH", milk, {"title": _MILK.replace("milk", "goat milk")}))


STATES = (
    State("welcome", "/", who=None),
    State("log-in", "/log-in", who=None),
    State("sign-up", "/sign-up", who=None),
    State("forgotten-password", "/forgotten-password", who=None),
    State("new-password", "/reset-password#secret=todoreset_...", who=None),
    State("invited", "/#invitation=todoinvitation_...", who=None),
    State("invitation", "/#invitation=todoinvitation_..."),
    State("link", "/#link={neighbours}", who=None),
    State("today", "/today"),
    State("today-spanish", "/today", who="lucia"),
    State("upcoming", "/upcoming"),
    State("list", "/lists/{home}"),
    State("list-writing", "/lists/{home}", steps=_write_line),
    State("list-selection", "/lists/{home}", steps=_select),
    State("menu", "/today", steps=_open_menu, screens=("phone",)),
    State("list-spanish", "/lists/{casa}", who="lucia"),
    State("task", "/lists/{home}?task={rent}"),
    State("task-due", "/lists/{home}?task={rent}", steps=_pick("due")),
    State("task-recurrence", "/lists/{home}?task={rent}", steps=_recur),
    State("task-reminders", "/lists/{home}?task={rent}", steps=_pick("reminders")),
    State("task-labels", "/lists/{home}?task={rent}", steps=_pick("labels")),
    State("label", "/labels/errand"),
    State("search", "/search?q=the"),
    State("trash", "/trash"),
    State("activity", "/activity"),
    State("settings", "/settings"),
    State("settings-security", "/settings/security"),
    State("settings-tokens", "/settings/tokens"),
    State("settings-appearance", "/settings/appearance"),
    State("settings-data", "/settings/data"),
    State("import", "/settings/data", steps=_import),
    State("export", "/settings/data", steps=_export),
    State("settings-about", "/settings/about"),
    State("settings-delete", "/settings/delete"),
    State("docs", "/docs", who=None, steps=_open_operation),
    # What these leave is on no other picture.
    State("calendars", "/settings/data", steps=_calendar),
    State("list-shared", "/lists/{home}", steps=_share),
    State("list-offline", "/lists/{home}", steps=_go_offline),
    State("list-conflict", "/lists/{home}", steps=_rename, meanwhile=_rename_too),
)


def main() -> None:
    """Take the pictures, and say what did not look right."""
    wanted = [state for state in STATES if not sys.argv[1:] or state.name.startswith(tuple(sys.argv[1:]))]
    executable = find_chromium()
    if executable is None:
        sys.exit("There is no Chromium. On Debian and Ubuntu: apt-get install chromium")
    logging.getLogger("todo").setLevel(logging.WARNING)
    _FOLDER.mkdir(parents=True, exist_ok=True)
    troubles: list[str] = []
    with _service() as door, chromium(executable) as (_playwright, browser):
        people, ids = _furnish(door)
        for state in wanted:
            for screen in state.screens:
                for colours in ("light", "dark"):
                    name = f"{state.name}-{colours}-{screen}"
                    found = _take(browser, door, state, people, ids, name, **_SCREENS[screen], colours=colours)
                    troubles += [f"{name}: {each}" for each in found]
    size = sum(path.stat().st_size for path in _FOLDER.iterdir())
    print(f"docs/screenshots holds {size / 1e6:.1f} MB")
    if size > _MOST_BYTES:
        troubles.append(f"docs/screenshots holds more than {_MOST_BYTES / 1e6:.0f} MB")
    if troubles:
        sys.exit("\n".join(troubles))


def _take(
    browser: Browser,
    door: ServerDoor,
    state: State,
    people: dict[str, Person],
    ids: dict[str, str],
    name: str,
    **look: Any,
) -> list[str]:
    """Take one picture; what went wrong on the page."""
    person = people.get(state.who or "")
    locale, zone = ("es-ES", "Europe/Madrid") if state.who == "lucia" else ("en-GB", "Europe/London")
    context = browser.new_context(**context_options(locale=locale, time_zone=zone, motion="reduce", **look))
    troubles = Troubles(_url(door))
    troubles.watch(context)
    troubles.allow_disconnected()
    context.clock.set_fixed_time(_NOW)
    if person is not None:
        context.add_cookies([session_cookie(person.token, _url(door))])
    page = context.new_page()
    page.goto(_url(door) + state.address.format_map(ids))
    page.wait_for_load_state("networkidle")
    if state.meanwhile:
        context.set_offline(True)
        troubles.allow("status 412: POST .*/v1/batch")
        state.steps(page)
        state.meanwhile(people["bob"], ids)
        context.set_offline(False)
        page.locator(".conflict").wait_for()
    else:
        state.steps(page)
    page.wait_for_load_state("networkidle")
    page.evaluate("() => document.fonts.ready.then(() => {})")
    session = context.new_cdp_session(page)
    taken = session.send("Page.captureScreenshot", {"format": "webp", "quality": _QUALITY})
    picture = base64.b64decode(taken["data"])
    for target in (_FOLDER / f"{name}.webp", *([_PICTURES[name]] if name in _PICTURES else [])):
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(picture)
    print(f"{name}: {len(picture) / 1e3:.0f} KB")
    context.close()
    if state.meanwhile:
        # The next picture is of the same.
        _done(people["bob"].ask("PATCH", f"/v1/tasks/{ids['milk']}", {"title": _MILK}))
    return troubles.left()


@contextmanager
def _service() -> Iterator[ServerDoor]:
    clock = _StoppedClock()
    # The page sets its clock right by the Date of replies.
    real = httputil.format_timestamp
    httputil.format_timestamp = lambda _now: real(_NOW)
    with tempfile.TemporaryDirectory(prefix="screenshots-") as folder:
        url = make_url(f"sqlite:///{folder}/todo.db")
        database = build_database(url, "server")
        migrate(database.engine)
        database.close()
        with ServerDoor(url, clock) as door:
            yield door


def _url(door: ServerDoor) -> str:
    return f"http://127.0.0.1:{door.port}"


def _furnish(door: ServerDoor) -> tuple[dict[str, Person], dict[str, str]]:
    """People with lists that could be anybody's; and the ids of what addresses name."""
    ann = door.sign_up("ann@example.org", name="Ann", time_zone="Europe/London")
    bob = door.sign_up("bob@example.org", name="Bob", time_zone="Europe/London")
    lucia = door.sign_up("lucia@example.org", name="Lucía", language="es", time_zone="Europe/Madrid")
    ids: dict[str, str] = {}

    home = ann.make_list("Home", notes="Ours")
    work = ann.make_list("Work")
    trip = ann.make_list("A week in Lisbon")
    ids |= {"home": home["id"], "work": work["id"], "trip": trip["id"]}
    invitation = _done(ann.ask("POST", f"{home['url']}/invitations", {"email": bob.email, "role": "editor"}))
    _done(bob.ask("POST", "/v1/invitations", {"secret": invitation["secret"]}))
    rent = ann.add(
        home,
        "Pay the rent",
        due={"at": "2026-11-18T09:00:00Z", "time_zone": "Europe/London", "recurrence": "FREQ=MONTHLY"},
        priority=4,
        labels=["money"],
        notes="To the new account: see https://example.org/contract",
    )
    ids["rent"] = rent["id"]
    ann.add(home, "Water the plants", due={"date": "2026-11-18", "recurrence": "FREQ=WEEKLY;BYDAY=WE,SA"})
    ann.add(home, "Return the library books", due={"date": "2026-11-16"}, labels=["errand"])
    milk = ann.add(home, _MILK, due={"date": "2026-11-18"}, labels=["errand"])
    ids["milk"] = milk["id"]
    birthday = ann.add(home, "Mum's birthday", due={"date": "2026-11-21", "recurrence": "FREQ=YEARLY"}, priority=3)
    for title in ("Bake the cake", "Wrap the present"):
        ann.add(home, title, parent_id=birthday["id"])
    mended = ann.add(home, "Mend the bicycle")
    _done(ann.ask("PATCH", mended["url"], {"completed": True}))
    gone = ann.add(home, "Cancel the newspaper")
    _done(ann.ask("DELETE", gone["url"]))
    ann.add(
        work,
        "Send the offer to Kim",
        due={"at": "2026-11-18T15:00:00Z", "time_zone": "Europe/London"},
        priority=4,
        labels=["offer"],
    )
    ann.add(work, "Prepare Thursday's meeting", due={"date": "2026-11-19"})
    ann.add(work, "Read the report of the third quarter", due={"date": "2026-11-20"}, labels=["reading"])
    ann.add(trip, "Book the train to the airport", due={"date": "2026-11-23"}, priority=3)
    ann.add(trip, "Find a place for the cat", due={"date": "2026-11-25"})

    link = _done(ann.ask("POST", f"{trip['url']}/links", {"role": "editor", "name": "The neighbours"}))
    ids["neighbours"] = link["secret"]
    _done(ann.ask("POST", "/v1/tokens", {"name": "Backup script", "access": "read"}))

    casa = lucia.make_list("Casa")
    ids["casa"] = casa["id"]
    lucia.make_list("Trabajo")
    lucia.add(
        casa,
        "Pagar el alquiler",
        due={"at": "2026-11-18T09:00:00Z", "time_zone": "Europe/Madrid", "recurrence": "FREQ=MONTHLY"},
        priority=4,
        labels=["dinero"],
    )
    lucia.add(casa, "Regar las plantas", due={"date": "2026-11-18", "recurrence": "FREQ=WEEKLY;BYDAY=WE,SA"})
    lucia.add(casa, "Devolver los libros", due={"date": "2026-11-16"}, labels=["recados"])
    lucia.add(casa, "Llamar a la abuela", due={"date": "2026-11-19"})
    return {"ann": ann, "bob": bob, "lucia": lucia}, ids


def _done(reply: Reply) -> Any:
    if reply.status >= 400:
        sys.exit(reply.body.decode())
    return reply.json if reply.body else None


if __name__ == "__main__":
    main()
