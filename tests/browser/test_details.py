"""What opens from a task: its pickers and its panel, by mouse, by keyboard alone, with a finger, and with bad input."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from browsing import PHONE, Troubles, Visitor
from looks import NARROW, WIDE, in_every_look
from playwright.sync_api import Locator, Page, expect
from saving import saved
from sharing import join

BERLIN = ZoneInfo("Europe/Berlin")


class Details:
    """A task on the page, of which everything can be opened."""

    def __init__(self, visitor: Visitor, task: dict[str, Any], *, is_open: bool = True) -> None:
        self.visitor = visitor
        self.task = task
        self.page = visitor.open(f"/lists/{task['list_id']}" + (f"?task={task['id']}" if is_open else ""))
        self.panel = self.page.locator(".panel")
        self.picker = self.page.get_by_role("dialog", name=re.compile("^(Due|Labels|Priority|Assignee|Move|Reminders)"))
        expect(self.panel.get_by_role("textbox", name="Title") if is_open else self.row).to_be_visible()

    @property
    def row(self) -> Locator:
        """The task in its list."""
        return self.page.locator(f"#task-{self.task['id']}")

    def pick(self, fact: str) -> Locator:
        """Open a picker with the mouse."""
        self.panel.locator(f"[data-fact={fact}]").first.click()
        expect(self.picker).to_be_visible()
        return self.picker

    def key(self, key: str) -> Locator:
        """Open a picker from the task's row, by its key."""
        self.row.locator(".task-check").focus()
        self.page.keyboard.press(key)
        expect(self.picker.locator(":focus")).to_have_count(1)
        return self.picker

    def press(self, *keys: str) -> None:
        """Press keys, one after the other."""
        for key in keys:
            self.page.keyboard.press(key)

    def tab_to(self, selector: str) -> None:
        """Press the tab key until this has the focus. A part of a time field has it as the whole field."""
        for _ in range(25):
            if self.page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
                return
            self.press("Tab")
        raise AssertionError(f"the tab key does not come to {selector}")

    def held(self) -> dict[str, Any]:
        """The task as the API holds it, once everything is saved."""
        saved(self.page)
        found: dict[str, Any] = self.visitor.account.get(f"/v1/tasks/{self.task['id']}")
        return found


def today(zone: str = "Europe/Berlin") -> str:
    return datetime.now(ZoneInfo(zone)).date().isoformat()


def days_later(count: int) -> str:
    return (datetime.now(BERLIN).date() + timedelta(days=count)).isoformat()


def due_of(task: dict[str, Any]) -> dict[str, Any] | None:
    """The due without what is empty."""
    return task["due"] and {name: value for name, value in task["due"].items() if value is not None}


@pytest.fixture
def details(people: Callable[..., Visitor]) -> Callable[..., Details]:
    """Makes a task and opens it: `details(due={...}, browser={"viewport": PHONE})`; `is_open=False` for its list."""

    def make(*, is_open: bool = True, browser: dict[str, Any] | None = None, **fields: Any) -> Details:
        ann = people("Ann", **{"viewport": WIDE, **(browser or {})})
        home = ann.account.make_list("Home")
        task = ann.account.add(home, **{"title": "Pay rent", **fields})
        return Details(ann, task, is_open=is_open)

    return make


# -- The due ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("choice", "days"), [("Today", 0), ("Tomorrow", 1)])
def test_a_day_is_picked_with_one_press(details: Callable[..., Details], choice: str, days: int) -> None:
    opened = details()
    opened.pick("due").get_by_role("button", name=choice).click()
    expect(opened.picker).to_have_count(0)
    expect(opened.panel.locator("[data-fact=due]")).to_contain_text(choice)
    assert due_of(opened.held()) == {"date": days_later(days)}


def test_the_weekend_and_the_next_week_are_a_saturday_and_a_monday(details: Callable[..., Details]) -> None:
    opened = details()
    for choice, weekday in ((re.compile("weekend", re.IGNORECASE), 5), (re.compile("Next week M"), 0)):
        opened.pick("due").get_by_role("button", name=choice).click()
        due = due_of(opened.held())
        assert due is not None
        assert datetime.fromisoformat(due["date"]).weekday() == weekday
        assert days_later(0) < due["date"] <= days_later(8)


def test_a_due_is_taken_away(details: Callable[..., Details]) -> None:
    opened = details(due={"date": today(), "recurrence": "FREQ=DAILY"})
    opened.pick("due").get_by_role("button", name="No date").click()
    assert opened.held()["due"] is None


def test_another_day_keeps_the_time_its_zone_and_the_recurrence(details: Callable[..., Details]) -> None:
    due = {"at": f"{days_later(2)}T09:00:00", "time_zone": "America/New_York", "recurrence": "FREQ=WEEKLY"}
    opened = details(due=due)
    opened.pick("due").locator(f"[data-day='{days_later(3)}']").click()
    held = due_of(opened.held())
    assert held is not None
    assert held["at"].startswith(f"{days_later(3)}T09:00:00")
    assert held["time_zone"] == "America/New_York"
    assert held["recurrence"].startswith("FREQ=WEEKLY")


