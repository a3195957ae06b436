"""Dates as people write them, in the words that the quick syntax knows."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from todo.formats.records import ParseDue

# A title, so that all the rest of the line can be the due.
_TITLE = "x"
_LONGEST = 150  # characters, as much as Todoist takes


def parser(now: datetime) -> ParseDue:
    """What reads such texts at this moment: text, language, time zone -> the due; None where it says something else."""

    def parse_due(text: str, language: str, time_zone: str) -> Mapping[str, Any] | None:
        # Not at the start of an environment, which may never be asked for it.
        from todo.services.quick_syntax.language import LANGUAGES
        from todo.services.quick_syntax.parse import parse

        if language not in LANGUAGES or len(text) > _LONGEST:
            return None
        said = parse(f"{_TITLE} {text}", language=language, now=now, zone=ZoneInfo(time_zone))
        is_due_alone = said.title == _TITLE and not said.labels and not said.priority
        return said.due if is_due_alone else None

    return parse_due
