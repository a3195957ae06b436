"""CSV and TSV: any table of tasks that a spreadsheet or another program writes is read, and nothing is lost unsaid."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from table_files import (
    MemoryFile,
    a_list,
    a_task,
    fields_of,
    lists_of,
    options,
    problems_of,
    read,
    tasks,
    tasks_of,
    write,
)

from todo.errors import Unreadable
from todo.formats import open_reader
from todo.formats.formulas import neutralised, restored
from todo.shapes.task import Due, Task


def expected(task: Task, assignee: str | None) -> dict[str, Any]:
    """The fields of a record that says all of the task that a table can hold."""
    fields: dict[str, Any] = {
        "title": task.title,
        "order": task.order,
        "created_at": task.created_at.isoformat(),
        "updated_at": task.updated_at.isoformat(),
        "notes": task.notes,
        "priority": task.priority,
        "completed": task.completed,
        "labels": task.labels,
        "assignee": assignee,
        "completed_at": task.completed_at.isoformat() if task.completed_at else None,
        "reminders": [{"before": each.before} if each.at is None else {"at": each.at.isoformat()}
                      for each in task.reminders],
    }  # fmt: skip
    if task.due:
        due = {"date": task.due.date.isoformat()} if task.due.date else {}
        if task.due.at:
            due = {"at": task.due.at.isoformat(), "time_zone": task.due.time_zone or ""}
        if task.due.recurrence:
            due["recurrence"] = task.due.recurrence
        fields["due"] = due
    return {name: value for name, value in fields.items() if value or name == "order"}


@pytest.mark.parametrize("name", ["csv", "tsv"])
@given(tree=tasks(), title=st.sampled_from(["Home", "=1+1", "Ñandú, 'x'"]))
def test_whatever_a_task_holds_comes_back(name: str, tree: list[tuple[Task, str | None]], title: str) -> None:
    content, losses = write(name, [(a_list(title), tree)])
    records = read(content, name)
    assert (problems_of(records), losses) == ([], [])
    assert [each.title for each in lists_of(records)] == [title]
    for record, (task, assignee) in zip(tasks_of(records), tree, strict=True):
        assert dict(record.fields) == expected(task, assignee)
        assert record.own_id == str(task.id)
        assert record.parent_key == (str(task.parent_id) if task.parent_id else None)
        assert record.list_key == title


def test_writes_what_spreadsheets_open() -> None:
    task = a_task("=cmd|' /C calc'!A0", due=Due(date=None), labels=("home, garden", "x"))
    content, _ = write("csv", [(a_list(), [(task, None)])])
    assert content.startswith(b"\xef\xbb\xbfid,list,title,notes,")
    assert b",Home,'=cmd|' /C calc'!A0," in content
    assert b'"""home, garden"", x"' in content
    assert content.endswith(b"\r\n")
    assert write("tsv", [(a_list(), [(task, None)])])[0].startswith(b"id\tlist\ttitle\t")


def test_says_what_a_table_cannot_hold() -> None:
    _, losses = write("csv", [(a_list("Home", notes="By the sea"), [])])
    assert [loss.detail for loss in losses] == [
        "The notes of a list have no place in a table of tasks.",
        "A list without tasks has no place in a table of tasks.",
    ]


@pytest.mark.parametrize(
    "text", ["=1", "+1", "-1", "@a", "\tx", "\rx", "\nx", " =1", "＝1", "'=1", "''=1", "' -", "'tis", "x", "", "'"]
)
def test_formulas_are_neutralised_and_come_back(text: str) -> None:
    written = neutralised(text)
    assert restored(written) == text
    assert not written.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝"))


@given(st.text(st.sampled_from("'=-@+ \tx"), max_size=6))
def test_any_text_survives_being_neutralised(text: str) -> None:
    assert restored(neutralised(text)) == text


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_separators_and_line_ends_are_recognised(separator: str, end: str) -> None:
    rows = [["title", "notes", "priority"], ["Milk", '"2 l; whole, fresh | or not"', "high"], ["Bread", "", "1"]]
    content = end.join(separator.join(row) for row in rows) + end
    assert fields_of(content) == [
        {"title": "Milk", "notes": "2 l; whole, fresh | or not", "priority": 3},
        {"title": "Bread", "priority": 1},
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "latin-1", "cp1252"])
def test_encodings_are_recognised(encoding: str) -> None:
    content = "Título;Notas;Vence\r\nComprar jamón;Dos señoras, mañana;31/12/2026\r\n".encode(encoding)
    assert fields_of(content) == [
        {"title": "Comprar jamón", "notes": "Dos señoras, mañana", "due": {"date": "2026-12-31"}}
    ]


def test_an_encoding_may_be_named() -> None:
    assert fields_of("title\nЗадача\n".encode("koi8-r"), encoding="koi8-r") == [{"title": "Задача"}]
    with pytest.raises(Unreadable, match="not known"):
        read("title\nx", encoding="rot13")


