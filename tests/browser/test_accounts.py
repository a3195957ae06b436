"""Being somebody: signing up, logging in and out, invitations and links, and the settings, as people do it."""

import email
import re
import subprocess
import sys
from collections.abc import Callable
from email import policy
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from browsing import DESKTOP, Troubles, Visitor, holding
from clients import PASSWORD
from looks import in_every_look
from playwright.sync_api import BrowserContext, Page, expect
from service import Service

_number = count(1)


def new_address(name: str = "ann") -> str:
    """An address that nobody has."""
    return f"{name}-{next(_number)}@accounts.example.org"


def sign_up(page: Page, address: str, name: str = "Ann") -> None:
    """Fill in the form of the sign-up, and send it."""
    page.get_by_label("Your name").fill(name)
    page.get_by_label("Email").fill(address)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign up").click()


def log_in(page: Page, address: str, password: str = PASSWORD) -> None:
    """Fill in the form of the log-in, and send it."""
    page.get_by_label("Email").fill(address)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Log in").click()


def menu_of(page: Page) -> Any:
    """The button at the foot of the ways that names who is here."""
    return page.get_by_role("button", name=re.compile("settings, log out"))


def until_told(page: Page) -> None:
    """Wait until all was asked for, and again by who listens: who logs out before that is refused what was asked."""
    page.wait_for_function(
        "() => performance.getEntriesByType('resource').filter(({name}) => name.endsWith('/v1/sync')).length >= 2"
    )


def log_out(page: Page) -> None:
    """By the menu at the foot of the ways."""
    menu_of(page).click()
    page.get_by_role("menuitem", name="Log out").click()


def mail_to(page: Page, service: Service, address: str, holding: str) -> str:
    """The text of the latest mail to an address that holds something, once it is there."""
    for _ in range(200):
        for raw in reversed(service.mails()):
            message = email.message_from_string(raw, policy=policy.default)
            part = message.get_body(("plain",))
            if message["To"].addresses[0].addr_spec == address and part and holding in part.get_content():
                return str(part.get_content())
        page.wait_for_timeout(100)
    raise AssertionError(f"no mail came to {address}")


def secret_in(text: str, kind: str) -> str:
    """The secret in a mail."""
    found = re.search(rf"{kind}_[\w-]+", text)
    assert found
    return found[0]


