"""Recurrence rules: what is accepted, and which due follows which. dateutil is the second opinion."""

import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from hypothesis import assume, example, given, reject, settings
from hypothesis import strategies as st

from todo.services.recurrence import Due, Moment, advance, normalise
from todo.services.recurrence_rule import InvalidRecurrence

BERLIN = ZoneInfo("Europe/Berlin")


def _series(rule: str, due: Due) -> Iterator[Due]:
    """Every due after `due`, each found from the one before and the rule that came with it."""
    while step := advance(rule, due):
        due, rule = step
        yield due


def _days(rule: str, first: str, count: int = 5) -> list[str]:
    return [day.isoformat() for day in islice(_series(rule, date.fromisoformat(first)), count)]


def _moment(wall: str, zone: ZoneInfo) -> Moment:
    return Moment(datetime.fromisoformat(wall).replace(tzinfo=zone).astimezone(UTC), zone)


def _clock(moment: Moment) -> str:
    return moment.at.astimezone(moment.zone).strftime("%Y-%m-%d %H:%M")


# What is accepted


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("FREQ=DAILY", "FREQ=DAILY"),
        ("RRULE:FREQ=DAILY", "FREQ=DAILY"),
        (" rrule:freq=weekly;byday=we,mo ", "FREQ=WEEKLY;BYDAY=MO,WE"),
        ("BYDAY=MO;INTERVAL=02;FREQ=WEEKLY;WKST=SU", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO;WKST=SU"),
        ("FREQ=DAILY;INTERVAL=1;WKST=MO", "FREQ=DAILY"),
        ("FREQ=DAILY;COUNT=010", "FREQ=DAILY;COUNT=10"),
        ("FREQ=MONTHLY;BYDAY=+1MO,-1FR,1MO", "FREQ=MONTHLY;BYDAY=1MO,-1FR"),
        ("FREQ=MONTHLY;BYMONTHDAY=15,-1,+1", "FREQ=MONTHLY;BYMONTHDAY=-1,1,15"),
        ("FREQ=DAILY;UNTIL=20270101", "FREQ=DAILY;UNTIL=20270101"),
        ("FREQ=DAILY;UNTIL=20270101t090000z", "FREQ=DAILY;UNTIL=20270101T090000Z"),
        ("FREQ=DAILY;UNTIL=08000101", "FREQ=DAILY;UNTIL=08000101"),
        ("FREQ=MONTHLY;BYSETPOS=-1;BYDAY=MO,TU,WE,TH,FR", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1"),
        ("FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO", "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO"),
        ("FREQ=YEARLY;BYDAY=53TH", "FREQ=YEARLY;BYDAY=53TH"),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO"),
        ("FREQ=YEARLY;BYMONTH=12;BYWEEKNO=53", "FREQ=YEARLY;BYMONTH=12;BYWEEKNO=53"),
    ],
)
def test_a_rule_has_one_canonical_form(text: str, canonical: str) -> None:
    assert normalise(text) == canonical
    assert normalise(canonical) == canonical


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "'' is not a part"),
        ("every day", "'EVERY DAY' is not a part"),
        ("INTERVAL=2", "FREQ is missing"),
        ("FREQ=", "FREQ is ''"),
        ("FREQ=HOURLY", "DAILY, WEEKLY, MONTHLY or YEARLY"),
        ("FREQ=MINUTELY", "DAILY, WEEKLY, MONTHLY or YEARLY"),
        ("FREQ=SECONDLY", "DAILY, WEEKLY, MONTHLY or YEARLY"),
        ("FREQ=DAILY;BYHOUR=9", "BYHOUR: a task recurs by days"),
        ("FREQ=DAILY;BYMINUTE=9", "BYMINUTE: a task recurs by days"),
        ("FREQ=DAILY;BYSECOND=9", "BYSECOND: a task recurs by days"),
        ("FREQ=DAILY;FREQ=DAILY", "FREQ is given twice"),
        ("FREQ=DAILY;", "'' is not a part"),
        ("FREQ=DAILY;X-FOO=1", "'X-FOO=1' is not a part"),
        ("FREQ=YEARLY;BYEASTER=0", "'BYEASTER=0' is not a part"),
        ("FREQ=DAILY;INTERVAL", "'INTERVAL' is not a part"),
        ("RRULE:RRULE:FREQ=DAILY", "'RRULE:FREQ=DAILY' is not a part"),
        ("DTSTART:20260101\nRRULE:FREQ=DAILY", "no DTSTART"),
        ("FREQ=DAILY\r\nEXDATE:20260101", "no DTSTART"),
        ("DTSTART=20260101;FREQ=DAILY", "'DTSTART=20260101' is not a part"),
        ("FREQ=DAILY;INTERVAL=0", "INTERVAL is '0': expected a number from 1 to 999"),
        ("FREQ=DAILY;INTERVAL=1000", "from 1 to 999"),
        ("FREQ=DAILY;INTERVAL=-1", "from 1 to 999"),
        ("FREQ=DAILY;INTERVAL=1_0", "from 1 to 999"),
        ("FREQ=DAILY;INTERVAL=9" + "9" * 400, "from 1 to 999"),
        ("FREQ=DAILY;COUNT=0", "COUNT is '0': expected a number from 1 to 9999"),
        ("FREQ=DAILY;COUNT=10000", "from 1 to 9999"),
        ("FREQ=DAILY;COUNT=2;UNTIL=20270101", "COUNT and UNTIL"),
        ("FREQ=DAILY;UNTIL=2027-01-01", "UNTIL is '2027-01-01': expected a day such as 20271231"),
        ("FREQ=DAILY;UNTIL=20270230", "UNTIL"),
        ("FREQ=DAILY;UNTIL=20270101T250000Z", "UNTIL"),
        ("FREQ=DAILY;UNTIL=20270101T090000", "UNTIL"),
        ("FREQ=DAILY;UNTIL=00000101", "UNTIL"),
        ("FREQ=YEARLY;BYMONTH=13", "BYMONTH holds '13': expected numbers from 1 to 12."),
        ("FREQ=YEARLY;BYMONTH=-1", "BYMONTH holds '-1'"),
        ("FREQ=YEARLY;BYMONTH=1,", "BYMONTH holds ''"),
        ("FREQ=MONTHLY;BYMONTHDAY=0", "BYMONTHDAY holds '0': expected numbers from 1 to 31, or -1 to -31"),
        ("FREQ=MONTHLY;BYMONTHDAY=32", "BYMONTHDAY holds '32'"),
        ("FREQ=WEEKLY;BYMONTHDAY=1", "BYMONTHDAY: not expected with FREQ=WEEKLY"),
        ("FREQ=YEARLY;BYYEARDAY=367", "BYYEARDAY holds '367'"),
        ("FREQ=MONTHLY;BYYEARDAY=1", "BYYEARDAY: expected only with FREQ=YEARLY"),
        ("FREQ=YEARLY;BYWEEKNO=54", "BYWEEKNO holds '54'"),
        ("FREQ=MONTHLY;BYWEEKNO=1", "BYWEEKNO: expected only with FREQ=YEARLY"),
        ("FREQ=WEEKLY;BYDAY=XX", "BYDAY holds 'XX': expected MO, TU"),
        ("FREQ=WEEKLY;BYDAY=", "BYDAY holds ''"),
        ("FREQ=WEEKLY;BYDAY=1MO", "expected only with FREQ=MONTHLY"),
        ("FREQ=DAILY;BYDAY=1MO", "expected only with FREQ=MONTHLY"),
        ("FREQ=YEARLY;BYWEEKNO=1;BYDAY=1MO", "YEARLY without BYWEEKNO"),
        ("FREQ=MONTHLY;BYDAY=0MO", "BYDAY holds '0MO'"),
        ("FREQ=MONTHLY;BYDAY=6MO", "at most five"),
        ("FREQ=YEARLY;BYMONTH=12;BYDAY=53MO", "at most five"),
        ("FREQ=YEARLY;BYDAY=54MO", "BYDAY holds '54MO'"),
        ("FREQ=MONTHLY;BYSETPOS=1", "BYSETPOS: expected with another BY part"),
        ("FREQ=MONTHLY;BYDAY=MO;BYSETPOS=367", "BYSETPOS holds '367'"),
        ("FREQ=WEEKLY;WKST=1MO", "WKST is '1MO'"),
        ("FREQ=WEEKLY;BYDAY=ＭＯ", "ASCII"),
        ("FREQ=DAILY;INTERVAL=٣", "ASCII"),
        ("FREQ=DAILY\x00", "ASCII"),
        ("FREQ=DAILY" + " " * 500, "at most 500 characters"),
    ],
)
def test_what_is_no_rule_is_refused_with_the_part_and_what_was_expected(text: str, told: str) -> None:
    with pytest.raises(InvalidRecurrence) as caught:
        normalise(text)
    assert told in str(caught.value)
    assert len(str(caught.value)) < 200


