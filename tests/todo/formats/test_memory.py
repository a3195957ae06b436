"""Files of any size in bounded memory: each is read by itself in another process, which says how much it took."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

WHOLE = bool(os.environ.get("PROVE"))
SIZE = 1 << 30 if WHOLE else 24 << 20
# Of which some 40 MB are Python and what it imports.
MOST = 200 << 20 if WHOLE else 110 << 20

PROGRAM = """
import pathlib, re, sys
sys.path.insert(0, {tests!r})
from formats_files import READ, Repeated
from todo.formats import open_reader
head, part, tail = {file!r}
source = Repeated(head, part, {size} // len(part), tail)
rows = 0
for record in open_reader({name!r}, source, READ).records():
    rows += 1
# Not ru_maxrss, which begins at that of the process which started this one.
print(rows, source.times, int(re.search(r"VmHWM:\\s+(\\d+)", pathlib.Path("/proc/self/status").read_text())[1]) * 1024)
"""
_NOTES = "n" * 300
FILES = {
    "json": (
        b'{"format": "todo", "version": 1, "lists": [{"title": "L", "tasks": [{"title": "first"}',
        f', {{"id": "x", "title": "Pay the rent", "notes": "{_NOTES}", "labels": ["a"]}}'.encode(),
        b"]}]}",
    ),
    "ics": (
        b"BEGIN:VCALENDAR\r\nX-WR-CALNAME:L\r\nBEGIN:VTODO\r\nSUMMARY:first\r\nEND:VTODO\r\n",
        f"BEGIN:VTODO\r\nUID:x\r\nSUMMARY:Pay\r\nDUE:20261201\r\nDESCRIPTION:{_NOTES}\r\nEND:VTODO\r\n".encode(),
        b"END:VCALENDAR\r\n",
    ),
    "google-tasks": (
        b'{"kind": "tasks#taskLists", "items": [{"title": "L", "items": [{"title": "first"}',
        f', {{"id": "x", "title": "Pay the rent", "notes": "{_NOTES}"}}'.encode(),
        b"]}]}",
    ),
    "vikunja": (
        b'[{"id": 1, "title": "L", "tasks": [{"title": "first"}',
        f', {{"id": 5, "title": "Pay the rent", "description": "{_NOTES}"}}'.encode(),
        b"]}]",
    ),
    "microsoft-todo": (
        b'{"lists": [{"displayName": "L", "tasks": [{"title": "first"}',
        f', {{"id": "x", "title": "Pay the rent", "body": {{"content": "{_NOTES}"}}}}'.encode(),
        b"]}]}",
    ),
}


@pytest.mark.parametrize("name", sorted(FILES))
def test_memory_is_bounded_whatever_the_file(name: str) -> None:
    tests = str(Path(__file__).parents[2])
    program = PROGRAM.format(tests=tests, file=FILES[name], size=SIZE, name=name)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=3_000)
    rows, times, peak = map(int, done.stdout.split())
    assert rows == times + 2
    assert peak < MOST, f"{peak >> 20} MiB"


@pytest.mark.parametrize("name", ["json", "ics"])
def test_a_text_without_an_end_is_refused_before_it_is_held(name: str) -> None:
    head = FILES[name][0] + (b', {"title": "' if name == "json" else b"BEGIN:VTODO\r\nSUMMARY:")
    program = PROGRAM.format(
        tests=str(Path(__file__).parents[2]), file=(head, b"a" * 4096, b""), size=64 << 20, name=name
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60)
    assert "Unreadable" in done.stderr
