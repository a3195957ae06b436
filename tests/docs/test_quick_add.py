"""What docs/quick-add.md lists is understood."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from docs.tour import ROOT

from todo.services.quick_syntax.parse import parse

PAGE = (ROOT / "docs" / "quick-add.md").read_text()
ZONE = ZoneInfo("Europe/Madrid")
NOW = datetime(2026, 11, 25, 8, tzinfo=ZONE)


def _said(section: str, column: int) -> list[str]:
    rows = re.findall(r"^\| (.*) \|$", PAGE.partition(f"\n## {section}\n")[2].partition("\n## ")[0], re.MULTILINE)
    return [text for row in rows[1:] for text in re.findall(r"`([^`]+)`", row.split("|")[column])]


@pytest.mark.parametrize(
    ("language", "text"), [(language, text) for language, at in (("en", 1), ("es", 2)) for text in _said("Words", at)]
)
def test_the_words_of_the_page_are_understood_whole(language: str, text: str) -> None:
    found = parse(f"Something {text}", language=language, now=NOW, zone=ZONE)
    assert (found.title, found.due is None) == ("Something", False)


@pytest.mark.parametrize(
    "text", re.findall(r"“([^”]+)”|\"([^\"]+)\"", PAGE.partition("Never taken are")[2].partition("## ")[0])
)
def test_what_the_page_leaves_alone_is_left_alone(text: tuple[str, str]) -> None:
    line = "".join(text)
    language = "es" if re.search(r"\b(de|del|hasta|santo)\b", line) else "en"
    assert parse(line, language=language, now=NOW, zone=ZONE).due is None


@pytest.mark.parametrize("text", [text for text in _said("Signs", 0) if text[0] in "#!+"])
def test_the_signs_of_the_page_are_understood(text: str) -> None:
    lists = [(1, "Work"), (2, "Home and garden")]
    found = parse(f"Something {text}", language="en", now=NOW, zone=ZONE, lists=lists)
    assert (found.title, len(found.marks)) == ("Something", 1)
