"""A Tornado application that knows nothing of ASGI or Lambda gives the same replies wherever it runs."""

import json
import re
from collections.abc import Iterator

import pytest
from examples.places import PLACES, Ask, Reply, guestbook

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40
FORM = "multipart/form-data; boundary=frontier"


class Visitor:
    """Somebody with a browser: keeps cookies, and sends forms with their token."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._cookies: dict[str, str] = {}
        self.seen: list[Reply] = []

    def ask(self, method: str, path: str, headers: dict[str, str] | None = None, body: bytes = b"") -> Reply:
        """Send a request, and note its reply."""
        cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        sent = {"Host": "guestbook.example.org", **({"Cookie": cookies} if cookies else {}), **(headers or {})}
        reply = self._ask(method, path, list(sent.items()), body)
        for name, value in reply.headers:
            if name == "set-cookie":
                cookie, _, rest = value.partition(";")[0].partition("=")
                self._cookies[cookie] = rest
        self.seen.append(reply)
        return reply

    def sign(self, page: Reply, name: str, text: str, picture: bytes = b"") -> Reply:
        """Fill in the page's form, and send it."""
        (token,) = re.findall(r'name="_xsrf" value="([^"]+)"', page.body.decode())
        parts = [_part(f'name="{key}"', value.encode()) for key, value in _fields(token, name, text)]
        if picture:
            parts.append(_part('name="picture"; filename="me.png"', picture, "Content-Type: image/png\r\n"))
        body = b"".join(parts) + b"--frontier--\r\n"
        return self.ask("POST", "/", {"Content-Type": FORM}, body)


def _fields(token: str, name: str, text: str) -> Iterator[tuple[str, str]]:
    yield from (("_xsrf", token), ("name", name), ("text", text))


def _part(disposition: str, content: bytes, more: str = "") -> bytes:
    return f"--frontier\r\nContent-Disposition: form-data; {disposition}\r\n{more}\r\n".encode() + content + b"\r\n"


def visit(ask: Ask) -> list[Reply]:
    """Read, sign twice, look at everything, and do some things wrong."""
    ann = Visitor(ask)
    page = ann.ask("GET", "/")
    ann.sign(page, "Ann", "Grüße, 世界 <script>")
    ann.sign(ann.ask("GET", "/"), "Ann", "This is me", PICTURE)
    page = ann.ask("GET", "/")
    ann.ask("GET", "/pictures/2")
    ann.ask("GET", "/export")
    style = re.findall(r'href="(/static/[^"]+)"', page.body.decode())[0]
    etag = ann.ask("GET", style).header("etag")
    ann.ask("HEAD", style)
    ann.ask("GET", style, {"If-None-Match": etag})
    ann.ask("GET", style, {"Range": "bytes=5-9"})
    ann.ask("GET", "/static/../guestbook.py")
    ann.ask("GET", "/pictures/7")
    ann.ask("GET", "/pictures/%32?x=%20")
    ann.ask("GET", "/nowhere")
    ann.ask("DELETE", "/")
    ann.ask("GET", "/live")
    ann.ask("POST", "/", {"Content-Type": "application/x-www-form-urlencoded"}, b"name=Eve&text=No+token")
    ann.ask("POST", "/", {"Content-Type": FORM}, b"--frontier\r\nbroken")
    return ann.seen


@pytest.fixture(scope="module")
def alone() -> list[Reply]:
    """The replies of Tornado's own server."""
    with guestbook("alone") as ask:
        return visit(ask)


def test_the_guestbook_does_what_a_guestbook_does(alone: list[Reply]) -> None:
    _, signed, _, _, page, picture, export, style, head, unchanged, part, outside, *wrong = alone

    assert (signed.status, signed.header("location")) == (302, "/")
    assert "Welcome back, Ann!" in page.body.decode()
    assert "<b>Ann</b>: Grüße, 世界 &lt;script&gt;" in page.body.decode()
    assert (picture.header("content-type"), picture.body) == ("image/png", PICTURE)
    assert [json.loads(line)["text"] for line in export.body.splitlines()] == ["Grüße, 世界 <script>", "This is me"]
    assert style.header("content-type") == "text/css"
    assert (head.status, head.body, unchanged.status, unchanged.body) == (200, b"", 304, b"")
    assert (part.status, part.body) == (206, style.body[5:10])
    assert outside.status in {403, 404}
    assert [reply.status for reply in wrong] == [404, 404, 404, 403, 400, 403, 400]


@pytest.mark.parametrize("place", [place for place in PLACES if place != "alone"])
def test_its_replies_are_the_same_elsewhere(place: str, alone: list[Reply]) -> None:
    with guestbook(place) as ask:
        there = visit(ask)

    for here, reply in zip(alone, there, strict=True):
        assert reply.comparable == here.comparable
