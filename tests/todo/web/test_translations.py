"""Everything that a person reads is translatable, and is translated into every language."""

import io
import re
import string
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest
from babel import Locale
from babel.messages.pofile import read_po
from template.programs import program

from todo.web import po
from todo.web.catalogue import languages

OTHERS = languages()[1:]


def texts() -> ModuleType:
    return program("texts")


@cache
def said() -> tuple[list[object], list[object]]:
    found: tuple[list[object], list[object]] = texts().find()
    return found


def file_of(language: str) -> Path:
    folder: Path = program("translations").FOLDER
    return folder / f"{language}.po"


@cache
def messages(language: str) -> list[po.Message]:
    return po.parse(file_of(language).read_text(encoding="utf-8")).messages


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_nothing_is_said_that_nobody_could_translate() -> None:
    assert said()[0]
    assert [str(fault) for fault in said()[1]] == []


def test_every_placeholder_is_a_name() -> None:
    for text in said()[0]:
        for form in (text.text, text.plural or ""):  # type: ignore[attr-defined]  # Text of a program
            assert all(re.fullmatch(r"[a-zA-Z_]+", name) for name in placeholders(form)), form


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_is_translated_and_nothing_else_is(language: str) -> None:
    """`make translations` brings a file up to date; then translate what is new."""
    wanted = {(text.context, text.text, text.plural) for text in said()[0]}  # type: ignore[attr-defined]
    # A text may be said of one and of many in one place, and as it is in another.
    several = {(context, text) for context, text, plural in wanted if plural}
    wanted = {key for key in wanted if key[2] or (key[0], key[1]) not in several}
    found = {(message.context, message.text, message.plural) for message in messages(language)}
    assert sorted(map(str, wanted - found)) == []
    assert sorted(map(str, found - wanted)) == []
    assert [message.text for message in messages(language) if not message.is_translated] == []


@pytest.mark.parametrize("language", OTHERS)
def test_every_translation_has_the_values_of_its_text(language: str) -> None:
    for message in messages(language):
        wanted = placeholders(message.plural or message.text)
        for form in message.forms:
            # "A task" may be said without its number.
            missing = wanted - placeholders(form) - ({"count"} if message.plural else set())
            assert not missing, (message.text, form)
            assert placeholders(form) <= wanted, (message.text, form)


@pytest.mark.parametrize("language", OTHERS)
def test_every_file_knows_its_language_and_its_plurals(language: str) -> None:
    content = file_of(language).read_text(encoding="utf-8")
    header = po.parse(content).header
    assert header["language"] == language
    assert Locale.parse(language, sep="-")
    catalogue = read_po(io.BytesIO(content.encode()), abort_invalid=True)
    counts = {len(message.forms) for message in messages(language) if message.plural}
    assert counts <= {catalogue.num_plurals}


def test_updating_what_is_up_to_date_changes_nothing() -> None:
    translations = program("translations")
    wanted = translations.template(said()[0])
    for language in OTHERS:
        content = file_of(language).read_text(encoding="utf-8")
        assert translations.updated(content, language, wanted) == content


def test_a_new_language_is_one_file_with_everything_to_be_translated() -> None:
    translations = program("translations")
    content = translations.updated(translations.begun("pl"), "pl", translations.template(said()[0]))
    found = po.parse(content)
    assert found.header["plural-forms"].startswith("nplurals=3")
    assert len(found.messages) == len(messages("es"))
    assert not any(message.is_translated for message in found.messages)
    assert {len(message.forms) for message in found.messages if message.plural} == {3}


def test_what_is_translated_stays_so_and_what_is_gone_goes() -> None:
    translations, found = program("translations"), texts()
    one, other = (found.Text(text, None, None, "web/app/a.js", 1) for text in ("Old", "New"))
    before = translations.begun("es") + 'msgid "Old"\nmsgstr "Viejo"\n\nmsgid "Gone"\nmsgstr "Ido"\n'
    after = po.parse(translations.updated(before, "es", translations.template([one, other])))
    assert [(message.text, message.forms) for message in after.messages] == [("Old", ["Viejo"]), ("New", [""])]