NEVER = [
    "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
    "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
    "FREQ=MONTHLY;BYMONTH=4,6,9,11;BYMONTHDAY=31",
    "FREQ=DAILY;BYDAY=MO;BYSETPOS=2",
    "FREQ=WEEKLY;BYDAY=MO,TU;BYSETPOS=3,-3",
    "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=24",
    "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=366",
    "FREQ=YEARLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYSETPOS=-366;BYMONTH=1",
    "FREQ=YEARLY;BYMONTH=6;BYSETPOS=2",
    "FREQ=YEARLY;BYYEARDAY=366;BYMONTHDAY=30",
    "FREQ=YEARLY;BYWEEKNO=53;BYMONTH=6",
    "FREQ=YEARLY;BYDAY=53MO,-53TU,53WE,-53TH,53FR,-53SA;BYMONTHDAY=15",
]


@pytest.mark.parametrize("text", NEVER)
def test_a_rule_whose_days_never_come_is_refused(text: str) -> None:
    with pytest.raises(InvalidRecurrence, match="never come"):
        normalise(text)


_by = {
    "BYMONTH": st.integers(1, 12).map(str),
    "BYMONTHDAY": st.integers(-31, 31).filter(bool).map(str),
    "BYYEARDAY": st.integers(-366, 366).filter(bool).map(str),
    "BYWEEKNO": st.integers(-53, 53).filter(bool).map(str),
    "BYSETPOS": st.integers(-8, 8).filter(bool).map(str) | st.sampled_from(["366", "-366", "100"]),
    "BYDAY": st.builds(
        "{}{}".format,
        st.just("") | st.sampled_from(["1", "2", "5", "-1", "-5", "53"]),
        st.sampled_from(["MO", "TU", "WE", "TH", "FR", "SA", "SU"]),
    ),
}


