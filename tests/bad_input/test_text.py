"""Text: whatever Unicode holds comes back exactly as it was sent, or is refused; on both databases alike."""

from collections.abc import Callable
from typing import Any

import pytest
from bad_input.matrix import named, problem
from clients import Door, Person
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

ANY_TEXT = st.text(max_size=60)
# What databases, languages and terminals stumble over.
AWKWARD = [
    "\0", "a\0b", "\x7f", "\x85", "\x1b[31m", "\u2028", "\u2029", "\ufeff", "\ufffe", "\uffff", "\U0010ffff", "\u202e",
    "e\u0301", "\u00e9", "\u0130", "\u1e9e", "\u0390" * 500, "👩‍👩‍👧‍👦", "\\0", "\\u0000", "%", "_", "%00",
    "'; DROP TABLE tasks; --", "{{7*7}}", "<script>", "$1", ":name", "?", "null", "true", "0", "\\", '"', "\u200b",
    "\u3000", " a ", "\ta", "a\n", "\r\n",
]  # fmt: skip
QUICK = settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    # The world is made once a test; examples only add to it.
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def is_one_line(text: str) -> bool:
    """Python's own view of the pattern: no control character or line break, and something to see."""
    breaks = any(ord(c) < 32 or 127 <= ord(c) < 160 or c in "\u2028\u2029" for c in text)
    return not breaks and bool(text.strip().strip("\ufeff\u00a0 ").strip())


def kept(sent: str, change: Callable[[str], Any], field: str, *, strip: bool) -> bool:
    """Send a text. True if it was kept, and came back exactly; False if it was refused by name."""
    reply = change(sent)
    if reply.status == 422:
        assert {place.split("/")[1] for place in named(problem(reply, 422))} == {field}
        return False
    assert reply.status in (200, 201), reply.body
    value = reply.json[field]
    found = value[0] if isinstance(value, list) else value
    assert found == (sent.strip() if strip else sent)
    return True


def changes(ann: Person) -> dict[str, tuple[Callable[[str], Any], bool]]:
    """How each field of text is set, and whether blanks around it are taken off."""
    task_list = ann.make_list()
    task = ann.add(task_list)
    return {
        "title": (lambda text: ann.ask("PATCH", task["url"], {"title": text}), True),
        "notes": (lambda text: ann.ask("PATCH", task_list["url"], {"notes": text}), False),
        "labels": (lambda text: ann.ask("PATCH", task["url"], {"labels": [text]}), True),
        "name": (lambda text: ann.ask("PATCH", "/v1/me", {"name": text}), False),
    }


@pytest.mark.parametrize("field", ["title", "notes", "labels", "name"])
def test_any_text_comes_back_as_it_was_or_is_refused(ann: Person, field: str) -> None:
    change, strip = changes(ann)[field]

    @QUICK
    @given(ANY_TEXT)
    def holds(text: str) -> None:
        was_kept = kept(text, change, field, strip=strip)
        if field == "title":
            assert was_kept == is_one_line(text)

    holds()


def test_awkward_text_comes_back_as_it_was_or_is_refused(ann: Person) -> None:
    for field, (change, strip) in changes(ann).items():
        for text in AWKWARD:
            kept(text, change, field, strip=strip)


def test_awkward_text_finds_what_holds_it_and_nothing_else(ann: Person) -> None:
    task_list = ann.make_list()
    path = f"{task_list['url']}/tasks"
    # SQLite's LIKE reads the last two code points of the first plane as U+FFFD, so it cannot tell them apart.
    texts = [text for text in AWKWARD if text not in ("\ufffe", "\uffff")]
    kept_texts = [text for text in texts if ann.ask("POST", path, {"title": f"<{text}>"[:500]}).status == 201]
    assert len(kept_texts) > 20
    for text in kept_texts:
        query = f"<{text}>"[:150]
        titles = [task["title"] for task in ann.get(f"{task_list['url']}/tasks", q=query, limit=500)]
        assert f"<{text}>"[:500] in titles
        assert not [title for title in titles if query.casefold() not in title.casefold()], query


def test_a_label_of_any_name_is_found_renamed_and_removed_by_its_url(ann: Person) -> None:
    task_list = ann.make_list()
    for text in ("a/b", "%", "...", "é", "👩‍👩‍👧‍👦", "a?b#c", "a+b c", "%2F", "'\"", ".a"):
        ann.add(task_list, labels=[text])
        (label,) = ann.get("/v1/labels")
        assert label["name"] == text
        assert ann.ask("PATCH", label["url"], {"name": "plain"}).json == {"name": "plain", "lists": 1, "tasks": 1}
        assert ann.ask("DELETE", "/v1/labels/plain").status == 200


def test_credentials_may_hold_anything_and_tell_nothing(door: Door) -> None:
    for password in ("\0" * 8, "ü" * 8, "\ufeff" * 8, "'; DROP TABLE accounts; --", " " * 8, "x" * 1024):
        reply = door.ask("POST", "/v1/sessions", {"email": "nobody@example.org", "password": password})
        assert problem(reply, 401, 429)["code"] in ("unauthenticated", "too_many_attempts")
        assert password.strip("\0 ") == "" or password not in reply.body.decode()
