"""Reading `.po` files, as Babel and gettext's own tools read them."""

import io
from importlib import resources

import pytest
from babel.messages.pofile import read_po

from todo.web import po
from todo.web.catalogue import languages

CONTENT = r"""
# A translator's remark.
msgid ""
msgstr ""
"Language: xx\n"
"Plural-Forms: nplurals=2; plural=(n > 1);\n"

#. What the program says of it.
#: web/app/a.js delivery/b.py
#, python-brace-format
msgid "Hello {name}"
msgstr "Hola {name}"
#: web/app/c.js
msgctxt "menu"
msgid "Op\"en\"\t\\n"
msgstr ""
"Ab"
"rir\n"

#, fuzzy
msgid "Unsure"
msgstr "Dudoso"

msgid "{n} task"
msgid_plural "{n} tasks"
msgstr[0] "una"
msgstr[1] "varias"

msgid "Untranslated"
msgstr ""

#~ msgid "Gone"
#~ msgstr "Ido"
"""


def test_every_part_of_a_message_is_read() -> None:
    found = po.parse(CONTENT)
    assert found.header == {"language": "xx", "plural-forms": "nplurals=2; plural=(n > 1);"}
    hello, menu, unsure, tasks, untranslated = found.messages
    assert (hello.text, hello.forms, hello.places) == (
        "Hello {name}",
        ["Hola {name}"],
        ["web/app/a.js", "delivery/b.py"],
    )
    assert (menu.context, menu.text, menu.forms) == ("menu", 'Op"en"\t\\n', ["Abrir\n"])
    assert (tasks.plural, tasks.forms) == ("{n} tasks", ["una", "varias"])
    assert [message.is_translated for message in (hello, unsure, untranslated)] == [True, False, False]


def test_babel_reads_the_same() -> None:
    folder = resources.files("todo.web").joinpath("translations")
    files = [folder.joinpath(f"{language}.po") for language in languages()[1:]]
    for content in (CONTENT, *(file.read_text(encoding="utf-8") for file in files)):
        wanted = [
            (message.context, message.id, message.string)
            for message in read_po(io.BytesIO(content.strip().encode()))
            if message.id
        ]
        found = [
            (
                message.context,
                message.text if message.plural is None else (message.text, message.plural),
                message.forms[0] if message.plural is None else tuple(message.forms),
            )
            for message in po.parse(content).messages
        ]
        assert found == wanted


@pytest.mark.parametrize(
    "content",
    [
        'msgstr "x"',
        'msgid "x',
        "msgid x",
        '"floating"',
        'msgid "a"\nmsgid "b"\nmsgstr "c"',
        'msgid "a"\nmsgstr[x] "c"',
        "<<<<<<< HEAD",
    ],
)
def test_what_is_no_po_is_refused_by_its_line(content: str) -> None:
    with pytest.raises(po.NotPo, match=r"line \d"):
        po.parse(content)


def test_nothing_is_no_messages() -> None:
    assert po.parse("").messages == []
    assert po.parse("\ufeff# only a remark\r\n").messages == []