@st.composite
def _texts(draw: st.DrawFn) -> str:
    """Rules, and near misses of rules."""
    parts = [f"FREQ={draw(st.sampled_from(['DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY']))}"]
    parts += [f"INTERVAL={draw(st.integers(1, 5) | st.integers(1, 999))}"] * draw(st.integers(0, 1))
    parts += [f"WKST={draw(st.sampled_from(['SU', 'MO', 'TH']))}"] * draw(st.integers(0, 1))
    end = draw(st.sampled_from(["", "", f"COUNT={draw(st.integers(1, 25))}", "UNTIL=20300315"]))
    parts += [end] * bool(end)
    for name in draw(st.sets(st.sampled_from(sorted(_by)), max_size=3)):
        parts.append(f"{name}={','.join(draw(st.lists(_by[name], min_size=1, max_size=4)))}")
    return ";".join(draw(st.permutations(parts)))


@st.composite
def _rules(draw: st.DrawFn) -> str:
    try:
        return normalise(draw(_texts()))
    except InvalidRecurrence:
        reject()


_dates = st.dates(date(1999, 1, 1), date(2090, 12, 31))


@settings(deadline=None)
@given(text=_texts() | st.text(max_size=60))
def test_normalising_twice_is_normalising_once(text: str) -> None:
    try:
        canonical = normalise(text)
    except InvalidRecurrence:
        return
    assert normalise(canonical) == canonical
    assert normalise(f"RRULE:{canonical.lower()}") == canonical
    assert len(canonical) <= len(text)


@settings(deadline=None)
@given(text=_texts(), due=_dates)
@example(text="FREQ=DAILY;INTERVAL=7;BYDAY=TU", due=date(2026, 1, 5))
@example(text="FREQ=MONTHLY;BYMONTH=2", due=date(2026, 1, 31))
@example(text="FREQ=YEARLY;INTERVAL=4;BYMONTH=2;BYMONTHDAY=29", due=date(2026, 1, 1))
def test_no_answer_takes_long(text: str, due: date) -> None:
    # The dearest take 50 ms on a small machine; this leaves room for a slow one, and counts this thread only.
    before = time.thread_time()
    with suppress(InvalidRecurrence):
        advance(normalise(text), due)
    assert time.thread_time() - before < 1


# Which day follows


