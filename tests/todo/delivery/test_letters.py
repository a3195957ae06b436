"""What mails say, in both languages."""

from datetime import UTC, date, datetime
from html.parser import HTMLParser
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from todo.delivery import letters
from todo.delivery.letters import Addressee
from todo.delivery.translation import get_translation
from todo.services.letters import DigestFacts, PasswordResetFacts, TaskFacts
from todo.web.catalogue import languages

TASK = UUID("1f0e9d8c-7b6a-4594-8372-615f4e3d2c1b")
MADRID = ZoneInfo("Europe/Madrid")
NINE = datetime(2026, 11, 30, 9, 0, tzinfo=MADRID)


def to(language: str = "en", name: str = "Ann") -> Addressee:
    return Addressee(name=name, language=language)


def task(title: str = "Pay the rent", due: date | datetime | None = NINE, notes: str = "") -> TaskFacts:
    return TaskFacts(TASK, title, notes, "Home", due)


def test_a_reminder_says_what_when_and_where() -> None:
    letter = letters.reminder(to(), task(notes="Before noon.\nThe new account."))
    assert letter.subject == "Reminder: Pay the rent"
    for text in (letter.text, letter.html):
        for part in (
            "Ann",
            "Pay the rent",
            "Monday 30 November 2026, 09:00",
            "Home",
            "Before noon.",
        ):
            assert part in text, part
    assert letter.text.rstrip().splitlines()[-2] == "-- "


def test_it_is_said_in_the_language_of_whom_it_is_for() -> None:
    letter = letters.reminder(to("es", name=""), task())
    assert letter.subject == "Recordatorio: Pay the rent"
    assert letter.language == "es"
    assert "Hola:" in letter.text
    assert "lunes 30 de noviembre de 2026, 09:00" in letter.text
    assert '<html lang="es" dir="ltr">' in letter.html


def test_a_language_that_is_not_spoken_here_is_english() -> None:
    assert letters.reminder(to("tlh"), task()).language == "en"


def test_a_day_has_no_time_and_no_due_is_not_mentioned() -> None:
    assert "Due: Thursday 29 February 2024\n" in letters.reminder(to(), task(due=date(2024, 2, 29))).text
    assert "Due" not in letters.reminder(to(), task(due=None)).text


def test_a_digest_lists_what_is_overdue_before_what_is_due_and_counts_the_rest() -> None:
    overdue, today = (task("Old", date(2026, 1, 1)),), (task("Now", date(2026, 11, 24)), task("Later", NINE))
    letter = letters.digest(to(), date(2026, 11, 24), DigestFacts(overdue, today, 40))
    assert letter.subject == "43 tasks for Tuesday 24 November 2026"
    for text in (letter.text, letter.html):
        places = [text.index(part) for part in ("Overdue", "Old", "Due today", "Now", "Later", "and 40 more")]
        assert places == sorted(places)
    assert "  - Old (Home, Thursday 1 January 2026)\n" in letter.text
    assert "  - Now (Home)\n" in letter.text
    one = letters.digest(to("es"), date(2026, 11, 24), DigestFacts((), (task(),), 0))
    assert one.subject == "1 tarea para el martes 24 de noviembre de 2026"
    assert "Atrasadas" not in one.text


def reset(language: str = "en", name: str = "Ann") -> PasswordResetFacts:
    return PasswordResetFacts(email="ann@example.org", name=name, language=language, expires_at=NINE)


def test_a_password_reset_says_what_to_do_until_when_and_that_nothing_need_be_done() -> None:
    letter = letters.password_reset(reset(), "todoreset_secret", "https://todo.example.org")
    assert letter.subject == "Set a new password"
    for text in (letter.text, letter.html):
        for part in (
            "Hello Ann,",
            "ann@example.org",
            "https://todo.example.org/reset-password#secret=todoreset_secret",
            "PUT https://todo.example.org/v1/password-resets",
            '{"secret": "todoreset_secret", "password": "the new password"}',
            "once, until Monday 30 November 2026, 09:00 (Europe/Madrid)",
            "If that was not you, do nothing",
        ):
            assert part in text, part
        assert "address of the service" not in text


def test_without_a_public_address_a_password_reset_says_how_a_program_does_it() -> None:
    letter = letters.password_reset(reset("es", name=""), "todoreset_secret", None)
    for text in (letter.text, letter.html):
        for part in ("Hola:", "PUT /v1/password-resets", "aquella en la que inicias sesión", "no hagas nada"):
            assert part in text, part
        assert "#secret=" not in text
        assert "http" not in text


class Tags(HTMLParser):
    """The tags of a page, and what it would load."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.loads: list[str] = []
        self.open: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.loads += [value or "" for name, value in attrs if name in ("src", "srcset", "background")]
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


EVIL = '<script>alert(1)</script>" {{ subject }} {title} {% raw x %} & Söhne'


@pytest.mark.parametrize("language", languages())
def test_what_people_write_is_text_and_the_page_loads_nothing(language: str) -> None:
    evil = TaskFacts(TASK, EVIL, EVIL, EVIL, NINE)
    named = to(language, name=EVIL)
    for letter in (
        letters.reminder(named, evil),
        letters.digest(named, NINE.date(), DigestFacts((evil,), (evil,), 1)),
        letters.password_reset(reset(language, EVIL), "todoreset_secret", "https://todo.example.org"),
    ):
        page = Tags(letter.html)
        assert page.open == []
        assert "script" not in page.tags
        assert page.loads == []
        assert EVIL in letter.text
        assert "&lt;script&gt;" in letter.html


def test_what_is_endless_is_cut() -> None:
    letter = letters.reminder(to(), task("x" * 500, notes="y" * 16_384))
    assert len(letter.subject) == 150
    assert letter.subject.endswith("…")
    assert letter.text.count("y") < 1_010


def test_dates_are_those_of_the_clock_that_the_moment_is_in() -> None:
    moment = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
    assert get_translation("en").when(moment.astimezone(MADRID)) == "Friday 1 January 2027, 00:30"
