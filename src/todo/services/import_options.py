"""What is wished of an import: as it is stored, and as whoever reads its file takes it."""

import json
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import UNSET

from todo.formats.records import ReadOptions
from todo.services.actor import Actor
from todo.shapes.imports import NewImport, StartImport

_NAMES = ("dry_run", "all_or_nothing", "again", "encoding", "separator", "mapping")


def stored(actor: Actor, new: NewImport) -> str:
    """The wishes of a new import, as its row keeps them."""
    return _to_text(actor, {name: getattr(new, name) for name in _NAMES})


def wished_anew(actor: Actor, text: str, how: StartImport) -> str:
    """Stored wishes, after others of their account; what it leaves out stays."""
    anew = {name: wish for name in _NAMES if (wish := getattr(how, name)) is not UNSET}
    return _to_text(actor, {**json.loads(text), **anew})


def _to_text(actor: Actor, options: Mapping[str, Any]) -> str:
    """As JSON, without what nobody wishes for; with the habits of the account as they are now: they may change."""
    wished = {name: value for name, value in options.items() if value}
    habits = {"time_zone": actor.time_zone, "language": actor.language}
    return json.dumps({**wished, **habits}, separators=(",", ":"), ensure_ascii=False)


def read_options(now: datetime, time_zone: str, language: str, options: Mapping[str, Any]) -> ReadOptions:
    """How a file is read: the same way each time."""
    return ReadOptions(
        now=now,
        time_zone=time_zone,
        language=language,
        mapping=options.get("mapping"),
        encoding=options.get("encoding"),
        separator=options.get("separator"),
        parse_due=partial(_due_in_words, now),
    )


def _due_in_words(now: datetime, text: str, language: str, time_zone: str) -> dict[str, str] | None:
    # Not at the start of an environment, which may never be asked for it.
    from todo.services.quick_syntax.words import due_in_words

    return due_in_words(text, language=language, now=now, zone=ZoneInfo(time_zone))
