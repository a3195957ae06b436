"""Dates in words, as other programs' files hold them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from todo.services.quick_syntax.words import due_in_words

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "language", "due"),
    [
        ("tomorrow", "en", {"date": "2026-11-27"}),
        ("every monday", "en", {"date": "2026-11-30", "recurrence": "FREQ=WEEKLY;BYDAY=MO"}),
        ("cada lunes", "es", {"date": "2026-11-30", "recurrence": "FREQ=WEEKLY;BYDAY=MO"}),
        ("tomorrow at 9am", "en", {"at": "2026-11-27T09:00:00", "time_zone": "Europe/Berlin"}),
    ],
)
def test_words_of_a_known_language_are_a_due(text: str, language: str, due: dict[str, str]) -> None:
    assert due_in_words(text, language=language, now=NOW, zone=ZoneInfo("Europe/Berlin")) == due


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("jeden Montag", "de"),
        ("when I feel like it", "en"),
        ("tomorrow, or not", "en"),
        ("tomorrow #home", "en"),
        ("tomorrow !1", "en"),
        ("tomorrow " * 100, "en"),
        ("", "en"),
    ],
)
def test_what_says_something_else_is_no_due(text: str, language: str) -> None:
    assert due_in_words(text, language=language, now=NOW, zone=ZoneInfo("UTC")) is None
