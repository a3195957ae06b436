"""What passes between files and the product: records that are read, shapes that are written."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO, Literal, Protocol

from todo.shapes.activity import Activity
from todo.shapes.task import Task
from todo.shapes.task_list import TaskList

# The due that a text of a language means in a time zone, as in NewTask; None where it is not understood.
ParseDue = Callable[[str, str, str], Mapping[str, Any] | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRecord:
    """A list that the file holds. It comes before its tasks.

    `row` counts from 1: a line's number in a table (its header is row 1), else the item's place in the file. `own_id`
    is the other program's id of it, stable over its exports; None where the file has none.
    """

    row: int
    key: str
    own_id: str | None
    title: str
    notes: str = ""
    order: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRecord:
    """A task that the file holds. `key` names it within the file: its own id, else its row.

    `list_key` is None where the file names no list. The parent may come later in the file, or never. `fields` is what
    JSON can hold, as in NewTask (title, notes, completed, priority, due, reminders, labels, order), and besides
    completed_at, created_at, updated_at (RFC 3339 text) and assignee (an e-mail address); what is not there is as it
    is by default.
    """

    row: int
    key: str
    own_id: str | None
    list_key: str | None
    parent_key: str | None
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What did not go in, or out, as it was.

    `column` is as the file calls it; `detail` is one sentence: what was expected, what to do. `error`: the row was
    left out; `loss`: it went in, but for this. `item` is the title, where it is known.
    """

    row: int
    column: str | None
    detail: str
    level: Literal["error", "loss"]
    item: str | None = None


Record = ListRecord | TaskRecord | Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOptions:
    """How a file is to be read: for whom, and what is known of it.

    `mapping` is field -> column, for csv and tsv; None: it is guessed. `parse_due` understands dates as people write
    them; None: only dates in figures are read.
    """

    now: datetime
    time_zone: str
    language: str
    mapping: Mapping[str, str] | None = None
    encoding: str | None = None
    separator: str | None = None
    parse_due: ParseDue | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteOptions:
    """How a file is to be written: for whom, and when."""

    now: datetime
    time_zone: str
    language: str


class Source(Protocol):
    """A file that can be read from its beginning as often as wanted, forwards only."""

    @property
    def name(self) -> str: ...
    @property
    def size(self) -> int: ...
    def open(self) -> BinaryIO: ...


class Reader(Protocol):
    """A file as records, streamed: the same ones each time.

    `columns` is field -> the file's column, for messages, and the mapping that a preview shows; `header` is all
    columns of a table, () elsewhere.
    """

    @property
    def columns(self) -> Mapping[str, str]: ...
    @property
    def header(self) -> tuple[str, ...]: ...
    def records(self) -> Iterator[Record]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedMember:
    """Somebody who has a list, by address."""

    address: str
    name: str
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedList:
    """A list with those who have it."""

    list: TaskList
    members: tuple[ExportedMember, ...] = ()


class Writer(Protocol):
    """Lists and tasks as a file, piece by piece: begin, (begin_list, task…, activity…, end_list)…, end.

    Tasks come in tree order: parents before children, siblings by order; `assignee` is an address. `losses` is what
    the format cannot hold, item by item (`row` is the place of the task in the export), at most MOST_LOSSES of
    `losses_count`.
    """

    media_type: str
    suffix: str
    losses: list[Problem]
    losses_count: int

    def begin(self) -> bytes: ...
    def begin_list(self, each: ExportedList) -> bytes: ...
    def task(self, task: Task, assignee: str | None) -> bytes: ...
    def activity(self, row: Activity) -> bytes: ...
    def end_list(self) -> bytes: ...
    def end(self) -> bytes: ...


MOST_LOSSES = 1_000