def test_a_month_is_gone_through_with_the_keys_of_a_date_grid(details: Callable[..., Details]) -> None:
    opened = details(is_open=False, due={"date": "2027-01-13"})  # a Wednesday
    opened.key("d")
    focused = opened.page.locator(":focus")
    opened.tab_to("[role=gridcell]")
    expect(focused).to_have_attribute("aria-selected", "true")
    for key, day in (
        ("ArrowRight", "2027-01-14"),
        ("ArrowDown", "2027-01-21"),
        ("ArrowUp", "2027-01-14"),
        ("ArrowLeft", "2027-01-13"),
        ("Home", "2027-01-11"),
        ("End", "2027-01-17"),
        ("PageDown", "2027-02-17"),
        ("PageUp", "2027-01-17"),
        ("Shift+PageDown", "2028-01-17"),
        ("Shift+PageUp", "2027-01-17"),
        ("ArrowRight", "2027-01-18"),
    ):
        opened.press(key)
        expect(focused).to_have_attribute("data-day", day)
    expect(opened.picker.get_by_role("heading")).to_have_text("January 2027")
    opened.press("Enter")
    expect(opened.picker).to_have_count(0)
    expect(opened.row.locator(".task-check")).to_be_focused()
    assert due_of(opened.held()) == {"date": "2027-01-18"}


def test_a_time_is_set_in_another_zone(details: Callable[..., Details]) -> None:
    opened = details(due={"date": "2027-01-13"})
    picker = opened.pick("due")
    picker.get_by_label("Time", exact=True).fill("09:30")
    picker.get_by_role("button", name="Time zone: Berlin").click()
    expect(picker.get_by_role("option").first).to_contain_text("yours")
    opened.page.keyboard.type("new york")
    opened.press("Enter")
    expect(picker.get_by_role("button", name="Save")).to_be_focused()
    opened.press("Enter")
    held = due_of(opened.held())
    assert held == {"at": "2027-01-13T09:30:00-05:00", "time_zone": "America/New_York"}
    expect(opened.panel.locator("[data-fact=due]")).to_contain_text("09:30 (New York)")


def test_the_time_is_taken_away_again(details: Callable[..., Details]) -> None:
    opened = details(due={"at": "2027-01-13T09:30:00", "time_zone": "Asia/Tokyo"})
    picker = opened.pick("due")
    picker.get_by_role("button", name="Take the time away").click()
    picker.get_by_role("button", name="Save").click()
    assert due_of(opened.held()) == {"date": "2027-01-13"}


def test_what_is_written_is_understood_and_shown_before_it_is_taken(details: Callable[..., Details]) -> None:
    opened = details(is_open=False)
    picker = opened.key("d")
    expect(picker.get_by_label("Write when it is due")).to_be_focused()
    opened.page.keyboard.type("rhubarb")
    expect(picker.get_by_role("status")).to_have_text("This is no date yet")
    opened.press("Enter")
    expect(picker).to_be_visible()
    picker.get_by_label("Write when it is due").fill("next fri 9am every 2 weeks")
    expect(picker.get_by_role("status")).to_contain_text("09:00, Every 2 weeks")
    opened.press("Enter")
    held = due_of(opened.held())
    assert held is not None
    at = datetime.fromisoformat(held["at"])
    assert (at.weekday(), at.strftime("%H:%M"), held["time_zone"]) == (4, "09:00", "Europe/Berlin")
    assert held["recurrence"].startswith("FREQ=WEEKLY;INTERVAL=2")


