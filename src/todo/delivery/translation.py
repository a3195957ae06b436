"""What is said in each language: texts by key, plurals, and how dates are written there."""

import json
from datetime import date, datetime
from functools import cache
from importlib import resources
from typing import Any

LANGUAGES = ("en", "es")


class Translation:
    """The texts of one language, from `web/translations/<language>.json`."""

    def __init__(self, language: str, texts: dict[str, Any]) -> None:
        self.language = language
        self._texts = texts

    def text(self, key: str, **values: object) -> str:
        """The text with its values put in."""
        return str(self._texts[key]).format(**values)

    def count(self, key: str, count: int, **values: object) -> str:
        """The text for one or for several of something."""
        return self.text(f"{key}_one" if count == 1 else f"{key}_other", count=count, **values)

    def day(self, day: date) -> str:
        """`Tuesday 24 November 2026`."""
        weekday, month = self._texts["weekdays"][day.weekday()], self._texts["months"][day.month - 1]
        return self.text("date", weekday=weekday, day=day.day, month=month, year=day.year)

    def when(self, due: date | datetime) -> str:
        """A day, or `Tuesday 24 November 2026, 09:00` by the clock that a moment is in."""
        if not isinstance(due, datetime):
            return self.day(due)
        return self.text("moment", date=self.day(due.date()), time=self.time_of(due))

    def time_of(self, due: date | datetime) -> str:
        """`09:00` of a moment; "" of a day."""
        return f"{due:%H:%M}" if isinstance(due, datetime) else ""


@cache
def get_translation(language: str) -> Translation:
    """The language's texts; English for one that is not spoken here."""
    name = language if language in LANGUAGES else LANGUAGES[0]
    content = resources.files("todo.web").joinpath("translations", f"{name}.json").read_text(encoding="utf-8")
    return Translation(name, json.loads(content))
