"""The pieces of a line that say something, and which of them count where they stand."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from todo.services.quick_syntax.line import Token

# A sign is no neighbour, and nothing that is kept in the title is.
_NEIGHBOURS = ("date", "time", "recurrence", "until")
_NOBODY, _END = -1, -2


@dataclass(frozen=True, slots=True)
class Piece:
    """The words `first` to `last` (exclusive), which say `value`. `where`: next to what they have to stand."""

    kind: str
    first: int
    last: int
    where: str
    value: Any


def standing(words: Sequence[Token], found: Sequence[Piece]) -> list[Piece]:
    """Those that stand where they have to: anywhere, or next to others that count, or at the end of the line."""
    at_word = [-1] * len(words)
    for number, piece in enumerate(found):
        at_word[piece.first : piece.last] = [number] * (piece.last - piece.first)
    before, behind = _neighbours(words, at_word)
    counts = [piece.where == "" for piece in found]

    def counted(number: int) -> bool:
        return number >= 0 and counts[number] and found[number].kind in _NEIGHBOURS

    def look(number: int) -> None:
        piece = found[number]
        left, right = before[piece.first], behind[piece.last - 1]
        beside = counted(left) or counted(right)
        counts[number] = counts[number] or {
            "end": beside or right == _END,
            "beside": beside,
            "after": counted(left) and found[left].kind != "time",
        }.get(piece.where, False)

    # One that counts may make its neighbour count: those to its right, those to its left, and what follows from these.
    for order in (range(len(found)), reversed(range(len(found))), range(len(found))):
        for number in order:
            look(number)
    return [piece for piece, counting in zip(found, counts, strict=True) if counting]


def _neighbours(words: Sequence[Token], at_word: Sequence[int]) -> tuple[list[int], list[int]]:
    """For each word the piece that the one before it, and the one behind it, belongs to. Signs are passed over."""
    before, behind = [_NOBODY] * len(words), [_END] * len(words)
    last = _NOBODY
    for at, word in enumerate(words):
        before[at] = last
        last = last if word.sign else at_word[at]
    last = _END
    for at in reversed(range(len(words))):
        behind[at] = last
        last = last if words[at].sign else at_word[at]
    return before, behind
