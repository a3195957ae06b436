"""Why a job was not done. The texts are logged and kept with the job: they hold no address and no content."""


class JobRefused(Exception):
    """It cannot be done, and will not be tried again."""


class JobDelayed(Exception):
    """It cannot be done now, and will be tried again."""
