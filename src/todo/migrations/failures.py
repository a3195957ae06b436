"""Why a database is not migrated."""


class MigrationFailed(Exception):
    """The database cannot be migrated, and nothing was changed; the text says why."""


class DatabaseAhead(MigrationFailed):
    """A newer version of the program was here before; to go back to this one must not fail because of it."""
