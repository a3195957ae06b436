"""The page's cookie: kept by the browser, used by the page of this service and by no other."""

import re
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest
from clients import PASSWORD, Door, LambdaDoor, Person, Reply, ServerDoor
from clocks import MovableClock
from sqlalchemy import make_url

pytestmark = pytest.mark.usefixtures("fresh_counters")

# The server is asked over plain http, Lambda's events come over https.
PLACES = {"http": ("todo_session", False), "https": ("__Host-todo_session", True)}


class Browser:
    """A browser with the page open: it keeps cookies, and says where a request comes from."""

    def __init__(self, door: Door, host: str = "todo.example.org") -> None:
        self.door = door
        self.host = host
        self.scheme = "https" if isinstance(door, LambdaDoor) else "http"
        self.cookies: dict[str, str] = {}
        self.headers = {"Origin": f"{self.scheme}://{host}", "Sec-Fetch-Site": "same-origin"}

    def ask(self, method: str, path: str, json: Any = None, headers: Mapping[str, str] | None = None) -> Reply:
        """A request of the page; `headers` are in place of what it would say. An empty one is not sent."""
        sent = {**self.headers, **(headers or {})}
        if method == "GET" and "Origin" not in (headers or {}):
            del sent["Origin"]
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        reply = self.door.ask(method, path, json, headers={name: value for name, value in sent.items() if value})
        if "set-cookie" in reply.headers:
            name, value = reply.headers["set-cookie"].partition(";")[0].split("=", 1)
            self.cookies[name] = value
            if value in ("", '""'):
                del self.cookies[name]
        return reply

    def log_in(self, email: str, **headers: str) -> Reply:
        return self.ask("POST", "/v1/sessions", {"email": email, "password": PASSWORD, "cookie": True}, headers)


@pytest.fixture
def browser(door: Door, ann: Person) -> Browser:
    """A browser in which Ann is logged in."""
    found = Browser(door)
    assert found.log_in(ann.email).status == 201
    return found


@contextmanager
def door_with(door: Door, clock: MovableClock, **settings: Any) -> Iterator[Door]:
    url = make_url(door.database.engine.url)
    injected: dict[str, Any] = {"settings": settings}
    with (ServerDoor if isinstance(door, ServerDoor) else LambdaDoor)(url, clock, **injected) as opened:
        yield opened


def refused(reply: Reply) -> bool:
    if reply.status != 403:
        return False
    assert reply.json["code"] == "wrong_origin"
    assert "set-cookie" not in reply.headers
    return True


def test_logging_in_by_cookie_keeps_the_secret_from_scripts(door: Door, ann: Person) -> None:
    browser = Browser(door)
    reply = browser.log_in(ann.email)
    assert (reply.status, reply.json["account"]["id"], reply.json["token"]["secret"]) == (201, ann.id, None)
    name, is_secure = PLACES[browser.scheme]
    first, *attributes = reply.headers["set-cookie"].split("; ")
    assert re.fullmatch(rf"{name}=todo_[\w-]{{43}}", first)
    # No Domain, so that no other host is sent it; thirty days, as the token.
    age = next(each for each in attributes if each.startswith("Max-Age="))
    assert 30 * 86400 - 300 < int(age.partition("=")[2]) <= 30 * 86400
    assert {*attributes} - {age} == {"HttpOnly", "Path=/", "SameSite=Lax"} | ({"Secure"} if is_secure else set())
    assert first.partition("=")[2].encode() not in reply.body


def test_signing_up_by_cookie_logs_in(door: Door) -> None:
    browser = Browser(door)
    wanted = {"email": f"{uuid.uuid4()}@example.org", "password": PASSWORD, "cookie": True}
    reply = browser.ask("POST", "/v1/accounts", wanted)
    assert (reply.status, reply.json["token"]["secret"]) == (201, None)
    assert browser.ask("GET", "/v1/me").json["id"] == reply.json["account"]["id"]


def test_without_asking_for_it_no_cookie_is_set(door: Door, ann: Person) -> None:
    reply = door.ask("POST", "/v1/sessions", {"email": ann.email, "password": PASSWORD})
    assert reply.json["token"]["secret"].startswith("todo_")
    assert "set-cookie" not in reply.headers


