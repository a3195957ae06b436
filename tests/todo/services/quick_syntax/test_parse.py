"""The quick syntax in Python: tests/quick_add_cases.json says what each line means. The page's side is in ../../web."""

import time
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
import quick_lines
from hypothesis import given, settings
from hypothesis import strategies as st

from todo.services import dues, recurrence
from todo.services.quick_syntax.figures import FIGURES
from todo.services.quick_syntax.language import LANGUAGES, Element, get_language
from todo.services.quick_syntax.line import BLANKS, trim
from todo.services.quick_syntax.parse import parse
from todo.shapes.task import Due, NewTask

MADRID = ZoneInfo("Europe/Madrid")
NOW = datetime(2026, 11, 25, 10, 30, tzinfo=MADRID)
LONG = 10_000


def _name(case: dict[str, Any]) -> str:
    return f"{case['language']} {case['now'][:16]} {case['text']}"


@pytest.mark.parametrize("case", quick_lines.CASES, ids=_name)
def test_a_line_is_understood_as_the_table_says(case: dict[str, Any]) -> None:
    assert quick_lines.understood(case) == quick_lines.NOTHING | case["expected"]


@settings(deadline=None)
@given(quick_lines.cases())
def test_whatever_is_said_can_be_stored(case: dict[str, Any]) -> None:
    found = quick_lines.understood(case)
    task = msgspec.convert(
        {name: found[name] for name in ("title", "due", "labels", "priority")} if found["title"] else {"title": "x"},
        NewTask,
    )
    dues.stored(task.due, "UTC")
    if task.due is not None and task.due.recurrence is not None:
        assert recurrence.normalise(task.due.recurrence) == task.due.recurrence


@settings(deadline=None)
@given(quick_lines.cases())
def test_the_first_occurrence_is_one_that_the_rule_names(case: dict[str, Any]) -> None:
    due = quick_lines.understood(case)["due"]
    if due is None or "BY" not in due.get("recurrence", ""):
        return  # any day is one of a rule that names none
    rule = ";".join(part for part in due["recurrence"].split(";") if not part.startswith(("UNTIL", "INTERVAL")))
    first = msgspec.convert(due, Due)
    day = first.date or (first.at.date() if first.at else None)
    assert day is not None
    # The same rule, begun a year earlier, comes to that day.
    found = day.replace(year=day.year - 4) if (day.month, day.day) == (2, 29) else day.replace(year=day.year - 1)
    while found < day:
        step = recurrence.advance(rule, found)
        assert step is not None
        found = step[0]
    assert found == day


@settings(deadline=None)
@given(st.text(), st.sampled_from(LANGUAGES))
def test_any_text_has_a_title_and_loses_nothing_but_what_is_marked(text: str, language: str) -> None:
    found = parse(text, language=language, now=NOW, zone=MADRID)
    assert bool(found.title) == bool(trim(text))
    assert found.title == trim(found.title)
    ends = [0, *(place for mark in found.marks for place in (mark.start, mark.end)), len(text)]
    assert ends == sorted(ends)
    if not found.marks:
        assert found.title.replace("\\", "") == trim(text).replace("\\", "")


def test_a_blank_line_has_no_title() -> None:
    assert parse(" \t\u00a0", language="en", now=NOW, zone=MADRID).title == ""


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "part",
    [
        "feb 29 29 feb ", "2/29 29/2 ", "24 ", "fri, ", "every mon, ", "cada lun, ", "the day after ",
        "el dia 29 de febrero de ", "on by for due ", "#a", "# ", "“ ", '" ', "\\ ", "9", " ", "a\u0301", "!1 ", "+x ",
        "every 2 weeks on mon, ", "a las 9 y ",
    ],
)  # fmt: skip
def test_a_long_line_takes_bounded_time(language: str, part: str) -> None:
    line = "x " + (part * LONG)[:LONG] + " x tomorrow"
    started = time.process_time()
    assert parse(line, language=language, now=NOW, zone=MADRID).title
    assert time.process_time() - started < 2


@pytest.mark.parametrize("name", LANGUAGES)
def test_every_slot_of_a_language_can_be_filled(name: str) -> None:
    language = get_language(name)
    elements: list[Element] = [
        element
        for pattern in (
            *(phrase.pattern for phrase in language.phrases),
            *(pattern for patterns in language.patterns.values() for pattern in patterns),
        )
        for element in pattern
    ]
    groups = {element.group for element in elements if element.group}
    assert groups <= language.words.keys() | language.patterns.keys() | FIGURES.keys()
    assert {phrase.where for phrase in language.phrases} <= {"", "end", "beside", "after"}
    # Each can be said: a line holds no blank within a word, and nothing is written in upper case or with an accent.
    assert not [word for word in language.known if word != trim(word).lower() or " " in word]


def test_another_language_is_read_as_english() -> None:
    assert get_language("xx").first_list == get_language("en").first_list


def test_what_is_blank_here_is_blank_in_a_title() -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"title": BLANKS}, NewTask)
