"""Who sees a list, who else is there, what happened, and what came back: as people see it."""

import re
from collections.abc import Callable
from typing import Any

import pytest
import sharing
from browsing import DESKTOP, Troubles, Visitor
from looks import in_every_look
from playwright.sync_api import Locator, Page, expect

NARROW = (320, 640)
People = Callable[..., Visitor]
Item = dict[str, Any]


@pytest.fixture
def pair(people: People) -> tuple[Visitor, Visitor, Item]:
    """Ann, Bob who may edit her list, and the list, with two tasks."""
    ann, bob = people("Ann"), people("Bob")
    made = ann.account.make_list("Our house")
    sharing.join(ann.account, made, bob.account, "editor")
    for title in ("Bread", "Milk"):
        ann.account.add(made, title)
    return ann, bob, made


def open_list(visitor: Visitor, made: Item) -> Page:
    """The page of a list, once it is there."""
    page = visitor.open(f"/lists/{made['id']}")
    expect(page.get_by_role("heading", name=made["title"])).to_be_visible()
    return page


def open_sharing(page: Page) -> Locator:
    """The dialog that says who sees the list."""
    page.get_by_role("button", name="Share").click()
    dialog = page.get_by_role("dialog", name=re.compile("^Who sees"))
    expect(dialog.get_by_role("heading", name="Members")).to_be_visible()
    return dialog


def edit_title(page: Page, old: str, new: str) -> None:
    """In the list itself."""
    page.get_by_role("button", name=f"Edit “{old}”").click()
    page.locator(".task-edit").fill(new)
    page.locator(".task-edit").press("Enter")


def require_well_formed(page: Page, axe: Callable[..., None]) -> None:
    """It is accessible, and nothing of it is beyond the edge."""
    axe(page)
    wide, most = page.evaluate("() => [document.documentElement.scrollWidth, innerWidth]")
    assert wide <= most, f"{page.url} is {wide} wide"


def look_for(page: Page, wanted: Callable[[], bool], what: str) -> None:
    """Wait until the service says what is wanted."""
    for _ in range(150):
        if wanted():
            return
        page.wait_for_timeout(100)
    raise AssertionError(what)


def require_focus(page: Page, within: str) -> None:
    """The focus is somewhere in there, also after what had it has gone."""
    expect(page.locator(f"{within} :focus")).to_have_count(1)


