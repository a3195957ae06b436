"""A list with the keyboard, with a mouse, and many tasks at once."""

from collections.abc import Callable
from typing import Any

import pytest
from browsing import PHONE, Visitor, holding
from looks import in_every_look
from playwright.sync_api import Locator, Page, expect
from saving import require_stored


@pytest.fixture
def home(person: Visitor) -> tuple[Page, str]:
    """The page of a list of four tasks, and the list's id."""
    made = person.account.make_list("Home")
    for title in ("Bread", "Milk", "Cheese", "Eggs"):
        person.account.add(made, title)
    page = person.open(f"/lists/{made['id']}")
    titles(page, "Bread", "Milk", "Cheese", "Eggs")
    return page, made["id"]


def titles(page: Page, *expected: str) -> None:
    """Exactly these are shown, in this order."""
    expect(page.locator(".task-title")).to_have_text(list(expected))


def row(page: Page, title: str) -> Locator:
    return page.locator(".task").filter(has=page.locator(".task-title", has_text=title))


def focus(page: Page, title: str) -> None:
    row(page, title).locator(".task-check").focus()


def focused(page: Page, title: str) -> None:
    expect(row(page, title).locator(".task-check")).to_be_focused()


def stored(person: Visitor, list_id: str, **wanted: Any) -> None:
    """Wait until the service has a task like this."""

    def is_there(tasks: list[dict[str, Any]]) -> bool:
        return any(all(task[name] == value for name, value in wanted.items()) for task in tasks)

    require_stored(person.context.pages[0], person.account, is_there, path=f"/v1/lists/{list_id}/tasks")


def depth(page: Page, title: str) -> str:
    return str(row(page, title).evaluate("row => row.style.getPropertyValue('--depth') || '0'"))


# -- with the keyboard ------------------------------------------------------------------------------------------------


def test_arrows_move_among_tasks_and_home_and_end_to_the_ends(home: tuple[Page, str]) -> None:
    page, _ = home
    focus(page, "Bread")
    page.keyboard.press("ArrowDown")
    focused(page, "Milk")
    page.keyboard.press("End")
    focused(page, "Eggs")
    page.keyboard.press("k")
    focused(page, "Cheese")
    page.keyboard.press("Home")
    focused(page, "Bread")


def test_one_stop_of_the_tab_key_is_in_the_list_however_long_it_is(home: tuple[Page, str]) -> None:
    page, _ = home
    assert page.locator(".task-check[tabindex='0']").count() == 1
    focus(page, "Bread")
    page.keyboard.press("ArrowDown")
    assert page.locator(".task-check[tabindex='0']").count() == 1


def test_space_completes_and_the_focus_goes_on_to_the_next(home: tuple[Page, str], person: Visitor) -> None:
    page, list_id = home
    focus(page, "Milk")
    page.keyboard.press("Space")
    titles(page, "Bread", "Cheese", "Eggs", "Milk")
    focused(page, "Cheese")
    stored(person, list_id, title="Milk", completed=True)


def test_z_takes_the_completion_back(home: tuple[Page, str], person: Visitor) -> None:
    page, list_id = home
    focus(page, "Milk")
    page.keyboard.press("Space")
    expect(page.locator(".toast")).to_contain_text("Completed “Milk”")
    stored(person, list_id, title="Milk", completed=True)
    page.keyboard.press("z")
    titles(page, "Bread", "Milk", "Cheese", "Eggs")
    stored(person, list_id, title="Milk", completed=False)


def test_enter_edits_the_title(home: tuple[Page, str], person: Visitor) -> None:
    page, list_id = home
    focus(page, "Milk")
    page.keyboard.press("Enter")
    page.keyboard.type(" and butter")
    page.keyboard.press("Enter")
    titles(page, "Bread", "Milk and butter", "Cheese", "Eggs")
    focused(page, "Milk and butter")
    stored(person, list_id, title="Milk and butter")


def test_what_is_typed_right_after_enter_goes_into_the_title(home: tuple[Page, str]) -> None:
    """However busy the device is: a frame is not waited for, so that a letter does what a key of the list does."""
    page, _ = home
    focus(page, "Bread")
    is_in_title = """async () => {
        const enter = new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true });
        document.activeElement.dispatchEvent(enter);
        for (let turn = 0; turn < 20; turn += 1) await null;
        return document.activeElement.matches('.task-edit');
    }"""
    assert page.evaluate(is_in_title)


