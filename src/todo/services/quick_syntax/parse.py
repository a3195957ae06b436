"""What a line says of a task: its title, due, labels, priority and list."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from todo.services.quick_syntax import days, phrases, rules
from todo.services.quick_syntax.days import Now
from todo.services.quick_syntax.due import due_of
from todo.services.quick_syntax.language import get_language
from todo.services.quick_syntax.line import BLANKS, tokens, trim
from todo.services.quick_syntax.signs import Mark, signs_of
from todo.services.quick_syntax.title import backslashes, title_of

_KINDS = {"until": "recurrence"}  # how a mark calls what has another name here
_PUNCTUATION_OR_BLANK = re.compile(f"[{re.escape(BLANKS)}!-/:-@\\[-`{{-~]*\\Z")


@dataclass(frozen=True, slots=True)
class Understood:
    """A line, understood. `due` has the fields of the API's; `list` is the one of the given lists that is named."""

    title: str
    due: dict[str, str] | None = None
    labels: tuple[str, ...] = ()
    priority: int = 0
    list: Any = None
    marks: tuple[Mark, ...] = ()


def parse(
    line: str, *, language: str, now: datetime, zone: ZoneInfo, lists: Sequence[tuple[Any, str]] = ()
) -> Understood:
    """What the line says, for somebody who reads the clock of `zone` and has these lists (id, title).

    The title is empty only where the line is blank.
    """
    words, spoken = tokens(line), get_language(language)
    moment = Now(now, zone)
    found = phrases.pieces(words, spoken, lambda kind, fields: value_of(kind, fields, moment))
    due, of_due = due_of(found, moment)
    marks = [
        Mark(words[piece.first].start, words[piece.last - 1].mark_end, _KINDS.get(piece.kind, piece.kind))
        for piece in of_due
    ]
    labels, priority, named, of_signs = signs_of(words, lists)
    marks = sorted(marks + of_signs, key=lambda mark: mark.start)
    title = title_of(line, [(mark.start, mark.end) for mark in marks], backslashes(line, words, spoken))
    if _PUNCTUATION_OR_BLANK.match(title):
        return Understood(trim(line))
    return Understood(title, due, labels, priority, named, tuple(marks))


def value_of(kind: str, fields: dict[str, Any], now: Now) -> Any:
    """What the fields of a phrase mean; None where they have no meaning."""
    if kind == "date":
        return days.day_of(fields, now)
    if kind == "time":
        return days.time_of(fields)
    return rules.rule_of(fields, now.today) if kind == "recurrence" else True
