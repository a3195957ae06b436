"""A text that is nothing but a due, such as other programs keep: "every monday at 9am"."""

from datetime import datetime
from zoneinfo import ZoneInfo

from todo.services.quick_syntax import phrases
from todo.services.quick_syntax.days import Now
from todo.services.quick_syntax.due import due_of
from todo.services.quick_syntax.language import LANGUAGES, get_language
from todo.services.quick_syntax.line import tokens
from todo.services.quick_syntax.parse import value_of


def due_in_words(text: str, *, language: str, now: datetime, zone: ZoneInfo) -> dict[str, str] | None:
    """The due; None where a word of the text is not understood, or the language is not spoken here."""
    if language not in LANGUAGES:
        return None
    words, moment = tokens(text), Now(now, zone)
    found = phrases.pieces(words, get_language(language), lambda kind, fields: value_of(kind, fields, moment))
    due, used = due_of(found, moment)
    said = {place for piece in used for place in range(piece.first, piece.last)}
    return due if len(said) == len(words) else None