class TestMembers:
    def test_they_are_named_with_what_each_may_do(self, pair: tuple[Visitor, Visitor, Item]) -> None:
        ann, bob, made = pair
        dialog = open_sharing(open_list(ann, made))
        rows = dialog.get_by_role("listitem")
        expect(rows).to_have_count(2)
        expect(rows.filter(has_text="(you)")).to_contain_text("Ann")
        expect(dialog.get_by_label("What Bob may do")).to_have_value("editor")
        expect(rows.filter(has_text="Bob")).to_contain_text(bob.account.email)
        theirs = open_sharing(open_list(bob, made))
        expect(theirs.get_by_role("listitem").filter(has_text="Ann")).to_contain_text("Owner")
        expect(theirs.get_by_role("combobox")).to_have_count(0)
        expect(theirs.get_by_text("Invite by mail")).to_have_count(0)

    def test_a_role_is_changed_and_the_page_of_the_other_follows(self, pair: tuple[Visitor, Visitor, Item]) -> None:
        ann, bob, made = pair
        theirs = open_list(bob, made)
        expect(theirs.locator(".quick-add-input")).to_be_visible()
        dialog = open_sharing(open_list(ann, made))
        dialog.get_by_label("What Bob may do").select_option("viewer")
        expect(theirs.locator(".quick-add-input")).to_have_count(0)
        expect(theirs.locator(".task-check").first).to_be_disabled()
        assert sharing.roles_in(ann.account, made)[bob.account.id] == "viewer"

    def test_a_member_is_taken_off_and_loses_the_list_at_once(
        self, pair: tuple[Visitor, Visitor, Item], troubles: Troubles
    ) -> None:
        troubles.allow("status 404")
        ann, bob, made = pair
        theirs = open_list(bob, made)
        dialog = open_sharing(open_list(ann, made))
        dialog.get_by_role("button", name="Take Bob off the list").click()
        expect(dialog.get_by_role("listitem")).to_have_count(1)
        expect(theirs.get_by_role("heading", name="There is no such list")).to_be_visible()
        assert bob.account.get("/v1/lists") == []
        require_focus(dialog.page, "dialog")

    def test_the_list_is_handed_over_and_left(self, pair: tuple[Visitor, Visitor, Item]) -> None:
        ann, bob, made = pair
        page = open_list(ann, made)
        dialog = open_sharing(page)
        dialog.get_by_label("What Bob may do").select_option("owner")
        expect(page.get_by_text("Bob has another role now").first).to_be_attached()
        dialog.get_by_role("button", name="Leave this list").click()
        expect(page).to_have_url(re.compile("/today$"))
        expect(page.locator("#sidebar").get_by_text("Our house")).to_have_count(0)
        assert sharing.roles_in(bob.account, made) == {bob.account.id: "owner"}

    def test_the_last_owner_is_told_why_they_cannot_leave(
        self, pair: tuple[Visitor, Visitor, Item], troubles: Troubles
    ) -> None:
        troubles.allow("status 409: (DELETE|PUT) .*/members/")
        ann, _, made = pair
        dialog = open_sharing(open_list(ann, made))
        dialog.get_by_role("button", name="Leave this list").click()
        expect(dialog.locator(".form-error")).to_contain_text("owner")
        dialog.get_by_label("What Ann may do").select_option("viewer")
        expect(dialog.locator(".form-error")).to_contain_text("owner")
        expect(dialog.get_by_label("What Ann may do")).to_have_value("owner")
        assert sharing.roles_in(ann.account, made)[ann.account.id] == "owner"

    def test_the_focus_comes_back_to_the_button_that_opened_it(self, pair: tuple[Visitor, Visitor, Item]) -> None:
        ann, _, made = pair
        page = open_list(ann, made)
        page.get_by_role("button", name="Share").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("dialog")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
        expect(page.get_by_role("button", name="Share")).to_be_focused()

    def test_offline_it_says_so(self, pair: tuple[Visitor, Visitor, Item], troubles: Troubles) -> None:
        troubles.allow_disconnected()
        ann, _, made = pair
        page = open_list(ann, made)
        with ann.offline():
            page.get_by_role("button", name="Share").click()
            expect(page.get_by_role("dialog").locator(".form-error")).to_contain_text("cannot be reached")


class TestInvitations:
    def test_one_is_made_listed_and_withdrawn(self, person: Visitor) -> None:
        made = person.account.make_list("Garden")
        page = open_list(person, made)
        dialog = open_sharing(page)
        dialog.get_by_label("Email").fill("  new@example.org ")
        dialog.get_by_label("Role").select_option("viewer")
        dialog.get_by_role("button", name="Invite", exact=True).click()
        row = dialog.get_by_role("list", name="Open invitations").get_by_role("listitem")
        expect(row).to_contain_text("new@example.org")
        expect(row).to_contain_text("Can view")
        expect(row).to_contain_text(re.compile(r"expires \d+ \w+"))
        expect(dialog.get_by_label("Email")).to_have_value("")
        [invitation] = person.account.get(f"{made['url']}/invitations")
        assert (invitation["email"], invitation["role"]) == ("new@example.org", "viewer")
        row.get_by_role("button", name="Withdraw the invitation of new@example.org").click()
        expect(row).to_have_count(0)
        assert person.account.get(f"{made['url']}/invitations") == []
        require_focus(page, "dialog")

    def test_what_is_no_address_is_told_beside_the_field(self, person: Visitor, troubles: Troubles) -> None:
        troubles.allow("status 422: POST .*/invitations")
        dialog = open_sharing(open_list(person, person.account.make_list("Garden")))
        dialog.get_by_role("button", name="Invite", exact=True).click()
        expect(dialog.get_by_label("Email")).to_have_accessible_description("Write the address to invite.")
        dialog.get_by_label("Email").fill("nobody")
        dialog.get_by_role("button", name="Invite", exact=True).click()
        expect(dialog.get_by_label("Email")).to_have_attribute("aria-invalid", "true")