class TestComingIn:
    def test_a_stranger_signs_up_logs_out_and_logs_in(self, open_page: Callable[..., Page]) -> None:
        page, address = open_page("/"), new_address()
        page.get_by_role("link", name="Sign up").first.click()
        sign_up(page, address)
        expect(page).to_have_url(re.compile("/today$"))
        expect(menu_of(page)).to_contain_text("Ann")
        until_told(page)
        log_out(page)
        expect(page.get_by_role("link", name="Log in")).to_be_visible()
        assert page.context.cookies(page.url) == [] or "todo_session" not in {
            each["name"] for each in page.context.cookies(page.url)
        }
        assert page.evaluate("() => localStorage.getItem('todo-account')") is None
        page.get_by_role("link", name="Log in").first.click()
        log_in(page, address)
        expect(menu_of(page)).to_contain_text("Ann")

    def test_the_password_is_in_a_cookie_that_scripts_cannot_read(self, open_page: Callable[..., Page]) -> None:
        page = open_page("/sign-up")
        sign_up(page, new_address())
        expect(menu_of(page)).to_be_visible()
        assert "todo_session" not in page.evaluate("() => document.cookie")
        page.reload()
        expect(menu_of(page)).to_be_visible()

    def test_whoever_wanted_to_go_somewhere_gets_there(self, person: Visitor, open_page: Callable[..., Page]) -> None:
        made = person.account.make_list("Garden")
        page = open_page(f"/lists/{made['id']}")
        expect(page).to_have_url(re.compile("/log-in"))
        log_in(page, person.account.email)
        expect(page.get_by_role("heading", name="Garden")).to_be_visible()

    @pytest.mark.parametrize("elsewhere", ["https://example.org/", "//example.org/", "javascript:alert(1)"])
    def test_nobody_is_led_to_another_host(
        self, person: Visitor, open_page: Callable[..., Page], elsewhere: str
    ) -> None:
        page = open_page(f"/log-in?then={elsewhere}")
        log_in(page, person.account.email)
        expect(page).to_have_url(re.compile(r"^http://127\.0\.0\.1:\d+/today$"))

    def test_a_wrong_password_is_told_and_many_of_them_have_to_wait(
        self, person: Visitor, open_page: Callable[..., Page], troubles: Troubles
    ) -> None:
        troubles.allow("status (401|429): POST .*/v1/sessions")
        page = open_page("/log-in")
        log_in(page, person.account.email, "not the password")
        expect(page.get_by_role("alert")).to_have_text("The address or the password is wrong.")
        status = 401
        while status == 401:
            with page.expect_response("**/v1/sessions") as answered:
                page.locator("form .primary[aria-disabled=false]").click()
            status = answered.value.status
        expect(page.get_by_role("alert")).to_contain_text("Too many attempts. Wait ")
        expect(page.get_by_label("Email")).to_have_value(person.account.email)

    def test_what_is_missing_is_said_beside_its_field_without_asking_the_service(
        self, open_page: Callable[..., Page]
    ) -> None:
        page = open_page("/sign-up")
        page.get_by_label("Email").fill("nobody")
        page.get_by_label("Password", exact=True).fill("short")
        page.get_by_role("button", name="Sign up").click()
        expect(page.get_by_label("Email")).to_be_focused()
        expect(page.get_by_label("Email")).to_have_accessible_description("Write an address such as ann@example.org.")
        expect(page.get_by_label("Password", exact=True)).to_have_accessible_description("Use at least 8 characters.")

    def test_an_address_that_is_taken_is_told_beside_its_field(
        self, person: Visitor, open_page: Callable[..., Page], troubles: Troubles
    ) -> None:
        troubles.allow("status 403: POST .*/v1/accounts")
        page = open_page("/sign-up")
        sign_up(page, person.account.email)
        expect(page.get_by_label("Email")).to_have_accessible_description(re.compile("If it is yours, log in"))

    def test_offline_it_says_so_and_keeps_what_was_written(
        self, visitor: Callable[..., Visitor], troubles: Troubles
    ) -> None:
        stranger = visitor()
        page, address = stranger.open("/sign-up"), new_address()
        troubles.allow_disconnected()
        expect(page.get_by_label("Your name")).to_be_visible()
        with stranger.offline():
            sign_up(page, address)
            expect(page.get_by_role("alert")).to_contain_text("The service cannot be reached.")
        page.get_by_role("button", name="Sign up").click()
        expect(menu_of(page)).to_be_visible()

    def test_a_password_can_be_seen_while_it_is_written_and_managers_know_it(
        self, open_page: Callable[..., Page]
    ) -> None:
        page = open_page("/log-in")
        field = page.get_by_label("Password", exact=True)
        assert [field.get_attribute(name) for name in ("type", "autocomplete")] == ["password", "current-password"]
        assert page.get_by_label("Email").get_attribute("autocomplete") == "username"
        page.get_by_role("button", name="Show the password").click()
        assert field.get_attribute("type") == "text"
        page.goto(page.url.replace("log-in", "sign-up"))
        assert page.get_by_label("Password", exact=True).get_attribute("autocomplete") == "new-password"

    def test_it_goes_by_keyboard_alone(
        self, person: Visitor, open_page: Callable[..., Page], troubles: Troubles
    ) -> None:
        # Who logs out while the socket opens has its ticket refused: it is good no more.
        troubles.allow("WebSocket connection to .* HTTP Authentication failed")
        page = open_page("/")
        for _ in range(10):
            page.keyboard.press("Tab")
            if page.evaluate("() => document.activeElement.getAttribute('href')") == "/log-in":
                break
        page.keyboard.press("Enter")
        expect(page.get_by_label("Email")).to_be_focused()
        page.keyboard.type(person.account.email)
        page.keyboard.press("Tab")
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        expect(menu_of(page)).to_be_visible()
        until_told(page)
        menu_of(page).focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("menuitem").first).to_be_focused()
        page.keyboard.press("End")
        page.keyboard.press("Enter")
        expect(page.get_by_role("link", name="Log in")).to_be_visible()

    def test_the_time_zone_and_the_language_are_those_of_the_browser(self, open_page: Callable[..., Page]) -> None:
        page = open_page("/sign-up", locale="es-ES", time_zone="America/Bogota")
        page.locator("[name=email]").fill(new_address())
        page.locator("[name=password]").fill(PASSWORD)
        page.locator("button.primary").click()
        expect(page.locator(".person-button")).to_be_visible()
        me = page.evaluate("() => fetch('/v1/me').then((reply) => reply.json())")
        assert (me["language"], me["time_zone"]) == ("es", "America/Bogota")