def test_the_page_reads_and_writes_with_the_cookie(browser: Browser, ann: Person) -> None:
    home = browser.ask("POST", "/v1/lists", {"title": "Home"})
    assert home.status == 201
    assert [each["title"] for each in browser.ask("GET", "/v1/lists").json] == ["Home"]
    assert browser.ask("PATCH", home.json["url"], {"title": "House"}).status == 200
    assert ann.get(home.json["url"])["title"] == "House"
    assert browser.ask("POST", "/v1/live/tickets").status == 201
    assert browser.ask("POST", "/v1/sync", {}).status == 200
    assert browser.ask("DELETE", home.json["url"]).status == 204


def test_an_idempotency_key_holds_under_the_cookie_as_under_the_token(browser: Browser, ann: Person) -> None:
    key = {"Idempotency-Key": str(uuid.uuid4())}
    first = browser.ask("POST", "/v1/lists", {"title": "Home"}, key)
    assert (first.status, browser.ask("POST", "/v1/lists", {"title": "Home"}, key).json) == (201, first.json)
    assert ann.ask("POST", "/v1/lists", {"title": "Home"}, headers=key).json == first.json


ELSEWHERE = [
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": ""},
    {"Origin": "https://todo.example.org.evil.example"},
    {"Origin": "https://sub.todo.example.org"},
    {"Origin": "http://todo.example.org:8080", "Sec-Fetch-Site": ""},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "anything"},
]


@pytest.mark.parametrize("headers", ELSEWHERE, ids=lambda headers: ",".join(headers.values()) or "none")
def test_a_page_from_elsewhere_changes_nothing_and_logs_nobody_in_or_out(
    browser: Browser, ann: Person, headers: dict[str, str]
) -> None:
    assert refused(browser.ask("POST", "/v1/lists", {"title": "Home"}, headers))
    assert refused(browser.ask("DELETE", "/v1/me", None, headers))
    assert refused(browser.ask("DELETE", "/v1/sessions/current", None, headers))
    assert refused(browser.ask("POST", "/v1/live/tickets", None, headers))
    assert refused(browser.log_in(ann.email, **headers))
    assert refused(
        browser.ask(
            "POST", "/v1/accounts", {"email": f"{uuid.uuid4()}@x.org", "password": PASSWORD, "cookie": True}, headers
        )
    )
    assert ann.get("/v1/lists") == []
    assert browser.ask("GET", "/v1/me").status == 200


@pytest.mark.parametrize("headers", ELSEWHERE[:2] + ELSEWHERE[6:], ids=lambda headers: ",".join(headers.values()))
def test_nor_does_it_read_anything(browser: Browser, headers: dict[str, str]) -> None:
    for path in ("/v1/me", "/v1/lists"):
        assert refused(browser.ask("GET", path, None, headers))


def test_another_scheme_is_another_page(browser: Browser) -> None:
    other = "http" if browser.scheme == "https" else "https"
    assert refused(browser.ask("POST", "/v1/lists", {"title": "x"}, {"Origin": f"{other}://todo.example.org"}))


def test_an_old_browser_that_names_no_site_is_let_in_by_its_origin(browser: Browser) -> None:
    assert browser.ask("POST", "/v1/lists", {"title": "x"}, {"Sec-Fetch-Site": ""}).status == 201
    assert browser.ask("GET", "/v1/lists", None, {"Sec-Fetch-Site": ""}).status == 200


def test_a_person_who_types_an_address_of_the_api_sees_it(browser: Browser) -> None:
    assert browser.ask("GET", "/v1/lists", None, {"Sec-Fetch-Site": "none"}).status == 200


def test_a_token_beside_the_cookie_is_what_counts_and_needs_no_origin(browser: Browser, bob: Person) -> None:
    headers = {"Authorization": f"Bearer {bob.token}", "Origin": "https://elsewhere.example", "Sec-Fetch-Site": ""}
    assert browser.ask("GET", "/v1/me", None, headers).json["id"] == bob.id
    assert browser.ask("GET", "/v1/me", None, {"Authorization": "Basic YW5uOnB3"}).status == 401
    assert browser.ask("GET", "/v1/me").status == 200, "a bad token says nothing of the cookie"


