"""What the files of exports are called: where people save them, and where they are stored."""

import re
import unicodedata

from todo.services.actor import Actor
from todo.services.time_zones import get_zone

_LONGEST_STEM = 80


def file_stem(title: str | None, actor: Actor) -> str:
    """What a file is called, without its suffix: after the list or the service, and the day where the actor is."""
    day = actor.now.astimezone(get_zone(actor.time_zone, "/time_zone")).date()
    kept = "".join(each if _is_harmless(each) else "-" for each in unicodedata.normalize("NFC", title or ""))
    name = re.sub(r"[\s-]{2,}", "-", kept)[:_LONGEST_STEM].strip(" .-") or "todo"
    return f"{name}-{day.isoformat()}"


def _is_harmless(character: str) -> bool:
    """Whether every file system takes the character, and it shows as what it is."""
    return character == " " or (character not in '\\/:*?"<>|%' and unicodedata.category(character)[0] not in "CZ")


def file_name(stem: str, number: int, suffix: str) -> str:
    """What the file of that number is called."""
    return f"{stem}{suffix}" if number == 1 else f"{stem}-{number}{suffix}"


def stored_suffix(number: int, suffix: str) -> str:
    """Under which suffix a file is stored beside the others of its export."""
    return f".{number}{suffix}"
