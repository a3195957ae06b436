"""A small file that is held whole, as a reader takes it."""

from dataclasses import dataclass, field
from io import BytesIO
from typing import BinaryIO


@dataclass(frozen=True, slots=True)
class MemoryFile:
    """Its name, and its bytes; see Source."""

    name: str
    content: bytes = field(repr=False)

    @property
    def size(self) -> int:
        """How many bytes it has."""
        return len(self.content)

    def open(self) -> BinaryIO:
        """The file, from its beginning."""
        return BytesIO(self.content)
