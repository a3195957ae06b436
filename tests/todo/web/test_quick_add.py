"""The quick syntax in the page: the same table as in Python, and the same answer to whatever else is said."""

import json
from importlib import resources
from typing import Any

import quick_lines
from hypothesis import given, settings
from hypothesis import strategies as st
from page_modules import PageModules

from todo.services.quick_syntax.language import LANGUAGES

MODULE = "quick-add.js"
# As the table writes it.
PROGRAM = """({ parseQuickAdd }, { words, lists, cases }) => cases.map((each) => {
  const { language, now, time_zone: timeZone, text } = each;
  const found = parseQuickAdd(text, { words, language, now: new Date(now), timeZone, lists });
  const marks = found.marks.map(({ start, end, kind }) => `${kind}: ${text.slice(start, end)}`);
  return { ...found, list: found.list?.id ?? null, marks };
})"""
# How many random lines are read in one go.
AT_ONCE = 25


def _words() -> dict[str, Any]:
    folder = resources.files("todo.web") / "quick_add"
    return {language: json.loads((folder / f"{language}.json").read_bytes()) for language in LANGUAGES}


def _understood(modules: PageModules, cases: list[dict[str, Any]]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = modules().run(
        MODULE, PROGRAM, {"words": _words(), "lists": quick_lines.LISTS, "cases": cases}
    )
    return found


def test_a_line_is_understood_as_the_table_says(modules: PageModules) -> None:
    found = _understood(modules, quick_lines.CASES)
    wrong = [
        (case["text"], said, case["expected"])
        for case, said in zip(quick_lines.CASES, found, strict=True)
        if said != quick_lines.NOTHING | case["expected"]
    ]
    assert wrong == []


def test_random_lines_are_understood_as_in_python(modules: PageModules) -> None:
    @settings(deadline=None, max_examples=40)
    @given(st.lists(quick_lines.cases(), min_size=AT_ONCE, max_size=AT_ONCE))
    def compare(cases: list[dict[str, Any]]) -> None:
        assert _understood(modules, cases) == [quick_lines.understood(case) for case in cases]

    compare()


def test_any_text_is_understood_as_in_python(modules: PageModules) -> None:
    @settings(deadline=None, max_examples=40)
    @given(
        st.lists(st.text(st.characters(max_codepoint=0x2FFF, exclude_categories=["Cs"])), min_size=1, max_size=AT_ONCE)
    )
    def compare(texts: list[str]) -> None:
        cases = [
            {"language": "en", "now": "2026-11-25T10:30:00+00:00", "time_zone": "UTC", "text": text} for text in texts
        ]
        assert _understood(modules, cases) == [quick_lines.understood(case) for case in cases]

    compare()


def test_the_page_of_each_language_has_its_words(modules: PageModules) -> None:
    for language in LANGUAGES:
        words = modules(language).run("generated/quick-add-words.js", "({ quickAddWords }) => quickAddWords")
        assert language in words


def test_ten_kilobytes_are_read_in_bounded_time(modules: PageModules) -> None:
    texts = [
        "x " + part * (10_000 // len(part)) for part in ("feb 29 ", "24 ", "every mon, ", "“ ", " ", "the day after ")
    ]
    cases = [
        {"language": language, "now": "2026-11-25T10:30:00+00:00", "time_zone": "UTC", "text": text}
        for text in texts
        for language in LANGUAGES
    ]
    program = """({ parseQuickAdd }, { words, cases }) => cases.map(({ language, now, text }) => {
      const started = performance.now();
      parseQuickAdd(text, { words, language, now: new Date(now), timeZone: 'UTC' });
      return performance.now() - started;
    })"""
    taken = modules().run(MODULE, program, {"words": _words(), "cases": cases})
    assert max(taken) < 2_000
