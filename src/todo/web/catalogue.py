"""What is said in each language, in mails and on the page: `translations/<language>.po`, where English is the key.

A language is its file, named for its tag (RFC 5646): `es.po`, `pt-BR.po`. English is what the texts are written in.
"""

import gettext
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from todo.web import po

SOURCE = "en"
_FOLDER = Path(__file__).with_name("translations")

# Written from right to left, by the first part of a tag.
_RIGHT_TO_LEFT = frozenset({"ar", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"})
# A header longer than this, or of more ranges, was made by nobody's browser.
_LONGEST_HEADER = 1_000
_MOST_RANGES = 30
# A page may not evaluate the plural expression of a file: it is told what comes of the first numbers.
_PLURAL_SAMPLES = 200
# Where the messages of the page come from, as the files write it.
_WEB, _PAGE = "web/", "web/app/"


@cache
def languages() -> tuple[str, ...]:
    """The languages there are, English first."""
    return (SOURCE, *sorted(file.stem for file in _FOLDER.glob("*.po") if file.stem != SOURCE))


@cache
def get_catalogue(language: str) -> "Catalogue":
    """The language's texts; English for one that is not spoken here."""
    if language not in languages() or language == SOURCE:
        return Catalogue(SOURCE, po.Po({}, []))
    return Catalogue(language, po.parse((_FOLDER / f"{language}.po").read_text(encoding="utf-8")))


class Catalogue(gettext.NullTranslations):
    """The texts of one language, also for whatever wants translations of Python's `gettext`, as Tornado does.

    What is not translated is said in English.
    """

    def __init__(self, language: str, content: po.Po) -> None:
        super().__init__()
        self.language = language
        self.direction = "rtl" if language.partition("-")[0] in _RIGHT_TO_LEFT else "ltr"
        self._messages = {
            (message.context, message.text): message for message in content.messages if message.is_translated
        }
        self._plural = _plural(content.header.get("plural-forms", ""))

    @property
    def name(self) -> str:
        """What the language calls itself."""
        return self.tx("name of this language", "English")

    def t(self, text: str, **values: object) -> str:
        """The text with its values put in."""
        return self.gettext(text).format(**values)

    def tx(self, context: str, text: str, **values: object) -> str:
        """A text that means one thing here and another elsewhere."""
        return self.pgettext(context, text).format(**values)

    def tn(self, one: str, many: str, count: int, **values: object) -> str:
        """The text for so many of something."""
        return self.ngettext(one, many, count).format(count=count, **values)

    def gettext(self, message: str) -> str:
        """The text."""
        return self._form(None, message, 0) or message

    def pgettext(self, context: str, message: str) -> str:
        """The text in its context."""
        return self._form(context, message, 0) or message

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """The text for so many."""
        return self._form(None, msgid1, self._plural(n)) or (msgid1 if n == 1 else msgid2)

    def npgettext(self, context: str, msgid1: str, msgid2: str, n: int) -> str:
        """The text for so many, in its context."""
        return self._form(context, msgid1, self._plural(n)) or (msgid1 if n == 1 else msgid2)

    def of_page(self) -> dict[str, Any]:
        """The language, as JSON for the page, without any texts."""
        return {
            "language": self.language,
            "direction": self.direction,
            "languages": [{"language": name, "name": get_catalogue(name).name} for name in languages()],
            "pluralSamples": [self._plural(n) for n in range(_PLURAL_SAMPLES)],
            "pluralOfMillion": self._plural(1_000_000),
        }

    def texts_of_page(self, said: Callable[[str], bool] = lambda _module: True) -> dict[str, Any]:
        """What the page says, as JSON: what one of the modules says that are `said` (`app/dates.js`)."""
        texts: dict[str, str | list[str]] = {}
        contexts: dict[str, dict[str, str]] = {}
        for message in self._messages.values():
            modules = [place.removeprefix(_WEB) for place in message.places if place.startswith(_PAGE)]
            if message.places and not any(said(module) for module in modules):
                continue
            if message.context is not None:
                contexts.setdefault(message.context, {})[message.text] = message.forms[0]
            else:
                texts[message.text] = message.forms[0] if message.plural is None else message.forms
        return {"texts": texts, "contexts": contexts}

    def _form(self, context: str | None, text: str, index: int) -> str | None:
        if context is None and "\x04" in text:  # so Tornado writes a context
            context, _, text = text.partition("\x04")
        message = self._messages.get((context, text))
        return message.forms[index] if message and index < len(message.forms) else None


def negotiate(cookie: str | None, accept_language: str | None) -> str:
    """The language to answer in: the one that was chosen, else the best that the browser asks for, else English.

    This is "lookup" of RFC 4647, section 3.4, over the weights of RFC 9110, section 12.5.4: es-MX is given es. Besides,
    pt is given pt-BR where there is no other.
    """
    if cookie in languages():
        return str(cookie)
    weights = _weights(accept_language or "")
    refused = {tag for tag, weight in weights.items() if weight == 0}
    for tag, _ in sorted(((tag, weight) for tag, weight in weights.items() if weight), key=lambda item: -item[1]):
        found = _lookup(tag, refused)
        if found is not None:
            return found
    return SOURCE


def _weights(header: str) -> dict[str, float]:
    """Each range of the header in lower case with its weight. What is malformed is as if it were not there."""
    found: dict[str, float] = {}
    for item in header[:_LONGEST_HEADER].split(",")[:_MOST_RANGES]:
        tag, *parameters = (part.strip().lower() for part in item.split(";"))
        if not (tag == "*" or (tag.isascii() and tag.replace("-", "").isalnum())):
            continue
        weight = _weight(parameters)
        if weight is not None:
            found.setdefault(tag, weight)
    return found


def _weight(parameters: list[str]) -> float | None:
    if not parameters:
        return 1
    name, _, value = parameters[0].partition("=")
    try:
        weight = float(value) if len(parameters) == 1 and name.strip() == "q" and len(value) <= 5 else -1
    except ValueError:
        return None
    return weight if 0 <= weight <= 1 else None


def _lookup(tag: str, refused: set[str]) -> str | None:
    known = {name.lower(): name for name in languages() if name.lower() not in refused}
    if tag == "*":
        return next(iter(known.values()), None)
    parts = tag.split("-")
    for end in range(len(parts), 0, -1):
        name = "-".join(parts[:end])
        if name in known:
            return known[name]
    return next((known[name] for name in known if name.startswith(f"{parts[0]}-")), None)


def _plural(field: str) -> Callable[[int], int]:
    """The rule in a `Plural-Forms`, such as `nplurals=2; plural=(n != 1);`, which is also that of English."""
    found = re.search(r"plural\s*=\s*([^;]+)", field)
    rule: Callable[[int], int] = gettext.c2py(found[1] if found else "n != 1")
    return rule
