"""iCalendar (RFC 5545), by its tasks."""

from todo.formats.ics_reader import IcsReader
from todo.formats.ics_writer import IcsWriter
from todo.formats.records import ReadOptions, Source, WriteOptions


def open_reader(source: Source, options: ReadOptions) -> IcsReader:
    """A file of calendars."""
    return IcsReader(source, options)


def open_writer(options: WriteOptions) -> IcsWriter:
    """A file of calendars."""
    return IcsWriter(options)
