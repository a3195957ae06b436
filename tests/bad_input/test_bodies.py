"""Bodies that are bad as a whole, to every operation that takes one: refused with a problem, and nothing is stored."""

import http.client
import json
from collections.abc import Sequence

import pytest
from bad_input.matrix import OPERATIONS, Case, named, new_world, problem
from clients import Door, Person, ServerDoor
from tables import rows

from todo.handlers.request_limits import TORNADO_HEADER_BYTES

WITH_BODY = [case for case in OPERATIONS if case.described.body is not None]
# Where the body may be a file of any kind, it may be of any media type, and larger.
WITHOUT_FILE = [case for case in WITH_BODY if not case.described.takes_file]
WITH_FORM = [case for case in WITH_BODY if case.described.forms]
FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=xyz"
MEBIBYTE = 1024 * 1024

UNREADABLE = {
    "nothing": b"",
    "spaces": b"   ",
    "no JSON": b"title=Pay rent",
    "half": b'{"title": "Pay',
    "two": b"{}{}",
    "a byte order mark": b"\xef\xbb\xbf{}",
    "UTF-16": '{"title": "x"}'.encode("utf-16"),
    "no UTF-8": b'{"title": "\xff\xfe"}',
    "an encoded surrogate": b'{"title": "\xed\xa0\x80"}',
    "half a surrogate pair": b'{"title": "\\ud800"}',
    "half a pair in a name": b'{"\\udc00": 1}',
    "NaN": b'{"title": NaN}',
    "Infinity": b'{"title": -Infinity}',
    "a bare control character": b'{"title": "a\nb"}',
    "arrays 10,000 deep": b"[" * 10_000 + b"]" * 10_000,
    "objects 10,000 deep": b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
    "only the beginnings": b"[" * 200_000,
}
NO_OBJECT = [b"null", b"true", b"5", b'"text"', b"[]", b"[{}]"]
FORMS_TORNADO_REFUSES = {
    "1,001 fields": (FORM, b"&".join(b"a%d=1" % number for number in range(1001))),
    "no boundary": ("multipart/form-data", b"--xyz--\r\n"),
    "no parts": (MULTIPART, b"garbage"),
    "no end": (MULTIPART, b'--xyz\r\nContent-Disposition: form-data; name="title"\r\n\r\nx\r\n'),
    "no name": (MULTIPART, b"--xyz\r\nContent-Disposition: form-data\r\n\r\nx\r\n--xyz--\r\n"),
    "no headers": (MULTIPART, b"--xyz\r\nx\r\n--xyz--\r\n"),
}


def ask_all(
    ann: Person, content: bytes, *statuses: int, cases: Sequence[Case] = WITH_BODY, **headers: str
) -> list[dict[str, object]]:
    """Send it to every operation that takes a body; nothing may be stored."""
    world = new_world(ann)
    before = rows(ann.door)
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    found = [problem(world.ask(case, body=content, headers=sent), *statuses) for case in cases]
    assert rows(ann.door) == before
    return found


@pytest.mark.parametrize("content", UNREADABLE.values(), ids=UNREADABLE)
def test_what_is_no_json_is_malformed(ann: Person, content: bytes) -> None:
    for found in ask_all(ann, content, 400):
        assert found["code"] == "malformed_request"


@pytest.mark.parametrize("content", NO_OBJECT, ids=bytes.decode)
def test_json_that_is_no_object_is_refused(ann: Person, content: bytes) -> None:
    for found in ask_all(ann, content, 422):
        assert found["code"] == "invalid_input"


def test_a_key_that_is_given_twice_is_named(ann: Person) -> None:
    for found in ask_all(ann, b'{"title": "a", "name": 1, "title": "b", "name": 2}', 400):
        assert named(found) == {"/title", "/name"}


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/xml", "application", "", ";", "image/png", "text/json", "\xff"]
)
def test_other_media_types_are_not_taken(ann: Person, kind: str) -> None:
    ask_all(ann, b"{}", 415, cases=WITHOUT_FILE, Content_Type=kind)


