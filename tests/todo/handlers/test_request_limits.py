"""What never reaches a handler is answered with a problem as well, on the socket and on Lambda."""

import json
import socket

import pytest
from clients import Door, Person, ServerDoor

from todo.handlers.request_limits import MOST_HEADER_BYTES


def say(door: ServerDoor, *parts: bytes) -> tuple[bytes, dict[str, str], bytes]:
    """Send bytes on a socket, and read until the server hangs up: status line, headers, body."""
    with socket.create_connection(("127.0.0.1", door.port), timeout=20) as connection:
        for part in parts:
            connection.sendall(part)
        received = b""
        while chunk := connection.recv(65536):
            received += chunk
    head, _, body = received.partition(b"\r\n\r\n")
    line, *lines = head.split(b"\r\n")
    headers = dict(header.decode().lower().split(": ", 1) for header in lines)
    return line, headers, body


@pytest.mark.parametrize(
    ("request_head", "status", "code"),
    [
        (b"GET /v1 HTTP/1.1\r\n\r\n", 400, "malformed_request"),
        (b"GET /v1 HTTP/1.1\r\nHost: a b\r\n\r\n", 400, "malformed_request"),
        (b"GET /v1 HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400, "malformed_request"),
        (b"GET /v1?" + b"a=1&" * 1001 + b" HTTP/1.1\r\nHost: a\r\n\r\n", 400, "malformed_request"),
        (b"GET /v1 HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 100_000 + b"\r\n\r\n", 431, "headers_too_large"),
        (b"GET /v1 HTTP/1.1\r\nHost: a\r\n" + b"X: y\r\n" * 50_000 + b"\r\n", 431, "headers_too_large"),
        (b"POST /v1/lists HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999\r\n\r\n", 413, "body_too_large"),
    ],
    ids=["no host", "bad host", "two hosts", "1,001 arguments", "a long header", "many headers", "100 GB"],
)
def test_the_socket_answers_with_a_problem_and_hangs_up(
    door: Door, request_head: bytes, status: int, code: str
) -> None:
    if not isinstance(door, ServerDoor):
        return
    line, headers, body = say(door, request_head)
    assert line.startswith(b"HTTP/1.1 %d " % status)
    assert headers["content-type"].startswith("application/problem+json")
    assert headers["connection"] == "close"
    found = json.loads(body)
    assert (found["status"], found["code"]) == (status, code)
    assert found["request_id"] == headers["x-request-id"]


@pytest.mark.parametrize(
    "request_head",
    [
        b"nonsense\r\n\r\n",
        b"GET /v1\r\n\r\n",
        b"GET /v1 HTTP/3.0\r\nHost: a\r\n\r\n",
        b"GET /v1 HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n",
        b"GET /v1 HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n",
    ],
    ids=["nonsense", "no version", "HTTP 3", "no colon", "no length"],
)
def test_what_is_no_http_is_refused_before_there_is_a_request(door: Door, request_head: bytes) -> None:
    """Tornado answers these itself, with a bare 400: nobody who speaks HTTP sends them."""
    if isinstance(door, ServerDoor):
        line, _, body = say(door, request_head)
        assert line == b"HTTP/1.1 400 Bad Request"
        assert body == b""


def test_headers_up_to_the_limit_are_read(door: Door, ann: Person) -> None:
    padding = "x" * (MOST_HEADER_BYTES - 2000)
    assert ann.ask("GET", "/v1/me", headers={"X-Padding": padding}).status == 200
    refused = ann.ask("GET", "/v1/me", headers={"X-Padding": "x" * MOST_HEADER_BYTES})
    assert refused.status == 431
    assert refused.json["request_id"] == refused.headers["x-request-id"]
    assert door.ask("GET", "/health").status == 200
