"""The page: one document at each of its addresses, in the language of whoever asks, with what protects it."""

import html
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from clients import Door, LambdaDoor, Reply, ServerDoor
from clocks import MovableClock
from sqlalchemy import make_url

from todo.files.folder import FolderFiles
from todo.files.s3 import BucketFiles
from todo.handlers.page import ADDRESSES
from todo.web import assets

HTML = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
FILLED = [re.sub(r"\{\w+\}", "019ab0f2-7c3a-7e21-9f04-5b1c6d7e8f90", address) for address in ADDRESSES]


@pytest.fixture(params=["lambda-sqlite", "server-sqlite"])
def here(request: pytest.FixtureRequest, sqlite_url: str, clock: MovableClock) -> Iterator[Door]:
    """Both doors; the page reads no database."""
    with opened(request.param, sqlite_url, clock) as door:
        yield door


@contextmanager
def opened(kind: str, url: str, clock: MovableClock, **settings: Any) -> Iterator[Door]:
    injected: dict[str, Any] = {"settings": settings}
    with (LambdaDoor if kind.startswith("lambda") else ServerDoor)(make_url(url), clock, **injected) as door:
        yield door


def look(door: Door, path: str = "/today", **headers: str) -> Reply:
    return door.ask("GET", path, headers=HTML | headers)


def facts(reply: Reply) -> dict[str, Any]:
    found = re.search(r'<meta name="todo" content="([^"]*)">', reply.body.decode())
    assert found
    said: dict[str, Any] = json.loads(html.unescape(found[1]))
    return said


def policy(reply: Reply) -> Mapping[str, str]:
    parts = (part.strip().partition(" ") for part in reply.headers["content-security-policy"].split(";"))
    return {name: value for name, _, value in parts}


def scheme(door: Door) -> str:
    return "https" if isinstance(door, LambdaDoor) else "http"