class TestWhoMaySignUp:
    @pytest.fixture
    def open_at(self, new_context: Callable[..., BrowserContext], troubles: Troubles) -> Callable[[Service, str], Page]:
        def opened(service: Service, path: str) -> Page:
            troubles.allow(f"outside: .* {service.url}", "status 403: POST .*/v1/accounts")
            return Visitor(service, new_context()).open(path)

        return opened

    def test_where_it_is_closed_nobody_is_asked(
        self, own_service: Callable[..., Service], open_at: Callable[[Service, str], Page]
    ) -> None:
        page = open_at(own_service(sign_up="closed"), "/sign-up")
        expect(page.get_by_text("Signing up is closed here.")).to_be_visible()
        expect(page.locator("form")).to_have_count(0)
        page.get_by_role("link", name="Log in").click()
        expect(page.get_by_role("link", name="Sign up")).to_have_count(0)

    def test_an_invite_lets_somebody_in(
        self, own_service: Callable[..., Service], open_at: Callable[[Service, str], Page]
    ) -> None:
        service = own_service(sign_up="invite")
        page, address = open_at(service, "/sign-up"), new_address()
        sign_up(page, address)
        expect(page.get_by_label("Invite")).to_have_accessible_description("Write the invite that you were given.")
        page.get_by_label("Invite").fill("made up")
        page.get_by_role("button", name="Sign up").click()
        expect(page.get_by_label("Invite")).to_have_accessible_description(re.compile("unknown, used or too old"))
        page.get_by_label("Invite").fill(invite(service.folder))
        page.get_by_role("button", name="Sign up").click()
        expect(menu_of(page)).to_be_visible()

    def test_an_open_connection_is_told_before_a_password_is_written(
        self, own_service: Callable[..., Service], open_at: Callable[[Service, str], Page]
    ) -> None:
        page = open_at(own_service(public_url="http://todo.example.org"), "/log-in")
        expect(page.get_by_text("This connection is not encrypted")).to_be_visible()


class TestForgottenPassword:
    def test_the_mail_leads_to_a_new_one_once(
        self, service: Service, person: Visitor, open_page: Callable[..., Page], troubles: Troubles
    ) -> None:
        troubles.allow("status 404: PUT .*/v1/password-resets")
        page, address = open_page("/log-in"), person.account.email
        page.get_by_role("link", name="Forgotten your password?").click()
        page.get_by_label("Email").fill(address)
        page.get_by_role("button", name="Send the mail").click()
        expect(page.get_by_role("heading", name="Look into your mail")).to_be_visible()
        secret = secret_in(mail_to(page, service, address, "todoreset_"), "todoreset")
        page.goto(f"{service.url}/reset-password#secret={secret}")
        expect(page).to_have_url(f"{service.url}/reset-password")
        page.reload()
        page.get_by_label("New password").fill("an even longer one")
        page.get_by_role("button", name="Set the password").click()
        expect(page.get_by_text("Your new password is set.")).to_be_visible()
        log_in(page, address, "an even longer one")
        expect(menu_of(page)).to_be_visible()
        page.goto(f"{service.url}/reset-password#secret={secret}")
        page.get_by_label("New password").fill("and another one")
        page.get_by_role("button", name="Set the password").click()
        expect(page.get_by_role("alert")).to_contain_text("The link was used before")

    def test_it_says_the_same_of_an_address_that_nobody_has(self, open_page: Callable[..., Page]) -> None:
        page = open_page("/forgotten-password")
        page.get_by_label("Email").fill(new_address("nobody"))
        page.get_by_role("button", name="Send the mail").click()
        expect(page.get_by_role("heading", name="Look into your mail")).to_be_visible()

    def test_an_address_without_its_secret_is_told(self, open_page: Callable[..., Page]) -> None:
        page = open_page("/reset-password")
        expect(page.get_by_text("The address is not complete.")).to_be_visible()