class TestLinks:
    @pytest.mark.parametrize(("role", "may_edit"), [("viewer", False), ("editor", True)])
    def test_one_is_made_copied_opened_by_a_stranger_and_revoked(
        self,
        pair: tuple[Visitor, Visitor, Item],
        open_page: Callable[..., Page],
        troubles: Troubles,
        role: str,
        may_edit: bool,
    ) -> None:
        troubles.allow("status 401", "WebSocket")
        ann, _, made = pair
        ann.context.grant_permissions(["clipboard-read", "clipboard-write"])
        dialog = open_sharing(open_list(ann, made))
        dialog.get_by_label("Whoever has it").select_option(role)
        dialog.get_by_role("button", name="Make a link").click()
        dialog.get_by_role("button", name="Copy").click()
        address = dialog.page.evaluate("() => navigator.clipboard.readText()")
        assert address == dialog.get_by_role("textbox", name="The secret link").input_value()
        dialog.get_by_role("button", name="I have it").click()
        expect(dialog.get_by_role("textbox", name="The secret link")).to_have_count(0)
        require_focus(dialog.page, "dialog")

        stranger = open_page(address.removeprefix(ann.service.url))
        expect(stranger.locator(".task-title")).to_have_text(["Bread", "Milk"])
        expect(stranger.get_by_role("button", name="Share")).to_have_count(0)
        if may_edit:
            stranger.locator(".quick-add-input").fill("Cheese")
            stranger.locator(".quick-add-input").press("Enter")
            look_for(
                stranger,
                lambda: "Cheese" in [task["title"] for task in ann.account.get(f"{made['url']}/tasks")],
                "what the holder of the link wrote did not arrive",
            )
        else:
            expect(stranger.locator(".quick-add-input")).to_have_count(0)
            expect(stranger.locator(".task-check").first).to_be_disabled()

        row = dialog.get_by_role("list", name="Secret links").get_by_role("listitem")
        expect(row).to_contain_text(re.compile(r"expires \d+ \w+"))
        row.get_by_role("button", name=re.compile("^Revoke the link")).click()
        expect(row).to_have_count(0)
        expect(stranger.get_by_role("heading", name="This link leads nowhere")).to_be_visible()

    def test_one_may_be_good_for_ever(self, person: Visitor) -> None:
        made = person.account.make_list("Garden")
        dialog = open_sharing(open_list(person, made))
        dialog.get_by_label("It is good for").select_option("never")
        dialog.get_by_role("button", name="Make a link").click()
        expect(dialog.get_by_role("list", name="Secret links")).not_to_contain_text("expires")
        [link] = person.account.get(f"{made['url']}/links")
        assert (link["expires_at"], link["role"]) == (None, "viewer")