def test_a_key_that_leads_nowhere_else_takes_no_focus_later(home: tuple[Page, str]) -> None:
    page, _ = home
    focus(page, "Bread")
    page.keyboard.press("Home")
    page.keyboard.press("Enter")
    expect(page.locator(".task-edit")).to_be_focused()
    page.keyboard.type(" and butter")
    page.keyboard.press("Enter")
    titles(page, "Bread and butter", "Milk", "Cheese", "Eggs")


def test_alt_and_arrows_move_a_task(home: tuple[Page, str]) -> None:
    page, _ = home
    focus(page, "Milk")
    page.keyboard.press("Alt+ArrowDown")
    titles(page, "Bread", "Cheese", "Milk", "Eggs")
    focused(page, "Milk")
    page.keyboard.press("Alt+ArrowUp")
    page.keyboard.press("Alt+ArrowUp")
    titles(page, "Milk", "Bread", "Cheese", "Eggs")
    page.reload()
    titles(page, "Milk", "Bread", "Cheese", "Eggs")


def test_alt_and_right_makes_a_subtask_and_left_brings_it_out(home: tuple[Page, str], person: Visitor) -> None:
    page, list_id = home
    focus(page, "Milk")
    page.keyboard.press("Alt+ArrowRight")
    expect(row(page, "Bread").get_by_role("button", name="1 subtask of “Bread”")).to_be_attached()
    assert depth(page, "Milk") == "1"
    parent = next(task for task in person.account.ask("GET", f"/v1/lists/{list_id}/tasks").json)
    stored(person, list_id, title="Milk", parent_id=parent["id"])
    page.keyboard.press("Alt+ArrowLeft")
    stored(person, list_id, title="Milk", parent_id=None)
    titles(page, "Bread", "Milk", "Cheese", "Eggs")


def test_digits_set_the_priority(home: tuple[Page, str], person: Visitor) -> None:
    page, list_id = home
    focus(page, "Milk")
    page.keyboard.press("1")
    expect(row(page, "Milk")).to_have_attribute("data-priority", "1")
    stored(person, list_id, title="Milk", priority=4)
    page.keyboard.press("0")
    stored(person, list_id, title="Milk", priority=0)


def test_delete_moves_to_the_trash_and_the_toast_brings_it_back(home: tuple[Page, str]) -> None:
    page, _ = home
    focus(page, "Milk")
    page.keyboard.press("Delete")
    titles(page, "Bread", "Cheese", "Eggs")
    focused(page, "Cheese")
    page.get_by_role("button", name="Undo").click()
    titles(page, "Bread", "Milk", "Cheese", "Eggs")


def test_keys_in_a_text_are_letters(home: tuple[Page, str]) -> None:
    page, _ = home
    page.locator(".quick-add-input").fill("")
    page.locator(".quick-add-input").press_sequentially("x1zd?")
    expect(page.locator(".quick-add-input")).to_have_value("x1zd?")
    expect(page.get_by_role("dialog")).to_have_count(0)
    titles(page, "Bread", "Milk", "Cheese", "Eggs")


def test_a_question_mark_shows_all_keys(home: tuple[Page, str]) -> None:
    page, _ = home
    focus(page, "Milk")
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(dialog).to_contain_text("Move among tasks")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    focused(page, "Milk")


# -- several at once --------------------------------------------------------------------------------------------------


def test_several_are_selected_and_completed_together_and_taken_back_as_one(home: tuple[Page, str]) -> None:
    page, _ = home
    focus(page, "Bread")
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Shift+ArrowDown")
    bar = page.get_by_role("toolbar", name="Selected tasks")
    expect(bar).to_contain_text("3 tasks selected")
    bar.get_by_role("button", name="Complete").click()
    titles(page, "Eggs", "Bread", "Milk", "Cheese")
    expect(bar).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    titles(page, "Bread", "Milk", "Cheese", "Eggs")
    assert page.locator(".task[data-completed=true]").count() == 0


def test_a_click_with_control_or_shift_selects(home: tuple[Page, str]) -> None:
    page, _ = home
    row(page, "Bread").locator(".task-body").click(modifiers=["Control"], position={"x": 300, "y": 8})
    row(page, "Cheese").locator(".task-body").click(modifiers=["Shift"], position={"x": 300, "y": 8})
    expect(page.locator(".task[data-selected=true]")).to_have_count(3)
    page.locator(".task[data-selected=true] .task-check").first.focus()
    page.keyboard.press("Escape")
    expect(page.locator(".task[data-selected=true]")).to_have_count(0)


