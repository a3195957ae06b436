"""The texts that a person reads: those in `t`, `tn` and `tx`, and those that ought to be.

In Python and in the templates of mails, those of a catalogue; in the page, those of `app/i18n.js`.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import javascript
import markup
from javascript import Token
from markup import NAMES, has_letters

ROOT = Path(__file__).resolve().parent.parent / "src" / "todo"

# What each function takes first: so many texts, and nothing but texts.
_TAKEN = {"t": 1, "tn": 2, "tx": 2, "tparts": 1}
_FUNCTIONS = ", ".join(f"{name}()" for name in _TAKEN)
_TEMPLATE_PART = re.compile(r"\{\{(.*?)\}\}|\{%(.*?)%\}|\{#(.*?)#\}", re.DOTALL)

_READ_PROPERTIES = frozenset({"says", "aria-label", "ariaLabel", "placeholder"})
_COMPARISONS = frozenset({"===", "!==", "==", "!="})


@dataclass(frozen=True, slots=True)
class Text:
    """A text as the program says it."""

    text: str
    context: str | None
    plural: str | None
    place: str
    line: int


@dataclass(frozen=True, slots=True)
class Fault:
    """What nobody could translate."""

    place: str
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.place}:{self.line}: {self.reason}"


def find(root: Path = ROOT) -> tuple[list[Text], list[Fault]]:
    """Every text under `root`, in the order of files and lines, and everything that should have been one."""
    texts: list[Text] = []
    faults: list[Fault] = []
    for file in sorted(root.rglob("*")):
        place = file.relative_to(root).as_posix()
        if file.suffix == ".py":
            found = in_python(file.read_text(encoding="utf-8"), place)
        elif file.suffix == ".js" and place.startswith("web/app/") and not place.startswith("web/app/generated/"):
            found = in_javascript(file.read_text(encoding="utf-8"), place)
        elif place.startswith("web/letters/") or place == "web/page.html":
            found = in_template(file.read_text(encoding="utf-8"), place)
        else:
            continue
        texts += found[0]
        faults += found[1]
    return texts, faults


def in_python(source: str, place: str, first_line: int = 1) -> tuple[list[Text], list[Fault]]:
    """The texts of a module, or of an expression."""
    texts: list[Text] = []
    faults: list[Fault] = []
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    for call in sorted(calls, key=lambda node: (node.lineno, node.col_offset)):
        function = call.func
        name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
        # In a handler `_` is what Tornado's templates say by.
        name = "t" if name == "_" else name
        if name not in _TAKEN:
            continue
        line = first_line + call.lineno - 1
        taken = [argument.value if isinstance(argument, ast.Constant) else None for argument in call.args]
        said = [text for text in taken[: _TAKEN[name]] if isinstance(text, str)]
        if len(said) == _TAKEN[name]:
            texts.append(_text(name, said, place, line))
        else:
            faults.append(Fault(place, line, f"{name}() takes texts as they are: string literals"))
    return texts, faults


def in_template(source: str, place: str) -> tuple[list[Text], list[Fault]]:
    """The texts of one of Tornado's templates; of a page, also what is in no expression."""
    texts: list[Text] = []
    faults: list[Fault] = []
    parts: list[str | list[Token]] = []
    end = 0
    for match in _TEMPLATE_PART.finditer(source):
        parts += [source[end : match.start()], []]
        end = match.end()
        expression = match[1] if match[1] is not None else _expression(match[2] or "")
        if expression.strip():
            line = source.count("\n", 0, match.start()) + 1
            found = in_python(expression.strip(), place, line)
            texts += found[0]
            faults += found[1]
    parts.append(source[end:])
    if place.endswith(".html"):
        faults += _markup(parts, place, 1)
    return texts, faults


def in_javascript(source: str, place: str) -> tuple[list[Text], list[Fault]]:
    """The texts of a module of the page, and what its templates say in no language."""
    try:
        everything = javascript.tokens(source)
    except javascript.NotJavaScript as error:
        return [], [Fault(place, 0, str(error))]
    imported, faults = _imported(everything, place)
    texts: list[Text] = []
    for tokens in javascript.levels(everything):
        for at, token in enumerate(tokens):
            before = tokens[at - 1] if at else None
            if token.kind == "name" and token.text in imported and _is_called(tokens, at):
                found = _arguments(tokens, at + 2, _TAKEN[token.text])
                if found is None:
                    faults.append(Fault(place, token.line, f"{token.text}() takes texts as they are: string literals"))
                else:
                    texts.append(_text(token.text, found, place, token.line))
            elif token.kind == "template" and before and before.text in {"html", "svg"}:
                faults += _markup(token.parts, place, token.line)
            faults += _said_by_property(tokens, at, place)
    return texts, faults


