"""The title of a task: what is left of a line, once what was understood is taken from it."""

from collections.abc import Sequence

from todo.services.quick_syntax.language import Language
from todo.services.quick_syntax.line import Token, fold, trim

_ESCAPABLE = '#+!"“«\\'
# What is left hanging where something was taken from the beginning or the end of the line.
_HANGING = "-–—,;:"


def backslashes(line: str, words: Sequence[Token], language: Language) -> list[int]:
    """Where a backslash protects something, and is not part of the title."""
    return [word.start for word in words if word.escaped and _is_protected(line[word.start + 1 : word.stop], language)]


def _is_protected(text: str, language: Language) -> bool:
    return text[0] in _ESCAPABLE or "0" <= text[0] <= "9" or fold(text) in language.known


def title_of(line: str, taken: Sequence[tuple[int, int]], dropped: Sequence[int]) -> str:
    """What is left of the line without what is taken and dropped."""
    left = set(dropped)
    kept = []
    at = 0
    for start, end in [*taken, (len(line), len(line))]:
        kept.append("".join(line[place] for place in range(at, start) if place not in left))
        at = end
    title = trim(kept[0])
    for text in kept[1:]:
        glue = "" if text[:1] in ("!", "?", ")") else " "
        more = trim(text)
        title = f"{title}{glue}{more}" if title and more else title or more
    title = trim(title, _HANGING, start=len(kept) > 1 and not trim(kept[0]), end=len(kept) > 1 and not trim(kept[-1]))
    return trim(title)
