"""Dues: as clients say them, as they are stored, and as they are compared."""

from datetime import UTC, date, datetime, timedelta, timezone

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from todo.errors import InvalidInput
from todo.services import dues
from todo.services.dues import StoredDue
from todo.shapes.task import Due

ZONES = ["UTC", "Europe/Madrid", "America/St_Johns", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia"]


def test_a_moment_in_a_zone_of_its_own_is_stored_in_utc_with_the_zone_it_is_meant_in() -> None:
    given_at = datetime(2026, 12, 1, 9, tzinfo=timezone(timedelta(hours=-5)))
    stored = dues.stored(Due(at=given_at, time_zone="Asia/Kathmandu"), "Europe/Madrid")
    assert stored == StoredDue(due_at=datetime(2026, 12, 1, 14, tzinfo=UTC), due_zone="Asia/Kathmandu")
    assert stored.due_sort == "2026-12-01T19:45:00"


def test_nothing_sorts_behind_everything_and_a_date_before_its_moments() -> None:
    last_day = dues.stored(Due(date=date(2999, 12, 31)), "UTC")
    midnight = dues.stored(Due(at=datetime(2999, 12, 31)), "UTC")  # noqa: DTZ001 - a time of day in the zone
    assert last_day.due_sort < midnight.due_sort < StoredDue().due_sort


@given(at=st.datetimes(datetime(1973, 1, 2), datetime(2998, 12, 31)), zone=st.sampled_from(ZONES))  # noqa: DTZ001 - the same
def test_what_is_shown_is_stored_again_as_the_same(at: datetime, zone: str) -> None:
    stored = dues.stored(Due(at=at, time_zone=zone), "UTC")
    shown = dues.shape(stored)
    assert shown is not None
    sent_back = msgspec.json.decode(msgspec.json.encode(shown), type=Due)
    assert dues.same(dues.stored(sent_back, "UTC"), stored)


@given(at=st.datetimes(datetime(1973, 1, 2), datetime(2998, 12, 31)), zone=st.sampled_from(ZONES))  # noqa: DTZ001 - the same
def test_a_due_sorts_by_the_day_that_is_shown(at: datetime, zone: str) -> None:
    stored = dues.stored(Due(at=at, time_zone=zone), "UTC")
    shown = dues.shape(stored)
    assert shown is not None
    assert shown.at is not None
    assert stored.due_sort == shown.at.replace(tzinfo=None).isoformat()


def test_the_time_that_was_meant_is_nothing_that_clients_see() -> None:
    at = datetime(2027, 3, 28, 1, 30, tzinfo=UTC)
    plain = StoredDue(due_at=at, due_zone="Europe/Berlin", recurrence="FREQ=DAILY")
    meant = StoredDue(due_at=at, due_zone="Europe/Berlin", recurrence="FREQ=DAILY", due_wall="2027-03-28T02:30:00")
    assert dues.same(plain, meant)
    assert dues.shape(plain) == dues.shape(meant)
    following = dues.following(meant)
    assert following is not None
    assert following.due_at == datetime(2027, 3, 29, 0, 30, tzinfo=UTC)
    assert following.due_wall is None


def test_what_does_not_recur_has_nothing_that_follows() -> None:
    assert dues.following(StoredDue(due_date=date(2026, 12, 1))) is None
    assert dues.following(StoredDue()) is None
    assert dues.following(StoredDue(due_date=date(2026, 12, 1), recurrence="FREQ=DAILY;COUNT=1")) is None


@pytest.mark.parametrize(
    ("due", "where"),
    [
        (Due(), "/due"),
        (Due(recurrence="FREQ=DAILY"), "/due"),
        (Due(date=date(2026, 1, 1), at=datetime(2026, 1, 1, tzinfo=UTC)), "/due"),
        (Due(date=date(2026, 1, 1), time_zone="UTC"), "/due/time_zone"),
        (Due(date=date(1899, 12, 31)), "/due/date"),
        (Due(at=datetime(3000, 1, 1, tzinfo=UTC)), "/due/at"),
        (Due(at=datetime(2026, 1, 1, tzinfo=UTC), time_zone="../etc/passwd"), "/due/time_zone"),
        (Due(at=datetime(2026, 1, 1, tzinfo=UTC), time_zone="Europe"), "/due/time_zone"),
        (Due(date=date(2026, 1, 1), recurrence="FREQ=SECONDLY"), "/due/recurrence"),
    ],
)
def test_a_bad_due_points_at_what_is_bad(due: Due, where: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        dues.stored(due, "UTC")
    assert [fault.where for fault in refused.value.faults] == [where]


def test_an_account_whose_zone_is_no_longer_known_is_told_where() -> None:
    with pytest.raises(InvalidInput):
        dues.stored(Due(at=datetime(2026, 1, 1, tzinfo=UTC)), "Atlantis/Capital")
