"""What of a file goes in together."""

from collections.abc import Sequence
from dataclasses import dataclass

from todo.formats.records import Problem, Record, TaskRecord


@dataclass(frozen=True, slots=True)
class Portion:
    """Records that follow each other in a file, and whether they are its last ones."""

    records: Sequence[Record]
    last: bool

    @property
    def rows(self) -> int:
        """How many rows they are: what is, or should have been, a task."""
        return sum(
            isinstance(each, TaskRecord) or (isinstance(each, Problem) and each.level == "error")
            for each in self.records
        )
