"""JSON of any size, value by value, in bounded memory: ijson, on yajl.

A file is walked down to its leaves, which are built whole; what lies above them is only opened and closed.
"""

import math
from collections import deque
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any, BinaryIO

import ijson

from todo.errors import Unreadable
from todo.formats.item import shown
from todo.formats.utf_8_stream import utf_8_of

Path = tuple[str, ...]

ITEM = "*"  # what an array calls each of its items in a path
LONGEST_TEXT = 1 << 20
_CHUNK = 1 << 16
# A text may be six times as long as it is meant to be, where each of its characters is written as \u0041.
_LONGEST_TOKEN = 6 * LONGEST_TEXT + _CHUNK
_DEEPEST = 64
_LARGEST_VALUE = 200_000  # events; a task of ours has some 60

START, END = object(), object()


def walk(stream: BinaryIO, leaf: Callable[[Path], bool]) -> Iterator[tuple[Path, Any]]:
    """Each value at a path that is a `leaf`, and each that is no container, with its path.

    Containers above leaves come as START and END. Raises Unreadable for what is no JSON, and for what no honest file
    holds: texts, items and nesting beyond all measure.
    """
    path: list[str] = []
    kinds: list[bool] = []  # of the containers that are open: whether it is an array
    builder: _Builder | None = None
    for event, value in _events(stream):
        if builder is not None:
            if builder.add(event, value):
                yield tuple(path), builder.value
                builder = None
            continue
        if event == "map_key":
            path[-1] = value
        elif event in {"end_map", "end_array"}:
            kinds.pop()
            path.pop()
            yield tuple(path), END
        elif event in {"start_map", "start_array"}:
            here = tuple(path)
            if leaf(here):
                builder = _Builder(event)
                continue
            yield here, START
            kinds.append(event == "start_array")
            if len(kinds) > _DEEPEST:
                raise Unreadable("The file is nested too deeply.")
            path.append(ITEM if kinds[-1] else "")
        else:
            yield tuple(path), _plain(event, value)


class _Builder:
    """A value as its events come."""

    __slots__ = ("_count", "_keys", "_open", "value")

    def __init__(self, event: str) -> None:
        self.value: Any = {} if event == "start_map" else []
        self._open: list[Any] = [self.value]
        self._keys: list[str] = [""]
        self._count = 0

    def add(self, event: str, value: Any) -> bool:
        """Take the next event; whether the value is whole now."""
        self._count += 1
        if self._count > _LARGEST_VALUE or len(self._open) > _DEEPEST:
            raise Unreadable("The file holds an item that is far too large, or nested too deeply.")
        if event == "map_key":
            self._keys[-1] = value
        elif event in {"end_map", "end_array"}:
            self._open.pop()
            self._keys.pop()
            return not self._open
        elif event in {"start_map", "start_array"}:
            inner: Any = {} if event == "start_map" else []
            self._put(inner)
            self._open.append(inner)
            self._keys.append("")
        else:
            self._put(_plain(event, value))
        return False

    def _put(self, value: Any) -> None:
        container = self._open[-1]
        if isinstance(container, dict):
            container[self._keys[-1]] = value
        else:
            container.append(value)


def _plain(event: str, value: Any) -> Any:
    if event == "string" and len(value) > LONGEST_TEXT:
        raise Unreadable(f"A text in the file has more than {LONGEST_TEXT:,} characters: {shown(value[:100])}.")
    if isinstance(value, Decimal):
        number = float(value)
        return number if math.isfinite(number) else None
    return value


def _events(stream: BinaryIO) -> Iterator[tuple[str, Any]]:
    found: deque[tuple[str, Any]] = deque()
    parser = ijson.basic_parse_coro(_Sink(found))
    read = utf_8_of(stream)
    silent = taken = 0
    try:
        while chunk := read(_CHUNK):
            taken += len(chunk)
            parser.send(chunk)
            silent = 0 if found else silent + len(chunk)
            if silent > _LONGEST_TOKEN:
                raise Unreadable(f"A text in the file is longer than {LONGEST_TEXT:,} characters.")
            while found:
                yield found.popleft()
        parser.close()
    # A number of thousands of digits is a SystemError of yajl's binding.
    except (ijson.JSONError, ValueError, ArithmeticError, SystemError, OSError) as error:
        raise Unreadable(_reason(error, taken)) from error
    while found:
        yield found.popleft()


class _Sink:
    """Where ijson's coroutine sends its events."""

    __slots__ = ("send",)

    def __init__(self, found: deque[tuple[str, Any]]) -> None:
        self.send = found.append


def _reason(error: Exception, taken: int) -> str:
    if not taken:
        return "The file is empty."
    if isinstance(error, SystemError):
        return f"The file holds a number that cannot be read, within its first {taken:,} bytes."
    first = next(iter(str(error).removeprefix("b'").splitlines()), "").partition("\\n")[0].strip()
    if "premature EOF" in first:
        return f"The file ends in the middle, after {taken:,} bytes; it was not downloaded or saved whole."
    return f"The file is no JSON in UTF-8 ({first or 'it cannot be read'}), within its first {taken:,} bytes."
