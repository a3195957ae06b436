"""Everything of a person in one zip: todo.json, which is complete; a csv a list, for spreadsheets; README.txt.

It is written as it goes, into nothing that can be rewound, and read forwards. Reading one reads its todo.json.
"""

import io
import re
import zipfile
from typing import IO

from todo.formats import json
from todo.formats.packed import opener
from todo.formats.records import ExportedList, Problem, Reader, ReadOptions, Source, WriteOptions, Writer
from todo.formats.streamed import Streamed
from todo.shapes.activity import Activity
from todo.shapes.task import Task

_DATA = "todo.json"
_UNFIT = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*\u2028\u2029]+')
_LONGEST_NAME = 80
# Of tables that wait for todo.json to end; beyond it they lie on the disk.
_IN_MEMORY = 8 << 20
_COPIED = 1 << 16

_README = """\
Your lists, as of {at}.

todo.json    everything: lists, tasks, members, activity. It can be imported again, here or elsewhere.
lists/*.csv  the tasks of each list, for spreadsheets. A ' before = + - @ is no part of the text: it keeps
             spreadsheets from taking it for a formula.

Times are in UTC in todo.json, unless they say their zone.
"""


def open_reader(source: Source, options: ReadOptions) -> Reader:  # noqa: ARG001  # all readers are opened alike
    """An archive of ours, by its todo.json."""
    return Streamed({}, lambda: json.records(opener(source, _DATA)))


def open_writer(options: WriteOptions) -> Writer:
    """An archive of ours."""
    return ArchiveWriter(options)


class ArchiveWriter:
    """An archive, piece by piece."""

    media_type = "application/zip"
    suffix = ".zip"

    def __init__(self, options: WriteOptions) -> None:
        self._options = options
        self._sink = _Sink()
        self._zip = zipfile.ZipFile(self._sink, "w", zipfile.ZIP_DEFLATED)
        self._json = json.JsonWriter(options)
        self._data: IO[bytes] | None = None
        self._table: Writer | None = None
        self._spool: IO[bytes] | None = None
        self._names: set[str] = set()
        self._tables: list[tuple[str, int, int]] = []
        # What is lost in a csv is in the todo.json beside it.
        self.losses: list[Problem] = []
        self.losses_count = 0

    def begin(self) -> bytes:
        from tempfile import SpooledTemporaryFile

        self._spool = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115  # it is closed by end()
        readme = _README.format(at=f"{self._options.now:%Y-%m-%d %H:%M} UTC")
        self._zip.writestr(self._entry("README.txt"), readme)
        self._data = self._zip.open(self._entry(_DATA), "w", force_zip64=True)
        return self._json_part(self._json.begin())

    def begin_list(self, each: ExportedList) -> bytes:
        from todo.formats import open_writer

        self._table = open_writer("csv", self._options)
        self._tables.append((self._name(each.list.title), self._spooled(), 0))
        self._table_part(self._table.begin() + self._table.begin_list(each))
        return self._json_part(self._json.begin_list(each))

    def task(self, task: Task, assignee: str | None) -> bytes:
        if self._table is not None:
            self._table_part(self._table.task(task, assignee))
        return self._json_part(self._json.task(task, assignee))

    def activity(self, row: Activity) -> bytes:
        return self._json_part(self._json.activity(row))

    def end_list(self) -> bytes:
        if self._table is not None:
            self._table_part(self._table.end_list() + self._table.end())
        name, start, _ = self._tables.pop()
        self._tables.append((name, start, self._spooled() - start))
        return self._json_part(self._json.end_list())

    def end(self) -> bytes:
        """The rest. The tables are in a file until here, as only one file of a zip is written at a time."""
        found = [self._json_part(self._json.end())]
        if self._data is not None:
            self._data.close()
        if self._spool is not None:
            for name, start, size in self._tables:
                self._spool.seek(start)
                with self._zip.open(self._entry(f"lists/{name}.csv"), "w") as table:
                    for at in range(0, size, _COPIED):
                        table.write(self._spool.read(min(size - at, _COPIED)))
                found.append(self._sink.taken())
            self._spool.close()
        self._zip.close()
        return b"".join((*found, self._sink.taken()))

    def _json_part(self, part: bytes) -> bytes:
        if self._data is not None:
            self._data.write(part)
        return self._sink.taken()

    def _table_part(self, part: bytes) -> None:
        if self._spool is not None:
            self._spool.write(part)

    def _spooled(self) -> int:
        return 0 if self._spool is None else self._spool.tell()

    def _entry(self, name: str) -> zipfile.ZipInfo:
        entry = zipfile.ZipInfo(name, self._options.now.timetuple()[:6])
        entry.compress_type = zipfile.ZIP_DEFLATED
        entry.external_attr = 0o600 << 16
        return entry

    def _name(self, title: str) -> str:
        """A name that every file system takes, and no other list has."""
        stem = _UNFIT.sub("-", title).strip(" .-")[:_LONGEST_NAME].strip(" .") or "list"
        name, number = stem, 1
        while name.casefold() in self._names:
            number += 1
            name = f"{stem} {number}"
        self._names.add(name.casefold())
        return name


class _Sink(io.RawIOBase):
    """Where a zip is written to: it goes on to whoever asks, and cannot be rewound."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, part: "bytes | bytearray | memoryview") -> int:  # type: ignore[override]
        self._parts.append(bytes(part))
        return len(part)

    def taken(self) -> bytes:
        """What was written since the last time."""
        found = b"".join(self._parts)
        self._parts.clear()
        return found