class TestTogether:
    def test_whoever_has_the_list_open_is_shown_until_they_go(self, pair: tuple[Visitor, Visitor, Item]) -> None:
        ann, bob, made = pair
        page, theirs = open_list(ann, made), open_list(bob, made)
        expect(page.get_by_role("img", name="Here now: Bob")).to_be_visible()
        expect(theirs.get_by_role("img", name="Here now: Ann")).to_be_visible()
        theirs.close()
        expect(page.get_by_role("img", name="Here now: Bob")).to_have_count(0)

    def test_whoever_looks_at_another_list_is_shown_there_and_here_no_more(
        self, pair: tuple[Visitor, Visitor, Item]
    ) -> None:
        ann, bob, made = pair
        garden = ann.account.make_list("Garden")
        sharing.join(ann.account, garden, bob.account, "editor")
        page, theirs = open_list(ann, made), open_list(bob, made)
        shown = theirs.get_by_role("img", name="Here now: Ann")
        expect(shown).to_be_visible()
        page.locator("#sidebar").get_by_role("link", name="Garden").click()
        expect(shown).to_have_count(0)
        theirs.locator("#sidebar").get_by_role("link", name="Garden").click()
        expect(shown).to_be_visible()
        expect(page.get_by_role("img", name="Here now: Bob")).to_be_visible()
        page.locator("#sidebar").get_by_role("link", name="Today").click()
        expect(shown).to_have_count(0)
        # What is done there is heard of all the same.
        bob.account.ask("PATCH", garden["url"], {"title": "Allotment"})
        expect(page.locator("#sidebar").get_by_role("link", name="Allotment")).to_be_visible()

    def test_of_several_tabs_each_shows_where_it_looks_while_it_is_seen(
        self, pair: tuple[Visitor, Visitor, Item]
    ) -> None:
        ann, bob, made = pair
        theirs = open_list(bob, made)
        ann.open("/today")
        shown = theirs.get_by_role("img", name="Here now: Ann")
        tab = open_list(ann, made)
        expect(shown).to_be_visible()
        for is_hidden in (True, False):
            tab.evaluate(
                """(isHidden) => {
                  Object.defineProperty(document, 'hidden', { configurable: true, get: () => isHidden });
                  document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));
                }""",
                is_hidden,
            )
            expect(shown).to_have_count(0 if is_hidden else 1)
        tab.close()
        expect(shown).to_have_count(0)

    @pytest.mark.parametrize(("kept", "title"), [("mine", "Oat milk"), ("theirs", "Goat milk")])
    def test_a_title_that_both_changed_is_shown_and_decided(
        self, pair: tuple[Visitor, Visitor, Item], troubles: Troubles, kept: str, title: str
    ) -> None:
        troubles.allow_disconnected()
        troubles.allow("status 412")
        ann, bob, made = pair
        page, theirs = open_list(ann, made), open_list(bob, made)
        expect(page.get_by_role("img", name="Here now: Bob")).to_be_visible()
        with ann.offline():
            edit_title(page, "Milk", "Oat milk")
            edit_title(theirs, "Milk", "Goat milk")
            look_for(
                theirs,
                lambda: "Goat milk" in [task["title"] for task in ann.account.get(f"{made['url']}/tasks")],
                "Bob's title did not arrive",
            )
        notice = page.get_by_role("group", name="A conflict")
        expect(notice).to_contain_text("Bob changed “")
        expect(notice).to_contain_text("Oat milk")
        expect(notice).to_contain_text("Goat milk")
        notice.get_by_role("button", name=f"Keep {kept}").click()
        expect(notice).to_have_count(0)
        expect(page.locator(".task-title").nth(1)).to_have_text(title)
        expect(theirs.locator(".task-title").nth(1)).to_have_text(title)
        require_focus(page, "main")

    def test_what_was_refused_is_told_until_it_is_dismissed(
        self, pair: tuple[Visitor, Visitor, Item], troubles: Troubles
    ) -> None:
        troubles.allow_disconnected()
        troubles.allow("status (403|404|422): POST .*/v1/batch")
        ann, bob, made = pair
        page = open_list(bob, made)
        with bob.offline():
            edit_title(page, "Milk", "Oat milk")
            sharing.appoint(ann.account, made, bob.account, "viewer")
        notice = page.get_by_role("alert").filter(has_text="This could not be done")
        expect(notice).to_contain_text("Renamed “Milk”")
        page.reload()
        expect(notice).to_be_visible()
        notice.get_by_role("button", name="Dismiss").click()
        expect(notice).to_have_count(0)
        expect(page.locator(".task-title")).to_have_text(["Bread", "Milk"])
        require_focus(page, "main")


