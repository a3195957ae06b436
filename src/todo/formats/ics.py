"""iCalendar (RFC 5545), by its tasks."""

from todo.formats.ics_reader import CalendarsReading
from todo.formats.ics_todo import COLUMNS
from todo.formats.ics_writer import IcsWriter
from todo.formats.records import Reader, ReadOptions, Source, WriteOptions, Writer
from todo.formats.streamed import Streamed


def open_reader(source: Source, options: ReadOptions) -> Reader:
    """A file of calendars."""
    return Streamed(COLUMNS, lambda: CalendarsReading(source, options).records())


def open_writer(options: WriteOptions) -> Writer:
    """A file of calendars."""
    return IcsWriter(options)
