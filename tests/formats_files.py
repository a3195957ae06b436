"""Files in memory, and what the API can hold, for the tests of formats."""

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, BinaryIO, Self
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from todo.formats import open_reader, open_writer
from todo.formats.records import (
    ExportedList,
    ExportedMember,
    ListRecord,
    Problem,
    ReadOptions,
    Record,
    TaskRecord,
    WriteOptions,
)
from todo.services import durations, recurrence
from todo.shapes.task import Due, Reminder, Task
from todo.shapes.task_list import TaskList

NOW = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)
READ = ReadOptions(now=NOW, time_zone="Europe/Madrid", language="en")
WRITE = WriteOptions(now=NOW, time_zone="Europe/Madrid", language="en")
ZONES = (
    "Europe/Madrid", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Chatham", "UTC", "Etc/GMT+5",
    "Europe/London", "America/Sao_Paulo", "Africa/Casablanca",
)  # fmt: skip


@dataclass(frozen=True)
class InMemory:
    """A file that is bytes."""

    content: bytes
    name: str = "file"

    @property
    def size(self) -> int:
        return len(self.content)

    def open(self) -> BinaryIO:
        return Forwards(self.content)


class Forwards(io.BytesIO):
    """Bytes that can be read forwards only, a few at a time, as from a network."""

    def seekable(self) -> bool:
        return False

    def seek(self, *_: Any) -> int:
        raise io.UnsupportedOperation("seek")

    def tell(self) -> int:
        raise io.UnsupportedOperation("tell")


