"""Files of imports that are being read, and stay open from one slice to the next."""

import atexit
import itertools
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import UUID

from todo.errors import Unreadable
from todo.formats.records import ListRecord, Reader, Record
from todo.services.import_portion import Portion
from todo.services.import_rows import Conversion
from todo.services.import_work import Work

_SKIPPED_AT_ONCE = 2_000
_MOST_OPEN = 8


@dataclass(slots=True)
class Reading:
    """A file that is being read. `position` is how many of its records were taken, `lists` those among them."""

    reader: Reader
    conversion: Conversion
    records: Iterator[Record]
    position: int = 0
    lists: dict[str, ListRecord] = field(default_factory=dict)
    ahead: list[Record] = field(default_factory=list)

    def take(self, most: int) -> Portion:
        """The next records."""
        taken = self.ahead + list(itertools.islice(self.records, most + 1 - len(self.ahead)))
        self.ahead = taken[most:]
        portion = Portion(taken[:most], last=len(taken) <= most)
        self.position += len(portion.records)
        for record in portion.records:
            if isinstance(record, ListRecord):
                self.lists[record.key] = record
        return portion

    def skip_to(self, position: int) -> None:
        """Pass over what was done before."""
        while self.position < position:
            if not self.take(min(_SKIPPED_AT_ONCE, position - self.position)).records:
                raise Unreadable("The file is shorter than it was. Send it again.")


class Readings:
    """Files that are open from one slice to the next, so that a long one is not read again from its beginning."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[UUID, str], tuple[Reading, Work]] = OrderedDict()

    def take(self, work: Work) -> Reading | None:
        """The file where the import goes on, if it is open there."""
        reading, before = self._kept.pop((work.id, work.phase), (None, work))
        # It may have been started anew meanwhile, by another process, and in another way.
        is_same = (before.format, before.options) == (work.format, work.options)
        return reading if reading is not None and reading.position == work.records_done and is_same else None

    def keep(self, work: Work, reading: Reading) -> None:
        """Keep a file open."""
        self._kept[(work.id, work.phase)] = (reading, work)
        while len(self._kept) > _MOST_OPEN:
            self._kept.popitem(last=False)

    def forget(self, import_id: UUID) -> None:
        """Close the file of an import that is over."""
        for key in [key for key in list(self._kept) if key[0] == import_id]:
            self._kept.pop(key, None)

    def close(self) -> None:
        """Close every file."""
        self._kept.clear()


readings = Readings()
# Readers are generators: to end them, what they catch has to be there still.
atexit.register(readings.close)
