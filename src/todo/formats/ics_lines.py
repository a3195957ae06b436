"""Content lines of iCalendar (RFC 5545, section 3.1): unfolded, split, and gathered into components, as they stream."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from todo.errors import Unreadable
from todo.formats.item import shown
from todo.formats.json_stream import without_mark

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


def unescaped(text: str) -> str:
    """A text without its backslashes."""
    if "\\" not in text:
        return text
    return _ESCAPED.sub(lambda match: "\n" if match[1] in "nN" else match[1], text)


def components(
    stream: BinaryIO, encoding: str | None, told: Callable[[int], None]
) -> Iterator[Border | Property | Component]:
    """Borders of calendars, the properties of calendars, and the components within, in the order of the file.

    `told` is called with the number of a line that is not in UTF-8. Raises Unreadable.
    """
    opened: list[Component] = []
    calendars = depth = count = 0
    for number, raw in _unfolded(stream):
        text = _decoded(raw, encoding, number, told)
        if not text.strip():
            continue
        found = _property(text, number)
        if found is None:
            if calendars == 0:
                raise Unreadable(f"The file is no calendar: line {number} is {shown(text)}, expected BEGIN:VCALENDAR.")
            continue
        name = found.value.strip().upper() if found.name in {"BEGIN", "END"} else ""
        if found.name == "BEGIN" and name == "VCALENDAR" and not opened:
            calendars, depth = calendars + 1, 1
            yield Border(True)
        elif found.name == "END" and name == "VCALENDAR" and depth:
            if opened:
                raise Unreadable(
                    f"Line {number}: {opened[-1].name}, which begins in line {opened[-1].line}, has no end."
                )
            depth = 0
            yield Border(False)
        elif not depth:
            raise Unreadable(f"The file is no calendar: line {number} is {shown(text)}, expected BEGIN:VCALENDAR.")
        elif found.name == "BEGIN":
            opened.append(Component(name, number))
            if len(opened) > _DEEPEST:
                raise Unreadable(f"Line {number}: the calendar is nested too deeply.")
            count = 0 if len(opened) == 1 else count
        elif found.name == "END":
            if not opened or opened[-1].name != name:
                raise Unreadable(f"Line {number}: END:{name} ends nothing that began.")
            done = opened.pop()
            if opened:
                opened[-1].components.append(done)
            else:
                yield done
        elif opened:
            count += 1
            if count > _MOST_PROPERTIES:
                raise Unreadable(f"Line {number}: {opened[0].name} has more than {_MOST_PROPERTIES:,} properties.")
            opened[-1].properties.append(found)
        else:
            yield found
    if not calendars:
        raise Unreadable("The file is empty.")
    if depth:
        raise Unreadable("The calendar has no end; the file was not downloaded or saved whole.")


def _unfolded(stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Content lines with the number of the first line of each; only so much of each as a field may hold."""
    held: list[bytes] = []
    size = first = 0
    for number, line in _physical(stream):
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


def _physical(stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
    read = without_mark(stream)
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


def _decoded(raw: bytes, encoding: str | None, number: int, told: Callable[[int], None]) -> str:
    try:
        return raw.decode(encoding or "utf-8")
    except UnicodeDecodeError:
        if len(raw) > LONGEST_VALUE:
            return raw.decode("utf-8", "ignore")  # cut within a character
        told(number)
        return raw.decode("cp1252", "replace")
    except LookupError as error:
        raise Unreadable(f"{shown(encoding)} is no encoding that is known.") from error


def _property(text: str, number: int) -> Property | None:
    """A property; None where the line is none."""
    head, colon, value = text.partition(":")
    if not colon:
        return None
    if ";" not in head and '"' not in head:
        return Property(head.strip().upper(), {}, value, number) if head.strip() else None
    from icalendar.parser import Contentline

    line = Contentline(text[: _CHUNK + LONGEST_VALUE])
    try:
        name, parameters, _ = line.parts()
        at = line.value_separator_index()
    except ValueError:
        # Parameters that are wrong in themselves: what stands before them tells the name.
        return Property(head.partition(";")[0].strip().upper(), {}, value, number)
    known = {key.upper(): one if isinstance(one, str) else ",".join(one) for key, one in parameters.items()}
    return Property(name.upper(), known, text[at + 1 :], number)
