"""Days, times and zones as the page shows them, in both languages and several regions."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from page_modules import PageModules

from todo.services.time_zones import instant

DATES, CALENDAR, WORDS = "dates.js", "calendar.js", "date-words.js"


def at(text: str) -> float:
    """Milliseconds, as JavaScript has them."""
    return datetime.fromisoformat(text).timestamp() * 1000


NOW = at("2026-11-26T16:00:00+01:00")
MADRID = {"now": NOW, "timeZone": "Europe/Madrid"}
NINE_IN_NEW_YORK = {"at": "2026-11-27T09:00:00-05:00", "time_zone": "America/New_York"}


@pytest.mark.parametrize(
    ("moment", "zone", "day", "time"),
    [
        ("2026-12-31T23:30:00+00:00", "Europe/Madrid", "2027-01-01", "00:30"),
        ("2026-12-31T23:30:00+00:00", "America/New_York", "2026-12-31", "18:30"),
        ("2026-12-31T23:30:00+00:00", "Pacific/Kiritimati", "2027-01-01", "13:30"),
        ("2026-03-29T00:59:59+00:00", "Europe/Madrid", "2026-03-29", "01:59"),
        ("2026-03-29T01:00:00+00:00", "Europe/Madrid", "2026-03-29", "03:00"),
        ("2026-07-01T00:00:00+00:00", "Asia/Kathmandu", "2026-07-01", "05:45"),
        ("2028-02-29T12:00:00+00:00", "UTC", "2028-02-29", "12:00"),
    ],
)
def test_a_clock_shows_what_it_shows_there(modules: PageModules, moment: str, zone: str, day: str, time: str) -> None:
    assert modules().call(DATES, "clock", at(moment), zone) == {"date": day, "time": time}
    assert modules().call(DATES, "today", at(moment), zone) == day


def test_a_zone_that_the_browser_does_not_know_is_read_as_its_own(modules: PageModules) -> None:
    assert modules().call(DATES, "today", NOW, "Mars/Olympus_Mons") == "2026-11-26"


@pytest.mark.parametrize(
    "zone", ["Europe/Madrid", "America/New_York", "Australia/Lord_Howe", "America/St_Johns", "UTC"]
)
def test_a_time_is_the_same_moment_as_the_server_makes_of_it(modules: PageModules, zone: str) -> None:
    start = datetime(2026, 1, 1, 0, 30)  # noqa: DTZ001 - what clocks show, in no zone
    walls = [start + timedelta(minutes=30 * step) for step in range(0, 2 * 24 * 365, 5)]
    # The hours in which clocks change, each half of them.
    for day in ("2026-03-08", "2026-03-29", "2026-04-05", "2026-10-04", "2026-10-25", "2026-11-01"):
        walls += [datetime.fromisoformat(f"{day}T00:00") + timedelta(minutes=15 * step) for step in range(24)]
    program = "({ instant }, [zone, walls]) => walls.map((wall) => instant(...wall.split('T'), zone))"
    found = modules().run(DATES, program, [zone, [f"{wall:%Y-%m-%dT%H:%M}" for wall in walls]])
    wanted = [instant(wall, ZoneInfo(zone)).timestamp() * 1000 for wall in walls]
    assert found == wanted


def test_days_are_counted_over_leap_days_year_ends_and_changes_of_clocks(modules: PageModules) -> None:
    here = modules()
    assert here.call(DATES, "addDays", "2027-12-31", 1) == "2028-01-01"
    assert here.call(DATES, "addDays", "2028-03-01", -1) == "2028-02-29"
    assert here.call(DATES, "addDays", "2026-03-28", 2) == "2026-03-30"
    assert here.call(DATES, "addMonths", "2027-01-31", 1) == "2027-02-28"
    assert here.call(DATES, "addMonths", "2027-01-31", -2) == "2026-11-30"
    assert here.call(DATES, "daysBetween", "2026-01-01", "2027-01-01") == 365
    for text, is_day in (("2026-02-29", False), ("2028-02-29", True), ("2026-1-1", False), ("tomorrow", False)):
        assert here.call(WORDS, "isDay", text) is is_day, text


@pytest.mark.parametrize(
    ("due", "english", "spanish", "state"),
    [
        ({"date": "2026-11-26"}, "Today", "Hoy", "today"),
        ({"date": "2026-11-27"}, "Tomorrow", "Mañana", "tomorrow"),
        ({"date": "2026-11-25"}, "Yesterday", "Ayer", "overdue"),
        ({"date": "2026-11-30"}, "Mon 30 Nov", "lun, 30 nov", "soon"),
        ({"date": "2026-11-20"}, "Fri 20 Nov", "vie, 20 nov", "overdue"),
        ({"date": "2026-12-31"}, "Thu 31 Dec", "jue, 31 dic", "later"),
        ({"date": "2027-01-01"}, "1 Jan 2027", "1 ene 2027", "later"),
        (
            {"at": "2026-11-26T15:59:00+01:00", "time_zone": "Europe/Madrid"},
            "Today 15:59",
            "Hoy 15:59",
            "overdue",
        ),
        ({"at": "2026-11-26T16:01:00+01:00", "time_zone": "Europe/Madrid"}, "Today 16:01", "Hoy 16:01", "today"),
        ({"at": "2026-11-27T09:00:00", "time_zone": "Europe/Madrid"}, "Tomorrow 09:00", "Mañana 9:00", "tomorrow"),
        # Another zone whose clock shows the same needs no name.
        ({"at": "2026-11-27T09:00:00+01:00", "time_zone": "Europe/Paris"}, "Tomorrow 09:00", "Mañana 9:00", "tomorrow"),
        (NINE_IN_NEW_YORK, "Tomorrow 09:00 (New York)", "Mañana 9:00 (New York)", "tomorrow"),
    ],
)
def test_a_due_is_said_in_few_words(
    modules: PageModules, due: dict[str, str], english: str, spanish: str, state: str
) -> None:
    said = modules("en").call(DATES, "dueText", due, MADRID)
    assert (said["text"].replace(",", ""), said["state"]) == (english, state)
    said = modules("es", "es-ES").call(DATES, "dueText", due, MADRID)
    assert (said["text"], said["state"]) == (spanish, state)


def test_in_america_the_clock_has_twelve_hours(modules: PageModules) -> None:
    said = modules("en", "en-US").call(DATES, "dueText", NINE_IN_NEW_YORK, {**MADRID, "timeZone": "America/New_York"})
    assert said["text"].replace("\u202f", " ") == "Tomorrow 9:00 AM"
    assert said["full"].replace("\u202f", " ") == "Friday, November 27, 2026 9:00 AM"


def test_a_due_elsewhere_is_on_the_day_that_it_is_there(modules: PageModules) -> None:
    # It is 26 November in Honolulu when it is the 27th in Tokyo, and the due is at seven in the morning there.
    due = {"at": "2026-11-27T07:00:00+09:00", "time_zone": "Asia/Tokyo"}
    viewed = {"now": at("2026-11-26T11:00:00-10:00"), "timeZone": "Pacific/Honolulu"}
    said = modules("en").call(DATES, "dueText", due, viewed)
    assert (said["text"], said["zone"], said["day"], said["state"]) == (
        "Today 07:00 (Tokyo)",
        "Tokyo",
        "2026-11-27",
        "today",
    )


def test_a_form_gives_back_the_due_that_it_was_given(modules: PageModules) -> None:
    for due in (
        {"date": "2026-11-27"},
        {"date": "2026-11-27", "recurrence": "FREQ=DAILY"},
        {"at": "2026-11-27T09:00:00", "time_zone": "America/New_York", "recurrence": "FREQ=WEEKLY"},
    ):
        form = modules().call(WORDS, "fromDue", due)
        assert modules().call(WORDS, "toDue", form) == due
    assert modules().call(WORDS, "toDue", modules().call(WORDS, "fromDue", None)) is None
    assert modules().call(WORDS, "fromDue", NINE_IN_NEW_YORK) == {
        "date": "2026-11-27",
        "time": "09:00",
        "timeZone": "America/New_York",
        "recurrence": "",
    }


def test_days_have_headings_that_begin_with_a_capital(modules: PageModules) -> None:
    def headings(language: str, locale: str) -> list[dict[str, str]]:
        days = ("2026-11-26", "2026-11-27", "2026-11-29", "2027-01-02")
        return [modules(language, locale).call(WORDS, "dayHeading", day, MADRID) for day in days]

    assert [(item["name"], item["date"]) for item in headings("en", "en-GB")] == [
        ("Today", "26 November"),
        ("Tomorrow", "27 November"),
        ("Sunday", "29 November"),
        ("Saturday", "2 January 2027"),
    ]
    assert [(item["name"], item["date"]) for item in headings("es", "es-ES")] == [
        ("Hoy", "26 de noviembre"),
        ("Mañana", "27 de noviembre"),
        ("Domingo", "29 de noviembre"),
        ("Sábado", "2 de enero de 2027"),
    ]


@pytest.mark.parametrize(
    ("moment", "english", "spanish"),
    [
        ("2026-11-26T15:00:00.123456Z", "now", "ahora"),
        ("2026-11-26T14:55:00Z", "5 minutes ago", "hace 5 minutos"),
        ("2026-11-26T12:00:00Z", "3 hours ago", "hace 3 horas"),
        ("2026-11-25T12:00:00Z", "yesterday", "ayer"),
        ("2026-11-20T12:00:00Z", "6 days ago", "hace 6 días"),
        ("2026-11-29T12:00:00Z", "in 3 days", "dentro de 3 días"),
        ("2025-11-26T12:00:00Z", "26 Nov 2025", "26 nov 2025"),
    ],
)
def test_what_happened_is_told_by_how_long_ago(modules: PageModules, moment: str, english: str, spanish: str) -> None:
    assert modules("en").call(WORDS, "relativeText", moment, NOW, "Europe/Madrid") == english
    assert modules("es", "es-ES").call(WORDS, "relativeText", moment, NOW, "Europe/Madrid") == spanish


@pytest.mark.parametrize(
    ("locale", "first"), [("en-GB", 1), ("en-US", 7), ("es-ES", 1), ("es-MX", 7), ("en-EG", 6), ("en-MV", 5)]
)
def test_weeks_begin_as_they_do_in_the_persons_region(modules: PageModules, locale: str, first: int) -> None:
    here = modules(locale[:2], locale)
    assert here.call(CALENDAR, "firstDayOfWeek") == first
    assert [item["day"] for item in here.call(CALENDAR, "weekdays")] == [
        (first - 1 + step) % 7 + 1 for step in range(7)
    ]
    (grid,) = [here.call(CALENDAR, "monthGrid", "2026-11")]
    assert date.fromisoformat(grid[0][0]["date"]).isoweekday() == first


def test_where_the_browser_does_not_say_how_weeks_begin_it_is_known_here(modules: PageModules) -> None:
    program = """({ firstDayIn }) => {
        const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
        const regions = letters.flatMap((one) => letters.map((other) => one + other));
        const names = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });
        return regions.filter((region) => names.of(region)).map((region) => {
          const locale = new Intl.Locale(`en-${region}`);
          return [region, (locale.getWeekInfo?.() ?? locale.weekInfo).firstDay, firstDayIn(locale.region)];
        }).filter(([, said, known]) => said !== known);
    }"""
    # Regions change their minds every few years, and browsers learn of it at different times.
    assert len(modules().run(CALENDAR, program)) <= 3


def test_a_month_is_shown_in_six_whole_weeks(modules: PageModules) -> None:
    for month in ("2026-02", "2026-11", "2027-01", "2028-02"):
        weeks: list[list[dict[str, Any]]] = modules().call(CALENDAR, "monthGrid", f"{month}-15")
        days = [date.fromisoformat(item["date"]) for week in weeks for item in week]
        assert [len(week) for week in weeks] == [7] * 6
        assert days == [days[0] + timedelta(step) for step in range(42)]
        inside = [item["date"] for week in weeks for item in week if item["isInMonth"]]
        assert inside[0] == f"{month}-01"
        assert len(inside) in (28, 29, 30, 31)
    assert modules("es", "es-ES").call(CALENDAR, "monthText", "2026-11-15") == "Noviembre de 2026"


def test_zones_are_offered_with_those_in_use(modules: PageModules) -> None:
    zones = modules().call(WORDS, "timeZones", "Mars/Olympus_Mons", "", None)
    assert {"UTC", "Europe/Madrid", "America/New_York", "Mars/Olympus_Mons"} <= set(zones)
    assert zones == sorted(zones)
    assert modules().call(WORDS, "zoneText", "America/New_York", NOW) == "America/New York, GMT-5"
    assert modules("en", "en-GB", "Asia/Tokyo").call(DATES, "ownTimeZone") == "Asia/Tokyo"


def test_durations_lists_and_numbers(modules: PageModules) -> None:
    english, spanish = modules("en"), modules("es", "es-ES")
    assert english.call(WORDS, "durationText", "P1DT2H") == "1 day and 2 hours"
    assert spanish.call(WORDS, "durationText", "-PT1H30M") == "1 hora y 30 minutos"
    assert spanish.call(WORDS, "listText", ["Ana", "Luis", "Inés"]) == "Ana, Luis e Inés"
    assert (english.call(WORDS, "numberText", 12345), spanish.call(WORDS, "numberText", 12345)) == ("12,345", "12.345")
    moment = datetime(2026, 12, 31, 23, 30, tzinfo=UTC).isoformat()
    assert english.call(WORDS, "momentText", moment, "Europe/Madrid") == "1 Jan 2027, 00:30"