@pytest.mark.parametrize(
    ("rule", "first", "following"),
    [
        ("FREQ=DAILY", "2026-12-31", ["2027-01-01", "2027-01-02"]),
        ("FREQ=DAILY;INTERVAL=10", "2026-02-20", ["2026-03-02", "2026-03-12"]),
        ("FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR", "2026-11-26", ["2026-11-27", "2026-11-30"]),
        ("FREQ=WEEKLY", "2026-11-23", ["2026-11-30", "2026-12-07"]),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE", "2026-11-23", ["2026-11-25", "2026-12-07", "2026-12-09"]),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE", "2026-11-25", ["2026-12-07", "2026-12-09", "2026-12-21"]),
        # The example of WKST in RFC 5545: from Tuesday 5 August 1997, weeks from Monday or from Sunday.
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU", "1997-08-05", ["1997-08-10", "1997-08-19", "1997-08-24"]),
        (
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=SU",
            "1997-08-05",
            ["1997-08-17", "1997-08-19", "1997-08-31"],
        ),
        ("FREQ=MONTHLY", "2026-11-15", ["2026-12-15", "2027-01-15"]),
        ("FREQ=MONTHLY", "2026-01-31", ["2026-03-31", "2026-05-31", "2026-07-31", "2026-08-31"]),
        ("FREQ=MONTHLY", "2026-01-30", ["2026-03-30", "2026-04-30"]),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", "2026-01-31", ["2026-02-28", "2026-03-31", "2026-04-30"]),
        ("FREQ=MONTHLY;BYMONTHDAY=31", "2026-01-31", ["2026-03-31", "2026-05-31"]),
        ("FREQ=MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1", "2027-12-31", ["2028-01-31", "2028-02-29"]),
        ("FREQ=MONTHLY;INTERVAL=3", "2026-11-30", ["2027-05-30", "2027-08-30"]),
        ("FREQ=MONTHLY;BYDAY=1MO", "2026-11-02", ["2026-12-07", "2027-01-04"]),
        ("FREQ=MONTHLY;BYDAY=-1FR", "2026-11-27", ["2026-12-25", "2027-01-29"]),
        ("FREQ=MONTHLY;BYDAY=5SU", "2026-11-29", ["2027-01-31", "2027-05-30"]),
        ("FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", "2026-11-13", ["2027-08-13", "2028-10-13"]),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "2026-11-30", ["2026-12-31", "2027-01-29"]),
        ("FREQ=MONTHLY;BYDAY=MO,1TU", "2026-11-02", ["2026-11-03", "2026-11-09", "2026-11-16"]),
        ("FREQ=WEEKLY;BYDAY=MO,WE,FR;BYSETPOS=1", "2026-11-25", ["2026-11-30", "2026-12-07"]),
        ("FREQ=WEEKLY;BYDAY=MO,WE,FR;BYSETPOS=-1", "2026-11-25", ["2026-11-27", "2026-12-04"]),
        ("FREQ=YEARLY", "2024-02-29", ["2028-02-29", "2032-02-29"]),
        ("FREQ=YEARLY", "2096-02-29", ["2104-02-29"]),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1", "2024-02-29", ["2025-02-28", "2026-02-28"]),
        ("FREQ=YEARLY;BYMONTH=3,9", "2026-03-31", ["2027-03-31", "2028-03-31"]),
        ("FREQ=YEARLY;BYMONTH=11;BYDAY=4TH", "2026-11-26", ["2027-11-25", "2028-11-23"]),
        ("FREQ=YEARLY;BYDAY=20MO", "1997-05-19", ["1998-05-18", "1999-05-17"]),
        ("FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO", "1997-05-12", ["1998-05-11", "1999-05-17"]),
        ("FREQ=YEARLY;BYWEEKNO=20", "1997-05-14", ["1998-05-13", "1999-05-19"]),
        ("FREQ=YEARLY;BYYEARDAY=-1", "2026-12-31", ["2027-12-31"]),
        ("FREQ=YEARLY;BYYEARDAY=366", "2024-12-31", ["2028-12-31"]),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO", "2072-02-29", ["2112-02-29"]),
        ("FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8", "1996-11-05", ["2000-11-07"]),
        # A due that the rule does not name is moved on to the days that it names.
        ("FREQ=MONTHLY;BYMONTHDAY=1", "2026-11-15", ["2026-12-01", "2027-01-01"]),
    ],
)
def test_the_due_moves_to_the_next_day_of_the_rule(rule: str, first: str, following: list[str]) -> None:
    assert _days(rule, first, len(following)) == following


def test_count_is_what_is_left_and_the_first_due_is_one_of_it() -> None:
    assert advance("FREQ=DAILY;COUNT=3", date(2026, 11, 23)) == (date(2026, 11, 24), "FREQ=DAILY;COUNT=2")
    assert _days("FREQ=DAILY;COUNT=3", "2026-11-23") == ["2026-11-24", "2026-11-25"]
    assert advance("FREQ=DAILY;COUNT=1", date(2026, 11, 23)) is None


