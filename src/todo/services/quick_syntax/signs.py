"""The signs of a line: `#label`, `!1` to `!4`, `+list`."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from todo.services.quick_syntax.line import Token, fold, trim

LONGEST_LABEL = 60
MOST_LABELS = 100


@dataclass(frozen=True, slots=True)
class Mark:
    """`line[start:end]` was understood as this: date, time, recurrence, label, priority or list."""

    start: int
    end: int
    kind: str


def signs_of(words: Sequence[Token], lists: Sequence[tuple[Any, str]]) -> tuple[tuple[str, ...], int, Any, list[Mark]]:
    labels: dict[str, str] = {}
    marks = []
    priority = named = None
    by_title: dict[str, Any] = {}
    for list_id, title in lists:
        by_title.setdefault(fold(trim(title)), (list_id, title))
    for word in words:
        if word.sign == "#" and _is_label(word.name) and (len(labels) < MOST_LABELS or fold(word.name) in labels):
            labels.setdefault(fold(word.name), word.name)
            marks.append(Mark(word.start, word.mark_end, "label"))
        elif word.sign == "!" and word.name in ("1", "2", "3", "4"):
            priority = word
        elif word.sign == "+" and fold(word.name) in by_title:
            named = word
    if priority is not None:
        marks.append(Mark(priority.start, priority.mark_end, "priority"))
    if named is not None:
        marks.append(Mark(named.start, named.mark_end, "list"))
    return (
        tuple(labels.values()),
        5 - int(priority.name) if priority else 0,
        by_title[fold(named.name)] if named else None,
        marks,
    )


def _is_label(name: str) -> bool:
    """A name that is not a number (`#42` is an issue), and begins as names do."""
    return len(name) <= LONGEST_LABEL and not re.match(r"[!-/:-@\[-`{-~]", name) and re.match(r"[0-9]*\Z", name) is None
