"""Todoist's backup: a zip with a template of each project, which is called `Name [id].csv`."""

import re
from collections.abc import Iterator
from dataclasses import replace

from todo.errors import Unreadable
from todo.formats.item import Item
from todo.formats.memory_file import MemoryFile
from todo.formats.records import ListRecord, Problem, ReadOptions, Record, Source, TaskRecord
from todo.formats.todoist_table import TodoistTable
from todo.formats.zip_stream import ZipMember, members

# A project has at most some hundreds of tasks, with 500 comments each: none comes near it.
LARGEST_PROJECT = 32 << 20
_ID = re.compile(r"\s*\[[0-9A-Za-z]+\]\Z")


def records(source: Source, options: ReadOptions) -> Iterator[Record]:
    """Each project as a list, with its tasks. Rows are numbered from the first file to the last.

    Each is held in memory, since a zip is read forwards only, and a table twice. Raises Unreadable where there is no
    project, or one cannot be read to its end.
    """
    row, is_backup, why = 0, False, "The zip holds no project of Todoist: there is no CSV file in it."
    with source.open() as stream:
        for number, member in enumerate(members(stream)):
            if not member.name.lower().endswith(".csv"):
                continue
            try:
                table = TodoistTable(MemoryFile(member.name, _content(member)), options)
            except Unreadable as error:
                why = f"“{member.name}” in the zip was left out: {error.detail}"
                yield Problem(row=max(row, 1), column=None, detail=why, level="loss")
                continue
            is_backup = True
            for record in _project(table, member.name, str(number), row):
                row = max(row, record.row)
                yield record
    if not is_backup:
        raise Unreadable(why)


def _content(member: ZipMember) -> bytes:
    """Raises Unreadable for what is too large to be a project."""
    parts, size = [], 0
    while part := member.read():
        size += len(part)
        if size <= LARGEST_PROJECT:
            parts.append(part)
    if size > LARGEST_PROJECT:
        raise Unreadable(f"It is larger than {LARGEST_PROJECT >> 20} MiB. Take it out of the zip, and import it alone.")
    return b"".join(parts)


def _project(table: TodoistTable, file: str, key: str, above: int) -> Iterator[Record]:
    """The list that a project becomes, and all that is in it. Raises Unreadable."""
    item = Item(above + 1)
    title, _ = item.named(_ID.sub("", file.rpartition("/")[2][: -len(".csv")]), "CONTENT")
    yield ListRecord(row=item.row, key=key, own_id=None, title=title or "Untitled")
    yield from item.problems
    try:
        for record in table.records():
            row = above + record.row
            if isinstance(record, TaskRecord):
                parent = record.parent_key and f"{key} {record.parent_key}"
                yield replace(record, row=row, key=f"{key} {record.key}", parent_key=parent, list_key=key)
            elif isinstance(record, Problem):
                yield replace(record, row=row, detail=f"{record.detail} (“{title}”, row {record.row})")
    except Unreadable as error:
        raise Unreadable(f"“{file}” in the zip cannot be read: {error.detail}") from error
