"""The guestbook's WebSocket says the same under every server."""

import contextlib
import http.client
import json
import re
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from examples.places import COMMANDS, served
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect


@pytest.fixture(scope="module", params=COMMANDS)
def port(request: pytest.FixtureRequest) -> Iterator[int]:
    """The port of each server in turn."""
    with served(COMMANDS[request.param]) as port:
        yield port


def reader(port: int, query: str = "", **options: str) -> ClientConnection:
    """Somebody who reads along."""
    headers = {name.title(): value for name, value in options.items()}
    return connect(f"ws://127.0.0.1:{port}/live{query}", additional_headers=headers, open_timeout=10)


def told(connection: ClientConnection) -> tuple[str, str]:
    """The next entry that it hears of."""
    entry = json.loads(connection.recv(timeout=10))
    return entry["name"], entry["text"]


def sign(port: int, name: str, text: str) -> int:
    """Send the page's form; the status of the reply."""
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        connection.request("GET", "/")
        reply = connection.getresponse()
        cookie = str(reply.getheader("Set-Cookie")).partition(";")[0]
        (token,) = re.findall(r'name="_xsrf" value="([^"]+)"', reply.read().decode())
        form = urlencode({"_xsrf": token, "name": name, "text": text})
        headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
        connection.request("POST", "/", form, headers)
        return connection.getresponse().status


def test_readers_hear_of_entries_however_they_were_written(port: int) -> None:
    with reader(port, "?name=Ann") as ann, reader(port) as somebody:
        ann.send("Grüße, 世界")
        assert told(ann) == told(somebody) == ("Ann", "Grüße, 世界")
        somebody.send("x" * 100_000)
        assert told(ann) == told(somebody) == ("Somebody", "x" * 100_000)
        assert sign(port, "Bob", "By the form") == 302
        assert told(ann) == told(somebody) == ("Bob", "By the form")


def test_a_reader_is_sent_off_with_code_and_reason(port: int) -> None:
    with reader(port, "?name=Ann") as ann, reader(port) as stays:
        ann.send("bye")
        with pytest.raises(ConnectionClosed) as closed:
            ann.recv(timeout=10)
        assert closed.value.rcvd
        assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (1000, "Good bye, Ann")
        stays.send("still here")
        assert told(stays) == ("Somebody", "still here")


def test_a_page_of_another_site_is_refused(port: int) -> None:
    with pytest.raises(InvalidStatus) as refused:
        reader(port, origin="https://elsewhere.example.org")
    assert refused.value.response.status_code == 403
