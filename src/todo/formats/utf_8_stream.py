"""A file as UTF-8 without a byte order mark, in whatever encoding it is, as it streams."""

import codecs
from collections.abc import Callable
from typing import BinaryIO

from todo.formats.detection import guess_utf_16
from todo.formats.encodings import encoding_of

_TELLING = 1_024  # bytes at its beginning
# Python's decoders of these keep the mark as a character.
_MARKS = {"utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE}


def utf_8_of(stream: BinaryIO, encoding: str | None = None) -> Callable[[int], bytes]:
    """How to read `stream`: as the encoding that is named, or as UTF-16 where it begins so; else as it is.

    Bytes that its encoding does not have are U+FFFD, but what is read as it is may hold any. Raises Unreadable for a
    name that is not known.
    """
    head = _beginning(stream)
    name = encoding_of(head, encoding) if encoding else guess_utf_16(head)
    if name is None or name.startswith("utf-8"):
        return _Continued(head.removeprefix(codecs.BOM_UTF8), stream.read)
    pending = _Continued(head.removeprefix(_MARKS.get(name, b"")), stream.read)
    decoder = codecs.getincrementaldecoder(name)("replace")

    def read(size: int) -> bytes:
        while raw := pending(size):
            if text := decoder.decode(raw):
                return text.encode()
        return decoder.decode(b"", final=True).encode()

    return read


def _beginning(stream: BinaryIO) -> bytes:
    """What tells its encoding; a read may give less than it is asked for."""
    head = b""
    while len(head) < _TELLING and (more := stream.read(_TELLING - len(head))):
        head += more
    return head


class _Continued:
    """Bytes that were read already, then the rest."""

    __slots__ = ("_head", "_rest")

    def __init__(self, head: bytes, rest: Callable[[int], bytes]) -> None:
        self._head, self._rest = head, rest

    def __call__(self, size: int) -> bytes:
        if self._head:
            head, self._head = self._head, b""
            return head
        return self._rest(size)