class TestInvitations:
    def test_a_stranger_comes_from_the_mail_to_the_list(
        self, service: Service, person: Visitor, open_page: Callable[..., Page]
    ) -> None:
        page, address = open_page("/"), new_address("bob")
        secret = self.invite(service, person, page, address)
        page.goto(f"{service.url}/#invitation={secret}")
        expect(page).to_have_url(f"{service.url}/")
        expect(page.get_by_role("heading", name="A list is shared with you")).to_be_visible()
        page.reload()
        page.get_by_role("link", name="Sign up").click()
        sign_up(page, address, "Bob")
        expect(page.get_by_role("heading", name="Our house")).to_be_visible()

    def test_who_has_an_account_logs_in_and_is_asked(
        self, service: Service, person: Visitor, people: Callable[..., Visitor], open_page: Callable[..., Page]
    ) -> None:
        page, bob = open_page("/"), people("Bob")
        secret = self.invite(service, person, page, bob.account.email)
        page.goto(f"{service.url}/#invitation={secret}")
        page.get_by_role("link", name="Log in").click()
        log_in(page, bob.account.email)
        expect(page.get_by_role("dialog")).to_contain_text(bob.account.email)
        page.get_by_role("button", name="Join").click()
        expect(page.get_by_role("heading", name="Our house")).to_be_visible()

    def test_who_is_logged_in_may_say_no_and_an_old_one_is_told(
        self, service: Service, people: Callable[..., Visitor], troubles: Troubles
    ) -> None:
        troubles.allow("status 404: POST .*/v1/invitations")
        bob = people("Bob")
        page = bob.open("/today")
        page.goto(f"{service.url}/#invitation=todoinvitation_made_up")
        page.get_by_role("button", name="Not now").click()
        expect(page.get_by_role("dialog")).to_have_count(0)
        page.goto(f"{service.url}/#invitation=todoinvitation_made_up")
        page.get_by_role("button", name="Join").click()
        expect(page.get_by_role("alert")).to_contain_text("The invitation was used, withdrawn, or is too old.")
        assert bob.account.get("/v1/lists") == []

    @staticmethod
    def invite(service: Service, owner: Visitor, page: Page, address: str) -> str:
        made = owner.account.make_list("Our house")
        reply = owner.account.ask("POST", f"{made['url']}/invitations", {"email": address, "role": "editor"})
        assert reply.status == 201
        return secret_in(mail_to(page, service, address, "todoinvitation_"), "todoinvitation")


class TestLinks:
    @pytest.mark.parametrize(("role", "says"), [("viewer", "you can see this list"), ("editor", "see and change")])
    def test_a_list_is_seen_without_an_account(
        self, person: Visitor, open_page: Callable[..., Page], role: str, says: str
    ) -> None:
        made = person.account.make_list("For the neighbours")
        person.account.add(made, "Water the plants", labels=["garden"])
        person.account.make_list("Not for them")
        page = open_page(self.link(person, made, role))
        expect(page.get_by_role("heading", name="For the neighbours")).to_be_visible()
        expect(page.get_by_text("Water the plants")).to_be_visible()
        expect(page.get_by_text(says)).to_be_visible()
        expect(page.get_by_text("Not for them")).to_have_count(0)
        expect(page.get_by_role("link", name="Today")).to_have_count(0)
        page.reload()
        expect(page.get_by_text("Water the plants")).to_be_visible()
        page.get_by_role("link", name="garden").first.click()
        page.reload()
        expect(page.get_by_text(says)).to_be_visible()

    def test_it_offers_to_log_in(self, person: Visitor, open_page: Callable[..., Page]) -> None:
        page = open_page(self.link(person, person.account.make_list("Open"), "viewer"))
        page.locator(".link-notice").get_by_role("button", name="Log in").click()
        log_in(page, person.account.email)
        expect(menu_of(page)).to_be_visible()

    def test_a_dead_link_says_so(self, open_page: Callable[..., Page], troubles: Troubles) -> None:
        troubles.allow("status 401")
        page = open_page("/#link=todolink_made_up")
        expect(page.get_by_role("heading", name="This link leads nowhere")).to_be_visible()
        page.get_by_role("button", name="Log in").click()
        expect(page.get_by_role("heading", name="Log in")).to_be_visible()

    def test_a_link_that_is_revoked_while_it_is_open_says_so(
        self, person: Visitor, open_page: Callable[..., Page], troubles: Troubles
    ) -> None:
        troubles.allow("status 401", "WebSocket")
        made = person.account.make_list("Open")
        page = open_page(self.link(person, made, "viewer"))
        expect(page.get_by_role("heading", name="Open")).to_be_visible()
        [link] = person.account.get(f"{made['url']}/links")
        assert person.account.ask("DELETE", link["url"]).status == 204
        expect(page.get_by_role("heading", name="This link leads nowhere")).to_be_visible()

    @staticmethod
    def link(owner: Visitor, task_list: dict[str, Any], role: str) -> str:
        reply = owner.account.ask("POST", f"{task_list['url']}/links", {"role": role})
        assert reply.status == 201
        return str(reply.json["fragment"])


