"""Patterns of words, and what fits them."""

from collections.abc import Iterator, Sequence
from typing import Any

from todo.services.quick_syntax.figures import FIGURES
from todo.services.quick_syntax.language import Language, Pattern
from todo.services.quick_syntax.line import Token

Fields = dict[str, Any]


def matches(words: Sequence[Token], at: int, pattern: Pattern, language: Language) -> Iterator[tuple[int, Fields]]:
    """Every way in which the words from `at` fit the pattern: where it ends, and what its slots hold."""
    if not pattern:
        yield at, {}
        return
    element, rest = pattern[0], pattern[1:]
    for then, fields in _steps(words, at, pattern, language):
        if rest and then < len(words) and not words[then - 1].goes_on:
            if all(each.optional for each in rest):
                yield then, fields
            continue
        for last, more in matches(words, then, rest, language):
            yield last, {**fields, **more}
    if element.optional:
        yield from matches(words, at, rest, language)


def _steps(words: Sequence[Token], at: int, pattern: Pattern, language: Language) -> Iterator[tuple[int, Fields]]:
    element = pattern[0]
    word = words[at].word if at < len(words) else None
    if word is None:
        return
    if element.words:
        if word in element.words:
            yield at + 1, {}
    elif element.many:
        then, values = _several(words, at, language.words[element.group], language)
        if values:
            yield then, {element.name: values}
    elif element.group in language.patterns:
        for inner in language.patterns[element.group]:
            yield from matches(words, at, inner, language)
    else:
        value = _slot(word, element.group, language)
        if value is not None:
            yield at + 1, {element.name: value}


def _slot(word: str, group: str, language: Language) -> Any:
    if group in language.words:
        return language.words[group].get(word)
    return FIGURES[group](word, language)


def _several(words: Sequence[Token], at: int, group: Any, language: Language) -> tuple[int, list[int]]:
    """`monday, wednesday and friday`."""
    values: list[int] = []
    last = at
    while at < len(words) and words[at].word in group:
        values.append(group[words[at].word])
        last = at = at + 1
        if words[at - 1].tail == "" and at < len(words) and words[at].word not in language.ands:
            break
        if not words[at - 1].goes_on:
            break
        if at < len(words) and words[at].word in language.ands:
            at += 1
        if at < len(words) and words[at].word in language.articles:
            at += 1
    return last, sorted(set(values))
