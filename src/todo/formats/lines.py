"""The lines of a text file, one after the other, however large it is and whatever is in it."""

import io
import re
from collections.abc import Iterator

from todo.errors import Unreadable
from todo.formats.detection import text_of
from todo.formats.encodings import encoding_of, head_of
from todo.formats.records import Source

LONGEST_LINE = 16 * 1024 * 1024
_CHUNK = 64 * 1024
# So many may be within cells; as the ends of cells they would cost more memory than the line.
_MOST_SEPARATORS = 250_000
# Bytes that the encoding does not have: as Python marks them in UTF-8, and in the others.
_MARKED = re.compile("[\udc80-\udcff]")
_FOREIGN = {0xDC00 + byte: bytes([byte]).decode("cp1252", errors="ignore") for byte in range(0x80, 0x100)}


class TextFile:
    """A file with its encoding, and the text that it begins with."""

    def __init__(self, source: Source, encoding: str | None) -> None:
        with source.open() as file:
            head = head_of(file)
        if not head.strip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n"):
            raise Unreadable("The file is empty.")
        if encoding is None and text_of(head) is None:
            raise Unreadable("The file is no text. Of a spreadsheet, save the sheet as CSV.")
        self.encoding = encoding_of(head, encoding)
        self.head = self._decoded(head)
        self._source = source

    def lines(self, separator: str) -> "Lines":
        """All lines of a table, from the first one on."""
        return Lines(self._source, self.encoding, separator)

    def _decoded(self, head: bytes) -> str:
        with io.TextIOWrapper(io.BytesIO(head), encoding=self.encoding, errors="replace", newline="") as text:
            return text.read()


class Lines:
    """The lines with their ends, as they are read. What was found in the last of them is told by its fields.

    `had_nul`: it held NUL, which is taken out. `was_foreign`: it held bytes that the encoding does not have, which were
    read as Windows-1252, or replaced.
    """

    def __init__(self, source: Source, encoding: str, separator: str) -> None:
        self._separator = separator
        self._source = source
        self._encoding = encoding
        self._in_utf_8 = encoding.startswith("utf-8")
        self.length = 0  # characters since it was set to 0
        self.number = 0
        self.had_nul = self.was_foreign = False

    def __iter__(self) -> Iterator[str]:
        errors = "surrogateescape" if self._in_utf_8 else "replace"
        with (
            self._source.open() as raw,
            io.TextIOWrapper(raw, encoding=self._encoding, errors=errors, newline="") as text,
        ):
            while line := text.readline(LONGEST_LINE):  # bounded, which iterating over it is not
                self.number += 1
                self.length += len(line)
                if self.length >= LONGEST_LINE:
                    raise Unreadable(
                        f"Line {self.number} is part of a row of more than 16 MiB. Is this a table? If it is, a "
                        "quotation mark may not be closed."
                    )
                if len(line) > _CHUNK and line.count(self._separator) > _MOST_SEPARATORS:
                    raise Unreadable(f"Line {self.number} is part of a row of more columns than can be read.")
                if self.number == 1:
                    line = line.removeprefix("\ufeff")
                yield line if line.isascii() and "\0" not in line else self._mended(line)

    def _mended(self, line: str) -> str:
        if "\0" in line:
            self.had_nul = True
            line = line.replace("\0", "")
        if self._in_utf_8:
            if _MARKED.search(line):
                self.was_foreign = True
                line = line.translate(_FOREIGN)
        elif "\ufffd" in line:
            self.was_foreign = True
        return line