def test_bytes_of_another_encoding_are_told_once() -> None:
    content = "title\nTürkçe\nälter\nölig\n".encode() + b"caf\xe9\ncaf\xe8\n"
    records = read(content)
    assert [task.fields["title"] for task in tasks_of(records)][-2:] == ["café", "cafè"]
    assert [(each.row, each.level) for each in problems_of(records)] == [(5, "loss")]


def test_what_excel_is_told_is_no_row() -> None:
    (task,) = tasks_of(read("sep=;\r\ntitle;notes\r\nMilk;\r\n"))
    assert (task.row, task.fields["title"]) == (2, "Milk")


def test_rows_are_numbered_as_in_a_spreadsheet() -> None:
    content = 'title,notes\n\nMilk,"two\nlines"\n,,,\n\xa0,\nBread,x\n'
    records = read(content)
    assert [(task.row, task.key) for task in tasks_of(records)] == [(3, "row 3"), (6, "row 6")]
    assert problems_of(records) == []


def test_columns_of_other_programs_are_known() -> None:
    content = "Task Name,Description,Due Date,Tags,Assignee Email,Project,Status,Task ID,Parent ID\n"
    content += "Milk,Fresh,2026-12-01,home;shop,ann@example.org,Errands,Done,t1,\nBread,,,,,Errands,In progress,t2,t1\n"
    records = read(content)
    assert problems_of(records) == []
    assert [(each.title, each.row) for each in lists_of(records)] == [("Errands", 2)]
    milk, bread = tasks_of(records)
    assert milk.fields == {
        "title": "Milk",
        "notes": "Fresh",
        "due": {"date": "2026-12-01"},
        "labels": ("home", "shop"),
        "assignee": "ann@example.org",
        "completed": True,
    }
    assert (bread.key, bread.own_id, bread.parent_key, bread.list_key) == ("t2", "t2", "t1", "Errands")


def test_remarks_before_the_header_are_passed_over() -> None:
    content = '"Date: 2026-11-23+0000"\n"Version: 7.1"\n"Status: \n0 Normal\n1 Completed\n2 Archived"\n'
    content += '"Folder Name","List Name","Title","Tags","Content","Due Date","Repeat","Priority","Status","taskId"\n'
    content += '"","Home","Milk","shop","2 l","2026-12-01T00:00:00+0000","FREQ=DAILY","5","1","7"\n'
    records = tasks_of(read(content))
    assert [(task.row, task.list_key, task.own_id) for task in records] == [(5, "Home", "7")]
    assert records[0].fields["priority"] == 3
    assert records[0].fields["completed"] is True
    assert records[0].fields["due"] == {"at": "2026-12-01T00:00:00+00:00", "recurrence": "FREQ=DAILY"}


@pytest.mark.parametrize(
    ("all_day", "zone", "due"),
    [
        ("true", "Africa/Cairo", {"date": "2026-12-05"}),
        ("true", "", {"date": "2026-12-04"}),
        ("true", "Mars/Base", {"date": "2026-12-04"}),
        ("false", "Africa/Cairo", {"at": "2026-12-04T22:00:00+00:00", "time_zone": "Africa/Cairo"}),
    ],
)
def test_what_ticktick_has_all_day_is_due_on_a_day(all_day: str, zone: str, due: dict[str, str]) -> None:
    header = "Folder Name,List Name,Title,Due Date,Timezone,Is All Day,taskId"
    records = read(f"{header}\nHome,Garden,Repot,2026-12-04T22:00:00+0000,{zone},{all_day},64f0a1\n")
    assert tasks_of(records)[0].fields == {"title": "Repot", "due": due}
    assert [each.column for each in problems_of(records)] == ["Folder Name"]


def test_lines_without_a_header_are_tasks() -> None:
    assert fields_of("Milk\nBread\n\nEggs") == [{"title": "Milk"}, {"title": "Bread"}, {"title": "Eggs"}]


def test_a_mapping_can_be_given() -> None:
    content = "What to buy,When\nMilk,2026-12-01\n"
    mapping = {"title": "what to buy", "due": "When"}
    reader = open_reader("csv", MemoryFile(content.encode()), options(mapping=mapping))
    assert (reader.header, dict(reader.columns)) == (("What to buy", "When"), {"title": "What to buy", "due": "When"})
    assert [task.fields for task in tasks_of(reader.records())] == [{"title": "Milk", "due": {"date": "2026-12-01"}}]


@pytest.mark.parametrize(
    ("mapping", "says"),
    [({"title": "Nothing"}, "is not there"), ({"colour": "a"}, "is no field"), ({"notes": "a"}, "holds the title")],
)
def test_a_mapping_that_does_not_fit_is_refused(mapping: dict[str, str], says: str) -> None:
    with pytest.raises(Unreadable, match=says):
        read("a,b\n1,2\n", mapping=mapping)


