"""What the page says, by the catalogue of its language."""

import pytest
from page_modules import PageModules

from todo.web.catalogue import get_catalogue, languages


def test_a_text_is_said_in_the_language_of_the_page_with_its_values(modules: PageModules) -> None:
    assert modules("en").call("i18n.js", "t", "Tomorrow") == "Tomorrow"
    assert modules("es", "es-ES").call("i18n.js", "t", "Tomorrow") == "Mañana"
    given = {"rule": "<b>{date}</b>", "date": "$&"}
    assert modules("es", "es-ES").call("i18n.js", "t", "{rule} until {date}", given) == "<b>{date}</b> hasta el $&"


def test_what_is_in_no_catalogue_is_said_in_english(modules: PageModules) -> None:
    for language in languages():
        here = modules(language)
        assert here.call("i18n.js", "t", "constructor") == "constructor"
        assert here.call("i18n.js", "t", "Hello {name} {other}", {"name": "Ann"}) == "Hello Ann {other}"
        assert here.call("i18n.js", "tx", "__proto__", "Open") == "Open"
        assert here.call("i18n.js", "tn", "{count} toString", "{count} toStrings", 2) == "2 toStrings"


@pytest.mark.parametrize(
    ("count", "english", "spanish"),
    [
        (0, "Every 0 days", "Cada 0 días"),
        (1, "Every 1 day", "Cada 1 día"),
        (2, "Every 2 days", "Cada 2 días"),
        (101, "Every 101 days", "Cada 101 días"),
        (12345, "Every 12,345 days", "Cada 12.345 días"),
        (1_000_000, "Every 1,000,000 days", "Cada 1.000.000 días"),
    ],
)
def test_the_plural_goes_by_the_number(modules: PageModules, count: int, english: str, spanish: str) -> None:
    said = ("i18n.js", "tn", "Every {count} day", "Every {count} days", count)
    assert modules("en").call(*said) == english
    assert modules("es", "es-ES").call(*said) == spanish


@pytest.mark.parametrize("language", languages())
def test_the_categories_of_the_browser_are_the_plurals_of_the_catalogue(modules: PageModules, language: str) -> None:
    samples = get_catalogue(language).of_page()["pluralSamples"]
    select = "(_, tag) => Array.from({ length: 200 }, (_, n) => new Intl.PluralRules(tag).select(n))"
    categories = modules(language, language).run("i18n.js", select, language)
    forms: dict[str, set[int]] = {}
    for category, form in zip(categories, samples, strict=True):
        forms.setdefault(category, set()).add(form)
    assert all(len(found) == 1 for found in forms.values()), forms


def test_a_text_may_hold_elements(modules: PageModules) -> None:
    given = {"rule": {"type": "b"}, "date": "24 dic"}
    said = modules("es", "es-ES").call("i18n.js", "tparts", "{rule} until {date}", given)
    assert said == [{"type": "b"}, " hasta el ", "24 dic"]


@pytest.mark.parametrize(
    ("language", "browser", "locale"),
    [
        ("en", "en-US", "en-US"),
        ("en", "en-GB", "en-GB"),
        ("en", "de-DE", "en-GB"),
        ("es", "es-MX", "es-MX"),
        ("es", "en-US", "es"),
    ],
)
def test_dates_are_those_of_the_persons_region(modules: PageModules, language: str, browser: str, locale: str) -> None:
    assert modules(language, browser).run("i18n.js", "(module) => module.locale") == locale


@pytest.mark.parametrize("language", languages())
def test_the_page_knows_every_language_by_its_own_name(modules: PageModules, language: str) -> None:
    found = modules(language).run("i18n.js", "({ language, direction, languages }) => [language, direction, languages]")
    assert found[:2] == [language, get_catalogue(language).direction]
    assert {item["language"]: item["name"] for item in found[2]}.items() >= {"en": "English", "es": "Español"}.items()
