"""Todoist's CSV template: a project as its export gives it, and as its import takes it."""

from todo.formats.records import Reader, ReadOptions, Source, WriteOptions, Writer
from todo.formats.todoist_table import TodoistTable
from todo.formats.todoist_writer import TodoistWriter


def open_reader(source: Source, options: ReadOptions) -> Reader:
    """Raises Unreadable."""
    return TodoistTable(source, options)


def open_writer(options: WriteOptions) -> Writer:
    del options
    return TodoistWriter()