def found_in(source: str) -> tuple[list[str], list[str]]:
    head = "import { html } from './preact.js';\nimport { t, tn, tx, tparts } from '../i18n.js';\n"
    found, faults = texts().in_javascript(head + source, "web/app/views/a.js")
    return [text.text for text in found], [str(fault) for fault in faults]


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        ("t('One');", ["One"]),
        ("t(\"It's one\", { a: t('Two') });", ["It's one", "Two"]),
        ("tn('{count} task', '{count} tasks', n);", ["{count} task"]),
        ("tx('menu', 'Open');", ["Open"]),
        ("t('A long ' +\n  'one.');", ["A long one."]),
        ("t('¿\\u00bf\\x41\\'');", ["¿¿A'"]),
        (
            "html`<p>${t('In')} ${list.map((x) => html`<b title=${t('Deep')}>${x ? t('Deeper') : ''}</b>`)}</p>`;",
            ["In", "Deep", "Deeper"],
        ),
        ("const r = a / b; /['\"`]/.test(`${t('After')}`); // t('No')", ["After"]),
        ("/* t('No') */ const s = \"t('No')\"; const u = `t('No')`; x.t('No'); ", []),
        ("html`<p class=\"a ${t('Quoted')}\">${{ a: { b: t('Braces') } }}</p>`", ["Quoted", "Braces"]),
    ],
)
def test_texts_are_found_wherever_they_are_said(source: str, wanted: list[str]) -> None:
    assert found_in(source) == (wanted, [])


@pytest.mark.parametrize(
    "source",
    [
        "t(name);",
        "t(`One ${two}`);",
        "t('One' + two);",
        "tn('{count} task', many, n);",
        "tx(context, 'Open');",
        "html`<p>Hello</p>`;",
        "html`<p>${a} of <b>${b}</b></p>`;",
        'html`<input placeholder="Search" />`;',
        "html`<button aria-label='Close' class=x>×</button>`;",
        "html`<button title=Close>×</button>`;",
        'html`<img alt="A ${b}" />`;',
        "html`<p>${done ? 'Done' : ''}</p>`;",
        "html`<p title=${a || 'None'}></p>`;",
        "html`<p>${`Hello ${name}`}</p>`;",
        "html`<p>${list.map((x) => html`<b>Deep</b>`)}</p>`;",
        'html`<${Dialog} heading="Share"><//>`;',
        "act({ says: 'Saved', operations });",
        "element.setAttribute; const a = { 'aria-label': `Close ${x}` };",
        "document.title = 'Today';",
        "html`<p>",
        "import { t as say } from './i18n.js';",
    ],
)
def test_what_could_not_be_translated_is_a_fault_with_its_place(source: str) -> None:
    _, faults = found_in(source)
    assert faults, source
    assert all(re.match(r"web/app/views/a\.js:\d+: |web/app/views/a\.js:0: line \d+", fault) for fault in faults)


@pytest.mark.parametrize(
    "source",
    [
        "html`<p class=\"warm\" id='x' data-kind=list>${x}, 12 × ${y} → &nbsp;…</p>`;",
        "html`<p>${icon('check')}${kind === 'person' ? Yes : null}${'a' === kind && html`<i></i>`}</p>`;",
        "html`<!-- a remark --><h1>To-do</h1><kbd>j</kbd><code>FREQ=DAILY</code>`;",
        'html`<${Icon} name="check" ...${rest} />`;',
        "html`<p style=${{ color: 'red' }} class=${on ? 'on' : 'off'}></p>`;",
        "request('GET', '/v1/me', { headers: { title: 'x' } });",
        "html`<p>${'new' in query && html`<i></i>`}</p>`;",
        "import { language as here } from './i18n.js';",
        "css`<p>Hello</p>`;",
    ],
)
def test_what_is_for_programs_is_none(source: str) -> None:
    assert found_in(source) == ([], [])


def test_in_templates_of_tornado_words_belong_in_expressions() -> None:
    page = (
        '<title>{{ _("A page") }}</title>{% if t("When") %}<p title="No">Bare</p>{% end %}'
        '<meta name="description" content="Words"><meta name="todo" content="en"><script src="/x.js"></script>'
    )
    found, faults = texts().in_template(page, "web/page.html")
    assert [text.text for text in found] == ["A page", "When"]
    assert [fault.reason for fault in faults] == [f"'{words}' is not in t()" for words in ("No", "Bare", "Words")]
    assert texts().in_python("says.t(name)", "a.py")[1][0].line == 1