@pytest.mark.parametrize("path", FILLED)
def test_every_address_of_the_page_is_the_document(here: Door, path: str) -> None:
    reply = look(here, path)
    assert (reply.status, reply.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert reply.body.startswith(b"<!doctype html>")
    head = here.ask("HEAD", path, headers=HTML)
    assert (head.status, head.body, head.headers["etag"]) == (200, b"", reply.headers["etag"])
    assert look(here, path, **{"If-None-Match": reply.headers["etag"]}).status == 304
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        refused = here.ask(method, path, headers=HTML)
        assert (refused.status, refused.headers["allow"]) == (405, "GET, HEAD, OPTIONS")


def test_the_addresses_of_a_view_may_hold_anything(here: Door) -> None:
    for path in (
        "/labels/%E2%82%AC%2Fx",
        "/labels/%3Cscript%3E",
        "/lists/x?show=active&task=y",
        "/search?q=%22%3E%3Cb%3E",
    ):
        reply = look(here, path)
        assert reply.status == 200
        assert b"<script>" not in reply.body
        assert b"<b>" not in reply.body


def test_everything_that_the_document_names_is_there(here: Door) -> None:
    document = look(here, "/").body.decode()
    names = re.findall(r'(?:src|srcset|href)="(/[^"]*)"', document)
    assert len(names) >= 6
    for name in names:
        assert here.ask("GET", name).status == 200, name


def test_the_document_says_what_the_script_must_know(here: Door) -> None:
    said = facts(look(here))
    assert said == {
        "version": said["version"],
        "static": f"/static/{assets.static_hash()}",
        "language": "en",
        "languages": ["en", "es"],
        "sign_up": "open",
        "signed_in": False,
        "insecure": scheme(here) == "http",
    }
    name = "__Host-todo_session" if scheme(here) == "https" else "todo_session"
    assert facts(look(here, Cookie=f"{name}=todo_x"))["signed_in"] is True


@pytest.mark.parametrize(
    ("host", "insecure"),
    [
        ("127.0.0.1:8080", False),
        ("127.1.2.3", False),
        ("localhost:8080", False),
        ("todo.localhost", False),
        ("[::1]:8080", False),
        ("192.168.1.5:8080", True),
        ("todo.example.org", True),
        ("localhost.example.org", True),
        ("127.0.0.1.example.org", True),
    ],
)
@pytest.mark.parametrize("here", ["server-sqlite"], indirect=True)
def test_on_plain_http_the_page_is_told_so_unless_it_comes_from_this_machine(
    here: Door, host: str, insecure: bool
) -> None:
    lines = [("Host", host), ("Accept", "text/html")]
    assert facts(here.send("GET", "/today", lines, b""))["insecure"] is insecure


@pytest.mark.parametrize(
    ("cookie", "accepted", "language"),
    [
        (None, None, "en"),
        (None, "es-MX,es;q=0.9,en;q=0.8", "es"),
        (None, "fr,de;q=0.5", "en"),
        ("todo_language=es", "en", "es"),
        ("todo_language=en", "es", "en"),
        ("todo_language=xx", "es", "es"),
        ("todo_language=../../etc/passwd", None, "en"),
        ('todo_language="><script>', ";;;q=;,*;q=9", "en"),
    ],
)
def test_the_language_is_the_chosen_one_else_the_one_that_the_browser_asks_for(
    here: Door, cookie: str | None, accepted: str | None, language: str
) -> None:
    headers = {name: value for name, value in {"Cookie": cookie, "Accept-Language": accepted}.items() if value}
    reply = look(here, "/", **headers)
    document = reply.body.decode()
    assert f'<html lang="{language}" dir="ltr">' in document
    assert f"/app.{language}.js" in document
    assert reply.headers["vary"] == "Cookie, Accept-Language"
    assert ("Iniciar sesión" in document) == (language == "es")


def test_nothing_runs_or_loads_that_is_not_the_services_own(here: Door) -> None:
    reply = look(here)
    said = policy(reply)
    assert said["default-src"] == "'none'"
    assert said["script-src"] == said["style-src"] == said["connect-src"] == "'self'"
    assert said["frame-ancestors"] == said["base-uri"] == "'none'"
    assert said["require-trusted-types-for"] == "'script'"
    assert "unsafe" not in reply.headers["content-security-policy"]
    document = reply.body.decode()
    assert not re.search(r"<script(?![^>]*src=)|<style|\sstyle=|\son\w+=|javascript:|https?://", document)
    assert reply.headers["referrer-policy"] == "same-origin"
    assert reply.headers["cross-origin-opener-policy"] == "same-origin"
    assert "geolocation=()" in reply.headers["permissions-policy"]
    assert reply.headers["cache-control"] == "private, no-cache"
    assert "access-control-allow-origin" not in reply.headers
    assert "set-cookie" not in reply.headers


@pytest.mark.parametrize("kind", ["lambda", "server"])
def test_the_page_may_speak_to_the_websocket_api_where_that_is_elsewhere(
    kind: str, sqlite_url: str, clock: MovableClock
) -> None:
    with opened(kind, sqlite_url, clock, live_url="wss://live.example.org/live") as door:
        assert policy(look(door))["connect-src"] == "'self' wss://live.example.org"


@pytest.mark.parametrize(
    "path", ["/nowhere", "/today/", "/settings/a/b", "/.env", "//today", "/wp-login.php", "/v2", "/%FF"]
)
def test_an_unknown_address_is_the_document_to_a_browser_and_a_problem_to_a_program(here: Door, path: str) -> None:
    reply = look(here, path)
    assert (reply.status, reply.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert b"<!doctype html>" in reply.body
    assert "content-security-policy" in reply.headers
    program = here.ask("GET", path, headers={"Accept": "*/*"})
    assert (program.status, program.json["code"]) == (404, "not_found")
    assert here.ask("POST", path, headers=HTML).json["code"] == "not_found"


@pytest.mark.parametrize("path", ["/lists/%FF", "/labels/%C3%28", "/settings/a%ED%A0%80"])
def test_an_address_that_is_no_utf8_is_the_document_to_a_browser_and_a_problem_to_a_program(
    here: Door, path: str
) -> None:
    reply = look(here, path)
    assert (reply.status, reply.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert b"<!doctype html>" in reply.body
    assert "content-security-policy" in reply.headers
    program = here.ask("GET", path, headers={"Accept": "*/*"})
    assert (program.status, program.json["code"]) == (400, "malformed_request")


@pytest.mark.parametrize("path", ["/v1/nowhere", "/v1/", "/static/x", "/static/x/y/z"])
def test_below_the_api_and_the_files_everybody_is_told_by_a_problem(here: Door, path: str) -> None:
    reply = look(here, path)
    assert (reply.status, reply.json["code"]) == (404, "not_found")


@pytest.mark.parametrize("kind", ["lambda", "server"])
@pytest.mark.parametrize("sign_up", ["open", "invite", "closed"])
def test_a_stranger_is_told_what_this_is_and_how_to_come_in(
    kind: str, sign_up: str, sqlite_url: str, clock: MovableClock
) -> None:
    with opened(kind, sqlite_url, clock, **({"sign_up": sign_up} if kind == "server" else {})) as door:
        document = look(door, "/").body.decode()
        if kind == "server":
            assert ('href="/sign-up"' in document) == (sign_up != "closed")
            assert ("need an invitation" in document) == (sign_up == "invite")
        assert 'href="/log-in"' in document
        words = re.search(r"<p>(.*?)</p>", document)
        assert words
        assert 20 <= len(words[1].split()) <= 30
        assert document.index('<div id="app">') < document.index("<main"), "the script takes its place"
        name = "__Host-todo_session" if kind == "lambda" else "todo_session"
        assert 'class="welcome"' not in look(door, "/", Cookie=f"{name}=x").body.decode().partition("<noscript>")[0]


def test_without_javascript_every_other_address_says_that_it_is_needed(here: Door) -> None:
    assert re.search(r"<noscript>.*JavaScript.*</noscript>", look(here, "/today").body.decode(), re.DOTALL)


def test_the_log_names_the_page_and_not_where_in_it_somebody_is(here: Door, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "todo.request")
    look(here, "/labels/secret-plans")
    look(here, "/nowhere/secret-plans")
    look(here, "/health")
    routes = [record.__dict__["route"] for record in caplog.records if record.name == "todo.request"]
    assert routes[:2] == ["/{page}", "none"]
    assert "secret-plans" not in str([record.__dict__ for record in caplog.records])


def test_the_page_may_send_files_to_the_bucket(sqlite_url: str, clock: MovableClock) -> None:
    files = BucketFiles("todo-files", {"AWS_REGION": "eu-west-1", "AWS_USE_DUALSTACK_ENDPOINT": "true"})
    with LambdaDoor(make_url(sqlite_url), clock, files=files) as door:
        assert policy(look(door))["connect-src"] == "'self' https://todo-files.s3.dualstack.eu-west-1.amazonaws.com"


def test_the_server_takes_files_itself(sqlite_url: str, clock: MovableClock, tmp_path: Path) -> None:
    with ServerDoor(make_url(sqlite_url), clock, files=FolderFiles(tmp_path)) as door:
        assert policy(look(door))["connect-src"] == "'self'"