def test_behind_another_address_the_page_is_what_the_setting_says(door: Door, ann: Person, clock: MovableClock) -> None:
    with door_with(door, clock, public_url="https://lists.example.org") as other:
        browser = Browser(other)
        reply = browser.log_in(ann.email)
        assert refused(reply)
        assert "https://lists.example.org" in reply.json["detail"]
        browser.headers["Origin"] = "https://lists.example.org"
        # However the request arrives, the browser sees https there.
        assert "Secure" in browser.log_in(ann.email).headers["set-cookie"]
        assert list(browser.cookies) == ["__Host-todo_session"]
        assert browser.ask("POST", "/v1/lists", {"title": "x"}).status == 201


def test_over_https_only_a_cookie_that_no_other_host_can_have_set_is_read(browser: Browser) -> None:
    name, _ = PLACES[browser.scheme]
    secret = browser.cookies.pop(name)
    other = next(each for each, _ in PLACES.values() if each != name)
    browser.cookies[other] = secret
    assert browser.ask("GET", "/v1/me").status == 401


def test_logging_out_takes_the_cookie_away_and_ends_the_session(browser: Browser) -> None:
    kept = dict(browser.cookies)
    reply = browser.ask("DELETE", "/v1/sessions/current")
    assert (reply.status, browser.cookies) == (204, {})
    assert ("Secure" in reply.headers["set-cookie"]) == (browser.scheme == "https")
    browser.cookies = kept
    assert browser.ask("GET", "/v1/me").status == 401


def test_deleting_the_account_takes_the_cookie_away(browser: Browser) -> None:
    assert browser.ask("DELETE", "/v1/me").status == 204
    assert browser.cookies == {}


def test_a_program_that_logs_out_leaves_cookies_alone(door: Door, ann: Person) -> None:
    assert "set-cookie" not in ann.ask("DELETE", "/v1/sessions/current").headers
    assert "set-cookie" not in door.ask("GET", "/v1/me").headers


def test_an_expired_cookie_is_taken_away(browser: Browser, clock: MovableClock) -> None:
    clock.forward(days=31)
    reply = browser.ask("GET", "/v1/lists")
    assert (reply.status, reply.json["code"], browser.cookies) == (401, "unauthenticated", {})


@pytest.mark.parametrize("value", ["", "todo_unknown", '"', "a b", "x" * 4000, "é", "todo_unknown; todo_session=x"])
def test_a_cookie_that_is_none_of_ours_is_no_log_in(door: Door, value: str) -> None:
    browser = Browser(door)
    name, _ = PLACES[browser.scheme]
    browser.cookies = {name: value}
    assert browser.ask("GET", "/v1/me").status == 401


def test_a_request_for_one_account_is_not_carried_out_as_another(browser: Browser, ann: Person, bob: Person) -> None:
    meant = {"X-Account-Id": bob.id}
    for method, path, body in (
        ("GET", "/v1/lists", None),
        ("POST", "/v1/lists", {"title": "Home"}),
        ("POST", "/v1/live/tickets", None),
        ("DELETE", "/v1/sessions/current", None),
    ):
        reply = browser.ask(method, path, body, meant)
        assert (reply.status, reply.json["code"]) == (409, "other_account")
    assert ann.get("/v1/lists") == []
    for same in (ann.id, ann.id.upper()):
        assert browser.ask("POST", "/v1/lists", {"title": "Home"}, {"X-Account-Id": same}).status == 201
    assert ann.ask("GET", "/v1/lists", headers=meant).status == 409, "a token as a cookie"


def test_the_secret_is_in_no_log(browser: Browser, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    secret = next(iter(browser.cookies.values()))
    browser.ask("GET", "/v1/lists")
    browser.ask("POST", "/v1/lists", {"title": "x"}, {"Origin": "https://evil.example"})
    assert secret not in "".join(str(record.__dict__) for record in caplog.records)
