"""Tab-separated values."""

from todo.formats.records import Reader, ReadOptions, Source, WriteOptions, Writer
from todo.formats.task_table import TaskTable
from todo.formats.task_table_writer import TaskTableWriter


def open_reader(source: Source, options: ReadOptions) -> Reader:
    """Raises Unreadable."""
    return TaskTable(source, options, "\t")


def open_writer(options: WriteOptions) -> Writer:
    del options
    media_type = "text/tab-separated-values; charset=utf-8"
    return TaskTableWriter(separator="\t", media_type=media_type, suffix=".tsv", mark=b"")
