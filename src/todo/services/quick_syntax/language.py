"""The words of a language, and its phrases in the form in which they are looked for."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

_FILES = {Path(file.name).stem: file for file in (resources.files("todo.web") / "quick_add").iterdir()}
LANGUAGES = tuple(sorted(_FILES))

# What a phrase that begins with figures is found by, instead of by its first word.
FIGURES = "0"
_WITH_WORDS = {"n": "number", "hour": "number"}


@dataclass(frozen=True, slots=True)
class Element:
    """One step of a pattern: some words, or a slot that takes `group` and is known as `name` afterwards."""

    words: frozenset[str] = frozenset()
    name: str = ""
    group: str = ""
    many: bool = False
    optional: bool = False


Pattern = tuple[Element, ...]


@dataclass(frozen=True, slots=True)
class Phrase:
    """Something that can be said: its kind, its pattern, what it means besides its slots, and where it has to stand."""

    kind: str
    pattern: Pattern
    meaning: Mapping[str, Any]
    where: str


class Language:
    """One language, from `web/quick_add/<language>.json`."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.first_list: str = data["first_list"]
        self.month_first: bool = data["month_first"]
        self.day_suffixes: list[str] = data["day_suffixes"]
        self.ands: list[str] = data["and"]
        self.articles: list[str] = data["the"]
        self.words: Mapping[str, Mapping[str, Any]] = data["words"]
        self.patterns = {name: [_pattern(text) for text in texts] for name, texts in data["patterns"].items()}
        self.leads = [Phrase(kind, _pattern(text), {}, "") for kind, texts in data["leads"].items() for text in texts]
        self.phrases = [
            Phrase(kind, _pattern(text), *(more + [{}, ""][len(more) :]))
            for kind, rows in data["phrases"].items()
            for text, *more in rows
        ]
        self.by_start = self._by_start(self.phrases)
        self.leads_by_start = self._by_start(self.leads)
        self.known = self._known()

    def _by_start(self, phrases: Iterable[Phrase]) -> dict[str, list[Phrase]]:
        found: dict[str, list[Phrase]] = {}
        for phrase in phrases:
            for start in sorted(self._starts(phrase.pattern)):
                found.setdefault(start, []).append(phrase)
        return found

    def _starts(self, pattern: Pattern) -> set[str]:
        starts: set[str] = set()
        for element in pattern:
            if element.group in self.patterns:
                for inner in self.patterns[element.group]:
                    starts |= self._starts(inner)
            elif element.group in self.words:
                starts |= set(self.words[element.group])
            elif element.group:
                starts |= {FIGURES, *self.words.get(_WITH_WORDS.get(element.group, ""), ())}
            starts |= element.words
            if not element.optional:
                break
        return starts

    def _known(self) -> set[str]:
        """Every word that has a meaning somewhere."""
        patterns = [phrase.pattern for phrase in (*self.phrases, *self.leads)]
        patterns += [inner for inners in self.patterns.values() for inner in inners]
        known = {word for pattern in patterns for element in pattern for word in element.words}
        return known.union(*self.words.values())


def _pattern(text: str) -> Pattern:
    return tuple(_element(part) for part in text.split(" "))


def _element(part: str) -> Element:
    """`a|b` is one of two words, `{name}` a slot, `{name=group}` one of another group, `*` several; `?` is optional."""
    optional = part.endswith("?")
    part = part.removesuffix("?")
    if not part.startswith("{"):
        return Element(words=frozenset(part.split("|")), optional=optional)
    name, _, group = part[1:-1].partition("=")
    return Element(name=name, group=(group or name).removesuffix("*"), many=group.endswith("*"), optional=optional)


@cache
def get_language(name: str) -> Language:
    """The language of that name; English for one that is not spoken here."""
    return Language(json.loads(_FILES[name if name in _FILES else "en"].read_bytes()))