def test_until_is_the_last_day() -> None:
    assert _days("FREQ=DAILY;UNTIL=20261125", "2026-11-23") == ["2026-11-24", "2026-11-25"]
    assert _days("FREQ=DAILY;UNTIL=20261124T120000Z", "2026-11-23") == ["2026-11-24"]
    assert _days("FREQ=DAILY;UNTIL=20200101", "2026-11-23") == []


def test_a_rule_that_this_due_never_meets_ends() -> None:
    assert advance("FREQ=MONTHLY;BYMONTH=2", date(2026, 1, 31)) is None
    assert advance("FREQ=DAILY;INTERVAL=7;BYDAY=TU", date(2026, 1, 5)) is None


@pytest.mark.parametrize("rule", ["FREQ=DAILY", "FREQ=WEEKLY;BYDAY=MO", "FREQ=MONTHLY", "FREQ=YEARLY"])
def test_the_calendar_ends_without_an_error(rule: str) -> None:
    assert advance(rule, date.max) is None
    assert advance(rule, Moment(datetime.max.replace(tzinfo=UTC), ZoneInfo("UTC"))) is None
    assert advance("FREQ=YEARLY;BYWEEKNO=1;BYDAY=MO;WKST=WE", date.min) is not None


def test_a_stored_rule_that_is_broken_is_an_error() -> None:
    with pytest.raises(InvalidRecurrence):
        advance("FREQ=HOURLY", date(2026, 1, 1))


def test_a_bare_datetime_is_no_due() -> None:
    with pytest.raises(TypeError, match="Moment"):
        advance("FREQ=DAILY", datetime(2026, 1, 1, tzinfo=UTC))
    with pytest.raises(ValueError, match="UTC"):
        advance("FREQ=DAILY", Moment(datetime(2026, 1, 1), BERLIN))  # noqa: DTZ001 - the mistake that is meant


@settings(deadline=None)
@given(rule=_rules(), first=_dates)
def test_each_due_is_strictly_after_the_one_before(rule: str, first: date) -> None:
    days = [first, *islice(_series(rule, first), 20)]
    assert all(earlier < later for earlier, later in pairwise(days))


def _dateutil_agrees_to(rule: str) -> bool:
    """Not where dateutil departs from RFC 5545; `todo.services.recurrence` says how."""
    parts = dict(part.split("=") for part in rule.split(";"))
    numbered = {item[0] in "-0123456789" for item in parts.get("BYDAY", "MO").split(",")}
    return (
        len(numbered) == 1
        and not (parts["FREQ"] == "WEEKLY" and "BYSETPOS" in parts)
        and not ("BYWEEKNO" in parts and ("BYDAY" not in parts or "-" in parts["BYWEEKNO"]))
    )


@settings(deadline=None, max_examples=300)
@given(rule=_rules(), start=_dates)
@example(rule="FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE", start=date(2026, 11, 24))
@example(rule="FREQ=WEEKLY;INTERVAL=3;BYDAY=SA,SU;WKST=SU", start=date(2026, 11, 24))
@example(rule="FREQ=MONTHLY;INTERVAL=2", start=date(2026, 1, 31))
def test_twenty_steps_are_the_expansion_from_where_the_series_began(rule: str, start: date) -> None:
    assume(_dateutil_agrees_to(rule))
    found = advance(rule, start)
    assume(found is not None)
    assert found is not None
    first, rule = found  # a day that the rule names, for dateutil does not count another
    ours = [first, *islice(_series(rule, first), 20)]
    expanded = rrulestr(rule, dtstart=datetime(first.year, first.month, first.day))  # noqa: DTZ001 - no zone
    # Only a rule that ends is asked for one more: dateutil may look for it up to the year 9999.
    asked = 21 if "COUNT" in rule or "UNTIL" in rule else len(ours)
    assert ours == [moment.date() for moment in islice(expanded, asked)]


@settings(deadline=None)
@given(week=st.integers(-53, 53).filter(bool), start=_dates)
def test_a_week_number_is_that_of_iso_8601(week: int, start: date) -> None:
    following = advance(f"FREQ=YEARLY;BYWEEKNO={week};BYDAY=TH", start)
    assert following is not None
    year, number, _ = following[0].isocalendar()
    assert week in {number, number - date(year, 12, 28).isocalendar().week - 1}


# Moments


