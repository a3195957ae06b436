"""A table as text: what separates its cells, its header, its rows."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from itertools import chain

from todo.errors import Unreadable
from todo.formats.lines import TextFile
from todo.formats.records import Problem, ReadOptions, Source

MOST_COLUMNS = 1_000
MOST_IN_A_CELL = 1024 * 1024
SEPARATORS = (",", ";", "\t", "|")
_TOO_MANY = f"Row {{}} has more than {MOST_COLUMNS:,} columns, which is what can be read."
_LOOKED_AT = 200  # rows
# The last line of every file, which is taken for text where a quotation mark is not closed. No other holds NUL.
_END = "\0end"
_UNCLOSED = "A quotation mark in this row is not closed; all that follows it was read as one cell."
_SEP_LINE = re.compile(r'"?sep=(.)"?(?:\r\n?|\n)')  # a line with which Excel is told

Row = tuple[int, list[str]]


class Table:
    """Rows of cells. `sample` is its first rows, numbered as `rows` numbers them; what is wrong with a row comes
    before it, as Problem.

    `usual` separates the cells where nothing tells.
    """

    def __init__(self, source: Source, options: ReadOptions, usual: str) -> None:
        self._file = TextFile(source, options.encoding)
        head = self._file.head.removeprefix("\ufeff")
        told = _SEP_LINE.match(head)
        self._has_sep_line = told is not None
        start = head[told.end() :] if told else head
        self.separator = options.separator or (told[1] if told else _separator_of(start, usual))
        if len(self.separator) != 1 or self.separator in '"\r\n\0':
            raise Unreadable("Expected one character that separates the cells, such as , or ;")
        self.sample: list[Row] = [row for row in enumerate(_rows_of(start, self.separator), 1) if any(row[1])]
        if not self.sample:
            self._refuse_what_is_no_table()
            raise Unreadable("The file holds no rows.")

    def rows(self) -> Iterator[Row | Problem]:
        """Every row, from 1, that is not blank. Raises Unreadable."""
        _allow_long_cells()
        lines = self._file.lines(self.separator)
        feed = chain(lines, [_END])
        if self._has_sep_line:
            next(feed, None)
        reader = csv.reader(feed, delimiter=self.separator)
        number, foreign_told = 0, False
        while True:
            lines.length = 0
            try:
                cells = next(reader, None)
            except csv.Error as error:
                raise Unreadable(_says(error, number + 1)) from error
            if cells is None or cells == [_END]:
                return
            number += 1
            if cells and cells[-1].endswith(_END):
                cells[-1] = cells[-1].removesuffix(_END)
                yield Problem(row=number, column=None, detail=_UNCLOSED, level="loss")
            if lines.had_nul:
                lines.had_nul = False
                yield Problem(row=number, column=None, detail="NUL characters were taken out.", level="loss")
            if lines.was_foreign and not foreign_told:
                foreign_told = True
                yield Problem(row=number, column=None, detail=self._foreign(), level="loss")
            if len(cells) > MOST_COLUMNS:
                raise Unreadable(_TOO_MANY.format(number))
            if any(cells):
                yield number, cells

    def _refuse_what_is_no_table(self) -> None:
        """Whatever is wrong with the first row is said by reading it."""
        for _ in self.rows():
            return

    def _foreign(self) -> str:
        return (
            f"From here on there are bytes that {self._file.encoding} does not have; they were read as well as "
            "possible. Look at the text, or say which `encoding` the file has."
        )


def named(header: Sequence[str]) -> tuple[str, ...]:
    """The names of the columns: none twice, and none empty but for those at the end, which are cut off."""
    cells = [cell.strip() for cell in header]
    while cells and not cells[-1]:
        cells.pop()
    names: list[str] = []
    for place, cell in enumerate(cells):
        name, count = cell or f"({_letters(place)})", 1
        while name in names:
            count += 1
            name = f"{cell} ({count})"
        names.append(name)
    return tuple(names)


def _letters(place: int) -> str:
    """How spreadsheets call the column."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _rows_of(head: str, separator: str) -> list[list[str]]:
    """The first rows; the last one may be cut, where the text is."""
    _allow_long_cells()
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(head.replace("\0", ""), newline=""), delimiter=separator):
            if len(row) > MOST_COLUMNS:
                raise Unreadable(_TOO_MANY.format(len(rows) + 1))
            rows.append(row)
            if len(rows) >= _LOOKED_AT:
                break
    except csv.Error as error:
        if not rows:
            raise Unreadable(_says(error, 1)) from error
    return rows


def _separator_of(head: str, usual: str) -> str:
    """By which the first rows have most cells alike."""
    best, found = (1.0, False), usual
    for separator in sorted(SEPARATORS, key=lambda each: each != usual):
        try:
            rows = [row for row in _rows_of(head[: _LOOKED_AT * 1_000], separator)[:50] if any(row)]
        except Unreadable:
            if separator in head[:1_000]:
                raise
            continue
        if not rows:
            continue
        width = len(rows[0])
        alike = sum(len(row) == width for row in rows) / len(rows)
        score = (width * alike if width > 1 else 1.0, separator == usual)
        if score > best:
            best, found = score, separator
    return found


def _allow_long_cells() -> None:
    # The limit is one of the process; ours is the only part of it that reads tables.
    if csv.field_size_limit() != MOST_IN_A_CELL:
        csv.field_size_limit(MOST_IN_A_CELL)


def _says(error: csv.Error, row: int) -> str:
    if "field larger" in str(error):
        return (
            f"A cell of row {row} is longer than 1 MiB. Is this a table? If it is, a quotation mark may not be closed."
        )
    return f"Row {row} cannot be read as a row of a table."
