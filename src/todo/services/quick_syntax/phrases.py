"""What the words of a line say, phrase by phrase."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from todo.services.quick_syntax.language import FIGURES, Language, Phrase
from todo.services.quick_syntax.line import Token
from todo.services.quick_syntax.patterns import Fields, matches
from todo.services.quick_syntax.pieces import Piece, standing

# Whatever is led in by a word of `leads` is of one of these kinds: the lead's, as which it counts, and the phrase's.
_LED = {
    "until": ("date",),
    "keep": ("date", "time"),
    "recurrence": ("recurrence",),
    "date": ("date",),
    "time": ("time",),
}
# Where a phrase may stand that has a lead, by where it may stand without.
_RELAXED = {"": "", "end": "", "beside": "end", "after": "after"}


def pieces(words: Sequence[Token], language: Language, value_of: Callable[[str, Fields], Any]) -> list[Piece]:
    """What is said, from left to right, the longest first; `value_of` has None for what has no meaning."""
    found = []
    at = 0
    while at < len(words):
        piece = _longest(words, at, language, value_of)
        if piece is None:
            at += 1
        else:
            found.append(piece)
            at = piece.last
    return standing(words, found)


def _longest(
    words: Sequence[Token], at: int, language: Language, value_of: Callable[[str, Fields], Any]
) -> Piece | None:
    candidates = [
        (last, phrase.kind, phrase.kind, phrase.where, fields)
        for phrase in _starting(words, at, language.by_start)
        for last, fields in _said(words, at, phrase, language)
    ]
    for lead in _starting(words, at, language.leads_by_start):
        for then, _ in matches(words, at, lead.pattern, language):
            if then >= len(words) or not words[then - 1].goes_on:
                continue
            candidates += [
                (last, lead.kind, phrase.kind, _RELAXED[phrase.where], fields)
                for phrase in _starting(words, then, language.by_start)
                if phrase.kind in _LED[lead.kind]
                for last, fields in _said(words, then, phrase, language)
            ]
    for last, kind, said_as, where, fields in sorted(candidates, key=lambda candidate: -candidate[0]):
        value = value_of(said_as, fields)
        if value is not None:
            return Piece(kind, at, last, where, value)
    return None


def _starting(words: Sequence[Token], at: int, by_start: dict[str, list[Phrase]]) -> list[Phrase]:
    word = words[at].word
    if not word:
        return []
    found = by_start.get(word, [])
    if "0" <= word[0] <= "9":
        found = found + [phrase for phrase in by_start.get(FIGURES, []) if phrase not in found]
    return found


def _said(words: Sequence[Token], at: int, phrase: Phrase, language: Language) -> Iterator[tuple[int, Fields]]:
    for last, fields in matches(words, at, phrase.pattern, language):
        yield last, {**phrase.meaning, **fields}
