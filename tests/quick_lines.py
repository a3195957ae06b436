"""Lines for the quick syntax: the table of cases that both sides run, and random lines of the grammar's own words."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from todo.services.quick_syntax.language import LANGUAGES, get_language
from todo.services.quick_syntax.parse import parse

_TABLE = json.loads(Path(__file__).with_name("quick_add_cases.json").read_text(encoding="utf-8"))
CASES: list[dict[str, Any]] = _TABLE["cases"]
LISTS: list[dict[str, str]] = _TABLE["lists"]

# What a line is understood as where it says nothing.
NOTHING: dict[str, Any] = {"due": None, "labels": [], "priority": 0, "list": None, "marks": []}

_FIGURES = [
    "0", "1", "2", "3", "5", "9", "12", "15", "24", "29", "30", "31", "99", "2027", "1st", "2nd", "15th", "31st",
    "9am", "12am", "12pm", "9:30", "21:00", "24:00", "9:75", "21h", "9h30", "24/12", "12/24", "29/2", "2/29",
    "31/12/2027", "12/31/27", "24/7", "2026-12-24", "2026-02-30", "2028-02-29", "1º",
]  # fmt: skip
_SIGNS = [
    "#home", "#Home", '#"two words"', "#42", "#", "!1", "!4", "!5", "+work", '+"Home and garden"', "+nowhere",
    "+1", '"tomorrow', '"monday "', '"', "“hoy”",
]  # fmt: skip
_TEXT = [
    "bread",
    "Ann",
    "to",
    "mañana",
    "MONDAY",
    "Día",
    "İ",
    "😀",
    "\\tomorrow",
    "\\#home",
    "\\",
    "constructor",
    "-",
    "(x)",
]
_TAILS = ["", "", "", "", "", ",", ".", "!", ":", ";", "?", ")"]
_GAPS = [" ", " ", " ", "  ", "\u00a0", "\u2003"]


def understood(case: dict[str, Any]) -> dict[str, Any]:
    """What Python understands of a case, as the table writes it, with everything said."""
    found = parse(
        case["text"],
        language=case["language"],
        now=datetime.fromisoformat(case["now"]),
        zone=ZoneInfo(case["time_zone"]),
        lists=[(each["id"], each["title"]) for each in LISTS],
    )
    return {
        "title": found.title,
        "due": found.due,
        "labels": list(found.labels),
        "priority": found.priority,
        "list": found.list[0] if found.list else None,
        "marks": [f"{mark.kind}: {case['text'][mark.start : mark.end]}" for mark in found.marks],
    }


@st.composite
def lines(draw: st.DrawFn, language: str) -> str:
    """A line of words that mean something in the language, and of a few that do not."""
    words = st.sampled_from(sorted(get_language(language).known))
    others = st.sampled_from(_FIGURES + _SIGNS + _TEXT)
    said = draw(st.lists(st.tuples(st.one_of(words, words, others), st.sampled_from(_TAILS)), min_size=1, max_size=12))
    return "".join(word + tail + draw(st.sampled_from(_GAPS)) for word, tail in said)


@st.composite
def cases(draw: st.DrawFn) -> dict[str, Any]:
    """A random line, read at a random moment somewhere."""
    language = draw(st.sampled_from(LANGUAGES))
    zone = draw(st.sampled_from(["UTC", "Europe/Madrid", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"]))
    local = draw(st.datetimes(datetime(1990, 1, 1), datetime(2060, 1, 1)))  # noqa: DTZ001 - the zone comes next
    now = local.replace(microsecond=0, tzinfo=ZoneInfo("UTC")).isoformat()
    return {"language": language, "now": now, "time_zone": zone, "text": draw(lines(language))}
