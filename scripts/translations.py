"""Bring every `.po` up to what the program says: `make translations`, or `make translations LANGUAGE=fr` for a new one.

What was translated stays so; what is new is there to be translated; what is not said any more is gone.
"""

import io
import sys
from pathlib import Path

import texts
from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.plurals import get_plural
from babel.messages.pofile import read_po, write_po

FOLDER = texts.ROOT / "web" / "translations"
COMMENTS = {
    "{weekday} {day} {month} {year}": "A day in a mail: Tuesday 24 November 2026.",
}


def template(found: list[texts.Text]) -> Catalog:
    """What there is to be translated."""
    catalogue = Catalog()
    for text in found:
        message: str | tuple[str, str] = text.text if text.plural is None else (text.text, text.plural)
        comments = [COMMENTS[text.text]] if text.text in COMMENTS else []
        catalogue.add(message, locations=[(text.place, 0)], context=text.context, auto_comments=comments)
    return catalogue


def updated(content: str, language: str, wanted: Catalog) -> str:
    """A file as it should be. Its header is the translator's, and stays."""
    header = content.split("\n\n", 1)[0]
    catalogue = read_po(io.BytesIO(content.encode()), locale=language.replace("-", "_"), abort_invalid=True)
    catalogue.update(wanted, no_fuzzy_matching=True)
    written = io.BytesIO()
    write_po(written, catalogue, width=110, omit_header=True, ignore_obsolete=True, include_lineno=False)
    return f"{header}\n\n{written.getvalue().decode().strip()}\n"


def begun(language: str) -> str:
    """A file with nothing in it yet."""
    locale = Locale.parse(language, sep="-")
    number, rule = get_plural(str(locale))[:2]
    return "\n".join(
        (
            f"# The texts of the service in {locale.english_name}.",
            'msgid ""',
            'msgstr ""',
            f'"Language: {language}\\n"',
            f'"Plural-Forms: nplurals={number}; plural={rule};\\n"',
            '"Content-Type: text/plain; charset=utf-8\\n"',
            '"Content-Transfer-Encoding: 8bit\\n"',
            "",
            "",
        )
    )


def main(new: list[str]) -> int:
    """Update the files in the folder, and begin those of `new` languages."""
    found, faults = texts.find()
    for fault in faults:
        print(fault, file=sys.stderr)
    for language in new:
        file = FOLDER / f"{language}.po"
        if not file.exists():
            file.write_text(begun(language), encoding="utf-8")
    wanted = template(found)
    for file in sorted(FOLDER.glob("*.po")):
        content = updated(file.read_text(encoding="utf-8"), file.stem, wanted)
        file.write_text(content, encoding="utf-8")
        _tell(file, content)
    return 1 if faults else 0


def _tell(file: Path, content: str) -> None:
    messages = [message for message in read_po(io.BytesIO(content.encode()), locale=None) if message.id]
    missing = [message for message in messages if message.fuzzy or not message.string or not all(message.string)]
    print(f"{file.name}: {len(messages)} texts, {len(missing)} to be translated")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