def test_nine_o_clock_stays_nine_o_clock_when_the_clocks_change() -> None:
    series = islice(_series("FREQ=DAILY", _moment("2026-03-28 09:00", BERLIN)), 2)
    assert [moment.at.isoformat() for moment in series] == [
        "2026-03-29T07:00:00+00:00",
        "2026-03-30T07:00:00+00:00",
    ]
    autumn = islice(_series("FREQ=WEEKLY", _moment("2026-10-20 09:00", BERLIN)), 1)
    assert [moment.at.isoformat() for moment in autumn] == ["2026-10-27T08:00:00+00:00"]


def test_a_time_that_the_clock_skips_moves_forward_once_and_comes_back() -> None:
    series = list(islice(_series("FREQ=DAILY", _moment("2026-03-28 02:30", BERLIN)), 3))
    assert [_clock(moment) for moment in series] == [
        "2026-03-29 03:30",
        "2026-03-30 02:30",
        "2026-03-31 02:30",
    ]
    assert [moment.wall for moment in series] == [datetime(2026, 3, 29, 2, 30), None, None]  # noqa: DTZ001


def test_a_time_that_comes_twice_is_the_first_of_the_two() -> None:
    series = list(islice(_series("FREQ=DAILY", _moment("2026-10-24 02:30", BERLIN)), 2))
    assert [moment.at.isoformat() for moment in series] == [
        "2026-10-25T00:30:00+00:00",
        "2026-10-26T01:30:00+00:00",
    ]


def test_a_day_that_a_zone_skips_does_not_move_the_weekday_of_the_series() -> None:
    # Samoa went from Thursday 29 to Saturday 31 December 2011.
    series = list(islice(_series("FREQ=WEEKLY", _moment("2011-12-23 09:00", ZoneInfo("Pacific/Apia"))), 2))
    assert [_clock(moment) for moment in series] == ["2011-12-31 09:00", "2012-01-06 09:00"]


def test_the_day_of_a_moment_is_the_day_in_its_zone() -> None:
    tokyo = _moment("2026-11-02 08:00", ZoneInfo("Asia/Tokyo"))  # Sunday 23:00 in UTC
    assert [_clock(m) for m in islice(_series("FREQ=WEEKLY;BYDAY=MO", tokyo), 1)] == ["2026-11-09 08:00"]


def test_until_is_an_instant_in_utc_or_a_day_in_the_zone_of_the_moment() -> None:
    tokyo = _moment("2026-11-02 08:00", ZoneInfo("Asia/Tokyo"))  # 2026-11-01T23:00Z
    assert len(list(_series("FREQ=DAILY;UNTIL=20261104", tokyo))) == 2
    assert len(list(_series("FREQ=DAILY;UNTIL=20261103T230000Z", tokyo))) == 2
    assert len(list(_series("FREQ=DAILY;UNTIL=20261103T225959Z", tokyo))) == 1


def test_a_moment_counts_down_like_a_date() -> None:
    found = advance("FREQ=DAILY;COUNT=2", _moment("2026-11-23 09:00", BERLIN))
    assert found == (_moment("2026-11-24 09:00", BERLIN), "FREQ=DAILY;COUNT=1")
    assert advance("FREQ=DAILY;COUNT=1", _moment("2026-11-23 09:00", BERLIN)) is None


_ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "America/Nuuk"]


@settings(deadline=None)
@given(
    rule=_rules(),
    at=st.datetimes(datetime(1999, 1, 1), datetime(2037, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001
    zone=st.sampled_from(_ZONES).map(ZoneInfo),
)
def test_each_moment_is_later_and_shows_the_time_of_the_first(rule: str, at: datetime, zone: ZoneInfo) -> None:
    first = Moment(at, zone)
    shown = at.astimezone(zone).time()
    before = first
    for moment in islice(_series(rule, first), 10):
        assert moment.at.tzinfo is UTC
        assert moment.at > before.at
        local = moment.at.astimezone(zone)
        if moment.wall is None:
            assert local.time() == shown
        else:
            assert moment.wall.time() == shown
            assert timedelta() < local.replace(tzinfo=None) - moment.wall <= timedelta(days=1)
        before = moment


@settings(deadline=None)
@given(rule=_rules(), first=_dates)
def test_a_moment_falls_on_the_days_on_which_a_date_would(rule: str, first: date) -> None:
    noon = _moment(f"{first} 12:00", BERLIN)
    days = [moment.at.astimezone(BERLIN).date() for moment in islice(_series(rule, noon), 10)]
    assert days == list(islice(_series(rule, first), 10))