class TestLeaving:
    def test_unsent_changes_are_told_before_they_are_lost(self, person: Visitor, troubles: Troubles) -> None:
        troubles.allow_disconnected()
        made = person.account.make_list("Home")
        page = person.open(f"/lists/{made['id']}")
        expect(page.get_by_role("heading", name="Home")).to_be_visible()
        with person.offline():
            page.locator(".quick-add-input").fill("Feed the cat")
            page.locator(".quick-add-input").press("Enter")
            log_out(page)
            expect(page.get_by_role("dialog")).to_contain_text("1 change was not sent yet")
            page.get_by_role("button", name="Cancel").click()
            log_out(page)
            page.get_by_role("button", name="Log out and lose them").click()
            # The cookie can be taken away by the service alone.
            expect(page.get_by_text("The service cannot be reached.").first).to_be_visible()
        expect(page.locator(".task-title")).to_have_text("Feed the cat")

    def test_nothing_of_the_person_stays(self, person: Visitor, troubles: Troubles) -> None:
        troubles.allow("status 401: GET .*/v1/me")  # by the document as it was, when one goes back to it
        made = person.account.make_list("Home")
        page = person.open(f"/lists/{made['id']}")
        expect(page.get_by_role("heading", name="Home")).to_be_visible()
        log_out(page)
        expect(page.get_by_role("link", name="Log in")).to_be_visible()
        kept = page.evaluate(
            "async () => [(await indexedDB.databases()).map(({name}) => name), Object.keys(localStorage)]"
        )
        assert not [name for name in kept[0] if person.account.id in name]
        assert "todo-account" not in kept[1]
        page.go_back()
        expect(page.get_by_role("heading", name="Home")).to_have_count(0)

    def test_a_login_that_ends_in_the_middle_of_an_edit_loses_nothing(
        self, person: Visitor, service: Service, troubles: Troubles
    ) -> None:
        troubles.allow("status 401", "WebSocket")
        made = person.account.make_list("Home")
        page = person.open(f"/lists/{made['id']}")
        expect(page.get_by_role("heading", name="Home")).to_be_visible()
        with holding(page, "**/v1/batch") as until_asked:
            page.locator(".quick-add-input").fill("Feed the cat")
            page.locator(".quick-add-input").press("Enter")
            until_asked()
            assert person.account.ask("DELETE", "/v1/sessions/current").status == 204
        dialog = page.get_by_role("dialog", name="Log in again")
        expect(dialog).to_contain_text(person.account.email)
        dialog.get_by_label("Password", exact=True).fill("not the password")
        dialog.get_by_role("button", name="Log in").click()
        expect(dialog.get_by_role("alert")).to_have_text("The password is wrong.")
        dialog.get_by_label("Password", exact=True).fill(PASSWORD)
        with page.expect_response("**/v1/batch"):
            dialog.get_by_role("button", name="Log in").click()
        expect(dialog).to_have_count(0)
        expect(page.locator(".task-title")).to_have_text("Feed the cat")
        token = service.ask("POST", "/v1/sessions", {"email": person.account.email, "password": PASSWORD}).json["token"]
        tasks = service.ask("GET", f"{made['url']}/tasks", token=token["secret"]).json
        assert [task["title"] for task in tasks] == ["Feed the cat"]

    def test_logging_in_again_may_be_put_off(self, person: Visitor, troubles: Troubles) -> None:
        troubles.allow("status 401", "WebSocket")
        made = person.account.make_list("Home")
        page = person.open(f"/lists/{made['id']}")
        expect(page.get_by_role("heading", name="Home")).to_be_visible()
        with holding(page, "**/v1/batch") as until_asked:
            page.locator(".quick-add-input").fill("Feed the cat")
            page.locator(".quick-add-input").press("Enter")
            until_asked()
            assert person.account.ask("DELETE", "/v1/sessions/current").status == 204
        expect(page.get_by_role("dialog", name="Log in again")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.get_by_text("What you change is kept here until you log in.")).to_be_visible()
        page.locator(".standing-notice").get_by_role("button", name="Log in").click()
        expect(page.get_by_role("dialog", name="Log in again")).to_be_visible()

    def test_somebody_else_in_another_tab_is_named_and_one_may_go_on_as_them(
        self, person: Visitor, people: Callable[..., Visitor], troubles: Troubles
    ) -> None:
        troubles.allow("status 409", "WebSocket")
        made = person.account.make_list("Home")
        bob = people("Bob").account
        page = person.open(f"/lists/{made['id']}")
        expect(page.get_by_role("heading", name="Home")).to_be_visible()
        # Bob comes in where Ann's session is replaced, not ended.
        other = person.open("/v1")
        reply = other.evaluate(
            """([email, password]) => fetch('/v1/sessions', {
                method: 'POST',
                headers: {'Content-Type': 'application/json'},
                body: JSON.stringify({email, password, cookie: true}),
            }).then((reply) => reply.status)""",
            [bob.email, PASSWORD],
        )
        assert reply == 201
        page.locator(".quick-add-input").fill("Feed the cat")
        page.locator(".quick-add-input").press("Enter")
        dialog = page.get_by_role("dialog", name="Somebody else is logged in now")
        expect(dialog).to_be_visible()
        dialog.get_by_role("button", name="Continue").click()
        expect(menu_of(page)).to_contain_text("Bob")
        assert bob.get("/v1/lists") == []

    def test_a_tab_of_somebody_else_may_log_in_as_before(
        self, person: Visitor, people: Callable[..., Visitor], troubles: Troubles
    ) -> None:
        troubles.allow("status (401|409)", "WebSocket")
        made = person.account.make_list("Home")
        bob = people("Bob").account
        page = person.open(f"/lists/{made['id']}")
        expect(page.get_by_role("heading", name="Home")).to_be_visible()
        page.wait_for_load_state("networkidle")
        person.give_session(bob.token)
        page.locator(".quick-add-input").fill("Feed the cat")
        page.locator(".quick-add-input").press("Enter")
        dialog = page.get_by_role("dialog", name="Somebody else is logged in now")
        dialog.get_by_role("button", name="Log in as Ann again").click()
        dialog.get_by_label("Password", exact=True).fill(PASSWORD)
        with page.expect_response("**/v1/batch"):
            dialog.get_by_role("button", name="Log in").click()
        expect(dialog).to_have_count(0)
        assert [task["title"] for task in person.account.get(f"{made['url']}/tasks")] == ["Feed the cat"]