def test_all_are_selected_and_thrown_away(home: tuple[Page, str]) -> None:
    page, _ = home
    focus(page, "Bread")
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    expect(page.locator(".task")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    titles(page, "Bread", "Milk", "Cheese", "Eggs")


# -- with a mouse and a finger ----------------------------------------------------------------------------------------


def drag(page: Page, title: str, to: Locator, *, x: float = 0, y: float = 0.25) -> None:
    """Take a row by its handle, and let it go over `to`, so far to the right, at this part of its height."""
    row(page, title).hover()
    handle = row(page, title).locator("[data-handle]").bounding_box()
    box = to.bounding_box()
    assert handle
    assert box
    start = handle["x"] + handle["width"] / 2
    page.mouse.move(start, handle["y"] + handle["height"] / 2)
    page.mouse.down()
    page.mouse.move(start + x, box["y"] + box["height"] * y, steps=6)
    page.mouse.up()


def test_a_task_is_dragged_to_another_place(home: tuple[Page, str]) -> None:
    page, _ = home
    drag(page, "Eggs", row(page, "Milk"))
    titles(page, "Bread", "Eggs", "Milk", "Cheese")
    page.reload()
    titles(page, "Bread", "Eggs", "Milk", "Cheese")


def test_a_task_that_is_dragged_to_the_right_becomes_a_subtask(home: tuple[Page, str], person: Visitor) -> None:
    page, list_id = home
    drag(page, "Eggs", row(page, "Milk"), x=40)
    titles(page, "Bread", "Eggs", "Milk", "Cheese")
    first = person.account.ask("GET", f"/v1/lists/{list_id}/tasks").json[0]
    stored(person, list_id, title="Eggs", parent_id=first["id"])
    assert depth(page, "Eggs") == "1"


def test_a_task_is_dragged_to_another_list(home: tuple[Page, str], person: Visitor) -> None:
    page, _ = home
    other = person.account.make_list("Work")
    target = page.locator(f"[data-drop-list='{other['id']}']")
    expect(target).to_be_visible()
    row(page, "Milk").hover()
    handle, box = row(page, "Milk").locator("[data-handle]").bounding_box(), target.bounding_box()
    assert handle
    assert box
    page.mouse.move(handle["x"] + 5, handle["y"] + 10)
    page.mouse.down()
    page.mouse.move(box["x"] + 40, box["y"] + 10, steps=8)
    page.mouse.up()
    titles(page, "Bread", "Cheese", "Eggs")
    stored(person, other["id"], title="Milk")


def test_escape_gives_a_drag_up(home: tuple[Page, str]) -> None:
    page, _ = home
    row(page, "Eggs").hover()
    handle = row(page, "Eggs").locator("[data-handle]").bounding_box()
    assert handle
    page.mouse.move(handle["x"] + 5, handle["y"] + 10)
    page.mouse.down()
    page.mouse.move(handle["x"] + 5, handle["y"] - 60, steps=5)
    expect(page.locator(".drop-line")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".drop-line")).to_have_count(0)
    page.mouse.up()
    titles(page, "Bread", "Milk", "Cheese", "Eggs")


def test_lists_are_put_in_another_order_with_the_keyboard(home: tuple[Page, str], person: Visitor) -> None:
    page, _ = home
    person.account.make_list("Work")
    names = page.locator("#sidebar .nav-title")
    expect(names).to_have_text(["Home", "Work"])
    page.get_by_role("link", name="Work").focus()
    page.keyboard.press("Alt+ArrowUp")
    expect(names).to_have_text(["Work", "Home"])
    page.reload()
    expect(names).to_have_text(["Work", "Home"])


def test_on_a_phone_the_menu_opens_and_a_tap_goes_to_a_list(people: Callable[..., Visitor]) -> None:
    person = people(viewport=PHONE, touch=True)
    made = person.account.make_list("Home")
    person.account.add(made, "Bread")
    page = person.open("/today")
    page.get_by_role("button", name="Menu").tap()
    page.get_by_role("link", name="Home").tap()
    titles(page, "Bread")
    expect(page.locator(".shell")).to_have_attribute("data-menu", "closed")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]


# -- adding -----------------------------------------------------------------------------------------------------------


