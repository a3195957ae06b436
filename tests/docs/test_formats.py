"""The pages of the formats name what the code reads and writes."""

import re

import pytest
from docs.tour import ROOT

from todo.formats import NAMES, WRITTEN
from todo.formats.task_table_writer import COLUMNS
from todo.formats.todoist_table import FIELDS

PAGES = ROOT / "docs" / "formats"


def test_every_format_is_listed() -> None:
    rows = re.findall(r"^\| [^|]+ \| ([^|]+) \| yes \| (yes)? ?\|", (PAGES / "README.md").read_text(), re.MULTILINE)
    named = {name: bool(out) for names, out in rows for name in re.findall(r"`([\w-]+)`", names)}
    assert named == {name: name in WRITTEN for name in NAMES}


def test_every_column_of_a_table_is_listed() -> None:
    rows = re.findall(r"^\| ((?:`\w+`(?:, )?)+) \|", (PAGES / "csv.md").read_text(), re.MULTILINE)
    assert tuple(name for row in rows for name in re.findall(r"\w+", row)) == COLUMNS


@pytest.mark.parametrize("column", sorted({column for columns in FIELDS.values() for column in columns}))
def test_every_column_of_todoist_is_spoken_of(column: str) -> None:
    page = (PAGES / "todoist.md").read_text()
    assert f"`{column.removesuffix('_LANG').removesuffix('_UNIT').removeprefix('DUE_')}" in page or column == "TYPE"