class TestSettings:
    def test_they_survive_a_reload(self, person: Visitor) -> None:
        page = person.open("/settings")
        page.get_by_label("Your name").fill("Ann the Second")
        zone = page.get_by_role("combobox", name="Time zone")
        zone.click()
        zone.press_sequentially("new york")
        zone.press("Enter")
        page.get_by_role("checkbox").check()
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("Saved").first).to_be_visible()
        expect(menu_of(page)).to_contain_text("Ann the Second")
        page.reload()
        expect(page.get_by_label("Your name")).to_have_value("Ann the Second")
        expect(page.get_by_role("combobox", name="Time zone")).to_have_value(re.compile("^America/New York"))
        expect(page.get_by_role("checkbox")).to_be_checked()
        me = person.account.get("/v1/me")
        assert (me["name"], me["time_zone"], me["digest"]) == ("Ann the Second", "America/New_York", True)

    def test_each_section_has_its_address(self, person: Visitor) -> None:
        page = person.open("/settings")
        page.get_by_role("link", name="Address and password").click()
        expect(page).to_have_url(re.compile("/settings/security$"))
        page.get_by_role("link", name="Appearance").click()
        page.go_back()
        page.reload()
        expect(page.get_by_role("heading", name="Address and password")).to_be_visible()
        page.goto(person.service.url + "/settings/no-such-section")
        expect(page.get_by_role("heading", name="Profile")).to_be_visible()

    def test_the_language_is_that_of_the_page_from_then_on(self, person: Visitor) -> None:
        page = person.open("/settings")
        page.locator("select[name=language]").select_option("es")
        page.locator(".settings-form .primary").click()
        expect(page.locator("html")).to_have_attribute("lang", "es")
        page.goto(person.service.url + "/settings")
        expect(page.locator("html")).to_have_attribute("lang", "es")
        assert person.account.get("/v1/me")["language"] == "es"
        page.locator("select[name=language]").select_option("en")
        page.locator(".settings-form .primary").click()
        expect(page.locator("html")).to_have_attribute("lang", "en")
        expect(page.get_by_label("Language")).to_have_value("en")

    def test_the_address_and_the_password_change_with_the_present_password(
        self, person: Visitor, open_page: Callable[..., Page], troubles: Troubles
    ) -> None:
        troubles.allow("status 422: PATCH .*/v1/me")
        page, address = person.open("/settings/security"), new_address("moved")
        form = page.locator("form").filter(has=page.get_by_role("heading", name="Address", exact=True))
        form.get_by_label("Email").fill(address)
        form.get_by_label("Current password").fill("wrong")
        form.get_by_role("button", name="Change the address").click()
        current = form.get_by_label("Current password")
        expect(current).to_have_accessible_description("This is not your current password.")
        expect(form.get_by_label("Email")).to_have_value(address)
        current.fill(PASSWORD)
        form.get_by_role("button", name="Change the address").click()
        expect(page.get_by_text(f"Your address is {address} now").first).to_be_visible()
        form = page.locator("form").filter(has=page.get_by_role("heading", name="Password", exact=True))
        form.get_by_label("Current password").fill(PASSWORD)
        form.get_by_label("New password").fill("an even longer one")
        form.get_by_role("button", name="Change the password").click()
        expect(page.get_by_text("Your new password is set.").first).to_be_visible()
        page.reload()
        expect(menu_of(page)).to_be_visible()
        elsewhere = open_page("/log-in")
        log_in(elsewhere, address, "an even longer one")
        expect(menu_of(elsewhere)).to_be_visible()

    def test_a_token_is_shown_once_and_works_until_it_is_revoked(self, person: Visitor, service: Service) -> None:
        page = person.open("/settings/tokens")
        page.get_by_label("What it is for").fill("backup script")
        page.get_by_role("button", name="Make the token").click()
        secret = page.get_by_role("textbox", name="The secret of").input_value()
        assert service.ask("GET", "/v1/me", token=secret).json["email"] == person.account.email
        assert service.ask("POST", "/v1/lists", {"title": "Home"}, token=secret).status == 403
        row = page.get_by_role("listitem").filter(has_text="backup script")
        expect(row).to_contain_text("May read")
        page.reload()
        expect(row).to_be_visible()
        expect(page.get_by_text(secret)).to_have_count(0)
        row.get_by_role("button", name="Revoke").click()
        page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
        expect(row).to_have_count(0)
        assert service.ask("GET", "/v1/me", token=secret).status == 401

    def test_another_log_in_can_be_ended_from_here(
        self, person: Visitor, service: Service, open_page: Callable[..., Page]
    ) -> None:
        page = open_page("/log-in?then=/settings/tokens")
        log_in(page, person.account.email)
        expect(page.get_by_text("This browser")).to_have_count(1)
        page.get_by_role("button", name=re.compile("^Log out: ")).click()
        page.get_by_role("dialog").get_by_role("button", name="Log out").click()
        expect(page.get_by_role("button", name=re.compile("^Log out: "))).to_have_count(0)
        assert service.ask("GET", "/v1/me", token=person.account.token).status == 401

    def test_the_colours_are_chosen_and_kept(self, person: Visitor) -> None:
        page = person.open("/settings/appearance")
        ground = "() => getComputedStyle(document.documentElement).backgroundColor"
        light = page.evaluate(ground)
        page.get_by_label("Dark").check()
        dark = page.evaluate(ground)
        assert light != dark
        page.reload()
        expect(page.get_by_label("Dark")).to_be_checked()
        assert page.evaluate(ground) == dark
        page.get_by_label("As the system has it").check()
        assert page.evaluate(ground) == light

    def test_an_account_is_deleted_by_whoever_writes_its_address(
        self, person: Visitor, people: Callable[..., Visitor], service: Service
    ) -> None:
        bob = people("Bob")
        person.account.make_list("Mine alone")
        shared = person.account.make_list("Ours")
        made = person.account.ask("POST", f"{shared['url']}/invitations", {"email": "b@example.org", "role": "owner"})
        assert bob.account.ask("POST", "/v1/invitations", {"secret": made.json["secret"]}).status == 201
        page = person.open("/settings/delete")
        section = page.locator(".settings-section")
        expect(section.get_by_role("heading", name="Deleted with it")).to_be_visible()
        expect(section.get_by_role("listitem")).to_contain_text(["Mine alone", "Ours"])
        page.get_by_role("button", name="Delete my account for good").click()
        expect(page.get_by_label("Your address, to be sure")).to_have_accessible_description(
            f"Write {person.account.email}."
        )
        page.get_by_label("Your address, to be sure").fill(person.account.email)
        page.get_by_role("button", name="Delete my account for good").click()
        expect(page.get_by_role("link", name="Log in")).to_be_visible()
        credentials = {"email": person.account.email, "password": PASSWORD}
        assert service.ask("POST", "/v1/sessions", credentials).status == 401
        assert [each["title"] for each in bob.account.get("/v1/lists")] == ["Ours"]

    def test_it_says_what_it_is_made_of(self, person: Visitor) -> None:
        page = person.open("/settings/about")
        with page.expect_popup() as opened:
            page.get_by_role("link", name="Their licences").click()
        expect(opened.value.get_by_text("Permission is hereby granted").first).to_be_visible()
        page.get_by_role("button", name="All shortcuts").click()
        expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()


