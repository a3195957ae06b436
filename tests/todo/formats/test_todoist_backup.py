"""Todoist's backup goes in as it is downloaded: each project is a list."""

import io
import zipfile

import pytest
from formats_files import READ, InMemory, lists, problems, read, tasks

from todo.errors import Unreadable
from todo.formats import detect, todoist_backup
from todo.formats.records import Problem

COLUMNS = "TYPE,CONTENT,DESCRIPTION,PRIORITY,INDENT,AUTHOR,RESPONSIBLE,DATE,DATE_LANG,TIMEZONE"
INBOX = f"{COLUMNS}\r\ntask,Call Kim @phone,,1,1,,,2026-12-01,en,\r\ntask,Find the number,,4,2,,,,en,\r\n"
HOUSE = f"{COLUMNS}\r\nsection,Roof,,,,,,,,\r\ntask,Count the tiles,,4,1,,,one fine day,en,\r\n,,,,,,,,,\r\n"


def backup(method: int = zipfile.ZIP_DEFLATED, **files: str | bytes) -> bytes:
    """A zip of projects, each called by its title."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", method) as archive:
        for number, (title, content) in enumerate(files.items()):
            archive.writestr(f"{title} [22033061{number}].csv", content)
    return held.getvalue()


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_each_project_is_a_list(method: int) -> None:
    content = backup(method, Inbox=INBOX, **{"Zoë’s house": HOUSE.encode("utf-8-sig")})
    assert detect("todoist_2026-11-27.zip", content) == "todoist"
    records = read("todoist", content)
    inbox, house = lists(records)
    assert [inbox.title, house.title] == ["Inbox", "Zoë’s house"]
    call, number, roof, tiles = tasks(records)
    assert [(each.fields["title"], each.list_key) for each in (call, number, roof, tiles)] == [
        ("Call Kim", inbox.key),
        ("Find the number", inbox.key),
        ("Roof", house.key),
        ("Count the tiles", house.key),
    ]
    assert call.fields["labels"] == ("phone",)
    assert [each.parent_key for each in (call, number, roof, tiles)] == [None, call.key, None, roof.key]
    assert len({each.row for each in tasks(records)}) == len({each.key for each in tasks(records)}) == 4


def test_what_is_told_names_the_project_and_its_row() -> None:
    records = read("todoist", backup(Inbox=INBOX, House=HOUSE))
    (told,) = (each for each in records if isinstance(each, Problem) and each.column == "DATE")
    assert "one fine day" in told.detail
    assert told.detail.endswith("(“House”, row 3)")
    assert told.row == next(each.row for each in tasks(records) if each.fields["title"] == "Count the tiles")


def test_an_empty_project_is_an_empty_list() -> None:
    records = read("todoist", backup(Someday=f"{COLUMNS}\r\n", Inbox=INBOX))
    assert [each.title for each in lists(records)] == ["Someday", "Inbox"]
    assert len(tasks(records)) == 2


def test_what_is_no_template_is_left_out_and_told() -> None:
    records = read("todoist", backup(Prices="good,price\r\nmilk,1\r\n", Nothing=b"", Inbox=INBOX))
    assert [each.title for each in lists(records)] == ["Inbox"]
    assert [level for _, column, level in problems(records) if column is None] == ["loss", "loss"]


def test_a_project_that_ends_in_nonsense_is_refused_by_its_name() -> None:
    long = INBOX + "task,Again,,4,1,,,,en,\r\n" * 300
    with pytest.raises(Unreadable, match=r"Inbox.*columns"):
        read("todoist", backup(Inbox=long + "," * 2_000 + "\r\n", House=HOUSE))


def test_a_zip_without_a_project_is_refused() -> None:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("README.txt", "nothing here")
    with pytest.raises(Unreadable, match="no CSV file"):
        read("todoist", held.getvalue())
    with pytest.raises(Unreadable, match="TYPE and CONTENT"):
        read("todoist", backup(Prices="good,price\r\nmilk,1\r\n"))


def test_a_project_beyond_measure_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(todoist_backup, "LARGEST_PROJECT", len(INBOX))
    records = read("todoist", backup(House=HOUSE * 10, Inbox=INBOX))
    assert [each.title for each in lists(records)] == ["Inbox"]
    assert [level for _, _, level in problems(records)] == ["loss"]


def test_a_zip_that_is_cut_off_is_refused() -> None:
    content = backup(Inbox=INBOX, House=HOUSE)
    with pytest.raises(Unreadable, match="ends in the middle"):
        list(todoist_backup.records(InMemory(content[: len(content) // 4]), READ))
