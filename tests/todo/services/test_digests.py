"""When the next digest is due: at 7:00 on the clock of whoever gets it."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from todo.services.digests import next_digest

ZONES = ["UTC", "Europe/Madrid", "America/St_Johns", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Kiritimati"]


@pytest.mark.parametrize(
    ("now", "zone", "expected"),
    [
        ("2026-11-24T06:59:59", "UTC", "2026-11-24T07:00:00"),
        ("2026-11-24T07:00:00", "UTC", "2026-11-25T07:00:00"),
        ("2026-11-24T20:00:00", "Europe/Madrid", "2026-11-25T06:00:00"),
        ("2026-12-31T23:30:00", "UTC", "2027-01-01T07:00:00"),
        ("2028-02-28T12:00:00", "UTC", "2028-02-29T07:00:00"),
        ("2028-02-29T12:00:00", "UTC", "2028-03-01T07:00:00"),
        # Half hours, quarters, and a zone that is a day ahead of UTC.
        ("2026-11-24T00:00:00", "Asia/Kolkata", "2026-11-24T01:30:00"),
        ("2026-11-24T01:15:00", "Asia/Kathmandu", "2026-11-25T01:15:00"),
        ("2026-11-24T16:59:59", "Pacific/Kiritimati", "2026-11-24T17:00:00"),
        # The clocks go forward, and back; on Lord Howe by half an hour.
        ("2027-03-27T12:00:00", "Europe/Madrid", "2027-03-28T05:00:00"),
        ("2026-10-24T12:00:00", "Europe/Madrid", "2026-10-25T06:00:00"),
        ("2026-10-03T00:00:00", "Australia/Lord_Howe", "2026-10-03T20:00:00"),
        ("2026-10-02T20:00:00", "Australia/Lord_Howe", "2026-10-02T20:30:00"),
        # The last time that clocks skipped 7:00: Samoa left out 30 December.
        ("2011-12-30T09:59:59", "Pacific/Apia", "2011-12-30T17:00:00"),
    ],
)
def test_it_is_the_next_seven_o_clock(now: str, zone: str, expected: str) -> None:
    found = next_digest(datetime.fromisoformat(now).replace(tzinfo=UTC), ZoneInfo(zone))
    assert found == datetime.fromisoformat(expected).replace(tzinfo=UTC)


@given(now=st.datetimes(datetime(2020, 1, 1), datetime(2037, 1, 1)), zone=st.sampled_from(ZONES))  # noqa: DTZ001 - UTC below
def test_it_is_later_by_a_day_at_most_and_shows_seven(now: datetime, zone: str) -> None:
    moment = now.replace(tzinfo=UTC)
    found = next_digest(moment, ZoneInfo(zone))
    assert timedelta() < found - moment <= timedelta(hours=25)
    assert found.astimezone(ZoneInfo(zone)).strftime("%H:%M:%S") == "07:00:00"
