"""What the text of a cell means, field by field; None where it means nothing that the field can hold."""

import re
import unicodedata
from collections.abc import Callable
from datetime import datetime, time
from functools import lru_cache
from typing import Any, TypeVar

from todo.formats import dates
from todo.shapes.fields import ADDRESS, DURATION, MOST_ORDER

T = TypeVar("T")
_YES = frozenset({
    "true", "yes", "y", "x", "1", "2", "on", "done", "completed", "complete", "finished", "closed", "resolved",
    "checked", "archived", "✓", "✔", "☑", "✅", "si", "s", "verdadero", "completada", "completado", "hecho", "hecha",
    "terminada", "terminado", "cerrada", "cerrado", "wahr", "vrai", "vero", "100", "100%", "1.0",
})  # fmt: skip
_NO = frozenset({
    "false", "no", "n", "0", "off", "open", "todo", "to do", "pending", "new", "active", "normal", "incomplete",
    "needsaction", "backlog", "doing", "in progress", "not started", "in review", "blocked", "waiting", "deferred",
    "falso", "pendiente", "abierta", "abierto", "nueva", "nuevo", "en curso", "en progreso", "por hacer",
    "no iniciada", "sin empezar", "falsch", "faux", "0.0", "☐", "⬜", "-",
})  # fmt: skip
_PRIORITIES = {
    "urgent": 4, "highest": 4, "critical": 4, "p1": 4, "!1": 4, "urgente": 4, "critica": 4, "muy alta": 4,
    "high": 3, "important": 3, "p2": 3, "!2": 3, "alta": 3, "alto": 3, "importante": 3,
    "medium": 2, "moderate": 2, "p3": 2, "!3": 2, "media": 2, "medio": 2,
    "low": 1, "lowest": 1, "minor": 1, "!4": 1, "baja": 1, "bajo": 1,
    "none": 0, "no": 0, "normal": 0, "p4": 0, "ninguna": 0, "sin prioridad": 0, "0": 0, "1": 1, "2": 2, "3": 3, "4": 4,
}  # fmt: skip
_LABEL = re.compile(r'\s*(?:"((?:[^"]|"")*)"\s*|([^,;\n]*))(?:[,;\n]|\Z)')
_TO_QUOTE = re.compile(r'[,;"]')
_DURATION = re.compile(DURATION)
_ADDRESS = re.compile(ADDRESS)
_IN_BRACKETS = re.compile(r"<([^<>\s]+@[^<>\s]+)>\Z")
_SHORT = 100
_MOST_LABELS = 20_000  # characters: a hundred names of sixty, each in quotation marks
_TRIGGER = re.compile(r"TRIGGER:([+-]?)(P.+)\Z")
EXPECTED = {
    "labels": "Expected names, separated by commas; they were left out.",
    "completed": "Expected true or false; it was taken as not completed.",
    "completed_at": "Expected a moment such as 2026-11-23T09:00:00Z; it was left out.",
    "priority": "Expected 0 (none) to 4 (the highest), or a word such as high; the priority was left out.",
    "due_time_zone": "Expected an IANA time zone such as Europe/Madrid; it was left out.",
    "recurrence": "Expected a rule such as FREQ=WEEKLY;BYDAY=MO; it was left out.",
    "reminders": "Expected durations such as PT30M or moments, separated by commas; others were left out.",
    "assignee": "Expected an e-mail address; nobody was assigned.",
    "order": "Expected a number; the place in the file was taken.",
    "created_at": "Expected a moment such as 2026-11-23T09:00:00Z; it was left out.",
    "updated_at": "Expected a moment such as 2026-11-23T09:00:00Z; it was left out.",
}


def remembered(read: Callable[[str], T]) -> Callable[[str], T]:
    """The same, with a memory of short texts: a column holds the same ones again and again."""
    remembering = lru_cache(maxsize=2048)(read)
    return lambda text: remembering(text) if len(text) <= _SHORT else read(text)


@remembered
def completed(text: str) -> bool | None:
    """Whether a task is done, by a word or a share."""
    word = plain(text)
    if word in _YES:
        return True
    share = word.endswith("%") and word[:-1].replace(".", "", 1).isdecimal()
    return False if word in _NO or share else None


