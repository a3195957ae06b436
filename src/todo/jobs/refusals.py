"""Why a job was not done. The texts are logged and kept with the job: they hold no address and no content."""


class JobRefused(Exception):
    """It cannot be done, and will not be tried again."""


class JobGoesOn(Exception):
    """A part of it was done, and the rest is to be done in its next turn; not before so many `seconds`, if given."""

    def __init__(self, seconds: float = 0.0) -> None:
        super().__init__("it goes on in its next turn")
        self.seconds = seconds


class JobDelayed(Exception):
    """It cannot be done now, and will be tried again."""
