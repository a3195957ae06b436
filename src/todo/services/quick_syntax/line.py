"""A line as its words: where each stands, what it reads as, and which of them are signs, quoted or escaped."""

import re
import unicodedata
from dataclasses import dataclass

# What separates words: the same set in every language of programming, which `\s` is not.
_RANGES = ((0x00, 0x20), (0x7F, 0xA0), (0x1680, 0x1680), (0x2000, 0x200A), (0x2028, 0x2029), (0x202F, 0x202F),
           (0x205F, 0x205F), (0x3000, 0x3000), (0xFEFF, 0xFEFF))  # fmt: skip
BLANKS = "".join(chr(code) for first, last in _RANGES for code in range(first, last + 1))
_WORD = re.compile(f"[^{re.escape(BLANKS)}]+")
_TAIL = ",;:.!?)"
_CLOSING = {'"': '"', "“": "”", "«": "»"}
_SIGNS = "#+!"


@dataclass(frozen=True, slots=True)
class Token:
    """A word of the line, `line[start:end]`; `stop` is where the punctuation behind it begins.

    `word` is what it reads as, None where it is not to be read. `sign` is `#`, `+`, `!` or "", `name` what it names.
    """

    start: int
    stop: int
    end: int
    word: str | None
    tail: str = ""
    sign: str = ""
    name: str = ""
    escaped: bool = False

    @property
    def goes_on(self) -> bool:
        """Whether what is said may go on with the next word: a comma or a full stop does not end it."""
        return self.tail in ("", ",", ".")

    @property
    def mark_end(self) -> int:
        """Where a mark that ends with this word ends: a comma goes with it, an exclamation mark does not."""
        return self.stop + len(self.tail) - len(self.tail.lstrip(",;:."))


def tokens(line: str) -> list[Token]:
    """The words of a line, in order."""
    found = []
    unclosed: set[str] = set()
    at = 0
    while (match := _WORD.search(line, at)) is not None:
        start = match.start()
        sign = line[start] if line[start] in "#+" else ""
        quote = start + len(sign)
        close = _closing(line, quote, unclosed)
        end = match.end()
        if close is not None:
            after = _WORD.match(line, close + 1)
            end = after.end() if after else close + 1
        token = _token(line, start, end)
        if close is not None:
            whole = sign != "" and token.stop == close + 1
            token = Token(start, token.stop, end, None, token.tail)
            if whole:
                token = Token(start, token.stop, end, None, token.tail, sign, trim(line[quote + 1 : close]))
        found.append(token)
        at = end
    return found


def fold(text: str) -> str:
    """Text as it is compared: lower case, without accents."""
    decomposed = unicodedata.normalize("NFD", text.lower().replace("’", "'"))
    return re.sub("[\u0300-\u036f]", "", decomposed)


def trim(text: str, also: str = "", *, start: bool = True, end: bool = True) -> str:
    """Text without the blanks around it, and other characters that hang there."""
    # No regular expression: looking for blanks at the end of a text, it would try from each blank within.
    characters = BLANKS + also
    text = text.lstrip(characters) if start else text
    return text.rstrip(characters) if end else text


def _closing(line: str, at: int, unclosed: set[str]) -> int | None:
    """Where the quotation that begins at `at` is closed."""
    quote = line[at] if at < len(line) else ""
    closing = _CLOSING.get(quote)
    if closing is None or quote in unclosed:
        return None
    close = line.find(closing, at + 1)
    if close < 0:
        unclosed.add(quote)  # nor is a later one
    return close if close > at + 1 else None


def _token(line: str, start: int, end: int) -> Token:
    stop = end
    while stop > start and line[stop - 1] in _TAIL:
        stop -= 1
    core, tail = line[start:stop], line[stop:end]
    if core[:1] == "\\" and len(core) > 1:
        return Token(start, stop, end, None, tail, escaped=True)
    if core[:1] in _SIGNS and len(core) > 1:
        return Token(start, stop, end, None, tail, core[0], core[1:])
    return Token(start, stop, end, fold(core) if core else None, tail)
