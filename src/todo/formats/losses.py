"""What a format cannot hold, item by item."""

from todo.formats.records import MOST_LOSSES, Problem


class Losses:
    """A list of losses that does not grow without end; what comes too late is counted only."""

    def __init__(self) -> None:
        self.losses: list[Problem] = []
        self.losses_count = 0

    def lose(self, row: int, column: str | None, detail: str, item: str | None) -> None:
        """Note that something of the item was not written."""
        self.losses_count += 1
        if len(self.losses) < MOST_LOSSES:
            self.losses.append(Problem(row=row, column=column, detail=detail, level="loss", item=item))
