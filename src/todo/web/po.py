"""Reading gettext's `.po` files as translators write them, so that a language is one file and nothing is compiled.

https://www.gnu.org/software/gettext/manual/html_node/PO-Files.html
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_LINE = re.compile(r'(?:(msgctxt|msgid|msgid_plural|msgstr|msgstr\[(\d)\])\s+)?"((?:[^"\\]|\\.)*)"')
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "\\": "\\"}


class NotPo(ValueError):
    """The text is not a `.po` file; the message names the line."""


@dataclass(slots=True)
class Message:
    """One text and its translation. `forms` has one, or as many as the language has plurals; "" is untranslated.

    `places` are the files that say it.
    """

    text: str = ""
    context: str | None = None
    plural: str | None = None
    forms: list[str] = field(default_factory=list)
    places: list[str] = field(default_factory=list)
    is_fuzzy: bool = False

    @property
    def is_translated(self) -> bool:
        """Whether somebody said how this is said, and was sure."""
        return not self.is_fuzzy and bool(self.forms) and all(self.forms)


@dataclass(frozen=True, slots=True)
class Po:
    """The header's fields by their names in lower case, and the messages."""

    header: dict[str, str]
    messages: list[Message]


def parse(content: str) -> Po:
    """Read a file. What is obsolete is left out. Raises NotPo."""
    messages = [message for block in _blocks(content) if (message := _message(block)) is not None]
    fields = [message for message in messages if not message.text and message.context is None]
    header: dict[str, str] = {}
    for line in "".join(fields[0].forms if fields else ()).splitlines():
        name, _, value = line.partition(":")
        header[name.strip().lower()] = value.strip()
    return Po(header, [message for message in messages if message not in fields])


def _blocks(content: str) -> Iterator[list[tuple[int, str]]]:
    """The lines of each message, with their numbers: a message ends where the next begins, blank line or not."""
    block: list[tuple[int, str]] = []
    is_complete = False  # its msgstr has begun
    for number, raw in enumerate(content.splitlines(), 1):
        line = raw.strip().removeprefix("\ufeff")
        if not line or (is_complete and line.startswith(("#", "msgid ", "msgctxt "))):
            yield block
            block, is_complete = [], False
        if line:
            block.append((number, line))
            is_complete = is_complete or line.startswith("msgstr")
    yield block


def _message(block: list[tuple[int, str]]) -> Message | None:
    message = Message()
    parts: dict[str, str] = {}
    part = ""
    for number, line in block:
        if line.startswith("#"):
            if line.startswith("#:"):
                message.places += line[2:].split()
            elif line.startswith("#,"):
                message.is_fuzzy = message.is_fuzzy or "fuzzy" in line
            continue
        match = _LINE.fullmatch(line)
        if not match or not (match[1] or part):
            raise NotPo(f'line {number}: expected msgid "…", msgstr "…" or "…"')
        part = match[1] or part
        if match[1] in parts:
            raise NotPo(f"line {number}: {match[1]} is given twice")
        parts[part] = parts.get(part, "") + _unescaped(match[3])
    if not parts:
        return None
    if "msgid" not in parts:
        raise NotPo(f"line {block[0][0]}: a message without msgid")
    message.text = parts["msgid"]
    message.context = parts.get("msgctxt")
    message.plural = parts.get("msgid_plural")
    message.forms = [text for name, text in sorted(parts.items()) if name.startswith("msgstr")]
    return message


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", lambda found: _ESCAPED.get(found[1], found[0]), text) if "\\" in text else text
