"""Files for the formats: in memory, made as they are read, and of anything that a task can hold."""

import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, BinaryIO
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from todo.formats import open_reader, open_writer
from todo.formats.records import ExportedList, ListRecord, Problem, ReadOptions, Record, TaskRecord, WriteOptions
from todo.services.quick_syntax.words import due_in_words
from todo.shapes.task import Due, Reminder, Task
from todo.shapes.task_list import TaskList

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
ZONES = ("Europe/Madrid", "America/New_York", "Asia/Kolkata", "UTC")


@dataclass(frozen=True)
class MemoryFile:
    """A file whose bytes are known."""

    content: bytes
    name: str = "tasks.csv"

    @property
    def size(self) -> int:
        return len(self.content)

    def open(self) -> BinaryIO:
        return io.BytesIO(self.content)


class EndlessFile(io.RawIOBase):
    """A file that is made while it is read, of the same bytes again and again."""

    def __init__(self, head: bytes, again: bytes, size: int) -> None:
        self.name = "tasks.csv"
        self.size = size
        self._head = head
        self._again = again * (65_536 // len(again) + 1)
        self._at = 0

    def open(self) -> BinaryIO:
        return io.BufferedReader(EndlessFile(self._head, self._again, self.size))

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if self._at < len(self._head):
            part = self._head
        else:
            start = (self._at - len(self._head)) % len(self._again)
            part = self._again[start : start + len(buffer)]
        part = part[: min(len(buffer), self.size - self._at)]
        buffer[: len(part)] = part
        self._at += len(part)
        return len(part)


def options(language: str = "en", **more: Any) -> ReadOptions:
    """As for somebody in Madrid."""

    def parse_due(text: str, said_in: str, zone: str) -> Mapping[str, Any] | None:
        return due_in_words(text, language=said_in, now=NOW, zone=ZoneInfo(zone))

    return ReadOptions(now=NOW, time_zone="Europe/Madrid", language=language, parse_due=parse_due, **more)


def read(content: bytes | str, name: str = "csv", **more: Any) -> list[Record]:
    """All records of a file."""
    content = content.encode() if isinstance(content, str) else content
    return list(open_reader(name, MemoryFile(content), options(**more)).records())


def tasks_of(records: Iterable[Record]) -> list[TaskRecord]:
    return [record for record in records if isinstance(record, TaskRecord)]


def lists_of(records: Iterable[Record]) -> list[ListRecord]:
    return [record for record in records if isinstance(record, ListRecord)]


def problems_of(records: Iterable[Record]) -> list[Problem]:
    return [record for record in records if isinstance(record, Problem)]


def fields_of(content: bytes | str, name: str = "csv", **more: Any) -> list[Mapping[str, Any]]:
    """The fields of all tasks of a file that has no problems."""
    records = read(content, name, **more)
    assert problems_of(records) == []
    return [task.fields for task in tasks_of(records)]


def write(
    name: str, lists: Iterable[tuple[ExportedList, list[tuple[Task, str | None]]]]
) -> tuple[bytes, list[Problem]]:
    """A file of these lists and their tasks, and what it does not hold."""
    writer = open_writer(name, WriteOptions(now=NOW, time_zone="Europe/Madrid", language="en"))
    parts = [writer.begin()]
    for each, tasks in lists:
        parts.append(writer.begin_list(each))
        parts += [writer.task(task, assignee) for task, assignee in tasks]
        parts.append(writer.end_list())
    parts.append(writer.end())
    assert writer.losses_count >= len(writer.losses)
    return b"".join(parts), writer.losses


def a_list(title: str = "Home", notes: str = "") -> ExportedList:
    moment = datetime(2026, 11, 23, 2, 15, 46, 401049, tzinfo=UTC)
    return ExportedList(
        list=TaskList(
            id=uuid4(), url="/v1/lists/x", title=title, notes=notes, order=1.0, role="owner", version=1,
            created_at=moment, updated_at=moment,
        )
    )  # fmt: skip


def a_task(title: str = "Buy milk", **fields: Any) -> Task:
    moment = datetime(2026, 11, 23, 2, 15, 46, 401049, tzinfo=UTC)
    given: dict[str, Any] = {
        "id": uuid4(), "url": "/v1/tasks/x", "list_id": uuid4(), "parent_id": None, "title": title, "notes": "",
        "completed": False, "completed_at": None, "priority": 0, "due": None, "reminders": (), "labels": (),
        "assignee_id": None, "order": 1.0, "version": 1, "created_at": moment, "updated_at": moment,
    }  # fmt: skip
    return Task(**{**given, **fields})


# What the API lets in: one line that is not blank and has no controls; titles and labels come out of it stripped.
_CHARACTERS = st.one_of(
    st.sampled_from("=+-@'\",;| \xa0\ufeff#!:/\\09aB"),
    st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]),
)
_LINES = st.text(_CHARACTERS, min_size=1, max_size=40).map(str.strip).filter(lambda text: text.strip("\ufeff") != "")
_NOTES = st.text(st.one_of(_CHARACTERS, st.sampled_from("\t\r\n")), max_size=80)
_MOMENTS = st.datetimes(datetime(1974, 1, 1), datetime(2998, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
_RULES = st.sampled_from(["FREQ=DAILY", "FREQ=MONTHLY;BYMONTHDAY=-1", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR"])


@st.composite
def dues(draw: st.DrawFn, rules: st.SearchStrategy[str] = _RULES) -> Due:
    """Any due that the API gives out: its moments are whole seconds, in their own zone."""
    rule = draw(st.none() | rules)
    if draw(st.booleans()):
        return Due(date=draw(st.dates(date(1973, 1, 2), date(2999, 12, 30))), recurrence=rule)
    zone = draw(st.sampled_from(ZONES))
    at = draw(_MOMENTS).replace(microsecond=0).astimezone(ZoneInfo(zone))
    return Due(at=at, time_zone=zone, recurrence=rule)


@st.composite
def tasks(draw: st.DrawFn) -> list[tuple[Task, str | None]]:
    """Tasks of a list, parents before children, with whom they are assigned to."""
    found: list[tuple[Task, str | None]] = []
    for _ in range(draw(st.integers(1, 4))):
        labels = {label.casefold(): label for label in draw(st.lists(_LINES, max_size=3))}
        completed = draw(st.booleans())
        ids: list[UUID | None] = [None, *(task.id for task, _ in found)]
        reminders = [
            *(Reminder(before=text) for text in draw(st.lists(st.sampled_from(["P1D", "-PT9H", "PT30M"]), max_size=2))),
            *(Reminder(at=at) for at in draw(st.lists(_MOMENTS, max_size=1))),
        ]
        task = a_task(
            draw(_LINES),
            id=draw(st.uuids(version=4)),
            notes=draw(_NOTES),
            completed=completed,
            completed_at=draw(_MOMENTS) if completed else None,
            priority=draw(st.integers(0, 4)),
            due=draw(st.none() | dues()),
            reminders=tuple(reminders),
            labels=tuple(labels.values()),
            parent_id=draw(st.sampled_from(ids)),
            order=draw(st.floats(-1e15, 1e15)),
            created_at=draw(_MOMENTS),
            updated_at=draw(_MOMENTS),
        )
        found.append((task, draw(st.none() | st.sampled_from(["ann@example.org", "=bob@example.org"]))))
    return found


def titles(max_size: int = 40) -> st.SearchStrategy[str]:
    """Titles as the API gives them out."""
    return _LINES.map(lambda text: text[:max_size].strip()).filter(lambda text: text.strip("\ufeff") != "")
