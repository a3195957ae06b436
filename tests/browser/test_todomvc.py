"""The functional specification of TodoMVC, point by point, on a list of the page.

https://github.com/tastejs/todomvc/blob/master/app-spec.md, "Functionality". Its addresses are those of this page:
`/lists/{id}` is its `#/`, and `?show=active` and `?show=completed` are its other routes.
"""

import pytest
from browsing import Visitor
from playwright.sync_api import Locator, Page, expect


class Todos:
    """A list as TodoMVC's users see it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.new = page.locator(".quick-add-input")
        self.items = page.locator(".task")
        self.toggle_all = page.locator(".toggle-all input")
        self.count = page.locator(".todo-count")
        self.clear_completed = page.locator(".clear-completed")
        self.edit = page.locator(".task-edit")

    def add(self, *titles: str) -> None:
        for title in titles:
            self.new.fill(title)
            self.new.press("Enter")

    def item(self, title: str) -> Locator:
        return self.items.filter(has=self.page.locator(".task-title", has_text=title))

    def check(self, title: str) -> Locator:
        return self.item(title).locator(".task-check")

    def start_editing(self, title: str) -> None:
        self.item(title).locator(".task-title").dblclick()

    def show(self, name: str) -> None:
        self.page.get_by_role("navigation", name="Which tasks").get_by_role("link", name=name).click()

    def require(self, *titles: str) -> None:
        """Exactly these are shown, in this order."""
        expect(self.page.locator(".task-title")).to_have_text(list(titles))


@pytest.fixture
def todos(person: Visitor) -> Todos:
    """A list with nothing in it."""
    made = person.account.make_list("Groceries")
    found = Todos(person.open(f"/lists/{made['id']}"))
    expect(found.new).to_be_visible()
    return found


@pytest.fixture
def three(todos: Todos) -> Todos:
    """A list of three, the second of which is done."""
    todos.add("Bread", "Milk", "Cheese")
    todos.check("Milk").check()
    todos.require("Bread", "Cheese", "Milk")
    return todos


# -- No todos ---------------------------------------------------------------------------------------------------------


def test_without_todos_there_is_neither_a_list_nor_a_footer(todos: Todos) -> None:
    expect(todos.items).to_have_count(0)
    expect(todos.toggle_all).to_have_count(0)
    expect(todos.count).to_have_count(0)
    expect(todos.clear_completed).to_have_count(0)


# -- New todo ---------------------------------------------------------------------------------------------------------


def test_the_input_has_the_focus_when_the_page_is_loaded(todos: Todos) -> None:
    expect(todos.new).to_be_focused()


def test_enter_makes_a_todo_appends_it_and_clears_the_input(todos: Todos) -> None:
    todos.add("Bread", "Milk")
    todos.require("Bread", "Milk")
    expect(todos.new).to_have_value("")
    expect(todos.new).to_be_focused()


def test_a_new_todo_is_trimmed(todos: Todos) -> None:
    todos.add("   Bread   ")
    todos.require("Bread")


def test_nothing_but_white_space_makes_no_todo(todos: Todos) -> None:
    todos.add("", "   ")
    todos.add("Bread")
    todos.require("Bread")


# -- Mark all as complete ---------------------------------------------------------------------------------------------


def test_all_are_marked_complete_and_active_again(todos: Todos) -> None:
    todos.add("Bread", "Milk")
    todos.toggle_all.check()
    expect(todos.check("Bread")).to_be_checked()
    expect(todos.check("Milk")).to_be_checked()
    todos.toggle_all.uncheck()
    expect(todos.check("Bread")).not_to_be_checked()
    expect(todos.check("Milk")).not_to_be_checked()


def test_mark_all_is_cleared_after_the_completed_were(todos: Todos) -> None:
    todos.add("Bread")
    todos.toggle_all.check()
    todos.clear_completed.click()
    expect(todos.items).to_have_count(0)
    todos.add("Milk")
    expect(todos.toggle_all).not_to_be_checked()


def test_mark_all_follows_the_single_items(three: Todos) -> None:
    expect(three.toggle_all).not_to_be_checked()
    three.check("Bread").check()
    three.check("Cheese").check()
    expect(three.toggle_all).to_be_checked()
    three.check("Milk").uncheck()
    expect(three.toggle_all).not_to_be_checked()


# -- Item -------------------------------------------------------------------------------------------------------------


def test_the_check_box_marks_an_item_as_complete(three: Todos) -> None:
    expect(three.item("Milk")).to_have_attribute("data-completed", "true")
    expect(three.item("Milk").locator(".task-title")).to_have_css("text-decoration-line", "line-through")
    expect(three.item("Bread")).to_have_attribute("data-completed", "false")


def test_a_double_click_on_the_title_edits_it(three: Todos) -> None:
    three.start_editing("Bread")
    expect(three.edit).to_have_value("Bread")
    expect(three.edit).to_be_focused()


def test_hovering_shows_the_button_that_removes(three: Todos) -> None:
    three.new.focus()
    three.page.mouse.move(0, 0)
    remove = three.item("Cheese").locator(".task-remove")
    expect(remove).to_have_css("opacity", "0")
    three.item("Cheese").hover()
    expect(remove).to_have_css("opacity", "1")
    remove.click()
    three.require("Bread", "Milk")


# -- Editing ----------------------------------------------------------------------------------------------------------


def test_other_controls_are_hidden_while_editing(three: Todos) -> None:
    three.start_editing("Bread")
    expect(three.page.locator(".task", has=three.edit).locator(".task-title")).to_have_count(0)


def test_enter_saves_the_edit(three: Todos) -> None:
    three.start_editing("Bread")
    three.edit.fill("Rye bread")
    three.edit.press("Enter")
    three.require("Rye bread", "Cheese", "Milk")


def test_leaving_the_input_saves_the_edit(three: Todos) -> None:
    three.start_editing("Bread")
    three.edit.fill("Rye bread")
    three.new.focus()
    three.require("Rye bread", "Cheese", "Milk")


def test_an_edit_is_trimmed(three: Todos) -> None:
    three.start_editing("Bread")
    three.edit.fill("   Rye bread  ")
    three.edit.press("Enter")
    three.require("Rye bread", "Cheese", "Milk")


def test_an_edit_that_leaves_nothing_removes_the_todo(three: Todos) -> None:
    three.start_editing("Bread")
    three.edit.fill("  ")
    three.edit.press("Enter")
    three.require("Cheese", "Milk")


def test_escape_leaves_the_edit_as_it_was(three: Todos) -> None:
    three.start_editing("Bread")
    three.edit.fill("Rye bread")
    three.edit.press("Escape")
    three.require("Bread", "Cheese", "Milk")


# -- Counter ----------------------------------------------------------------------------------------------------------


def test_the_counter_counts_what_is_active_with_the_right_plural(todos: Todos) -> None:
    todos.add("Bread")
    expect(todos.count).to_have_text("1 task left")
    expect(todos.count.locator("strong")).to_have_text("1")
    todos.add("Milk")
    expect(todos.count).to_have_text("2 tasks left")
    todos.toggle_all.check()
    expect(todos.count).to_have_text("0 tasks left")


# -- Clear completed button -------------------------------------------------------------------------------------------


def test_clear_completed_removes_what_is_done(three: Todos) -> None:
    three.clear_completed.click()
    three.require("Bread", "Cheese")


def test_clear_completed_is_hidden_where_nothing_is_done(three: Todos) -> None:
    expect(three.clear_completed).to_have_text("Clear completed")
    three.check("Milk").uncheck()
    expect(three.clear_completed).to_have_count(0)


# -- Persistence ------------------------------------------------------------------------------------------------------


def test_everything_is_there_after_a_reload_but_for_the_editing(three: Todos) -> None:
    three.start_editing("Bread")
    three.page.reload()
    three.require("Bread", "Cheese", "Milk")
    expect(three.check("Milk")).to_be_checked()
    expect(three.edit).to_have_count(0)


# -- Routing ----------------------------------------------------------------------------------------------------------


def test_the_routes_show_all_the_active_and_the_completed(three: Todos) -> None:
    three.show("Active")
    three.require("Bread", "Cheese")
    three.show("Completed")
    three.require("Milk")
    three.show("All")
    three.require("Bread", "Cheese", "Milk")


def test_the_route_that_is_shown_is_marked(three: Todos) -> None:
    for name in ("Active", "Completed", "All"):
        three.show(name)
        marked = three.page.locator(".segment[aria-current]")
        expect(marked).to_have_text(name)


def test_the_filter_is_of_the_model_so_an_item_leaves_when_it_changes(three: Todos) -> None:
    three.show("Active")
    three.check("Bread").click()
    three.require("Cheese")
    three.show("Completed")
    three.check("Bread").click()
    three.require("Milk")


def test_the_route_stays_after_a_reload_and_the_back_button_goes_back(three: Todos) -> None:
    three.show("Active")
    three.show("Completed")
    three.page.reload()
    three.require("Milk")
    three.page.go_back()
    three.require("Bread", "Cheese")