@dataclass(frozen=True)
class Repeated:
    """A file that is one part, over and over, between a beginning and an end; it is never whole in memory."""

    head: bytes
    part: bytes
    times: int
    tail: bytes
    name: str = "file"

    @property
    def size(self) -> int:
        return len(self.head) + len(self.part) * self.times + len(self.tail)

    def open(self) -> BinaryIO:
        many = max(1, (1 << 16) // len(self.part))
        whole, rest = divmod(self.times, many)
        parts = (self.part * many for _ in range(whole))
        return _Chunks(iter([self.head]), parts, iter([self.part * rest, self.tail]))  # type: ignore[return-value]


class _Chunks:
    def __init__(self, *chunks: Iterable[bytes]) -> None:
        self._chunks: Iterator[bytes] = (chunk for some in chunks for chunk in some)
        self._held = b""

    def read(self, size: int = -1) -> bytes:
        while len(self._held) < size and (chunk := next(self._chunks, None)) is not None:
            self._held += chunk
        found, self._held = self._held[:size], self._held[size:]
        return found

    def close(self) -> None:
        pass

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass


def read(name: str, content: bytes, called: str = "file", options: ReadOptions = READ) -> list[Record]:
    """Everything that a file of a format holds; the same each time."""
    reader = open_reader(name, InMemory(content, called), options)
    first, second = list(reader.records()), list(reader.records())
    assert first == second
    return first


def tasks(records: Iterable[Record]) -> list[TaskRecord]:
    return [record for record in records if isinstance(record, TaskRecord)]


def lists(records: Iterable[Record]) -> list[ListRecord]:
    return [record for record in records if isinstance(record, ListRecord)]


def problems(records: Iterable[Record]) -> list[tuple[int, str | None, str]]:
    """Row, column and level of each problem."""
    return [(each.row, each.column, each.level) for each in records if isinstance(each, Problem)]


def details(records: Iterable[Record]) -> list[str]:
    return [each.detail for each in records if isinstance(each, Problem)]


def written(name: str, content: Iterable[tuple[ExportedList, list[tuple[Task, str | None]]]], **more: Any) -> bytes:
    """Lists and tasks as a file."""
    writer = more.get("writer") or open_writer(name, WRITE)
    parts = [writer.begin()]
    for each, of_list in content:
        parts.append(writer.begin_list(each))
        parts += [writer.task(task, assignee) for task, assignee in of_list]
        parts += [writer.activity(row) for row in more.get("activity", ())]
        parts.append(writer.end_list())
    parts.append(writer.end())
    return b"".join(parts)


# -- what the API can hold --------------------------------------------------------------------------------------------

_LINE = st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\u2028\u2029")
_NOTE = st.characters(exclude_categories=["Cs", "Cc"], include_characters="\t\n\r\x85\x9f")
_SPICE = st.sampled_from(
    [
        "a,b",
        "a;b",
        "a\\nb",
        "\\",
        "\\,",
        '"',
        "c:d",
        "ñandú",
        "日本語のタスク",
        "👩‍👩‍👧‍👦",
        "=1+1",
        "^n",
        "é" * 40,
        "x" * 80,
    ]
)


def one_line(most: int) -> st.SearchStrategy[str]:
    """Text of one line that is not blank, and is not changed by being trimmed."""
    text = st.text(_LINE, max_size=40) | st.lists(_SPICE | st.text(_LINE, max_size=5), max_size=4).map(" ".join)
    return text.map(lambda found: found[:most].strip().strip("\ufeff\u1680\u180e")).filter(bool)


NOTES = st.text(_NOTE, max_size=60) | st.lists(_SPICE, max_size=4).map("\n".join)
DAYS = st.dates(date(1973, 1, 1), date(2999, 12, 31))
_FIRST, _LAST = datetime.fromisoformat("1973-01-02"), datetime.fromisoformat("2999-12-30")
MOMENTS = st.datetimes(_FIRST, _LAST, timezones=st.just(UTC))
RULES = st.sampled_from(
    [
        None, None, "FREQ=DAILY", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE", "FREQ=MONTHLY;BYMONTHDAY=-1",
        "FREQ=YEARLY;COUNT=3;BYMONTH=2;BYMONTHDAY=29", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;WKST=SU",
        "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO",
    ]
)  # fmt: skip


@st.composite
def dues(draw: st.DrawFn) -> Due | None:
    kind = draw(st.sampled_from(["none", "date", "moment"]))
    rule = draw(RULES)
    assert rule is None or recurrence.normalise(rule) == rule
    if kind == "none":
        return None
    if kind == "date":
        return Due(date=draw(DAYS), recurrence=rule)
    zone = draw(st.sampled_from(ZONES))
    moment = draw(MOMENTS | st.sampled_from(TWICE)).replace(microsecond=0)
    return Due(at=moment.astimezone(ZoneInfo(zone)), time_zone=zone, recurrence=rule)


# Times that clocks show twice: 25 October 2026 in Madrid and London, 1 November in New York, 5 April on Lord Howe.
TWICE = [
    datetime(2026, 10, 25, 0, 30, tzinfo=UTC) + timedelta(minutes=30 * half) for half in range(4)
] + [datetime(2026, 11, 1, 5, 30, tzinfo=UTC), datetime(2026, 11, 1, 6, 30, tzinfo=UTC)]  # fmt: skip


@st.composite
def reminders(draw: st.DrawFn, due: Due | None) -> tuple[Reminder, ...]:
    at = MOMENTS.map(lambda moment: Reminder(at=moment.replace(microsecond=0)))
    spans = st.sampled_from(["PT30M", "P1D", "P1W", "P1DT2H", "-PT9H", "PT0S", "-P2D", "PT1H30M", "P3DT0H5M", "PT90S"])
    before = spans.map(lambda span: Reminder(before=str(durations.parse(span))))
    return tuple(dict.fromkeys(draw(st.lists(at if due is None else at | before, max_size=4))))


@st.composite
def some_tasks(draw: st.DrawFn, list_id: UUID) -> list[tuple[Task, str | None]]:
    """Tasks in tree order, with whom each is assigned to."""
    found: list[tuple[Task, str | None]] = []
    for _ in range(draw(st.integers(0, 5))):
        due = draw(dues())
        completed = draw(st.booleans())
        created = draw(MOMENTS)
        assignee = draw(st.sampled_from([None, None, "ann@example.org"]))
        identity = draw(st.uuids(version=4))
        if any(identity == other.id for other, _ in found):
            continue
        parent = draw(st.sampled_from([None, *(task.id for task, _ in found)]))
        task = Task(
            id=identity,
            url=f"/v1/tasks/{identity}",
            list_id=list_id,
            parent_id=parent,
            title=draw(one_line(500)),
            notes=draw(NOTES),
            completed=completed,
            completed_at=draw(MOMENTS) if completed else None,
            priority=draw(st.integers(0, 4)),
            due=due,
            reminders=draw(reminders(due)),
            labels=tuple(dict.fromkeys(draw(st.lists(one_line(60), max_size=3)))),
            assignee_id=None if assignee is None else draw(st.uuids(version=4)),
            order=draw(st.floats(-1e15, 1e15) | st.integers(0, 100).map(float)),
            version=draw(st.integers(1, 1000)),
            created_at=created,
            updated_at=created + timedelta(seconds=draw(st.integers(0, 10**6))),
        )
        found.append((task, assignee))
    return found


@st.composite
def exports(draw: st.DrawFn) -> list[tuple[ExportedList, list[tuple[Task, str | None]]]]:
    """Lists with tasks, as an export has them."""
    found = []
    for _ in range(draw(st.integers(0, 3))):
        identity = draw(st.uuids(version=4))
        each = TaskList(
            id=identity,
            url=f"/v1/lists/{identity}",
            title=draw(one_line(500)),
            notes=draw(NOTES),
            order=draw(st.floats(-1e15, 1e15)),
            role="owner",
            version=1,
            created_at=draw(MOMENTS),
            updated_at=draw(MOMENTS),
        )
        members = (ExportedMember(address="me@example.org", name="Me", role="owner"),)
        found.append((ExportedList(list=each, members=members), draw(some_tasks(identity))))
    return found


def a_list(title: str = "Home", **fields: Any) -> ExportedList:
    """A list."""
    identity = fields.pop("id", None) or uuid4()
    known: dict[str, Any] = {"notes": "", "order": 1.0, "role": "owner", "version": 1}
    shape = TaskList(
        id=identity, url=f"/v1/lists/{identity}", title=title, created_at=NOW, updated_at=NOW, **(known | fields)
    )
    return ExportedList(list=shape, members=())


def a_task(title: str = "Pay the rent", **fields: Any) -> Task:
    """A task."""
    identity = fields.pop("id", None) or uuid4()
    known: dict[str, Any] = {
        "list_id": uuid4(), "parent_id": None, "notes": "", "completed": False, "completed_at": None, "priority": 0,
        "due": None, "reminders": (), "labels": (), "assignee_id": None, "order": 1.0, "version": 1,
    }  # fmt: skip
    known |= {"created_at": NOW, "updated_at": NOW} | fields
    return Task(id=identity, url=f"/v1/tasks/{identity}", title=title, **known)
