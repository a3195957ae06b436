"""Content lines of iCalendar (RFC 5545, section 3.1): unfolded, split, and gathered into components, as they stream."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from todo.errors import Unreadable
from todo.formats.item import shown
from todo.formats.utf_8_stream import utf_8_of

LONGEST_LINE = 16 << 20
LONGEST_VALUE = 1 << 20
_CHUNK = 1 << 16
_MOST_PROPERTIES = 10_000
_DEEPEST = 8
_LINE_END = re.compile(rb"\r\n|\n|\r")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_COMMA = re.compile(r"(?<!\\)((?:\\\\)*),")


@dataclass(slots=True)
class Property:
    """A property: its name in upper case, its parameters, and its value as it is written. `line` counts from 1."""

    name: str
    parameters: dict[str, str]
    value: str
    line: int

    @property
    def text(self) -> str:
        """The value, where it is a text."""
        return unescaped(self.value)

    @property
    def texts(self) -> list[str]:
        """The value, where it is several texts."""
        parts = re.split(_COMMA, self.value)
        # Of backslashes before a comma, the pairs were captured, and belong to what comes before.
        joined = [part + (parts[at + 1] if at + 1 < len(parts) else "") for at, part in enumerate(parts) if at % 2 == 0]
        return [unescaped(part) for part in joined]


@dataclass(slots=True)
class Component:
    """What stands between BEGIN and END."""

    name: str
    line: int
    properties: list[Property] = field(default_factory=list)
    components: list["Component"] = field(default_factory=list)

    def find(self, name: str) -> Property | None:
        """The first property called so."""
        return next((each for each in self.properties if each.name == name), None)

    def all(self, name: str) -> list[Property]:
        """Every property called so."""
        return [each for each in self.properties if each.name == name]


@dataclass(slots=True)
class Border:
    """A calendar begins, or else ends."""

    begins: bool


@dataclass(slots=True)
class Oddity:
    """What is wrong with the file itself, though it can be read; each kind comes once."""

    detail: str


Piece = Border | Property | Component | Oddity


def unescaped(text: str) -> str:
    """A text without its backslashes."""
    if "\\" not in text:
        return text
    return _ESCAPED.sub(lambda match: "\n" if match[1] in "nN" else match[1], text)


def pieces(stream: BinaryIO, encoding: str | None) -> Iterator[Piece]:
    """Borders of calendars, the properties of calendars, and the components within, in the order of the file.

    A task may stand by itself. Raises Unreadable.
    """
    nest = _Nest()
    told_of_bytes = told_of_line = False
    for number, raw in _unfolded(utf_8_of(stream, encoding)):
        text, is_foreign = _decoded(raw)
        if is_foreign and not told_of_bytes:
            told_of_bytes = True
            yield Oddity(f"Line {number} is not in UTF-8; the file was read as Western European where that is so.")
        if not text.strip():
            continue
        found = _property(text, number)
        if nest.takes(found):
            if found is not None and (piece := nest.add(found)) is not None:
                yield piece
        elif nest.is_empty:
            raise Unreadable(f"The file is no calendar: line {number} is {shown(text)}, expected BEGIN:VCALENDAR.")
        elif not told_of_line:
            told_of_line = True
            yield Oddity(f"Line {number} stands in no calendar; it was left out, and others like it: {shown(text)}.")
    nest.end()


_BY_THEMSELVES = {"VCALENDAR", "VTODO"}


class _Nest:
    """Components within components, while the lines of a file come."""

    def __init__(self) -> None:
        self.is_empty = True
        self._in_calendar = False
        self._opened: list[Component] = []
        self._count = 0

    def takes(self, found: Property | None) -> bool:
        """Whether a line may stand here: anything within a calendar or a task, else their beginning."""
        if self._in_calendar or self._opened:
            return True
        return found is not None and found.name == "BEGIN" and _name(found) in _BY_THEMSELVES

    def add(self, found: Property) -> Border | Property | Component | None:
        """What is whole with this line: a border, a property of the calendar, or a component."""
        if found.name == "BEGIN":
            return self._begin(_name(found), found.line)
        if found.name == "END":
            return self._end(_name(found), found.line)
        if not self._opened:
            return found
        self._count += 1
        if self._count > _MOST_PROPERTIES:
            name = self._opened[0].name
            raise Unreadable(f"Line {found.line}: {name} has more than {_MOST_PROPERTIES:,} properties.")
        self._opened[-1].properties.append(found)
        return None

    def end(self) -> None:
        """The file ends. Raises Unreadable where something else has not."""
        if self.is_empty:
            raise Unreadable("The file is empty.")
        if self._in_calendar or self._opened:
            raise Unreadable("The calendar has no end; the file was not downloaded or saved whole.")

    def _begin(self, name: str, line: int) -> Border | None:
        self.is_empty = False
        if name == "VCALENDAR" and not self._in_calendar and not self._opened:
            self._in_calendar = True
            return Border(True)
        self._opened.append(Component(name, line))
        if len(self._opened) > _DEEPEST:
            raise Unreadable(f"Line {line}: the calendar is nested too deeply.")
        if len(self._opened) == 1:
            self._count = 0
        return None

    def _end(self, name: str, line: int) -> Border | Component | None:
        if not self._opened and name == "VCALENDAR":
            self._in_calendar = False
            return Border(False)
        if not self._opened or self._opened[-1].name != name:
            last = self._opened[-1] if self._opened else None
            if last is not None and name == "VCALENDAR":
                raise Unreadable(f"Line {line}: {last.name}, which begins in line {last.line}, has no end.")
            raise Unreadable(f"Line {line}: END:{name} ends nothing that began.")
        done = self._opened.pop()
        if not self._opened:
            return done
        self._opened[-1].components.append(done)
        return None


def _name(border: Property) -> str:
    """Of what begins or ends."""
    return border.value.strip().upper()


def _unfolded(read: Callable[[int], bytes]) -> Iterator[tuple[int, bytes]]:
    """Content lines with the number of the first line of each; only so much of each as a field may hold."""
    held: list[bytes] = []
    size = first = 0
    for number, line in _physical(read):
        if not line:
            continue  # old ones of Mozilla have such within what is folded
        if line[:1] in {b" ", b"\t"} and held:
            size += len(line) - 1
            if size <= LONGEST_VALUE + _CHUNK:
                held.append(line[1:])
            continue
        if held:
            yield first, b"".join(held)
        held, size, first = [line], len(line), number
    if held:
        yield first, b"".join(held)


def _physical(read: Callable[[int], bytes]) -> Iterator[tuple[int, bytes]]:
    held, number = b"", 0
    while chunk := read(_CHUNK):
        if held.endswith(b"\r"):
            # Perhaps the first half of a line end.
            held, chunk = held[:-1], b"\r" + chunk
        if b"\n" not in chunk and b"\r" not in chunk:
            held += chunk
            if len(held) > LONGEST_LINE:
                raise Unreadable(f"Line {number + 1} is longer than {LONGEST_LINE >> 20} MiB.")
            continue
        waiting = b""
        if chunk.endswith(b"\r"):
            chunk, waiting = chunk[:-1], b"\r"  # what is left of it
        lines = _LINE_END.split(held + chunk)
        held = lines.pop() + waiting
        for line in lines:
            number += 1
            yield number, line
    for line in _LINE_END.split(held):
        number += 1
        yield number, line


def _decoded(raw: bytes) -> tuple[str, bool]:
    """The text, and whether it is in another encoding than it should be."""
    try:
        return raw.decode(), False
    except UnicodeDecodeError:
        if len(raw) > LONGEST_VALUE:
            return raw.decode("utf-8", "ignore"), False  # cut within a character
        return raw.decode("cp1252", "replace"), True


def _property(text: str, number: int) -> Property | None:
    """A property; None where the line is none."""
    head, colon, value = text.partition(":")
    if not colon:
        return None
    if ";" not in head and '"' not in head:
        return Property(head.strip().upper(), {}, value, number) if head.strip() else None
    from icalendar.parser import Contentline

    line = Contentline(text[: _CHUNK + LONGEST_VALUE])  # type: ignore[no-untyped-call]  # its __new__ is not annotated
    try:
        name, parameters, _ = line.parts()
        at = line.value_separator_index()
    except ValueError:
        # Parameters that are wrong in themselves: what stands before them tells the name.
        return Property(head.partition(";")[0].strip().upper(), {}, value, number)
    known = {key.upper(): one if isinstance(one, str) else ",".join(one) for key, one in parameters.items()}
    return Property(name.upper(), known, text[at + 1 :], number)