def _text(name: str, said: list[str], place: str, line: int) -> Text:
    if name == "tx":
        return Text(said[1], said[0], None, place, line)
    return Text(said[0], None, said[1] if name == "tn" else None, place, line)


def _expression(statement: str) -> str:
    """The Python in `{% … %}`."""
    word, _, rest = statement.strip().partition(" ")
    if word in {"if", "elif", "while", "raw", "module", "set"}:
        return rest
    return f"for {rest}: pass" if word == "for" else ""


def _imported(tokens: list[Token], place: str) -> tuple[set[str], list[Fault]]:
    """What of i18n.js a module uses, under the names that it has there."""
    names: set[str] = set()
    faults = []
    for at, token in enumerate(tokens):
        if token.kind == "string" and token.text.endswith("/i18n.js") and at and tokens[at - 1].text == "from":
            begin = at - 1
            while tokens[begin].text not in {"import", "export"}:
                begin -= 1
            inside = [found.text for found in tokens[begin:at] if found.kind == "name"]
            names |= set(inside) & set(_TAKEN)
            if any(name in _TAKEN and after == "as" for name, after in pairwise(inside)):
                faults.append(Fault(place, token.line, f"{_FUNCTIONS} keep their names"))
    return names, faults


def _is_called(tokens: list[Token], at: int) -> bool:
    before = tokens[at - 1].text if at else ""
    return at + 1 < len(tokens) and tokens[at + 1].text == "(" and before not in {".", "?.", "function"}


def _arguments(tokens: list[Token], at: int, count: int) -> list[str] | None:
    """The first arguments, each one string or strings that are added."""
    found = []
    for _ in range(count):
        text = ""
        while True:
            if at + 1 >= len(tokens) or tokens[at].kind != "string":
                return None
            text += tokens[at].text
            at += 2
            if tokens[at - 1].text != "+":
                break
        if tokens[at - 1].text not in {",", ")"}:
            return None
        found.append(text)
    return found


def _said_by_property(tokens: list[Token], at: int, place: str) -> Iterator[Fault]:
    """`says: 'Saved'`, and `document.title = 'Today'`."""
    if at < 2 or not _is_text(tokens[at]):
        return
    name, sign = tokens[at - 2], tokens[at - 1].text
    is_title = sign == "=" and name.text == "title" and at > 3 and tokens[at - 4].text == "document"
    if is_title or (sign == ":" and name.text in _READ_PROPERTIES and name.kind in {"name", "string"}):
        yield Fault(place, tokens[at].line, f"{_shown(tokens[at])} is not in t()")


def _markup(parts: list[str | list[Token]], place: str, line: int) -> Iterator[Fault]:
    """What a person reads in markup and is not in t(): as it stands there, or as a bare string in an expression."""
    for read in markup.read(parts, line):
        if isinstance(read.what, str):
            yield Fault(place, read.line, f"{read.what!r} is not in t()")
        else:
            for token in _bare(read.what):
                yield Fault(place, token.line, f"{_shown(token)} is not in t()")


def _bare(tokens: list[Token]) -> Iterator[Token]:
    """Strings that an expression comes to: in no call, and compared with nothing."""
    depth = 0
    for at, token in enumerate(tokens):
        if token.kind == "op":
            depth += (token.text in {"(", "[", "{"}) - (token.text in {")", "]", "}"})
        before = tokens[at - 1].text if at else ""
        after = tokens[at + 1].text if at + 1 < len(tokens) else ""
        is_result = not at or before in {"?", ":", "&&", "||", "??"}
        if depth == 0 and is_result and after not in _COMPARISONS | {".", "in"} and _is_text(token):
            yield token


def _is_text(token: Token) -> bool:
    if token.kind == "template":
        return any(has_letters(part) for part in token.parts if isinstance(part, str))
    return token.kind == "string" and token.text not in NAMES and has_letters(token.text)


def _shown(token: Token) -> str:
    return repr(token.text if token.kind == "string" else "".join(p for p in token.parts if isinstance(p, str)))