def invite(folder: Path) -> str:
    """An invite to sign up, as whoever runs the service makes it."""
    command = [sys.executable, "-m", "todo.entrypoints.cli", "user", "invite", "--data", str(folder)]
    made = subprocess.run(command, capture_output=True, text=True, check=True)
    found = re.search(r"\S*_[\w-]{20,}", made.stdout)
    assert found, made.stdout
    return found[0]


_DOORS = {
    "log-in": "/log-in",
    "sign-up": "/sign-up",
    "forgotten password": "/forgotten-password",
    "reset without a secret": "/reset-password",
    "reset": "/reset-password#secret=todoreset_made_up",
    "invited": "/#invitation=todoinvitation_made_up",
    "dead link": "/#link=todolink_made_up",
}
_SECTIONS = ("profile", "security", "tokens", "appearance", "data", "about", "delete")


def require_well_formed(page: Page, axe: Callable[..., None]) -> None:
    """Whatever it shows is accessible, and nothing of it is beyond the edge."""
    axe(page)
    wide, most = page.evaluate("() => [document.documentElement.scrollWidth, innerWidth]")
    assert wide <= most, f"{page.url} is {wide} wide"


@in_every_look
def test_every_door_is_accessible(
    open_page: Callable[..., Page], axe: Callable[..., None], troubles: Troubles, viewport: Any, colours: str
) -> None:
    troubles.allow("status 401", "WebSocket")
    for address in _DOORS.values():
        page = open_page(address, viewport=viewport, colours=colours, touch=viewport != DESKTOP)
        expect(page.locator("h1")).to_be_visible()
        require_well_formed(page, axe)
        if (send := page.locator("form .primary")).count():
            send.click()
            expect(page.locator("[aria-invalid=true]").first).to_be_visible()
            require_well_formed(page, axe)


