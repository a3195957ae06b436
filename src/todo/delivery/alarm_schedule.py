"""stub"""

from typing import Any


class AlarmUnavailable(Exception):
    pass


class AlarmSchedule:
    def __init__(self, name: str) -> None: ...
    def set(self, at: Any) -> None: ...