@pytest.mark.parametrize(
    ("words", "rule"),
    [
        ("Every day", "FREQ=DAILY"),
        ("Every weekday", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"),
        ("Every Sunday", "FREQ=WEEKLY;BYDAY=SU"),
        ("Every month on the 31st", "FREQ=MONTHLY;BYMONTHDAY=31"),
        ("Every month on the last day", "FREQ=MONTHLY;BYMONTHDAY=-1"),
        ("Every year", "FREQ=YEARLY"),
    ],
)
def test_a_recurrence_is_chosen_in_words(details: Callable[..., Details], words: str, rule: str) -> None:
    opened = details(due={"date": "2027-01-31"})  # a Sunday
    picker = opened.pick("due")
    picker.get_by_role("button", name="Does not repeat").click()
    picker.get_by_role("option", name=words, exact=True).click()
    expect(picker.get_by_role("button", name=words)).to_be_visible()
    picker.get_by_role("button", name="Save").click()
    assert due_of(opened.held()) == {"date": "2027-01-31", "recurrence": rule}
    expect(opened.panel.get_by_role("button", name=f"Repeat {words}")).to_be_visible()


def test_a_recurrence_of_ones_own_is_made_by_keyboard_alone(details: Callable[..., Details]) -> None:
    opened = details(is_open=False, due={"date": "2027-01-13"})
    picker = opened.key("d")
    focused = opened.page.locator(":focus")
    opened.tab_to("[data-opens=recurrence]")
    opened.press("Enter", "End", "Enter")
    expect(picker.get_by_label("Every", exact=True)).to_be_focused()
    opened.page.keyboard.press("ControlOrMeta+a")
    opened.page.keyboard.type("3")
    opened.press("Tab", "Tab")  # past the unit, to Monday
    expect(focused).to_have_accessible_name("Monday")
    opened.press("Space")
    for _ in range(7):
        opened.press("Tab")
    expect(focused).to_have_accessible_name("Ends")
    picker.get_by_label("Ends").select_option("count")
    expect(picker.get_by_role("status")).to_have_text("Every 3 weeks on Monday and Wednesday, 10 times")
    opened.press("Tab", "Tab", "Enter")
    expect(picker.get_by_role("button", name="Save")).to_be_focused()
    opened.press("Enter")
    rule = "FREQ=WEEKLY;INTERVAL=3;COUNT=10;BYDAY=MO,WE"
    assert due_of(opened.held()) == {"date": "2027-01-13", "recurrence": rule}


def test_a_recurrence_by_the_month_until_a_day(details: Callable[..., Details]) -> None:
    opened = details(due={"date": "2027-01-13"})
    picker = opened.pick("due")
    picker.get_by_role("button", name="Does not repeat").click()
    picker.get_by_role("option", name="Something else").click()
    picker.get_by_label("Days, weeks, months or years").select_option("MONTHLY")
    picker.get_by_label("On which day").select_option(label="Every month on the second Wednesday")
    picker.get_by_label("Ends").select_option("until")
    picker.get_by_label("Last day", exact=True).fill("2027-12-24")
    picker.get_by_role("button", name="Repeat like this").click()
    picker.get_by_role("button", name="Save").click()
    rule = "FREQ=MONTHLY;UNTIL=20271224;BYDAY=2WE"
    assert due_of(opened.held()) == {"date": "2027-01-13", "recurrence": rule}


def test_escape_gives_up_what_a_press_elsewhere_keeps(details: Callable[..., Details]) -> None:
    opened = details(due={"date": "2027-01-13"})
    opened.pick("due").get_by_label("Time", exact=True).fill("08:00")
    opened.press("Escape")
    expect(opened.picker).to_have_count(0)
    expect(opened.panel).to_be_visible()
    assert due_of(opened.held()) == {"date": "2027-01-13"}
    opened.pick("due").get_by_label("Time", exact=True).fill("08:00")
    opened.page.get_by_role("heading", name="Home").click()
    expect(opened.picker).to_have_count(0)
    expect(opened.panel.locator("[data-fact=due]").first).to_contain_text("08:00")
    held = due_of(opened.held())
    assert held == {"at": "2027-01-13T08:00:00+01:00", "time_zone": "Europe/Berlin"}


@pytest.mark.parametrize(
    ("locale", "first"),
    [("es-ES", "lunes"), ("es-MX", "domingo"), ("en-US", "Sunday"), ("en-GB", "Monday")],
)
def test_the_week_begins_as_where_the_person_is(details: Callable[..., Details], locale: str, first: str) -> None:
    # In Spanish the words of `Details` are not there.
    opened = details(is_open=False, browser={"locale": locale})
    opened.row.locator(".task-check").focus()
    opened.press("d")
    expect(opened.page.locator(".month th").first).to_have_attribute("abbr", first)


# -- The other pickers ------------------------------------------------------------------------------------------------


def test_labels_are_picked_and_made_with_the_mouse(details: Callable[..., Details]) -> None:
    opened = details(labels=["home", "money"])
    picker = opened.pick("labels")
    picker.get_by_role("option", name="money").click()
    picker.get_by_role("combobox").fill("Garden")
    picker.get_by_role("option", name="Make the label “Garden”").click()
    expect(picker.get_by_role("option", name="Garden")).to_have_attribute("aria-checked", "true")
    expect(picker.get_by_role("option", name="money")).to_have_attribute("aria-checked", "false")
    assert opened.held()["labels"] == ["home", "Garden"]


def test_labels_are_picked_and_made_by_keyboard_alone(details: Callable[..., Details]) -> None:
    opened = details(is_open=False, labels=["café"])
    opened.key("l")
    opened.page.keyboard.type("CAFE")  # found without its accent
    opened.press("Enter")
    expect(opened.picker.get_by_role("option", name="café")).to_have_attribute("aria-checked", "false")
    opened.page.keyboard.press("ControlOrMeta+a")
    opened.page.keyboard.type("tea")
    opened.press("Enter", "Escape")
    expect(opened.row.locator(".task-check")).to_be_focused()
    assert opened.held()["labels"] == ["tea"]


def test_labels_of_several_tasks_say_who_has_them(details: Callable[..., Details]) -> None:
    opened = details(is_open=False, labels=["home"])
    home = {"url": f"/v1/lists/{opened.task['list_id']}"}
    other = opened.visitor.account.add(home, "Buy milk", labels=["home", "food"])
    expect(opened.page.locator(f"#task-{other['id']}")).to_be_visible()
    opened.row.locator(".task-check").focus()
    opened.press("ControlOrMeta+a", "l")
    expect(opened.picker.get_by_role("option", name="home")).to_have_attribute("aria-checked", "true")
    food = opened.picker.get_by_role("option", name="food")
    expect(food).to_have_attribute("aria-checked", "mixed")
    food.click()
    expect(food).to_have_attribute("aria-checked", "true")
    assert opened.held()["labels"] == ["home", "food"]
    opened.picker.get_by_role("option", name="home").click()
    assert opened.held()["labels"] == ["food"]
    assert opened.visitor.account.get(other["url"])["labels"] == ["food"]


@pytest.mark.parametrize(("key", "priority"), [("1", 4), ("4", 1), ("0", 0)])
def test_a_priority_is_picked_by_its_number(details: Callable[..., Details], key: str, priority: int) -> None:
    opened = details(is_open=False, priority=3)
    opened.key("p")
    opened.press(key)
    expect(opened.picker).to_have_count(0)
    assert opened.held()["priority"] == priority


def test_a_priority_is_picked_with_the_mouse_and_the_arrows(details: Callable[..., Details]) -> None:
    opened = details()
    opened.pick("priority").get_by_role("option", name="Priority 2").click()
    expect(opened.panel.locator("[data-fact=priority]")).to_be_focused()
    assert opened.held()["priority"] == 3
    opened.press("Enter")
    expect(opened.picker).to_be_visible()
    opened.press("ArrowUp", "Space")
    assert opened.held()["priority"] == 4


def test_a_task_is_given_to_a_member_and_back_to_nobody(
    details: Callable[..., Details], people: Callable[..., Visitor]
) -> None:
    opened = details()
    bob = people("Bob")
    home = {"url": f"/v1/lists/{opened.task['list_id']}"}
    join(opened.visitor.account, home, bob.account, "editor")
    expect(opened.page.get_by_role("link", name="Home").first).to_be_visible()
    picker = opened.pick("assignee")
    expect(picker.get_by_role("option")).to_have_count(3)
    opened.page.keyboard.type("bob")
    opened.press("Enter")
    expect(opened.panel.locator("[data-fact=assignee]")).to_contain_text("Bob")
    assert opened.held()["assignee_id"] == bob.account.id
    opened.pick("assignee").get_by_role("option", name="Nobody").click()
    assert opened.held()["assignee_id"] is None


def test_a_task_is_moved_to_another_list_which_is_found_by_its_name(details: Callable[..., Details]) -> None:
    opened = details()
    garden = opened.visitor.account.make_list("Garden")
    expect(opened.page.get_by_role("link", name="Garden")).to_be_visible()
    opened.pick("list")
    opened.page.keyboard.type("gard")
    opened.press("Enter")
    expect(opened.panel.locator(".panel-way")).to_contain_text("Garden")
    assert opened.held()["list_id"] == garden["id"]


def test_reminders_before_a_day_are_times_of_the_clock(details: Callable[..., Details]) -> None:
    opened = details(due={"date": "2027-01-13"})
    picker = opened.pick("reminders")
    picker.get_by_role("option", name="On the day at 09:00").click()
    picker.get_by_label("How many days before").fill("3")
    picker.get_by_label("Time", exact=True).fill("17:30")
    picker.get_by_role("button", name="Add").first.click()
    expect(picker.get_by_role("option", name="3 days before at 17:30")).to_have_attribute("aria-checked", "true")
    assert opened.held()["reminders"] == [{"before": "-PT9H"}, {"before": "P2DT6H30M"}]


def test_reminders_before_a_moment_are_picked_by_keyboard_alone(details: Callable[..., Details]) -> None:
    opened = details(is_open=False, due={"at": "2027-01-13T09:00:00", "time_zone": "Europe/Berlin"})
    opened.key("r")
    opened.press("Space", "ArrowDown", "ArrowDown", "Enter")
    expect(opened.picker.get_by_role("option", name="30 minutes before")).to_have_attribute("aria-checked", "true")
    opened.press("Tab")
    opened.page.keyboard.press("ControlOrMeta+a")
    opened.page.keyboard.type("90")
    opened.press("Enter")
    expect(opened.picker.get_by_role("option", checked=True)).to_have_count(3)
    opened.press("Escape")
    assert opened.held()["reminders"] == [{"before": "PT0S"}, {"before": "PT30M"}, {"before": "PT1H30M"}]


def test_a_reminder_at_a_moment_is_in_the_persons_zone(details: Callable[..., Details]) -> None:
    opened = details(browser={"time_zone": "Asia/Tokyo", "account": {"time_zone": "America/New_York"}})
    picker = opened.pick("reminders")
    picker.get_by_label("Day and time").fill("2027-07-01T09:00")
    picker.get_by_role("button", name="Add").click()
    expect(picker.get_by_role("option", name=re.compile("1 Jul 2027, 09:00"))).to_be_visible()
    assert opened.held()["reminders"] == [{"at": "2027-07-01T13:00:00Z"}]


# -- The panel --------------------------------------------------------------------------------------------------------


def test_the_title_is_kept_on_enter_and_on_leaving_and_restored_by_escape(details: Callable[..., Details]) -> None:
    opened = details()
    title = opened.panel.get_by_role("textbox", name="Title")
    title.fill("Pay the rent")
    title.press("Enter")
    assert opened.held()["title"] == "Pay the rent"
    title.fill("Pay nothing")
    title.press("Escape")
    expect(title).to_have_value("Pay the rent")
    expect(opened.panel).to_be_visible()
    title.fill("Pay all of it")
    opened.panel.get_by_role("heading", name="Subtasks").click()
    assert opened.held()["title"] == "Pay all of it"
    title.fill("  ")
    title.press("Enter")
    expect(title).to_have_value("Pay all of it")
    assert opened.held()["title"] == "Pay all of it"


def test_notes_are_kept_on_leaving_and_restored_by_escape(details: Callable[..., Details]) -> None:
    opened = details(notes="Before noon")
    notes = opened.panel.get_by_role("textbox", name="Notes")
    opened.panel.get_by_role("button", name="Edit the notes").click()
    notes.fill("After noon")
    notes.press("Escape")
    expect(opened.panel.locator(".panel-notes")).to_have_text("Before noon")
    expect(opened.panel.get_by_role("button", name="Edit the notes")).to_be_focused()
    opened.press("Enter")
    notes.fill("One\nTwo")
    notes.press("ControlOrMeta+Enter")
    assert opened.held()["notes"] == "One\nTwo"
    opened.panel.locator(".panel-notes").click()
    notes.fill("")
    opened.panel.get_by_role("heading", name="Subtasks").click()
    expect(opened.panel.locator(".panel-notes")).to_have_text("Add notes")
    assert opened.held()["notes"] == ""


def test_what_is_being_written_is_kept_when_the_panel_goes(details: Callable[..., Details]) -> None:
    opened = details(is_open=False)
    opened.row.locator(".task-check").focus()
    opened.press("o")
    opened.panel.get_by_role("button", name="Edit the notes").click()
    opened.panel.get_by_role("textbox", name="Notes").fill("half a thou")
    opened.page.go_back()
    expect(opened.panel).to_have_count(0)
    assert opened.held()["notes"] == "half a thou"


def test_two_people_who_change_two_fields_at_once_both_have_their_way(
    details: Callable[..., Details], people: Callable[..., Visitor]
) -> None:
    opened = details(notes="Before noon")
    bob = people("Bob", viewport=WIDE)
    join(opened.visitor.account, {"url": f"/v1/lists/{opened.task['list_id']}"}, bob.account, "editor")
    other = Details(bob, opened.task)
    opened.panel.get_by_role("textbox", name="Title").fill("Ann's title")
    other.panel.get_by_role("button", name="Edit the notes").click()
    other.panel.get_by_role("textbox", name="Notes").fill("Bob's notes")
    opened.panel.get_by_role("textbox", name="Title").press("Enter")
    expect(other.panel.get_by_role("textbox", name="Title")).to_have_value("Ann's title")
    expect(other.panel.get_by_role("textbox", name="Notes")).to_have_value("Bob's notes")
    other.panel.get_by_role("textbox", name="Notes").press("ControlOrMeta+Enter")
    expect(opened.panel.locator(".panel-notes")).to_have_text("Bob's notes")
    held = opened.held()
    assert (held["title"], held["notes"]) == ("Ann's title", "Bob's notes")


def test_a_draft_stays_while_somebody_else_changes_the_same_field(details: Callable[..., Details]) -> None:
    opened = details()
    title = opened.panel.get_by_role("textbox", name="Title")
    title.fill("Mine")
    opened.visitor.account.ask("PATCH", opened.task["url"], {"title": "Theirs"})
    expect(opened.row.locator(".task-title")).to_have_text("Theirs")
    expect(title).to_have_value("Mine")
    title.press("Escape")
    expect(title).to_have_value("Theirs")


def test_a_task_that_goes_away_says_so_and_comes_back(details: Callable[..., Details]) -> None:
    opened = details()
    opened.visitor.account.ask("DELETE", opened.task["url"])
    expect(opened.panel).to_contain_text("It is not here any more")
    opened.panel.get_by_role("button", name="Restore it").click()
    expect(opened.panel.get_by_role("textbox", name="Title")).to_have_value("Pay rent")
    assert opened.held()["title"] == "Pay rent"


def test_a_task_that_nobody_knows_is_said_to_be_none(person: Visitor) -> None:
    home = person.account.make_list("Home")
    page = person.open(f"/lists/{home['id']}?task=01a218f7-1e2e-74cc-a882-29a3fc331d44")
    expect(page.locator(".panel")).to_contain_text("There is no such task")
    page.locator(".panel").get_by_role("button", name="Close").click()
    expect(page).to_have_url(re.compile(f"/lists/{home['id']}$"))


def test_a_viewer_reads_and_changes_nothing(details: Callable[..., Details], people: Callable[..., Visitor]) -> None:
    opened = details(notes="See https://example.org/", due={"date": today()}, priority=4)
    bob = people("Bob", viewport=WIDE)
    join(opened.visitor.account, {"url": f"/v1/lists/{opened.task['list_id']}"}, bob.account, "viewer")
    page = bob.open(f"/lists/{opened.task['list_id']}?task={opened.task['id']}")
    panel = page.locator(".panel")
    expect(panel.get_by_role("heading", name="Pay rent")).to_be_visible()
    expect(panel.locator("textarea, [data-fact], .subtask-new")).to_have_count(0)
    expect(panel.get_by_role("checkbox")).to_be_disabled()
    panel.locator(".panel-notes").click()
    expect(panel.locator("textarea")).to_have_count(0)
    panel.get_by_role("button", name="More for this task").click()
    expect(page.get_by_role("menuitem")).to_have_text(["Copy the link"])


def test_completing_a_recurring_task_says_when_it_is_next(details: Callable[..., Details]) -> None:
    opened = details(due={"date": today(), "recurrence": "FREQ=DAILY"})
    opened.panel.get_by_role("checkbox", name="Complete “Pay rent”").click()
    expect(opened.page.locator(".toasts")).to_contain_text("“Pay rent” is due again: Tomorrow")
    assert due_of(opened.held()) == {"date": days_later(1), "recurrence": "FREQ=DAILY"}
    assert opened.held()["completed"] is False


def test_subtasks_are_added_completed_and_put_in_order(details: Callable[..., Details]) -> None:
    opened = details()
    new = opened.panel.get_by_label("Add a subtask")
    for title in ("One", "Two", "Three tomorrow !1"):
        new.fill(title)
        new.press("Enter")
    titles = opened.panel.locator(".subtask-title")
    expect(titles).to_have_text(["One", "Two", "Three"])
    third = opened.panel.get_by_role("checkbox", name="Complete “Three”")
    third.focus()
    opened.press("Alt+ArrowUp")
    expect(titles).to_have_text(["One", "Three", "Two"])
    expect(third).to_be_focused()
    opened.press("Alt+ArrowUp", "Alt+ArrowUp")
    expect(titles).to_have_text(["Three", "One", "Two"])
    opened.press("Space")
    expect(opened.panel.get_by_role("heading", name="Subtasks")).to_contain_text("1/3")
    saved(opened.page)
    tasks = opened.visitor.account.get(f"/v1/lists/{opened.task['list_id']}/tasks", parent=opened.task["id"])
    assert [(each["title"], each["completed"]) for each in tasks] == [("Three", True), ("One", False), ("Two", False)]
    assert (tasks[0]["priority"], due_of(tasks[0])) == (4, {"date": days_later(1)})
    titles.nth(1).click()
    expect(opened.panel.get_by_role("textbox", name="Title")).to_have_value("One")
    opened.panel.get_by_role("link", name="Pay rent").click()
    expect(opened.panel.get_by_role("textbox", name="Title")).to_have_value("Pay rent")


def test_subtasks_are_dragged(details: Callable[..., Details]) -> None:
    opened = details()
    home = {"url": f"/v1/lists/{opened.task['list_id']}"}
    for title in ("One", "Two", "Three"):
        opened.visitor.account.add(home, title, parent_id=opened.task["id"])
    titles = opened.panel.locator(".subtask-title")
    expect(titles).to_have_text(["One", "Two", "Three"])
    opened.panel.locator(".subtask").nth(2).hover()
    opened.panel.locator(".subtask").nth(2).locator("[data-handle]").hover()
    opened.page.mouse.down()
    box = opened.panel.locator(".subtask").nth(0).bounding_box()
    assert box is not None
    opened.page.mouse.move(box["x"] + 20, box["y"] + 20, steps=5)
    opened.page.mouse.move(box["x"] + 20, box["y"] + 3, steps=5)
    opened.page.mouse.up()
    expect(titles).to_have_text(["Three", "One", "Two"])


def test_a_copy_has_all_that_the_task_has_and_what_is_below_it(details: Callable[..., Details]) -> None:
    due = {"at": "2027-01-13T09:00:00", "time_zone": "Asia/Tokyo", "recurrence": "FREQ=DAILY"}
    opened = details(notes="N", labels=["home"], priority=2, due=due, reminders=[{"before": "P1D"}])
    home = {"url": f"/v1/lists/{opened.task['list_id']}"}
    opened.visitor.account.add(home, "Below", parent_id=opened.task["id"])
    expect(opened.panel.locator(".subtask")).to_have_count(1)
    opened.panel.get_by_role("button", name="More for this task").click()
    opened.page.get_by_role("menuitem", name="Duplicate").click()
    expect(opened.page).not_to_have_url(re.compile(opened.task["id"]))
    expect(opened.panel.locator(".subtask-title")).to_have_text("Below")
    saved(opened.page)
    tasks = opened.visitor.account.get(f"{home['url']}/tasks")
    copied = [
        [each[name] for name in ("notes", "labels", "priority", "due", "reminders")]
        for each in tasks
        if each["title"] == "Pay rent"
    ]
    assert len(copied) == 2
    assert copied[0] == copied[1]


def test_a_link_to_the_task_is_copied_and_opens_it(details: Callable[..., Details]) -> None:
    opened = details()
    opened.visitor.context.grant_permissions(["clipboard-read", "clipboard-write"])
    opened.panel.get_by_role("button", name="More for this task").click()
    opened.page.get_by_role("menuitem", name="Copy the link").click()
    expect(opened.page.locator(".toasts")).to_contain_text("Copied the link")
    address = opened.page.evaluate("navigator.clipboard.readText()")
    opened.page.goto(address)
    expect(opened.panel.get_by_role("textbox", name="Title")).to_have_value("Pay rent")


def test_a_task_goes_to_the_trash_with_its_panel(details: Callable[..., Details]) -> None:
    opened = details()
    opened.panel.get_by_role("button", name="More for this task").click()
    opened.page.get_by_role("menuitem", name="Move to the trash").click()
    expect(opened.panel).to_have_count(0)
    saved(opened.page)
    assert opened.visitor.account.ask("GET", opened.task["url"]).status == 404
    opened.page.get_by_role("button", name="Undo").click()
    expect(opened.row).to_be_visible()


def test_the_activity_says_who_did_what(details: Callable[..., Details]) -> None:
    opened = details()
    opened.visitor.account.ask("PATCH", opened.task["url"], {"title": "Pay the rent"})
    opened.visitor.account.ask("PATCH", opened.task["url"], {"due": {"date": "2027-01-13"}})
    opened.panel.get_by_role("button", name="Activity").click()
    entries = opened.panel.locator(".activity-entry bdi")
    expect(entries).to_have_text(
        ["Ann set the due: 13 Jan 2027", "Ann renamed it from “Pay rent” to “Pay the rent”", "Ann added it"]
    )


def test_the_panel_opens_with_a_key_closes_with_escape_and_gives_the_focus_back(
    details: Callable[..., Details],
) -> None:
    opened = details(is_open=False)
    opened.row.locator(".task-check").focus()
    opened.press("o")
    expect(opened.panel).to_be_focused()
    expect(opened.page).to_have_url(re.compile(rf"\?task={opened.task['id']}$"))
    opened.press("Escape")
    expect(opened.panel).to_have_count(0)
    expect(opened.row.locator(":focus")).to_have_count(1)


def test_what_lies_below_a_sheet_cannot_be_reached(details: Callable[..., Details]) -> None:
    opened = details(browser={"viewport": PHONE, "touch": True})
    expect(opened.panel).to_have_attribute("aria-modal", "true")
    assert opened.page.locator(".shell").evaluate("(shell) => shell.inert") is True
    opened.panel.get_by_role("button", name="Close").tap()
    expect(opened.panel).to_have_count(0)
    assert opened.page.locator(".shell").evaluate("(shell) => shell.inert") is False


# -- Bad input --------------------------------------------------------------------------------------------------------

HOSTILE = (
    "<script>window.executed = true</script><img src=x onerror='window.executed = true'>\n"
    "javascript:alert(1) data:text/html,<b>x</b> vbscript:x file:///etc/passwd\n"
    "https://example.org/a(b)?q=1&r=%22%3E#c. (https://example.org/in-brackets)\n"
    "mailto:ann@example.org, HTTPS://EXAMPLE.ORG/UPPER https://exa\u202emple.org/x http://\n"
    'https://example.org/"onmouseover="window.executed=true\n'
    "\u202eright to left\u202c \u2067isolate\u2069 " + "🧑‍🤝‍🧑" * 100
)


def test_notes_execute_nothing_and_link_to_nothing_but_pages_and_mail(details: Callable[..., Details]) -> None:
    opened = details(notes=HOSTILE)
    notes = opened.panel.locator(".panel-notes")
    assert notes.evaluate("(box) => box.textContent") == HOSTILE
    links = notes.get_by_role("link")
    assert links.evaluate_all("(all) => all.map((link) => link.href)") == [
        "https://example.org/a(b)?q=1&r=%22%3E#c",
        "https://example.org/in-brackets",
        "mailto:ann@example.org",
        "https://example.org/UPPER",
        "https://exa/",
        "https://example.org/",
    ]
    rel = links.evaluate_all("(all) => all.map((link) => link.rel)")
    assert set(rel) == {"noopener noreferrer"}
    for link in links.all():
        link.hover()
    assert opened.page.evaluate("window.executed") is None
    assert notes.locator("*:not(a, bdi)").count() == 0


@pytest.mark.parametrize("viewport", [WIDE, PHONE, (320, 640)], ids=["wide", "phone", "320"])
def test_nothing_of_a_hostile_task_overlaps_or_overflows(
    details: Callable[..., Details], viewport: tuple[int, int]
) -> None:
    long = "W" * 500
    opened = details(
        title=long,
        notes=("\u202e" + "x" * 8000 + "\n" + HOSTILE)[:16_384],
        labels=["L" * 60, "\u202elabel", "<b>"],
        browser={"viewport": viewport},
    )
    no_overflow(opened.page)
    box = opened.panel.bounding_box()
    assert box is not None
    parts = opened.panel.locator(".panel-head, .panel-top, .panel-facts, .panel-part, .panel-times")
    boxes = [each.bounding_box() for each in parts.all()]
    edges = [(each["x"], each["x"] + each["width"], each["y"], each["y"] + each["height"]) for each in boxes if each]
    assert all(box["x"] <= left and right <= box["x"] + box["width"] for left, right, _, _ in edges)
    assert all(before[3] <= after[2] + 1 for before, after in pairwise(edges[1:]))


def test_notes_of_16_kb_are_kept_whole(details: Callable[..., Details]) -> None:
    opened = details()
    text = "0123456789abcde\n" * 1023 + "0123456789abcdef"
    opened.panel.get_by_role("button", name="Edit the notes").click()
    notes = opened.panel.get_by_role("textbox", name="Notes")
    notes.fill(text)
    assert notes.evaluate("(field) => field.scrollHeight - field.clientHeight") <= 2
    notes.press("ControlOrMeta+Enter")
    assert opened.held()["notes"] == text


def test_characters_that_the_service_refuses_are_left_out(details: Callable[..., Details]) -> None:
    opened = details()
    title = opened.panel.get_by_role("textbox", name="Title")
    title.fill("Pay\u0007 the\u2028rent")
    title.press("Enter")
    opened.panel.get_by_role("button", name="Edit the notes").click()
    opened.panel.get_by_role("textbox", name="Notes").fill("a\u0007b")
    opened.panel.get_by_role("textbox", name="Notes").press("ControlOrMeta+Enter")
    held = opened.held()
    assert (held["title"], held["notes"]) == ("Pay  the rent", "ab")


# -- Accessible, everywhere -------------------------------------------------------------------------------------------


def no_overflow(page: Page) -> None:
    """Nothing is wider than the window."""
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for name in (".panel", ".popover"):
        for box in page.locator(name).all():
            assert box.evaluate("(box) => box.scrollWidth <= box.clientWidth"), name
            edges = box.bounding_box()
            assert edges is not None
            assert edges["x"] >= 0
            assert edges["x"] + edges["width"] <= page.evaluate("innerWidth")


FULL = {
    "title": "Pay rent",
    "notes": "See https://example.org/",
    "labels": ["home"],
    "priority": 4,
    "due": {"at": "2027-01-13T09:00:00", "time_zone": "America/New_York", "recurrence": "FREQ=WEEKLY;BYDAY=MO"},
    "reminders": [{"before": "P1D"}],
}
PICKERS = ["due", "reminders", "priority", "labels", "assignee", "list"]


@in_every_look
def test_every_state_is_accessible_and_fits(
    details: Callable[..., Details], axe: Callable[..., None], viewport: tuple[int, int], colours: str
) -> None:
    browser = {"viewport": viewport, "colours": colours, "motion": "reduce", "touch": viewport in (PHONE, NARROW)}
    opened = details(**FULL, browser=browser)
    home = {"url": f"/v1/lists/{opened.task['list_id']}"}
    opened.visitor.account.add(home, "Below", parent_id=opened.task["id"], completed=True)
    expect(opened.panel.locator(".subtask")).to_have_count(1)
    opened.panel.get_by_role("button", name="Activity").click()
    expect(opened.panel.locator(".activity-entry").first).to_be_visible()
    check(opened, axe)
    for fact in PICKERS:
        opened.pick(fact)
        check(opened, axe)
        opened.press("Escape")
    picker = opened.pick("due")
    picker.get_by_role("button", name="Time zone: New York").click()
    check(opened, axe)
    picker.get_by_role("button", name="Back").click()
    picker.locator("[data-opens=recurrence]").click()
    check(opened, axe)
    picker.get_by_role("option", name="Something else").click()
    picker.get_by_label("Ends").select_option("count")
    check(opened, axe)
    opened.press("Escape")
    opened.panel.get_by_role("button", name="Edit the notes").click()
    check(opened, axe)
    opened.press("Escape")
    opened.visitor.account.ask("DELETE", opened.task["url"])
    expect(opened.panel).to_contain_text("It is not here any more")
    check(opened, axe)


def check(opened: Details, axe: Callable[..., None]) -> None:
    """As it stands, for whoever sees it and whoever does not."""
    # What its head covers while it is scrolled would count as too small to be pressed.
    opened.panel.evaluate("(panel) => panel.scrollTo(0, 0)")
    # So would what lies half below a picker; without one it has been looked at.
    axe(opened.page, within=".popover" if opened.picker.count() else None)
    no_overflow(opened.page)


def test_the_keys_of_the_grid_turn_around_where_the_text_does(details: Callable[..., Details]) -> None:
    opened = details(is_open=False, due={"date": "2027-01-13"})
    opened.page.evaluate("document.documentElement.dir = 'rtl'")
    opened.key("d")
    opened.picker.locator("[tabindex='0'][role=gridcell]").focus()
    opened.press("ArrowLeft")
    expect(opened.page.locator(":focus")).to_have_attribute("data-day", "2027-01-14")
    no_overflow(opened.page)


def test_a_picked_due_waits_for_the_network(details: Callable[..., Details], troubles: Troubles) -> None:
    opened = details()
    troubles.allow_disconnected()
    with opened.visitor.offline():
        opened.pick("due").get_by_role("button", name="Tomorrow").click()
        expect(opened.panel.locator("[data-fact=due]")).to_contain_text("Tomorrow")
    assert due_of(opened.held()) == {"date": days_later(1)}
