"""What a person reads in HTML with expressions in it: that of htm's templates, and of Tornado's."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from javascript import Token

# A name is a name everywhere; what a person types stays what it is.
NAMES = frozenset({"To-do", "RRULE", "JSON", "API", "OpenAPI"})
_ATTRIBUTES = frozenset(
    {"aria-label", "title", "placeholder", "alt", "aria-description", "aria-roledescription", "aria-valuetext"}
    # What our own components call a text.
    | {"label", "heading", "hint", "says", "message"}
)
# What is in these is for programs.
_NOT_READ = frozenset({"script", "style", "pre", "code"})

_HOLE = "\0"  # where an expression stands
_PART = re.compile(r"""<!--.*?-->|<(/?[^\s>"']*)((?:[^>"']|"[^"]*"|'[^']*')*)>|([^<]+)""", re.DOTALL)
_ATTRIBUTE = re.compile(r"""([^\s=/>"']+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>"']+))""")
_DESCRIPTION = re.compile(r"""name=["'](?:description|apple-mobile-web-app-title|application-name)["']""")


@dataclass(frozen=True, slots=True)
class Read:
    """Words that stand in the markup, or the expression that stands where words are read."""

    what: str | list[Token]
    line: int


def read(parts: list[str | list[Token]], line: int) -> Iterator[Read]:
    """What is read of markup that begins on a line; expressions, between its texts, are tokens."""
    source = _Source(parts, line)
    tag = ""
    for match in _PART.finditer(source.text):
        if match[3] is not None:
            is_key = tag == "kbd" and len(match[3].strip()) == 1
            if tag not in _NOT_READ and not is_key:
                yield from source.read(match[3], match.start(3))
        elif match[1] is not None:
            tag = match[1].lower()
            is_read = _ATTRIBUTES | ({"content"} if _DESCRIPTION.search(match[2]) else set())
            for attribute in _ATTRIBUTE.finditer(match[2]):
                if attribute[1].lower() in is_read:
                    group = attribute.lastindex or 0
                    yield from source.read(attribute[group], match.start(2) + attribute.start(group))


def has_letters(text: str) -> bool:
    """Whether there is a word in it; an entity is none."""
    return any(character.isalpha() for character in re.sub(r"&#?\w+;", "", text))


class _Source:
    """The markup as one text with a hole for each expression, and the lines of its parts."""

    def __init__(self, parts: list[str | list[Token]], line: int) -> None:
        self.text = "".join(part if isinstance(part, str) else _HOLE for part in parts)
        self._expressions = [part for part in parts if not isinstance(part, str)]
        self._starts, self._lines = [], []
        position = 0
        for part in parts:
            self._starts.append(position)
            self._lines.append(line)
            if isinstance(part, str):
                position += len(part)
                line += part.count("\n")
            else:
                position += 1
                line = max([line, *(token.line for token in part)])

    def read(self, text: str, start: int) -> Iterator[Read]:
        words = " ".join(text.replace(_HOLE, " … ").split())
        if has_letters(text) and words.strip(" …") not in NAMES:
            began = start + next(at for at, character in enumerate(text) if character.isalpha())
            part = bisect_right(self._starts, began) - 1
            yield Read(words, self._lines[part] + self.text.count("\n", self._starts[part], began))
        for at, character in enumerate(text, start):
            if character == _HOLE:
                yield Read(self._expressions[self.text.count(_HOLE, 0, at)], 0)
