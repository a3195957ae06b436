"""However large a table is, and whatever is in it, it costs little memory and ends in a clear word."""

import os
import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest
from table_files import EndlessFile, options

from todo.errors import Unreadable
from todo.formats import open_reader
from todo.formats.records import TaskRecord

MIB = 1024 * 1024
LATE = b"title,notes\n" + (b"Milk," + b"x" * 8_000 + b"\n") * 140  # more than is looked at before
LONG = bool(os.environ.get("PROVE"))


@pytest.fixture
def peak() -> Iterator[Any]:
    """How many bytes were held at most, beyond those at the start."""
    tracemalloc.start()
    tracemalloc.reset_peak()
    before = tracemalloc.get_traced_memory()[0]
    yield lambda: tracemalloc.get_traced_memory()[1] - before
    tracemalloc.stop()


def count(name: str, file: EndlessFile) -> int:
    return sum(isinstance(each, TaskRecord) for each in open_reader(name, file, options()).records())


@pytest.mark.parametrize("name", ["csv", "todoist"])
def test_memory_is_flat_however_many_rows(name: str, peak: Any) -> None:
    head = b"title,notes,labels,due\n" if name == "csv" else b"TYPE,CONTENT,DESCRIPTION,INDENT\n"
    row = (
        b'Buy milk,"two litres\nof it","home, shop",2026-12-01\n' if name == "csv" else b"task,Buy milk,two litres,1\n"
    )
    size = (64 if LONG else 2) * MIB
    # The last row may be cut.
    assert count(name, EndlessFile(head, row, size)) == pytest.approx(size / len(row), rel=0.01)
    assert peak() < 24 * MIB


@pytest.mark.parametrize(
    ("head", "again", "says"),
    [
        (b"title,notes\n", b"x", "row"),
        (b"title,notes\n", b"x,", "row"),
        (b"title,notes\n", b"\0", "no text"),
        (LATE, b"\0", "row"),
        (LATE, b"ab,", "row"),
        (b"title,notes\n", "\N{SNOWMAN}\N{GRINNING FACE}".encode(), "row"),
        (b"title,notes\n", b'"', "row"),
        (b"title,notes\n", b"\xff", "row"),
        (b'title,notes\n"', b"x\n", "row"),
        (b"", b"x", "row"),
        (b"", b",", "columns"),
    ],
    ids=[
        "letters",
        "cells",
        "nul",
        "late nul",
        "late cells",
        "emoji",
        "quotes",
        "no utf-8",
        "open quote",
        "header",
        "columns",
    ],
)
def test_a_line_of_100_mb_is_refused_before_it_is_read(head: bytes, again: bytes, says: str, peak: Any) -> None:
    with pytest.raises(Unreadable, match=f"(?i){says}"):
        count("csv", EndlessFile(head, again, 100 * MIB))
    assert peak() < 180 * MIB


def test_rows_of_long_cells_are_held_one_at_a_time(peak: Any) -> None:
    cell = b'"' + b"x" * (MIB - 100) + b'"'
    file = EndlessFile(b"title,notes,a,b,c\n", b"Milk," + b",".join([cell] * 4) + b"\n", 48 * MIB)
    assert count("csv", file) == 13  # of which the last one is cut
    assert peak() < 100 * MIB
