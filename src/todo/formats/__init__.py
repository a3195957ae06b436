"""Files of other programs, and our own: what is read becomes records, what is written comes from shapes.

Pure: files know nothing of the database, of HTTP or of services. Each format is a module with `open_reader(source,
options)`, and `open_writer(options)` where it can be written. They are imported when they are first needed, so that
this one costs nothing at the start of an environment.
"""

from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, cast

from todo.formats.detection import HEAD_BYTES, detect, recognise

if TYPE_CHECKING:
    from todo.formats.records import Reader, ReadOptions, Source, WriteOptions, Writer

__all__ = ["HEAD_BYTES", "NAMES", "WRITTEN", "detect", "open_reader", "open_writer", "recognise"]

NAMES = ("csv", "tsv", "json", "todoist", "ics", "google-tasks", "microsoft-todo", "vikunja", "archive")
WRITTEN = ("csv", "tsv", "json", "todoist", "ics", "archive")


def open_reader(name: str, source: "Source", options: "ReadOptions") -> "Reader":
    """Look at the beginning of a file of the format that is named. Raises Unreadable."""
    return cast("Reader", _module(name, NAMES).open_reader(source, options))


def open_writer(name: str, options: "WriteOptions") -> "Writer":
    """Begin a file of the format that is named, one of WRITTEN."""
    return cast("Writer", _module(name, WRITTEN).open_writer(options))


def _module(name: str, names: tuple[str, ...]) -> ModuleType:
    if name not in names:
        raise ValueError(f"{name} is not one of {', '.join(names)}")
    return import_module(f"todo.formats.{name.replace('-', '_')}")
