"""Through which doors a test goes that need not go through every door of every database."""

import pytest

ONE_DOOR_EACH = pytest.mark.parametrize("session_door", ["lambda-sqlite", "server-postgresql"], indirect=True)