class TestActivity:
    def test_it_says_who_did_what_and_what_it_was_before(self, pair: tuple[Visitor, Visitor, Item]) -> None:
        ann, bob, made = pair
        [_, milk] = ann.account.get(f"{made['url']}/tasks")
        for changes in ({"title": "Oat milk"}, {"priority": 4}, {"completed": True}):
            assert bob.account.ask("PATCH", milk["url"], changes).status == 200
        page = open_list(ann, made)
        page.get_by_role("button", name="More for this list").click()
        page.get_by_role("menuitem", name="Activity").click()
        entries = page.locator(".activity-entry")
        expect(entries.first).to_contain_text("Bob completed “Oat milk”")
        expect(entries.nth(1)).to_contain_text("Priority")
        expect(entries.nth(2).locator("del")).to_have_text("Milk")
        expect(entries.nth(2).locator("ins")).to_have_text("Oat milk")
        expect(page.get_by_text("Ann invited somebody")).to_be_visible()
        expect(page.get_by_text("Bob joined")).to_be_visible()
        entries.first.get_by_role("link").click()
        expect(page).to_have_url(re.compile(f"/lists/{made['id']}.*task={milk['id']}"))

    def test_a_task_that_is_gone_is_named_all_the_same(self, pair: tuple[Visitor, Visitor, Item]) -> None:
        ann, _, made = pair
        [bread, _] = ann.account.get(f"{made['url']}/tasks")
        assert ann.account.ask("DELETE", bread["url"]).status == 204
        page = ann.open(f"/activity?list={made['id']}")
        expect(page.locator(".activity-entry").first).to_contain_text("Ann moved")
        expect(page.locator(".activity-entry").first).to_contain_text("to the trash")

    def test_another_list_is_chosen_and_that_has_an_address(self, pair: tuple[Visitor, Visitor, Item]) -> None:
        ann, _, made = pair
        other = ann.account.make_list("Garden")
        page = ann.open(f"/activity?list={made['id']}")
        expect(page.locator(".activity-entry").first).to_be_visible()
        page.get_by_label("Of the list").select_option(label="Garden")
        expect(page).to_have_url(re.compile(other["id"]))
        expect(page.locator(".activity-entry")).to_have_count(1)
        page.reload()
        expect(page.get_by_label("Of the list")).to_have_value(other["id"])

    def test_what_is_earlier_comes_when_it_is_asked_for(self, person: Visitor) -> None:
        made = person.account.make_list("Long")
        for number in range(55):
            person.account.add(made, f"Task {number}")
        page = person.open(f"/activity?list={made['id']}")
        expect(page.locator(".activity-entry")).to_have_count(50)
        page.get_by_role("button", name="Show earlier").click()
        expect(page.locator(".activity-entry")).to_have_count(56)


class TestTrash:
    def test_what_is_there_is_restored_to_where_it_was(self, pair: tuple[Visitor, Visitor, Item]) -> None:
        ann, _, made = pair
        page = open_list(ann, made)
        page.locator(".task-check").first.focus()
        page.keyboard.press("Delete")
        expect(page.locator(".task-title")).to_have_text(["Milk"])
        expect(page.locator(".connection")).to_have_count(0)
        page.get_by_role("link", name="Trash").click()
        row = page.locator(".trashed")
        expect(row).to_contain_text("Bread")
        expect(row).to_contain_text("Our house")
        row.get_by_role("button", name="Restore “Bread”").press("Enter")
        expect(page.get_by_text("The trash is empty.")).to_be_visible()
        require_focus(page, "main")
        page.get_by_role("link", name="Our house").click()
        expect(page.locator(".task-title")).to_have_text(["Bread", "Milk"])

    def test_offline_it_says_so(self, pair: tuple[Visitor, Visitor, Item], troubles: Troubles) -> None:
        troubles.allow_disconnected()
        ann, _, made = pair
        page = open_list(ann, made)
        with ann.offline():
            page.get_by_role("link", name="Trash").click()
            expect(page.get_by_role("alert")).to_contain_text("cannot be reached")


class TestSearch:
    @pytest.mark.parametrize("words", ["telefono", "TELÉFONO", "médico teléf", "cita kartei", "salud"])
    def test_words_are_found_whatever_their_accents_and_wherever_they_are(self, person: Visitor, words: str) -> None:
        made = person.account.make_list("Salud")
        person.account.add(made, "Médico: teléfono", notes="Cita en la Kartei")
        other = person.account.make_list("Casa")
        person.account.add(other, "Pan")
        page = person.open("/search")
        expect(page.get_by_label("Search in all lists")).to_be_focused()
        page.get_by_label("Search in all lists").fill(words)
        expect(page.locator(".task-title")).to_have_text(["Médico: teléfono"])
        expect(page.get_by_text("1 task found")).to_be_visible()
        page.reload()
        expect(page.locator(".task-title")).to_have_text(["Médico: teléfono"])

    def test_what_is_completed_is_found_when_it_is_asked_for(self, person: Visitor) -> None:
        made = person.account.make_list("Home")
        person.account.add(made, "Pay rent", completed=True)
        page = person.open("/search?q=rent")
        expect(page.get_by_text("Nothing says this.")).to_be_visible()
        page.get_by_label("Also what is completed").check()
        expect(page.locator(".task-title")).to_have_text(["Pay rent"])
        page.get_by_label("Search in all lists").fill("nothing like it")
        expect(page.get_by_text("Nothing says this.")).to_be_visible()
        expect(page.get_by_label("Search in all lists")).to_be_focused()