def test_a_column_that_nothing_holds_is_told_once() -> None:
    problems = problems_of(read("title,effort,,\nMilk,3,,\nBread,5,x,\n"))
    assert [(each.row, each.column) for each in problems] == [(1, "effort"), (3, None)]


def test_a_title_is_looked_for() -> None:
    records = read("No.,Chore,When it is\n1,Milk,x\n2,Bread,\n")
    assert [task.fields["title"] for task in tasks_of(records)] == ["Milk", "Bread"]
    assert problems_of(records)[0].column == "Chore"


def test_too_many_and_too_few_cells_are_told_and_nothing_is_lost() -> None:
    records = read("title,due,notes\nMilk, fresh,2026-12-01,Two\nBread\n")
    assert [task.fields for task in tasks_of(records)] == [
        {"title": "Milk", "notes": "2026-12-01\n\nTwo\ndue: fresh"},
        {"title": "Bread"},
    ]
    assert [(each.row, each.column, each.level) for each in problems_of(records)] == [
        (2, None, "loss"), (2, "due", "loss"), (3, "due", "loss"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("due", "2026-02-30"), ("due", "31/02/2026"), ("due", "5/10/2026"), ("priority", "17"),
        ("completed", "perhaps"),
        ("completed_at", "soon"), ("order", "1e99"), ("assignee", "Ann"), ("reminders", "P1D, never"),
        ("recurrence", "2"), ("created_at", "2026-13-01T00:00:00Z"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_told_and_kept_in_the_notes(column: str, text: str) -> None:
    records = read(f'title,{column}\nMilk,"{text}"\n')
    assert [(each.row, each.column, each.level, each.item) for each in problems_of(records)] == [
        (2, column, "loss", "Milk")
    ]
    fields = tasks_of(records)[0].fields
    assert fields["notes"] == f"{column}: {text}"
    assert set(fields) <= {"title", "notes", "reminders"}


def test_a_row_without_a_title_is_left_out() -> None:
    records = read("title,notes\n,x\nMilk,\n")
    assert [(each.row, each.column, each.level) for each in problems_of(records)] == [(2, "title", "error")]
    assert len(tasks_of(records)) == 1


def test_an_id_that_is_there_twice_is_told() -> None:
    records = read("id,title\n1,Milk\n1,Bread\n2,Eggs\n")
    assert [(task.key, task.own_id) for task in tasks_of(records)] == [("1", "1"), ("row 3", None), ("2", "2")]
    assert [(each.row, each.column) for each in problems_of(records)] == [(3, "id")]


def test_long_and_broken_titles_go_into_the_notes() -> None:
    long = "x" * 600
    records = read(f'title,notes\n{long},n\n"two\nlines",\na\x07b,\n')
    first, second, third = [task.fields for task in tasks_of(records)]
    assert (len(first["title"]), first["notes"]) == (500, f"{long}\n\nn")
    assert second == {"title": "two", "notes": "two\nlines"}
    assert third == {"title": "a b"}
    assert [each.row for each in problems_of(records)] == [2, 3]


def test_nul_is_taken_out_and_told() -> None:
    records = read(b"title,notes\nMi\0lk,2 l\n")
    assert tasks_of(records)[0].fields["title"] == "Milk"
    assert [(each.row, each.level) for each in problems_of(records)] == [(2, "loss")]


def test_a_quotation_that_is_not_closed_is_told() -> None:
    records = read('title,notes\nMilk,"2 l\nBread,\n')
    assert [each.row for each in problems_of(records)] == [2]
    assert tasks_of(records)[0].fields == {"title": "Milk", "notes": "2 l\nBread,\n"}


def test_only_a_header_is_a_file_without_tasks() -> None:
    assert read("title,notes\r\n") == []


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf\r\n \r\n", "empty"),
        (",".join(f"column {number}" for number in range(10_000)).encode(), "1,000"),
        (b"title\nMilk" + b"," * 5_000, "Row 2"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "no text"),
        (b"PK\x03\x04" + bytes(100), "no text"),
        (b"title\n" + b"x" * 2_000_000, "row 2 is longer than 1 MiB"),
    ],
    ids=["empty", "blank", "10,000 columns", "5,000 cells", "a picture", "a zip", "a long cell"],
)
def test_a_file_that_is_no_table_says_why(content: bytes, says: str) -> None:
    with pytest.raises(Unreadable, match=says):
        read(content)


def test_reading_again_gives_the_same() -> None:
    reader = open_reader("csv", MemoryFile(b"id,list,title\n1,Home,Milk\n1,Home,Bread\n"), options())
    assert list(reader.records()) == list(reader.records())
