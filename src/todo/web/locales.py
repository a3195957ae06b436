"""The same catalogue as Tornado's `Locale`: what a handler's `get_user_locale` returns, and a template says by."""

from functools import cache

from tornado.locale import GettextLocale

from todo.web.catalogue import get_catalogue


@cache
def get_locale(language: str) -> GettextLocale:
    """The locale of a language; English for one that is not spoken here."""
    catalogue = get_catalogue(language)
    locale = GettextLocale(catalogue.language.replace("-", "_"), catalogue)
    locale.name = catalogue.name
    locale.rtl = catalogue.direction == "rtl"
    return locale
