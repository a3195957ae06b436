"""What a file is, is told by what is in it."""

import io
import subprocess
import sys
import zipfile

import pytest

from todo.formats import NAMES, WRITTEN, detect


def zipped(*names: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in names:
            archive.writestr(name, "{}")
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "head", "format_name"),
    [
        ("a.csv", b"title,notes\nMilk,\n", "csv"),
        ("a.txt", b"Milk\nBread\n", "csv"),
        ("a", b"title;due\nMilk;\n", "csv"),
        ("a.csv", "title\tdue\nMilk\t\n".encode("utf-16"), "tsv"),
        ("a.tsv", b"title\nMilk\n", "tsv"),
        ("a.csv", b"sep=;\r\ntitle;due\r\n", "csv"),
        ("a.csv", b"\xef\xbb\xbfTYPE,CONTENT,PRIORITY,INDENT\r\n", "todoist"),
        ("a.csv", b'"TYPE";"CONTENT"\r\n', "todoist"),
        ("a.txt", b"BEGIN:VCALENDAR\r\n", "ics"),
        ("a", b"\r\n begin:vcalendar\n", "ics"),
        ("a.json", b'{"format": "todo", "version": 1}', "json"),
        ("a.json", b'[{"title": "x"}]', "json"),
        ("Tasks.json", b'{"kind": "tasks#taskLists", "items": []}', "google-tasks"),
        ("a.json", b'{"value": [{"displayName": "Tasks", "wellknownListName": "defaultList"}]}', "microsoft-todo"),
        ("data.json", b'[{"title": "x", "hex_color": "", "tasks": []}]', "vikunja"),
        ("a.zip", zipped("README.txt", "todo.json", "lists/Home.csv"), "archive"),
        ("a.zip", zipped("Takeout/Tasks/Tasks.json"), "google-tasks"),
        ("a.zip", zipped("VERSION", "data.json"), "vikunja"),
        ("a.zip", zipped("Inbox [2203306141].csv", "Tax [6Jf8VQXxpwv56VQ7].csv"), "todoist"),
        ("a.zip", zipped("backup/", "backup/Inbox [2203306141].csv"), "todoist"),
        ("a.zip", zipped("prices.csv"), None),
        ("a.zip", zipped("xl/workbook.xml", "[Content_Types].xml"), None),
        ("a.csv", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", None),
        ("a.csv", b"%PDF-1.7\n", None),
        ("a.csv", b"\x7fELF" + bytes(60), None),
        ("a.csv", b"MZ" + bytes(60), None),
        ("a.json", b"\xff\xd8\xff\xe0" + bytes(60), None),
        ("a.html", b"<!doctype html><a, b>", None),
        ("a.doc", b"a letter", None),
    ],
)
def test_a_file_is_known(name: str, head: bytes, format_name: str | None) -> None:
    assert detect(name, head) == format_name


def test_all_that_is_written_can_be_read() -> None:
    assert set(WRITTEN) <= set(NAMES)


def test_the_package_imports_no_format() -> None:
    program = "import sys, todo.formats; print([name for name in sys.modules if name in {'csv', 'charset_normalizer'}])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