@remembered
def priority(text: str) -> int | None:
    """By a number of ours, or a word of others."""
    return _PRIORITIES.get(plain(text))


@remembered
def labels(text: str) -> tuple[str, ...] | None:
    """Names between commas or semicolons; a name that holds one is in quotation marks."""
    if len(text) > _MOST_LABELS:
        return None
    found, at = [], 0
    while at < len(text):
        match = _LABEL.match(text, at)
        if match is None:  # a quotation mark that is not closed, or something behind it
            end = next((place for place in range(at, len(text)) if text[place] in ",;\n"), len(text))
            found.append(text[at:end].strip())
            at = end + 1
            continue
        found.append((match[2] if match[1] is None else match[1].replace('""', '"')).strip())
        at = match.end()
    return tuple({name.casefold(): name for name in reversed(found) if name}.values())[::-1]


def labels_text(names: tuple[str, ...]) -> str:
    """Names as `labels` reads them."""
    return ", ".join(f'"{name.replace(chr(34), chr(34) * 2)}"' if _TO_QUOTE.search(name) else name for name in names)


def reminders(text: str, zone: str) -> tuple[list[dict[str, str]], bool]:
    """Durations before the due, and moments; and whether all was understood."""
    if _DURATION.match(text):
        return [{"before": text}], True
    found: list[dict[str, str]] = []
    whole = True
    for part in re.split(r"[,;\n]", text):
        each = restored_sign(part.strip())
        if trigger := _TRIGGER.match(each):  # as iCalendar has it: what is negative is before
            each = trigger[2] if trigger[1] == "-" else "-" + trigger[2]
        each = "PT0S" if each in {"-PT0S", "-P0D"} else each
        if not each:
            continue
        at = None if _DURATION.match(each) else moment(each, zone)
        if at is None and not _DURATION.match(each):
            whole = False
            continue
        found.append({"before": each} if at is None else {"at": at})
    return found[:20], whole and len(found) <= 20


def restored_sign(text: str) -> str:
    """Without the apostrophe with which spreadsheets mark text."""
    return text[1:] if text[:1] == "'" else text


def moment(text: str, zone: str) -> str | None:
    """A moment in RFC 3339, by the clock of the zone where it names none; a day is its midnight."""
    if len(text) >= 20 and text[10] == "T":
        try:
            if datetime.fromisoformat(text).tzinfo is not None:
                return text
        except ValueError:
            return None
    said = dates.read(restored_sign(text), None)
    if said is None or isinstance(said, dates.Ambiguous):
        return None
    at = said if isinstance(said, datetime) else datetime.combine(said, time())
    return (at if at.tzinfo else at.replace(tzinfo=dates.zone_of(zone) or dates.zone_of("UTC"))).isoformat()


def order(text: str) -> float | None:
    """A number, with a point or a comma."""
    try:
        number = float(restored_sign(text).replace(",", "."))
    except ValueError:
        return None
    return number if -MOST_ORDER <= number <= MOST_ORDER else None


def zone(text: str) -> str | None:
    """The name of a zone that there is."""
    return text if dates.zone_of(text) else None


@remembered
def rule(text: str) -> str | None:
    """A rule of iCalendar, as it stands."""
    text = text.strip().removeprefix("RRULE:")
    return text if text.upper().startswith("FREQ=") or ";FREQ=" in text.upper() else None


@remembered
def address(text: str) -> str | None:
    """An e-mail address, also of `Ann <ann@example.org>`."""
    found = _IN_BRACKETS.search(text) if text.endswith(">") else None
    text = found[1] if found else text
    return text if len(text) <= 254 and _ADDRESS.match(text) else None


def plain(text: str) -> str:
    """A word as it is compared."""
    text = restored_sign(text.strip()).casefold()
    return (
        text
        if text.isascii()
        else "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    )


READERS: dict[str, Any] = {
    "completed": completed,
    "priority": priority,
    "labels": labels,
    "assignee": address,
    "order": order,
}
MOMENTS = ("completed_at", "created_at", "updated_at")
