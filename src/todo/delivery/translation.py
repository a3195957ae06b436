"""How mails say things in each language: its texts, and how dates are written there."""

from datetime import date, datetime
from functools import cache

from todo.web.catalogue import get_catalogue


class Translation:
    """The texts of one language."""

    def __init__(self, language: str) -> None:
        catalogue = get_catalogue(language)
        self.language = catalogue.language
        self.direction = catalogue.direction
        self.t = catalogue.t
        self.tn = catalogue.tn
        self.tx = catalogue.tx

    def day(self, day: date) -> str:
        """`Tuesday 24 November 2026`."""
        weekday, month = self._weekdays()[day.weekday()], self._months()[day.month - 1]
        return self.t("{weekday} {day} {month} {year}", weekday=weekday, day=day.day, month=month, year=day.year)

    def when(self, due: date | datetime) -> str:
        """A day, or `Tuesday 24 November 2026, 09:00` by the clock that a moment is in."""
        if not isinstance(due, datetime):
            return self.day(due)
        return self.t("{date}, {time}", date=self.day(due.date()), time=self.time_of(due))

    def time_of(self, due: date | datetime) -> str:
        """`09:00` of a moment; "" of a day."""
        return f"{due:%H:%M}" if isinstance(due, datetime) else ""

    def _weekdays(self) -> tuple[str, ...]:
        return (
            self.tx("within a date", "Monday"),
            self.tx("within a date", "Tuesday"),
            self.tx("within a date", "Wednesday"),
            self.tx("within a date", "Thursday"),
            self.tx("within a date", "Friday"),
            self.tx("within a date", "Saturday"),
            self.tx("within a date", "Sunday"),
        )

    def _months(self) -> tuple[str, ...]:
        return (
            self.tx("within a date", "January"),
            self.tx("within a date", "February"),
            self.tx("within a date", "March"),
            self.tx("within a date", "April"),
            self.tx("within a date", "May"),
            self.tx("within a date", "June"),
            self.tx("within a date", "July"),
            self.tx("within a date", "August"),
            self.tx("within a date", "September"),
            self.tx("within a date", "October"),
            self.tx("within a date", "November"),
            self.tx("within a date", "December"),
        )


@cache
def get_translation(language: str) -> Translation:
    """How a language says things; English for one that is not spoken here."""
    return Translation(language)