@in_every_look
def test_every_section_of_the_settings_is_accessible(
    people: Callable[..., Visitor], axe: Callable[..., None], viewport: Any, colours: str
) -> None:
    ann = people("Ann" * 30, viewport=viewport, colours=colours, touch=viewport != DESKTOP)
    ann.account.make_list("A" * 200)
    page = ann.open("/settings")
    for section in _SECTIONS:
        page.goto(f"{ann.service.url}/settings/{section}")
        expect(page.locator(".settings-form").first).to_be_visible()
        require_well_formed(page, axe)
    page.goto(f"{ann.service.url}/settings/tokens")
    page.get_by_label("What it is for").fill("x" * 120)
    page.get_by_role("button", name="Make the token").click()
    expect(page.locator(".secret")).to_be_visible()
    require_well_formed(page, axe)
    page.goto(f"{ann.service.url}/settings")
    page.get_by_role("combobox", name="Time zone").click()
    require_well_formed(page, axe)


@in_every_look
def test_what_comes_between_is_accessible(
    people: Callable[..., Visitor],
    open_page: Callable[..., Page],
    axe: Callable[..., None],
    troubles: Troubles,
    viewport: Any,
    colours: str,
) -> None:
    troubles.allow("status (401|409)", "WebSocket")
    sight: dict[str, Any] = {"viewport": viewport, "colours": colours, "touch": viewport != DESKTOP}
    ann, bob = people("Ann", **sight), people("Bob", **sight)
    made = ann.account.make_list("Home")
    link = open_page(TestLinks.link(ann, made, "editor"), **sight)
    expect(link.locator(".link-notice")).to_be_visible()
    require_well_formed(link, axe)
    page = bob.open("/#invitation=todoinvitation_made_up")
    expect(page.get_by_role("dialog")).to_be_visible()
    require_well_formed(page, axe)
    page.get_by_role("button", name="Not now").click()
    bob.give_session(ann.account.token)
    page.goto(f"{bob.service.url}/settings/tokens")
    expect(page.get_by_role("dialog", name="Somebody else is logged in now")).to_be_visible()
    require_well_formed(page, axe)
    page = ann.open("/settings/tokens")
    expect(page.locator(".row").first).to_be_visible()
    assert ann.account.ask("DELETE", "/v1/sessions/current").status == 204
    page.reload()
    expect(page.get_by_role("dialog", name="Log in again")).to_be_visible()
    require_well_formed(page, axe)
    page.keyboard.press("Escape")
    expect(page.locator(".standing-notice")).to_be_visible()
    require_well_formed(page, axe)
