"""Time that a test can move."""

from datetime import UTC, datetime, timedelta


class MovableClock:
    """The machine's time, plus what the test added."""

    def __init__(self) -> None:
        self._ahead = timedelta()

    def __call__(self) -> datetime:
        """The current moment, in UTC."""
        return datetime.now(UTC) + self._ahead

    def forward(self, **amount: float) -> None:
        """Move on by `days=…`, `hours=…` and so on."""
        self._ahead += timedelta(**amount)

    def reset(self) -> None:
        """Back to the machine's time."""
        self._ahead = timedelta()
