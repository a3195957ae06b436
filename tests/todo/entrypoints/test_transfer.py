"""`todo import` and `todo export`: what people at a terminal get, against a server of its own."""

import hashlib
import json
import uuid
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from clients import Person
from service import Service

from todo.entrypoints import cli

SHEET = "Task;Due;Priority;List\nPay rent;2026-12-01;1;Home\nCall Bob;2026-02-31;;Work\n"
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with Service(tmp_path_factory.mktemp("service")) as running:
        yield running
    assert "Traceback" not in running.said()


@pytest.fixture
def ann(service: Service) -> Person:
    return service.sign_up(f"ann-{uuid.uuid4()}@example.org")


@pytest.fixture
def run(
    service: Service,
    ann: Person,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> Run:
    """Run a command in an empty folder; its status, what it printed, and what it said on standard error."""
    monkeypatch.setenv("TODO_TOKEN", ann.token)
    monkeypatch.chdir(tmp_path)

    def run(command: str, *arguments: str) -> tuple[int, str, str]:
        status = cli.main([command, "--url", service.url, *arguments])
        said = capsys.readouterr()
        return status, said.out, said.err

    return run


def titles(ann: Person) -> list[str]:
    return sorted(task["title"] for task in ann.ask("GET", "/v1/tasks?limit=500").json)


def test_a_file_goes_in_and_what_of_it_could_not_is_said_with_row_and_column(
    run: Run, ann: Person, tmp_path: Path
) -> None:
    (tmp_path / "sheet.csv").write_text(SHEET)
    status, out, err = run("import", "sheet.csv")
    assert status == 0
    assert out.startswith("Imported 2 tasks of 2 rows in “Home” and “Work”.\nPOST /v1/operations/")
    assert err.startswith("row 3, column Due: '2026-02-31' is not a date")
    assert titles(ann) == ["Call Bob", "Pay rent"]


@pytest.mark.parametrize(
    ("count", "says"),
    [
        (1, "1 task of 1 row in “List 0”."),
        (2, "2 tasks of 2 rows in “List 0” and “List 1”."),
        (5, "5 tasks of 5 rows in “List 0”, “List 1”, “List 2” and others."),
    ],
)
def test_the_lists_that_it_went_into_are_named(run: Run, ann: Person, tmp_path: Path, count: int, says: str) -> None:
    rows = "".join(f"List {number},Task\n" for number in range(count))
    (tmp_path / "sheet.csv").write_text("list,title\n" + rows)
    assert f"Imported {says}\n" in run("import", "sheet.csv")[1]
    assert len(ann.ask("GET", "/v1/lists").json) == count


def test_the_same_file_changes_nothing_unless_it_is_asked_to(run: Run, ann: Person, tmp_path: Path) -> None:
    (tmp_path / "sheet.csv").write_text(SHEET)
    run("import", "sheet.csv")
    assert "Imported 0 tasks of 2 rows (2 there already)" in run("import", "sheet.csv")[1]
    assert len(titles(ann)) == 2
    assert "Imported 2 tasks" in run("import", "sheet.csv", "--again")[1]
    assert len(titles(ann)) == 4


def test_a_dry_run_shows_what_would_happen_and_changes_nothing(run: Run, ann: Person, tmp_path: Path) -> None:
    (tmp_path / "sheet.csv").write_text(SHEET)
    status, out, _ = run("import", "sheet.csv", "--dry-run")
    assert status == 0
    assert "sheet.csv is csv with 2 rows. Nothing was changed." in out
    assert "title is read from 'Task'" in out
    assert "Home: Pay rent" in out
    assert titles(ann) == []


def test_columns_and_the_list_can_be_given(run: Run, ann: Person, tmp_path: Path) -> None:
    home = ann.make_list("Home")
    (tmp_path / "odd.csv").write_text("A,B\nfirst,one\nsecond,two\n")
    assert run("import", "odd.csv", "--map", "title=B", "--map", "notes=A", "--list", "home")[0] == 0
    tasks = ann.ask("GET", f"/v1/lists/{home['id']}/tasks").json
    assert [(task["title"], task["notes"]) for task in tasks] == [("one", "first"), ("two", "second")]


def test_with_all_or_nothing_one_bad_row_keeps_all_out(run: Run, ann: Person, tmp_path: Path) -> None:
    (tmp_path / "sheet.csv").write_text("title,list\nGood,Home\n,Home\n")
    status, _, err = run("import", "sheet.csv", "--all-or-nothing")
    assert status == 1
    assert "Not imported: " in err
    assert "row 3" in err
    assert titles(ann) == []


def test_an_upload_that_stopped_goes_on_where_it_was(run: Run, ann: Person, tmp_path: Path) -> None:
    rows = "".join(f"Task {number},{'long ' * 2000}\n" for number in range(400))
    content = ("title,notes\n" + rows).encode()
    (tmp_path / "large.csv").write_bytes(content)
    announced = {"name": "large.csv", "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    made = ann.ask("POST", "/v1/imports", announced).json
    assert made["upload"]["parts"] > 1
    status, out, err = run("import", "large.csv")
    assert status == 0
    assert "Going on with the upload that stopped." in err
    assert "Imported 400 tasks" in out
    assert len(ann.ask("GET", "/v1/imports").json) == 1


def test_an_import_is_cancelled_by_its_id(run: Run, ann: Person) -> None:
    made = ann.ask("POST", "/v1/imports", {"name": "large.csv", "size": 10}).json
    status, out, _ = run("import", "--cancel", made["id"])
    assert (status, out) == (0, "Cancelled.\n")
    assert ann.get(made["url"])["state"] == "cancelled"
    status, _, err = run("import", "--cancel", str(uuid.uuid4()))
    assert status == 1
    assert "no such import" in err


def test_who_cancels_too_late_is_told_how_to_undo(run: Run, ann: Person, tmp_path: Path) -> None:
    (tmp_path / "sheet.csv").write_text(SHEET)
    assert run("import", "sheet.csv")[0] == 0
    (made,) = ann.get("/v1/imports")
    status, out, _ = run("import", "--cancel", made["id"])
    assert status == 0
    assert "ended before: it is done" in out
    assert f"(2 tasks); POST /v1/operations/{made['operation_id']}/undo takes it back" in out


@pytest.mark.parametrize("kind", ["json", "csv", "tsv", "todoist", "ics", "archive"])
def test_everything_comes_out_in_each_format_and_goes_in_again(
    run: Run, ann: Person, service: Service, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = ann.make_list("Home")
    ann.add(home, "Pay rent", due={"date": "2026-12-01", "recurrence": "FREQ=MONTHLY"}, priority=4, labels=["money"])
    status, out, err = run("export", "--format", kind, "--list", "Home")
    assert (status, err) == (0, "")
    (file,) = tmp_path.iterdir()
    assert out == f"Wrote {file.name} ({file.stat().st_size:,} bytes).\n"
    ben = service.sign_up(f"ben-{kind}-{uuid.uuid4()}@example.org")
    monkeypatch.setenv("TODO_TOKEN", ben.token)
    assert run("import", file.name)[0] == 0
    (task,) = ben.ask("GET", "/v1/tasks").json
    assert task["title"] == "Pay rent"
    assert task["due"]["date"] == "2026-12-01"
    assert task["due"]["recurrence"] == "FREQ=MONTHLY"
    assert (task["priority"], task["labels"]) == (4, ["money"])


def test_a_file_that_is_there_is_not_overwritten_unasked(run: Run, ann: Person, tmp_path: Path) -> None:
    ann.make_list("Home")
    (tmp_path / "mine.json").write_text("precious")
    status, _, err = run("export", "--output", "mine.json")
    assert (status, err) == (1, "todo: mine.json is there already. Give another --output, or --replace.\n")
    assert [each.name for each in tmp_path.iterdir()] == ["mine.json"]
    assert (tmp_path / "mine.json").read_text() == "precious"
    assert run("export", "--output", "mine.json", "--replace")[0] == 0
    assert json.loads((tmp_path / "mine.json").read_text())["lists"][0]["title"] == "Home"


def test_an_archive_holds_json_tables_and_a_word_of_what_they_are(run: Run, ann: Person, tmp_path: Path) -> None:
    ann.add(ann.make_list("Home"), "Pay rent")
    run("export", "--format", "archive", "--output", "all.zip")
    with zipfile.ZipFile(tmp_path / "all.zip") as archive:
        names = archive.namelist()
    assert {"todo.json", "README.txt"} <= set(names)
    assert any(name.endswith(".csv") for name in names)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["import"], "Name the file: todo import FILE."),
        (["import", "missing.csv"], "Cannot read missing.csv: No such file or directory"),
        (["import", "--list", "Nowhere", "sheet.csv"], "You see no list that is called 'Nowhere'."),
        (["export", "--output", "no/such/folder/x.json"], "Cannot write the export: No such file or directory"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_line(run: Run, tmp_path: Path, arguments: list[str], said: str) -> None:
    (tmp_path / "sheet.csv").write_text(SHEET)
    status, out, err = run(*arguments)
    assert (status, out) == (1, "")
    assert err.startswith(f"todo: {said}")
    assert err.count("\n") == 1


def test_a_picture_is_refused_whatever_it_is_called(run: Run, tmp_path: Path) -> None:
    (tmp_path / "holiday.csv").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40)
    status, _, err = run("import", "holiday.csv")
    assert status == 1
    assert "Not imported: " in err


def test_nobody_there_is_said_with_what_to_do(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("TODO_TOKEN", "todo_x")
    (tmp_path / "sheet.csv").write_text(SHEET)
    assert cli.main(["export", "--url", "http://127.0.0.1:9"]) == 1
    assert "Is it running? `todo serve` starts it; --url says where it is." in capsys.readouterr().err
