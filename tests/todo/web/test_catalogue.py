"""The languages there are, which one is answered in, and what is said in it."""

import json
import time

import msgspec
import pytest
from tornado.template import Template

from todo.models import Account
from todo.shapes.account import AccountPatch
from todo.web import po
from todo.web.catalogue import Catalogue, get_catalogue, languages, negotiate
from todo.web.locales import get_locale

POLISH = r"""
msgid ""
msgstr ""
"Plural-Forms: nplurals=3; plural=(n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);\n"

#: web/app/a.js
msgid "{count} task"
msgid_plural "{count} tasks"
msgstr[0] "{count} zadanie"
msgstr[1] "{count} zadania"
msgstr[2] "{count} zadań"

#: delivery/letters.py
msgid "Hello,"
msgstr "Cześć,"

#: web/app/a.js delivery/letters.py
msgctxt "menu"
msgid "Open"
msgstr "Otwórz"
"""


@pytest.fixture
def polish() -> Catalogue:
    return Catalogue("pl", po.parse(POLISH))


def test_there_are_english_and_each_file() -> None:
    assert languages()[0] == "en"
    assert "es" in languages()
    assert {name: get_catalogue(name).name for name in ("en", "es")} == {"en": "English", "es": "Español"}


def test_every_language_fits_where_an_account_keeps_it() -> None:
    length = Account.__table__.c.language.type.length  # type: ignore[attr-defined]  # it is a String
    assert all(len(name) <= length for name in languages())


@pytest.mark.parametrize("language", languages())
def test_an_account_may_have_any_of_them_and_no_other(language: str) -> None:
    assert msgspec.convert({"language": language}, AccountPatch).language == language
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"language": f"{language}x"}, AccountPatch)
    schema = msgspec.json.schema(AccountPatch)["$defs"]["AccountPatch"]["properties"]["language"]
    assert sorted(schema["enum"]) == sorted(languages())


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "en"),
        ("", "en"),
        ("es", "es"),
        ("ES-mx", "es"),
        ("es-419,en;q=0.5", "es"),
        ("es-Latn-MX", "es"),
        ("en-GB,es;q=0.9", "en"),
        ("es;q=0.4, en;q=0.5", "en"),
        ("fr, es;q=0.8, en;q=0.2", "es"),
        ("fr;q=1, de", "en"),
        ("*", "en"),
        ("en;q=0, *;q=0.1", "es"),
        ("es;q=0", "en"),
        ("es;q=0, es-MX", "en"),
        ("es; q=0.5 , en ; q=0.4", "es"),
        ("es;q=2", "en"),
        ("es;q=nan", "en"),
        ("es;q=-1", "en"),
        ("es;level=1", "en"),
        ("español", "en"),
        ("../es", "en"),
        ("\x00,;;q=,=", "en"),
        ("-, es", "es"),
        (f"{'x' * 2_000}, es", "en"),
        (f"{'fr,' * 40}es", "en"),
    ],
)
def test_a_browser_is_answered_in_the_best_of_what_it_asks_for(header: str | None, language: str) -> None:
    assert negotiate(None, header) == language


@pytest.mark.parametrize(
    ("cookie", "language"), [("en", "en"), ("es", "es"), ("", "es"), ("tlh", "es"), ("../../etc/passwd", "es")]
)
def test_what_was_chosen_goes_before_what_is_asked_for(cookie: str, language: str) -> None:
    assert negotiate(cookie, "es") == language


def test_a_header_without_end_is_read_in_no_time() -> None:
    started = time.perf_counter()
    negotiate(None, "es-" * 300_000)
    negotiate(None, "a;q=0.1," * 300_000)
    assert time.perf_counter() - started < 0.1


def test_what_is_not_translated_is_said_in_english(polish: Catalogue) -> None:
    assert polish.t("Hello {name},", name="Ann") == "Hello Ann,"
    assert polish.tn("{count} list", "{count} lists", 2) == "2 lists"
    assert polish.tx("button", "Open") == "Open"
    assert (polish.language, get_catalogue("tlh").language) == ("pl", "en")


def test_plurals_go_by_the_rule_of_the_file(polish: Catalogue) -> None:
    said = [polish.tn("{count} task", "{count} tasks", count) for count in (1, 3, 5, 22, 112)]
    assert said == ["1 zadanie", "3 zadania", "5 zadań", "22 zadania", "112 zadań"]
    assert [get_catalogue("en").tn("{count} task", "{count} tasks", count) for count in (0, 1)] == ["0 tasks", "1 task"]


def test_what_people_write_is_put_in_as_it_is(polish: Catalogue) -> None:
    assert polish.t("Hello {name},", name="{name} {0} {name.__class__} %s") == "Hello {name} {0} {name.__class__} %s,"


def test_the_page_is_given_what_it_says_and_how_many_is_what(polish: Catalogue) -> None:
    page = polish.of_page() | polish.texts_of_page()
    assert page["texts"] == {"{count} task": ["{count} zadanie", "{count} zadania", "{count} zadań"]}
    assert page["contexts"] == {"menu": {"Open": "Otwórz"}}
    assert page["pluralSamples"][:6] == [2, 0, 1, 1, 1, 2]
    assert len(page["pluralSamples"]) == 200
    assert page["pluralOfMillion"] == 2
    assert json.loads(json.dumps(page)) == page


def test_the_page_in_english_needs_no_texts() -> None:
    english = get_catalogue("en")
    page = english.of_page() | english.texts_of_page()
    assert (page["texts"], page["contexts"], page["language"], page["direction"]) == ({}, {}, "en", "ltr")


@pytest.mark.parametrize(("language", "direction"), [("ar", "rtl"), ("he", "rtl"), ("fa-AF", "rtl"), ("es", "ltr")])
def test_a_language_knows_from_which_side_it_is_written(language: str, direction: str) -> None:
    assert Catalogue(language, po.Po({}, [])).direction == direction


def test_tornado_says_by_the_same_catalogue(polish: Catalogue) -> None:
    locale = get_locale("es")
    assert (locale.code, locale.name, locale.rtl) == ("es", "Español", False)
    template = Template('{{ _("Hello,") }} {{ _("{count} task for {day}", "{count} tasks for {day}", 2) }}')
    assert template.generate(_=locale.translate).decode() == "Hola: {count} tareas para el {day}"
    assert locale.pgettext("heading", "Overdue") == "Atrasadas"
    assert get_locale("tlh").code == "en"
    assert polish.ngettext("menu\x04Open", "menu\x04Opens", 1) == "Otwórz"
