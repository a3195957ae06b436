"""The files of the page: kept for ever under their hash, compressed where that is taken, and nothing beside them."""

import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from clients import Door, LambdaDoor, ServerDoor
from clocks import MovableClock
from sqlalchemy import make_url

from todo.handlers.page import ADDRESSES
from todo.handlers.static import takes_gzip
from todo.web import assets

WEB = Path(assets.__file__).parent


@pytest.fixture(params=["lambda", "server"])
def here(request: pytest.FixtureRequest, sqlite_url: str, clock: MovableClock) -> Iterator[Door]:
    """Both doors; files need no database."""
    with (LambdaDoor if request.param == "lambda" else ServerDoor)(make_url(sqlite_url), clock) as door:
        yield door


def address(name: str) -> str:
    return f"/static/{assets.static_hash()}/{name}"


@pytest.mark.parametrize(
    ("name", "media_type", "is_compressed"),
    [
        ("app.en.js", "text/javascript; charset=utf-8", True),
        ("app.es.js", "text/javascript; charset=utf-8", True),
        ("style.css", "text/css; charset=utf-8", True),
        ("licences.txt", "text/plain; charset=utf-8", True),
        ("icon.svg", "image/svg+xml", True),
        ("icon-192.png", "image/png", False),
        ("favicon.ico", "image/x-icon", False),
    ],
)
def test_a_file_arrives_as_it_is_and_is_kept_for_ever(
    here: Door, name: str, media_type: str, is_compressed: bool
) -> None:
    asset = assets.find_asset(name)
    assert asset is not None
    plain = here.ask("GET", address(name))
    assert (plain.status, plain.body, plain.headers["content-type"]) == (200, asset.body, media_type)
    assert plain.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert plain.headers["vary"] == "Accept-Encoding"
    assert plain.headers["x-content-type-options"] == "nosniff"
    assert "content-encoding" not in plain.headers
    packed = here.ask("GET", address(name), headers={"Accept-Encoding": "gzip, deflate, br"})
    if is_compressed:
        assert (packed.headers["content-encoding"], gzip.decompress(packed.body)) == ("gzip", asset.body)
        assert len(packed.body) < len(plain.body)
        assert packed.headers["etag"] != plain.headers["etag"]
    else:
        assert "content-encoding" not in packed.headers
        assert packed.body == asset.body
    again = here.ask("GET", address(name), headers={"If-None-Match": plain.headers["etag"]})
    assert (again.status, again.body) == (304, b"")
    head = here.ask("HEAD", address(name))
    assert (head.status, head.body, head.headers["content-length"]) == (200, b"", str(len(asset.body)))


@pytest.mark.parametrize(
    ("header", "is_taken"),
    [
        ("", False),
        ("gzip", True),
        ("GZIP;q=0.5, br", True),
        ("br, gzip ; q=1", True),
        ("gzip;q=0", False),
        ("gzip;q=0.000, *", False),
        ("*", True),
        ("*;q=0", False),
        ("identity, br", False),
        ("x-gzip", True),
        ("gzipped", False),
        (";;,q=1,,gzip;q=", True),
    ],
)
def test_gzip_is_sent_to_those_who_take_it(header: str, is_taken: bool) -> None:
    assert takes_gzip(header) is is_taken


def test_while_a_release_goes_live_the_file_of_another_is_served_and_kept_by_nobody(here: Door) -> None:
    for version in ("0123456789abcdef", "x"):
        reply = here.ask("GET", f"/static/{version}/style.css")
        assert (reply.status, reply.headers["cache-control"]) == (200, "no-store")


@pytest.mark.parametrize(
    "name",
    [
        "none.js",
        "app.xx.js",
        "app..js",
        "..%2fpage.html",
        "%2e%2e",
        "..%5cpage.html",
        "%00",
        "VENDORED.toml",
        "main.js",
        "es.po",
    ],
)
def test_what_is_no_file_of_the_page_is_not_there(here: Door, name: str) -> None:
    reply = here.ask("GET", address(name), headers={"Accept": "text/html"})
    assert (reply.status, reply.json["code"]) == (404, "not_found")
    assert "immutable" not in reply.headers["cache-control"]


def test_a_file_is_only_read(here: Door) -> None:
    for path in (address("style.css"), "/service-worker.js", "/robots.txt", "/manifest.webmanifest", "/favicon.ico"):
        refused = here.ask("POST", path)
        assert (refused.status, refused.headers["allow"]) == (405, "GET, HEAD, OPTIONS")


def test_the_manifest_names_the_page_in_the_language_of_whoever_asks_and_icons_that_are_there(here: Door) -> None:
    reply = here.ask("GET", "/manifest.webmanifest", headers={"Accept-Language": "es"})
    assert reply.headers["content-type"] == "application/manifest+json; charset=utf-8"
    assert reply.headers["vary"] == "Cookie, Accept-Language"
    manifest = json.loads(reply.body)
    assert (manifest["name"], manifest["lang"], manifest["dir"], manifest["display"]) == (
        "To-do",
        "es",
        "ltr",
        "standalone",
    )
    assert here.ask("GET", "/manifest.webmanifest").json["shortcuts"][0]["name"] == "Today"
    assert manifest["shortcuts"][0]["name"] == "Hoy"
    for icon in manifest["icons"]:
        found = here.ask("GET", icon["src"])
        assert (found.status, found.headers["content-type"]) == (200, icon["type"])
    assert "maskable" in [icon.get("purpose") for icon in manifest["icons"]]
    for start in (manifest["start_url"], *(each["url"] for each in manifest["shortcuts"])):
        assert start in ADDRESSES


def test_what_browsers_and_crawlers_ask_for_unasked(here: Door) -> None:
    icon = here.ask("GET", "/favicon.ico")
    assert (icon.status, icon.headers["content-type"]) == (200, "image/x-icon")
    assert here.ask("GET", "/apple-touch-icon.png").headers["content-type"] == "image/png"
    robots = here.ask("GET", "/robots.txt")
    assert robots.headers["content-type"] == "text/plain; charset=utf-8"
    assert robots.body.decode().splitlines() == ["User-agent: *", "Allow: /$", "Allow: /static/", "Disallow: /"]


def test_the_service_worker_is_looked_at_anew_each_time_and_acts_for_every_address_of_the_page(here: Door) -> None:
    reply = here.ask("GET", "/service-worker.js")
    assert (reply.status, reply.headers["content-type"]) == (200, "text/javascript; charset=utf-8")
    assert reply.headers["cache-control"] == "no-cache"
    patterns = [re.compile(found) for found in re.findall(r"^  /\^(.*?)\$/,$", reply.body.decode(), re.MULTILINE)]
    assert patterns
    patterns = [re.compile(pattern.pattern.replace("\\/", "/")) for pattern in patterns]
    for each in ADDRESSES:
        path = re.sub(r"\{\w+\}", "x", each)
        assert path == "/" or any(pattern.fullmatch(path) for pattern in patterns), path
    for other in ("/v1/me", "/v1", "/docs", "/docs/style.css", "/openapi.json", "/health", "/ready", "/static/x/y"):
        assert not any(pattern.fullmatch(other) for pattern in patterns), other
