"""Views by the day, and by label: what is due where the person is, whatever the browser and its clock say."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from browsing import Troubles, Visitor
from looks import in_every_look
from playwright.sync_api import Locator, Page, Route, expect
from saving import saved
from sharing import join

BERLIN = ZoneInfo("Europe/Berlin")
TODAY = re.compile("^Today")

# The browser's clock is five hours ahead.
WRONG_CLOCK = """
const Right = Date;
globalThis.Date = class extends Right {
  constructor(...given) { if (given.length) super(...given); else super(Right.now() + 5 * 3600e3); }
  static now() { return Right.now() + 5 * 3600e3; }
};
"""


def day(count: int = 0, zone: str = "Europe/Berlin") -> str:
    """So many days from today, in a zone."""
    return (datetime.now(ZoneInfo(zone)).date() + timedelta(days=count)).isoformat()


def zone_where_it_is(hour: int) -> str:
    """A zone whose clock shows this hour now."""
    ahead = (hour - datetime.now(UTC).hour + 11) % 24 - 11
    return f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT"


def section(page: Page, name: str | re.Pattern[str]) -> Locator:
    """The tasks below a heading."""
    return page.locator(".task-section").filter(has=page.get_by_role("heading", name=name))


def titles(place: Page | Locator) -> Locator:
    return place.locator(".task-title")


def due_of(person: Visitor, task: dict[str, Any]) -> dict[str, Any] | None:
    """The due as the API holds it, without what is empty."""
    due = person.account.get(task["url"])["due"]
    return due and {name: value for name, value in due.items() if value is not None}


# -- Today ------------------------------------------------------------------------------------------------------------


def test_today_holds_what_is_overdue_and_what_is_due_with_the_names_of_the_lists(person: Visitor) -> None:
    home, work = person.account.make_list("Home"), person.account.make_list("Work")
    person.account.add(work, "Report", due={"date": day(-2)})
    person.account.add(home, "Pay rent", due={"date": day()})
    person.account.add(work, "Call", due={"at": f"{day()}T23:59:00", "time_zone": "Europe/Berlin"})
    person.account.add(home, "Tomorrow", due={"date": day(1)})
    person.account.add(home, "Done", due={"date": day()}, completed=True)
    person.account.add(home, "Some day")
    page = person.open("/today")
    expect(titles(section(page, "Overdue"))).to_have_text(["Report"])
    expect(titles(section(page, TODAY))).to_have_text(["Pay rent", "Call"])
    expect(page.locator(".task")).to_have_count(3)
    expect(section(page, "Overdue").locator(".task-meta")).to_contain_text("Work")


def test_what_is_overdue_is_rescheduled_at_once_and_keeps_its_time_and_recurrence(person: Visitor) -> None:
    home = person.account.make_list("Home")
    plain = person.account.add(home, "Plain", due={"date": day(-3)})
    due = {"at": f"{day(-1)}T09:00:00", "time_zone": "Europe/Berlin", "recurrence": "FREQ=DAILY"}
    timed = person.account.add(home, "Timed", due=due)
    page = person.open("/today")
    page.get_by_role("button", name="Reschedule to today").click()
    expect(section(page, "Overdue")).to_have_count(0)
    expect(titles(page)).to_have_text(["Plain", "Timed"])
    saved(page)
    assert due_of(person, plain) == {"date": day()}
    moved = due_of(person, timed)
    assert moved is not None
    assert moved["at"].startswith(f"{day()}T09:00:00")
    assert (moved["time_zone"], moved["recurrence"]) == ("Europe/Berlin", "FREQ=DAILY")
    page.get_by_role("button", name="Undo").click()
    expect(titles(section(page, "Overdue"))).to_have_text(["Plain", "Timed"])


def test_what_a_viewer_sees_overdue_is_not_rescheduled(people: Callable[..., Visitor]) -> None:
    ann, bob = people("Ann"), people("Bob")
    home = ann.account.make_list("Home")
    task = ann.account.add(home, "Report", due={"date": day(-2)})
    join(ann.account, home, bob.account, "viewer")
    page = bob.open("/today")
    expect(titles(section(page, "Overdue"))).to_have_text(["Report"])
    expect(page.get_by_role("button", name="Reschedule to today")).to_have_count(0)
    assert due_of(ann, task) == {"date": day(-2)}


def test_a_task_that_is_added_today_is_due_today(person: Visitor) -> None:
    person.account.make_list("Home")
    page = person.open("/today")
    expect(page.get_by_text("Nothing is due today.")).to_be_visible()
    page.get_by_label("Add a task for today").fill("Buy milk")
    page.keyboard.press("Enter")
    expect(titles(page)).to_have_text(["Buy milk"])
    saved(page)
    (task,) = person.account.get("/v1/tasks")
    assert due_of(person, task) == {"date": day()}


def test_who_has_no_list_yet_is_given_one_with_the_first_task(person: Visitor) -> None:
    page = person.open("/today")
    expect(page.get_by_text("Nothing is due today.")).to_be_visible()
    page.get_by_label("Add a task for today").fill("Buy milk")
    page.keyboard.press("Enter")
    expect(titles(page)).to_have_text(["Buy milk"])
    page.get_by_label("Add a task for today").fill("Buy bread")
    page.keyboard.press("Enter")
    expect(titles(page)).to_have_text(["Buy milk", "Buy bread"])
    saved(page)
    (made,) = person.account.get("/v1/lists")
    assert made["title"] == "To do"
    assert len(person.account.get("/v1/tasks")) == 2


@pytest.mark.parametrize(("theirs", "own"), [("Pacific/Kiritimati", "Pacific/Pago_Pago"), ("Etc/GMT+12", "Asia/Tokyo")])
def test_the_day_is_that_of_the_persons_zone_not_of_the_browsers(
    people: Callable[..., Visitor], theirs: str, own: str
) -> None:
    ann = people("Ann", time_zone=theirs, account={"time_zone": own})
    home = ann.account.make_list("Home")
    ann.account.add(home, "Here", due={"date": day(zone=own)})
    ann.account.add(home, "There", due={"date": day(1, zone=own)})
    noon = {"at": f"{day(zone=own)}T12:00:00", "time_zone": own}
    ann.account.add(home, "Noon", due=noon)
    page = ann.open("/today")
    expect(page.locator(".task")).to_have_count(2)
    expect(titles(page)).to_have_text(["Here", "Noon"])


def test_a_moment_of_another_zone_is_on_the_day_that_it_is_here(people: Callable[..., Visitor]) -> None:
    ann = people("Ann", account={"time_zone": "Asia/Tokyo"})
    home = ann.account.make_list("Home")
    # 20:00 in New York is the next day's morning in Tokyo.
    yesterday = day(-1, zone="Asia/Tokyo")
    ann.account.add(home, "Call", due={"at": f"{yesterday}T20:00:00", "time_zone": "America/New_York"})
    page = ann.open("/upcoming")
    expect(titles(section(page, TODAY))).to_have_text(["Call"])


def test_a_clock_that_is_five_hours_off_shows_the_right_day(people: Callable[..., Visitor]) -> None:
    zone = zone_where_it_is(20)
    ann = people("Ann", account={"time_zone": zone})
    home = ann.account.make_list("Home")
    ann.account.add(home, "Pay rent", due={"date": day(zone=zone)})
    ann.context.add_init_script(WRONG_CLOCK)
    page = ann.open("/today")
    expect(titles(page)).to_have_text(["Pay rent"])
    expect(section(page, "Overdue")).to_have_count(0)
    page.locator(".task-check").focus()
    page.keyboard.press("d")
    expect(page.locator("[aria-current=date]")).to_have_attribute("data-day", day(zone=zone))


def test_the_day_is_another_one_at_midnight_while_the_page_is_open(people: Callable[..., Visitor]) -> None:
    ann = people("Ann")
    home = ann.account.make_list("Home")
    ann.account.add(home, "Today", due={"date": "2027-03-01"})
    ann.account.add(home, "Tomorrow", due={"date": "2027-03-02"})
    now = [datetime(2027, 3, 1, 23, 58, tzinfo=BERLIN)]

    def dated(route: Route) -> None:
        reply = route.fetch()
        date = format_datetime(now[0].astimezone(UTC), usegmt=True)
        route.fulfill(response=reply, headers={**reply.headers, "date": date})

    ann.context.route("**/v1/**", dated)
    ann.context.clock.install(time=now[0])
    page = ann.open("/today")
    expect(titles(page)).to_have_text(["Today"])
    now[0] += timedelta(minutes=3)
    ann.context.clock.fast_forward(180_000)
    expect(titles(section(page, "Overdue"))).to_have_text(["Today"])
    expect(titles(section(page, TODAY))).to_have_text(["Tomorrow"])


# -- Upcoming ---------------------------------------------------------------------------------------------------------


def test_two_weeks_are_shown_by_the_day_then_weeks_then_months(person: Visitor) -> None:
    home = person.account.make_list("Home")
    for title, count in (("Late", -1), ("Soon", 3), ("Last day", 13), ("Week", 16), ("Month", 90), ("Next year", 400)):
        person.account.add(home, title, due={"date": day(count)})
    person.account.add(home, "Some day")
    page = person.open("/upcoming")
    expect(titles(page)).to_have_text(["Late", "Soon", "Last day", "Week", "Month", "Next year"])
    expect(page.locator("[data-drop-day]")).to_have_count(14)
    headings = page.locator(".task-heading")
    expect(headings.nth(0)).to_contain_text("Overdue")
    expect(headings.nth(1)).to_contain_text("Today")
    expect(headings.nth(2)).to_contain_text("Tomorrow")
    expect(headings.nth(15)).to_have_text(re.compile("\\d.*–.*\\d"))
    far = datetime.fromisoformat(day(400))
    expect(headings.last).to_have_text(f"{far:%B} {far.year}")


def test_the_headings_are_in_the_language_and_zone_of_the_person(people: Callable[..., Visitor]) -> None:
    ann = people("Ann", locale="es-ES", account={"time_zone": "Pacific/Kiritimati"})
    home = ann.account.make_list("Casa")
    ann.account.add(home, "Leche", due={"date": day(zone="Pacific/Kiritimati")})
    page = ann.open("/upcoming")
    expect(titles(page.locator("[data-drop-day]").first)).to_have_text(["Leche"])
    expect(page.locator(".task-heading").first).to_contain_text(re.compile(" de [a-z]+$"))


def test_a_task_is_added_to_a_day(person: Visitor) -> None:
    person.account.make_list("Home")
    page = person.open("/upcoming")
    third = page.locator("[data-drop-day]").nth(2)
    third.get_by_role("button", name=re.compile("^Add a task for ")).click()
    expect(third.locator("input")).to_be_focused()
    page.keyboard.type("Water the plants !1")
    page.keyboard.press("Enter")
    expect(titles(third)).to_have_text(["Water the plants"])
    saved(page)
    (task,) = person.account.get("/v1/tasks")
    assert (due_of(person, task), task["priority"]) == ({"date": day(2)}, 4)
    expect(third.locator(".quick-add-input")).to_be_focused()
    page.keyboard.press("Escape")
    expect(third.locator(".quick-add-input")).to_have_count(0)
    expect(third.get_by_role("button", name=re.compile("^Add a task for "))).to_be_focused()


def test_a_task_is_dragged_to_another_day_and_keeps_its_time_and_recurrence(person: Visitor) -> None:
    home = person.account.make_list("Home")
    due = {"at": f"{day(1)}T09:00:00", "time_zone": "America/New_York", "recurrence": "FREQ=MONTHLY"}
    task = person.account.add(home, "Call", due=due)
    page = person.open("/upcoming")
    source = section(page, "Tomorrow")
    target = page.locator("[data-drop-day]").nth(4)
    source.locator(".task").hover()
    source.locator("[data-handle]").hover()
    page.mouse.down()
    box = target.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 60, box["y"] + box["height"] / 2, steps=8)
    page.mouse.up()
    expect(titles(target)).to_have_text(["Call"])
    saved(page)
    moved = due_of(person, task)
    assert moved is not None
    assert moved["at"].startswith(f"{day(4)}T09:00:00")
    assert (moved["time_zone"], moved["recurrence"].split(";")[0]) == ("America/New_York", "FREQ=MONTHLY")
    page.get_by_role("button", name="Undo").click()
    expect(titles(section(page, "Tomorrow"))).to_have_text(["Call"])


def test_a_task_is_moved_to_another_day_by_keyboard_alone(person: Visitor) -> None:
    home = person.account.make_list("Home")
    task = person.account.add(home, "Call", due={"date": day()})
    page = person.open("/upcoming")
    expect(titles(page)).to_have_text(["Call"])
    page.locator(".task-check").focus()
    page.keyboard.press("d")
    page.keyboard.type("in 3 days")
    page.keyboard.press("Enter")
    expect(titles(page.locator("[data-drop-day]").nth(3))).to_have_text(["Call"])
    saved(page)
    assert due_of(person, task) == {"date": day(3)}


# -- Labels -----------------------------------------------------------------------------------------------------------


def test_a_label_shows_its_tasks_of_all_lists_and_gives_itself_to_new_ones(person: Visitor) -> None:
    home, work = person.account.make_list("Home"), person.account.make_list("Work")
    person.account.add(home, "Pay rent", labels=["Money"])
    person.account.add(work, "Invoice", labels=["money", "x"])
    person.account.add(work, "Paid", labels=["money"], completed=True)
    person.account.add(work, "Other", labels=["x"])
    page = person.open("/labels/money")
    expect(titles(page)).to_have_text(["Pay rent", "Invoice", "Paid"])
    expect(titles(section(page, "1 completed"))).to_have_text(["Paid"])
    page.get_by_label("Add a task with this label").fill("Save")
    page.keyboard.press("Enter")
    expect(titles(page).get_by_text("Save")).to_be_visible()
    saved(page)
    added = next(each for each in person.account.get("/v1/tasks") if each["title"] == "Save")
    assert added["labels"] == ["money"]


def test_a_label_is_renamed_everywhere_and_back(person: Visitor) -> None:
    home = person.account.make_list("Home")
    task = person.account.add(home, "Pay rent", labels=["money"])
    page = person.open("/labels/money")
    page.get_by_role("button", name="More for this label").click()
    page.get_by_role("menuitem", name="Rename").click()
    name = page.get_by_role("dialog").get_by_label("Name")
    name.fill("  ")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_contain_text("A label has a name.")
    name.fill("50% of a/b?")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("50% of a/b?")
    expect(titles(page)).to_have_text(["Pay rent"])
    assert person.account.get(task["url"])["labels"] == ["50% of a/b?"]
    page.reload()
    expect(titles(page)).to_have_text(["Pay rent"])
    page.get_by_role("button", name="More for this label").click()
    page.get_by_role("menuitem", name="Rename").click()
    name.fill("money")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("money")
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("link", name="50% of a")).to_be_visible()


def test_a_label_is_deleted_after_a_question(person: Visitor) -> None:
    home = person.account.make_list("Home")
    task = person.account.add(home, "Pay rent", labels=["money", "x"])
    page = person.open("/labels/money")
    page.get_by_role("button", name="More for this label").click()
    page.get_by_role("menuitem", name="Delete the label").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("It is taken off 1 task. The task itself stays.")
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_have_count(0)
    page.get_by_role("button", name="More for this label").click()
    page.get_by_role("menuitem", name="Delete the label").click()
    dialog.get_by_role("button", name="Delete the label").click()
    expect(page).to_have_url(re.compile("/today$"))
    expect(page.get_by_role("link", name="money")).to_have_count(0)
    assert person.account.get(task["url"])["labels"] == ["x"]


def test_a_label_without_the_network_is_not_renamed_and_that_is_said(person: Visitor, troubles: Troubles) -> None:
    home = person.account.make_list("Home")
    person.account.add(home, "Pay rent", labels=["money"])
    page = person.open("/labels/money")
    expect(titles(page)).to_have_text(["Pay rent"])
    troubles.allow_disconnected()
    page.get_by_role("button", name="More for this label").click()
    page.get_by_role("menuitem", name="Rename").click()
    with person.offline():
        page.get_by_role("dialog").get_by_label("Name").fill("cash")
        page.keyboard.press("Enter")
        expect(page.get_by_role("dialog")).to_contain_text("You are offline")


@pytest.mark.parametrize("name", ["<script>window.executed = true</script>", "\u202etxt.exe", "L" * 60, "🧑‍🤝‍🧑" * 12])
def test_a_hostile_label_is_nothing_but_text(person: Visitor, name: str) -> None:
    home = person.account.make_list("Home")
    person.account.add(home, "Pay rent", labels=[name])
    page = person.open("/today")
    page.locator(".sidebar .nav-way").filter(has_text=name[:8]).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    expect(titles(page)).to_have_text(["Pay rent"])
    assert page.evaluate("window.executed") is None
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


# -- Accessible, everywhere -------------------------------------------------------------------------------------------


@in_every_look
def test_the_views_are_accessible_and_fit(
    people: Callable[..., Visitor], axe: Callable[..., None], viewport: tuple[int, int], colours: str
) -> None:
    ann = people("Ann", viewport=viewport, colours=colours, motion="reduce")
    home = ann.account.make_list("Home")
    page = ann.open("/today")
    expect(page.get_by_text("Nothing is due today.")).to_be_visible()
    look(page, axe)
    for title, count in (("Late", -1), ("Pay the rent", 0), ("Soon", 3), ("Week", 16), ("Month", 90)):
        ann.account.add(
            home, title, due={"date": day(count), "recurrence": "FREQ=MONTHLY"}, labels=["home"], priority=4
        )
    expect(page.locator(".task")).to_have_count(2)
    look(page, axe)
    page.goto(f"{ann.service.url}/upcoming")
    expect(page.locator(".task")).to_have_count(5)
    page.get_by_role("button", name=re.compile("^Add a task for ")).first.click()
    look(page, axe)
    page.goto(f"{ann.service.url}/labels/home")
    expect(page.locator(".task")).to_have_count(5)
    look(page, axe)
    for item in ("Rename", "Delete the label"):
        page.get_by_role("button", name="More for this label").click()
        page.get_by_role("menuitem", name=item).click()
        expect(page.get_by_role("dialog")).to_be_visible()
        look(page, axe)
        page.keyboard.press("Escape")
    page.goto(f"{ann.service.url}/labels/nothing")
    expect(page.get_by_text("No task has this label.")).to_be_visible()
    look(page, axe)


def look(page: Page, axe: Callable[..., None]) -> None:
    """As it stands, for whoever sees it and whoever does not."""
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
