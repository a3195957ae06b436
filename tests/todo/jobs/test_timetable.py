"""When the server runs which job."""

from datetime import UTC, datetime, timedelta

import pytest

from todo.jobs.schedule import JOBS
from todo.jobs.timetable import PERIODS, Timetable, seconds_to_next

NOON = datetime(2026, 11, 24, 12, 0, 30, tzinfo=UTC)


def test_everything_is_due_at_the_start() -> None:
    assert Timetable().due(NOON) == ("reminders", "digest", "housekeeping")
    assert set(PERIODS) <= set(JOBS)


def test_each_period_is_due_once() -> None:
    timetable = Timetable()
    timetable.due(NOON)
    assert timetable.due(NOON) == ()
    assert timetable.due(NOON + timedelta(seconds=29)) == ()
    assert timetable.due(NOON + timedelta(seconds=30)) == ("reminders",)
    assert timetable.due(NOON + timedelta(minutes=15)) == ("reminders", "digest")
    assert timetable.due(NOON + timedelta(hours=1)) == ("reminders", "digest", "housekeeping")


def test_a_day_has_as_many_ticks_as_the_schedules_of_the_stack() -> None:
    timetable, counts = Timetable(), dict.fromkeys(PERIODS, 0)
    start = datetime(2026, 11, 24, tzinfo=UTC)
    for second in range(0, 86_400, 20):
        for name in timetable.due(start + timedelta(seconds=second)):
            counts[name] += 1
    assert counts == {"reminders": 1440, "digest": 96, "housekeeping": 24}


def test_what_did_not_run_is_due_again_at_once() -> None:
    timetable = Timetable()
    timetable.due(NOON)
    timetable.forget("housekeeping")
    assert timetable.due(NOON) == ("housekeeping",)


@pytest.mark.parametrize("jump", [timedelta(days=-400), timedelta(days=400), timedelta(minutes=-1)])
def test_a_clock_that_jumps_makes_things_due_once_and_not_for_ever(jump: timedelta) -> None:
    timetable = Timetable()
    timetable.due(NOON)
    assert "reminders" in timetable.due(NOON + jump)
    assert timetable.due(NOON + jump) == ()


def test_the_wait_ends_at_the_next_full_minute() -> None:
    assert seconds_to_next(NOON) == 30
    assert seconds_to_next(NOON + timedelta(seconds=30)) == 60
    assert seconds_to_next(NOON + timedelta(seconds=29.75)) == 0.25
