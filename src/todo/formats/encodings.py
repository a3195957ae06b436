"""In which encoding a file's text is."""

import codecs
import re
from typing import BinaryIO

from todo.errors import Unreadable
from todo.formats.detection import guess_utf_16

SAMPLE_BYTES = 1024 * 1024
_LOOKED_AT = 64 * 1024
_CLOSE = 0.1  # of how much a text looks like one of a language, from 0 to 1
# Those that programs write, of which any may be asked for. Python has others, which are not meant for files.
_KNOWN = re.compile(
    r"utf-(8|8-sig|16|16-le|16-be)|ascii|iso8859-\d+|cp(125\d|437|85\d|866|874|932|936|949|950)|koi8-[ru]|mac-roman"
    r"|shift_jis|euc_jp|euc_kr|gbk?|gb2312|gb18030|big5"
)
# What charset-normalizer may choose from: encodings that spreadsheets and browsers write.
_GUESSED = [
    "cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "koi8_r", "shift_jis", "euc_jp", "gb18030",
    "big5", "euc_kr", "mac_roman", "cp437", "cp850",
]  # fmt: skip


def encoding_of(head: bytes, asked: str | None) -> str:
    """The encoding of a file that begins so: the one that is asked for, else what its bytes tell.

    Where they hold nothing but ASCII it is UTF-8. Raises Unreadable for one that is not known.
    """
    utf_16 = guess_utf_16(head)
    if asked:
        name = _named(asked)
        # Python wants a mark for it. Without one, Windows' order is what nearly all programs write (WHATWG, too).
        return (utf_16 or "utf-16-le") if name == "utf-16" else name
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if utf_16:
        return utf_16
    return "utf-8" if _is_utf_8(head) else _guessed(head)


def head_of(file: BinaryIO) -> bytes:
    """The beginning of a file, as much as is looked at; a read may give less than it is asked for."""
    parts, missing = [], SAMPLE_BYTES
    while missing and (part := file.read(missing)):
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)


def _named(asked: str) -> str:
    try:
        name = codecs.lookup(asked).name
    except (LookupError, ValueError):
        name = ""
    if not _KNOWN.fullmatch(name):
        raise Unreadable("The encoding is not known. Expected one such as utf-8, utf-16, windows-1252 or iso-8859-1.")
    # What calls itself Latin-1 is Windows-1252 nearly always, and the same but for characters that nobody writes.
    return {"iso8859-1": "cp1252", "utf-8": "utf-8-sig"}.get(name, name)


def _is_utf_8(head: bytes) -> bool:
    """Whether it is UTF-8, but for some bytes that got in from elsewhere."""
    text = codecs.getincrementaldecoder("utf-8")("surrogateescape").decode(head)
    foreign = sum(map(text.count, {char for char in text if "\udc80" <= char <= "\udcff"})) if not text.isascii() else 0
    return foreign == 0 or foreign * 2 <= len(text) - len(text.encode("ascii", "ignore"))


def _guessed(head: bytes) -> str:
    """By the letters of the lines that are not ASCII; Windows-1252, where no other is clearly likelier."""
    from charset_normalizer import from_bytes

    lines = [line for line in head.splitlines()[:20_000] if not line.isascii()]
    sample = b"\n".join(lines)[:_LOOKED_AT]
    found = from_bytes(sample, cp_isolation=_GUESSED, enable_fallback=False, preemptive_behaviour=False)
    best = found.best()
    western = [match for match in found if "cp1252" in match.could_be_from_charset]
    if best is None or any(
        match.chaos <= best.chaos and match.coherence >= best.coherence - _CLOSE for match in western
    ):
        return "cp1252"
    return best.encoding
