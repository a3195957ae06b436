"""Parts that are read as one file."""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, Protocol

from todo.errors import UploadIncomplete
from todo.files import Part

_BUFFER_BYTES = 256 * 1024


class Readable(Protocol):
    """An open part."""

    def read(self, size: int, /) -> bytes:
        """The next bytes, b"" at the end. Raises FilesUnavailable."""

    def close(self) -> object:
        """Read no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartsSource:
    """A file that lies in parts, which `open_part` opens by their numbers."""

    name: str
    size: int
    parts: int
    open_part: Callable[[int], Readable]

    def open(self) -> BinaryIO:
        """The file, from its beginning; a part is opened when the one before it has been read."""
        return io.BufferedReader(_Joined(self.open_part, self.parts), _BUFFER_BYTES)


def count_parts(size: int, part_size: int) -> int:
    """In how many parts a file is sent; one that is empty still has one."""
    return max(1, -(-size // part_size))


def check_complete(parts: Sequence[Part], size: int) -> None:
    """Raise UploadIncomplete unless these are all parts of a file of `size` bytes."""
    numbers = [part.number for part in parts]
    if not parts or numbers != list(range(1, len(parts) + 1)):
        raise UploadIncomplete("Parts of the file are missing. Send those that `received` does not name.")
    found = sum(part.size for part in parts)
    if found != size:
        raise UploadIncomplete(f"The file was announced with {size:,} bytes, and its parts have {found:,} together.")


class _Joined(io.RawIOBase):
    def __init__(self, open_part: Callable[[int], Readable], parts: int) -> None:
        self._open_part = open_part
        self._left = iter(range(1, parts + 1))
        self._part: Readable | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while True:
            if self._part is None:
                number = next(self._left, None)
                if number is None:
                    return 0
                self._part = self._open_part(number)
            content = self._part.read(len(buffer))
            if content:
                buffer[: len(content)] = content
                return len(content)
            self._part.close()
            self._part = None

    def close(self) -> None:
        if self._part is not None:
            self._part.close()
            self._part = None
        super().close()
