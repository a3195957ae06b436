"""A person's archive: one zip, written into nothing that can be rewound."""

import io
import zipfile

import pytest
from formats_files import READ, WRITE, InMemory, a_list, a_task, lists, read, tasks, written

from todo.errors import Unreadable
from todo.formats import detect, open_reader, open_writer
from todo.formats.records import ExportedList
from todo.shapes.task import Task

CONTENT: list[tuple[ExportedList, list[tuple[Task, str | None]]]] = [
    (a_list("Home/work: “a”"), [(a_task("One"), None), (a_task("=SUM(1)"), "ann@example.org")]),
    (a_list("home-work- “a”"), []),
    (a_list("..", order=2.0), [(a_task("Two"), None)]),
]


def test_an_archive_holds_json_tables_and_a_word() -> None:
    raw = written("archive", CONTENT)
    with zipfile.ZipFile(io.BytesIO(raw)) as file:
        assert file.testzip() is None
        assert file.namelist() == [
            "README.txt", "todo.json", "lists/Home-work- “a”.csv", "lists/home-work- “a” 2.csv", "lists/list.csv",
        ]  # fmt: skip
        assert file.read("todo.json") == written("json", CONTENT)
        assert file.read("lists/list.csv") == written("csv", CONTENT[2:])
        assert b"todo.json" in file.read("README.txt")


def test_an_archive_is_read_by_its_json() -> None:
    raw = written("archive", CONTENT)
    assert detect("archive.zip", raw) == "archive"
    records = read("archive", raw)
    assert records == read("json", written("json", CONTENT))
    assert (len(lists(records)), len(tasks(records))) == (3, 3)


def test_the_zip_comes_piece_by_piece() -> None:
    writer = open_writer("archive", WRITE)
    writer.begin()
    writer.begin_list(a_list())
    early = sum(len(writer.task(a_task("x" * 400, notes=str(number) * 40), None)) for number in range(2_000))
    assert early > 10_000
    writer.end_list()
    writer.end()


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"\x89PNG", written("json", [])[:10]])
def test_what_is_no_archive_is_refused(content: bytes) -> None:
    with pytest.raises(Unreadable):
        list(open_reader("archive", InMemory(content), READ).records())


def test_a_truncated_archive_is_refused() -> None:
    raw = written("archive", CONTENT)
    with pytest.raises(Unreadable):
        list(open_reader("archive", InMemory(raw[: raw.index(b"lists/") - 200]), READ).records())