def test_a_line_is_understood_and_said_before_it_is_added(home: tuple[Page, str], person: Visitor) -> None:
    page, list_id = home
    page.locator(".quick-add-input").fill("Pay rent tomorrow 9am #home !1 every month")
    preview = page.locator("#quick-add-preview")
    for part in ("Pay rent", "Tomorrow", "Every month", "home", "Priority 1"):
        expect(preview).to_contain_text(part)
    page.keyboard.press("Enter")
    titles(page, "Bread", "Milk", "Cheese", "Eggs", "Pay rent")
    stored(person, list_id, title="Pay rent", labels=["home"], priority=4)


def test_pasted_lines_are_as_many_tasks(home: tuple[Page, str]) -> None:
    page, _ = home
    page.locator(".quick-add-input").focus()
    page.evaluate(
        """() => {
          const clipboardData = new DataTransfer();
          clipboardData.setData('text', 'Apples\\n\\nPears\\r\\nPlums');
          document.activeElement.dispatchEvent(
            new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
        }"""
    )
    titles(page, "Bread", "Milk", "Cheese", "Eggs", "Apples", "Pears", "Plums")


def test_a_new_list_is_made_beside_the_others_and_opened(person: Visitor) -> None:
    page = person.open("/today")
    page.get_by_role("button", name="Add a list").click()
    page.keyboard.type("Holidays")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Holidays")).to_be_visible()
    assert "/lists/" in page.url


# -- everybody --------------------------------------------------------------------------------------------------------


@in_every_look
def test_a_list_is_accessible_and_fits(
    people: Callable[..., Visitor], axe: Callable[..., None], colours: str, viewport: tuple[int, int]
) -> None:
    person = people(colours=colours, viewport=viewport)
    made = person.account.make_list("Home")
    due = {"date": "2026-01-05", "recurrence": "FREQ=MONTHLY"}
    person.account.add(made, "Bread", labels=["errands", "money"], priority=4, due=due, notes="Rye")
    person.account.add(made, "Milk", completed=True)
    page = person.open(f"/lists/{made['id']}")
    titles(page, "Bread", "Milk")
    page.locator(".quick-add-input").fill("Pay rent tomorrow #home")
    expect(page.locator("#quick-add-preview")).to_contain_text("Tomorrow")
    axe(page)
    focus(page, "Bread")
    page.keyboard.press("x")
    expect(page.get_by_role("toolbar")).to_be_visible()
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport[0]


def test_somebody_without_a_list_is_given_one_with_the_first_task(person: Visitor) -> None:
    page = person.open("/today")
    page.locator(".quick-add-input").fill("Buy bread")
    page.keyboard.press("Enter")
    titles(page, "Buy bread")
    expect(page.locator("#sidebar .nav-title")).to_have_text(["To do"])
    page.get_by_role("link", name="To do", exact=False).last.click()
    titles(page, "Buy bread")


def test_a_task_added_before_it_is_known_which_lists_there_are_waits_for_them(person: Visitor) -> None:
    person.account.make_list("Home")
    page = person.context.new_page()
    line = page.locator(".quick-add-input")
    with holding(page, "**/v1/sync") as until_asked:
        page.goto(f"{person.service.url}/today")
        until_asked()
        line.fill("Buy bread")
        page.keyboard.press("Enter")
        expect(line).to_have_value("Buy bread")
    titles(page, "Buy bread")
    expect(line).to_have_value("")
    expect(page.locator("#sidebar .nav-title")).to_have_text(["Home"])


@in_every_look
def test_a_language_that_runs_the_other_way_is_laid_out_the_other_way(
    people: Callable[..., Visitor], axe: Callable[..., None], viewport: tuple[int, int], colours: str
) -> None:
    person = people(colours=colours, viewport=viewport)
    made = person.account.make_list("بيت")
    person.account.add(made, "خبز", labels=["سوق"], priority=4, due={"date": "2026-01-05"})
    person.account.add(made, "Milk")
    page = person.open(f"/lists/{made['id']}")
    titles(page, "خبز", "Milk")
    page.evaluate("document.documentElement.dir = 'rtl'")
    check, title = row(page, "خبز").locator(".task-check"), row(page, "خبز").locator(".task-title")
    left, right = title.bounding_box(), check.bounding_box()
    assert left
    assert right
    assert left["x"] < right["x"]
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport[0]
    axe(page)
    # What is deeper lies further to the left, and so goes the arrow.
    focus(page, "Milk")
    page.keyboard.press("Alt+ArrowLeft")
    expect(row(page, "خبز").get_by_role("button", name="1 subtask")).to_be_attached()
    assert depth(page, "Milk") == "1"