@in_every_look
def test_what_is_shared_is_accessible_and_fits(
    people: People, axe: Callable[..., None], viewport: Any, colours: str
) -> None:
    sight: dict[str, Any] = {"viewport": viewport, "colours": colours, "touch": viewport != DESKTOP}
    ann, bob = people("Ann", **sight), people("Bob", account={"name": "Bob " + "B" * 100}, **sight)
    made = ann.account.make_list("A" * 150)
    sharing.join(ann.account, made, bob.account, "editor")
    sharing.invite(ann.account, made, f"{'n' * 60}@example.org")
    page, theirs = open_list(ann, made), open_list(bob, made)
    expect(page.locator(".presence")).to_be_visible()
    require_well_formed(page, axe)
    dialog = open_sharing(page)
    dialog.get_by_role("button", name="Make a link").click()
    expect(dialog.locator(".secret")).to_be_visible()
    require_well_formed(page, axe)
    require_within(dialog)
    open_sharing(theirs)
    require_well_formed(theirs, axe)


@in_every_look
def test_what_was_done_is_accessible_and_fits(
    people: People, axe: Callable[..., None], viewport: Any, colours: str
) -> None:
    ann = people(
        "Ann", account={"name": "Ann " + "n" * 90}, viewport=viewport, colours=colours, touch=viewport != DESKTOP
    )
    made = ann.account.make_list("B" * 150)
    task = ann.account.add(made, "C" * 300, labels=["errands"], priority=3)
    assert ann.account.ask("PATCH", task["url"], {"title": "D" * 300, "due": {"date": "2026-11-26"}}).status == 200
    gone = ann.account.add(made, "E" * 300)
    assert ann.account.ask("DELETE", gone["url"]).status == 204
    for address, there in (("/activity", ".activity-entry"), ("/trash", ".trashed"), ("/search?q=D", ".task")):
        page = ann.open(address)
        expect(page.locator(there).first).to_be_visible()
        require_well_formed(page, axe)


@in_every_look
def test_what_has_to_be_decided_is_accessible_and_fits(
    people: People, axe: Callable[..., None], troubles: Troubles, viewport: Any, colours: str
) -> None:
    troubles.allow_disconnected()
    troubles.allow("status (412|403|404|422)")
    sight: dict[str, Any] = {"viewport": viewport, "colours": colours, "touch": viewport != DESKTOP}
    ann = people("Ann", **sight)
    made = ann.account.make_list("Home")
    milk, bread = ann.account.add(made, "Milk"), ann.account.add(made, "Bread")
    page = open_list(ann, made)
    expect(page.locator(".task")).to_have_count(2)
    page.locator(".task-check").first.focus()
    with ann.offline():
        page.keyboard.press("Enter")
        page.locator(".task-edit").fill("Oat milk " * 20)
        page.locator(".task-edit").press("Enter")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("1")
        expect(page.get_by_text("2 changes are sent when you are back.")).to_be_visible()
        require_well_formed(page, axe)
        assert ann.account.ask("PATCH", milk["url"], {"title": "G" * 300}).status == 200
        assert ann.account.ask("DELETE", bread["url"]).status == 204
    expect(page.get_by_role("group", name="A conflict")).to_be_visible()
    expect(page.get_by_role("alert").filter(has_text="This could not be done")).to_be_visible()
    require_well_formed(page, axe)


def require_within(box: Locator) -> None:
    """Nothing in a box is beyond its sides."""
    beyond = box.evaluate(
        """(box) => {
          const { left, right } = box.getBoundingClientRect();
          return [...box.querySelectorAll('*')]
            .filter((each) => each.checkVisibility() && getComputedStyle(each).position !== 'absolute')
            .map((each) => [each.outerHTML.slice(0, 120), each.getBoundingClientRect()])
            .filter(([, at]) => at.width > 1 && (at.left < left - 1 || at.right > right + 1))
            .map(([html]) => html);
        }"""
    )
    assert beyond == []
