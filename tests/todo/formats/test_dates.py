"""Dates are read where they have one meaning, and in no other case."""

from datetime import date, datetime

import pytest
from table_files import problems_of, read, tasks_of

from todo.formats import dates


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-11-30", date(2026, 11, 30)), ("2026/11/30", date(2026, 11, 30)), ("2026. 11. 30.", date(2026, 11, 30)),
        ("31/12/2026", date(2026, 12, 31)), ("12/31/2026", date(2026, 12, 31)), ("5/5/26", date(2026, 5, 5)),
        ("5.10.2026", date(2026, 10, 5)), ("30-Nov-26", date(2026, 11, 30)), ("30 nov 2026", date(2026, 11, 30)),
        ("Nov 30, 2026", date(2026, 11, 30)), ("Monday, November 30, 2026", date(2026, 11, 30)),
        ("30 de noviembre de 2026", date(2026, 11, 30)), ("lunes, 30 de noviembre de 2026", date(2026, 11, 30)),
        ("Oct 5 2026", date(2026, 10, 5)), ("2026年11月30日", date(2026, 11, 30)),
        ("2026-11-30T09:00:00", "2026-11-30T09:00:00"), ("2026-11-30 9:05", "2026-11-30T09:05:00"),
        ("31/12/2026 2:30 PM", "2026-12-31T14:30:00"), ("Oct 5 2026 18:00", "2026-10-05T18:00:00"),
        ("31.12.2026, 18:00:30", "2026-12-31T18:00:30"),
        ("2026-02-30", None), ("31/02/2026", None), ("2026-13-01", None), ("soon", None), ("46000", None),
        ("31/12/2026 25:00", None), ("12/31/2026 13:00 pm", None), ("9" * 5_000, None), ("1/1/1/1", None),
    ],
)  # fmt: skip
def test_one_meaning(text: str, day: date | str | None) -> None:
    said = dates.read(text, None)
    assert (said.isoformat() if isinstance(said, datetime) else said) == day


def test_an_offset_is_kept() -> None:
    said = dates.read("2026-11-30 09:00 +02:00", None)
    assert isinstance(said, datetime)
    assert said.isoformat() == "2026-11-30T09:00:00+02:00"


def test_two_meanings_are_told_apart_by_the_column() -> None:
    assert dates.read("5/10/2026", None) == dates.Ambiguous(date(2026, 10, 5), date(2026, 5, 10))
    assert dates.order_of(["5/10/2026", "'31/10/2026"]) == "day first"
    assert dates.order_of(["5/10/2026", "10/31/2026"]) == "month first"
    assert dates.order_of(["5/31/2026", "31/5/2026"]) is None


@pytest.mark.parametrize(
    ("language", "rows", "due"),
    [
        ("en", "5/10/2026\nx,31/12/2026", {"date": "2026-10-05"}),
        ("en", "5/10/2026\nx,12/31/2026", {"date": "2026-05-10"}),
        ("en", "5/10/2026", None),
        ("es", "5/10/2026", {"date": "2026-10-05"}),
        ("en", "tomorrow at 9am", {"at": "2026-11-27T09:00:00", "time_zone": "Europe/Madrid"}),
        ("es", "mañana", {"date": "2026-11-27"}),
        ("es", "every monday", {"date": "2026-11-30", "recurrence": "FREQ=WEEKLY;BYDAY=MO"}),
    ],
)
def test_dates_of_a_table(language: str, rows: str, due: dict[str, str] | None) -> None:
    records = read(f"title,due\nMilk,{rows}\n", language=language)
    assert tasks_of(records)[0].fields.get("due") == due
    assert bool(problems_of(records)) == (due is None)
