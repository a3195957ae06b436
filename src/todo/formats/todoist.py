"""Todoist's CSV template: a project as its export gives it, and as its import takes it; or a backup, a zip of them."""

from todo.formats import todoist_backup
from todo.formats.records import Reader, ReadOptions, Source, WriteOptions, Writer
from todo.formats.streamed import Streamed
from todo.formats.todoist_table import FIELDS, TodoistTable
from todo.formats.todoist_writer import TodoistWriter

_COLUMNS = {name: columns[0] for name, columns in FIELDS.items()}


def open_reader(source: Source, options: ReadOptions) -> Reader:
    """Raises Unreadable."""
    with source.open() as stream:
        is_backup = stream.read(4) == b"PK\x03\x04"
    if is_backup:
        return Streamed(_COLUMNS, lambda: todoist_backup.records(source, options))
    return TodoistTable(source, options)


def open_writer(options: WriteOptions) -> Writer:
    del options
    return TodoistWriter()
