"""Modules of JavaScript as tokens: as much of the language as it takes to find texts in templates within templates."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_SPACE = re.compile(r"\s+|//[^\n]*|/\*.*?\*/", re.DOTALL)
_TOKEN = re.compile(
    r"""
    (?P<name>  [#@]?[\w$]+ )
  | (?P<string>'(?:[^'\\\n]|\\.)*' | "(?:[^"\\\n]|\\.)*" )
  | (?P<op>    => | \?\. | \?\?=? | && | \|\| | [=!]==? | \.\.\. | [-+*/%<>&|^]=? | [^\w\s'"`] )
    """,
    re.VERBOSE | re.DOTALL,
)
_REGEX = re.compile(r"/(?:[^/\\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/[a-z]*")
# After these, a slash begins an expression rather than dividing what came before.
_BEFORE_REGEX = frozenset({"return", "typeof", "case", "in", "of", "do", "else", "void", "delete", "throw", "new"})
_ESCAPE = re.compile(r"\\(?:u\{([0-9a-fA-F]+)\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(\n)|(.))", re.DOTALL)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0"}


class NotJavaScript(ValueError):
    """This is no module, or not one that is understood here. The message names the line."""


@dataclass(slots=True)
class Token:
    """`kind` is name (also a number or keyword), string, op, regex or template; `text` is what a string means.

    `parts` of a template: its texts, and between them the tokens of what is put in.
    """

    kind: str
    text: str
    line: int
    parts: "list[str | list[Token]]" = field(default_factory=list)


def tokens(source: str) -> list[Token]:
    """The tokens of a module. Raises NotJavaScript."""
    found, position = _tokens(source, 0, within_template=False)
    if position != len(source):
        raise NotJavaScript(f"line {_line(source, position)}: }} without {{")
    return found


def levels(all_tokens: list[Token]) -> Iterator[list[Token]]:
    """The tokens, and those within each template, and those within its templates, and so on."""
    yield all_tokens
    for token in all_tokens:
        for part in token.parts:
            if not isinstance(part, str):
                yield from levels(part)


def _tokens(source: str, position: int, *, within_template: bool) -> tuple[list[Token], int]:
    found: list[Token] = []
    depth = 0
    while True:
        while space := _SPACE.match(source, position):
            position = space.end()
        if position == len(source):
            return found, position
        line = _line(source, position)
        if source[position] == "`":
            template, position = _template(source, position)
            found.append(template)
            continue
        match = _REGEX.match(source, position) if _may_begin_regex(found) else None
        if match:
            found.append(Token("regex", match[0], line))
        else:
            match = _TOKEN.match(source, position)
            if match is None:
                raise NotJavaScript(f"line {line}: {source[position : position + 20]!r} is not understood")
            kind = str(match.lastgroup)
            text = match[0]
            if kind == "op":
                depth += (text == "{") - (text == "}")
                if depth < 0:
                    if within_template:
                        return found, position
                    raise NotJavaScript(f"line {line}: }} without {{")
            found.append(Token(kind, _unescaped(text[1:-1]) if kind == "string" else text, line))
        position = match.end()


def _template(source: str, start: int) -> tuple[Token, int]:
    token = Token("template", "", _line(source, start))
    position = begin = start + 1
    while position < len(source):
        if source[position] == "\\":
            position += 2
        elif source[position] == "`":
            token.parts.append(_unescaped(source[begin:position]))
            return token, position + 1
        elif source.startswith("${", position):
            token.parts.append(_unescaped(source[begin:position]))
            inner, position = _tokens(source, position + 2, within_template=True)
            token.parts.append(inner)
            position = begin = position + 1
        else:
            position += 1
    raise NotJavaScript(f"line {token.line}: ` without its end")


def _may_begin_regex(before: list[Token]) -> bool:
    if not before:
        return True
    last = before[-1]
    return (last.kind == "op" and last.text not in ")]}") or (last.kind == "name" and last.text in _BEFORE_REGEX)


def _unescaped(text: str) -> str:
    def meant(match: re.Match[str]) -> str:
        code = match[1] or match[2] or match[3]
        if code:
            return chr(int(code, 16))
        return "" if match[4] else _ESCAPED.get(match[5], match[5])

    return _ESCAPE.sub(meant, text)


def _line(source: str, position: int) -> int:
    return source.count("\n", 0, position) + 1
