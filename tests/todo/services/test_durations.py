"""Durations of iCalendar: what is read, how it is written, and what is too long."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from todo.services import durations
from todo.services.durations import Duration, InvalidDuration
from todo.shapes.fields import DURATION

DAY = 86_400


@pytest.mark.parametrize(
    ("text", "days", "seconds", "canonical"),
    [
        ("PT30M", 0, 1800, "PT30M"),
        ("P1D", 1, 0, "P1D"),
        ("P1W", 7, 0, "P1W"),
        ("P14D", 14, 0, "P2W"),
        ("P1DT2H", 1, 7200, "P1DT2H"),
        ("P7DT1S", 7, 1, "P7DT1S"),
        ("-PT9H", 0, -32_400, "-PT9H"),
        ("-P1DT1M", -1, -60, "-P1DT1M"),
        ("+PT5M", 0, 300, "PT5M"),
        ("PT90M", 0, 5400, "PT1H30M"),
        ("PT3600S", 0, 3600, "PT1H"),
        ("PT1H30S", 0, 3630, "PT1H0M30S"),
        ("PT61S", 0, 61, "PT1M1S"),
        ("PT24H", 0, DAY, "PT24H"),
        ("P0D", 0, 0, "PT0S"),
        ("-PT0S", 0, 0, "PT0S"),
        ("P366D", 366, 0, "P366D"),
        ("PT31622400S", 0, 366 * DAY, "PT8784H"),
    ],
)
def test_a_duration_is_read_and_written_in_one_form(text: str, days: int, seconds: int, canonical: str) -> None:
    read = durations.parse(text)
    assert (read, str(read)) == (Duration(days, seconds), canonical)
    assert re.match(DURATION, text)
    assert re.match(DURATION, canonical)


@given(days=st.integers(0, 365), seconds=st.integers(0, DAY), negative=st.booleans())
def test_the_canonical_form_says_the_same(days: int, seconds: int, negative: bool) -> None:
    sign = -1 if negative else 1
    written = Duration(sign * days, sign * seconds)
    assert re.match(DURATION, str(written))
    assert durations.parse(str(written)) == written


@given(st.from_regex(re.compile(DURATION, re.ASCII)))
def test_what_has_the_form_is_read_or_is_too_long(text: str) -> None:
    try:
        read = durations.parse(text)
    except InvalidDuration as error:
        assert str(error) == "Expected at most 366 days"  # noqa: PT017 - the other way round is fine, too
    else:
        assert durations.parse(str(read)) == read


@pytest.mark.parametrize("text", ["P367D", "P53W", "P366DT1S", "-P367D", "PT8785H", "PT99999999S"])
def test_more_than_a_year_is_refused(text: str) -> None:
    with pytest.raises(InvalidDuration):
        durations.parse(text)


@pytest.mark.parametrize(
    "text",
    ["", "P", "PT", "P1", "1D", "P1M", "P1Y", "PT1D", "P1H", "P1WT1H", "P1W1D", "pt5m", "P-1D", "P1.5D", "P1D\n"],
)
def test_what_is_no_duration_has_not_its_form(text: str) -> None:
    assert not re.match(DURATION, text)
