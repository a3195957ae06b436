"""Which format a file is in, by its first bytes; by its name, where they do not tell."""

import re
from pathlib import PurePath

from todo.errors import Unreadable

# How much of a file tells what it is.
HEAD_BYTES = 64 * 1024
_UNKNOWN = (
    "This is no file of a kind that can be imported. Save it as CSV, TSV, JSON or iCalendar, or name its `format`."
)

# How files begin that hold no text, whatever they are called: those that the count of control characters might let
# pass. A zip is looked into.
_BINARY = (
    b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\0", b"MM\0*", b"%PDF", b"\x7fELF", b"\xca\xfe\xba\xbe", b"\x1f\x8b",
    b"BZh", b"\xfd7zXZ", b"7z\xbc\xaf", b"Rar!", b"\x28\xb5\x2f\xfd", b"SQLite format 3", b"\xd0\xcf\x11\xe0",
    b"{\\rtf", b"PK\x03\x04",
)  # fmt: skip
_SUFFIXES = {
    ".csv": "csv", ".txt": "csv", ".tsv": "tsv", ".tab": "tsv", ".json": "json", ".ics": "ics", ".ical": "ics",
    ".ifb": "ics", ".zip": "archive",
}  # fmt: skip
# Names of files within a zip that only one program writes, as they stand in its local headers.
_ZIPPED = (
    (re.compile(rb"(?:^|/)todo\.json$"), "archive"),
    (re.compile(rb"(?:^|/)Tasks/Tasks\.json$"), "google-tasks"),
    (re.compile(rb"^(?:data\.json|filters\.json|VERSION)$"), "vikunja"),
    (re.compile(rb"^(?:[^/]+/)?[^/]+ \[[0-9A-Za-z]+\]\.csv$"), "todoist"),
)
_JSON_MARKS = (
    (re.compile(r'"format"\s*:\s*"todo"'), "json"),
    (re.compile(r'"kind"\s*:\s*"tasks#'), "google-tasks"),
    (re.compile(r'"(?:@odata\.\w+|wellknownListName|displayName|dueDateTime|isReminderOn)"'), "microsoft-todo"),
    (re.compile(r'"(?:hex_color|percent_done|repeat_after|bucket_id|parent_project_id)"'), "vikunja"),
)


def recognise(name: str, head: bytes) -> str:
    """The format of a file called so, by its first HEAD_BYTES. Raises Unreadable where it is none that can be read."""
    if (found := detect(name, head)) is None:
        raise Unreadable(_UNKNOWN)
    return found


def detect(name: str, head: bytes) -> str | None:
    """The format of a file called so, by its first HEAD_BYTES; None where it is none that can be read.

    A picture, a document or a program is None, whatever it is called.
    """
    suffix = PurePath(name.lower()).suffix
    if head.startswith(b"PK\x03\x04"):
        return _zipped(head)
    text = text_of(head)
    if text is None:
        return None
    start = text.lstrip()
    if re.match(r"BEGIN:V(?:CALENDAR|TODO|EVENT)\b", start, re.IGNORECASE):
        return "ics"
    if start.startswith(("{", "[{", "[\n", "[\r", "[ ", "[]")) and suffix not in {".csv", ".tsv", ".tab"}:
        return next((name for mark, name in _JSON_MARKS if mark.search(text)), "json")
    return _as_table(start, suffix)


def _as_table(text: str, suffix: str) -> str | None:
    if re.match(r"sep=.\r?\n", text):
        text = text.split("\n", 1)[1]
    header = re.split(r"[\r\n]", text, maxsplit=1)[0]
    cells = {cell.strip(' "').upper() for cell in re.split(r"[,;\t|]", header)}
    if {"TYPE", "CONTENT"} <= cells:
        return "todoist"
    named = _SUFFIXES.get(suffix)
    if "\t" in header and header.count("\t") >= max(header.count(","), header.count(";")):
        return "tsv"
    if named in {"csv", "tsv"}:
        return named
    return "csv" if re.search("[,;|]", header) and not text.startswith("<") and named is None else named


def text_of(head: bytes) -> str | None:
    """The text that it is, roughly, whatever its encoding; None where it is not text."""
    if head.startswith(_BINARY):
        return None
    encoding = guess_utf_16(head)
    text = head[: len(head) & ~1].decode(encoding, "replace") if encoding else head.decode("utf-8-sig", "replace")
    controls = sum(text.count(chr(code)) for code in range(1, 32) if code not in b"\t\n\v\f\r\x1b")
    return None if controls * 50 > len(text) or text.count("\0") * 4 > len(text) else text


def guess_utf_16(head: bytes) -> str | None:
    """Which UTF-16 it is, by its mark, or by the zeros of Latin letters; None where it is not."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    even, odd = head[0:1024:2], head[1:1024:2]
    if not odd:
        return None
    if odd.count(0) > len(odd) * 0.6 and even.count(0) < len(even) * 0.2:
        return "utf-16-le"
    if even.count(0) > len(even) * 0.6 and odd.count(0) < len(odd) * 0.2:
        return "utf-16-be"
    return None


def _zipped(head: bytes) -> str | None:
    """By the names of the files that a zip begins with."""
    for header in re.finditer(rb"PK\x03\x04.{22}(..)..", head, re.DOTALL):
        name = head[header.end() : header.end() + int.from_bytes(header[1], "little")]
        for mark, format_name in _ZIPPED:
            if mark.search(name):
                return format_name
    return None