@pytest.mark.parametrize("coding", ["gzip", "br", "deflate", "identity, gzip", "x"])
def test_compressed_bodies_are_not_taken(ann: Person, coding: str) -> None:
    ask_all(ann, b"\x1f\x8b\x08\x00", 415, Content_Encoding=coding)


@pytest.mark.parametrize(("kind", "content"), FORMS_TORNADO_REFUSES.values(), ids=FORMS_TORNADO_REFUSES)
def test_a_form_that_is_none_is_malformed(ann: Person, kind: str, content: bytes) -> None:
    for found in ask_all(ann, content, 400, Content_Type=kind):
        assert found["code"] == "malformed_request"


@pytest.mark.parametrize(
    "content", [b"title=%ff&colour=%fe", b"title=\xff&colour=\xfe", b"title=a&title=b&colour=%C3%28"]
)
def test_every_bad_field_of_a_form_is_named(ann: Person, content: bytes) -> None:
    for found in ask_all(ann, content, 422, cases=WITH_FORM, Content_Type=FORM):
        assert {"/title", "/colour"} <= named(found)


def test_files_are_not_taken(ann: Person) -> None:
    part = b'--xyz\r\nContent-Disposition: form-data; name="title"; filename="../../etc/passwd"\r\n\r\nx\r\n--xyz--\r\n'
    ask_all(ann, part, 415, cases=WITHOUT_FILE, Content_Type=MULTIPART)


def test_a_form_may_not_say_a_field_both_whole_and_in_parts(door: Door, ann: Person) -> None:
    task_list = ann.make_list()
    before = rows(door)
    for content in (b"title=x&due=null&due.date=2026-11-23", b"title=x&due.date=2026-11-23&due=null"):
        reply = ann.ask("POST", f"{task_list['url']}/tasks", body=content, headers={"Content-Type": FORM})
        assert {place.split("/")[1] for place in named(problem(reply, 422))} == {"due"}
    assert rows(door) == before


def test_a_form_holds_as_much_as_json(ann: Person) -> None:
    task_list = ann.make_list()
    labels = [f"label {number}" for number in range(100)]
    part = '--xyz\r\nContent-Disposition: form-data; name="{}"\r\n\r\n{}\r\n'
    whole = "".join(part.format("labels", label) for label in labels) + part.format("title", "Tidy") + "--xyz--\r\n"
    reply = ann.ask("POST", f"{task_list['url']}/tasks", body=whole.encode(), headers={"Content-Type": MULTIPART})
    assert reply.status == 201, reply.body
    assert reply.json["labels"] == labels


def test_two_mebibytes_are_too_much(ann: Person) -> None:
    large = json.dumps({"title": "x" * (2 * MEBIBYTE)}).encode()
    for found in ask_all(ann, large, 413, cases=WITHOUT_FILE):
        assert found["code"] == "body_too_large"


def test_a_mebibyte_is_judged_by_its_fields(ann: Person) -> None:
    body = json.dumps({"title": "x", "notes": "y" * (MEBIBYTE - 100)}).encode()
    assert named(problem(ann.ask("POST", "/v1/lists", body=body), 422)) == {"/notes"}


def test_two_mebibytes_of_unknown_length_are_too_much(door: Door, ann: Person) -> None:
    """Chunked, on the socket; a gateway always hands over whole bodies."""
    if not isinstance(door, ServerDoor):
        return
    before = rows(door)
    connection = http.client.HTTPConnection("127.0.0.1", door.port, timeout=30)
    try:
        headers = {"Authorization": f"Bearer {ann.token}", "Content-Type": "application/json"}
        connection.request("POST", "/v1/lists", (b" " * 65536 for _ in range(32)), headers, encode_chunked=True)
        response = connection.getresponse()
        assert response.status == 413
        assert json.loads(response.read())["code"] == "body_too_large"
    finally:
        connection.close()
    assert rows(door) == before
    assert TORNADO_HEADER_BYTES > 65536


def test_the_good_bodies_of_the_matrix_are_good(ann: Person) -> None:
    """Else the refusals above might be for another reason."""
    world = new_world(ann)
    for case in WITH_BODY:
        if not case.described.public:
            assert world.ask(case, json=world.good_body(case)).status in (200, 201, 202), str(case)
