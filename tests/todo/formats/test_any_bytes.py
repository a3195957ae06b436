"""Whatever the bytes are, and whatever is said of them: they are read, or it is said why not."""

import os
from dataclasses import replace

import pytest
from formats_files import NOW, READ, InMemory
from hypothesis import given, settings
from hypothesis import strategies as st

from todo.errors import Unreadable
from todo.formats import NAMES, open_reader
from todo.formats.detection import detect
from todo.services.import_checking import preview_of
from todo.services.import_rows import Conversion

STARTS = {
    "csv": "title;notes;due\nMilk;2 l;2026-12-01\n",
    "tsv": "title\tpriority\n'=Milk\thigh\n",
    "todoist": "TYPE,CONTENT,PRIORITY,INDENT,DATE\ntask,Milk @shop,1,1,every day\nnote,whole,,,\n",
    "ics": "BEGIN:VCALENDAR\r\nX-WR-CALNAME:Home\r\nBEGIN:VTODO\r\nSUMMARY:Milk\r\nDUE;VALUE=DATE:20261201\r\n"
    "END:VTODO\r\nEND:VCALENDAR\r\n",
    "json": '{"format": "todo", "version": 1, "lists": [{"title": "Home", "tasks": [{"title": "Milk"}]}]}',
    "google-tasks": '{"kind": "tasks#taskLists", "items": [{"id": "L", "title": "Home", "items": [{"title": "M"}]}]}',
    "microsoft-todo": '{"lists": [{"displayName": "Home", "tasks": [{"title": "Milk"}]}]}',
    "vikunja": '[{"id": 1, "title": "Home", "tasks": [{"id": 1, "title": "Milk"}]}]',
}
MARKS = (b"", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"PK\x03\x04", b"\0")
ENCODINGS = (
    "utf-8", "UTF8", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-7", "ascii", "latin-1", "cp1252", "koi8-r",
    "shift_jis", "euc_jp", "gb18030", "big5", "cp437", "rot13", "idna", "unicode_escape", "nonsense", "\0",
)  # fmt: skip
_SHORT, _LONG = 100, 3_000


@st.composite
def files(draw: st.DrawFn) -> bytes:
    """What a program writes, or nothing of it, in any encoding, whole or not, with bytes of any kind put in."""
    text = draw(st.sampled_from(["", *STARTS.values()]) | st.text(max_size=40))
    content = text.encode(draw(st.sampled_from(["utf-8", "utf-16", "utf-16-le", "utf-16-be"])), "replace")
    content = draw(st.sampled_from(MARKS)) + content
    at, end = draw(st.integers(0, len(content))), draw(st.integers(0, 3))
    content = content[:at] + draw(st.binary(max_size=8)) + content[at + end :]
    return content[: len(content) - draw(st.integers(0, 3))]


@pytest.mark.parametrize("name", list(NAMES))
@settings(max_examples=_LONG if os.environ.get("PROVE") else _SHORT, deadline=None)
@given(
    content=files(),
    encoding=st.none() | st.sampled_from(ENCODINGS),
    separator=st.none() | st.sampled_from([",", ";", "\t", "|", '"', "\n", "\0", "é", "\ud800", "ab", " "]),
    mapping=st.none() | st.dictionaries(st.sampled_from(["title", "notes", "due", "odd"]), st.text(max_size=3)),
)
def test_any_bytes_are_read_or_it_is_said_why_not(
    name: str, content: bytes, encoding: str | None, separator: str | None, mapping: dict[str, str] | None
) -> None:
    options = replace(READ, encoding=encoding, separator=separator, mapping=mapping)
    detect("file", content)
    try:
        reader = open_reader(name, InMemory(content), options)
        conversion = Conversion(columns=reader.columns, time_zone="Europe/Madrid", now=NOW)
        preview_of(reader.records(), reader, conversion, format_name=name, file="file", into=None)
    except Unreadable:
        return
