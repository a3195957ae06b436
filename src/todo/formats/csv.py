"""Comma-separated values, as spreadsheets and other programs write them."""

from todo.formats.records import Reader, ReadOptions, Source, WriteOptions, Writer
from todo.formats.task_table import TaskTable
from todo.formats.task_table_writer import TaskTableWriter


def open_reader(source: Source, options: ReadOptions) -> Reader:
    """Raises Unreadable."""
    return TaskTable(source, options, ",")


def open_writer(options: WriteOptions) -> Writer:
    del options
    # Without the mark Excel reads UTF-8 as Windows-1252.
    return TaskTableWriter(separator=",", media_type="text/csv; charset=utf-8", suffix=".csv", mark=b"\xef\xbb\xbf")
