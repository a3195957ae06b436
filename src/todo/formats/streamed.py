"""Files of which nothing is known before they are read: they have no header, and may hold anything."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from todo.formats.records import Record


@dataclass(frozen=True, slots=True)
class Streamed:
    """A reader of such a file; `start` goes through it from its beginning, and raises Unreadable."""

    columns: Mapping[str, str]
    start: Callable[[], Iterator[Record]]
    header: tuple[str, ...] = ()

    def records(self) -> Iterator[Record]:
        """What the file holds."""
        return self.start()
